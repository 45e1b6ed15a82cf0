"""What a claim costs: it reads the front of an index, however many rows wait behind it."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row, text
from sqlalchemy.orm import Session, sessionmaker

from storage import chats, deliveries, inbox, queues
from storage.database import sync_engine
from storage.inbox import RawUpdate
from storage.queues import Lease
from storage.sealing import Keyring
from storage.states import Channel, DeliveryClass
from tests.clock import START
from tests.databases import Sqlite
from tests.overhearing import overhearing

WEB = Channel.WEB
Fill = Callable[[Session, int], None]
Claim = Callable[[Session, Lease], object]


OTHERS = ("x", "y", "z")  #: chats with one message each, behind all others


def owe(session: Session, name: str, klass: DeliveryClass, now: datetime = START) -> None:
    chat = chats.reach(session, chats.Address(WEB, name), START)
    deliveries.owe(session, chat, b"{}", klass, now)


def owe_everybody(session: Session, count: int) -> None:
    """A message to each of so many chats."""
    for number in range(count):
        owe(session, f"p{number}", DeliveryClass.BROADCAST)


def owe_one(session: Session, count: int) -> None:
    """So many messages to one chat, and then one to each of a few others."""
    for name in ["p"] * count + [*OTHERS]:
        owe(session, name, DeliveryClass.BROADCAST)


def owe_later(session: Session, count: int) -> None:
    """So many alerts that are due tomorrow, and a few messages that are due now."""
    for number in range(count):
        owe(session, f"p{number}", DeliveryClass.ALERT, START + timedelta(days=1))
    owe_one(session, 0)


def hear_everybody(session: Session, count: int) -> None:
    updates = [RawUpdate(WEB, f"{n}", f"p{n}", n, b"{}") for n in range(count)]
    inbox.store(session, updates, START)


def hear_one(session: Session, count: int) -> None:
    """So many messages from one chat, and then one from each of a few others."""
    updates = [RawUpdate(WEB, f"{n}", "p", n, b"{}") for n in range(count)]
    others = [RawUpdate(WEB, name, name, 1, b"{}") for name in OTHERS]
    inbox.store(session, [*updates, *others], START)


def claim_delivery(session: Session, lease: Lease) -> object:
    return queues.claim_delivery(session, lease, WEB)


def claim_update(session: Session, lease: Lease) -> object:
    return queues.claim_fresh(session, lease, 1)


CASES: list[tuple[Fill, Claim]] = [
    (owe_everybody, claim_delivery),
    (owe_one, claim_delivery),
    (owe_later, claim_delivery),
    (hear_everybody, claim_update),
    (hear_one, claim_update),
]


class Waiting:
    """A database in which so many rows wait, and a worker."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.engine: Engine = sync_engine(url)
        self._maker = sessionmaker(self.engine, info={"keyring": keyring})

    def fill(self, fill: Fill, count: int) -> None:
        with self._maker.begin() as session:
            fill(session, count)

    def claim(self, claim: Claim) -> None:
        with self._maker.begin() as session:
            assert claim(session, Lease("a", START, timedelta(minutes=1)))

    def claim_and_count_steps(self, claim: Claim) -> int:
        """Return how many steps SQLite's machine takes for a claim."""
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        with self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(step, 1)
        self.claim(claim)
        driver.set_progress_handler(None, 1)
        return steps

    def explain_claim(self, claim: Claim) -> list[str]:
        """Return PostgreSQL's plan for each statement of a claim."""
        said: list[tuple[str, Any]] = []
        with overhearing(lambda _, sql, values: said.append((sql, values))):
            self.claim(claim)
        return [self._explain(statement, values) for statement, values in said]

    def _explain(self, statement: str, values: Any) -> str:
        with self.engine.connect() as connection:
            lines: list[Row[Any]] = list(
                connection.exec_driver_sql(f"EXPLAIN {statement}", values).all()
            )
        return "\n".join([statement, *(line[0] for line in lines)])

    def analyze(self) -> None:
        with self.engine.connect() as connection, connection.begin():
            connection.execute(text("ANALYZE"))

    def close(self) -> None:
        self.engine.dispose()


@pytest.mark.parametrize(("fill", "claim"), CASES)
def test_a_claim_takes_no_more_steps_with_a_thousand_waiting_than_with_fifty(
    sqlite_folder: Sqlite, tmp_path: Path, keyring: Keyring, fill: Fill, claim: Claim
) -> None:
    steps = []
    for count in (50, 1000):
        url = sqlite_folder.make_migrated(tmp_path / f"{count}.db")
        with closing(Waiting(url, keyring)) as waiting:
            waiting.fill(fill, count)
            waiting.claim(claim)
            waiting.claim(claim)  # this one meets the long lane, and puts it to sleep
            steps.append(waiting.claim_and_count_steps(claim))
    assert steps[1] < 1.2 * steps[0]


@pytest.mark.parametrize(("fill", "claim"), CASES)
def test_no_statement_of_a_claim_reads_a_table_through(
    postgresql_url: str, keyring: Keyring, fill: Fill, claim: Claim
) -> None:
    with closing(Waiting(postgresql_url, keyring)) as waiting:
        waiting.fill(fill, 1000)
        waiting.claim(claim)
        waiting.claim(claim)
        waiting.analyze()
        for plan in waiting.explain_claim(claim):
            assert not re.search("Seq Scan on (deliveries|inbox)", plan), plan
