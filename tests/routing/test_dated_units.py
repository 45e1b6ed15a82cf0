"""Units change their names and types, are merged and divided: shown on small invented tables."""

from collections.abc import Iterator
from datetime import date

import pytest

from routing import ReasonCode, Router, Status
from routing.gazetteer import TABLES, Gazetteer
from routing.gazetteer_check import check_gazetteer

SINCE = "2025-07-01"
UNTIL = "2027-01-01"
BEFORE, AFTER = date(2026, 12, 31), date(2027, 1, 1)
# code, kind, name, valid_from, valid_to, successors; all of them invented, in Ninh Bình
STATES = [
    ("90001", "xã", "Đồng Trăng", SINCE, UNTIL, "90001"),  # took another name
    ("90001", "xã", "Đồng Sao", UNTIL, "", ""),
    ("90002", "xã", "Bãi Ngô", SINCE, UNTIL, "90002"),  # became a ward
    ("90002", "phường", "Bãi Ngô", UNTIL, "", ""),
    ("90003", "xã", "Cồn Vạc", SINCE, UNTIL, "90004"),  # was merged into its neighbour
    ("90004", "xã", "Cồn Sếu", SINCE, "", ""),
    ("90005", "xã", "Vàm Quế", SINCE, UNTIL, "90006 90007"),  # was divided
    ("90006", "xã", "Vàm Quế Đông", UNTIL, "", ""),
    ("90007", "xã", "Vàm Quế Tây", UNTIL, "", ""),
]


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    """The real tables, and units as a later year may bring them."""
    folder = tmp_path_factory.mktemp("tables")
    for table in TABLES.glob("*.tsv"):
        (folder / table.name).write_bytes(table.read_bytes())
    with (folder / "communes.tsv").open("a", encoding="utf-8") as communes:
        communes.writelines(_rows())
    return Gazetteer(folder)


def _rows() -> Iterator[str]:
    for code, kind, name, since, until, successors in STATES:
        cells = (code, kind, name, "37", "9000", "20.25", "105.97", since, until, successors)
        yield "\t".join(cells) + "\n"


@pytest.fixture(scope="module")
def router(later: Gazetteer) -> Router:
    return Router(later, None)


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("90001", "xã Đồng Trăng", "xã Đồng Sao"),
        ("90002", "xã Bãi Ngô", "phường Bãi Ngô"),
        ("90003", "xã Cồn Vạc", "xã Cồn Sếu"),
        ("90004", "xã Cồn Sếu", "xã Cồn Sếu"),
        ("90007", "xã Vàm Quế", "xã Vàm Quế Tây"),
    ],
)
def test_a_unit_is_called_as_on_the_day(
    later: Gazetteer, code: str, before: str, after: str
) -> None:
    assert later.commune(code, BEFORE).full_name == before
    assert later.commune(code, AFTER).full_name == after
    assert later.commune(code).full_name == after


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("xã Đồng Trăng", "xã Đồng Sao"),
        ("xã Bãi Ngô", "phường Bãi Ngô"),
        ("xã Cồn Vạc", "xã Cồn Sếu"),
    ],
)
def test_the_name_that_ended_leads_to_the_unit_in_force(
    router: Router, text: str, now: str
) -> None:
    route = router.route(f"{text}, tỉnh Ninh Bình")
    assert (route.status, route.reason.code) == (Status.CERTAIN, ReasonCode.FORMER_NAME)
    assert [candidate.name for candidate in route.candidates] == [now]


def test_a_commune_divided_later_gives_all_its_parts(router: Router) -> None:
    route = router.route("xã Vàm Quế, tỉnh Ninh Bình")
    assert route.status is Status.ASK
    assert {candidate.code for candidate in route.candidates} == {"90006", "90007"}


def test_statistics_can_follow_successors(router: Router) -> None:
    assert router.codes("90004") == ("90004", "90003")
    assert router.codes("90003") == ("90004", "90003")
    assert router.codes("90001") == ("90001",)
    assert router.codes("90006") == ("90006", "90005")
    assert router.codes("90007") == ("90007",)
    assert router.codes("06978") == ("06978", "06970")


def test_the_check_misses_no_successor(later: Gazetteer, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {code: s for code, s in later.current.items() if code != "90007"}
    monkeypatch.setattr(later, "current", broken)
    monkeypatch.setattr("routing.gazetteer_check.Gazetteer", lambda: later)
    assert "retired commune 90005 has no successor in force" in check_gazetteer()
