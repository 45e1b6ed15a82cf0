"""Millions of tips, made inside the database: the same SQL on both kinds."""

from sqlalchemy import text
from sqlalchemy.engine import Connection

from bot.progress import Progress
from storage.database import sync_engine

PIECE = 100_000  #: tips a transaction
EACH = 10  #: tips a reporter

#: Ids below 10,000 belong to whoever is there already.
SERIES = """
WITH RECURSIVE n(i) AS (
    SELECT CAST(:first AS integer) UNION ALL SELECT i + 1 FROM n WHERE i < :last
)
"""

CHATS = """
INSERT INTO chats (id, channel, digest, address_sealed, kind, created_at, state, language)
{series}
SELECT 10000 + i, 'telegram', CAST('chat' || i AS blob), CAST('sealed' AS blob), 'private',
    '2026-01-01 00:00:00', 'open', 'vi' FROM n
"""
TIPS = """
INSERT INTO tips (id, channel, category, priority, urgency, commune_code, province_code, received_at,
    target_at, words_sealed, place_sealed, time_sealed, state, closed_at, about_child, revision)
{series}
SELECT 10000 + i, 'telegram', 'theft', 'P2', 'earlier', CAST(14200 + i % 129 AS varchar(20)), '37',
    '2026-01-01 00:00:00', '2026-01-01 02:00:00', CAST('sealed words, about a hundred letters of it' AS blob),
    CAST('a sealed place' AS blob), CAST('a sealed time' AS blob),
    CASE WHEN i % 1000 = 0 THEN 'acknowledged' ELSE 'resolved' END, '2026-01-02 00:00:00', false, 3 FROM n
"""
REPORTERS = """
INSERT INTO reporters (tip_id, chat_id, receipt_digest, consent_version, consent_at, consent_channel,
    told_safe, wants_news)
{series}
SELECT 10000 + i, 10000 + i / 10, CAST('receipt' || i AS blob), '1', '2026-01-01 00:00:00', 'telegram',
    false, true FROM n
"""
CARDS = """
INSERT INTO cards (tip_id, chat_id, kind, evidence_id, hidden, page, wanted, shown, message_id, sent_at)
{series}
SELECT 10000 + i, 10000 + i / 10, 'alert', 0, false, 0, 3, 3, '1', '2026-01-01 00:00:00' FROM n
"""
EVENTS = """
INSERT INTO events (at, kind, tip_id, facts)
{series}
SELECT '2026-01-01 00:00:00', 'filed', 10000 + i, '{{}}' FROM n
"""
STILL_OPEN = "UPDATE tips SET closed_at = NULL WHERE state = 'acknowledged'"


def fill(url: str, count: int, show: Progress) -> None:
    """Store `count` tips, their reporters, cards and history: old, and one in a thousand still open."""
    engine = sync_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("CREATE DOMAIN blob AS bytea"))
        _piece(connection, CHATS, 0, count // EACH + 1)
    for first in range(0, count, PIECE):
        last = min(first + PIECE, count) - 1
        with engine.begin() as connection:
            for statement in (TIPS, REPORTERS, CARDS, EVENTS):
                _piece(connection, statement, first, last)
        show("tips made", last + 1, count)
    with engine.begin() as connection:
        connection.execute(text(STILL_OPEN))
        if engine.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))  # as the server does by itself after a while
    engine.dispose()


def _piece(connection: Connection, statement: str, first: int, last: int) -> None:
    said = text(statement.format(series=SERIES))
    connection.execute(said, {"first": first, "last": last})
