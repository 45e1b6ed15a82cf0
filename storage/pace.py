"""A platform's limits as rows, so that all processes that speak with one token keep them together.

A channel has as many turns as messages it takes a second. Whoever sends holds one, and it is free again a
second after the answer came: so no second sees more, however late a message reaches the platform and
however many processes send. What a chat has had of its own allowance is one time in its row.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.database import insert_new
from storage.limits import Limits, Rate
from storage.models import Chat, Pause, Turn
from storage.states import Channel

SECOND = timedelta(seconds=1)
#: No time here lies further ahead, leases and bursts included: one that does was written by a wrong clock.
FARTHEST = timedelta(minutes=2)
#: However long a platform asks for silence: then it is asked again, by a message. If it meant hours it will
#: say so again; if it was mistaken, or lied, nobody stays silent for days.
LONGEST_PAUSE = timedelta(minutes=15)


def open_turns(session: Session, channel: Channel, limits: Limits, now: datetime) -> None:
    """Let there be as many turns as the channel has; those that are there stay as they are."""
    numbers = range(1, limits.per_second + 1)
    rows = [{"channel": channel, "number": number, "free_at": now} for number in numbers]
    session.execute(insert_new(session, Turn), rows)
    session.execute(delete(Turn).where(Turn.channel == channel, Turn.number > limits.per_second))


def free_turns(session: Session, channel: Channel, now: datetime, count: int) -> Sequence[Turn]:
    """Return at most `count` turns that nobody has, locked."""
    is_free = or_(Turn.free_at <= now, Turn.free_at > now + FARTHEST)
    free = select(Turn).where(Turn.channel == channel, is_free)
    query = free.order_by(Turn.free_at, Turn.number).limit(count)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def take(turns: Sequence[Turn], delivery_id: int, until: datetime) -> None:
    """Hold turns for a message; until the end of its lease, should its process be killed."""
    for turn in turns:
        turn.delivery_id, turn.free_at = delivery_id, until


def hold(session: Session, delivery_ids: Sequence[int], until: datetime) -> None:
    """Hold on to turns whose sends are still under way."""
    mine = Turn.delivery_id.in_(delivery_ids)
    session.execute(update(Turn).where(mine).values(free_at=until))


def answered(session: Session, delivery_id: int, now: datetime, unpaid: int = 0) -> None:
    """Let the turns of a message rest for a second, and for one more for each message without a turn."""
    again = {"delivery_id": None, "free_at": now + SECOND * (1 + unpaid)}
    session.execute(update(Turn).where(Turn.delivery_id == delivery_id).values(again))


def release_turns(session: Session, now: datetime) -> None:
    """Let every turn that is held rest for a second. Only for a process that is the only one."""
    again = {"delivery_id": None, "free_at": now + SECOND}
    session.execute(update(Turn).where(Turn.delivery_id.is_not(None)).values(again))


def next_turn_at(session: Session, channel: Channel, now: datetime) -> datetime | None:
    found = session.scalar(select(func.min(Turn.free_at)).where(Turn.channel == channel))
    return found and min(found, now + FARTHEST)


def admit(chat: Chat, rate: Rate, now: datetime) -> datetime | None:
    """Count a message against a chat's allowance; if there is none left, return when there will be."""
    if chat.settled_at is not None and chat.settled_at > now + FARTHEST:
        chat.settled_at = now
    at = rate.next_at(chat.settled_at, now)
    if at > now:
        return at
    charge(chat, rate, now)
    return None


def charge(chat: Chat, rate: Rate, now: datetime, count: int = 1) -> None:
    chat.settled_at = max(chat.settled_at or now, now) + rate.every * count


def pause(session: Session, channel: Channel, until: datetime) -> None:
    """Send nothing to a channel before `until`: the platform asked for it."""
    session.execute(insert_new(session, Pause).values(channel=channel, until=until))
    wrong = Pause.until > until + LONGEST_PAUSE
    longer = (Pause.channel == channel, or_(Pause.until < until, wrong))
    session.execute(update(Pause).where(*longer).values(until=until))


def is_paused(session: Session, channel: Channel, now: datetime) -> bool:
    asked = session.get(Pause, channel)
    if asked is None:
        return False
    return now < asked.until <= now + LONGEST_PAUSE  # beyond it a wrong clock wrote it
