"""The program as a process of its own: killed, stopped, started again, by polling and by webhook."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot import office
from bot.office import Wanted
from storage.database import Session
from storage.models import Delivery, Event, Inbox, Officer, Tip
from storage.states import EventKind, QueueState, Role
from tests.fake_telegram import FakeTelegram, FakeUser, serve
from tests.programs import Program, beside, seen
from tests.town import HAI_XUAN

CITIZEN, OFFICER = 5_550_001_234, 6_660_004_321  #: ids that stand out in a log
NAME = "Nguyễn Thị Tường Vi"
WORDS = "co trom xe dap o xom 5 hai xuan"

Configure = Callable[..., Program]


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
async def api(telegram: FakeTelegram) -> AsyncIterator[str]:
    async with serve(telegram) as url:
        yield url


@pytest.fixture
async def configure(
    telegram: FakeTelegram, api: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Configure]:
    """Makes programs on this Telegram, each with more settings of its own; ends them with the test."""
    programs = []

    def make(*, webhook: bool = False, **settings: str) -> Program:
        own = {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": api, **settings}
        program = Program.configured(monkeypatch, tmp_path, **own)
        if webhook:
            monkeypatch.setenv("TINBAO_TELEGRAM_WEBHOOK_URL", f"{program.url}/telegram")
        programs.append(program)
        return program

    yield make
    for program in programs:
        await program.close()


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


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_a_tip_goes_to_its_officer_and_back_through_a_kill_between_any_two_messages(
    way: str,
    configure: Configure,
    telegram: FakeTelegram,
    database_url: str,
) -> None:
    url = database_url.replace("postgresql+psycopg", "postgresql")
    program = configure(webhook=way == "webhook", DATABASE_URL=url)
    await program.start_and_be_ready()
    officer = await join(program, telegram)
    an = telegram.user(CITIZEN, NAME)

    def shows(person: FakeUser, words: str) -> Callable[[], bool]:
        return lambda: any(words in text for text in person.texts)

    def offers(person: FakeUser, label: str) -> Callable[[], bool]:
        return lambda: any(label in message.buttons for message in person.from_bot)

    acts: list[tuple[Callable[[], Awaitable[object]], list[Callable[[], bool]]]] = [
        (lambda: an.sends(WORDS), [offers(an, "Đang xảy ra")]),
        (lambda: an.presses("Đang xảy ra"), [offers(an, "Đồng ý và gửi")]),
        (
            lambda: an.presses("Đồng ý và gửi"),
            [shows(an, "Mã tra cứu:"), offers(officer, "Nhận xử lý")],
        ),
        (lambda: officer.presses("Nhận xử lý"), [offers(an, "Xem kết quả tin đã báo")]),
        (lambda: an.presses("Xem kết quả tin đã báo"), [shows(an, "đã nhận xử lý")]),
    ]
    # A start takes a while: two of the four combinations go through every kill, the others through one.
    kills = range(len(acts)) if (way == "polling") == url.startswith("sqlite") else [2]
    for n, (act, shown) in enumerate(acts):
        if n not in kills:
            await act()
        elif n % 2:  # what is sent while nobody is there waits at Telegram
            await program.kill()
            await act()
        else:
            await act()
            for look in shown:
                await seen(telegram, look)
            await program.kill()
        if n in kills:
            await program.start_and_be_ready()
        for look in shown:
            await seen(telegram, look)
    assert await program.stop() == 0

    repeats = Counter(an.texts) - Counter(set(an.texts))
    repeats += Counter(officer.texts) - Counter(set(officer.texts))
    assert repeats.total() <= len(kills)
    found = await row_counts(program)
    assert found["tips"] == found[EventKind.FILED] == found[EventKind.ACKNOWLEDGED] == 1
    assert found[f"inbox {QueueState.WAITING}"] == found[f"inbox {QueueState.SET_ASIDE}"] == 0
    assert found[f"deliveries {QueueState.SET_ASIDE}"] == 0
    tell_nothing(program.log, telegram, an, officer)


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
    broken = (
        "from tips.intake import Intake\n"
        "async def take(self): raise ZeroDivisionError('bi mat')\n"
        "Intake.take = take\n"
        "from bot.cli import main; main()"
    )
    await program.start(broken)
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
