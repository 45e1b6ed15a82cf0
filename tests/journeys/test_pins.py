"""Places by pin: beside words, at sea, outside, and on a map with borders."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from routing import Router
from routing.boundary_import import import_boundaries
from storage.database import Database, Session
from storage.models import Attempt, Inbox, Model
from storage.sealing import Keyring
from tests import real_map
from tests.clock import FakeClock
from tests.journeys.kept import all_that_is_kept
from tests.journeys.placing import (
    AT_HOME,
    HERE,
    STANDING,
    UNKNOWN,
    offered,
    pins,
    place_of,
    reads,
    shown,
    the_tip,
)
from tests.journeys.telling import SEND
from tests.town import Person, Town, make_town

AT_SEA = (19.5, 107.2)
HANOI = (21.0285, 105.8542)


@pytest.fixture
def an(sqlite_town: Town) -> Person:
    return sqlite_town.citizen()


@pytest.fixture
def town(sqlite_town: Town) -> Town:
    """These stories are about what is said: one database is enough."""
    return sqlite_town


# pins -----------------------------------------------------------------------------------------


async def test_words_and_pin_that_disagree_are_both_shown(town: Town, an: Person) -> None:
    await an.says("mất xe ở xã Giao Long tối qua")
    await pins(an, AT_HOME)
    await an.presses(HERE)
    assert "Lời kể và vị trí anh/chị gửi là hai nơi khác nhau." in an.text
    names = [label.partition(" (")[0] for label in offered(an)]
    assert names[:2] == ["xã Giao Hưng", "xã Hải Xuân"]
    assert len(names) == 5
    await an.presses("xã Hải Xuân (trước đây thuộc huyện Hải Hậu)")
    assert shown(an) == "xã Hải Xuân (trước đây thuộc huyện Hải Hậu)"


async def test_an_unclear_name_and_a_pin_elsewhere_are_both_among_the_first(an: Person) -> None:
    await an.says("mất xe ở Vụ Bản tối qua")
    await pins(an, AT_HOME)
    await an.presses(HERE)
    names = [label.partition(" (")[0] for label in offered(an)]
    assert {"xã Vụ Bản", "xã Hải Xuân"} <= set(names)


async def test_words_and_pin_that_agree_are_not_asked(town: Town, an: Person) -> None:
    officer = await town.officer(900)
    await an.says("mất xe ở Hải Phú tối qua")
    await pins(an, AT_HOME)
    await an.presses(HERE)
    assert shown(an) == "xã Hải Xuân (trước đây là xã Hải Phú, huyện Hải Hậu)"
    await an.presses(SEND)
    told = "Cách tìm nơi: “Hải Phú” và vị trí cùng chỉ xã Hải Xuân."
    assert told in await reads(officer)


async def test_a_pin_at_sea_is_said_to_be_in_no_commune_and_kept_for_the_desk(
    town: Town, an: Person
) -> None:
    desk = await town.desk_officer()
    await an.says("đánh nhau tối qua")
    await pins(an, AT_SEA)
    await an.presses(HERE)
    assert "không nằm trong xã, phường nào" in an.text
    await an.presses(UNKNOWN)
    await an.presses(SEND)
    assert "Cách tìm nơi: Vị trí không nằm trong xã, phường nào." in desk.text
    assert "19.5" in json.dumps(await place_of(town))


async def test_after_a_pin_at_sea_a_name_is_enough(an: Person) -> None:
    await an.says("đánh nhau tối qua")
    await pins(an, AT_SEA)
    await an.presses(HERE)
    await an.says("Hải Thịnh")
    assert shown(an).startswith("xã Hải Thịnh")


async def test_where_somebody_stands_leaves_neither_point_nor_distance_nor_neighbours(
    town: Town, an: Person
) -> None:
    await town.officer(900)
    await an.says("mất xe tối qua")
    await pins(an, AT_HOME)
    await an.presses(STANDING)
    await an.presses("xã Hải Xuân (trước đây thuộc huyện Hải Hậu)")
    await an.presses(SEND)
    kept = await all_that_is_kept(town)
    assert "xã Hải Xuân" in kept
    traces = ("20.12", "106.24", "12.0", '"point": [', "metres", "gần vị trí", "ranh giới")
    assert not [trace for trace in traces if trace in kept]
    assert (await the_tip(town)).commune_code == "14308"


async def test_of_where_somebody_stands_at_sea_nothing_is_kept(town: Town, an: Person) -> None:
    await an.says("đánh nhau tối qua")
    await pins(an, AT_SEA)
    await an.presses(STANDING)
    assert "không nằm trong xã, phường nào" in an.text
    assert "19.5" not in await all_that_is_kept(town)


# outside --------------------------------------------------------------------------------------


async def counts(town: Town) -> dict[str, int]:
    """How many rows each table has, but for those that only remember that something came."""

    def work(session: Session) -> dict[str, int]:
        return {
            mapper.class_.__tablename__: session.scalar(
                select(func.count()).select_from(mapper.class_)
            )
            or 0
            for mapper in Model.registry.mappers
            if mapper.class_ not in (Inbox, Attempt)
        }

    return await town.database.read(work)


async def test_a_place_in_hanoi_leaves_nothing_but_the_answer(town: Town, an: Person) -> None:
    await an.starts()
    before = await counts(town)
    await an.says("trộm xe ở 12 phố Hàng Bạc, phường Hoàn Kiếm, Hà Nội")
    assert "không thuộc Ninh Bình" in an.text
    assert await counts(town) == before | {"deliveries": before["deliveries"] + 1}
    kept = await all_that_is_kept(town)
    assert not [word for word in ("Hàng Bạc", "Hoàn Kiếm", "trộm xe") if word in kept]


async def test_a_pin_in_hanoi_leaves_nothing_but_the_answer(town: Town, an: Person) -> None:
    await an.starts()
    before = await counts(town)
    await pins(an, HANOI)
    assert "không thuộc Ninh Bình" in an.text
    assert await counts(town) == before | {"deliveries": before["deliveries"] + 1}
    assert "21.02" not in await all_that_is_kept(town)


# on a map -------------------------------------------------------------------------------------

WEST, EAST = "14308", "14218"  #: xã Hải Xuân and xã Hải Tiến, drawn here as two squares


def square(code: str, west: float) -> dict[str, object]:
    """A tenth of a degree wide, from 20.0 to 20.1 north."""
    east, south, north = west + 0.1, 20.0, 20.1
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Router:
    """A router whose map is two squares side by side."""
    folder = tmp_path_factory.mktemp("invented")
    source = folder / "map.geojson"
    features = [square(WEST, 106.3), square(EAST, 106.4)]
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    # The centres of the real communes do not lie in these squares, which an import would refuse.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("routing.boundary_import.MISPLACED", 1.0)
        import_boundaries(source, folder, lambda _done, _all: None)
    return Router.load(("37",), folder)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Router:
    """A router with the real boundaries."""
    real_map.need()
    folder = tmp_path_factory.mktemp("boundaries")
    import_boundaries(real_map.BOUNDARIES, folder, lambda _done, _all: None)
    return Router.load(("37",), folder)


@pytest.fixture
async def mapped(
    request: pytest.FixtureRequest,
    sqlite_url: str,
    keyring: Keyring,
    clock: FakeClock,
    tmp_path: Path,
) -> AsyncIterator[Town]:
    """A town with the map that the test names."""
    database = Database(sqlite_url, keyring)
    router: Router = request.getfixturevalue(request.param)
    async with make_town(database, clock, tmp_path, router) as made:
        yield made
    await database.close()


async def found_by_pin(town: Town, at: tuple[float, float], accuracy: float) -> Person:
    an = town.citizen()
    await an.says("mất xe tối qua")
    await pins(an, at, accuracy)
    await an.presses(HERE)
    return an


@pytest.mark.parametrize("mapped", ["invented"], indirect=True)
async def test_a_pin_within_a_commune_is_certain(mapped: Town) -> None:
    an = await found_by_pin(mapped, (20.05, 106.35), 12.0)
    assert shown(an).startswith("xã Hải Xuân")


@pytest.mark.parametrize("mapped", ["invented"], indirect=True)
async def test_a_pin_whose_accuracy_reaches_over_a_border_is_asked_with_both(mapped: Town) -> None:
    an = await found_by_pin(mapped, (20.05, 106.3999), 30.0)
    assert "ở gần những nơi này" in an.text
    names = [label.partition(" (")[0] for label in offered(an)]
    assert names == ["xã Hải Xuân", "xã Hải Tiến"]


@pytest.mark.parametrize("mapped", ["invented"], indirect=True)
async def test_whoever_stands_at_a_border_leaves_no_word_of_it(mapped: Town) -> None:
    an = mapped.citizen()
    await an.says("mất xe tối qua")
    await pins(an, (20.05, 106.3999), 30.0)
    await an.presses(STANDING)
    await an.says("1")
    await an.presses(SEND)
    kept = await all_that_is_kept(mapped)
    assert not [trace for trace in ("20.05", "106.39", "30.0", "ranh giới") if trace in kept]


@pytest.mark.parametrize("mapped", ["real"], indirect=True)
async def test_on_the_real_map_a_pin_near_a_border_is_asked_with_both(mapped: Town) -> None:
    an = await found_by_pin(mapped, (20.1283, 106.2482), 60.0)
    names = [label.partition(" (")[0] for label in offered(an)]
    assert names == ["xã Hải Xuân", "xã Hải Tiến"]
    closer = await found_by_pin(mapped, AT_HOME, 12.0)
    assert shown(closer).startswith("xã Hải Xuân")


@pytest.mark.parametrize("mapped", ["real"], indirect=True)
async def test_on_the_real_map_a_pin_settles_a_divided_commune(mapped: Town) -> None:
    an = mapped.citizen()
    await an.says("mất trộm ở phường Hòa Mạc tối qua")
    await pins(an, (20.6378, 105.9773))
    await an.presses(HERE)
    assert shown(an) == "phường Duy Tiên (trước đây là phường Hòa Mạc, thị xã Duy Tiên)"


@pytest.mark.parametrize("mapped", ["real"], indirect=True)
@pytest.mark.parametrize(
    ("words", "pin", "commune"),
    [
        ("mất xe ở Hải Hậu tối qua", AT_HOME, "xã Hải Xuân"),
        (
            "giáp ranh giữa xã Giao Long và Bạch Long có đánh nhau tối qua",
            (20.2273, 106.4465),
            "xã Giao Hưng",
        ),
    ],
)
async def test_on_the_real_map_a_pin_settles_what_words_leave_open(
    mapped: Town, words: str, pin: tuple[float, float], commune: str
) -> None:
    an = mapped.citizen()
    await an.says(words)
    await pins(an, pin)
    await an.presses(HERE)
    assert shown(an).startswith(commune)


@pytest.mark.parametrize("mapped", ["real"], indirect=True)
async def test_on_the_real_map_words_and_a_pin_elsewhere_are_both_offered(mapped: Town) -> None:
    an = mapped.citizen()
    await an.says("mất xe ở xã Giao Long tối qua")
    await pins(an, AT_HOME)
    await an.presses(HERE)
    assert sorted(offered(an)) == [
        "xã Giao Hưng (trước đây là xã Giao Long, huyện Giao Thủy)",
        "xã Hải Xuân (trước đây thuộc huyện Hải Hậu)",
    ]
