"""Places as people write them: what is asked, what is shown back, and what the officer reads of it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from routing import Router
from routing.boundary_import import import_boundaries
from storage import tips
from storage.database import Database, Session
from storage.models import Attempt, Inbox, Model, Tip
from storage.sealing import Keyring
from storage.states import DeskReason
from tests.clock import FakeClock
from tests.journeys.kept import all_that_is_kept
from tests.journeys.telling import SEND
from tests.town import Person, Town, make_town, rows

SHARED = Path(__file__).parents[2] / "../shared/data"

AT_HOME = (20.1283, 106.2419)  #: in xã Hải Xuân
AT_SEA = (19.5, 107.2)
HANOI = (21.0285, 105.8542)
HERE, STANDING, ELSEWHERE, UNKNOWN = "Nơi xảy ra việc", "Chỗ tôi đang đứng", "Nơi khác", "Không rõ"
CONTROLS = {ELSEWHERE, UNKNOWN, "Quay lại", "Bỏ tin này"}


@pytest.fixture
def an(sqlite_town: Town) -> Person:
    return sqlite_town.citizen()


@pytest.fixture
def town(sqlite_town: Town) -> Town:
    """These stories are about what is said: one database is enough."""
    return sqlite_town


def offered(person: Person) -> list[str]:
    """The places to choose from."""
    return [label for label in person.buttons if label not in CONTROLS]


def shown(person: Person) -> str:
    """The line of the summary that names the place."""
    assert SEND in person.buttons, person.text
    (line,) = [line for line in person.text.split("\n") if line.startswith("• Nơi: ")]
    return line.removeprefix("• Nơi: ")


async def pins(person: Person, at: tuple[float, float], accuracy: float = 12.0) -> str:
    return await person.does(person.user.sends_location(*at, accuracy=accuracy))


async def the_tip(town: Town) -> Tip:
    (tip,) = await rows(town.database, Tip)
    return tip


async def reads(officer: Person) -> list[str]:
    """The lines of a tip's details, opened."""
    card = next(m for m in reversed(officer.user.screen) if "Xem chi tiết" in m.buttons)
    await officer.presses("Xem chi tiết", card)
    details = next(text for text in reversed(officer.texts) if "Lời người báo:" in text)
    return details.split("\n")


# a name that is commune and district at once ---------------------------------------------------


async def test_a_name_of_commune_and_district_offers_the_commune_first_then_the_district(
    an: Person,
) -> None:
    await an.says("mất xe ở Hải Hậu tối qua")
    assert "«Hải Hậu» có thể là nhiều nơi" in an.text
    first = offered(an)
    assert first[0] == "xã Hải Hậu (trước đây là thị trấn Yên Định, huyện Hải Hậu)"
    assert len(first) == 5
    await an.presses(ELSEWHERE)
    assert len(first + offered(an)) == 8
    assert all("huyện Hải Hậu" in label for label in first + offered(an))


async def test_a_commune_found_by_its_district_is_shown_with_the_name_it_kept(an: Person) -> None:
    await an.says("mất xe ở Hải Hậu tối qua")
    await an.presses("xã Hải Anh (trước đây thuộc huyện Hải Hậu)")
    assert shown(an) == "xã Hải Anh (trước đây thuộc huyện Hải Hậu)"


async def test_a_name_that_was_turned_down_is_asked_in_words(town: Town, an: Person) -> None:
    await an.says("mất xe ở Hải Hậu tối qua")
    await an.presses(ELSEWHERE)
    await an.presses(ELSEWHERE)
    assert "Vậy việc xảy ra ở xã, phường nào?" in an.text
    await an.says("thị trấn Cồn")
    assert shown(an) == "xã Hải Tiến (trước đây là thị trấn Cồn, huyện Hải Hậu)"


async def test_the_type_word_decides(an: Person) -> None:
    await an.says("mất xe ở xã Hải Hậu tối qua")
    assert shown(an).startswith("xã Hải Hậu")


async def test_more_than_five_in_several_districts_are_asked_by_district(an: Person) -> None:
    await an.says("mất xe ở Vụ Bản tối qua")
    assert "Trước đây nơi đó thuộc huyện, thị xã, thành phố nào?" in an.text
    assert offered(an) == ["huyện Vụ Bản", "thành phố Nam Định"]
    await an.says("huyện Vụ Bản")
    assert 1 < len(offered(an)) <= 5
    await an.says("1")
    assert shown(an).startswith("xã Vụ Bản")


