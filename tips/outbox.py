"""Owing a message: a row written with the change it tells about, sent later by `tips.deliveries`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter

from routing import fold
from storage import chats, deliveries
from storage.database import Session
from storage.models import Chat, Delivery
from storage.states import DeliveryClass
from tips.messages import Capabilities, Choice, Press, Reply

_REPLY = TypeAdapter(Reply)


def owe(
    session: Session,
    chat: Chat,
    reply: Reply,
    now: datetime,
    klass: DeliveryClass = DeliveryClass.ANSWER,
    key: str | None = None,
) -> None:
    """Owe `reply` to a chat, once for each `key`, and remember the choices it offers."""
    owe_aside(session, chat, reply, now, klass, key)
    if reply.choices:
        remember_menu(session, chat, reply)


def owe_aside(
    session: Session,
    chat: Chat,
    reply: Reply,
    now: datetime,
    klass: DeliveryClass = DeliveryClass.ANSWER,
    key: str | None = None,
) -> None:
    """Owe what answers nothing: a digit goes on answering the question that is open in the chat."""
    deliveries.owe(session, chat, _REPLY.dump_json(reply), klass, now, key)


def remember_menu(session: Session, chat: Chat, reply: Reply) -> None:
    """Keep what is offered, so that a digit or the words of a label answer it."""
    chats.keep_menu(session, chat, menu_of(reply))


def menu_of(reply: Reply) -> chats.Menu:
    """Return the (label, data) of what a message offers."""
    return [(choice.label, choice.data) for choice in flat(reply)]


def owed_reply(session: Session, delivery: Delivery) -> Reply:
    return _REPLY.validate_json(deliveries.body_of(session, delivery))


def flat(reply: Reply) -> list[Choice]:
    return [choice for row in reply.choices for choice in row]


def render(reply: Reply, can: Capabilities) -> Reply:
    """Return what is left of `reply` in a channel that can do only this much.

    Without buttons the choices become numbered lines; without pins a pin becomes its coordinates.
    """
    text, choices, point = reply.text, reply.choices, reply.point
    if choices and not can.buttons:
        numbered = _numbered(menu_of(reply))
        lines = [f"{digit}. {label}" if digit else f"• {label}" for digit, label, _ in numbered]
        text, choices = "\n".join([text, *lines]), ()
    if point and not can.location:
        text, point = f"{text}\n{point.latitude:.5f}, {point.longitude:.5f}".strip(), None
    wanted = reply.ask_location and can.location
    return replace(reply, text=text, choices=choices, point=point, ask_location=wanted)


_NUMBER_WORDS = ("", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi")


def _numbered(menu: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Give each choice its digit: (digit, label, data).

    Answers count from 1 and going back is 0. What skips or drops has none: "2" typed where a question has
    no second answer ("how many people?") must not throw a tip away.
    """
    count = 0
    for label, data in menu:
        press = Press.read(data)
        if press is None or press.verb not in ("back", "skip", "drop"):
            count += 1
            yield str(count), label, data
        else:
            yield "0" if press.verb == "back" else "", label, data


def chosen(menu: Sequence[tuple[str, str]], text: str) -> str:
    """Return the data of the choice that `text` names by digit, number word or label; "" if none."""
    said = fold(text.strip().rstrip(".)")).removeprefix("so ")
    digit = str(_NUMBER_WORDS.index(said)) if said in _NUMBER_WORDS else said
    for number, label, data in _numbered(menu):
        if said and (digit == number or said == fold(label)):
            return data
    return ""
