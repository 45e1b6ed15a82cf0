"""What officers do with a tip by buttons, and every press that must change nothing."""

from typing import Any

import pytest

from storage.database import Session
from storage.models import Event, Model, Officer, Tip
from storage.states import EventKind, Role, TipState
from tests.fake_telegram import Message
from tests.journeys.telling import FIGHT, THEFT, tells
from tests.town import HAI_HAU, Person, Town, rows
from tips.officers import people

OLD = "Nút này đã cũ."
#: What every message that comes in leaves behind, whatever it says.
MAIL = {"inbox", "deliveries", "conversations", "attempts"}


def card_of(person: Person, number: int = 1) -> Message:
    """The newest card of a tip, with its buttons."""
    shown = [m for m in person.user.from_bot if f"Tin số {number}" in m.text]
    return next(m for m in reversed(shown) if "Xem chi tiết" in m.buttons)


def data_of(person: Person, label: str, number: int = 1) -> str:
    button = card_of(person, number).button(label)
    assert button is not None, card_of(person, number)
    return str(button["callback_data"])


async def the_tip(town: Town) -> Tip:
    (tip,) = await rows(town.database, Tip)
    return tip


async def kept(town: Town) -> dict[str, list[Any]]:
    """Every row of every table but the mail, and what is counted against floods."""

    def work(session: Session) -> dict[str, list[Any]]:
        tables = [t for t in Model.metadata.sorted_tables if t.name not in MAIL]
        return {t.name: sorted(map(repr, session.execute(t.select()).all())) for t in tables}

    return await town.database.read(work)


async def forges(town: Town, person: Person, data: str, under: Message | None = None) -> str:
    await person.user.forges(data, under or person.user.last)
    await town.settle()
    return person.text


# the way of a tip -----------------------------------------------------------------------------


async def test_a_tip_is_taken_verified_and_closed_and_the_reporter_follows(town: Town) -> None:
    officer = await town.officer(900)
    an = town.citizen()
    code = await tells(an)

    await officer.presses("Nhận xử lý")
    assert "✅ cán bộ số 1 nhận xử lý lúc 10 giờ." in card_of(officer).text
    assert an.text == "Có cập nhật. Nhắn mã để xem."
    assert "đã nhận xử lý" in await an.says(code)

    await officer.presses("Đang xác minh", card_of(officer))
    assert "đang xác minh" in await an.says(code)
    assert card_of(officer).button_rows == [["Xem chi tiết"], ["Kết thúc"]]

    await officer.presses("Kết thúc", card_of(officer))
    assert officer.text == "Tin số 1: kết quả thế nào?"
    assert officer.buttons == [
        "Đã giải quyết", "Chưa đủ thông tin", "Chưa thấy sự việc", "Ngoài phạm vi",
        "Quay lại",
    ]  # fmt: skip
    await officer.presses("Đã giải quyết")
    assert officer.text == "Tin số 1: chọn câu người báo sẽ đọc."
    await officer.presses("đã tìm lại được tài sản")
    assert "Đã xử lý: đã tìm lại được tài sản." in await an.says(code)

    kinds = [event.kind for event in await rows(town.database, Event) if event.tip_id == 1]
    assert kinds == [
        EventKind.FILED, EventKind.ACKNOWLEDGED, EventKind.VERIFYING, EventKind.CLOSED,
    ]  # fmt: skip


async def test_when_one_takes_it_the_others_see_who(town: Town) -> None:
    one, other = await town.officer(900, name="Bình"), await town.officer(901)
    await tells(town.citizen())
    await one.presses("Nhận xử lý")
    for officer in (one, other):
        card = card_of(officer)
        assert "✅ Bình nhận xử lý lúc 10 giờ." in card.text
        assert "Nhận xử lý" not in card.buttons


async def test_two_who_press_at_once_one_wins_and_both_learn_it(town: Town) -> None:
    one, other = await town.officer(900, name="Bình"), await town.officer(901, name="Cúc")
    await tells(town.citizen())
    for officer in (one, other):
        await officer.user.presses("Nhận xử lý")
    await town.at_once(2)

    tip = await the_tip(town)
    assert tip.state is TipState.ACKNOWLEDGED
    taken = [e for e in await rows(town.database, Event) if e.kind is EventKind.ACKNOWLEDGED]
    assert [event.officer_id for event in taken] == [tip.officer_id]
    winner, loser = (one, other) if tip.officer_id == 1 else (other, one)
    name = "Bình" if winner is one else "Cúc"
    assert f"✅ {name} nhận xử lý" in card_of(winner).text
    assert f"✅ {name} nhận xử lý" in card_of(loser).text
    assert OLD in loser.texts
    assert OLD not in winner.texts


