"""An event loop whose time jumps: nobody waits, and what happens next depends on nothing outside.

Whatever the program hands to a thread is done in place, on a later turn of the loop.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from datetime import datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

TICK = 1e-6  #: seconds; what is due within it is due now


class NothingLeftError(RuntimeError):
    """Everybody waits, and nothing will ever happen."""


class _Jump(selectors.DefaultSelector):
    """Looks whether anything has come in; where nothing has, the time waited for is simply over."""

    passed: Callable[[float], None]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0:
            return []
        if ready := super().select(0):
            return ready
        if timeout is None:
            raise NothingLeftError("everybody waits, and nothing will ever happen")
        self.passed(timeout)
        return []


class JumpingLoop(asyncio.SelectorEventLoop):
    """A loop with a time of its own, counted from `start`."""

    def __init__(self, start: datetime) -> None:
        self._start, self._elapsed = start, 0.0
        selector = _Jump()
        selector.passed = self._pass
        super().__init__(selector)
        self._clock_resolution = TICK

    def _pass(self, seconds: float) -> None:
        self._elapsed += seconds

    def time(self) -> float:
        return self._elapsed

    def now(self) -> datetime:
        return self._start + timedelta(seconds=round(self._elapsed, 6))

    def run_in_executor(  # type: ignore[override]
        self, _: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Call `func` on a later turn, in the order asked. One that dies takes its caller with it."""
        done: asyncio.Future[T] = self.create_future()
        self.call_soon(_work, done, func, args)
        return done


def _work(done: asyncio.Future[T], func: Callable[..., T], args: tuple[Any, ...]) -> None:
    if done.cancelled():
        return
    try:
        result = func(*args)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:
        done.set_exception(fault)
    else:
        done.set_result(result)


def play(scene: Callable[[JumpingLoop], Coroutine[Any, Any, T]], start: datetime) -> T:
    """Run `scene` from `start` on, in a loop of its own."""
    loop = JumpingLoop(start)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(scene(loop))


async def until(loop: JumpingLoop, moment: datetime) -> None:
    """Let the time pass until `moment`."""
    await asyncio.sleep(max((moment - loop.now()).total_seconds(), 0))