@pytest.mark.parametrize("typed", ["2", "hai", "xã Hải Tiến"])
async def test_a_button_may_be_typed(an: Person, typed: str) -> None:
    await an.says("mất xe tối qua")
    await an.says("Hải Hậu")
    await an.says(typed)
    assert "xã Hải Tiến (trước đây là thị trấn Cồn, huyện Hải Hậu)" in shown(an)


async def test_another_place_may_be_typed_in_place_of_a_button(an: Person) -> None:
    await an.says("mất xe ở Hải Hậu tối qua")
    await an.says("phường Vị Khê")
    assert shown(an).startswith("phường Vị Khê (trước đây là ")


# former names ----------------------------------------------------------------------------------


async def test_a_former_name_is_shown_back_as_the_commune_of_today(town: Town, an: Person) -> None:
    officer = await town.officer(900)
    await an.says("mất trâu ở Hải Phú đêm qua")
    assert shown(an) == "xã Hải Xuân (trước đây là xã Hải Phú, huyện Hải Hậu)"
    await an.presses(SEND)
    lines = await reads(officer)
    assert "Nơi: xã Hải Xuân" in lines
    found = "“Hải Phú” là tên trước đây (xã Hải Phú), nay thuộc xã Hải Xuân."
    assert f"Cách tìm nơi: {found}" in lines


async def test_a_name_of_today_needs_no_explaining(town: Town, an: Person) -> None:
    officer = await town.officer(900)
    await an.says("mất trâu ở xã Hải Xuân đêm qua")
    await an.presses(SEND)
    assert "Cách tìm nơi" not in "\n".join(await reads(officer))


async def test_of_a_divided_commune_all_parts_are_offered(town: Town, an: Person) -> None:
    await an.says("mất trộm ở phường Hòa Mạc tối qua")
    assert "«phường Hòa Mạc» nay chia cho nhiều nơi" in an.text
    assert offered(an) == [
        "phường Duy Tiên (trước đây là phường Hòa Mạc, thị xã Duy Tiên)",
        "phường Duy Tân (trước đây là phường Hòa Mạc, thị xã Duy Tiên)",
    ]


# several names ---------------------------------------------------------------------------------


async def test_at_a_border_both_sides_are_offered(town: Town, an: Person) -> None:
    desk = await town.desk_officer()
    await an.says("đánh nhau ở cống số 8, giáp ranh giữa xã Giao Long và Bạch Long, tối qua")
    assert "Anh/chị nhắc tới nhiều nơi." in an.text
    assert offered(an) == [
        "xã Giao Hưng (trước đây là xã Giao Long, huyện Giao Thủy)",
        "xã Giao Bình (trước đây là xã Bạch Long, huyện Giao Thủy)",
    ]
    await an.presses(offered(an)[1])
    await an.presses(SEND)
    assert (await the_tip(town)).commune_code is not None
    told = "Tin nhắc tới nhiều nơi: xã Giao Hưng, xã Giao Bình. Người báo chọn trong số đó."
    assert f"Cách tìm nơi: {told}" in desk.text


async def test_who_cannot_tell_the_side_of_a_border_reaches_the_desk(
    town: Town, an: Person
) -> None:
    desk = await town.desk_officer()
    await an.says("đánh nhau ở chỗ giáp ranh giữa xã Giao Long và Bạch Long tối qua")
    await an.presses(UNKNOWN)
    await an.presses(SEND)
    assert (await the_tip(town)).desk_reason is DeskReason.PLACE_UNKNOWN
    assert "Tin nhắc tới nhiều nơi: xã Giao Hưng, xã Giao Bình." in desk.text
    assert "Người báo chọn" not in desk.text


async def test_of_two_communes_named_none_is_chosen_silently(an: Person) -> None:
    await an.says("mất xe ở xã Hải Xuân và xã Hải Anh tối qua")
    assert [label.partition(" (")[0] for label in offered(an)] == ["xã Hải Xuân", "xã Hải Anh"]
    await an.says("2")
    assert shown(an).startswith("xã Hải Anh")


async def test_a_hamlet_beside_two_communes_is_put_in_neither(an: Person) -> None:
    await an.says("nhà tôi ở xóm 5 xã Hải Xuân, mất xe ở xã Hải Anh tối qua")
    await an.presses("xã Hải Anh (trước đây thuộc huyện Hải Hậu)")
    assert shown(an) == "xã Hải Anh (trước đây thuộc huyện Hải Hậu)"


