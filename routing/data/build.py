"""Builds the gazetteer tables beside this file.

`python -m routing.data.build COMMUNES_CSV CORRECTIONS_CSV`

Facts come from the PyPI package `vietnamadminunits` 1.0.4 (MIT; state of August 2025): former
communes with district, province and centre, their successors, and names that vanished before 2025;
and from two lists: every commune in force since 30 April 2026 with population and a point inside
(vietnamese-provinces-database, MIT, 25 July 2026; populations from the state merger map, July 2025),
and the units whose code or type changed since the package.
"""

import csv
import json
import math
import sqlite3
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from routing.text import fold

HERE = Path(__file__).parent
REFORM = "2025-07-01"  # Resolution 202/2025/QH15: 34 provinces, no districts, 3,321 communes
DONG_NAI_CITY = "2026-04-30"  # Resolution 30/2026/QH16 and 237/NQ-UBTVQH16
BEFORE_2025 = "2025-01-01"  # the package gives no finer date for names that vanished earlier
MOST_PEOPLE = 400_000
Row = dict[str, Any]

# What the package lacks: (kind, name, district code, former commune it was merged into).
ADDED_ALIASES = [("xã", "Nghĩa Phúc", "361", "Phúc Thắng")]  # merged in 2020; now xã Rạng Đông
SPOKEN_PROVINCES = {"79": "sai gon;tphcm;hcm;sg", "01": "hn;ha noi", "77": "ba ria;vung tau;brvt"}


def main(communes_csv: Path, corrections_csv: Path) -> None:
    """Write the four tables."""
    former, current = _package_rows("admin_units_legacy"), _package_rows("admin_units")
    communes = _read_csv(communes_csv)
    corrections = _read_csv(corrections_csv)
    moved = {r["package_1_0_4"]: r["code"] for r in corrections if r["what"] == "code"}
    successors = _successors(former, current, moved)
    _write("provinces", _provinces(former, communes))
    _write("districts", _districts(former))
    _write("communes", _communes(communes, corrections))
    _write("former_communes", _former_communes(former, successors))
    _write("aliases", _aliases(former))


def _package_rows(table: str) -> list[Row]:
    """Rows of the package's own database, without importing the package (it loads a geocoder)."""
    database = sqlite3.connect(_package_data() / "dataset.db")
    database.row_factory = sqlite3.Row
    return [dict(row) for row in database.execute(f'select * from "{table}"')]  # noqa: S608


def _package_data() -> Path:
    spec = find_spec("vietnamadminunits")
    if spec is None or spec.origin is None:
        sys.exit("vietnamadminunits is not installed; it is one of the development dependencies")
    return Path(spec.origin).parent / "data"


def _package_json(name: str) -> dict[str, Any]:
    return dict(json.loads((_package_data() / name).read_text(encoding="utf-8")))


def _read_csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _kind_and_name(full: str) -> tuple[str, str]:
    """`"Thị trấn Cồn"` -> `("thị trấn", "Cồn")`. The full name is right where the type column is not."""
    kinds = ("thị trấn", "đặc khu", "thành phố", "thị xã", "xã", "phường", "huyện", "quận", "tỉnh")
    full = _nfc(full)
    kind = next(kind for kind in kinds if full.casefold().startswith(kind + " "))
    return kind, full[len(kind) + 1 :]


