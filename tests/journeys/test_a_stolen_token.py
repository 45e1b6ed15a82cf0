"""Somebody else has the bot's token: it shows, admins are told, and tips come back to us."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from telegram.error import Conflict

from handlers.telegram.connect import SetUpError
from handlers.telegram.guard import EVERY, SETTLED, Guard, Sign, profile_of
from storage import profiles
from storage.database import DatabaseError
from storage.states import Channel, Role
from tests.town import Town

THEIRS = "http://127.0.0.1:1/theirs"
OTHER = Conflict("terminated by other getUpdates request; make sure that only one bot runs")
WEBHOOK = Conflict("can't use getUpdates method while webhook is active")


@pytest.fixture(autouse=True)
def durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@dataclass
class Shown:
    """What an operator's screen shows."""

    signs: set[str] = field(default_factory=set)
    updates: int = -1

    def sign(self, sign: Sign, is_there: bool) -> None:
        (self.signs.add if is_there else self.signs.discard)(sign)

    def waiting(self, updates: int) -> None:
        self.updates = updates


class EndOfTestError(Exception):
    pass


def guard_of(town: Town, shown: Shown, url: str = "", looks: int = 1) -> Guard:
    """A guard that ends after so many looks, five minutes apart."""
    left: Iterator[int] = iter(range(looks - 1))

    async def sleep(seconds: float) -> None:
        town.clock.advance(seconds=seconds)
        if next(left, None) is None:
            raise EndOfTestError

    async def repair() -> None:
        await town.bot.set_webhook(url) if url else await town.bot.delete_webhook()

    return Guard(town.bot, town.database, town.desk, town.clock, url, repair, shown, sleep)


async def look(guard: Guard) -> None:
    with pytest.raises(EndOfTestError):
        await guard.run()


async def test_while_nothing_is_wrong_nobody_is_told_anything(town: Town) -> None:
    admin = await town.officer(903, Role.ADMIN, None)
    before, shown = list(admin.texts), Shown()
    guard = guard_of(town, shown, looks=3)
    await look(guard)
    await town.settle()
    assert (guard.signs, shown.signs, shown.updates) == (frozenset(), set(), 0)
    assert admin.texts == before


@pytest.mark.parametrize("ours", ["", "http://127.0.0.1:1/ours"])
async def test_a_foreign_webhook_alarms_once_a_day_and_is_taken_back(town: Town, ours: str) -> None:
    admin = await town.officer(903, Role.ADMIN, None)
    shown = Shown()
    town.telegram.updates.webhook.url = THEIRS
    guard = guard_of(town, shown, ours)
    await look(guard)
    await town.settle()
    assert shown.signs == {Sign.FOREIGN_WEBHOOK}
    assert town.telegram.updates.webhook.url == ours
    assert "địa chỉ lạ" in admin.text
    told = len(admin.texts)

    await look(guard)  # it is ours again
    assert shown.signs == set()
    town.telegram.updates.webhook.url = THEIRS
    await look(guard)
    await town.settle()
    assert shown.signs == {Sign.FOREIGN_WEBHOOK}
    assert len(admin.texts) == told


@pytest.mark.parametrize(
    ("conflict", "sign"), [(OTHER, Sign.OTHER_POLLER), (WEBHOOK, Sign.FOREIGN_WEBHOOK)]
)
async def test_a_conflict_that_is_not_with_our_own_past_alarms_at_once_until_a_look_finds_nothing(
    town: Town, conflict: Conflict, sign: Sign
) -> None:
    admin = await town.officer(903, Role.ADMIN, None)
    shown = Shown()
    guard = guard_of(town, shown)
    await look(guard)
    await guard.heard(conflict)
    await town.settle()
    assert guard.signs == shown.signs == {sign}
    assert "/revoke" in admin.text
    await guard.look()
    assert guard.signs == {sign}  # it has happened since the look before
    await guard.look()
    assert guard.signs == shown.signs == set()


async def test_a_conflict_while_the_database_is_away_is_told_once_it_is_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise DatabaseError("the server closed the connection")

    admin = await town.officer(903, Role.ADMIN, None)
    guard = guard_of(town, Shown())
    await look(guard)
    before = len(admin.texts)
    with monkeypatch.context() as away:
        away.setattr(town.database, "run", refuse)
        await guard.heard(OTHER)
        with pytest.raises(DatabaseError):
            await guard.look()
    await guard.look()
    await guard.heard(OTHER)
    await town.settle()
    assert len(admin.texts) == before + 1
    assert "/revoke" in admin.text


async def test_a_conflict_right_after_taking_polling_over_is_with_our_own_past(town: Town) -> None:
    shown = Shown()
    guard = guard_of(town, shown)
    await look(guard)
    town.clock.advance(SETTLED - EVERY - EVERY / 60)
    await guard.heard(OTHER)
    assert guard.signs == frozenset()


@pytest.mark.parametrize("kind", ["Name", "Description", "ShortDescription"])
@pytest.mark.parametrize("language", ["", "vi"])
async def test_a_changed_profile_alarms_until_the_operator_says_it_is_ours(
    sqlite_town: Town, kind: str, language: str
) -> None:
    town = sqlite_town
    admin = await town.officer(903, Role.ADMIN, None)
    shown = Shown()
    guard = guard_of(town, shown)
    await look(guard)
    town.telegram.profile.texts[kind, language] = "Công an tỉnh, xin chuyển khoản"
    await look(guard)
    await town.settle()
    assert shown.signs == {Sign.PROFILE_CHANGED}
    assert "tinbao channel accept" in admin.text
    said = await profile_of(town.bot)
    await town.database.run(lambda s: profiles.accept(s, Channel.TELEGRAM, said))
    await look(guard)
    assert shown.signs == set()


async def test_a_platform_out_of_reach_for_two_looks_is_told_once_and_read_when_it_is_back(
    sqlite_town: Town,
) -> None:
    town = sqlite_town
    admin = await town.officer(903, Role.ADMIN, None)
    before = len(admin.texts)
    for _ in range(4):
        town.telegram.fail_next("getWebhookInfo", error=502)
    await look(guard_of(town, Shown(), looks=1))
    await town.settle()
    assert len(admin.texts) == before
    guard = guard_of(town, Shown(), looks=3)
    await look(guard)
    await town.settle()
    assert guard.is_cut_off
    assert len(admin.texts) == before + 1
    assert "không liên lạc được với Telegram" in admin.text
    await look(guard)
    assert not guard.is_cut_off


async def test_a_token_that_was_revoked_ends_the_process_with_one_line(sqlite_town: Town) -> None:
    sqlite_town.telegram.fail_next("getWebhookInfo", error=401)
    with pytest.raises(SetUpError, match="TINBAO_TELEGRAM_TOKEN"):
        await guard_of(sqlite_town, Shown()).run()
