"""What reaches the bot, by polling and by webhook, and how often."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, Update
from telegram.error import Conflict

from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, FakeUser, offline_bot
from tests.fake_telegram_tests.pictures import picture
from tests.fake_telegram_tests.refusals import refused


def texts(updates: tuple[Update, ...]) -> list[str | None]:
    return [u.effective_message.text if u.effective_message else None for u in updates]


async def test_updates_stay_until_an_offset_confirms_them(bot: Bot, an: FakeUser) -> None:
    for word in ("một", "hai", "ba"):
        await an.sends(word)
    first = await bot.get_updates(limit=2)
    assert texts(first) == ["một", "hai"]
    assert first[1].update_id == first[0].update_id + 1
    assert texts(await bot.get_updates()) == ["một", "hai", "ba"]
    assert texts(await bot.get_updates(offset=first[0].update_id + 1)) == ["hai", "ba"]
    assert texts(await bot.get_updates(offset=-1)) == ["ba"]
    assert texts(await bot.get_updates(offset=first[0].update_id + 3)) == []
    assert texts(await bot.get_updates()) == []


async def test_updates_wait_no_longer_than_a_day(bot: Bot, an: FakeUser, clock: FakeClock) -> None:
    await an.sends("một")
    clock.advance(hours=24)
    await an.sends("hai")
    assert texts(await bot.get_updates()) == ["hai"]


async def polling(telegram: FakeTelegram, bot: Bot) -> "asyncio.Task[tuple[Update, ...]]":
    """A long poll that has reached the server."""
    before = len(telegram.calls_of("getUpdates"))
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram.until(lambda: len(telegram.calls_of("getUpdates")) > before)
    return poll


async def test_a_long_poll_ends_when_something_comes(bot: Bot, an: FakeUser) -> None:
    poll = await polling(an.telegram, bot)
    await an.sends("một")
    assert texts(await poll) == ["một"]


async def test_a_second_poller_ends_the_first(bot: Bot, an: FakeUser) -> None:
    poll = await polling(an.telegram, bot)
    second = await polling(an.telegram, bot)
    with refused("terminated by other getUpdates", Conflict):
        await poll
    await an.sends("một")
    assert texts(await second) == ["một"]


async def test_an_old_update_can_come_again(bot: Bot, an: FakeUser) -> None:
    await an.sends("một")
    update_id = (await bot.get_updates())[0].update_id
    await bot.get_updates(offset=update_id + 1)
    await an.telegram.redeliver(update_id)
    again = await bot.get_updates(offset=update_id + 1)
    assert [update.update_id for update in again] == [update_id]
    assert await bot.get_updates(offset=update_id + 1) == ()


async def test_the_selection_of_kinds_stays(bot: Bot, an: FakeUser) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await an.sends("một")
    assert await bot.get_updates() == ()
    await bot.get_updates(allowed_updates=[])
    await an.sends("hai")
    assert texts(await bot.get_updates()) == ["hai"]


async def test_everything_a_person_can_send_is_read_by_the_library(
    bot: Bot, an: FakeUser, telegram: FakeTelegram
) -> None:
    told = await an.starts("c14215")
    await an.sends("trả lời", reply_to=told)
    await an.edits(told, "/start đã sửa")
    captioned = await an.sends_photo(picture(), caption="xem a.vn", album="1")
    await an.edits(captioned, "mới")
    await an.sends_video(b"v", album="1")
    await an.sends_document(b"d", "a.pdf")
    await an.sends_voice(b"o")
    await an.sends_sticker()
    place = await an.sends_location(20.1, 106.2, accuracy=30, live=True)
    await an.moves(place, 20.2, 106.3)
    await an.sends_contact()
    await an.sends_poll("Ai?", ["A", "B"])
    await an.sends_forward("cướp")
    await an.blocks()
    await an.unblocks()
    group = telegram.group(-500, "Xã", [an])
    await group.adds_bot(by=an, admin=True)
    await group.says_anonymously("ẩn danh")
    await group.says_as(telegram.channel(-1009, "Kênh"), "kênh nói")
    await telegram.channel(-1009, "Kênh").posts("bài")
    await group.migrates_to(-1001)
    updates = await bot.get_updates()
    assert len(updates) == len(telegram.pending_updates()) == 23
    for update in updates:
        content = update.effective_message or update.my_chat_member
        assert content is not None
        assert (update.api_kwargs, content.api_kwargs) == ({}, {})


async def test_the_fields_people_send_mean_what_they_say(bot: Bot, an: FakeUser) -> None:
    await an.sends("/report 🚨 @tinbao_bot")
    place = await an.sends_location(20.1, 106.2, accuracy=30, live=True)
    await an.moves(place, 20.2, 106.3)
    said, pin, moved = await bot.get_updates()
    assert said.message is not None
    assert said.message.parse_entities() == {
        said.message.entities[0]: "/report",
        said.message.entities[1]: "@tinbao_bot",
    }
    assert pin.message is not None
    assert pin.message.location is not None
    assert pin.message.location.horizontal_accuracy == 30
    assert pin.message.location.live_period
    assert moved.edited_message is not None
    assert moved.edited_message.edit_date is not None


async def test_a_long_text_arrives_in_pieces(bot: Bot, an: FakeUser) -> None:
    await an.sends("🚨" * 3000)
    assert [len(text or "") for text in texts(await bot.get_updates())] == [2048, 952]


async def test_files_people_send_can_be_fetched_up_to_20_mb(bot: Bot, an: FakeUser) -> None:
    sent = await an.sends_photo(picture())
    await an.sends_document(b"d", "a.pdf", size=20_000_001)
    photo, document = await bot.get_updates()
    assert photo.message is not None
    for size in photo.message.photo:
        fetched = await (await bot.get_file(size.file_id)).download_as_bytearray()
        assert bytes(fetched) == sent.photo
    assert document.message is not None
    assert document.message.document is not None
    with refused("File is too big"):
        await bot.get_file(document.message.document.file_id)
    with refused("wrong file_id"):
        await bot.get_file("unknown")


async def test_in_privacy_mode_the_bot_hears_what_is_meant_for_it(bot: Bot, an: FakeUser) -> None:
    group = an.telegram.group(-500, "Xã", [an])
    await group.adds_bot(by=an)
    mine = await bot.send_message(group.id, "Tin mới")
    card = group.find(mine.message_id)
    an.telegram.take_updates()
    await group.says(an, "chuyện riêng")
    await group.says(an, "/status@other_bot")
    await group.says(an, "/status")
    await group.says(an, "hỏi @tinbao_bot")
    await group.says(an, "trả lời thẻ", reply_to=card)
    assert texts(await bot.get_updates()) == ["/status", "hỏi @tinbao_bot", "trả lời thẻ"]


class Door:
    """A webhook that answers what it is told to, and keeps what it took."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.took: list[int] = []
        self.secrets: set[str | None] = set()

    async def __call__(self, request: Request) -> Response:
        self.secrets.add(request.headers.get("x-telegram-bot-api-secret-token"))
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.took.append((await request.json())["update_id"])
        return Response(status_code=status)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def hooked(door: Door) -> AsyncIterator[FakeTelegram]:
    """A Telegram whose pushes reach the door without a socket."""

    async def opened(request: Request) -> Response:
        return await door(request)

    app = Starlette(routes=[Route("/tg", opened, methods=["POST"])])
    async with FakeTelegram(webhook_transport=httpx.ASGITransport(app)) as telegram:
        yield telegram


