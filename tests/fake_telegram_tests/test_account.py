"""The bot's own words, its chats, its limits, and troubles on the way."""

from datetime import timedelta

import httpx
import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from tests.clock import FakeClock
from tests.fake_telegram import FakeTelegram, FakeUser
from tests.fake_telegram.methods import METHODS
from tests.fake_telegram_tests.refusals import refused

HELP = BotCommand("help", "Trợ giúp")


async def test_commands_are_kept_by_audience_and_language(bot: Bot) -> None:
    everyone_private = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([HELP])
    await bot.set_my_commands([HELP, BotCommand("start", "Begin")], everyone_private, "en")
    assert await bot.get_my_commands() == (HELP,)
    assert len(await bot.get_my_commands(everyone_private, "en")) == 2
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()


async def test_commands_telegram_refuses(bot: Bot) -> None:
    for command in (("Help", "Trợ giúp"), ("help", "")):
        with pytest.raises(BadRequest):
            await bot.set_my_commands([command])


async def test_the_bot_tells_who_it_is_in_each_language(bot: Bot) -> None:
    await bot.set_my_description("Nhận tin báo")
    await bot.set_my_description("Takes tips", "en")
    await bot.set_my_short_description("Tin báo")
    await bot.set_my_name("Tin báo Ninh Bình")
    assert (await bot.get_my_description("en")).description == "Takes tips"
    assert (await bot.get_my_description("fr")).description == "Nhận tin báo"
    assert (await bot.get_my_short_description()).short_description == "Tin báo"
    assert (await bot.get_my_name()).name == "Tin báo Ninh Bình"
    with pytest.raises(BadRequest):
        await bot.set_my_short_description("a" * 121)


async def test_a_group_tells_who_is_in_it(bot: Bot, an: FakeUser, telegram: FakeTelegram) -> None:
    binh = telegram.user(8, "Bình")
    group = telegram.group(-500, "Xã", [an])
    with pytest.raises(Forbidden):
        await bot.get_chat_member(group.id, an.id)
    await group.adds_bot(by=an, admin=True)
    await group.adds(binh)
    standing = [(await bot.get_chat_member(group.id, who)).status for who in (7, 8, bot.id)]
    assert standing == ["creator", "member", "administrator"]
    assert len(await bot.get_chat_administrators(group.id)) == 2
    assert (await bot.get_chat(group.id)).title == "Xã"
    assert await bot.get_chat_member_count(group.id) == 3
    await group.removes(binh)
    assert (await bot.get_chat_member(group.id, 8)).status == "left"
    await bot.leave_chat(group.id)
    with refused("not a member", Forbidden):
        await bot.send_message(group.id, "a")


async def test_planned_troubles_meet_only_their_calls(bot: Bot, an: FakeUser) -> None:
    telegram = an.telegram
    telegram.fail_next("sendMessage", error=429, retry_after=7, chat=an.id)
    await bot.send_chat_action(an.id, "typing")
    with pytest.raises(RetryAfter) as halted:
        await bot.send_message(an.id, "a")
    assert seconds(halted) == 7
    telegram.fail_next("sendMessage", times=2, error=500)
    for _ in range(2):
        with refused("Internal Server Error", NetworkError):
            await bot.send_message(an.id, "a")
    telegram.fail_next(None, error=403)
    with refused("blocked", Forbidden):
        await bot.send_message(an.id, "a")
    assert an.texts == []
    await bot.send_message(an.id, "a")
    assert [call.parameters["text"] for call in telegram.calls_of("sendMessage")] == ["a"] * 5


async def test_a_connection_may_break_before_or_after_the_work(bot: Bot, an: FakeUser) -> None:
    an.telegram.fail_next("sendMessage", error="reset_before")
    with pytest.raises(NetworkError):
        await bot.send_message(an.id, "một")
    assert an.texts == []
    an.telegram.fail_next("sendMessage", error="reset_after")
    with pytest.raises(NetworkError):
        await bot.send_message(an.id, "hai")
    assert an.texts == ["hai"]


async def test_an_answer_may_never_come(bot: Bot, an: FakeUser) -> None:
    an.telegram.fail_next("sendMessage", error="timeout")
    with pytest.raises(TimedOut):
        await bot.send_message(an.id, "một", read_timeout=0.05)
    assert an.texts == ["một"]


