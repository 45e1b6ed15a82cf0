"""The tables are consistent, dated, and comparable with other lists."""

import csv
from datetime import date
from pathlib import Path

import pytest

from routing.gazetteer import TABLES, Gazetteer
from routing.gazetteer_check import check_gazetteer
from tests import real_map


def test_the_gazetteer_is_consistent() -> None:
    assert check_gazetteer() == []


def test_it_holds_the_country() -> None:
    gazetteer = Gazetteer()
    assert len(gazetteer.current) == 3321
    assert len(gazetteer.former) == 10_040
    assert len(gazetteer.new_provinces) == 34
    assert len(gazetteer.old_provinces) == 63


def test_it_agrees_with_the_list_it_was_built_from() -> None:
    real_map.need()
    assert check_gazetteer(real_map.COMMUNES) == []


def test_it_has_every_correction_to_the_package_it_was_built_from() -> None:
    real_map.need()
    gazetteer = Gazetteer()
    with real_map.CORRECTIONS.open(encoding="utf-8", newline="") as lines:
        corrections = list(csv.DictReader(lines))
    assert corrections
    for row in corrections:
        name = gazetteer.commune(row["code"]).full_name
        assert name.casefold() == row["in_force_2026"].casefold()
        if row["what"] == "code":
            assert gazetteer.codes(row["code"]) == (row["code"], row["package_1_0_4"])
    assert not [f for f in check_gazetteer(real_map.CORRECTIONS) if f.startswith("only the list")]


def test_differences_from_another_list_are_told(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("code,name,type\n14308,Hải Xuấn,phường\n99999,Nơi Khác,xã\n", encoding="utf-8")
    findings = check_gazetteer(other)
    assert "only the list has 99999 (Nơi Khác)" in findings
    assert "the list lacks 14215 (Hải Hậu)" in findings
    assert "14308 is Hải Xuân here and Hải Xuấn in the list (accents only)" in findings
    assert "14308 (Hải Xuân) is a xã here and a phường in the list" in findings


@pytest.mark.parametrize("content", [b"\xff\xff\xff", b"", b"name\nBa\n"])
def test_a_list_that_cannot_be_used_is_a_finding(tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes(content)
    assert len(check_gazetteer(other)) == 1


def test_a_unit_has_the_type_of_its_day() -> None:
    gazetteer = Gazetteer()
    assert gazetteer.commune("26248").kind == "phường"
    assert gazetteer.commune("26248", date(2026, 4, 29)).kind == "xã"
    assert gazetteer.commune("26248", date(2026, 4, 30)).kind == "phường"
    assert gazetteer.commune("06978", date(2025, 8, 1)).code == "06970"


def test_the_tables_say_nothing_of_the_machine_they_were_built_on() -> None:
    for table in TABLES.glob("*.tsv"):
        assert "/" not in table.read_text(encoding="utf-8")
