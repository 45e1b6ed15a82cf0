"""The program as a process of its own: killed, stopped, started again, by polling and by webhook."""

import re
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import office
from bot.office import Wanted
from storage.database import Session
from storage.models import Delivery, Event, Inbox, Officer, Tip
from storage.states import EventKind, QueueState, Role
from tests.databases import Postgres
from tests.fake_telegram import FakeTelegram, FakeUser
from tests.journeys.conftest import Configure
from tests.programs import IMPATIENT, MAIN, Program, beside, seen
from tests.town import HAI_XUAN

CITIZEN, OFFICER = 5_550_001_234, 6_660_004_321  #: ids that stand out in a log
NAME = "Nguyễn Thị Tường Vi"
WORDS = "co trom xe dap o xom 5 hai xuan"


async def join(program: Program, telegram: FakeTelegram) -> FakeUser:
    """Invite an officer at the shell, let them follow the link, and confirm the word they see."""
    officer = telegram.user(OFFICER, "Officer")
    async with beside(program) as base:
        link = await office.invite(base, Wanted(Role.OFFICER, HAI_XUAN, "", ""))
        await officer.starts(link.partition("=")[2])
        await seen(telegram, lambda: officer.texts)
        word = await base.database.read(_word)
        assert word in officer.last.text
        await office.confirm(base, 1, word)
    await seen(telegram, lambda: len(officer.texts) == 2)
    return officer


def _word(session: Session) -> str:
    return session.query(Officer).one().word or ""


async def row_counts(program: Program) -> Counter[str]:
    """Tips, events by kind, and how the queues stand."""

    def work(session: Session) -> Counter[str]:
        found = Counter({"tips": session.query(Tip).count()})
        found.update(event.kind for event in session.query(Event).all())
        found.update(f"inbox {row.state}" for row in session.query(Inbox).all())
        found.update(f"deliveries {row.state}" for row in session.query(Delivery).all())
        return found

    async with beside(program) as base:
        return await base.database.read(work)


def tell_nothing(log: str, telegram: FakeTelegram, *people: FakeUser) -> None:
    """Nothing that is secret, or somebody's, is in the log."""
    codes = re.findall(r"Mã tra cứu: (\S+)", "\n".join(t for p in people for t in p.texts))
    ids = [str(person.id) for person in people]
    for secret in (telegram.token, telegram.token.partition(":")[2], NAME, WORDS, "hai xuan", *ids):
        assert secret not in log
    for code in codes:
        assert code not in log


# the walk, killed between any two messages ------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """What somebody does, and what must be seen on the screens then."""

    do: Callable[[], Awaitable[object]]
    shown: Sequence[Callable[[], bool]]


def story(an: FakeUser, officer: FakeUser) -> list[Act]:
    def offers(person: FakeUser, label: str) -> Callable[[], bool]:
        return lambda: any(label in message.buttons for message in person.from_bot)

    def reads(person: FakeUser, words: str) -> Callable[[], bool]:
        return lambda: any(words in text for text in person.texts)

    filed = [reads(an, "Mã tra cứu:"), offers(officer, "Nhận xử lý")]
    return [
        Act(lambda: an.sends(WORDS), [offers(an, "Đang xảy ra")]),
        Act(lambda: an.presses("Đang xảy ra"), [offers(an, "Đồng ý và gửi")]),
        Act(lambda: an.presses("Đồng ý và gửi"), filed),
        Act(lambda: officer.presses("Nhận xử lý"), [offers(an, "Xem kết quả tin đã báo")]),
        Act(lambda: an.presses("Xem kết quả tin đã báo"), [reads(an, "đã nhận xử lý")]),
    ]


async def play(act: Act, telegram: FakeTelegram) -> None:
    await act.do()
    await all_seen(act, telegram)


async def all_seen(act: Act, telegram: FakeTelegram) -> None:
    for look in act.shown:
        await seen(telegram, look)


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_a_tip_goes_to_its_officer_and_back_through_a_kill_between_any_two_messages(
    way: str, configure: Configure, telegram: FakeTelegram, database_url: str
) -> None:
    url = database_url.replace("postgresql+psycopg", "postgresql")
    program = configure(webhook=way == "webhook", DATABASE_URL=url)
    program.code = IMPATIENT
    await program.start_and_be_ready()
    officer = await join(program, telegram)
    an = telegram.user(CITIZEN, NAME)
    acts = story(an, officer)
    # A start takes a while: two of the four combinations go through every kill, the others through one.
    through_all = (way == "polling") == url.startswith("sqlite")
    for n, act in enumerate(acts):
        if n % 2 and through_all:
            await program.kill()
            await act.do()  # what is sent while nobody is there waits at Telegram
        else:
            await play(act, telegram)
            if through_all or n == 2:
                await program.kill()
        await program.start_and_be_ready()
        await all_seen(act, telegram)
    assert await program.stop() == 0

    assert repeated(an) + repeated(officer) <= len(acts)
    found = await row_counts(program)
    assert found["tips"] == found[EventKind.FILED] == found[EventKind.ACKNOWLEDGED] == 1
    assert found[f"inbox {QueueState.WAITING}"] == found[f"inbox {QueueState.SET_ASIDE}"] == 0
    assert found[f"deliveries {QueueState.SET_ASIDE}"] == 0
    tell_nothing(program.log, telegram, an, officer)


