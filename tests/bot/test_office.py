"""The command line about people, summaries, keys and what is old: its functions, and the program itself."""

import asyncio
import os
import sys
import unicodedata
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot import office
from bot.cli import main
from bot.errors import StartError
from bot.foundation import Foundation, foundation, lay, now
from bot.keys import key_path, open_keyring
from bot.office import AskedWeek, Wanted
from bot.settings import Settings, read_settings
from routing import Router
from storage import chats, rotation, schema
from storage.chats import Address
from storage.database import Database, Session
from storage.models import Model, Officer
from storage.sealing import Keyring, SealError, key_id_of, read_keyring
from storage.states import Channel, OfficerState, Role
from tests.clock import FakeClock
from tests.journeys.telling import tells
from tests.tips.cleaning_samples import a_chatty_jpeg
from tests.town import HAI_HAU, HAI_XUAN, NINH_BINH, Town, make_town, rows
from tips.desk import Transaction
from tips.officers import invitations

ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An agency's installation on a database of each kind."""
    monkeypatch.setenv("TINBAO_DATABASE_URL", database_url)
    monkeypatch.setenv("TINBAO_AGENCY_NAME", "Công an tỉnh Ninh Bình")
    monkeypatch.setenv("TINBAO_AGENCY_DECISION", "12/QĐ")
    monkeypatch.setenv("TINBAO_AGENCY_URL", "https://example.vn/tin-bao")
    return read_settings()


@pytest.fixture
async def base(settings: Settings) -> AsyncIterator[Foundation]:
    async with foundation(settings) as laid:
        yield laid


def officer_wanted(name: str = "Bình") -> Wanted:
    return Wanted(Role.OFFICER, HAI_XUAN, "", name)


async def opens(base: Foundation, link: str, address: str = "900") -> None:
    """Somebody follows the link in their private chat."""

    def work(session: Session) -> None:
        tx = Transaction(session, base.desk, now())
        chat = chats.reach(session, Address(Channel.TELEGRAM, address), now())
        invitations.use(tx, chat, link.removeprefix("/start i"))

    await base.database.run(work)


async def the_officer(base: Foundation) -> Officer:
    (officer,) = await rows(base.database, Officer)
    return officer


async def everything(database: Database) -> dict[str, list[str]]:
    def work(session: Session) -> dict[str, list[str]]:
        tables = Model.metadata.sorted_tables
        return {t.name: sorted(map(repr, session.execute(t.select()).all())) for t in tables}

    return await database.read(work)


# people ---------------------------------------------------------------------------------------


async def test_somebody_is_invited_listed_confirmed_and_removed(base: Foundation) -> None:
    assert "Nobody yet" in (await office.listed(base))[0]
    await opens(base, await office.invite(base, officer_wanted()))
    assert await office.listed(base) == ["1\tpending\tofficer\txã Hải Xuân\tBình"]

    word = str((await the_officer(base)).word)
    assert await office.confirm(base, 1, word) == "Officer 1 is active."
    assert await office.listed(base) == ["1\tactive\tofficer\txã Hải Xuân\tBình"]
    assert await office.remove(base, 1) == "Officer 1 is removed."
    assert "Nobody yet" in (await office.listed(base))[0]


@pytest.mark.parametrize("form", ["NFD", "NFC"])
async def test_a_word_is_the_same_however_it_is_typed(base: Foundation, form: str) -> None:
    await opens(base, await office.invite(base, officer_wanted()))
    word = unicodedata.normalize(form, str((await the_officer(base)).word))  # type: ignore[arg-type]
    await office.confirm(base, 1, f" {word.upper()} ")
    assert (await the_officer(base)).state is OfficerState.ACTIVE


async def test_a_wrong_word_ends_the_invitation(base: Foundation) -> None:
    await opens(base, await office.invite(base, officer_wanted()))
    right = str((await the_officer(base)).word)
    with pytest.raises(StartError, match="the invitation is ended"):
        await office.confirm(base, 1, "sai")
    assert (await the_officer(base)).state is OfficerState.REMOVED
    for number in (1, 0, -1, 10**30):
        with pytest.raises(StartError, match=f"there is no officer {number}"):
            await office.confirm(base, number, right)


