"""A bell wakes everybody who waits for it, whatever the others do with their own ear."""

import pytest

from bot.wakeups import Bell, WakeUps
from storage.wakeups import Grown


def test_a_bell_is_heard_at_every_ear_and_cleared_at_each() -> None:
    bell = Bell()
    first, second = bell.ear(), bell.ear()
    bell.set()
    first.clear()
    assert not first.is_set()
    assert second.is_set()


@pytest.mark.parametrize("queue", Grown)
def test_whatever_grows_in_another_process_wakes_those_who_empty_it(queue: Grown) -> None:
    wake_ups = WakeUps()
    intake, senders = wake_ups.stored.ear(), wake_ups.owed.ear()
    wake_ups.heard(queue)
    assert (intake.is_set(), senders.is_set()) == (queue is Grown.INBOX, queue is not Grown.INBOX)
