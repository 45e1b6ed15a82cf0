"""The command line: `tinbao`, or `python -m bot`."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from bot import app as process
from bot import (
    backups,
    demonstration,
    logs,
    loop,
    maps,
    office,
    restores,
    setaside,
    telegram_channel,
)
from bot import doctor as doctor_
from bot.errors import StartError, plain_errors
from bot.foundation import Foundation, foundation, now
from bot.progress import showing
from bot.settings import Settings, read_settings
from storage import schema
from storage.aside import Queue
from storage.states import Role
from words.texts import Language

T = TypeVar("T")


class Backups(TyperGroup):
    """`backup PATH` makes one, as `backup make PATH` does."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


cli = typer.Typer(
    help="Citizens' tips about public safety.",
    add_completion=False,
    pretty_exceptions_enable=False,  # they would print a fault's message, which may hold words
)
people = typer.Typer(help="Who handles tips.")
report = typer.Typer(help="Summaries.")
boundaries = typer.Typer(help="Exact boundaries of communes.")
db = typer.Typer(help="The database's schema.")
backup = typer.Typer(help="Database and media in one file: tinbao backup PATH.", cls=Backups)
aside = typer.Typer(help="What could not be done and waits for a person.")
channel = typer.Typer(help="Our account in a channel.")
keys = typer.Typer(help="The keys that seal what is stored.")
gazetteer = typer.Typer(help="The tables of names.")
for name, group in (
    ("officers", people),
    ("report", report),
    ("boundaries", boundaries),
    ("db", db),
    ("backup", backup),
    ("setaside", aside),
    ("channel", channel),
    ("keys", keys),
    ("gazetteer", gazetteer),
):
    cli.add_typer(group, name=name)


def main() -> None:
    with plain_errors():
        sys.exit(_obey(sys.argv[1:] or ["--help"]))


def _obey(words: list[str]) -> int:
    """Do what the words say; return the exit code. Raises StartError for what was mistyped."""
    try:
        return cli(words, standalone_mode=False) or 0
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "tinbao"
        fault = error.format_message().rstrip(".")
        raise StartError(f"{fault}; see: {command} --help") from None


def say(text: str) -> None:
    typer.echo(text)


def with_foundation(settings: Settings, work: Callable[[Foundation], Awaitable[T]]) -> T:
    """Do `work` on the database that is served, as the settings say."""

    async def run() -> T:
        async with foundation(settings) as base:
            return await work(base)

    logs.configure("WARNING")
    return loop.run(run())


@cli.command()
def run(
    roles: Annotated[
        str, typer.Option(help="Some of web,poll,worker,scheduler; all if not given.")
    ] = "",
) -> None:
    """Serve until told to stop: everything, or with PostgreSQL a part of it beside other processes."""
    settings = read_settings(**({"roles": roles} if roles else {}))
    secrets = [settings.telegram_token.get_secret_value()] if settings.telegram_token else []
    logs.configure(settings.log_level, settings.log_format, secrets)
    loop.run(process.run(settings, say))


@cli.command()
def doctor() -> None:
    """Check settings, database, keys, disk, map and channels; one line each, with the mend."""
    raise typer.Exit(loop.run(doctor_.examine(say)))


@cli.command()
def demo(
    weeks: Annotated[int, typer.Option(min=1, max=104, help="How many, up to now.")] = 26,
    seed: Annotated[int, typer.Option(help="Another seed, other tips.")] = 1,
) -> None:
    """Fill the try-out page's database with invented tips, as if it had run for weeks."""
    logs.configure("WARNING")
    with showing(lines=True) as progress:
        said = demonstration.fill(read_settings(), weeks, seed, now(), progress)
    say(said)


@people.command("invite")
def invite(
    role: Annotated[Role, typer.Option(help="What they are to be.")],
    commune: Annotated[str, typer.Option(help="Official code of the commune.")] = "",
    province: Annotated[str, typer.Option(help="Official code of the province.")] = "",
    name: Annotated[str, typer.Option(help="How colleagues will see them.")] = "",
) -> None:
    """Print a one-time link (72 hours) that makes somebody an officer once you confirm their word."""
    wanted = office.Wanted(role, commune, province, name)
    say(with_foundation(read_settings(), lambda base: office.invite(base, wanted)))


@people.command("confirm")
def confirm(
    number: Annotated[int, typer.Argument(help="As `officers list` shows it.")],
    word: Annotated[str, typer.Argument(help="The word they read to you.")],
) -> None:
    """Make a pending officer active, if the word is the one they see."""
    say(with_foundation(read_settings(), lambda base: office.confirm(base, number, word)))


@people.command("list")
def list_() -> None:
    """List officers and those waiting to be confirmed."""
    for line in with_foundation(read_settings(), office.listed):
        say(line)


@people.command("remove")
def remove(number: Annotated[int, typer.Argument(help="As `officers list` shows it.")]) -> None:
    """End somebody's role: no more alerts, and what they had opened goes out of sight."""
    say(with_foundation(read_settings(), lambda base: office.remove(base, number)))


