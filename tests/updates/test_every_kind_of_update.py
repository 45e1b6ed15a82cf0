"""Whatever Telegram may send, and what it never would: no unhandled error, no wrong state, an answer where
a person expects one. Through the real way in, the desk and the way out."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random
from unittest.mock import patch

import httpx
import pytest
from aiogram.types import Message, Update
from structlog.testing import capture_logs

from handlers.telegram import polling
from handlers.telegram.polling import Polling
from handlers.telegram.spinners import Spinners
from handlers.telegram.webhook import PROOF_HEADER, Webhook
from routing import Router
from storage.database import Database
from storage.models import Inbox, Officer, Tip
from storage.states import QueueState
from tests.clock import FakeClock
from tests.invariants import ALWAYS, breaches, log_of
from tests.town import Town, make_town, rows
from tests.updates.any_update import CONTENTS, KINDS, TIME, Json, Maker, every_kind
from tests.updates.hostile import bodies

#: Of what the library will do one day; in the program it is no error.
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

SECRET = "not-for-everybody"
AN = 70_000_007
#: Contents of a message that a person sends and waits for an answer to. All others tell what happened.
SENT_BY_PEOPLE = (
    "text", "animation", "audio", "document", "live_photo", "paid_media", "photo", "sticker", "story",
    "video", "video_note", "voice", "checklist", "contact", "dice", "game", "poll", "venue",
    "location", "invoice", "giveaway", "giveaway_winners", "rich_message",
)  # fmt: skip


@pytest.fixture(scope="module")
def router() -> Router:
    return Router.load(("37",))


@pytest.fixture
async def town(database: Database, tmp_path: Path, router: Router) -> AsyncIterator[Town]:
    async with make_town(database, FakeClock(), tmp_path, router) as made:
        yield made


@pytest.fixture
async def webhook(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    """The real webhook of the town."""
    spinners = Spinners(town.bot)
    app = Webhook(town.inbox, spinners, SECRET)
    transport = httpx.ASGITransport(app)
    head = {PROOF_HEADER: SECRET, "content-type": "application/json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=head) as made:
        yield made
    await spinners.close()


async def push(webhook: httpx.AsyncClient, update: Json | bytes) -> int:
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    return (await webhook.post("/telegram", content=body)).status_code


async def all_is_well(town: Town) -> None:
    """Every update was handled, none set aside; nobody became anything; the next person is answered."""
    states = Counter(item.state for item in await rows(town.database, Inbox))
    assert set(states) <= {QueueState.DONE}, [
        (item.external_id, item.error) for item in await rows(town.database, Inbox) if item.error
    ]
    assert await rows(town.database, Tip) == []
    assert await rows(town.database, Officer) == []
    log = log_of(town.telegram)
    assert await town.database.read(lambda session: breaches(session, log, ALWAYS)) == []
    assert "113" in await town.citizen(AN + 1).says("xin chao")


def private(content: Json) -> Json:
    """The message, written by a person to the bot."""
    person = {"id": AN, "is_bot": False, "first_name": "An"}
    return content | {"from": person, "chat": {"id": AN, "type": "private", "first_name": "An"}}


def test_the_updates_are_valid_by_an_independent_model() -> None:
    for update in every_kind(Random(1), times=5):
        Update.model_validate(update)
    assert len(KINDS) > 20
    assert len(CONTENTS) > 100


async def test_every_kind_of_update_is_read_and_handled(
    town: Town, webhook: httpx.AsyncClient
) -> None:
    town.telegram.user(7)
    town.telegram.user(1000)
    with capture_logs() as logged:
        for update in every_kind(Random(2), times=8):
            assert await push(webhook, update) == 200
        await town.settle()
    assert [entry for entry in logged if entry["event"] == "telegram.update_unreadable"] == []
    await all_is_well(town)


@pytest.mark.parametrize("content", SENT_BY_PEOPLE)
async def test_a_person_who_sends_anything_is_answered(
    content: str, sqlite_url: str, router: Router, tmp_path: Path, keyring: object
) -> None:
    database = Database(sqlite_url, keyring)  # type: ignore[arg-type]
    async with make_town(database, FakeClock(), tmp_path, router) as town:
        an, maker = town.telegram.user(AN), Maker(Random(content))
        an.started = True
        message = private(maker.message_with(content))
        Message.model_validate(message)
        await town.telegram.publish("message", message)
        await town.settle()
        assert an.texts, message
    await database.close()


async def test_words_are_taken_also_where_what_is_around_them_cannot_be_read(town: Town) -> None:
    """The library is older than the platform one day."""
    an = town.telegram.user(AN)
    an.started = True
    said = private({"message_id": 1, "date": TIME, "text": "co trom xe o xom 5 hai xuan"})
    await town.telegram.publish("message", said | {"managed_bot_created": {"new": "shape"}})
    await town.settle()
    assert "Đang xảy ra" in [label for message in an.from_bot for label in message.buttons]


async def test_hostile_bodies_at_the_webhook_change_nothing(
    town: Town, webhook: httpx.AsyncClient
) -> None:
    random = Random(3)
    answers = Counter([
        await push(webhook, bodies(update, random)) for update in every_kind(random, times=12)
    ])  # fmt: skip
    assert set(answers) <= {200, 400}, answers
    await town.settle()
    await town.pass_time(minutes=1)
    await all_is_well(town)


async def test_hostile_updates_do_not_stop_the_polling(town: Town) -> None:
    random, maker = Random(4), Maker(Random(4))
    spinners = Spinners(town.bot)
    door = Polling(town.bot, town.inbox, spinners, town.clock)
    an = town.telegram.user(AN)
    an.started = True
    with patch.object(polling, "LONG_POLL", timedelta(0)):
        for kind in KINDS:
            try:
                poisoned = json.loads(bodies(maker.update(kind), random))
            except (ValueError, RecursionError):
                continue
            content = poisoned.get(kind) if isinstance(poisoned, dict) else {}
            await town.telegram.publish(kind, content or {})
            await town.telegram.publish(
                "message", private({"message_id": 1, "date": TIME, "text": "alo"})
            )
            await door.poll()
    await spinners.close()
    await town.settle()
    assert an.texts
    await all_is_well(town)


async def test_what_cannot_be_stored_is_refused_and_stops_nobody_beside_it(town: Town) -> None:
    """Updates that share a commit do not share a fate."""
    good = {"update_id": 5, "message": private({"message_id": 1, "date": TIME, "text": "alo"})}
    bad = {
        "update_id": 2**70,
        "message": private({"message_id": "a\0b", "date": TIME, "text": "a"}),
    }
    spinners = Spinners(town.bot)
    app = Webhook(town.inbox, spinners, SECRET)
    head = {PROOF_HEADER: SECRET, "content-type": "application/json"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test", headers=head
    ) as webhook:
        good_answer, bad_answer = await asyncio.gather(push(webhook, good), push(webhook, bad))
    assert (good_answer, bad_answer) == (200, 400)
