"""What the desk learns from Telegram's refusals, and that it learns nothing else."""

import traceback
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import Conflict, NetworkError, TelegramError

from handlers.telegram.faults import to_send_error
from handlers.telegram.send import TelegramDoor
from tests.fake_telegram import FakeTelegram, FakeUser
from tips.messages import Reply, SendError

WORDS = "có trộm ở xóm 5"


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (500, "network"),
        (502, "network"),
        ("reset_before", "network"),
        (401, "bad_token"),
    ],
)
async def test_troubles_that_pass_may_be_retried(
    error: int | str, fault: str, door: TelegramDoor, telegram: FakeTelegram, an: FakeUser
) -> None:
    telegram.fail_next("sendMessage", error=error)
    raised = await refused(door, "7")
    assert (raised.fault, raised.permanent, raised.closed) == (fault, False, False)


async def test_an_answer_that_never_comes_may_be_sought_again(
    offline: Bot, telegram: FakeTelegram, an: FakeUser
) -> None:
    telegram.fail_next("sendMessage", error="timeout")
    raised = await refused(TelegramDoor(offline, ""), "7")
    assert (raised.fault, raised.permanent) == ("timed_out", False)


async def test_a_wait_that_telegram_asks_for_is_handed_on(
    door: TelegramDoor, telegram: FakeTelegram, an: FakeUser
) -> None:
    telegram.fail_next("sendMessage", error=429, retry_after=17)
    raised = await refused(door, "7")
    assert (raised.fault, raised.retry_after) == ("rate_limited", timedelta(seconds=17))
    assert not raised.permanent


async def test_a_person_who_blocked_us_has_closed_the_chat(
    door: TelegramDoor, an: FakeUser
) -> None:
    await an.blocks()
    assert (await refused(door, "7")).closed


async def test_a_person_who_never_wrote_cannot_be_written_to(
    door: TelegramDoor, telegram: FakeTelegram
) -> None:
    telegram.user(8, "Bình")
    assert (await refused(door, "8")).closed


async def test_an_account_that_is_gone_is_closed(door: TelegramDoor, an: FakeUser) -> None:
    an.deletes_account()
    assert (await refused(door, "7")).closed


async def test_a_chat_that_nobody_knows_is_closed(door: TelegramDoor) -> None:
    raised = await refused(door, "12345")
    assert (raised.fault, raised.closed, raised.permanent) == ("chat_closed", True, True)


async def test_a_group_that_silences_or_removed_us_is_closed(
    door: TelegramDoor, telegram: FakeTelegram, an: FakeUser
) -> None:
    group = telegram.group(-1005, "CA", [an])
    await group.adds_bot(by=an)
    group.muted = True
    assert (await refused(door, "-1005")).closed
    await group.removes_bot(by=an)
    assert (await refused(door, "-1005")).closed


async def test_a_group_that_moved_tells_where(
    door: TelegramDoor, telegram: FakeTelegram, an: FakeUser
) -> None:
    group = telegram.group(-500, "CA", [an])
    await group.adds_bot(by=an)
    await group.migrates_to(-1001234567890)
    raised = await refused(door, "-500")
    assert (raised.fault, raised.moved_to) == ("moved", "-1001234567890")
    assert not raised.permanent


async def test_what_telegram_will_never_take_is_permanent(door: TelegramDoor, an: FakeUser) -> None:
    with pytest.raises(SendError) as error:
        await door.send("7", Reply("   "))
    assert (error.value.fault, error.value.permanent) == ("bad_request", True)
    assert not error.value.closed


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (Conflict("x"), "conflict"),
        (TelegramError("Invalid server response"), "telegram"),
        (NetworkError("Request Entity Too Large"), "too_large"),
    ],
)
def test_errors_off_the_beaten_track_have_names_too(error: TelegramError, fault: str) -> None:
    assert to_send_error(error).fault == fault


async def test_no_fault_holds_words_or_the_token(
    door: TelegramDoor, telegram: FakeTelegram, an: FakeUser
) -> None:
    for error in (400, 401, 403, 429, 500, "reset_before"):
        telegram.fail_next("sendMessage", error=error)
        shown = "".join(traceback.format_exception(await refused(door, "7")))
        assert WORDS not in shown
        assert telegram.token not in shown


async def refused(door: TelegramDoor, address: str) -> SendError:
    with pytest.raises(SendError) as error:
        await door.send(address, Reply(WORDS))
    return error.value
