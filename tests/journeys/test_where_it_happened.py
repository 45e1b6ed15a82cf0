"""Finding the place: what is shown back, what is asked, and what is never kept."""

import json

import pytest

from storage import tips
from storage.database import Session
from storage.models import Tip
from storage.states import DeskReason
from tests.journeys.kept import all_that_is_kept, count
from tests.journeys.telling import SEND, tells
from tests.town import Person, Town, rows

SPOT = (20.1283, 106.2419)  #: in xã Hải Xuân
HANOI = (21.0285, 105.8542)


async def the_tip(town: Town) -> Tip:
    (tip,) = await rows(town.database, Tip)
    assert isinstance(tip, Tip)
    return tip


async def place_of_the_tip(town: Town) -> dict[str, object]:
    def work(session: Session) -> dict[str, object]:
        return tips.contents_of(session, session.query(Tip).one()).place

    return await town.database.read(work)


async def pins(person: Person, at: tuple[float, float] = SPOT, *, live: bool = False) -> str:
    return await person.does(person.user.sends_location(*at, accuracy=12.0, live=live))


async def test_a_name_that_is_certain_is_shown_back_and_confirmed_by_sending(town: Town) -> None:
    an = town.citizen()
    await an.says("mất xe ở xóm 5 xã Hải Hòa huyện Hải Hậu tối qua")
    assert "xã Hải Xuân (trước đây là xã Hải Hòa, huyện Hải Hậu)" in an.text
    await an.presses(SEND)
    assert (await the_tip(town)).commune_code == "14308"


async def test_a_name_of_many_is_asked_five_at_a_time(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await an.says("mất xe ở Hải Hậu tối qua")
    first = an.buttons[:5]
    assert all("trước đây" in label for label in first)
    assert an.buttons[5:7] == ["Nơi khác", "Không rõ"]
    await an.presses("Nơi khác")
    assert "xã Hải Quang" in " ".join(an.buttons)
    assert not set(first) & set(an.buttons)


async def test_a_province_of_old_is_asked_by_its_districts_first(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await an.says("mất xe ở tỉnh Hà Nam tối qua")
    assert "Trước đây nơi đó thuộc huyện, thị xã, thành phố nào?" in an.text
    await an.presses("thành phố Phủ Lý")
    await an.presses("phường Hà Nam")
    assert "phường Hà Nam" in an.text
    assert SEND in an.buttons


async def test_who_does_not_know_the_place_reaches_the_desk(town: Town) -> None:
    desk = await town.desk_officer()
    an = town.citizen()
    await an.says("mất xe tối qua")
    await an.presses("Không rõ")
    await an.presses(SEND)
    assert (await the_tip(town)).desk_reason is DeskReason.PLACE_UNKNOWN
    assert "vì: chưa rõ xảy ra ở xã nào" in desk.text


@pytest.mark.parametrize(
    "words", ["cháy nhà ở quận Hoàn Kiếm, Hà Nội", "mat xe o quan 1 thanh pho ho chi minh toi qua"]
)
async def test_of_a_place_outside_the_province_nothing_remains(town: Town, words: str) -> None:
    an = town.citizen()
    await an.says(words)
    assert "không thuộc Ninh Bình" in an.text
    assert ("114" if "cháy" in words else "113") in an.text
    kept = await all_that_is_kept(town)
    assert not [word for word in ("Hoàn Kiếm", "cháy nhà", "quan 1", "mat xe") if word in kept]
    assert await count(town, Tip) == 0


async def test_of_a_pin_outside_the_province_nothing_remains(town: Town) -> None:
    an = town.citizen()
    await pins(an, HANOI)
    assert "không thuộc Ninh Bình" in an.text
    assert "21.02" not in await all_that_is_kept(town)


async def test_an_answer_outside_the_province_leaves_no_trace_in_the_draft(town: Town) -> None:
    an = town.citizen()
    await an.says("đang cháy nhà")
    await an.says("quận Hoàn Kiếm, Hà Nội")
    assert "không thuộc Ninh Bình" in an.text
    assert "Hoàn Kiếm" not in await all_that_is_kept(town)
    await an.says("xã Hải Xuân")
    assert SEND in an.buttons


async def test_a_pin_where_it_happened_is_kept_for_the_officer(town: Town) -> None:
    an = town.citizen()
    await pins(an)
    assert an.buttons[:2] == ["Nơi xảy ra việc", "Chỗ tôi đang đứng"]
    await an.presses("Nơi xảy ra việc")
    await an.says("đang đánh nhau ở xã Hải Xuân")
    await an.presses(SEND)
    assert (await place_of_the_tip(town))["point"] == list(SPOT)


async def test_a_pin_where_somebody_stands_only_finds_the_commune(town: Town) -> None:
    an = town.citizen()
    await pins(an)
    await an.presses("Chỗ tôi đang đứng")
    kept = await all_that_is_kept(town)
    assert "20.12" not in kept
    assert "106.24" not in kept
    await an.says("đang đánh nhau")
    await an.presses("xã Hải Xuân (trước đây thuộc huyện Hải Hậu)")
    await an.presses(SEND)
    place = await place_of_the_tip(town)
    assert place["point"] is None
    assert place["accuracy"] is None
    assert "20.12" not in json.dumps(place)
    assert (await the_tip(town)).commune_code == "14308"


async def test_a_live_location_is_read_once(town: Town) -> None:
    an = town.citizen()
    message = await an.user.sends_location(*SPOT, live=True)
    await town.settle()
    await an.presses("Nơi xảy ra việc")
    before = len(an.texts)
    await an.does(an.user.moves(message, 20.2, 106.3))
    assert len(an.texts) == before
    assert "20.2," not in await all_that_is_kept(town)


async def test_a_tip_about_local_officials_goes_to_the_desk_only(town: Town) -> None:
    officer, desk = await town.officer(900), await town.desk_officer()
    quiet = list(officer.texts)
    an = town.citizen()
    await an.says("trưởng công an xã Hải Xuân nhận tiền của nhà xe tối qua, đánh người")
    assert "Viện kiểm sát nhân dân" in an.text
    await an.presses("Có, chỉ gửi cấp tỉnh")
    assert "Chỉ gửi cấp tỉnh, xã không xem được." in an.text
    await an.presses(SEND)
    assert "chuyển tới trực ban cấp tỉnh" in an.text
    assert (await the_tip(town)).desk_reason is DeskReason.LOCAL_OFFICIAL
    assert officer.texts == quiet
    assert "Tin số 1" in desk.text


async def test_the_commune_can_be_left_out_from_every_summary(town: Town) -> None:
    officer = await town.officer(900)
    quiet = list(officer.texts)
    an = town.citizen()
    await an.says("mất xe ở xóm 5 xã Hải Xuân tối qua")
    await an.presses("Chỉ gửi cấp tỉnh")
    await an.presses("Có, chỉ gửi cấp tỉnh")
    await an.presses(SEND)
    assert officer.texts == quiet


async def test_the_receipt_names_the_unit_that_was_alerted(sqlite_town: Town) -> None:
    await sqlite_town.officer(900)
    an = sqlite_town.citizen()
    await tells(an)
    assert "chuyển tới Công an xã Hải Xuân" in "\n".join(an.texts)
