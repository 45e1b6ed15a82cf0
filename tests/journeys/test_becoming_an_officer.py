"""How somebody becomes an officer, and everybody who must not."""

import re
from datetime import timedelta

import pytest

from storage.models import Event, Invitation, Officer
from storage.states import EventKind, OfficerState, Role
from tests.journeys.telling import tells
from tests.town import HAI_HAU, HAI_XUAN, NINH_BINH, Person, Town, rows
from tips.desk import Transaction
from tips.officers import invitations, people
from tips.officers.invitations import Post, PostError
from words.spoken import SPOKEN

LEAD_ASKED = "Người đó đọc từ nào thì bấm từ đó."


async def invited(town: Town, role: Role = Role.OFFICER, commune: str | None = HAI_XUAN) -> str:
    """A fresh invitation, as its deep link carries it."""
    post = Post(role, NINH_BINH, commune, "Bình")
    return f"i{await town.run(lambda tx: invitations.invite(tx, post))}"


def word_on(person: Person) -> str:
    found = re.search(r"Đọc từ này cho người mời: (\w+)", person.text)
    assert found, person.texts
    return found[1]


async def states(town: Town) -> list[OfficerState]:
    found = sorted(await rows(town.database, Officer), key=lambda officer: officer.id)
    return [officer.state for officer in found]


async def kinds(town: Town) -> list[EventKind]:
    return [event.kind for event in await rows(town.database, Event)]


async def test_a_link_shows_a_word_and_the_lead_who_hears_it_confirms(town: Town) -> None:
    lead = await town.officer(901, Role.LEAD)
    desk = await town.desk_officer()
    binh = town.citizen(902, "Bình")

    await binh.starts(await invited(town))
    assert "Chưa được xác nhận thì chưa nhận tin." in binh.text
    assert LEAD_ASKED in lead.text
    assert word_on(binh) in lead.buttons

    await lead.presses(word_on(binh))
    assert binh.text.startswith("Đồng chí đã được xác nhận: cán bộ, Công an xã Hải Xuân.")
    assert "Đã ghi." in lead.texts
    told = "Nhân sự: Bình vừa được thêm (cán bộ, Công an xã Hải Xuân), người xác nhận: lãnh đạo đơn vị số 1."
    assert told in lead.texts
    assert desk.text == told

    await tells(town.citizen())
    assert "Tin số 1" in binh.text
    assert {EventKind.INVITED, EventKind.JOINED, EventKind.CONFIRMED} <= set(await kinds(town))


async def test_the_secret_has_128_bits_and_only_its_hash_is_kept(town: Town) -> None:
    link = await invited(town)
    assert len(link) == 1 + 22  # base64url of 16 bytes
    (kept,) = await rows(town.database, Invitation)
    assert len(kept.digest) == 32
    assert link[1:].encode() not in kept.digest
    assert kept.expires_at - kept.created_at == timedelta(hours=72)


async def test_nobody_is_an_officer_before_the_word_is_confirmed(town: Town) -> None:
    await town.officer(901)
    thief = town.citizen(666, "Kẻ trộm đường dẫn")
    await thief.starts(await invited(town))
    await tells(town.citizen())
    assert not any("Tin số" in text for text in thief.texts)
    await thief.says("/tips")
    assert not any("Tin số" in text for text in thief.texts)


async def test_one_wrong_word_ends_it_and_lead_and_desk_are_warned(town: Town) -> None:
    lead = await town.officer(901, Role.LEAD)
    desk = await town.desk_officer()
    binh = town.citizen(902)
    await binh.starts(await invited(town))
    right = word_on(binh)
    asked = lead.user.last
    wrong = next(word for word in lead.buttons if word != right and word in SPOKEN)

    await lead.presses(wrong)
    assert "Lời mời này không được xác nhận." in binh.text
    assert "không đọc đúng từ" in desk.text
    assert any("không đọc đúng từ" in text for text in lead.texts)

    await lead.presses(right, asked)
    assert lead.text == "Nút này đã cũ."
    assert (await states(town))[-1] is OfficerState.REMOVED
    assert EventKind.REJECTED in await kinds(town)


async def test_a_lead_who_invited_nobody_says_so(town: Town) -> None:
    lead = await town.officer(901, Role.LEAD)
    stranger = town.citizen(666)
    await stranger.starts(await invited(town))
    await lead.presses("Tôi không mời ai")
    assert (await states(town))[-1] is OfficerState.REMOVED
    assert "không được xác nhận" in stranger.text


@pytest.mark.parametrize(
    ("role", "commune", "asked"),
    [
        (Role.OFFICER, HAI_XUAN, {"lead", "admin"}),
        (Role.LEAD, HAI_XUAN, {"admin"}),
        (Role.OFFICER, HAI_HAU, {"admin"}),
        (Role.DESK, None, {"admin"}),
    ],
)
async def test_only_who_may_confirm_is_asked(
    sqlite_town: Town, role: Role, commune: str | None, asked: set[str]
) -> None:
    town = sqlite_town
    lead = await town.officer(901, Role.LEAD)
    admin = await town.officer(902, Role.ADMIN, None)
    colleague = await town.officer(903)
    desk = await town.desk_officer()
    somebody = town.citizen(904)
    await somebody.starts(await invited(town, role, commune))

    hears = {"lead": lead, "admin": admin, "colleague": colleague, "desk": desk}
    assert {name for name, person in hears.items() if LEAD_ASKED in person.text} == asked
    data = f"confirm.{SPOKEN.index(word_on(somebody))}:5:0"
    for name in hears.keys() - asked:
        person = hears[name]
        await person.user.forges(data, person.user.last)
        await town.settle()
        assert person.text == "Nút này đã cũ."
    assert (await states(town))[-1] is OfficerState.PENDING


