"""`tinbao setaside`: what could not be done and waits for a person; shown with its words masked, replayed."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.errors import StartError
from bot.foundation import Foundation, now
from storage import aside
from storage.aside import Item, Queue
from storage.database import Session
from storage.models import Delivery, Evidence
from storage.states import EventKind
from tips.evidence import OUTCOME_PREFIX

DEEPEST = 20  #: levels of an outline
PLAIN = re.compile(r"[a-z][a-z0-9_]{0,40}")  #: names that a platform or we have given, not people
KINDS = frozenset({"type", "kind", "media_type"})  #: fields whose value is such a name too


async def listed(base: Foundation) -> Sequence[str]:
    """Return a line for each row, queue by queue, oldest first."""

    def work(session: Session) -> list[str]:
        found = (item for queue in Queue for item in aside.listed(session, queue))
        return ["\t".join(described(item, now())) for item in found]

    return await base.database.read(work) or ["Nothing was set aside."]


def described(item: Item, at: datetime) -> list[str]:
    """Return queue, number, what it is, fault, tries and age of a row."""
    tries, since = f"{item.attempts} tries", age(at - aside.began(item))
    return [aside.queue_of(item), str(item.id), _kind_of(item), item.error or "", tries, since]


def _kind_of(item: Item) -> str:
    if isinstance(item, Delivery):
        return item.klass
    return item.kind if isinstance(item, Evidence) else item.channel


def age(passed: timedelta) -> str:
    for name, unit in (("days", timedelta(days=1)), ("hours", timedelta(hours=1))):
        if passed >= 2 * unit:
            return f"{passed // unit} {name}"
    return f"{passed // timedelta(minutes=1)} minutes"


async def show(base: Foundation, queue: Queue, number: int, reason: str | None) -> Sequence[str]:
    """Return a row and the outline of what it holds; its words only for a reason, which is kept.

    Args:
        reason: why the words must be read; None to leave them masked.
    """
    if reason is not None and not reason.strip():
        raise StartError('words are shown only for a reason: --reveal --reason "…"')

    def work(session: Session) -> list[str]:
        item = _find(session, queue, number)
        lines = ["\t".join(described(item, now()))]
        content = aside.content_of(session, item)
        if content is None:
            return [*lines, _empty(item)]
        if reason is None:
            return [*lines, *outline(_read(content))]
        aside.note(session, EventKind.REVEALED, item, now(), reason.strip())
        return [*lines, revealed(content)]

    return await base.database.run(work)


def _find(session: Session, queue: Queue, number: int) -> Item:
    item = aside.find(session, queue, number)
    if item is None:
        raise StartError(f"nothing was set aside as {queue} {number}; see: tinbao setaside list")
    return item


def _empty(item: Item) -> str:
    if isinstance(item, Delivery) and item.card_id is not None:
        return f"card {item.card_id} of tip {item.tip_id}: made from the tip when it is sent"
    return "nothing is kept of it"


# masking --------------------------------------------------------------------------------------


def _read(content: bytes) -> Any:
    """Return what JSON says, or the text itself where it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content.decode(errors="replace")


def outline(value: Any, name: str = "content", depth: int = 0) -> Iterator[str]:
    """Yield the structure of what was sent: names of fields, kinds and lengths, and nobody's words."""
    start = f"{'  ' * depth}{name}: "
    if depth > DEEPEST:
        yield f"{start}…"
    elif isinstance(value, dict):
        yield f"{start}{len(value)} fields"
        for key, inner in value.items():
            yield from outline(inner, _safe(key), depth + 1)
    elif isinstance(value, list):
        yield f"{start}{len(value)} items"
        for inner in value:
            yield from outline(inner, "-", depth + 1)
    else:
        yield f"{start}{_masked(name, value)}"


def _safe(key: str) -> str:
    return key if PLAIN.fullmatch(key) else f"(a name of {len(key)} characters)"


def _masked(name: str, value: Any) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        is_kind = name in KINDS and PLAIN.fullmatch(value.replace("/", "_"))
        return value if is_kind else f"{len(value)} characters"
    return f"number of {len(str(value))} characters"


def revealed(content: bytes) -> str:
    """Return the content for a terminal: signs that steer it are written out, not sent."""
    value = _read(content)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in text)


# replaying ------------------------------------------------------------------------------------


async def replay(base: Foundation, queue: Queue, number: int | None) -> Sequence[str]:
    """Put one row, or all that were set aside in a queue, back; a line for each that cannot be."""

    def work(session: Session) -> list[str]:
        if number is not None:
            found: Sequence[Item] = [_find(session, queue, number)]
        else:
            found = [_find(session, queue, item.id) for item in aside.listed(session, queue)]
        refused = [line for item in found if (line := _put_back(session, item))]
        return [*refused, f"{len(found) - len(refused)} of {len(found)} put back"]

    return await base.database.run(work)


def _put_back(session: Session, item: Item) -> str:
    """Put a row back; return why not, "" if it is."""
    obstacle = aside.obstacle(session, item)
    if obstacle is not None:
        return f"{aside.queue_of(item)} {item.id}: {obstacle}"
    aside.put_back(item, now())
    aside.note(session, EventKind.REPLAYED, item, now())
    if isinstance(item, Evidence):  # its new outcome is to be heard as well
        aside.forget_update(session, item.channel, f"{OUTCOME_PREFIX}{item.id}")
    session.flush()  # the next one may be about the same card
    return ""
