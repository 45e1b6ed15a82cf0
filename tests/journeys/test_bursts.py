"""Many tips on one event: all are taken, and officers get one card that grows, not a message for each."""

import re
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import delete, select

from storage.database import Session
from storage.models import Burst, BurstTip, Card, Delivery, Event, Officer, Tip
from storage.states import CardKind, DeskReason, EventKind, Role, TipState
from tests.fake_telegram import FakeUser, Message
from tests.invariants import AT_REST, breaches, log_of
from tests.journeys.telling import DRUGS, FIGHT, SEND, THEFT, tells
from tests.journeys.test_groups_and_reach import registered
from tests.town import Person, Town, rows
from tips import retention
from tips.desk import Transaction
from tips.officers import people
from tips.officers.showing import end

GROUP = "Nhóm tin số 4"
OTHER_COMMUNE = "mất xe ở xã Hải Hưng tối qua"
FIRE = "đang cháy nhà ở chợ xã Hải Xuân"  #: P1


async def come(town: Town, words: str, *numbers: int) -> list[Person]:
    """Let a citizen each tell the same story, at the same moment."""
    citizens = [town.citizen(1000 + number, f"Citizen {number}") for number in numbers]
    for citizen in citizens:
        await citizen.user.sends(words)
    await town.settle()
    for citizen in citizens:
        await citizen.user.presses(SEND)
    await town.settle()
    return citizens


def sounds(town: Town, person: Person) -> int:
    """Count the messages that made this person's telephone ring; an edit makes no sound."""
    sent = (c for c in town.telegram.calls if c.method.startswith("send"))
    return sum(int(call.parameters["chat_id"]) == person.user.id for call in sent)


def edits(town: Town, person: Person) -> int:
    changed = town.telegram.calls_of("editMessageText")
    return sum(int(call.parameters["chat_id"]) == person.user.id for call in changed)


def burst_card(person: Person | FakeUser) -> str:
    """What the newest card of a burst in sight says."""
    user = person.user if isinstance(person, Person) else person
    return next(m for m in reversed(user.from_bot) if "· Nhóm tin số" in m.text).text


def card(person: Person, words: str = GROUP) -> Message:
    return next(m for m in reversed(person.user.from_bot) if words in m.text and m.buttons)


async def tips(town: Town) -> list[Tip]:
    found = await rows(town.database, Tip)
    return sorted(found, key=lambda tip: tip.id)


# how a burst begins and ends ------------------------------------------------------------------


