"""Group chats of a unit, and officers who cannot be reached any more."""

from storage.models import Chat, Event, Group, Officer, Tip
from storage.states import ChatState, EventKind, Role
from tests.fake_telegram.groups import FakeGroup
from tests.journeys.telling import DRUGS, FIGHT, THEFT, tells
from tests.town import HAI_HAU, Person, Town, rows
from tips.officers import people

QUIET_HOUR = 61  #: minutes


async def group_of(town: Town, *members: Person, number: int = -500) -> FakeGroup:
    group = town.telegram.group(number, "Đơn vị", [member.user for member in members])
    await group.adds_bot(members[0].user)
    await town.settle()
    return group


async def registered(town: Town, officer: Person) -> FakeGroup:
    group = await group_of(town, officer)
    await group.says(officer.user, "/register")
    await town.settle()
    assert "Nhóm này nhận thông báo tin mới của Công an xã Hải Xuân" in group.texts[-1]
    return group


async def groups(town: Town) -> list[Group]:
    return [row for row in await rows(town.database, Group) if isinstance(row, Group)]


def told_of(person: Person, number: int = 1) -> bool:
    return any(f"Tin số {number}" in text for text in person.texts)


# registering ----------------------------------------------------------------------------------


async def test_a_group_gets_one_card_and_private_chats_none_unless_it_is_urgent(town: Town) -> None:
    one, other = await town.officer(900), await town.officer(901)
    group = await registered(town, one)
    an = town.citizen()
    await tells(an, THEFT)
    assert group.texts[-1].split("\n") == [
        "🟠 CAO · Tin số 1 · xã Hải Xuân",
        "Mốc nhắc 12 giờ.",
        "Xem và nhận xử lý: đồng chí nhắn /tips cho bot trong ô chat riêng.",
    ]
    assert not told_of(one)
    assert not told_of(other)
    await tells(an, FIGHT)
    assert "🔴 KHẨN · Tin số 2 · xã Hải Xuân" in group.texts[-1]
    assert told_of(one, 2)
    assert told_of(other, 2)


async def test_the_group_sees_who_took_a_tip_and_never_what_it_is(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900, name="Bình")
    await town.desk_officer()
    group = await registered(town, officer)
    for words in (THEFT, DRUGS):
        await tells(town.citizen(), words)
    await officer.says("/tips")
    await officer.presses("Nhận xử lý")
    assert sum("✅ Bình nhận xử lý" in text for text in group.texts) == 1
    for text in group.texts:
        assert not {"Trộm", "Ma túy", "xóm 5", "tối qua", "vì:"} & set(text.split())
        assert "xóm 5" not in text


async def test_only_an_officers_own_account_registers_a_group(town: Town) -> None:
    officer = await town.officer(900)
    admin = await town.officer(901, Role.ADMIN, None)
    eve = town.citizen(666)
    group = await group_of(town, eve, officer, admin)
    channel = town.telegram.channel(-1009, "Kênh")

    await group.says(eve.user, "/register")
    await town.settle()
    assert group.texts[-1].startswith("Chỉ cán bộ xã, phường đã đăng ký")
    await group.says(admin.user, "/register")
    await group.says_anonymously("/register")
    await town.settle()
    assert group.texts[-1] == "Không nhận lệnh từ người quản trị ẩn danh hoặc kênh."
    await group.says_as(channel, "/register")
    await town.settle()
    assert await groups(town) == []

    await group.says(officer.user, "/register@tinbao_bot")
    await town.settle()
    (known,) = await groups(town)
    assert known.commune_code == "14308"


async def test_somebody_who_waits_to_be_confirmed_registers_no_group(town: Town) -> None:
    await town.officer(900)
    removed = await town.officer(901)
    await town.run(lambda tx: people.remove(tx, tx.session.get_one(Officer, 2), None))
    await town.settle()
    group = await group_of(town, removed)
    await group.says(removed.user, "/register")
    await town.settle()
    assert await groups(town) == []