async def test_who_waits_can_be_sent_away(base: Foundation) -> None:
    await opens(base, await office.invite(base, officer_wanted()))
    assert await office.remove(base, 1) == "Officer 1 is removed."
    assert (await the_officer(base)).state is OfficerState.REMOVED


async def test_confirming_an_active_officer_is_refused(base: Foundation) -> None:
    await opens(base, await office.invite(base, officer_wanted()))
    await office.confirm(base, 1, str((await the_officer(base)).word))
    with pytest.raises(StartError, match="officer 1 is active"):
        await office.confirm(base, 1, "sen")
    assert (await the_officer(base)).state is OfficerState.ACTIVE


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Wanted(Role.OFFICER, "99999", "", ""), "no commune served has the code 99999"),
        (Wanted(Role.DESK, "", "", ""), "--province is missing.*--province 37"),
        (Wanted(Role.DESK, "", "01", ""), "--province is 01"),
        (Wanted(Role.DESK, HAI_XUAN, "", ""), "officer and lead belong to a commune"),
        (Wanted(Role.LEAD, "", NINH_BINH, ""), "officer and lead belong to a commune"),
    ],
)
async def test_an_invitation_without_sense_says_what_to_change(
    base: Foundation, wanted: Wanted, says: str
) -> None:
    with pytest.raises(StartError, match=says):
        await office.invite(base, wanted)


# summaries ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (AskedWeek("last", HAI_XUAN, "", None), "write one like 2026-W47"),
        (AskedWeek("2026-W47", "99999", "", None), "no commune 99999"),
        (AskedWeek("2026-W47", "", "01", None), "--province is 01"),
        (AskedWeek("2026-W47", HAI_XUAN, "", Path("no/such/folder.png")), "cannot be written"),
    ],
)
async def test_a_summary_that_cannot_be_shown_says_why(
    base: Foundation, asked: AskedWeek, says: str
) -> None:
    with pytest.raises(StartError, match=says):
        await office.weekly(base, asked)


async def test_a_weeks_summary_is_shown_and_drawn(base: Foundation, tmp_path: Path) -> None:
    png = tmp_path / "out.png"
    text = await office.weekly(base, AskedWeek("2026-W47", HAI_HAU, "", png))
    assert "47/2026" in text
    assert "Công an xã Hải Hậu" in text
    assert png.read_bytes().startswith(b"\x89PNG")
    whole = await office.weekly(base, AskedWeek("2026-W47", "", "", None))
    assert "129 đơn vị" in whole


# what is old ----------------------------------------------------------------------------------


async def test_what_would_go_is_told_without_anything_going(
    settings: Settings, keyring: Keyring, tmp_path: Path, router: Router
) -> None:
    database = Database(settings.database, keyring)
    clock = FakeClock(now() - timedelta(days=400))
    await database.run(lambda session: schema.recognise(session, keyring, clock()))
    async with make_town(database, clock, tmp_path, router) as town:
        await town.officer(900)
        an = town.citizen()
        await tells(an)
        await an.says("/status")
        await an.presses("Rút tin")
        await an.presses("Rút tin")
        await tells(an)
    base = lay(settings, keyring, database)
    before = await everything(database)
    said = await office.purge(base, dry_run=True)
    assert "links to reporters: 1 would go" in said
    assert await everything(database) == before

    gone = await office.purge(base, dry_run=False)
    assert "links to reporters: 1 gone" in gone
    assert "files: 0 gone" in gone
    assert await everything(database) != before
    await database.close()


# keys -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def router() -> Router:
    return Router.load((NINH_BINH,))


@pytest.fixture
async def running(settings: Settings, clock: FakeClock, router: Router) -> AsyncIterator[Town]:
    """A program that runs, with the keys it read when it started."""
    settings.data_dir.mkdir(exist_ok=True)
    keyring = open_keyring(settings, database_is_empty=True)
    database = Database(settings.database, read_keyring(key_path(settings)))
    await database.run(lambda session: schema.recognise(session, keyring, clock()))
    async with make_town(database, clock, settings.data_dir, router) as town:
        yield town
    await database.close()


def sealed_values(session: Session) -> list[tuple[bytes, str]]:
    return [
        (value, purpose)
        for column, purpose in rotation.SEALED.items()
        for value in session.query(column).filter(column.is_not(None))
        for value in value
    ]