async def test_five_hundred_tips_in_ten_minutes_are_all_taken_and_ring_four_times(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    before = sounds(town, officer)
    for minute in range(10):
        for few in range(5):
            first = minute * 50 + few * 10
            await come(town, THEFT, *range(first, first + 10))
        await town.pass_time(seconds=59)
    await town.pass_time(minutes=1)

    assert len(await tips(town)) == 500
    receipts = [u for n in range(500) for u in town.citizen(1000 + n).texts if "Mã tra cứu" in u]
    assert len(receipts) == 500
    assert sounds(town, officer) - before == 4
    assert edits(town, officer) <= 11
    assert "500 tin từ 500 tài khoản, chưa xác minh." in burst_card(officer)
    assert "Chưa nhận: 500 tin." in burst_card(officer)
    assert await listed_on_all_pages(officer) == set(range(1, 501))
    await officer.presses("Nhận cả 500 tin", card(officer))
    assert {tip.state for tip in await tips(town)} == {TipState.ACKNOWLEDGED}


async def listed_on_all_pages(officer: Person) -> set[int]:
    listed: set[int] = set()
    for _ in range(25):
        shown = card(officer)
        listed |= {int(label) for label in shown.buttons if label.isdecimal()}
        (turn,) = (label for label in shown.buttons if label.startswith("Xem tiếp"))
        await officer.presses(turn, shown)
    return listed


async def test_three_are_three_cards_and_the_fourth_begins_a_group(town: Town) -> None:
    officer = await town.officer(900)
    await come(town, THEFT, 1, 2, 3)
    assert "Nhóm tin" not in "\n".join(officer.texts)
    assert await rows(town.database, Burst) == []
    await come(town, THEFT, 4)
    assert officer.text.split("\n") == [
        "🟠 CAO · Nhóm tin số 4 · xã Hải Xuân",
        "4 tin từ 4 tài khoản, chưa xác minh.",
        "Trộm cắp, cướp giật, phá hoại tài sản · nhận lúc 10 giờ.",
        "Chưa nhận: 4 tin. Mốc nhắc sớm nhất 12 giờ.",
        "• Tin số 4 · 10 giờ · xóm 5 · mới gửi",
        "• Tin số 3 · 10 giờ · xóm 5 · mới gửi",
        "• Tin số 2 · 10 giờ · xóm 5 · mới gửi",
        "• Tin số 1 · 10 giờ · xóm 5 · mới gửi",
        "Không nói với ai là có tin báo, giờ báo, chỗ chụp ảnh.",
    ]
    assert officer.buttons == ["Nhận cả 4 tin", "4", "3", "2", "1"]
    assert sum("Tin số 4 ·" in text for text in officer.texts) == 1, "it has no card of its own"


async def test_one_person_who_sends_thirty_is_shown_as_one_account(sqlite_town: Town) -> None:
    officer = await sqlite_town.officer(900)
    an = sqlite_town.citizen()
    for _ in range(30):
        await tells(an, THEFT)
    await sqlite_town.pass_time(minutes=1)
    assert "30 tin từ 1 tài khoản, chưa xác minh." in burst_card(officer)


async def test_other_categories_and_communes_stand_alone(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    other = await town.officer(901, commune="14248")
    await come(town, THEFT, 1, 2, 3)
    await come(town, DRUGS, 4)
    await come(town, OTHER_COMMUNE, 5)
    assert "Nhóm tin" not in "\n".join([*officer.texts, *other.texts])
    assert {tip.commune_code for tip in await tips(town)} == {"14308", "14248"}
    await come(town, DRUGS, 6, 7, 8)
    assert "4 tin từ 4 tài khoản" in officer.text
    assert "Ma túy" not in officer.text, "a sensitive category is not named"
    assert "giờ · xóm" not in officer.text


async def test_what_comes_ten_minutes_after_the_third_is_not_part_of_it(town: Town) -> None:
    officer = await town.officer(900)
    await come(town, THEFT, 1, 2, 3, 4)
    await town.pass_time(minutes=9, seconds=59)
    await come(town, THEFT, 5)
    assert "5 tin từ 5 tài khoản" in burst_card(officer)
    await town.pass_time(seconds=1)
    await come(town, THEFT, 6)
    assert officer.text.startswith("🟠 CAO · Tin số 6"), "it rings again, by a card of its own"
    assert "5 tin từ 5 tài khoản" in burst_card(officer)


async def test_three_spread_over_more_than_ten_minutes_begin_nothing(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    for number in range(8):
        await come(town, THEFT, number)
        await town.pass_time(minutes=5)
    assert "Nhóm tin" not in "\n".join(officer.texts)


async def test_one_that_goes_on_rings_anew_every_ten_minutes(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    await come(town, THEFT, *range(6))
    await town.pass_time(minutes=10)
    before = sounds(town, officer)
    await come(town, THEFT, *range(6, 12))
    assert sounds(town, officer) - before == 4
    assert "Nhóm tin số 10" in officer.text
    assert "6 tin từ 6 tài khoản" in officer.text
    assert len(await rows(town.database, Burst)) == 2


async def test_tips_filed_by_several_processes_at_once_are_one_group(town: Town) -> None:
    officer = await town.officer(900)
    citizens = [town.citizen(1000 + number) for number in range(8)]
    for citizen in citizens:
        await citizen.says(THEFT)
    for citizen in citizens:
        await citizen.user.presses(SEND)
    await town.at_once(8)
    await town.pass_time(minutes=1)
    assert len(await rows(town.database, Burst)) == 1
    assert len(await rows(town.database, BurstTip)) == 8
    assert "8 tin từ 8 tài khoản" in burst_card(officer)


# urgent ones ----------------------------------------------------------------------------------


async def test_an_urgent_tip_among_others_has_a_card_of_its_own_at_once(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    await come(town, THEFT, *range(20))
    before = sounds(town, officer)
    await come(town, "đang bị cướp ở chợ xã Hải Xuân", 20)
    assert [tip.category for tip in await tips(town)][-1] == "theft_robbery"
    assert officer.text.startswith("🔴 KHẨN · Tin số 21")
    assert sounds(town, officer) == before + 1


async def test_no_urgent_tip_is_silent_and_a_hundred_do_not_ring_a_hundred_times(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    before = sounds(town, officer)
    await come(town, FIRE, *range(4))
    assert sounds(town, officer) - before == 4
    for minute in range(5):
        heard = sounds(town, officer)
        await come(town, FIRE, *range(4 + 5 * minute, 9 + 5 * minute))
        newest = (await tips(town))[-1].id
        await town.pass_time(minutes=1)
        assert sounds(town, officer) == heard + 1, "within a minute it rang, and once"
        assert f"Tin số {newest} ·" in officer.text
    assert "29 tin từ 29 tài khoản" in officer.text
    in_sight = [m for m in officer.user.screen if GROUP in m.text]
    assert len(in_sight) == 1, "the older one is taken away"


async def test_urgent_ones_of_one_account_are_a_group_at_the_desk(sqlite_town: Town) -> None:
    town = sqlite_town
    officer, desk = await town.officer(900), await town.desk_officer()
    an = town.citizen()
    for n in range(12):
        await tells(an, f"{FIGHT} lần {n}")
    await town.pass_time(minutes=1)
    assert "5 tin từ 1 tài khoản" in burst_card(officer)
    assert "7 tin từ 1 tài khoản" in burst_card(desk)
    assert "vì: tài khoản này gửi nhiều tin khẩn trong một giờ." in burst_card(desk)


# taking ---------------------------------------------------------------------------------------


async def test_taking_all_takes_what_the_button_counted_and_tells_each_reporter(
    town: Town,
) -> None:
    officer, other = await town.officer(900, name="Bình"), await town.officer(901)
    citizens = await come(town, THEFT, *range(5))
    await town.pass_time(minutes=1)
    shown = card(officer)
    await come(town, THEFT, 5)  # not on the card yet
    await officer.presses("Nhận cả 5 tin", shown)
    states = [tip.state for tip in await tips(town)]
    assert states == [TipState.ACKNOWLEDGED] * 5 + [TipState.NEW]
    for citizen in citizens:
        assert sum("Có cập nhật" in text for text in citizen.texts) == 1
    assert "Chưa nhận: 1 tin." in burst_card(other)
    assert "• Tin số 6 · 10 giờ 01 · xóm 5 · mới gửi" in burst_card(other)
    assert "✅ 5" in card(other).buttons
    taken = [e for e in await rows(town.database, Event) if e.kind is EventKind.ACKNOWLEDGED]
    assert Counter(event.tip_id for event in taken) == dict.fromkeys(range(1, 6), 1)


async def test_pressing_twice_or_after_a_colleague_takes_nothing_twice(town: Town) -> None:
    one, other = await town.officer(900), await town.officer(901)
    await come(town, THEFT, *range(4))
    before = card(other)
    for person, shown in ((one, card(one)), (one, card(one)), (other, before)):
        await person.user.presses("Nhận cả 4 tin", shown)
    await town.settle()
    assert {tip.officer_id for tip in await tips(town)} == {1}
    assert "Nút này đã cũ." in other.texts


async def test_one_tip_of_it_is_opened_taken_and_read_like_any_other(sqlite_town: Town) -> None:
    town = sqlite_town
    officer, other = await town.officer(900), await town.officer(901)
    await come(town, THEFT, *range(5))
    await town.pass_time(minutes=1)
    await officer.presses("5", card(officer))
    assert officer.text.startswith("🟠 CAO · Tin số 5 · Trộm cắp")
    await officer.presses("Nhận xử lý")
    await officer.presses(
        "Xem chi tiết", next(m for m in officer.user.screen if m.buttons[:1] == ["Xem chi tiết"])
    )
    assert "Lời người báo:" in officer.text
    assert "• Tin số 5 · 10 giờ · xóm 5 · đã nhận xử lý" in burst_card(other)
    await other.presses("Nhận cả 4 tin", card(other))
    assert [tip.officer_id for tip in await tips(town)] == [2, 2, 2, 2, 1]
    assert "✅ Tin nào cũng đã có cán bộ nhận." in burst_card(officer)


async def test_forged_and_foreign_presses_change_nothing(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    stranger = await town.officer(901, commune="14248")
    await come(town, OTHER_COMMUNE, 9)
    (an, *_) = await come(town, THEFT, *range(4))
    for person in (officer, stranger, an):
        shown = person.user.from_bot[-1]
        for data in ("take_all.9x:5:0", "take_all:5:0", "take_all.99:77:0", "burst.7:5:0", "open:1:0",
                     "open:99:0", "burst.-1:5:0", "take_all.99:1:0"):  # fmt: skip
            await person.user.forges(data, shown)
    for person in (stranger, an):
        for data in ("take_all.99:5:0", "burst.0:5:0", "open:5:0", "open:2:0"):
            await person.user.forges(data, person.user.from_bot[-1])
    await town.settle()
    assert {tip.state for tip in await tips(town)} == {TipState.NEW}
    assert "Trộm cắp" not in an.text
    assert "xã Hải Xuân" not in "\n".join(stranger.texts[1:])


async def test_a_tip_that_is_not_ours_leaves_the_group(sqlite_town: Town) -> None:
    town = sqlite_town
    desk, officer = await town.desk_officer(), await town.officer(900)
    await come(town, THEFT, *range(5))
    await officer.presses("4", card(officer))
    await officer.presses("Không thuộc địa bàn", card(officer, "Tin số 4 ·"))
    await officer.presses("Chuyển trực ban tỉnh")
    assert "Tin số 4" in desk.text
    assert "4 tin từ 4 tài khoản" in burst_card(officer)
    assert "Tin số 4 ·" not in burst_card(officer)
    await town.pass_time(hours=2, minutes=1)
    assert any("Nhóm tin số 4" in text for text in desk.texts), "the others are late"


# withdrawn, erased, added ---------------------------------------------------------------------


async def test_a_withdrawn_tip_is_counted_as_such_and_the_account_with_it(town: Town) -> None:
    officer = await town.officer(900)
    citizens = await come(town, THEFT, *range(5))
    await town.pass_time(minutes=1)
    await citizens[1].says("/mydata")
    await citizens[1].presses("Xóa dữ liệu của tôi")
    await citizens[1].presses("Xóa")
    shown = burst_card(officer)
    assert "4 tin từ 4 tài khoản" in shown
    assert "Người báo đã rút: 1 tin." in shown
    assert "• Tin số 2 · 10 giờ · người báo đã rút" in shown
    await officer.presses("Nhận cả 4 tin", card(officer))
    assert [tip.state for tip in await tips(town)].count(TipState.ACKNOWLEDGED) == 4


async def test_more_for_tips_of_a_group_is_told_once_and_marked(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    citizens = await come(town, THEFT, *range(8))
    await town.pass_time(minutes=1)
    for citizen in citizens[4:]:
        await citizen.says("BS xe màu đỏ, đuôi biển 123")
    assert sum("Người báo gửi thêm" in text for text in officer.texts) == 1
    assert burst_card(officer).count("có gửi thêm") == 4


async def test_no_reporter_learns_that_there_are_others(sqlite_town: Town) -> None:
    town = sqlite_town
    await town.officer(900)
    citizens = await come(town, THEFT, *range(12))
    await town.pass_time(hours=3)
    for citizen in citizens:
        said = "\n".join(citizen.texts)
        assert "Nhóm" not in said
        assert "tin từ" not in said
    first, last = (next(t for t in c.texts if "Mã" in t) for c in (citizens[0], citizens[-1]))
    assert first.split("Mã tra cứu")[0] == last.split("Mã tra cứu")[0]


# time -----------------------------------------------------------------------------------------


async def test_reminders_and_the_desk_come_once_for_all(town: Town) -> None:
    desk, officer = await town.desk_officer(), await town.officer(900)
    await come(town, FIRE, *range(12))
    await town.pass_time(minutes=1)
    before = sounds(town, officer), sounds(town, desk)
    for _ in range(15):
        await town.pass_time(minutes=1)
    warned = [text for text in officer.texts if "⏰" in text]
    assert warned == [
        "⏰ Nhóm tin số 4: còn tin chưa có cán bộ nhận, 5 phút nữa là quá mốc.",
        "⏰ Nhóm tin số 4: có tin đã quá mốc 1 phút, chuyển trực ban tỉnh.",
    ]
    assert sounds(town, officer) - before[0] == 2
    assert sounds(town, desk) - before[1] == 2
    assert "12 tin từ 12 tài khoản" in burst_card(desk)
    assert all(tip.overdue_at for tip in await tips(town))
    assert "⏰ Nhóm tin số 4 (xã Hải Xuân): có tin quá mốc 1 phút" in desk.text


# who gets it ----------------------------------------------------------------------------------


async def test_without_an_officer_the_desk_gets_the_group(sqlite_town: Town) -> None:
    town = sqlite_town
    desk = await town.desk_officer()
    before = sounds(town, desk)
    await come(town, THEFT, *range(12))
    await town.pass_time(minutes=1)
    assert sounds(town, desk) - before == 4
    assert "12 tin từ 12 tài khoản" in burst_card(desk)
    assert {tip.desk_reason for tip in await tips(town)} == {DeskReason.NO_OFFICER}


async def test_an_officer_who_is_removed_sees_it_no_more_and_the_desk_gets_one_card(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    desk, officer = await town.desk_officer(), await town.officer(900)
    await come(town, THEFT, *range(12))
    await town.pass_time(minutes=1)
    before = sounds(town, desk)
    removed = [m for m in officer.user.screen if "Nhóm tin" in m.text]
    await town.run(_remove)
    await town.settle()
    assert removed
    assert not [m for m in officer.user.screen if "Nhóm tin" in m.text]
    assert sounds(town, desk) - before == 2, "one card, and the word of who left"
    await desk.presses("Nhận cả 12 tin", card(desk))
    assert {tip.state for tip in await tips(town)} == {TipState.ACKNOWLEDGED}


def _remove(tx: Transaction) -> None:
    officer = next(o for o in tx.session.query(Officer) if o.role is Role.OFFICER)
    people.remove(tx, officer, None)


async def test_a_unit_group_gets_one_hint_that_grows_without_a_sound(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    group = await registered(town, officer)
    before = len(group.texts)
    await come(town, THEFT, *range(10))
    await town.pass_time(minutes=1)
    assert len(group.texts) - before == 4
    assert group.texts[-1].split("\n") == [
        "🟠 CAO · Nhóm tin số 4 · xã Hải Xuân",
        "10 tin từ 10 tài khoản, chưa xác minh.",
        "Chưa nhận: 10 tin. Mốc nhắc sớm nhất 12 giờ.",
        "Xem và nhận xử lý: đồng chí nhắn /tips cho bot trong ô chat riêng.",
    ]
    await officer.says("/tips")
    assert "Nhận cả 10 tin" in officer.buttons


async def test_the_list_of_open_tips_shows_a_group_as_one(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    await come(town, THEFT, *range(30))
    await come(town, DRUGS, 30)
    await town.pass_time(minutes=1)
    before = sounds(town, officer)
    await officer.says("/tips")
    assert "Đồng chí có 31 tin đang mở, 0 tin quá mốc." in officer.texts
    assert sounds(town, officer) - before == 3


async def test_the_list_begins_with_what_nobody_took_and_says_how_much_it_leaves_out(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    for number in range(12):
        await come(town, (THEFT, DRUGS)[number % 2], number)
        await officer.presses("Nhận xử lý", card(officer, f"Tin số {number + 1} ·"))
        await town.pass_time(minutes=11)
    await come(town, THEFT, 12)
    await come(town, DRUGS, 13)
    await officer.says("/tips")
    assert "Bên dưới là 10 trong 14 tin" in officer.texts[-11]
    listed = [re.search(r"Tin số (\d+)", text) for text in officer.texts[-10:]]
    numbers = [int(found[1]) for found in listed if found]
    assert set(numbers[:2]) == {13, 14}
    assert set(numbers[2:]) <= set(range(1, 13))


async def test_the_invariants_know_the_card_of_a_burst(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    await come(town, THEFT, *range(6))
    await town.pass_time(minutes=1)
    assert await broken(town) == []
    await town.database.run(without_burst_cards)
    assert any("is with nobody" in breach for breach in await broken(town))
    assert "6 tin" in burst_card(officer)


async def broken(town: Town) -> Sequence[str]:
    log = log_of(town.telegram)
    return await town.database.read(lambda session: breaches(session, log, AT_REST))


def without_burst_cards(session: Session) -> None:
    burst_cards = select(Card.id).where(Card.kind == CardKind.BURST)
    session.execute(delete(Delivery).where(Delivery.card_id.in_(burst_cards)))
    session.execute(delete(Card).where(Card.kind == CardKind.BURST))


# what is kept ---------------------------------------------------------------------------------


async def test_what_nobody_took_keeps_its_card_however_long_it_lies(town: Town) -> None:
    officer = await town.officer(900)
    await come(town, THEFT, *range(5))
    await town.pass_time(minutes=1)
    for _ in range(2):  # messages that tell of the card go first, then the card might
        town.clock.advance(retention.Periods().set_aside * 2)
        await town.run(lambda tx: retention.sweep(tx, retention.Periods()))
        await town.settle()
        assert await broken(town) == []
    assert "5 tin" in burst_card(officer)


async def test_that_they_came_together_is_forgotten_a_month_after_all_have_ended(
    town: Town,
) -> None:
    await town.officer(900)
    await come(town, THEFT, *range(5))
    await town.pass_time(minutes=1)
    await town.run(_end_all)
    await town.settle()
    town.clock.advance(retention.Periods().set_aside * 2)
    removed = await town.run(lambda tx: retention.sweep(tx, retention.Periods()))
    assert removed["bursts"] == 1
    assert not await rows(town.database, Burst)
    assert not await rows(town.database, BurstTip)
    assert len(await tips(town)) == 5


def _end_all(tx: Transaction) -> None:
    for tip in tx.session.query(Tip):
        end(tx, tip, TipState.RESOLVED)
