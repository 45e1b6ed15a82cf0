"""What people may know about their data, and how they get rid of it."""

from storage.models import Chat, Conversation, Delivery, Evidence, Reporter, Tip
from storage.states import TipState
from tests.journeys.kept import all_that_is_kept, count
from tests.journeys.telling import DRUGS, FIGHT, SEND, THEFT, tells
from tests.tips.cleaning_samples import a_chatty_jpeg
from tests.town import Person, Town, rows
from tips.requests import DELETABLE


async def erases(person: Person) -> str:
    await person.says("DULIEU")
    await person.presses("Xóa dữ liệu của tôi")
    return await person.presses("Xóa dữ liệu của tôi")


async def test_privacy_prints_the_settings_of_this_installation(sqlite_town: Town) -> None:
    said = await sqlite_town.citizen().says("/privacy")
    for period in (
        "tin báo dở 1 ngày",
        "tin không hợp lệ 30 ngày",
        "số điện thoại 90 ngày",
        "ô chat 30 ngày",
    ):
        assert period in said
    assert "người giữ máy chủ về kỹ thuật có thể mở" in said
    assert "máy chủ của ứng dụng nhắn tin, có thể ở nước ngoài" in said


async def test_my_data_shows_dates_and_states_only(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await an.says("đang cháy nhà")
    said = await an.says("dữ liệu")
    assert "• 18/11/2026: mới gửi" in said
    assert "• Tin đang báo dở, tự xóa lúc 10 giờ, 19/11/2026" in said
    assert not any(word in said for word in ("xe", "Hải Xuân", "cháy", "Trộm"))


async def test_who_sent_nothing_has_nothing_here(sqlite_town: Town) -> None:
    assert "Không có dữ liệu nào" in await sqlite_town.citizen().says("/mydata")


async def test_erasing_takes_draft_telephone_link_and_untaken_tips(town: Town) -> None:
    officer = await town.officer(900)
    an = town.citizen()
    taken = await tells(an)
    await officer.presses("Nhận xử lý")
    await an.says(FIGHT)
    await an.presses("Sửa")
    await an.presses("Liên hệ")
    await an.says("0912345678")
    await an.presses(SEND)
    await an.does(an.user.sends_photo(a_chatty_jpeg(), caption="đang cháy nhà"))

    assert "không còn gì gắn với anh/chị" in await erases(an)
    kept = await all_that_is_kept(town, Delivery, Chat)
    assert THEFT in kept, "a tip already taken keeps its text, and we say so"
    assert not [word for word in ("đánh nhau", "cháy nhà", "0912345678") if word in kept]
    assert await count(town, Evidence) == 0
    states = [tip.state for tip in await rows(town.database, Tip) if isinstance(tip, Tip)]
    assert states == [TipState.ACKNOWLEDGED, TipState.WITHDRAWN]
    reporters = await rows(town.database, Reporter)
    assert all(r.chat_id is None for r in reporters if isinstance(r, Reporter))

    await an.says("/status")
    assert "chưa gửi tin nào từ đây" in an.text
    await an.says(taken)
    assert "đã nhận xử lý" in an.text, "the code goes on showing the state"
    before = len(an.texts)
    await officer.presses(
        "Đang xác minh", next(m for m in officer.user.screen if "Đang xác minh" in m.buttons)
    )
    assert len(an.texts) == before, "and nothing is pushed any more"


async def test_erasing_asks_once_and_can_be_left(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await an.says("/mydata")
    await an.presses("Xóa dữ liệu của tôi")
    await an.presses("Giữ lại")
    assert "• 18/11/2026: mới gửi" in an.text


async def test_wiping_the_chat_removes_both_sides_messages(town: Town) -> None:
    an = town.citizen()
    await tells(an)
    await an.says("đang cháy nhà")
    await an.says("xóa cuộc trò chuyện")
    assert [message.text for message in an.user.screen] == [
        "Đã xóa các tin nhắn trong 48 giờ qua ở cả hai phía và tin đang báo dở. "
        "Tin cũ hơn ứng dụng không cho xóa, anh/chị tự xóa trên máy."
    ]
    await town.pass_time(hours=25)
    assert len(an.user.screen) == 1, "no word of the draft comes back"


async def test_what_is_older_than_two_days_stays_and_the_rest_goes(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await an.says("chào")
    old = len(an.user.screen)
    await sqlite_town.pass_time(hours=50)
    await an.says("/help")
    await an.says("/privacy")
    await an.presses("Xóa cuộc trò chuyện")
    assert len(an.user.screen) == old + 1


async def test_a_menu_of_places_does_not_outlive_what_it_was_for(town: Town) -> None:
    an = town.citizen()
    await an.says("mất xe ở Hải Hậu tối qua")
    await erases(an)
    assert "Hải" not in await all_that_is_kept(town, Delivery)
    assert await count(town, Conversation) == 1


async def test_an_old_button_erases_nothing_and_asks_again(sqlite_town: Town) -> None:
    town, an = sqlite_town, sqlite_town.citizen()
    await tells(an)
    await an.says("/mydata")
    await an.presses("Xóa dữ liệu của tôi")
    old = an.user.last
    await town.pass_time(hours=48)
    await an.presses("Xóa dữ liệu của tôi", old)
    assert "Giữ lại" in an.buttons
    assert [tip.state for tip in await rows(town.database, Tip)] == [TipState.NEW]
    await an.presses("Xóa dữ liệu của tôi")
    assert [tip.state for tip in await rows(town.database, Tip)] == [TipState.WITHDRAWN]


async def test_an_old_button_wipes_nothing(sqlite_town: Town) -> None:
    an = sqlite_town.citizen()
    await an.says("/privacy")
    old = an.user.last
    await sqlite_town.pass_time(hours=48)
    await an.says("mất xe ở xóm 5 xã Hải Xuân")
    before = len(an.user.screen)
    await an.presses("Xóa cuộc trò chuyện", old)
    assert len(an.user.screen) == before + 1
    assert an.text.startswith("Nút này đã cũ.")


async def test_that_the_phone_is_safe_is_believed_for_a_day_and_that_it_is_not_always(
    sqlite_town: Town,
) -> None:
    town, an = sqlite_town, sqlite_town.citizen()
    await tells(an, DRUGS)
    asked = an.user.last
    assert an.text.startswith("Máy này nhận tin nhắn có an toàn")
    yes, no = an.buttons
    await town.pass_time(hours=48)
    await an.presses(yes, asked)
    assert an.text.startswith("Nút này đã cũ.")
    assert [reporter.told_safe for reporter in await rows(town.database, Reporter)] == [False]
    await an.presses(no, asked)
    assert an.text.startswith("Chúng tôi sẽ không nhắn trước.")


async def test_erasing_forgets_when_messages_were_sent_but_for_those_that_can_be_wiped(
    town: Town,
) -> None:
    an = town.citizen()
    await tells(an)
    await town.pass_time(hours=50)
    old = await count(town, Delivery)
    await erases(an)
    left = await rows(town.database, Delivery)
    assert old
    assert all(row.created_at > town.clock() - DELETABLE for row in left)
    await an.says("xóa cuộc trò chuyện")
    assert "Đã xóa các tin nhắn" in an.text
    assert not any("Xóa dữ liệu" in "".join(m.buttons) for m in an.user.screen)