async def test_a_citizen_who_forges_a_confirmation_changes_nothing(sqlite_town: Town) -> None:
    town = sqlite_town
    thief = town.citizen(666)
    await thief.starts(await invited(town))
    for data in ("confirm.0:1:0", "confirm.99:1:0", "confirm.x:1:0", "confirm:1:0",
                 "confirm.0:99999999999999999999:0", "confirm.0:1:7"):  # fmt: skip
        await thief.user.forges(data, thief.user.last)
        await town.settle()
        assert thief.text.startswith("Nút này đã cũ.")
    assert await states(town) == [OfficerState.PENDING]


async def test_a_wrong_link_gets_a_plain_answer_and_guessing_is_limited(town: Town) -> None:
    guesser = town.citizen(666)
    for _ in range(5):
        assert "Đường dẫn này không đúng." in await guesser.starts("iAAAAAAAAAAAAAAAAAAAAAA")
    right = await invited(town)
    assert await guesser.starts(right) == "Đã mở sai nhiều lần. Thử lại sau 1 giờ."
    town.clock.advance(hours=1, seconds=1)
    assert "Đọc từ này" in await guesser.starts(right)


async def test_a_link_works_once_and_its_owner_may_open_it_again(town: Town) -> None:
    link = await invited(town)
    binh, other = town.citizen(902), town.citizen(903)
    await binh.starts(link)
    word = word_on(binh)
    assert "đã được dùng" in await other.starts(link)
    await binh.starts(link)
    assert word_on(binh) == word
    assert await states(town) == [OfficerState.PENDING]


async def test_two_who_open_a_link_at_once_are_not_both_taken(town: Town) -> None:
    link = await invited(town)
    first, second = town.citizen(902), town.citizen(903)
    await first.user.starts(link)
    await second.user.starts(link)
    await town.at_once(2)
    answers = sorted("Đọc từ này" in person.text for person in (first, second))
    assert answers == [False, True]
    assert await states(town) == [OfficerState.PENDING]


async def test_a_link_expires_after_72_hours(town: Town) -> None:
    link = await invited(town)
    town.clock.advance(hours=72)
    assert "đã hết hạn" in await town.citizen(902).starts(link)
    assert await states(town) == []


async def test_who_is_not_confirmed_in_72_hours_is_forgotten(town: Town) -> None:
    binh = town.citizen(902)
    await binh.starts(await invited(town))
    town.clock.advance(hours=73)
    await town.run(invitations.forget_pending)
    await town.settle()
    assert "không được xác nhận" in binh.text
    assert await states(town) == [OfficerState.REMOVED]


async def test_a_link_opened_in_a_group_is_refused_and_stays_good(sqlite_town: Town) -> None:
    town = sqlite_town
    binh = town.citizen(902)
    group = town.telegram.group(-500, "Cả xóm", [binh.user])
    await group.adds_bot(binh.user)
    await town.settle()
    link = await invited(town)
    await group.says(binh.user, f"/start {link}")
    await town.settle()
    assert "chỉ dùng được trong ô chat riêng" in group.texts[-1]
    assert "Đọc từ này" in await binh.starts(link)


async def test_an_officer_who_opens_another_link_keeps_the_post_they_have(town: Town) -> None:
    officer = await town.officer(900)
    link = await invited(town, Role.OFFICER, HAI_HAU)
    answer = await officer.starts(link)
    assert answer.startswith("Ô chat này đang là cán bộ của Công an xã Hải Xuân.")
    await tells(town.citizen())
    assert "Tin số 1" in officer.text
    assert "Đọc từ này" in await town.citizen(903).starts(link)


async def test_a_removed_officer_gets_nothing_more_and_lead_and_desk_are_told(town: Town) -> None:
    lead = await town.officer(901, Role.LEAD)
    desk = await town.desk_officer()
    officer = await town.officer(900)
    await town.run(lambda tx: people.remove(tx, tx.session.get_one(Officer, 3), None))
    await town.settle()
    assert officer.text == "Đồng chí không còn nhận tin của Công an xã Hải Xuân."
    assert (
        lead.text
        == desk.text
        == "Nhân sự: cán bộ số 3 (cán bộ, Công an xã Hải Xuân) không còn nhận tin."
    )
    shown = len(officer.texts)
    await tells(town.citizen())
    assert len(officer.texts) == shown
    assert "Tin số 1" in lead.text


@pytest.mark.parametrize(
    ("role", "commune", "says"),
    [
        (Role.OFFICER, None, "belong to a commune"),
        (Role.DESK, HAI_XUAN, "belong to a commune"),
        (Role.OFFICER, "99999", "no commune 99999"),
    ],
)
async def test_an_invitation_without_sense_says_what_to_change(
    sqlite_town: Town, role: Role, commune: str | None, says: str
) -> None:
    def work(tx: Transaction) -> str:
        return invitations.invite(tx, Post(role, NINH_BINH, commune))

    with pytest.raises(PostError, match=says):
        await sqlite_town.run(work)


async def test_the_first_officer_of_a_commune_is_shown_what_waits_there(town: Town) -> None:
    desk = await town.desk_officer()
    await tells(town.citizen())
    assert "xã chưa có cán bộ trực" in desk.text
    officer = await town.officer(900)
    assert "Tin số 1" in officer.text
    await officer.presses("Nhận xử lý")
    assert any("nhận xử lý lúc" in text for text in desk.texts)


async def test_the_desk_is_of_a_province_and_not_of_itself(sqlite_town: Town) -> None:
    desk = await sqlite_town.desk_officer()
    assert "trực ban cấp tỉnh, tỉnh Ninh Bình." in desk.text
    assert "trực ban cấp tỉnh của tỉnh Ninh Bình" in desk.texts[0]