@report.command("weekly")
def weekly(
    week: Annotated[
        str, typer.Option(help="Such as 2026-W47; the last whole week if not given.")
    ] = "",
    commune: Annotated[str, typer.Option(help="Official code of the commune.")] = "",
    province: Annotated[str, typer.Option(help="Official code of the province.")] = "",
    png: Annotated[Path | None, typer.Option(help="Where to write the picture.")] = None,
) -> None:
    """Show a week's summary, as it is sent on Monday."""
    asked = office.AskedWeek(week, commune, province, png)
    say(with_foundation(read_settings(), lambda base: office.weekly(base, asked)))


@db.command("upgrade")
def upgrade() -> None:
    """Bring the database to this program's schema."""
    settings = read_settings()
    schema.upgrade(settings.real_database)
    say("The database has the newest schema.")


@db.command("check")
def check() -> None:
    """Check that the database has this program's schema."""
    schema.check(read_settings().real_database)
    say("The database has the newest schema.")


@keys.command("rotate")
def rotate() -> None:
    """Seal everything with a new key. The previous key stays until the next rotation."""
    say(office.rotate_keys(read_settings()))


@backup.command("make")
def make_backup(
    path: Annotated[Path, typer.Argument(help="A file that is not there yet, or a folder.")],
) -> None:
    """Back up database and media, while the program runs. The keys are not in it: keep them apart."""
    with showing() as progress:
        said = backups.make(read_settings(), path, now(), progress)
    say(said)


@backup.command("verify")
def verify_backup(path: Annotated[Path, typer.Argument(help="The backup.")]) -> None:
    """Restore a backup into a scratch place, compare it, and open a sample with the keys."""
    with showing() as progress:
        said = restores.verify(read_settings(), path, progress)
    say(said)


@cli.command()
def restore(path: Annotated[Path, typer.Argument(help="The backup.")]) -> None:
    """Put a backup back where there is no database yet. The key file must be in its place."""
    with showing() as progress:
        said = restores.restore(read_settings(), path, progress)
    say(said)


@channel.command("accept")
def accept() -> None:
    """The bot's name and description were changed by ourselves: know them from now on."""
    name = with_foundation(read_settings(), telegram_channel.accept_profile)
    say(f"«{name}», and the descriptions as they are now, are ours.")


@aside.command("list")
def list_aside() -> None:
    """List updates, messages and files that were set aside: queue, number, kind, fault, tries, age."""
    for line in with_foundation(read_settings(), setaside.listed):
        say(line)


@aside.command("show")
def show_aside(
    queue: Annotated[Queue, typer.Argument(help="As `setaside list` shows it.")],
    number: Annotated[int, typer.Argument(help="As `setaside list` shows it.")],
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the words too.")] = False,
    reason: Annotated[str, typer.Option(help="Why; kept in the history.")] = "",
) -> None:
    """Show what something holds: its structure, with words and names masked."""
    why = reason if reveal else None
    for line in with_foundation(
        read_settings(), lambda base: setaside.show(base, queue, number, why)
    ):
        say(line)


@aside.command("replay")
def replay_aside(
    queue: Annotated[Queue, typer.Argument(help="As `setaside list` shows it.")],
    number: Annotated[int | None, typer.Argument(help="As `setaside list` shows it.")] = None,
    whole: Annotated[bool, typer.Option("--all", help="Everything of this queue.")] = False,
) -> None:
    """Let something be done anew, once what was wrong is mended."""
    if (number is None) != whole:
        raise StartError(f"name one number, or --all: tinbao setaside replay {queue} --all")
    for line in with_foundation(read_settings(), lambda base: setaside.replay(base, queue, number)):
        say(line)


@cli.command()
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Remove what has outlived its use, as happens every day by itself."""
    for line in with_foundation(read_settings(), lambda base: office.purge(base, dry_run=dry_run)):
        say(line)


@boundaries.command("import")
def import_boundaries(
    path: Annotated[Path, typer.Argument(help="GeoJSON: plain, .gz, .zip, or a folder of files.")],
) -> None:
    """Import exact boundaries, so that a pin finds its commune."""
    for line in maps.import_boundaries(path):
        say(line)


@cli.command()
def route(
    provinces: Annotated[str, typer.Option(help="Official codes, such as 37,24, or all.")] = "",
    explain: Annotated[bool, typer.Option(help="Add a sentence that says why.")] = False,
    language: Annotated[Language, typer.Option(help="Of that sentence.")] = Language.VI,
) -> None:
    """Find the commune of each JSON line on standard input.

    {"text"?, "lat"?, "lon"?, "accuracy"? in metres, "province"? by name or code, "on"? "2026-01-31"}
    """
    for line in maps.route(sys.stdin.buffer, provinces, explained=explain, language=language.value):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


@gazetteer.command("check")
def check_gazetteer(
    other: Annotated[
        Path | None, typer.Argument(help="Another list to compare with (CSV).")
    ] = None,
) -> None:
    """Prove the tables of names consistent, and list differences from another list."""
    problems = maps.check_gazetteer(other)
    for problem in problems:
        say(problem)
    if problems:
        raise StartError(f"{len(problems)} findings")
    say("The gazetteer is consistent.")