def repeated(person: FakeUser) -> int:
    return len(person.texts) - len(set(person.texts))


# stopping ---------------------------------------------------------------------------------------


async def test_told_to_stop_in_the_middle_it_ends_well_and_the_next_start_goes_on(
    configure: Configure, telegram: FakeTelegram
) -> None:
    program = configure()
    await program.start_and_be_ready()
    people = [telegram.user(CITIZEN + n, f"An {n}") for n in range(8)]
    for person in people:
        await person.starts()
    await seen(telegram, lambda: any(person.texts for person in people))
    assert await program.stop() == 0
    await program.start_and_be_ready()
    await seen(telegram, lambda: all(person.texts for person in people))
    assert await program.stop() == 0
    assert [len(person.texts) for person in people] == [1] * len(people)


async def test_a_send_that_hangs_does_not_hold_up_the_end(
    configure: Configure, telegram: FakeTelegram
) -> None:
    program = configure()
    await program.start_and_be_ready()
    an = telegram.user(CITIZEN, NAME)
    telegram.fail_next("sendMessage", error="timeout")
    await an.starts()
    await seen(telegram, lambda: telegram.calls_of("sendMessage"))
    assert await program.stop() == 0


# from one way in to the other -------------------------------------------------------------------


async def test_the_webhook_is_removed_before_polling_and_no_update_with_it(
    configure: Configure, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = configure(webhook=True)
    await program.start_and_be_ready()
    assert telegram.updates.webhook.url == f"{program.url}/telegram"
    assert telegram.updates.webhook.secret
    assert await program.stop() == 0
    an = telegram.user(CITIZEN, NAME)
    await an.starts()

    monkeypatch.delenv("TINBAO_TELEGRAM_WEBHOOK_URL")
    await program.start_and_be_ready()
    await seen(telegram, lambda: an.texts)
    assert telegram.updates.webhook.url == ""
    assert not any(call.parameters.get("drop_pending_updates") for call in telegram.calls)
    assert await program.stop() == 0


# a database that goes away ----------------------------------------------------------------------


async def test_while_postgresql_is_away_nothing_is_acknowledged_and_then_it_goes_on_by_itself(
    configure: Configure,
    telegram: FakeTelegram,
    postgresql_url: str,
    postgres_server: Postgres,
) -> None:
    program = configure(
        webhook=True, DATABASE_URL=postgresql_url.replace("postgresql+psycopg", "postgresql")
    )
    await program.start_and_be_ready()
    postgres_server.shut(postgresql_url)
    await program.until(lambda failing: "database" in failing)
    an = telegram.user(CITIZEN, NAME)
    await an.starts()
    assert telegram.pending_updates()
    assert telegram.updates.webhook.last_error is not None
    assert "503" in telegram.updates.webhook.last_error[1]

    postgres_server.reopen(postgresql_url)
    await seen(telegram, lambda: an.texts)
    await program.until(lambda failing: failing == [])
    assert len(an.texts) == 1
    assert await program.stop() == 0


async def test_while_sqlite_is_locked_nothing_is_acknowledged_and_then_it_goes_on_by_itself(
    configure: Configure, telegram: FakeTelegram, tmp_path: Path
) -> None:
    program = configure()
    await program.start_and_be_ready()
    an = telegram.user(CITIZEN, NAME)
    with closing(sqlite3.connect(tmp_path / "data" / "tinbao.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        await an.starts()
        await program.until(lambda failing: "database" in failing)
        assert telegram.pending_updates()
    await seen(telegram, lambda: an.texts)
    await program.until(lambda failing: failing == [])
    assert len(an.texts) == 1
    assert await program.stop() == 0


# alone, and never in silence --------------------------------------------------------------------


async def test_a_second_process_on_the_same_sqlite_file_refuses_with_one_line(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = configure()
    await first.start_and_be_ready()
    before = first.log
    second = configure()  # on another port, in the same folder
    await second.start()
    assert await second.ended() == 2
    said = first.log.removeprefix(before).splitlines()
    (line,) = [line for line in said if line.startswith("tinbao: ")]
    assert "another tinbao already serves" in line
    assert "Traceback" not in first.log
    await first.until(lambda failing: failing == [])


async def test_our_own_bug_in_a_worker_ends_the_process_and_not_its_words(
    configure: Configure,
) -> None:
    program = configure()
    program.code = f"""
from tips.intake import Intake
async def take(self): raise ZeroDivisionError('bi mat')
Intake.take = take
{MAIN}
"""
    await program.start()
    assert await program.ended() == 1
    assert "ZeroDivisionError" in program.log
    assert "bi mat" not in program.log


async def test_a_telegram_that_cannot_be_reached_is_no_reason_to_end(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = configure(TELEGRAM_API_URL="http://127.0.0.1:9")
    await program.start()
    await program.until(lambda failing: failing == ["telegram"])
    assert await program.stop() == 0