async def test_keys_rotate_under_a_running_program_and_everything_stays_readable(
    settings: Settings, running: Town
) -> None:
    town = running
    officer = await town.officer(900, name="Bình")
    an = town.citizen()
    await an.user.sends_photo(a_chatty_jpeg(), "mất xe ở xóm 5 xã Hải Xuân tối qua")
    await town.settle()
    await an.presses("Đồng ý và gửi")
    await town.citizen(8).says("co trom xe o xom 9 hai xuan")

    office.rotate_keys(settings)
    await officer.presses("Xem chi tiết")
    assert any(message.photo for message in officer.user.from_bot)
    assert "mất xe ở xóm 5" in "\n".join(officer.texts)
    office.rotate_keys(settings)
    await an.says("BS")
    await an.says("xe màu đỏ")
    await officer.presses("Nhận xử lý", next(m for m in officer.user.from_bot if m.buttons))
    assert "✅ Bình nhận xử lý" in "\n".join(officer.texts)

    office.rotate_keys(settings)
    keyring = read_keyring(key_path(settings))
    assert sorted(keyring.sealing_keys) == [3, 4], "the first two are forgotten"
    values = await town.database.read(sealed_values)
    assert len(values) > 10
    for value, purpose in values:
        assert key_id_of(value) == 4
        keyring.unseal(value, purpose)
    with pytest.raises(SealError):
        Keyring.fresh().unseal(*values[0])
    (name,) = town.desk.files.names()
    assert town.desk.files.get(name)


async def test_a_rotation_without_a_database_to_rotate_changes_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bare_url: str
) -> None:
    monkeypatch.setenv("TINBAO_DATABASE_URL", bare_url)
    monkeypatch.setenv("TINBAO_TELEGRAM_TOKEN", "123456789:AAF-secret-secret-secret-secret-sec")
    settings = read_settings()
    open_keyring(settings, database_is_empty=True)
    before = key_path(settings).read_bytes()
    with pytest.raises(schema.SchemaError, match="older schema"):
        office.rotate_keys(settings)
    assert key_path(settings).read_bytes() == before


# the program itself ---------------------------------------------------------------------------


async def tinbao(folder: Path, *words: str) -> tuple[int, list[str], list[str]]:
    """Run the program in a folder of its own; return its exit code, its lines and its complaints."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("TINBAO_")}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words,
        cwd=folder,
        env=mine | {"PYTHONPATH": str(ROOT), "TINBAO_DATA_DIR": str(folder / "var")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, complaints = await child.communicate()
    return child.returncode or 0, out.decode().splitlines(), complaints.decode().splitlines()


async def test_the_program_invites_lists_sweeps_rotates_and_reports(tmp_path: Path) -> None:
    async def obeys(*words: str) -> Sequence[str]:
        code, lines, complaints = await tinbao(tmp_path, *words)
        assert (code, complaints) == (0, [])
        return lines

    (link,) = await obeys("officers", "invite", "--commune", HAI_XUAN, "--role", "officer")
    assert link.startswith("/start i")
    assert len(link) == len("/start i") + 22
    assert "Nobody yet" in (await obeys("officers", "list"))[0]
    assert "expired invitations: 0 would go" in await obeys("purge", "--dry-run")
    (rotated,) = await obeys("keys", "rotate")
    assert rotated.startswith("0 values sealed anew")
    assert "47/2026" in (await obeys("report", "weekly", "--week", "2026-W47"))[0]


async def test_what_cannot_be_done_is_one_line(tmp_path: Path) -> None:
    code, lines, complaints = await tinbao(tmp_path, "officers", "confirm", "1", "sen")
    assert (code, lines) == (2, [])
    assert complaints == ["tinbao: there is no officer 1; see: tinbao officers list"]


@pytest.mark.parametrize(
    "words",
    [
        "officers confirm one sen",
        "officers confirm",
        "officers",
        "officers invite --role king",
        "purge --wet-run",
        "nonsense",
        "--nonsense",
    ],
)
def test_what_is_mistyped_is_one_line_that_names_the_help(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tinbao", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    out, complaint = capsys.readouterr()
    assert out == ""
    assert complaint.startswith("tinbao: ")
    assert complaint.endswith(" --help\n")
    assert complaint.count("\n") == 1


def test_a_bare_word_shows_what_it_can_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tinbao"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "officers" in capsys.readouterr().out