def _successors(
    former: list[Row], current: list[Row], moved: dict[str, str]
) -> dict[str, list[str]]:
    """Former commune's key -> codes of the communes it lies in now, the largest part first."""
    code_of = {}
    for row in current:
        code = str(row["wardCode"])
        code_of[row["provinceKey"], row["wardKey"]] = moved.get(code, code)
    found: dict[str, list[str]] = {}
    data = _package_json("converter_2025.json")
    for province, wards in data["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, keys in wards.items():
            for key in keys:
                found.setdefault(key, []).append(code_of[province, ward])
    for province, divided in data["DICT_PROVINCE_WARD_DIVIDED"].items():
        for key, parts in divided.items():
            parts = sorted(parts, key=lambda part: not part["isDefaultNewWard"])
            found.setdefault(key, []).extend(code_of[province, p["newWardKey"]] for p in parts)
    missing = [key for key in map(_key, former) if key not in found]
    if missing:
        sys.exit(f"former communes without a successor: {missing[:5]}")
    return {key: list(dict.fromkeys(codes)) for key, codes in found.items()}


def _key(row: Row) -> str:
    return f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"


def _provinces(former: list[Row], communes: list[Row]) -> Iterator[list[str]]:
    yield ["code", "kind", "name", "successor", "valid_from", "valid_to", "spoken"]
    new_code = _province_successors(former)
    for code, full in sorted({(r["provinceCode"], r["province"]) for r in former}):
        spoken = SPOKEN_PROVINCES.get(code, "")
        yield [code, *_kind_and_name(full), new_code[code], "", REFORM, spoken]
    for code, kind, name in sorted(
        {(r["province_code"], r["province_type"], _nfc(r["province"])) for r in communes}
    ):
        spoken = SPOKEN_PROVINCES.get(code, "")
        if code == "75":  # Đồng Nai: a province that became a city under central rule
            yield [code, "tỉnh", name, code, REFORM, DONG_NAI_CITY, spoken]
            yield [code, kind, name, code, DONG_NAI_CITY, "", spoken]
        else:
            yield [code, kind, name, code, REFORM, "", spoken]


def _province_successors(former: list[Row]) -> dict[str, str]:
    new = {r["provinceKey"]: r["provinceCode"] for r in _package_rows("admin_units")}
    merged = _package_json("converter_2025.json")["DICT_PROVINCE"]
    by_key = {old: new[key] for key, olds in merged.items() for old in olds}
    return {r["provinceCode"]: by_key[r["provinceKey"]] for r in former}


def _districts(former: list[Row]) -> Iterator[list[str]]:
    yield ["code", "kind", "name", "province", "valid_to", "aliases"]
    seen = {r["districtCode"]: r for r in former}
    for code, row in sorted(seen.items()):
        aliases = ";".join(_alias_names(row["districtAlias"]))
        yield [code, *_kind_and_name(row["district"]), row["provinceCode"], REFORM, aliases]


def _population(row: Row) -> str:
    """Empty where it is plainly wrong: no commune has this many people (Yên Bình, Lào Cai: 653,422)."""
    return "" if row["population"] and int(row["population"]) > MOST_PEOPLE else row["population"]


def _communes(communes: list[Row], corrections: list[Row]) -> Iterator[list[str]]:
    yield [
        "code",
        "kind",
        "name",
        "province",
        "population",
        "lat",
        "lon",
        "valid_from",
        "valid_to",
        "successor",
    ]
    changed = {r["code"]: r for r in corrections}
    for row in sorted(communes, key=lambda row: row["code"]):
        facts = [row["province_code"], _population(row), row["lat"], row["lon"]]
        name = _nfc(row["name"])
        change = changed.get(row["code"])
        since = DONG_NAI_CITY if change else REFORM
        if change and change["what"] == "type":
            was = _kind_and_name(change["package_1_0_4"])[0]
            yield [row["code"], was, name, *facts, REFORM, since, row["code"]]
        elif change:
            yield [change["package_1_0_4"], row["type"], name, *facts, REFORM, since, row["code"]]
        yield [row["code"], row["type"], name, *facts, since, "", ""]


def _former_communes(former: list[Row], successors: dict[str, list[str]]) -> Iterator[list[str]]:
    yield ["code", "kind", "name", "district", "lat", "lon", "valid_to", "successors"]
    for row in sorted(former, key=lambda row: (row["districtCode"], row["wardCode"] or "")):
        # Five island districts had no communes; they stand for themselves.
        kind, name = _kind_and_name(row["ward"] or row["district"])
        lat, lon = row["wardLat"] or row["districtLat"], row["wardLon"] or row["districtLon"]
        code = row["wardCode"] or row["districtCode"]
        codes = " ".join(successors[_key(row)])
        yield [code, kind, name, row["districtCode"], str(lat), str(lon), REFORM, codes]


def _aliases(former: list[Row]) -> Iterator[list[str]]:
    """Names that vanished before 2025. The package keeps them without accents and spaces."""
    yield ["kind", "name", "district", "former_commune", "valid_to"]
    code_of = {}
    for row in sorted(former, key=lambda row: (row["districtCode"], row["wardCode"] or "")):
        code_of[row["districtCode"], _kind_and_name(row["ward"] or row["district"])[1]] = row[
            "wardCode"
        ]
        for alias in _alias_names(row["wardAlias"]):
            kind, _, name = alias.partition(":")
            yield [kind, name, row["districtCode"], row["wardCode"], BEFORE_2025]
    for kind, name, district, into in ADDED_ALIASES:
        yield [kind, name, district, code_of[district, into], BEFORE_2025]


def _alias_names(packed: str | None) -> list[str]:
    """`'["xadinau", "dinau"]'` -> `["xã:di nau"]`: each once, by its form with a type word."""
    keys = json.loads(packed or "[]")
    found = []
    for key in keys:
        for kind in ("xã", "phường", "thị trấn", "huyện", "thị xã", "thành phố", "quận"):
            start = fold(kind).replace(" ", "")
            if key.startswith(start) and key[len(start) :] in keys:
                found.append(f"{kind}:{_spaced(key[len(start) :])}")
                break
    return list(dict.fromkeys(found))


def _spaced(packed: str) -> str:
    """Split `"tanphu"` into the likeliest syllables, judged by how often each occurs in names."""
    if packed.isdigit():
        return str(int(packed))
    counts = _syllable_counts()
    total = sum(counts.values())
    best: list[tuple[float, str]] = [(0.0, "")]
    for end in range(1, len(packed) + 1):
        choices = []
        for start in range(max(0, end - 7), end):
            piece = packed[start:end]
            cost = -math.log(counts[piece] / total) if piece in counts else 12.0 * len(piece)
            choices.append((best[start][0] + cost, f"{best[start][1]} {piece}".strip()))
        best.append(min(choices))
    return best[-1][1]


@cache
def _syllable_counts() -> Counter[str]:
    names = [r["wardShort"] or "" for r in _package_rows("admin_units_legacy")]
    return Counter(word for name in names for word in fold(name).split())


def _write(name: str, rows: Iterable[list[str]]) -> None:
    lines = ["\t".join("" if cell is None else str(cell) for cell in row) for row in rows]
    (HERE / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
