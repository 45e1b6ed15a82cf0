"""The database server is lost while people write, and its standby takes its place."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from storage.models import Tip
from tests.fake_telegram import FakeTelegram, FakeUser
from tests.invariants import AT_REST, CODE, breaches, log_of
from tests.journeys.conftest import Configure
from tests.programs import IMPATIENT, beside, seen
from tests.standby import Pair, pair
from tests.town import rows

SEND = "Đồng ý và gửi"
CITIZEN = 5_550_001_000


@pytest.fixture
async def servers() -> AsyncIterator[Pair]:
    with pair() as made:
        yield made


async def test_when_its_standby_takes_over_for_a_lost_server_nothing_is_lost_or_doubled(
    servers: Pair, configure: Configure, telegram: FakeTelegram
) -> None:
    program = configure(webhook=True, DATABASE_URL=servers.url)
    program.code = IMPATIENT
    await program.start_and_be_ready()
    reporters = [telegram.user(CITIZEN + number, f"An {number}") for number in range(3)]
    await asyncio.gather(*(_tells(telegram, each) for each in reporters))

    newcomers = [telegram.user(CITIZEN + 100 + number, f"Vi {number}") for number in range(20)]
    acts = [
        *(each.presses(SEND) for each in reporters),
        *(n.starts() for n in newcomers),
    ]
    traffic = asyncio.gather(*acts)
    await seen(telegram, lambda: any(each.texts for each in newcomers))
    servers.lose_first()
    await traffic
    late = telegram.user(CITIZEN + 999, "Tới")
    await late.starts()
    await program.until(lambda failing: "database" in failing)
    assert telegram.pending_updates(), "nobody may say of what cannot be stored that we have it"
    assert not late.texts
    assert telegram.updates.webhook.last_error is not None
    assert "503" in telegram.updates.webhook.last_error[1]

    servers.promote()
    await program.until(lambda failing: failing == [])
    await seen(telegram, lambda: late.texts and all(each.texts for each in newcomers))
    await seen(telegram, lambda: all(_receipts(each) for each in reporters))
    assert [len(each.texts) for each in (*newcomers, late)] == [1] * 21
    assert [len(_receipts(each)) for each in reporters] == [1] * 3
    async with beside(program) as base:
        assert len(await rows(base.database, Tip)) == 3
        log = log_of(telegram)
        assert await base.database.read(lambda session: breaches(session, log, AT_REST)) == []
    assert await program.stop() == 0


async def _tells(telegram: FakeTelegram, reporter: FakeUser) -> None:
    """Tell something, up to the question whether to send it."""
    await reporter.sends("co trom xe o xom 5 hai xuan")
    await _asked(telegram, reporter, "Đang xảy ra")
    await reporter.presses("Đang xảy ra")
    await _asked(telegram, reporter, SEND)


async def _asked(telegram: FakeTelegram, reporter: FakeUser, label: str) -> None:
    await seen(telegram, lambda: any(message.button(label) for message in reporter.from_bot))


def _receipts(reporter: FakeUser) -> Sequence[str]:
    return [text for text in reporter.texts if CODE.search(text)]