async def test_one_takes_it_while_another_gives_it_back(town: Town) -> None:
    await town.desk_officer()
    one, other = await town.officer(900), await town.officer(901)
    await tells(town.citizen())
    await other.presses("Không thuộc địa bàn")
    await one.user.presses("Nhận xử lý")
    await other.user.presses("Chuyển trực ban tỉnh")
    await town.at_once(2)
    tip = await the_tip(town)
    assert (tip.state is TipState.ACKNOWLEDGED) == (tip.desk_reason is None)
    assert [OLD in person.texts for person in (one, other)].count(True) == 1


async def test_officers_and_the_reporter_at_once_wait_for_nobody_in_a_circle(town: Town) -> None:
    officers = [await town.officer(900 + n) for n in range(4)]
    an = town.citizen()
    await tells(an)
    await an.says("BS")
    for officer in officers:
        await officer.user.presses("Nhận xử lý")
        await officer.user.presses("Xem chi tiết")
    await an.user.sends("xe màu đỏ")
    await town.at_once(5)
    assert (await the_tip(town)).state is TipState.ACKNOWLEDGED
    assert sum(OLD in officer.texts for officer in officers) >= 3
    winner = officers[((await the_tip(town)).officer_id or 0) - 1]
    await winner.presses("Xem chi tiết", card_of(winner))
    assert "xe màu đỏ" in "\n".join(winner.texts)


