"""What reaches officers of a tip, what they may open, and what goes out of sight again."""

import pytest

from storage.models import Card, Event, Officer, Tip
from storage.states import CardKind, EventKind, Role
from tests.fake_telegram import Message
from tests.journeys.telling import DRUGS, SEND, THEFT, WIFE, tells
from tests.tips.cleaning_samples import a_chatty_jpeg, a_recording
from tests.town import HAI_HAU, Person, Town, rows
from tips.officers import people

HARMFUL = (
    "mất xe ở xóm 5 xã Hải Xuân tối qua, xem https://lua-dao.vn và evil.com hỏi @ke_gian "
    "/start #nong <b>to</b> *dam* \u202egnảuqc\u202c mail a@b.vn"
)


def message_with(person: Person, words: str) -> Message:
    """The newest message in sight that says so."""
    return next(m for m in reversed(person.user.from_bot) if words in m.text)


def in_sight(person: Person) -> str:
    return "\n".join(person.texts)


async def events(town: Town, kind: EventKind) -> list[Event]:
    return [event for event in await rows(town.database, Event) if event.kind is kind]


async def test_every_officer_of_the_commune_is_alerted_and_nobody_else(town: Town) -> None:
    here = [await town.officer(900), await town.officer(901, Role.LEAD)]
    elsewhere = [await town.officer(902, commune=HAI_HAU), await town.desk_officer()]
    elsewhere += [
        await town.officer(903, Role.ADMIN, None),
        await town.officer(904, Role.BOARD, None),
    ]
    await tells(town.citizen(), THEFT)
    for officer in here:
        lines = officer.text.split("\n")
        assert lines[0] == "🟠 CAO · Tin số 1 · Trộm cắp, cướp giật, phá hoại tài sản"
        assert lines[1] == "xóm 5, xã Hải Xuân · xảy ra 18 giờ–24 giờ, 17/11/2026"
        assert lines[2] == "Nhận 10 giờ. Mốc nhắc 12 giờ."
        assert officer.buttons == ["Nhận xử lý", "Không thuộc địa bàn", "Xem chi tiết"]
        assert officer.user.last.protected
    assert not any("Tin số 1" in in_sight(person) for person in elsewhere)


async def test_without_an_officer_the_desk_has_it_and_is_told_why(town: Town) -> None:
    desk = await town.desk_officer()
    an = town.citizen()
    await tells(an)
    assert "Tin ở trực ban tỉnh vì: xã chưa có cán bộ trực trên kênh." in desk.text
    assert "Thường có cán bộ xem" not in in_sight(an)
    assert "Nơi này chưa có cán bộ trực trên kênh" in in_sight(an)


