"""How Telegram is reached, and that nothing on the way tells the token or a person's words."""

import asyncio
import logging

import pytest
from structlog.testing import capture_logs
from telegram import Bot, BotCommandScopeAllPrivateChats
from telegram.error import NetworkError

from handlers.telegram.connect import SetUpError, close, make_bot, persist, set_commands
from handlers.telegram.polling import Polling
from handlers.telegram.receive import decode
from handlers.telegram.send import TelegramDoor
from handlers.telegram.spinners import Spinners
from storage.database import Database
from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, FakeUser, serve
from tests.fake_telegram_tests.pictures import picture
from tests.handlers.telegram.conftest import Naps
from tips.inbox import Inbox
from tips.messages import Reply, SendError
from words.texts import Language, Texts

WORDS = "có trộm ở xóm 5"


async def test_a_bot_can_be_pointed_at_another_server(telegram: FakeTelegram) -> None:
    async with serve(telegram) as url:
        bot = make_bot(telegram.token, f"{url}/")
        assert (await bot.get_me()).username == "tinbao_bot"
        await close(bot)


async def test_a_closed_bot_leaves_no_connection(online: Bot) -> None:
    await online.get_me()
    await close(online)
    with pytest.raises(NetworkError, match="not initialized"):
        await online.get_me()


async def test_the_menu_of_commands_is_shown_in_both_languages(
    bot: Bot, telegram: FakeTelegram
) -> None:
    await set_commands(bot, Texts(), ["report", "help"])
    scope = BotCommandScopeAllPrivateChats()
    for language, code in ((Language.VI, None), (Language.EN, "en")):
        menu = await bot.get_my_commands(scope, code)
        assert [command.command for command in menu] == ["report", "help"]
        assert menu[0].description == Texts()("command.report", language)


async def test_our_name_is_learnt_when_telegram_tells_it(offline: Bot) -> None:
    door = TelegramDoor(offline, "")
    assert door.decode(body_of("/help@khac_bot")) is not None
    await persist(offline.initialize)
    assert door.decode(body_of("/help@khac_bot")) is None


async def test_trouble_on_the_way_is_waited_out(
    bot: Bot, telegram: FakeTelegram, naps: Naps
) -> None:
    telegram.fail_next("getMe", error=500)
    telegram.fail_next("getMe", error=429, retry_after=17)
    assert (await persist(bot.get_me, naps)).is_bot
    assert naps.taken[1:] == [17]


async def test_a_token_that_is_refused_is_not_repeated_to_anyone(
    telegram: FakeTelegram, naps: Naps
) -> None:
    telegram.fail_next("getMe", error=401)
    async with serve(telegram) as url:
        bot = make_bot(telegram.token, url)
        with pytest.raises(SetUpError) as error:
            await persist(bot.initialize, naps)
        await close(bot)
    assert telegram.token not in str(error.value)
    assert error.value.__suppress_context__


async def test_no_log_of_any_kind_holds_the_token_or_a_persons_words(
    online: Bot, telegram: FakeTelegram, an: FakeUser, sqlite: Database, clock: FakeClock,
    caplog: pytest.LogCaptureFixture, naps: Naps,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    spinners = Spinners(online)
    polling = Polling(online, Inbox(sqlite, clock, asyncio.Event()), spinners, clock, naps)
    telegram.fail_next("getUpdates", times=2, error="reset_before")
    with capture_logs() as events:
        photo = await an.sends_photo(picture(), caption=WORDS)
        run = asyncio.create_task(polling.run())
        await telegram.until(lambda: not telegram.pending_updates())
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        await use(TelegramDoor(online, "Gửi vị trí"), photo.file.file_id if photo.file else "")
        decode(b'{"update_id": 1, "message": {"text": "%s"}}' % WORDS.encode())
        await spinners.close()
    assert {event["event"] for event in events} >= {
        "telegram.polling_failed", "telegram.update_unreadable",
    }  # fmt: skip
    said = caplog.text + repr(events)
    secret = telegram.token.partition(":")[2]
    assert secret not in said
    assert WORDS not in said


async def use(door: TelegramDoor, file: str) -> None:
    """Send, fail to send, fetch."""
    await door.send("7", Reply(WORDS, ask_location=True))
    assert await door.fetch(file, 100_000)
    for address in ("7", "12345"):
        with pytest.raises(SendError):
            await door.send(address, Reply(WORDS if address == "12345" else " ", quote=""))


def body_of(text: str) -> bytes:
    chat = '{"id": 7, "type": "private"}'
    message = f'{{"message_id": 1, "date": 1, "chat": {chat}, "text": "{text}"}}'
    return f'{{"update_id": 1, "message": {message}}}'.encode()