def seconds(halted: "pytest.ExceptionInfo[RetryAfter]") -> float:
    wait = halted.value.retry_after
    assert isinstance(wait, timedelta)
    return wait.total_seconds()


@pytest.fixture
def strict(telegram: FakeTelegram) -> FakeTelegram:
    telegram.enforce_rates = True
    return telegram


async def test_one_chat_takes_a_short_burst_then_one_a_second(
    offline: Bot, strict: FakeTelegram, an: FakeUser, clock: FakeClock
) -> None:
    for _ in range(5):
        await offline.send_message(an.id, "a")
    with pytest.raises(RetryAfter) as halted:
        await offline.send_message(an.id, "a")
    assert seconds(halted) == 1
    clock.advance(seconds=1)
    await offline.send_message(an.id, "a")
    with pytest.raises(RetryAfter):
        await offline.send_message(an.id, "a")
    assert len(an.texts) == 6
    assert strict.rates.refused == 2


async def test_a_group_takes_twenty_messages_a_minute(
    offline: Bot, strict: FakeTelegram, an: FakeUser, clock: FakeClock
) -> None:
    group = strict.group(-500, "Xã", [an])
    await group.adds_bot(by=an)
    for _ in range(20):
        await offline.send_message(group.id, "a")
        clock.advance(seconds=2)
    with pytest.raises(RetryAfter) as halted:
        await offline.send_message(group.id, "a")
    assert seconds(halted) == 20


async def test_all_chats_together_take_thirty_a_second(
    offline: Bot, strict: FakeTelegram, clock: FakeClock
) -> None:
    people = [strict.user(100 + n) for n in range(31)]
    for person in people:
        person.started = True
    for person in people[:30]:
        await offline.send_message(person.id, "a")
    with pytest.raises(RetryAfter):
        await offline.send_message(people[30].id, "a")
    clock.advance(seconds=1)
    await offline.send_message(people[30].id, "a")


async def test_requests_come_in_every_documented_form(
    telegram: FakeTelegram, url: str, an: FakeUser
) -> None:
    address = f"{url}/bot{telegram.token}/sendMessage"
    asked: dict[str, str | int] = {"chat_id": an.id, "text": "xin chào & tạm biệt"}
    async with httpx.AsyncClient(trust_env=False) as client:
        answers = [
            await client.post(address, json=asked),
            await client.post(address, data=asked),
            await client.post(address, data=asked, files={"unused": b"x"}),
            await client.get(address, params=asked),
        ]
        broken = await client.post(
            address, content=b"{", headers={"content-type": "application/json"}
        )
    assert [answer.json()["ok"] for answer in answers] == [True] * 4
    assert an.texts == ["xin chào & tạm biệt"] * 4
    assert broken.status_code == 400
    assert broken.json() == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: can't parse JSON object",
    }


NEEDS_NOTHING = {
    "getMe", "getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo", "getMyCommands",
    "deleteMyCommands", "setMyName", "getMyName", "setMyDescription", "getMyDescription",
    "setMyShortDescription", "getMyShortDescription",
}  # fmt: skip


@pytest.mark.parametrize("method", sorted(METHODS.keys() - NEEDS_NOTHING))
async def test_no_method_works_without_what_it_requires(
    telegram: FakeTelegram, method: str
) -> None:
    status, body = await telegram.answer(telegram.token, method, {})
    assert (status, body["ok"], body["error_code"]) == (400, False, 400)


async def test_a_file_link_asks_for_the_token(telegram: FakeTelegram, url: str) -> None:
    file = (await telegram.user(7).sends_voice(b"o")).file
    assert file is not None
    async with httpx.AsyncClient(trust_env=False) as client:
        found = await client.get(f"{url}/file/bot{telegram.token}/{file.path}")
        other = await client.get(f"{url}/file/bot1:{'x' * 35}/{file.path}")
        missing = await client.get(f"{url}/file/bot{telegram.token}/voices/none.bin")
    assert [found.content, other.status_code, missing.status_code] == [b"o", 401, 404]


async def test_a_test_can_wait_for_words(offline: Bot, an: FakeUser) -> None:
    await offline.send_message(an.id, "Đã nhận tin số 1")
    assert (await an.sees("Đã nhận")).id == an.last.id
    with pytest.raises(AssertionError, match="no 'Đã chuyển' within 0 s"):
        await an.sees("Đã chuyển", within=0)