URL = "https://tinbao.example/tg"


async def test_updates_are_pushed_in_order_with_the_secret(
    hooked: FakeTelegram, door: Door
) -> None:
    an = hooked.user(7)
    async with offline_bot(hooked) as bot:
        await bot.set_webhook(URL, secret_token="s-1", max_connections=1)
        await an.sends("một")
        await an.sends("hai")
        assert door.took == [door.took[0], door.took[0] + 1]
        assert door.secrets == {"s-1"}
        assert (await bot.get_webhook_info()).pending_update_count == 0
        with refused("webhook is active", Conflict):
            await bot.get_updates()


async def test_a_refused_push_comes_again(hooked: FakeTelegram, door: Door) -> None:
    an = hooked.user(7)
    async with offline_bot(hooked) as bot:
        await bot.set_webhook(URL)
        door.answers = [503]
        await an.sends("một")
        info = await bot.get_webhook_info()
        assert (info.pending_update_count, info.url) == (1, URL)
        assert info.last_error_message == (
            "Wrong response from the webhook: 503 Service Unavailable"
        )
        await an.sends("hai")
        await hooked.until(lambda: len(door.took) == 2)
        await hooked.redeliver(door.took[0])
        assert door.took[2] == door.took[0]


async def test_what_waited_is_pushed_once_a_webhook_is_set(
    hooked: FakeTelegram, door: Door
) -> None:
    await hooked.user(7).sends("một")
    async with offline_bot(hooked) as bot:
        await bot.set_webhook(URL)
        await hooked.until(lambda: door.took)


async def test_removing_a_webhook_keeps_updates_unless_told(bot: Bot, an: FakeUser) -> None:
    await bot.set_webhook("http://127.0.0.1:9/closed")
    await an.sends("một")
    await bot.delete_webhook()
    assert texts(await bot.get_updates()) == ["một"]
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


@pytest.mark.parametrize(
    ("address", "secret", "why"),
    [
        ("http://tinbao.example/tg", "a", "HTTPS URL must be provided"),
        ("https://tinbao.example:9000/tg", "a", "only on ports"),
        (URL, "có dấu", "unallowed characters"),
        (URL, "a" * 257, "secret token is too long"),
    ],
)
async def test_webhooks_telegram_refuses(offline: Bot, address: str, secret: str, why: str) -> None:
    with refused(why):
        await offline.set_webhook(address, secret_token=secret)