async def test_the_receipt_promises_nothing_where_nobody_can_be_reached(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    assert "Thường có cán bộ xem" not in in_sight(an)


@pytest.mark.parametrize("words", [DRUGS, WIFE])
async def test_a_sensitive_alert_tells_number_priority_commune_and_target_only(
    sqlite_town: Town, words: str
) -> None:
    officer = await sqlite_town.officer(900)
    await tells(sqlite_town.citizen(), words)
    first, second, third = officer.text.split("\n")
    assert first.split(" · ")[1:] == ["Tin số 1", "xã Hải Xuân"]
    assert second.startswith("Mốc nhắc ")
    assert third == "Không nói với ai là có tin báo, giờ báo, chỗ chụp ảnh."


async def test_a_sensitive_alert_tells_the_desk_the_reason_and_no_more(sqlite_town: Town) -> None:
    town = sqlite_town
    desk = await town.desk_officer()
    an = town.citizen()
    await an.says(DRUGS)
    await an.presses("Chỉ gửi cấp tỉnh")
    while SEND not in an.buttons:
        await an.presses("Có, chỉ gửi cấp tỉnh")
    await an.presses(SEND)
    lines = desk.text.split("\n")
    assert len(lines) == 4
    assert lines[2] == "Tin ở trực ban tỉnh vì: có liên quan cán bộ, công an ở xã."


async def test_words_are_shown_as_a_harmless_quote(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    await tells(town.citizen(), HARMFUL)
    await officer.presses("Xem chi tiết")
    shown = officer.user.last
    assert shown.protected
    assert not shown.link_preview
    assert shown.links == []
    assert {entity["type"] for entity in shown.json["entities"]} == {"blockquote"}
    assert "<b>to" in shown.text
    assert "*dam*" in shown.text
    assert not {"\u202e", "\u202c"} & set(shown.text)
    assert "Lời người báo:" in shown.text


async def test_opening_the_words_is_an_event_each_time(town: Town) -> None:
    officer = await town.officer(900)
    await tells(town.citizen())
    assert await events(town, EventKind.VIEWED) == []
    await officer.presses("Xem chi tiết")
    await officer.presses("Xem chi tiết", message_with(officer, "Nhận 10 giờ"))
    assert len(await events(town, EventKind.VIEWED)) == 2
    opened = [m for m in officer.user.from_bot if "Lời người báo:" in m.text]
    assert len(opened) == 1, "the older one is taken away, else it would stay for ever"


async def test_closing_takes_words_pin_and_picture_out_of_sight(town: Town) -> None:
    officer = await town.officer(900)
    await with_everything(town, town.citizen())
    await officer.presses("Nhận xử lý")
    await officer.presses("Xem chi tiết")
    screen = officer.user.screen
    assert any(m.photo for m in screen)
    assert any(m.location for m in screen)
    assert "Lời người báo:" in in_sight(officer)
    assert all(m.protected for m in screen if m.photo or m.location)
    assert a_chatty_jpeg() not in [m.photo for m in screen]

    await close(officer)
    assert_nothing_opened(officer)
    assert "Kết thúc lúc" in in_sight(officer)


async def test_a_tip_that_is_not_ours_goes_out_of_sight(town: Town) -> None:
    desk = await town.desk_officer()
    officer = await town.officer(900)
    await with_everything(town, town.citizen())
    await officer.presses("Xem chi tiết")
    await officer.presses("Không thuộc địa bàn", message_with(officer, "Nhận 10 giờ"))
    await officer.presses("Chuyển trực ban tỉnh")
    assert_nothing_opened(officer)
    assert "Trộm cắp" not in in_sight(officer)
    assert "Tin số 1 đã chuyển lại trực ban tỉnh." in officer.texts
    assert "vì: xã báo không thuộc địa bàn" in desk.text


async def test_losing_the_role_takes_everything_out_of_sight(town: Town) -> None:
    officer = await town.officer(900)
    await with_everything(town, town.citizen())
    await officer.presses("Xem chi tiết")
    await town.run(lambda tx: people.remove(tx, tx.session.get_one(Officer, 1), None))
    await town.settle()
    assert_nothing_opened(officer)
    assert "Trộm cắp" not in in_sight(officer)


async def test_opened_pictures_and_pins_close_before_a_platform_could_no_longer_delete_them(
    town: Town,
) -> None:
    officer = await town.officer(900)
    await with_everything(town, town.citizen())
    await officer.presses("Xem chi tiết")
    await town.pass_time(hours=46, minutes=1)
    assert not any(m.photo or m.location for m in officer.user.screen)
    assert "Lời người báo:" in in_sight(officer)
    await officer.presses("Xem chi tiết", message_with(officer, "Mốc nhắc"))
    assert any(m.photo for m in officer.user.screen)


async def test_what_was_opened_long_ago_is_covered_where_it_cannot_be_deleted(town: Town) -> None:
    officer = await town.officer(900)
    await with_everything(town, town.citizen())
    await officer.presses("Nhận xử lý")
    await officer.presses("Xem chi tiết")
    picture = next(m.photo for m in officer.user.screen if m.photo)
    town.clock.advance(days=3)  # nothing ran meanwhile
    await close(officer)
    assert picture not in [m.photo for m in officer.user.screen]
    assert "Lời người báo:" not in in_sight(officer)
    assert "Chi tiết tin số 1 đã được ẩn." in officer.texts


async def test_an_officer_who_opened_twice_in_haste_leaves_nothing_behind(town: Town) -> None:
    officer = await town.officer(900)
    await with_everything(town, town.citizen())
    alert = officer.user.last
    for _ in range(3):
        await officer.user.presses("Xem chi tiết", alert)
    await town.settle()
    await officer.presses("Nhận xử lý", alert)
    await close(officer)
    assert_nothing_opened(officer)


async def test_details_opened_before_taking_are_hidden_for_everyone_at_the_end(town: Town) -> None:
    one, other = await town.officer(900), await town.officer(901)
    await tells(town.citizen())
    await one.presses("Xem chi tiết")
    await other.presses("Nhận xử lý")
    await close(other)
    assert_nothing_opened(one)
    assert not [
        c for c in await rows(town.database, Card) if c.kind is not CardKind.ALERT and not c.hidden
    ]


async def test_what_the_reporter_adds_is_told_and_shown_in_the_open_details(town: Town) -> None:
    officer = await town.officer(900)
    an = town.citizen()
    await tells(an)
    await officer.presses("Xem chi tiết")
    await an.says("BS")
    await an.says("xe màu đỏ, đuôi biển 123")
    assert "Người báo gửi thêm cho tin số 1." in officer.texts
    assert "xe màu đỏ" in message_with(officer, "Lời người báo:").text


# files ----------------------------------------------------------------------------------------


async def test_a_voice_not_given_to_the_commune_is_heard_by_the_desk_only(town: Town) -> None:
    officer = await town.officer(900)
    desk = await town.desk_officer()
    voice = a_recording("ogg", None, "libopus")
    await sends_evidence(town, town.citizen(), voice, THEFT, "Chỉ cấp tỉnh nghe")
    await officer.presses("Xem chi tiết")
    assert "1 ảnh, video giữ ở trực ban tỉnh." in in_sight(officer)
    assert not any(m.voice for m in officer.user.screen)

    await officer.presses("Không thuộc địa bàn", message_with(officer, "Mốc nhắc"))
    await officer.presses("Chuyển trực ban tỉnh")
    await desk.presses("Xem chi tiết")
    assert any(m.voice for m in desk.user.screen)


async def test_a_voice_given_to_the_commune_is_heard_there(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    voice = a_recording("ogg", None, "libopus")
    await sends_evidence(town, town.citizen(), voice, THEFT, "Cứ gửi cho xã")
    await officer.presses("Xem chi tiết")
    assert any(m.voice for m in officer.user.screen)


async def test_pictures_in_a_tip_about_a_child_stay_at_the_desk(town: Town) -> None:
    officer = await town.officer(900)
    desk = await town.desk_officer()
    an = town.citizen()
    await an.user.sends_photo(
        a_chatty_jpeg(), "hôm qua có người bạo hành trẻ em ở xóm 5 xã Hải Xuân"
    )
    await town.settle()
    await an.presses(SEND)
    await officer.presses("Xem chi tiết")
    assert not any(m.photo for m in officer.user.screen)
    await officer.presses("Không thuộc địa bàn", message_with(officer, "Mốc nhắc"))
    await officer.presses("Chuyển trực ban tỉnh")
    await desk.presses("Xem chi tiết")
    assert any(m.photo for m in desk.user.screen)


# how it is told and closed --------------------------------------------------------------------


async def with_everything(town: Town, citizen: Person) -> None:
    """File a theft with a pin and a picture."""
    await citizen.user.sends_photo(a_chatty_jpeg(), THEFT)
    await town.settle()
    await citizen.user.sends_location(20.1946, 106.3057)
    await town.settle()
    while SEND not in citizen.buttons:
        await citizen.presses(citizen.buttons[0])
    await citizen.presses(SEND)
    assert len(await rows(town.database, Tip)) == 1


async def sends_evidence(town: Town, citizen: Person, voice: bytes, words: str, sound: str) -> None:
    await citizen.says(words)
    await citizen.user.sends_voice(voice)
    await town.settle()
    while SEND not in citizen.buttons:
        await citizen.presses(sound if sound in citizen.buttons else "Xong")
    await citizen.presses(SEND)


async def close(officer: Person) -> None:
    await officer.presses("Kết thúc", message_with(officer, "Nhận xử lý lúc".lower()))
    await officer.presses("Đã giải quyết")
    await officer.presses("đã tìm lại được tài sản")


def assert_nothing_opened(officer: Person) -> None:
    assert "Lời người báo:" not in in_sight(officer)
    assert "mất xe" not in in_sight(officer)
    assert not any(m.photo or m.location or m.voice for m in officer.user.screen)