async def test_what_was_missing_can_be_sent_and_the_desk_is_told_and_may_reopen(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    desk, officer = await town.desk_officer(), await town.officer(900)
    an = town.citizen()
    code = await tells(an)
    await officer.presses("Nhận xử lý")
    await officer.presses("Kết thúc", card_of(officer))
    await officer.presses("Chưa đủ thông tin")
    await officer.presses("địa điểm rõ hơn")
    await an.says(code)
    assert an.buttons == ["Gửi thêm"]
    await an.presses("Gửi thêm")
    await an.says("ngay sau chợ Cồn, nhà có cổng xanh")
    assert an.text == "Đã gửi thêm cho cán bộ."
    assert desk.text == "Người báo gửi thêm cho tin số 1."
    assert "gửi thêm cho tin số" not in "\n".join(officer.texts)
    await desk.presses("Mở lại", card_of(desk))
    await officer.presses("Xem chi tiết")
    assert "cổng xanh" in "\n".join(officer.texts)


async def test_what_was_missing_is_not_taken_where_nobody_would_read_it(sqlite_town: Town) -> None:
    town = sqlite_town
    officer, an = await town.officer(900), town.citizen()
    code = await tells(an)
    await officer.presses("Nhận xử lý")
    await officer.presses("Kết thúc", card_of(officer))
    await officer.presses("Chưa đủ thông tin")
    await officer.presses("địa điểm rõ hơn")
    await an.says(code)
    assert an.buttons == []
    await an.does(an.user.forges("add:1:0", an.user.last))
    assert "đã kết thúc" in an.text


@pytest.mark.parametrize(
    ("outcome", "template", "told"),
    [
        ("Chưa đủ thông tin", "địa điểm rõ hơn", "Anh/chị có thể gửi thêm: địa điểm rõ hơn."),
        ("Chưa thấy sự việc", "", "Qua xác minh chưa thấy việc như tin báo."),
        ("Ngoài phạm vi", "", "Việc này không thuộc phạm vi của kênh."),
    ],
)
async def test_a_closing_that_could_bury_a_tip_is_shown_to_the_desk_which_can_reverse_it(
    town: Town, outcome: str, template: str, told: str
) -> None:
    desk = await town.desk_officer()
    officer, other = await town.officer(900), await town.officer(901)
    an = town.citizen()
    code = await tells(an)
    await officer.presses("Nhận xử lý")
    await officer.presses("Kết thúc", card_of(officer))
    await officer.presses(outcome)
    if template:
        await officer.presses(template)
    assert told in await an.says(code)
    assert an.text.casefold().count("chưa đủ thông tin") <= 1

    for person in (officer, other):
        assert "Trộm cắp" not in "\n".join(person.texts), "hidden from the commune"
        assert await forges(town, person, "details:1:3") == OLD
        await person.says("/tips")
        assert person.text == "Không có tin nào đang mở."
    assert card_of(desk).buttons == ["Xem chi tiết", "Mở lại"]
    assert "Kết thúc lúc 10 giờ" in card_of(desk).text

    await desk.presses("Mở lại", card_of(desk))
    assert "đang xác minh" in await an.says(code)
    assert card_of(officer).button_rows == [["Xem chi tiết"], ["Kết thúc"]]
    assert "Trộm cắp" in officer.text, "the card comes anew, at the bottom"


async def test_the_desk_handles_what_is_with_it(town: Town) -> None:
    desk = await town.desk_officer()
    an = town.citizen()
    code = await tells(an)
    assert card_of(desk).button_rows == [["Nhận xử lý"], ["Xem chi tiết", "Kết thúc"]]
    await desk.presses("Kết thúc", card_of(desk))
    assert desk.buttons == ["Ngoài phạm vi", "Quay lại"]
    await desk.presses("Nhận xử lý", card_of(desk))
    await desk.presses("Kết thúc", card_of(desk))
    await desk.presses("Đã giải quyết")
    await desk.presses("đã chuyển cơ quan có thẩm quyền")
    assert "đã chuyển cơ quan có thẩm quyền" in await an.says(code)
    await desk.presses("Mở lại", card_of(desk))
    assert (await the_tip(town)).state is TipState.IN_PROGRESS


async def test_giving_back_is_asked_once_and_can_be_thought_better_of(town: Town) -> None:
    await town.desk_officer()
    officer = await town.officer(900)
    await tells(town.citizen())
    await officer.presses("Không thuộc địa bàn")
    assert officer.buttons == ["Chuyển trực ban tỉnh", "Quay lại"]
    assert (await the_tip(town)).desk_reason is None
    await officer.presses("Quay lại")
    assert officer.text == "Tin số 1 vẫn như trước, chưa có gì thay đổi."
    assert (await the_tip(town)).desk_reason is None
    await officer.presses("Nhận xử lý", card_of(officer))
    assert (await the_tip(town)).state is TipState.ACKNOWLEDGED


async def test_closing_can_be_gone_back_from_at_every_question(town: Town) -> None:
    officer = await town.officer(900)
    await tells(town.citizen())
    await officer.presses("Nhận xử lý")
    await officer.presses("Kết thúc", card_of(officer))
    await officer.presses("Chưa đủ thông tin")
    await officer.presses("Quay lại")
    assert officer.text == "Tin số 1: kết quả thế nào?"
    await officer.presses("Quay lại")
    assert officer.text == "Tin số 1 vẫn như trước, chưa có gì thay đổi."
    assert (await the_tip(town)).state is TipState.ACKNOWLEDGED
    await officer.presses("Đang xác minh", card_of(officer))
    assert "Trạng thái: đang xác minh." in card_of(officer).text


async def test_a_card_shows_the_whole_stretch_of_time_that_was_told(sqlite_town: Town) -> None:
    officer = await sqlite_town.officer(900)
    await tells(sqlite_town.citizen(), "mất xe ở xã Hải Xuân tối qua")
    assert "xảy ra 18 giờ–24 giờ, 17/11/2026" in card_of(officer).text
    await tells(sqlite_town.citizen(8), "mất xe ở xã Hải Xuân lúc 9 giờ sáng nay")
    assert "xảy ra 9 giờ\n" in officer.text


async def test_a_tip_is_not_given_back_where_nobody_would_have_it(town: Town) -> None:
    officer = await town.officer(900)
    await tells(town.citizen())
    await officer.presses("Không thuộc địa bàn")
    assert "Chưa có trực ban tỉnh trên kênh nên tin vẫn ở đơn vị đồng chí." in officer.text
    assert (await the_tip(town)).desk_reason is None
    await officer.presses("Nhận xử lý", card_of(officer))
    assert (await the_tip(town)).state is TipState.ACKNOWLEDGED


async def test_tips_lists_what_is_open_with_its_cards_at_the_bottom(town: Town) -> None:
    officer = await town.officer(900)
    await town.desk_officer()
    an = town.citizen()
    assert await officer.says("/tips") == "Không có tin nào đang mở."
    await tells(an, THEFT)
    await tells(an, FIGHT)
    await town.pass_time(minutes=16)
    await officer.says("/tips")
    said = [text for text in officer.texts if "tin đang mở" in text]
    assert said[-1] == "Đồng chí có 2 tin đang mở, 1 tin quá mốc."
    assert [text.split(" · ")[1] for text in officer.texts[-2:]] == ["Tin số 2", "Tin số 1"]
    alerts = [m for m in officer.user.from_bot if "Mốc nhắc" in m.text]
    assert len(alerts) == 2, "older cards are taken away: their buttons would be old"
    await officer.presses("Nhận xử lý", card_of(officer, 2))
    assert "nhận xử lý lúc" in card_of(officer, 2).text


async def test_a_citizen_who_asks_for_tips_sees_none(sqlite_town: Town) -> None:
    town = sqlite_town
    await town.officer(900)
    an, eve = town.citizen(), town.citizen(666)
    await tells(an)
    await eve.says("/tips")
    assert "Tin số" not in "\n".join(eve.texts)


# the reporter's telephone ---------------------------------------------------------------------


async def test_the_telephone_number_is_shown_to_whoever_took_the_tip_only(town: Town) -> None:
    desk = await town.desk_officer()
    one, other = await town.officer(900), await town.officer(901)
    an = town.citizen()
    await an.says(THEFT)
    await an.presses("Sửa")
    await an.presses("Liên hệ")
    await an.presses("Có, gọi cho tôi")
    await an.says("0912 345 678")
    await an.presses("Đồng ý và gửi")
    seen = {one: False, other: False}

    def shows(person: Person) -> bool:
        return "912" in "\n".join(person.texts)

    for officer in seen:
        await officer.presses("Xem chi tiết", card_of(officer))
    assert not shows(one)
    assert not shows(other)
    await one.presses("Nhận xử lý", card_of(one))
    assert shows(one), "the details that are open show it as soon as the tip is taken"
    assert not shows(other)
    await other.presses("Xem chi tiết", card_of(other))
    assert not shows(other)
    assert not shows(desk)
    await one.presses("Kết thúc", card_of(one))
    await one.presses("Chưa thấy sự việc")
    assert not shows(one)
    await desk.presses("Xem chi tiết", card_of(desk))
    assert not shows(desk)


# presses that change nothing ------------------------------------------------------------------


@pytest.fixture
async def crowd(town: Town) -> dict[str, Person]:
    """A tip in Hải Xuân, another in Hải Hậu, and everybody who might press."""
    people_ = {
        "officer": await town.officer(900),
        "neighbour": await town.officer(901, commune=HAI_HAU),
        "desk": await town.desk_officer(),
        "admin": await town.officer(903, Role.ADMIN, None),
        "board": await town.officer(904, Role.BOARD, None),
        "auditor": await town.officer(905, Role.AUDITOR, None),
        "citizen": town.citizen(7),
    }
    await tells(people_["citizen"], THEFT)
    await tells(people_["citizen"], "mất xe ở xóm 5 xã Hải Hậu tối qua")
    return people_


VERBS = ("take", "verify", "not_ours", "details", "words.0", "words.1", "close", "close.resolved",
         "close.resolved-property_found", "close.out_of_scope", "close.unfounded", "reopen")  # fmt: skip


async def test_whoever_may_not_press_changes_nothing(town: Town, crowd: dict[str, Person]) -> None:
    before = await kept(town)
    for name in ("neighbour", "desk", "admin", "board", "auditor", "citizen"):
        for verb in VERBS:
            await crowd[name].user.forges(f"{verb}:1:1", crowd[name].user.last)
    await town.settle()
    assert await kept(town) == before
    for name in ("neighbour", "desk", "admin", "board", "auditor", "citizen"):
        assert crowd[name].text == OLD


FORGED = (
    "take:1:0", "take:1:2", "take:2:1", "take:3:1", "take:0:1", "take:-1:1", "take:1:-1",
    "take:99999999999999999999999999:1", "take:1:99999999999999999999999999", "take:١:1",
    "take:1", "take:1:1:1", "take::", ":1:1", "take:1e0:1", " take:1:1", "TAKE:1:1", "take :1:1",
    "verify:1:1", "close:1:1", "close.resolved:1:1", "close.resolved-property_found:1:1",
    "close.out_of_scope:1:1", "close.withdrawn:1:1", "close.new:1:1", "reopen:1:1", "words:1:1",
    "words.0:1:1", "words.-1:1:1", "words.9999999999999999999999999999:1:1", "words.x:1:1",
    "' OR 1=1 --", "\u0000", "x" * 64,
)  # fmt: skip


async def test_forged_data_changes_nothing(town: Town, crowd: dict[str, Person]) -> None:
    officer = crowd["officer"]
    before = await kept(town)
    for data in FORGED:
        assert (await forges(town, officer, data)).startswith(OLD), data
    assert await kept(town) == before


@pytest.mark.parametrize(
    "data",
    ["close.resolved-nonsense", "close.unfounded-place", "close.insufficient-warned", "close.x",
     "close.resolved-", "take", "not_ours", "verify", "reopen", "words.1"],
)  # fmt: skip
async def test_what_the_newest_card_does_not_offer_changes_nothing(
    sqlite_town: Town, data: str
) -> None:
    town = sqlite_town
    await town.desk_officer()
    officer = await town.officer(900)
    await tells(town.citizen())
    await officer.presses("Nhận xử lý")
    await officer.presses("Đang xác minh", card_of(officer))
    await officer.presses("Xem chi tiết", card_of(officer))
    before = await kept(town)
    answer = await forges(town, officer, f"{data}:1:3")
    if data == "close.resolved-":
        assert answer == "Tin số 1: chọn câu người báo sẽ đọc."
    else:
        assert answer == OLD
    assert await kept(town) == before


async def test_a_replayed_press_changes_nothing(town: Town) -> None:
    officer = await town.officer(900)
    await tells(town.citizen())
    old = card_of(officer)
    take = data_of(officer, "Nhận xử lý")
    await officer.presses("Nhận xử lý")
    before = await kept(town)
    for _ in range(3):
        assert await forges(town, officer, take, old) == OLD
    assert await kept(town) == before


async def test_a_press_delivered_twice_is_one_press(town: Town) -> None:
    officer = await town.officer(900)
    await tells(town.citizen())
    await officer.user.presses("Nhận xử lý")
    (update,) = town.telegram.pending_updates()
    await town.settle()
    before = await kept(town)
    await town.telegram.redeliver(update["update_id"])
    await town.settle()
    assert await kept(town) == before
    assert OLD not in officer.texts


async def test_an_officer_who_was_removed_meanwhile_changes_nothing(town: Town) -> None:
    officer = await town.officer(900)
    await town.officer(901)
    await tells(town.citizen())
    take, card = data_of(officer, "Nhận xử lý"), card_of(officer)
    await town.run(lambda tx: people.remove(tx, tx.session.get_one(Officer, 1), None))
    await town.settle()
    before = await kept(town)
    assert await forges(town, officer, take, card) == OLD
    assert await kept(town) == before


async def test_a_number_and_a_revision_that_were_guessed_change_nothing(town: Town) -> None:
    """The desk may see every tip of its province, but acts on those whose card it has."""
    desk = await town.desk_officer()
    await town.officer(900)
    await tells(town.citizen())
    before = await kept(town)
    assert await forges(town, desk, "take:1:1") == OLD
    assert await kept(town) == before


async def test_presses_in_a_group_do_nothing(town: Town) -> None:
    officer = await town.officer(900)
    group = town.telegram.group(-500, "Đơn vị", [officer.user])
    await group.adds_bot(officer.user)
    await group.says(officer.user, "/register")
    await town.settle()
    await tells(town.citizen(), THEFT)
    (card,) = [m for m in group.from_bot if "Tin số 1" in m.text]
    assert card.rows == []
    before = await kept(town)
    await officer.user.forges("take:1:1", card)
    await town.settle()
    assert await kept(town) == before
    assert group.texts[-1] == "Việc này chỉ làm trong ô chat riêng với bot."
