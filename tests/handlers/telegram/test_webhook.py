"""The webhook takes updates from Telegram alone, and says 200 only for what is stored."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry
from telegram import Bot

from bot.server import make_app
from handlers.telegram.connect import SetUpError
from handlers.telegram.receive import ALLOWED_UPDATES
from handlers.telegram.spinners import Spinners
from handlers.telegram.webhook import LARGEST_BODY, PROOF_HEADER, Webhook, set_up
from storage.database import Database
from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, FakeUser, OfflineRequest
from tests.handlers.telegram.conftest import Naps
from tests.handlers.telegram.stores import FailingInbox, stored
from tests.handlers.telegram.test_receive import ask, text_update
from tips.inbox import Inbox

SECRET = "s3cret_-" * 4
PATH = "/telegram/updates"
URL = f"https://tinbao.example{PATH}"
JSON = {"Content-Type": "application/json", PROOF_HEADER: SECRET}
UPDATE = text_update("có trộm")


@pytest.fixture
def inbox(sqlite: Database, clock: FakeClock) -> FailingInbox:
    inbox = FailingInbox(sqlite, clock, asyncio.Event())
    inbox.failures = 0
    return inbox


@pytest.fixture
async def transport(offline: Bot, inbox: Inbox) -> AsyncIterator[httpx.ASGITransport]:
    spinners = Spinners(offline)
    yield httpx.ASGITransport(
        make_app({}, CollectorRegistry(), (), straight={PATH: Webhook(inbox, spinners, SECRET)})
    )
    await spinners.close()


@pytest.fixture
async def caller(transport: httpx.ASGITransport) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=transport, base_url="https://tinbao.example") as caller:
        yield caller


@pytest.fixture
def pushing(telegram: FakeTelegram, transport: httpx.ASGITransport) -> FakeTelegram:
    """Telegram, able to reach the webhook."""
    telegram.updates.transport = transport
    return telegram


# -- Telegram calls


async def test_updates_arrive_and_are_stored(
    offline: Bot, pushing: FakeTelegram, an: FakeUser, sqlite: Database
) -> None:
    await set_up(offline, URL, SECRET)
    await an.sends("một")
    await an.sends("hai")
    assert len(await stored(sqlite)) == 2
    assert pushing.pending_updates() == []


async def test_what_waited_before_the_webhook_arrives_too(
    offline: Bot, pushing: FakeTelegram, an: FakeUser, sqlite: Database
) -> None:
    await an.sends("có trộm")
    await set_up(offline, URL, SECRET)
    await pushing.until(lambda: not pushing.pending_updates())
    assert len(await stored(sqlite)) == 1


async def test_an_update_delivered_again_is_stored_once(
    offline: Bot, pushing: FakeTelegram, an: FakeUser, sqlite: Database
) -> None:
    await set_up(offline, URL, SECRET)
    await an.sends("có trộm")
    [sent] = await stored(sqlite)
    await pushing.redeliver(int(sent))
    assert await stored(sqlite) == [sent]


async def test_what_could_not_be_stored_is_delivered_again(
    offline: Bot, pushing: FakeTelegram, an: FakeUser, inbox: FailingInbox, sqlite: Database
) -> None:
    await set_up(offline, URL, SECRET)
    inbox.failures = 1
    await an.sends("có trộm")
    assert "503" in str((await offline.get_webhook_info()).last_error_message)
    await pushing.until(lambda: not pushing.pending_updates())
    assert len(await stored(sqlite)) == 1


async def test_a_press_stops_turning_once_it_is_stored(
    offline: Bot, pushing: FakeTelegram, an: FakeUser
) -> None:
    await set_up(offline, URL, SECRET)
    await ask(pushing, "7")
    press = await an.presses("Có")
    await pushing.until(lambda: press.answered)


# -- anybody else calls


@pytest.mark.parametrize("given", [None, "", "wrong", SECRET[:-1], f"{SECRET}x", "ệ"])
async def test_nobody_without_the_secret_is_heard(
    given: str | None, caller: httpx.AsyncClient, sqlite: Database
) -> None:
    headers = {} if given is None else {PROOF_HEADER.encode(): given.encode()}
    answer = await caller.post(PATH, json=UPDATE, headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert await stored(sqlite) == []


def test_there_is_no_webhook_without_a_secret(offline: Bot, inbox: Inbox) -> None:
    with pytest.raises(ValueError, match="without a secret"):
        Webhook(inbox, Spinners(offline), "")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_only_posts_are_taken(method: str, caller: httpx.AsyncClient) -> None:
    assert (await caller.request(method, PATH, headers=JSON)).status_code == 405


async def test_other_paths_are_not_ours(caller: httpx.AsyncClient) -> None:
    assert (await caller.post("/telegram", json=UPDATE, headers=JSON)).status_code == 404


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        ("text/plain", 415),
        ("", 415),
    ],
)
async def test_only_json_is_taken(kind: str, status: int, caller: httpx.AsyncClient) -> None:
    headers = JSON | {"Content-Type": kind}
    answer = await caller.post(PATH, json=UPDATE, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(("size", "status"), [(LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)])
async def test_a_body_may_be_a_mebibyte(size: int, status: int, caller: httpx.AsyncClient) -> None:
    body = b'{"update_id":1,"poll":{}}'.ljust(size)
    answer = await caller.post(PATH, content=body, headers=JSON)
    assert answer.status_code == status


async def test_a_body_without_an_announced_length_may_be_no_longer(
    caller: httpx.AsyncClient,
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536

    answer = await caller.post(PATH, content=endless(), headers=JSON)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"{}", b'{"update_id":"1"}', b"\xff", b"[" * 100_000]
)
async def test_what_is_no_update_is_refused(
    body: bytes, caller: httpx.AsyncClient, sqlite: Database
) -> None:
    assert (await caller.post(PATH, content=body, headers=JSON)).status_code == 400
    assert await stored(sqlite) == []


async def test_an_update_of_an_unknown_kind_is_stored(
    caller: httpx.AsyncClient, sqlite: Database
) -> None:
    answer = await caller.post(PATH, json={"update_id": 9, "tomorrow": {}}, headers=JSON)
    assert answer.status_code == 200
    assert await stored(sqlite) == ["9"]


async def test_half_a_character_is_no_reason_to_refuse_an_update(
    caller: httpx.AsyncClient, sqlite: Database
) -> None:
    """Telegram would deliver it again for a day, and nothing after it."""
    halved = json.dumps(text_update("co trom \ud83d"))
    assert (await caller.post(PATH, content=halved, headers=JSON)).status_code == 200
    assert len(await stored(sqlite)) == 1


async def test_many_at_once_are_all_stored(caller: httpx.AsyncClient, sqlite: Database) -> None:
    async def deliver(number: int) -> int:
        update: dict[str, Any] = UPDATE | {"update_id": number}
        return (await caller.post(PATH, json=update, headers=JSON)).status_code

    assert await asyncio.gather(*(deliver(n) for n in range(50))) == [200] * 50
    assert sorted(await stored(sqlite), key=int) == [str(n) for n in range(50)]


# -- setting it up


async def test_telegram_is_told_the_secret_and_what_we_want(
    bot: Bot, telegram: FakeTelegram
) -> None:
    await set_up(bot, URL, SECRET)
    [call] = telegram.calls_of("setWebhook")
    assert call.parameters["url"] == URL
    assert call.parameters["secret_token"] == SECRET
    assert call.parameters["allowed_updates"] == list(ALLOWED_UPDATES)
    assert call.parameters.get("drop_pending_updates") is not True


async def test_setting_up_waits_until_telegram_is_reached(
    bot: Bot, telegram: FakeTelegram, naps: Naps
) -> None:
    telegram.fail_next("setWebhook", times=2, error="reset_before")
    telegram.fail_next("getWebhookInfo", error=502)
    await set_up(bot, URL, SECRET, naps)
    assert telegram.updates.webhook.url == URL
    assert len(naps.taken) == 3


async def test_an_address_telegram_refuses_is_reported_with_its_reason(
    bot: Bot, naps: Naps
) -> None:
    with pytest.raises(SetUpError, match=r"(?i)https url must be provided"):
        await set_up(bot, "http://tinbao.example/", SECRET, naps)
    assert naps.taken == []


async def test_another_webhook_in_its_place_is_reported(
    offline: Bot, telegram: FakeTelegram
) -> None:
    class Thief(OfflineRequest):
        async def do_request(self, url: str, *rest: Any, **more: Any) -> tuple[int, bytes]:
            if url.endswith("getWebhookInfo"):
                telegram.updates.webhook.url = "https://other.example/"
            return await super().do_request(url, *rest, **more)

    robbed = Bot(telegram.token, request=Thief(telegram), get_updates_request=Thief(telegram))
    with pytest.raises(SetUpError, match="another webhook"):
        await set_up(robbed, URL, SECRET)


async def test_a_token_telegram_does_not_know_is_reported_without_it(
    telegram: FakeTelegram,
) -> None:
    wire = OfflineRequest(telegram)
    token = telegram.token[:-1] + "x"
    stranger = Bot(token, request=wire, get_updates_request=wire)
    with pytest.raises(SetUpError, match="TINBAO_TELEGRAM_TOKEN") as error:
        await set_up(stranger, URL, SECRET)
    assert token not in str(error.value)
