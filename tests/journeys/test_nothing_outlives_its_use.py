"""What is kept, how long, and that nobody who copies the database reads a word of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from sqlalchemy import make_url

from storage.database import Session, sqlite_path
from storage.models import (
    Attempt,
    Chat,
    Delivery,
    Event,
    Evidence,
    Inbox,
    Invitation,
    Model,
    Officer,
    Reporter,
    Tip,
)
from storage.states import CardKind, EventKind, QueueState, Role
from tests.journeys.telling import DRUGS, SEND, THEFT, tells
from tests.tips.cleaning_samples import a_chatty_jpeg, a_recording
from tests.town import HAI_XUAN, NINH_BINH, Person, Town, rows
from tips import retention
from tips.officers import invitations, people
from tips.officers.invitations import Post
from tips.retention import Periods

PLANTED = "QUAMUOP7731"
ADDRESS = 8_812_345_670
PHONE = "0987650123"
KEEP = Periods()
M = TypeVar("M")


async def sweep(town: Town) -> Mapping[str, int]:
    return await town.run(lambda tx: retention.sweep(tx, KEEP))


async def sweep_after(town: Town, age: timedelta, **more: float) -> Mapping[str, int]:
    town.clock.advance(age, **more)
    return await sweep(town)


async def the(town: Town, model: type[M]) -> M:
    (found,) = await rows(town.database, model)
    return found


async def close(officer: Person, outcome: str = "Đã giải quyết", template: str = "") -> None:
    await officer.presses("Nhận xử lý")
    card = next(m for m in reversed(officer.user.from_bot) if "Kết thúc" in m.buttons)
    await officer.presses("Kết thúc", card)
    await officer.presses(outcome)
    if template:
        await officer.presses(template)


async def a_tip_with_everything(town: Town, citizen: Person) -> str:
    """A picture, a voice, a pin, words and a telephone number; return the receipt code."""
    await citizen.user.sends_photo(a_chatty_jpeg(), f"mất xe {PLANTED} ở xóm 5 xã Hải Xuân tối qua")
    await town.settle()
    await citizen.user.sends_location(20.1946, 106.3057)
    await town.settle()
    for wish in ("Nơi xảy ra việc", "Sửa", "Liên hệ", "Có, gọi cho tôi"):
        if wish == "Sửa":
            while SEND not in citizen.buttons:
                await citizen.presses(citizen.buttons[0])
        await citizen.presses(wish)
    await citizen.says(PHONE)
    await citizen.presses(SEND)
    line = next(text for text in reversed(citizen.texts) if "Mã tra cứu" in text)
    return line.split("Mã tra cứu: ")[1].split("\n")[0]


# a copy of the database -----------------------------------------------------------------------


def raw_copy(url: str) -> bytes:
    """Every byte of a SQLite database and its journal; every row of a PostgreSQL one, as COPY writes it."""
    path = sqlite_path(url)
    if path is not None:
        return b"".join(part.read_bytes() for part in Path(path).parent.glob(Path(path).name + "*"))
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    dump = b""
    with psycopg.connect(plain) as connection:
        for table in Model.metadata.sorted_tables:
            with connection.cursor().copy(f"COPY {table.name} TO STDOUT") as copied:
                dump += b"".join(map(bytes, copied))
    return dump


def journal_of(url: str) -> bytes:
    return Path(f"{sqlite_path(url)}-wal").read_bytes()


def found_in(copy: bytes, words: list[str]) -> list[str]:
    """The words that can be read in the copy, plain or as PostgreSQL writes bytes."""
    copy = copy.lower()
    forms = {word: (word.lower().encode(), word.encode().hex().encode()) for word in words}
    return [word for word, (plain, as_hex) in forms.items() if plain in copy or as_hex in copy]


async def test_no_word_name_number_or_address_can_be_read_in_a_copy_of_the_database(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    officer = await town.officer(7_712_345_671, name="CANBOKIN42")
    await town.desk_officer()
    an = town.citizen(ADDRESS, "TENTHAT9931")
    an.user.username = "tendangnhap5512"
    code = await a_tip_with_everything(town, an)
    await officer.presses("Xem chi tiết")
    await officer.presses("Nhận xử lý", next(m for m in officer.user.from_bot if m.buttons))
    await an.says("BS")
    await an.says(f"xe đỏ {PLANTED} đuôi 123")
    await an.presses("Xong")
    await an.user.sends_voice(a_recording("ogg", None, "libopus"))
    await town.settle()
    await an.says(f"co trom {PLANTED} o xom 9 hai xuan")  # unfinished
    await town.run(
        lambda tx: invitations.invite(tx, Post(Role.LEAD, NINH_BINH, HAI_XUAN, "TENMOI8812"))
    )
    secrets = [PLANTED, str(ADDRESS), "7712345671", PHONE, "987650123", "TENTHAT9931", "CANBOKIN42",
               "TENMOI8812", "tendangnhap5512", code, code.replace("-", ""), "xóm", "xom 9",
               "20.1946", "106.3057", "Trộm cắp", town.telegram.token]  # fmt: skip
    copy = raw_copy(database_url)
    assert b"theft_robbery" in copy, "it is the right copy: categories are plain"
    assert found_in(copy, secrets) == []
    for file in (tmp_path / "media").iterdir():
        content = file.read_bytes()
        assert found_in(content, secrets) == []
        assert not {b"\xff\xd8\xff", b"OggS", b"\x89PNG"} & {content[:3], content[:4]}


async def test_what_was_erased_is_gone_from_the_bytes_of_the_file_and_its_journal(
    sqlite_town: Town, sqlite_url: str
) -> None:
    town = sqlite_town
    await town.officer(900)
    an = town.citizen()
    await a_tip_with_everything(town, an)
    tip, reporter = await the(town, Tip), await the(town, Reporter)
    sealed = [tip.words_sealed, tip.place_sealed, tip.time_sealed, reporter.contact_sealed]
    before = raw_copy(sqlite_url)
    assert all(value and value in before for value in sealed)

    await erases(an)
    await town.database.empty_journal()
    after = raw_copy(sqlite_url)
    assert not any(value and value in after for value in sealed)
    assert journal_of(sqlite_url) == b""


async def erases(citizen: Person) -> None:
    await citizen.says("DULIEU")
    await citizen.presses("Xóa dữ liệu của tôi")
    await citizen.presses("Xóa dữ liệu của tôi")
    assert citizen.text.startswith("Đã xóa.")


# what a person erases -------------------------------------------------------------------------


async def test_erasing_empties_what_nobody_took_and_unlinks_what_somebody_did(town: Town) -> None:
    officer = await town.officer(900)
    an = town.citizen()
    taken = await tells(an, THEFT)
    await officer.presses("Nhận xử lý")
    await a_tip_with_everything(town, an)
    await an.says("co trom xe o xom 9 hai xuan")
    await erases(an)

    first, second = sorted(await rows(town.database, Tip), key=lambda tip: tip.id)
    assert first.words_sealed is not None
    assert second.words_sealed is second.place_sealed is second.time_sealed is None
    for reporter in await rows(town.database, Reporter):
        assert reporter.chat_id is None
        assert reporter.contact_sealed is None
    assert await rows(town.database, Evidence) == []
    assert "chưa gửi tin nào" in await an.says("/status")
    assert "đã nhận xử lý" in await an.says(taken), "the code still tells"
    assert sum("Người báo đã rút tin này." in text for text in officer.texts) == 1


async def test_files_without_a_row_are_swept_but_young_ones_await_their_commit(town: Town) -> None:
    await town.officer(900)
    an = town.citizen()
    await a_tip_with_everything(town, an)
    files = town.desk.files
    assert len(files.names()) == 1
    now = datetime.now(UTC)  # files carry the real time

    async def swept(at: datetime) -> int:
        return await retention.sweep_files(town.database, files, at)

    assert await swept(now + timedelta(days=1)) == 0, "a row names it"
    await erases(an)
    assert await swept(now + timedelta(minutes=9)) == 0
    assert await swept(now + timedelta(minutes=11)) == 1
    assert files.names() == []


# what time removes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "template", "age"),
    [
        ("Đã giải quyết", "đã tìm lại được tài sản", KEEP.resolved),
        ("Chưa đủ thông tin", "ảnh hoặc video", KEEP.rejected),
        ("Chưa thấy sự việc", "", KEEP.rejected),
        ("Ngoài phạm vi", "", KEEP.rejected),
    ],
)
async def test_the_words_of_a_closed_tip_go_after_their_period(
    sqlite_town: Town, outcome: str, template: str, age: timedelta
) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    code = await a_tip_with_everything(town, town.citizen())
    await close(officer, outcome, template)
    await sweep_after(town, age)
    assert (await the(town, Tip)).words_sealed is not None
    await sweep_after(town, timedelta(seconds=1))
    tip = await the(town, Tip)
    assert tip.words_sealed is tip.place_sealed is tip.time_sealed is None
    assert tip.commune_code == HAI_XUAN, "what is counted stays"
    assert await rows(town.database, Evidence) == []
    assert "Tin " in await town.citizen(8).says(code)


async def test_a_withdrawn_tip_that_was_taken_is_kept_as_long_as_a_rejected_one(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    an = town.citizen()
    await tells(an, THEFT)
    await officer.presses("Nhận xử lý")
    await an.says("/status")
    await an.presses("Rút tin")
    await an.presses("Rút tin")
    assert (await the(town, Tip)).words_sealed is not None
    await sweep_after(town, KEEP.rejected, seconds=1)
    assert (await the(town, Tip)).words_sealed is None


async def test_the_link_to_the_reporter_goes_before_the_telephone_number(town: Town) -> None:
    officer = await town.officer(900)
    an = town.citizen()
    code = await a_tip_with_everything(town, an)
    await close(officer, "Đã giải quyết", "đã tìm lại được tài sản")
    await sweep_after(town, KEEP.link)
    assert (await the(town, Reporter)).chat_id is not None
    await sweep_after(town, timedelta(seconds=1))
    reporter = await the(town, Reporter)
    assert reporter.chat_id is None
    assert reporter.contact_sealed is not None
    assert "đã giải quyết" in await an.says(code)
    await sweep_after(town, KEEP.contact - KEEP.link)
    assert (await the(town, Reporter)).contact_sealed is None


async def test_what_the_desk_opened_after_closing_goes_out_of_sight_with_the_words(
    town: Town,
) -> None:
    desk = await town.desk_officer()
    await tells(town.citizen(), THEFT)
    await close(desk, "Chưa thấy sự việc")
    await desk.presses(
        "Xem chi tiết", next(m for m in reversed(desk.user.from_bot) if "Mở lại" in m.buttons)
    )
    assert any("Lời người báo:" in text for text in desk.texts)
    await sweep_after(town, KEEP.rejected, seconds=1)
    await town.settle()
    assert not any("Lời người báo:" in text for text in desk.texts)


async def test_a_handled_update_is_emptied_at_once_and_forgotten_soon(town: Town) -> None:
    an = town.citizen()
    await an.says("/help")
    item = await the(town, Inbox)
    assert item.state is QueueState.DONE
    assert item.body_sealed is None
    await sweep_after(town, KEEP.handled, seconds=1)
    assert await rows(town.database, Inbox) == []


async def test_a_message_sent_is_emptied_after_a_day_and_forgotten_after_a_month(
    town: Town,
) -> None:
    await town.citizen().says("/help")
    await sweep(town)
    assert (await the(town, Delivery)).body_sealed is not None
    await sweep_after(town, KEEP.sent, seconds=1)
    assert (await the(town, Delivery)).body_sealed is None
    await sweep_after(town, KEEP.set_aside)
    assert await rows(town.database, Delivery) == []


async def test_what_was_set_aside_is_kept_for_a_month(sqlite_town: Town) -> None:
    town = sqlite_town
    await town.citizen().says("/help")

    def put_aside(session: Session) -> None:
        for item in session.query(Inbox):
            item.state, item.body_sealed = QueueState.SET_ASIDE, b"sealed"

    await town.database.run(put_aside)
    await sweep_after(town, KEEP.set_aside)
    assert len(await rows(town.database, Inbox)) == 1
    await sweep_after(town, timedelta(seconds=1))
    assert await rows(town.database, Inbox) == []


async def test_how_a_channel_finds_a_lost_file_is_kept_for_a_month(sqlite_town: Town) -> None:
    town = sqlite_town
    await a_tip_with_everything(town, town.citizen())

    def lose(session: Session) -> None:
        for piece in session.query(Evidence):
            piece.state, piece.reference_sealed = QueueState.SET_ASIDE, b"sealed"
            piece.created_at = town.clock()

    await town.database.run(lose)
    await sweep_after(town, KEEP.set_aside)
    assert {piece.reference_sealed for piece in await rows(town.database, Evidence)} == {b"sealed"}
    await sweep_after(town, timedelta(seconds=1))
    assert {piece.reference_sealed for piece in await rows(town.database, Evidence)} == {None}


async def test_pictures_that_never_became_part_of_a_tip_go_after_a_day(town: Town) -> None:
    an = town.citizen()
    await an.user.sends_photo(a_chatty_jpeg())
    await town.settle()
    await sweep_after(town, KEEP.draft)
    assert len(await rows(town.database, Evidence)) == 1
    await sweep_after(town, timedelta(seconds=1))
    assert await rows(town.database, Evidence) == []


async def test_chats_that_nothing_needs_are_forgotten_and_others_stay(town: Town) -> None:
    officer = await town.officer(900)
    stranger, an = town.citizen(8), town.citizen(7)
    await stranger.says("/help")
    await stranger.says("AAAAA-22222")  # a wrong code, counted
    await tells(an, THEFT)
    assert len(await rows(town.database, Chat)) == 3
    await sweep_after(town, KEEP.set_aside + KEEP.sent, seconds=1)
    assert len(await rows(town.database, Chat)) == 2
    assert await rows(town.database, Attempt) == []
    await stranger.says("/help")
    assert "113" in stranger.text
    await close(officer, "Ngoài phạm vi")
    for _ in range(3):
        await sweep_after(town, KEEP.set_aside + KEEP.sent, seconds=1)
    left = await rows(town.database, Chat)
    assert len(left) == 1, "the officer's own"


async def test_who_left_long_ago_has_no_name_here(town: Town) -> None:
    officer = await town.officer(900, name="Bình")
    await officer.says("/tips")
    await town.run(lambda tx: people.remove(tx, tx.session.get_one(Officer, 1), None))
    await town.settle()
    await sweep_after(town, KEEP.audit - timedelta(days=1))
    assert (await the(town, Officer)).name_sealed is not None
    await sweep_after(town, timedelta(days=2))
    assert await rows(town.database, Event) == []
    assert (await the(town, Officer)).name_sealed is None


async def test_old_invitations_are_forgotten(sqlite_town: Town) -> None:
    town = sqlite_town
    await town.run(lambda tx: invitations.invite(tx, Post(Role.DESK, NINH_BINH)))
    await sweep_after(town, timedelta(hours=72) + KEEP.set_aside)
    assert len(await rows(town.database, Invitation)) == 1
    await sweep_after(town, timedelta(seconds=1))
    assert await rows(town.database, Invitation) == []


async def test_an_open_tip_keeps_everything_however_long_it_takes(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    await a_tip_with_everything(town, town.citizen())
    await officer.presses("Nhận xử lý")
    await sweep_after(town, timedelta(days=300))
    assert (await the(town, Tip)).words_sealed is not None
    assert (await the(town, Reporter)).chat_id is not None
    await officer.says("/tips")
    await officer.presses("Xem chi tiết")
    assert PLANTED in "\n".join(officer.texts)


async def test_a_sweep_of_everything_old_is_whole_and_a_second_finds_nothing(town: Town) -> None:
    officer = await town.officer(900)
    an = town.citizen()
    for words in (THEFT, DRUGS):
        await tells(an, words)
    await officer.presses("Xem chi tiết")
    await officer.says("/tips")
    await close(officer, "Ngoài phạm vi")
    await sweep_after(town, KEEP.rejected, days=1)
    await town.settle()
    assert not any((await sweep(town)).values())
    opened = [k for k in await kinds_of_cards(town) if k is not CardKind.ALERT]
    assert opened == []


async def kinds_of_cards(town: Town) -> list[CardKind]:
    def visible(session: Session) -> list[CardKind]:
        found = Model.metadata.tables["cards"]
        query = found.select().where(found.c.hidden.is_(False))
        return [CardKind(row.kind) for row in session.execute(query)]

    return await town.database.read(visible)


async def test_erasing_words_is_an_event(sqlite_town: Town) -> None:
    town = sqlite_town
    officer = await town.officer(900)
    await tells(town.citizen(), THEFT)
    await close(officer, "Ngoài phạm vi")
    await sweep_after(town, KEEP.rejected, seconds=1)
    kinds = [event.kind for event in await rows(town.database, Event)]
    assert EventKind.WORDS_ERASED in kinds
    assert EventKind.IDENTITY_ERASED in kinds
