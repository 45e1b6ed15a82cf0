"""Long polling loses nothing and files nothing twice, whatever breaks and whenever it is stopped."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from telegram import Bot

from handlers.telegram.backoff import Backoff
from handlers.telegram.connect import SetUpError
from handlers.telegram.polling import Polling
from handlers.telegram.receive import ALLOWED_UPDATES
from handlers.telegram.spinners import Spinners
from storage.database import Database
from storage.pace import LONGEST_PAUSE
from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, FakeUser, OfflineRequest
from tests.handlers.telegram.conftest import Naps
from tests.handlers.telegram.stores import FailingInbox, stored
from tests.handlers.telegram.test_receive import ask
from tips.inbox import Inbox


@pytest.fixture
def inbox(sqlite: Database, clock: FakeClock) -> Inbox:
    return Inbox(sqlite, clock, asyncio.Event())


@pytest.fixture
async def spinners(bot: Bot) -> AsyncIterator[Spinners]:
    spinners = Spinners(bot)
    yield spinners
    await spinners.close()


@pytest.fixture
def polling(bot: Bot, inbox: Inbox, spinners: Spinners, clock: FakeClock, naps: Naps) -> Polling:
    return Polling(bot, inbox, spinners, clock, naps)


# -- storing, then confirming


async def test_a_batch_is_stored_and_confirmed_only_by_the_next_poll(
    polling: Polling, telegram: FakeTelegram, an: FakeUser, sqlite: Database
) -> None:
    for text in ("một", "hai"):
        await an.sends(text)
    first = ids_of(telegram)
    await polling.poll()
    assert await stored(sqlite) == first
    assert ids_of(telegram) == first
    await an.sends("ba")
    await polling.poll()
    assert ids_of(telegram) == (await stored(sqlite))[2:]


async def test_a_kill_between_storing_and_confirming_loses_nothing_and_doubles_nothing(
    bot: Bot, inbox: Inbox, spinners: Spinners, clock: FakeClock, telegram: FakeTelegram,
    an: FakeUser, sqlite: Database,
) -> None:  # fmt: skip
    await an.sends("có trộm")
    await Polling(bot, inbox, spinners, clock).poll()
    await an.sends("xóm 5")
    await Polling(bot, inbox, spinners, clock).poll()
    assert await stored(sqlite) == ids_of(telegram)


async def test_what_could_not_be_stored_is_fetched_again(
    bot: Bot, spinners: Spinners, clock: FakeClock, telegram: FakeTelegram, an: FakeUser,
    sqlite: Database, naps: Naps,
) -> None:  # fmt: skip
    failing = FailingInbox(sqlite, clock, asyncio.Event())
    await an.sends("có trộm")
    sent = ids_of(telegram)
    async with running(Polling(bot, failing, spinners, clock, naps)):
        await confirmed(telegram)
    assert await stored(sqlite) == sent
    assert len(naps.taken) == 1


async def test_an_update_delivered_again_is_stored_once(
    polling: Polling, telegram: FakeTelegram, an: FakeUser, sqlite: Database
) -> None:
    await an.sends("có trộm")
    [sent] = ids_of(telegram)
    async with running(polling):
        await confirmed(telegram)
        await telegram.redeliver(int(sent))
        await confirmed(telegram)
    assert await stored(sqlite) == [sent]


async def test_numbers_that_start_anew_below_the_old_ones_are_fetched(
    polling: Polling, telegram: FakeTelegram, an: FakeUser, sqlite: Database
) -> None:
    async with running(polling):
        await an.sends("có trộm")
        await confirmed(telegram)
        telegram.updates.next_id -= 1000
        await an.sends("một tuần sau")
        await confirmed(telegram)
    assert len(await stored(sqlite)) == 2


async def test_only_what_is_needed_is_asked_for_and_every_time(
    polling: Polling, telegram: FakeTelegram, an: FakeUser
) -> None:
    for _ in range(2):
        await an.sends("có trộm")
        await polling.poll()
    asked = [call.parameters["allowed_updates"] for call in telegram.calls_of("getUpdates")]
    assert asked == [list(ALLOWED_UPDATES)] * 2


async def test_a_press_stops_turning_once_it_is_stored(
    polling: Polling, telegram: FakeTelegram, an: FakeUser
) -> None:
    await ask(telegram, "7")
    press = await an.presses("Có")
    await polling.poll()
    await telegram.until(lambda: press.answered or None, 5)


async def test_a_spinner_that_cannot_be_stopped_disturbs_nothing(
    polling: Polling, telegram: FakeTelegram, an: FakeUser, sqlite: Database
) -> None:
    telegram.fail_next("answerCallbackQuery", error=400)
    await ask(telegram, "7")
    await an.presses("Có")
    async with running(polling):
        await confirmed(telegram)
    assert len(await stored(sqlite)) == 1


# -- the webhook of another day


async def test_a_webhook_is_removed_and_its_updates_are_kept(
    polling: Polling, telegram: FakeTelegram, an: FakeUser, sqlite: Database
) -> None:
    telegram.updates.webhook.url = "http://127.0.0.1:1/"
    await an.sends("có trộm")
    await polling.poll()
    assert len(await stored(sqlite)) == 1
    [removal] = telegram.calls_of("deleteWebhook")
    assert removal.parameters.get("drop_pending_updates") is not True


async def test_a_webhook_set_meanwhile_is_removed_after_a_long_pause(
    polling: Polling, telegram: FakeTelegram, an: FakeUser, naps: Naps
) -> None:
    await an.sends("có trộm")
    await polling.poll()
    telegram.updates.webhook.url = "http://127.0.0.1:1/"
    async with running(polling):
        await confirmed(telegram)
    assert naps.taken == [30]


# -- trouble


async def test_polling_waits_out_trouble_a_little_longer_each_time(
    polling: Polling, telegram: FakeTelegram, an: FakeUser, naps: Naps
) -> None:
    telegram.fail_next("getUpdates", error=502)
    telegram.fail_next("getUpdates", error="reset_before")
    telegram.fail_next("getUpdates", error=500)
    await an.sends("có trộm")
    async with running(polling):
        await confirmed(telegram)
    first, second, third = naps.taken
    assert 0.5 <= first <= 1 <= second <= 2 <= third <= 4


async def test_polling_waits_as_long_as_telegram_asks(
    polling: Polling, telegram: FakeTelegram, an: FakeUser, naps: Naps
) -> None:
    telegram.fail_next("getUpdates", error=429, retry_after=17)
    await an.sends("có trộm")
    async with running(polling):
        await confirmed(telegram)
    assert naps.taken == [17]


async def test_polling_asks_again_after_a_quarter_of_an_hour_though_telegram_asked_for_days(
    polling: Polling, telegram: FakeTelegram, an: FakeUser, naps: Naps
) -> None:
    telegram.fail_next("getUpdates", error=429, retry_after=400 * 24 * 3600)
    await an.sends("có trộm")
    async with running(polling):
        await confirmed(telegram)
    assert naps.taken == [LONGEST_PAUSE.total_seconds()]


async def test_how_many_tries_ended_and_when_the_last_one_did_well_are_told(
    polling: Polling, telegram: FakeTelegram, an: FakeUser, clock: FakeClock
) -> None:
    assert (polling.finished, polling.last_success) == (0, None)
    telegram.fail_next("getUpdates", error=502)
    await an.sends("có trộm")
    async with running(polling):
        await confirmed(telegram)
    assert (polling.finished, polling.last_success) == (2, clock())
    assert not polling.rests


async def test_a_token_telegram_does_not_know_ends_polling_with_one_line(
    telegram: FakeTelegram, inbox: Inbox, clock: FakeClock
) -> None:
    wire = OfflineRequest(telegram)
    token = telegram.token[:-1] + "x"
    stranger = Bot(token, request=wire, get_updates_request=wire)
    with pytest.raises(SetUpError, match="TINBAO_TELEGRAM_TOKEN") as error:
        await Polling(stranger, inbox, Spinners(stranger), clock).run()
    assert "\n" not in str(error.value)
    assert token not in str(error.value)


async def test_a_long_poll_can_be_stopped_at_any_moment(
    polling: Polling, telegram: FakeTelegram, an: FakeUser
) -> None:
    task = asyncio.create_task(polling.run())
    await telegram.until(lambda: telegram.calls_of("getUpdates") or None, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_polling_that_was_stopped_while_it_rested_rests_no_more(
    bot: Bot, inbox: Inbox, spinners: Spinners, clock: FakeClock, telegram: FakeTelegram
) -> None:
    resting = asyncio.Event()

    async def rest(_: float) -> None:
        resting.set()
        await asyncio.Event().wait()

    telegram.fail_next("getUpdates", error=502)
    polling = Polling(bot, inbox, spinners, clock, rest)
    async with running(polling):
        await resting.wait()
        assert polling.rests
    assert not polling.rests


async def test_polling_taken_over_again_confirms_nothing_that_was_stored_before(
    polling: Polling, telegram: FakeTelegram, an: FakeUser
) -> None:
    await an.sends("có trộm")
    await polling.poll()
    async with running(polling):
        await confirmed(telegram)
    first_of_each_run = telegram.calls_of("getUpdates")[:2]
    assert [call.parameters.get("offset") for call in first_of_each_run] == [None, None]


async def test_polling_is_well_as_soon_as_telegram_answers_however_long_nobody_writes(
    polling: Polling, telegram: FakeTelegram, clock: FakeClock
) -> None:
    async with running(polling):
        await telegram.until(lambda: telegram.calls_of("getUpdates") or None, 5)
        assert polling.last_success == clock()


def test_a_pause_grows_to_its_most_and_starts_small_again() -> None:
    backoff = Backoff(timedelta(seconds=1), timedelta(seconds=5), chance=lambda: 1)
    assert [backoff.next().total_seconds() for _ in range(5)] == [1, 2, 4, 5, 5]
    backoff.reset()
    assert backoff.next() == timedelta(seconds=1)


def ids_of(telegram: FakeTelegram) -> list[str]:
    return [str(update["update_id"]) for update in telegram.pending_updates()]


async def confirmed(telegram: FakeTelegram) -> None:
    """Wait until Telegram has nothing left to deliver and a long poll is open."""

    def quiet() -> bool | None:
        return True if not telegram.pending_updates() else None

    await telegram.until(quiet, 5)


@contextlib.asynccontextmanager
async def running(polling: Polling) -> AsyncIterator[None]:
    task = asyncio.create_task(polling.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
