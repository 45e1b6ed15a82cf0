"""Hearing from PostgreSQL that a queue grew, whichever process wrote to it.

Triggers on the queues' tables notify within the writing transaction, so it is heard after its commit and
never if it was rolled back. Nothing is lost while nobody listens: whoever hears also looks every so often.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any

import psycopg
import structlog
from sqlalchemy import make_url

from storage.database import POSTGRES_PATIENCE

CHANNEL = "tinbao"
AGAIN = timedelta(seconds=2)  #: after the connection was lost
PROBE = timedelta(seconds=30)  #: of silence, after which the connection is tried


class Grown(StrEnum):
    """A queue, by the name of its table."""

    INBOX = "inbox"
    DELIVERIES = "deliveries"
    EVIDENCE = "evidence"


log = structlog.get_logger()


async def listen(url: str, heard: Callable[[Grown], None]) -> None:
    """Call `heard` for whatever grows, for ever; a lost connection is made again.

    Args:
        url: SQLAlchemy URL of a PostgreSQL database.
    """
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            await _listen(address, heard)
        except psycopg.Error as error:
            log.warning("wake_ups_not_heard", error=type(error).__name__)
        await asyncio.sleep(AGAIN.total_seconds())


async def _listen(address: str, heard: Callable[[Grown], None]) -> None:
    patience: dict[str, Any] = {**POSTGRES_PATIENCE}
    async with await psycopg.AsyncConnection.connect(
        address, autocommit=True, **patience
    ) as connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        for each in Grown:  # what grew while nobody listened
            heard(each)
        while True:
            async for notice in connection.notifies(timeout=PROBE.total_seconds()):
                if notice.payload in tuple(Grown):
                    heard(Grown(notice.payload))
            await connection.execute("SELECT 1")
