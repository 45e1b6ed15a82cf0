"""What `tinbao doctor` says of installations in good and in bad health."""

import os
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url
from telegram import WebhookInfo

from bot import doctor
from bot.doctor import Finding, Verdict
from bot.keys import key_path, open_keyring
from bot.settings import Settings, read_settings
from routing.imported import FILE
from storage import schema
from storage.database import Database, Session
from storage.models import Officer
from storage.sealing import Keyring, write_keyring
from storage.states import OfficerState, Role
from tests.clock import FakeClock
from tests.databases import Postgres
from tests.fake_telegram import FakeTelegram, serve


@pytest.fixture
async def telegram(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FakeTelegram]:
    """Telegram, reached as the settings say."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    async with FakeTelegram(clock=clock) as telegram, serve(telegram) as url:
        monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", telegram.token)
        monkeypatch.setenv("TINBAO_TELEGRAM_API_URL", url)
        yield telegram


async def install(settings: Settings) -> Keyring:
    """What a first start leaves behind."""
    settings.data_dir.mkdir(mode=0o700, exist_ok=True)
    schema.upgrade(settings.database)
    keyring = open_keyring(settings, database_is_empty=True)
    await with_database(
        settings, keyring, lambda session: schema.recognise(session, keyring, datetime.now(UTC))
    )
    return keyring


async def with_database(settings: Settings, keyring: Keyring, work: object) -> None:
    database = Database(settings.database, keyring)
    try:
        await database.run(work)  # type: ignore[arg-type]
    finally:
        await database.close()


async def examined() -> dict[str, Finding]:
    return {finding.about: finding async for finding in doctor.findings(read_settings())}


async def keys_examined() -> dict[str, Finding]:
    return {finding.about: finding async for finding in doctor.about_keys(read_settings())}


async def telegram_examined() -> dict[str, Finding]:
    return {finding.about: finding async for finding in doctor.about_telegram(read_settings())}


def database_examined() -> dict[str, Finding]:
    return {found.about: found for found in doctor.about_database(read_settings().database)}


async def test_a_machine_before_its_first_start_is_well_and_stays_untouched(
    tmp_path: Path,
) -> None:
    lines: list[str] = []
    assert await doctor.examine(lines.append) == 0
    assert any("the first start makes it" in line for line in lines)
    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_every_finding_is_one_line(telegram: FakeTelegram) -> None:
    lines: list[str] = []
    await doctor.examine(lines.append)
    assert all("\n" not in line for line in lines)
    assert telegram.token not in "".join(lines)


async def test_wrong_settings_are_the_only_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINBAO_HTTP_PORT", "eighty")
    lines: list[str] = []
    assert await doctor.examine(lines.append) == 1
    assert len(lines) == 1
    assert "TINBAO_HTTP_PORT" in lines[0]


async def test_an_installation_in_order(telegram: FakeTelegram) -> None:
    await install(read_settings())
    found = await examined()
    for about in ("folder", "disk", "database", "migrations", "keys", "gazetteer", "telegram"):
        assert found[about].verdict is Verdict.GOOD, found[about]
    assert "@tinbao_bot" in found["telegram"].text
    assert found["updates"].text == "by polling, 0 updates wait"


async def test_no_desk_is_said_with_the_command_that_invites_one(telegram: FakeTelegram) -> None:
    settings = read_settings()
    keyring = await install(settings)
    found = await keys_examined()
    assert found["desk"].mend == "tinbao officers invite --province 37 --role desk"

    def join(session: Session) -> None:
        officer = Officer(
            role=Role.DESK,
            commune_code=None,
            province_code="37",
            state=OfficerState.ACTIVE,
            created_at=datetime.now(UTC),
        )
        session.add(officer)

    await with_database(settings, keyring, join)
    assert (await keys_examined())["desk"].verdict is Verdict.GOOD


async def test_lost_keys_are_bad(telegram: FakeTelegram) -> None:
    settings = read_settings()
    await install(settings)
    key_path(settings).unlink()
    assert (await keys_examined())["keys"].verdict is Verdict.BAD


async def test_keys_open_to_others_are_bad_and_the_mend_is_said(telegram: FakeTelegram) -> None:
    settings = read_settings()
    await install(settings)
    key_path(settings).chmod(0o644)
    keys = (await keys_examined())["keys"]
    assert keys.verdict is Verdict.BAD
    assert "chmod 600" in keys.text


async def test_the_keys_of_another_database_are_bad(telegram: FakeTelegram) -> None:
    settings = read_settings()
    await install(settings)
    write_keyring(Keyring.fresh(), key_path(settings))
    keys = (await keys_examined())["keys"]
    assert keys.verdict is Verdict.BAD
    assert "another database" in keys.text


async def test_a_database_of_a_newer_program_is_bad(telegram: FakeTelegram) -> None:
    settings = read_settings()
    await install(settings)
    with sqlite3.connect(settings.data_dir / "tinbao.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    found = database_examined()
    assert found["migrations"].verdict is Verdict.BAD
    assert "newer" in found["migrations"].text


def test_a_database_behind_this_program_is_bad_and_the_mend_is_said(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch, bare_url: str
) -> None:
    monkeypatch.setenv("TINBAO_DATABASE_URL", bare_url)
    assert schema.is_empty(bare_url)  # which makes an SQLite file
    found = database_examined()
    assert found["database"].verdict is Verdict.GOOD
    assert "tinbao db upgrade" in found["migrations"].text


def test_a_database_that_cannot_be_reached_is_bad(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TINBAO_DATABASE_URL", f"postgresql://u:hunter2@/tips?host={tmp_path}")
    found = database_examined()
    assert found["database"].verdict is Verdict.BAD
    assert "hunter2" not in str(found["database"])
    assert "migrations" not in found


def test_of_several_servers_the_one_that_is_misspelt_is_named(
    postgres_server: Postgres, tmp_path: Path
) -> None:
    url = make_url(postgres_server.make_migrated())
    host, port = url.host or url.query["host"], url.port or url.query.get("port", "5432")
    both = url.set(host=None, port=None).update_query_dict(
        {"host": f"{tmp_path},{host}", "port": f"5432,{port}", "target_session_attrs": "read-write"}
    )
    found = list(doctor.about_servers(both.render_as_string(hide_password=False)))
    assert [each.verdict for each in found] == [Verdict.NOTE, Verdict.GOOD]
    assert found[0].text.startswith(f"{tmp_path}:5432 cannot take over")
    assert not list(doctor.about_servers(url.render_as_string(hide_password=False)))


def test_a_folder_is_judged_by_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert doctor.about_folder(tmp_path).verdict is Verdict.GOOD
    tmp_path.chmod(0o755)
    assert "chmod 700" in doctor.about_folder(tmp_path).mend
    (tmp_path / "file").touch()
    assert doctor.about_folder(tmp_path / "file").verdict is Verdict.BAD


def test_a_folder_of_somebody_else_is_bad(as_nobody: Path) -> None:
    (as_nobody / "var").mkdir(mode=0o500)
    assert doctor.about_folder(as_nobody / "var").verdict is Verdict.BAD


def test_a_full_disk_is_bad(tmp_path: Path) -> None:
    assert doctor.about_disk(tmp_path / "not" / "yet", 0).verdict is Verdict.GOOD
    assert doctor.about_disk(tmp_path, 1e9).verdict is Verdict.BAD


def test_a_province_that_is_none_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINBAO_PROVINCES", "37,99")
    gazetteer = next(doctor.about_map(read_settings()))
    assert gazetteer.verdict is Verdict.BAD
    assert "99" in gazetteer.text


def test_damaged_boundaries_are_bad_and_the_mend_is_said() -> None:
    settings = read_settings()
    settings.data_dir.mkdir()
    (settings.data_dir / FILE).write_bytes(b"not an index")
    (boundaries,) = doctor.about_map(settings)
    assert boundaries.verdict is Verdict.BAD
    assert "tinbao boundaries import" in boundaries.text


async def test_a_token_telegram_does_not_know_is_bad(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = "123456789:AAWrongWrongWrongWrongWrongWrongWro"
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", wrong)
    finding = (await telegram_examined())["telegram"]
    assert finding.verdict is Verdict.BAD
    assert "BotFather" in finding.text
    assert wrong not in str(finding)


async def test_a_telegram_that_does_not_answer_is_bad(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINBAO_TELEGRAM_API_URL", "http://127.0.0.1:9")
    finding = (await telegram_examined())["telegram"]
    assert finding.verdict is Verdict.BAD
    assert telegram.token not in str(finding)


HOOK = "https://bot.example.vn/telegram"


def webhook(url: str = "", waiting: int = 0, failed: bool = False) -> WebhookInfo:
    last_error = datetime(2026, 11, 18, tzinfo=UTC) if failed else None
    return WebhookInfo(url, False, waiting, last_error_date=last_error)


@pytest.mark.parametrize(
    ("now", "wanted", "verdict"),
    [
        (webhook(), None, Verdict.GOOD),
        (webhook(HOOK), HOOK, Verdict.GOOD),
        (webhook(HOOK, waiting=3), HOOK, Verdict.GOOD),
        (webhook(HOOK, failed=True), HOOK, Verdict.GOOD),
        (webhook(HOOK, waiting=3, failed=True), HOOK, Verdict.BAD),
        (webhook(HOOK), None, Verdict.NOTE),
        (webhook(), HOOK, Verdict.NOTE),
        (webhook("https://other.example"), HOOK, Verdict.NOTE),
    ],
)
def test_how_telegram_delivers_is_held_against_the_settings(
    now: WebhookInfo, wanted: str | None, verdict: Verdict
) -> None:
    assert doctor.about_delivery(now, wanted).verdict is verdict
