"""Upgrades: from every earlier schema, with rows in every table, and beside those who write."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from sqlalchemy import Connection, Engine, MetaData, Table, inspect, text
from sqlalchemy.orm import Session

from storage import schema
from storage.database import sync_engine
from storage.models import Model
from tests.databases import Postgres
from tests.storage.filled import Rows, contents, fill, row

REVISIONS = schema.revisions()


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = sync_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def kept(before: Rows, after: Rows) -> None:
    """Assert that what a column held it holds still, in every table and column that is still there."""
    for table, rows in before.items():
        if table not in after:
            continue
        columns = rows[0].keys() & after[table][0].keys()
        for old, new in zip(rows, after[table], strict=True):
            assert {c: old[c] for c in columns} == {c: new[c] for c in columns}, table


# with data ------------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_every_earlier_schema_upgrades_with_rows_in_every_table(
    bare_url: str, revision: str
) -> None:
    schema.upgrade(bare_url, revision)
    with connected(bare_url) as connection:
        fill(connection)
        before = contents(connection)
    assert all(before.values())
    schema.upgrade(bare_url)
    assert schema.differences(bare_url) == []
    with connected(bare_url) as connection:
        kept(before, contents(connection))
        _read_by_the_program(connection)


def _read_by_the_program(connection: Connection) -> None:
    """Today's models can read every row: no word, no time that they do not know."""
    with Session(connection) as session:
        for mapper in Model.registry.mappers:
            session.query(mapper.class_).all()


def test_each_step_goes_down_and_up_again_with_rows_in_every_table(bare_url: str) -> None:
    """What an older schema has no place for is lost on the way down; nothing else."""
    schema.upgrade(bare_url)
    with connected(bare_url) as connection:
        fill(connection)
        before = contents(connection)
    for older in reversed(REVISIONS[:-1]):
        schema.downgrade(bare_url, older)
    schema.upgrade(bare_url)
    assert schema.differences(bare_url) == []
    with connected(bare_url) as connection:
        after = contents(connection)
    untouched = ("chats", "tips", "reporters", "events", "officers", "conversations")
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}


# beside those who write -----------------------------------------------------------------------


@pytest.fixture
def server_url(postgres_server: Postgres) -> Iterator[str]:
    url = postgres_server.make()
    schema.upgrade(url, REVISIONS[0])
    yield url
    postgres_server.drop(url)


class Writer:
    """Somebody who stores rows into the tables of the first schema, one transaction after the other."""

    def __init__(self, url: str, first: int) -> None:
        self.engine: Engine = sync_engine(url)
        self.number, self.stored = first, 0
        found = MetaData()
        found.reflect(self.engine)
        names = ("officers", "chats", "tips", "reporters", "inbox", "events")
        self.tables: list[Table] = [found.tables[name] for name in names]

    def write(self, connection: Connection) -> None:
        """Write into each table, whatever columns it has by now."""
        names = ", ".join(table.name for table in self.tables)
        connection.execute(text(f"LOCK TABLE {names} IN ROW EXCLUSIVE MODE"))
        for table in self.tables:
            columns = inspect(connection).get_columns(table.name)
            there = {column["name"] for column in columns}
            made = {k: v for k, v in row(table, self.number).items() if k in there}
            connection.execute(table.insert(), made)

    def close(self) -> None:
        self.engine.dispose()

    def store(self) -> None:
        with self.engine.begin() as connection:
            self.write(connection)
        self.number, self.stored = self.number + 1, self.stored + 1


def numbers(url: str, table: str) -> list[int]:
    with connected(url) as connection:
        return [next(iter(row.values())) for row in contents(connection)[table]]


def test_a_step_gives_way_to_whoever_uses_a_table_and_comes_back(server_url: str) -> None:
    schema.upgrade(server_url, "0002")  # the next step refers to a table, and needs it for a moment
    slow, quick = Writer(server_url, 100), Writer(server_url, 200)
    pauses = []
    with slow.engine.connect() as held, held.begin() as transaction:
        slow.write(held)  # and does not end

        def pause() -> None:
            pauses.append(1)
            quick.store()  # nobody waits for the step that waited
            if len(pauses) == 2:
                transaction.commit()

        schema.upgrade(server_url, pause=pause)
    slow.close()
    quick.close()
    schema.check(server_url)
    assert len(pauses) == 2
    for table in ("chats", "tips", "reporters", "inbox", "events"):
        assert numbers(server_url, table) == [100, 200, 201]


def test_an_upgrade_under_load_loses_nothing_and_refuses_nobody(
    server_url: str,
) -> None:
    with connected(server_url) as connection:
        fill(connection, rows=200)
    writers = [Writer(server_url, 1000 * n) for n in range(1, 4)]
    ended: list[BaseException | None] = []

    def work(writer: Writer) -> None:
        try:
            while upgrade.is_alive() or writer.stored < 5:
                writer.store()
        except BaseException as error:
            ended.append(error)
            raise
        finally:
            writer.close()
        ended.append(None)

    upgrade = Thread(target=schema.upgrade, args=(server_url,))
    threads = [Thread(target=work, args=(writer,)) for writer in writers]
    for thread in (upgrade, *threads):
        thread.start()
    for thread in (upgrade, *threads):
        thread.join()
    schema.check(server_url)
    assert ended == [None] * 3
    stored = [n for w in writers for n in range(w.number - w.stored, w.number)]
    assert numbers(server_url, "tips") == [*range(1, 201), *stored]
    assert numbers(server_url, "inbox") == [*range(1, 201), *stored]


def test_two_upgrades_at_once_are_one_after_the_other(server_url: str) -> None:
    both = [Thread(target=schema.upgrade, args=(server_url,)) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    schema.check(server_url)
    assert schema.differences(server_url) == []


def test_an_index_whose_build_was_interrupted_is_built_anew(server_url: str) -> None:
    with connected(server_url) as connection:
        connection.execute(text("CREATE INDEX ix_cards_hidden_kind_sent_at ON cards (hidden)"))
        connection.execute(
            text(
                "UPDATE pg_index SET indisvalid = false "
                "WHERE indexrelid = 'ix_cards_hidden_kind_sent_at'::regclass"
            )
        )
    schema.upgrade(server_url)
    assert schema.differences(server_url) == []
