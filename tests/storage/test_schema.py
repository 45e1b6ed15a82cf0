"""The schema: up, down, recognised, and refused when it is newer, on both databases."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from storage import schema
from storage.database import Database, sync_engine
from storage.models import Model
from storage.schema import SchemaError
from storage.sealing import Keyring
from tests.clock import FakeClock

Act = Callable[[str], object]


def tables(url: str) -> set[str]:
    engine = sync_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def execute(url: str, statement: str) -> None:
    engine = sync_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_upgrading_makes_every_table_and_twice_changes_nothing(bare_url: str) -> None:
    schema.upgrade(bare_url)
    schema.upgrade(bare_url)
    schema.check(bare_url)
    assert tables(bare_url) == {*Model.metadata.tables, "alembic_version"}


def test_downgrading_takes_every_table_away_and_upgrading_brings_them_back(bare_url: str) -> None:
    schema.upgrade(bare_url)
    schema.downgrade(bare_url, "base")
    assert tables(bare_url) == {"alembic_version"}
    schema.upgrade(bare_url)
    schema.check(bare_url)


def test_models_and_migrations_say_the_same(database_url: str) -> None:
    assert schema.differences(database_url) == []


def test_an_older_schema_is_refused_with_the_mend(bare_url: str) -> None:
    with pytest.raises(SchemaError, match="tinbao db upgrade"):
        schema.check(bare_url)


@pytest.mark.parametrize("act", [schema.check, schema.upgrade])
def test_a_newer_schema_is_refused_and_left_alone(database_url: str, act: Act) -> None:
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match=r"newer schema \(9999\)"):
        act(database_url)
    assert tables(database_url) >= set(Model.metadata.tables)


async def test_a_database_is_empty_until_it_knows_its_keys(
    database_url: str, database: Database, keyring: Keyring, clock: FakeClock
) -> None:
    assert schema.is_empty(database_url)
    await database.run(lambda session: schema.recognise(session, keyring, clock()))
    assert not schema.is_empty(database_url)


async def test_a_database_knows_its_keys_also_after_rotation(
    database: Database, keyring: Keyring, clock: FakeClock
) -> None:
    await database.run(lambda session: schema.recognise(session, keyring, clock()))
    rotated = keyring.rotated().newest(1)
    await database.run(lambda session: schema.recognise(session, rotated, clock()))


async def test_the_keys_of_another_database_are_refused(
    database: Database, keyring: Keyring, clock: FakeClock
) -> None:
    await database.run(lambda session: schema.recognise(session, keyring, clock()))
    with pytest.raises(SchemaError, match="belongs to another database"):
        await database.run(lambda session: schema.recognise(session, Keyring.fresh(), clock()))


def test_a_database_without_tables_is_empty(bare_url: str) -> None:
    assert schema.is_empty(bare_url)


@pytest.mark.parametrize("act", [schema.check, schema.upgrade, schema.is_empty])
def test_a_database_that_is_not_there_is_said_plainly(tmp_path: Path, act: Act) -> None:
    nowhere = tmp_path / "no" / "such" / "folder"
    for url in (
        f"sqlite:///{nowhere / 'tinbao.db'}",
        f"postgresql+psycopg://postgres:hunter2@/tinbao?host={nowhere}",
    ):
        with pytest.raises(SchemaError, match="cannot be opened") as refusal:
            act(url)
        assert "hunter2" not in str(refusal.value)
        assert "\n" not in str(refusal.value)
    assert str(refusal.value).endswith("; start it, or correct TINBAO_DATABASE_URL")


def test_the_files_of_the_steps_are_named_by_their_revisions() -> None:
    """So a start finds out without Alembic that there is nothing to do."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    known = [step.revision for step in scripts.walk_revisions()]
    assert schema.revisions() == sorted(known)
    assert schema.revisions()[-1] == scripts.get_current_head()


def test_a_file_that_is_no_database_is_said_plainly(tmp_path: Path) -> None:
    path = tmp_path / "tinbao.db"
    path.write_text("these are not the bytes of a database, however many there are of them" * 20)
    with pytest.raises(SchemaError, match=rf"cannot be opened: {path}: file is not a database"):
        schema.check(f"sqlite:///{path}")


def test_leases_and_sleepers_are_kept_when_one_time_comes_to_say_both(bare_url: str) -> None:
    row = (
        "INSERT INTO inbox (channel, external_id, lane, sequence, received_at, state, attempts{}) "
        "VALUES ('web', '{}', 'l', 1, '2026-11-18 03:00:00', 'waiting', 1{})"
    )
    schema.upgrade(bare_url, "0001")
    leased = "'2026-11-18 03:00:00', '2026-11-18 03:00:20'"
    execute(bare_url, row.format(", due_at, leased_until", "1", f", {leased}"))
    schema.upgrade(bare_url)
    execute(bare_url, row.format("", "2", ""))
    assert times(bare_url) == ["03:00:20", None]
    schema.downgrade(bare_url, "0001")
    assert times(bare_url) == ["03:00:20", "03:00:00"]
    schema.upgrade(bare_url)


def times(url: str) -> list[str | None]:
    engine = sync_engine(url)
    with engine.begin() as connection:
        found = connection.execute(text("SELECT CAST(due_at AS TEXT) FROM inbox ORDER BY id"))
        said = [row[0] and str(row[0])[11:19] for row in found]
    engine.dispose()
    return said
