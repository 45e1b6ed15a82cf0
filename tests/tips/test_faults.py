"""Every fault of the platform its treatment: through the real `telegram.Bot`, judged from the rows."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from handlers.telegram.send import TelegramDoor
from routing import Router
from storage.database import Database
from storage.models import Delivery
from storage.states import ChatState, QueueState, Role
from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, offline_bot
from tests.tips.offices import Office, make_office

WAITING, DONE, ASIDE = QueueState
OFFICER, DESK, ADMIN = 77, 99, 98


@dataclass(frozen=True)
class Treatment:
    state: QueueState  #: of the message, after one try
    fault: str | None
    closed: bool = False  #: the officer's chat
    desk_told: bool = False
    admin_told: bool = False
    arrived: bool = False


def fails(error: int | str) -> Callable[[FakeTelegram], Awaitable[None]]:
    async def plan(telegram: FakeTelegram) -> None:
        telegram.fail_next("sendMessage", error=error, chat=OFFICER)

    return plan


async def blocks(telegram: FakeTelegram) -> None:
    await telegram.user(OFFICER).blocks()


async def is_gone(telegram: FakeTelegram) -> None:
    telegram.user(OFFICER).deletes_account()


LOST = {"closed": True, "desk_told": True}
TREATMENTS: list[tuple[Callable[[FakeTelegram], Awaitable[None]], Treatment]] = [
    (blocks, Treatment(ASIDE, "forbidden", **LOST)),
    (is_gone, Treatment(ASIDE, "forbidden", **LOST)),
    (fails(400), Treatment(ASIDE, "chat_closed", **LOST)),
    (fails(401), Treatment(WAITING, "bad_token")),
    (fails(409), Treatment(WAITING, "conflict")),
    (fails(429), Treatment(WAITING, "rate_limited")),
    (fails(500), Treatment(WAITING, "network")),
    (fails(502), Treatment(WAITING, "network")),
    (fails("reset_before"), Treatment(WAITING, "network")),
    (fails("reset_after"), Treatment(WAITING, "network", arrived=True)),
    (fails("timeout"), Treatment(WAITING, "timed_out", arrived=True)),
    (fails("half"), Treatment(WAITING, "telegram", arrived=True)),
]


@pytest.fixture
async def telegram(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FakeTelegram]:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # as `make_bot` sets it
    async with FakeTelegram(clock=clock) as telegram:
        for number in (OFFICER, DESK, ADMIN):
            telegram.user(number).started = True
        yield telegram


@pytest.mark.parametrize(("plan", "treatment"), TREATMENTS)
async def test_every_fault_has_its_treatment(
    database: Database,
    tmp_path: Path,
    router: Router,
    telegram: FakeTelegram,
    plan: Callable[[FakeTelegram], Awaitable[None]],
    treatment: Treatment,
) -> None:
    office = make_office(database, tmp_path, router, telegram.now)  # type: ignore[arg-type]
    await office.officer(str(OFFICER), Role.OFFICER, "14308")
    await office.officer(str(DESK), Role.DESK)
    await office.officer(str(ADMIN), Role.ADMIN)
    await office.owe(str(OFFICER), "tin")
    await plan(telegram)
    await send_all(office, telegram)
    (message, *_) = await office.all(Delivery)
    chat = await office.chat(str(OFFICER))
    assert chat is not None
    assert treatment == Treatment(
        message.state,
        message.error,
        closed=chat.state is ChatState.CLOSED,
        desk_told=bool(telegram.user(DESK).texts),
        admin_told=bool(telegram.user(ADMIN).texts),
        arrived="tin" in telegram.user(OFFICER).texts,
    )


async def send_all(office: Office, telegram: FakeTelegram) -> None:
    async with offline_bot(telegram) as bot:
        at_telegram = replace(office, door=TelegramDoor(bot, ""))  # type: ignore[arg-type]
        worker = at_telegram.deliveries()
        while await worker.send_due():
            await worker.drain()
        await worker.drain()