async def test_lead_and_desk_are_told_of_a_new_group(town: Town) -> None:
    lead = await town.officer(901, Role.LEAD)
    desk = await town.desk_officer()
    await registered(town, await town.officer(900, name="Bình"))
    for person in (lead, desk):
        assert person.text == (
            "Nhân sự: Bình vừa đăng ký một nhóm chat nhận thông báo tin mới của Công an xã Hải Xuân."
        )


async def test_a_citizen_in_a_group_is_asked_to_write_privately_and_nothing_is_filed(
    town: Town,
) -> None:
    officer, an = await town.officer(900), town.citizen()
    group = await group_of(town, an, officer)
    assert group.texts[-1].startswith("Báo tin thì nhắn riêng cho bot")
    told = len(group.texts)
    await group.says(an.user, "@tinbao_bot co trom xe o xom 5 hai xuan")
    await group.says(an.user, "/report mất xe")
    await town.settle()
    assert len(group.texts) == told, "once an hour is enough"
    await town.pass_time(minutes=QUIET_HOUR)
    await group.says(an.user, "@tinbao_bot co trom xe o xom 5 hai xuan")
    await town.settle()
    assert group.texts[-1].startswith("Báo tin thì nhắn riêng cho bot")
    assert await rows(town.database, Tip) == []