# the hamlet ------------------------------------------------------------------------------------


async def test_the_hamlet_told_in_one_message_is_on_the_officers_card(
    town: Town, an: Person
) -> None:
    officer = await town.officer(900)
    await an.says("co trom xe o xom 5 hai xuan toi qua")
    assert shown(an).startswith("xom 5, xã Hải Xuân")
    await an.presses(SEND)
    assert "xom 5, xã Hải Xuân" in officer.text
    assert "Nơi: xom 5, xã Hải Xuân" in await reads(officer)


async def test_the_hamlet_told_first_and_the_commune_later_belong_together(an: Person) -> None:
    await an.says("mất xe ở xóm 5 tối qua")
    await an.says("xã Hải Xuân")
    assert shown(an).startswith("xóm 5, xã Hải Xuân")


async def test_a_sensitive_card_names_no_hamlet(town: Town, an: Person) -> None:
    officer = await town.officer(900)
    await an.says("bán ma túy ở xóm 5 xã Hải Xuân tối qua")
    assert shown(an).startswith("xóm 5, xã Hải Xuân")
    await an.presses(SEND)
    assert "xã Hải Xuân" in officer.text
    assert "xóm 5" not in officer.text


async def test_the_words_of_an_answer_are_kept_beside_the_commune(town: Town, an: Person) -> None:
    officer = await town.officer(900)
    await an.says("mất xe tối qua")
    await an.says("xóm 5 Hải Xuân, gần chợ")
    await an.presses(SEND)
    assert "xóm 5, xã Hải Xuân" in officer.text
    assert "Nơi: xóm 5 Hải Xuân, gần chợ, xã Hải Xuân" in await reads(officer)


async def test_a_name_alone_is_not_said_twice(an: Person) -> None:
    await an.says("mất xe tối qua")
    await an.says("xa hai xuan")
    assert shown(an) == "xã Hải Xuân (trước đây thuộc huyện Hải Hậu)"


async def test_nothing_in_the_name_of_a_place_acts(town: Town, an: Person) -> None:
    officer = await town.officer(900)
    await an.says("mất xe tối qua")
    await an.says("xã Hải Xuân, xem https://xau.example @kexau /close_1")
    await an.presses(SEND)
    lines = "\n".join(await reads(officer))
    assert not [trap for trap in ("https://", "@kexau", "/close_1") if trap in lines]


# changing the place ----------------------------------------------------------------------------


async def test_a_place_changed_from_the_summary_takes_the_hamlet_with_it(
    town: Town, an: Person
) -> None:
    await an.says("mất xe ở xóm 5 xã Hải Xuân tối qua")
    await an.presses("Sửa")
    await an.presses("Nơi xảy ra")
    await an.says("thôn Đông, xã Hải Anh")
    assert shown(an) == "thôn Đông, xã Hải Anh, xã Hải Anh (trước đây thuộc huyện Hải Hậu)"
    await an.presses(SEND)
    assert "xóm 5" not in json.dumps(await place_of(town), ensure_ascii=False)


async def place_of(town: Town) -> object:
    def work(session: Session) -> object:
        return tips.contents_of(session, session.query(Tip).one()).place

    return await town.database.read(work)


# nobody knows ----------------------------------------------------------------------------------


async def test_a_place_nobody_knows_reaches_the_desk_with_the_reason(
    town: Town, an: Person
) -> None:
    desk = await town.desk_officer()
    await an.says("mất xe tối qua")
    await an.says("gần nhà ông Ba")
    assert "Tôi chưa nhận ra nơi này" in an.text
    await an.presses(UNKNOWN)
    assert shown(an) == "gần nhà ông Ba, chưa rõ, trực ban tỉnh sẽ tìm"
    await an.presses(SEND)
    assert "vì: chưa rõ xảy ra ở xã nào" in desk.text
    assert "Cách tìm nơi: Lời nhắn không có tên xã, phường nào." in desk.text
    assert "Nơi: gần nhà ông Ba, chưa rõ xã" in await reads(desk)


# pins ------------------------------------------------------------------------------------------


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


# outside ---------------------------------------------------------------------------------------


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


# on a map --------------------------------------------------------------------------------------

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
    source = SHARED / "communes.geojson.gz"
    if not source.exists():
        pytest.fail(f"the real boundaries are not at {source}; these journeys need them")
    folder = tmp_path_factory.mktemp("boundaries")
    import_boundaries(source, folder, lambda _done, _all: None)
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
