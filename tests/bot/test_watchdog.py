"""A poll that never ends is noticed; one that fails, or is put off, is none of the watchdog's business."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bot.duty import SilentDeathError
from bot.watchdog import LOOK, SILENCE, watch
from handlers.telegram.polling import Polling

LOOKS = int(SILENCE / LOOK)


@dataclass
class Polled:
    """What the watchdog sees of polling."""

    finished: int = 0
    rests: bool = False


class EndOfTestError(Exception):
    pass


def looking(polled: Polled, *happens: Callable[[], None]) -> Callable[[float], "object"]:
    """Pass the time between two looks in no time: what happens in each, and then the end."""
    events = iter(happens)

    async def sleep(_: float) -> None:
        event = next(events, None)
        if event is None:
            raise EndOfTestError
        event()

    return sleep


def nothing() -> None:
    return None


async def watched(polled: Polled, *happens: Callable[[], None]) -> None:
    polling: Polling = polled  # type: ignore[assignment]
    await watch(polling, looking(polled, *happens))  # type: ignore[arg-type]


async def test_without_a_finished_attempt_in_three_timeouts_the_process_ends() -> None:
    with pytest.raises(SilentDeathError):
        await watched(Polled(), *[nothing] * LOOKS)


async def test_until_then_it_is_given_time() -> None:
    with pytest.raises(EndOfTestError):
        await watched(Polled(), *[nothing] * (LOOKS - 1))


async def test_every_attempt_that_ends_gives_it_time_anew() -> None:
    polled = Polled()

    def ends() -> None:
        polled.finished += 1

    with pytest.raises(EndOfTestError):
        await watched(polled, *[*[nothing] * (LOOKS - 1), ends] * 3)


async def test_an_attempt_that_telegram_asked_to_put_off_is_no_silence() -> None:
    with pytest.raises(EndOfTestError):
        await watched(Polled(rests=True), *[nothing] * LOOKS * 2)