async def test_where_the_bot_hears_everything_it_answers_only_what_is_meant_for_it(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    group = town.telegram.group(-500, "Đơn vị", [officer.user])
    await group.adds_bot(officer.user, admin=True)
    await town.settle()
    told = len(group.texts)
    await group.says(officer.user, "Tối nay ai trực?")
    await group.says(officer.user, "đang đánh nhau ở chợ xã Hải Xuân")
    await town.settle()
    assert len(group.texts) == told
    assert await rows(town.database, Tip) == []


# leaving and moving ---------------------------------------------------------------------------


async def test_a_group_that_puts_the_bot_out_gives_its_tips_back_to_private_chats(
    town: Town,
) -> None:
    officer = await town.officer(900)
    desk = await town.desk_officer()
    group = await registered(town, officer)
    await tells(town.citizen(), THEFT)
    assert not told_of(officer)
    await group.removes_bot(officer.user)
    await town.settle()
    assert told_of(officer), "what nobody took yet must reach somebody"
    assert any("không còn nhận thông báo" in text for text in desk.texts)
    assert await groups(town) == []
    await tells(town.citizen(8), THEFT)
    assert told_of(officer, 2)


async def test_a_group_that_is_gone_without_a_word_is_noticed_by_the_refusal(town: Town) -> None:
    officer = await town.officer(900)
    group = await registered(town, officer)
    group.standing = "kicked"
    await tells(town.citizen(), THEFT)
    assert told_of(officer)
    assert await groups(town) == []


async def test_a_group_that_becomes_a_supergroup_is_followed(town: Town) -> None:
    officer = await town.officer(900)
    group = await registered(town, officer)
    await tells(town.citizen(), THEFT)
    await group.migrates_to(-1_000_000_000_500)
    await town.settle()
    await tells(town.citizen(8), THEFT)
    assert any("Tin số 2" in text for text in group.texts)
    await officer.says("/tips")
    await officer.presses("Nhận xử lý")
    assert any("nhận xử lý lúc" in text for text in group.texts)


async def test_a_group_that_wrote_from_its_new_address_first_is_followed_too(town: Town) -> None:
    officer = await town.officer(900)
    group = await registered(town, officer)
    await tells(town.citizen(), THEFT)
    await group.migrates_to(-1_000_000_000_500)
    held = town.telegram.take_updates()  # they come late
    await group.says(officer.user, "/help")
    await town.settle()
    await tells(town.citizen(8), THEFT)
    assert any("Tin số 2" in text for text in group.texts), "Telegram's refusal named the address"
    for update in held:
        await town.telegram.publish("message", update["message"])
    await town.settle()
    (known,) = await groups(town)
    await tells(town.citizen(9), THEFT)
    assert any("Tin số 3" in text for text in group.texts)
    (heir,) = [c for c in await rows(town.database, Chat) if c.id == known.chat_id]
    assert heir.state is ChatState.OPEN


async def test_the_groups_of_an_officer_who_is_removed_hear_no_more(town: Town) -> None:
    lead = await town.officer(901, Role.LEAD)
    insider = await town.officer(900)
    group = await registered(town, insider)
    await town.run(lambda tx: people.remove(tx, tx.session.get_one(Officer, 2), None))
    await town.settle()
    told = len(group.texts)
    await tells(town.citizen(), THEFT)
    assert len(group.texts) == told
    assert told_of(lead)


# officers out of reach ------------------------------------------------------------------------


async def test_an_officer_who_blocks_the_bot_is_reported_and_comes_back(town: Town) -> None:
    lead = await town.officer(901, Role.LEAD)
    desk = await town.desk_officer()
    officer = await town.officer(900, name="Bình")
    await officer.user.blocks()
    await town.settle()
    assert lead.text == desk.text
    assert lead.text.startswith("Không nhắn được cho Bình (Công an xã Hải Xuân):")
    await tells(town.citizen(), THEFT)
    assert told_of(lead)

    await officer.user.unblocks()
    await officer.starts()
    assert lead.text == desk.text == "Lại nhắn được cho Bình (Công an xã Hải Xuân)."
    assert told_of(officer), "they are shown what is open"
    kinds = [event.kind for event in await rows(town.database, Event)]
    assert kinds.count(EventKind.UNREACHABLE) == kinds.count(EventKind.REACHABLE) == 1


async def test_the_only_officer_out_of_reach_leaves_the_tip_to_the_desk(town: Town) -> None:
    desk = await town.desk_officer()
    officer = await town.officer(900)
    await tells(town.citizen(), THEFT)
    await officer.user.blocks()
    await town.settle()
    assert "Tin ở trực ban tỉnh vì: xã chưa có cán bộ trực trên kênh." in desk.texts[-2] + desk.text
    assert told_of(desk)
    await tells(town.citizen(8), FIGHT)
    assert told_of(desk, 2)


async def test_a_block_noticed_only_by_the_refusal_leaves_no_alert_with_nobody(town: Town) -> None:
    desk = await town.desk_officer()
    officer = await town.officer(900)
    officer.user.blocked = True  # and Telegram's notice of it was lost
    await tells(town.citizen(), FIGHT)
    assert told_of(desk)
    assert any("Không nhắn được cho cán bộ số 2" in text for text in desk.texts)
    kinds = [event.kind for event in await rows(town.database, Event)]
    assert kinds.count(EventKind.UNREACHABLE) == 1


async def test_removing_the_last_officer_leaves_the_tip_to_the_desk(town: Town) -> None:
    desk = await town.desk_officer()
    await town.officer(900)
    await tells(town.citizen(), THEFT)
    await town.run(lambda tx: people.remove(tx, tx.session.get_one(Officer, 2), None))
    await town.settle()
    assert told_of(desk)


async def test_a_desk_out_of_reach_is_told_to_the_admin(town: Town) -> None:
    admin = await town.officer(903, Role.ADMIN, None)
    desk = await town.desk_officer()
    await desk.user.blocks()
    await town.settle()
    assert "Không nhắn được cho trực ban cấp tỉnh số 2" in admin.text


async def test_a_citizen_who_blocks_the_bot_is_nobodys_business(sqlite_town: Town) -> None:
    town = sqlite_town
    desk = await town.desk_officer()
    await town.officer(902, commune=HAI_HAU)
    said = len(desk.texts)
    an = town.citizen()
    await an.says("/help")
    await an.user.blocks()
    await town.settle()
    await an.user.unblocks()
    await an.says("/help")
    assert len(desk.texts) == said
