"""Owing a message: a row written with the change it tells about, sent later by `tips.deliveries`."""

from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter

from routing import fold
from storage import chats, deliveries
from storage.database import Session
from storage.models import Chat, Delivery
from storage.states import DeliveryClass
from tips.messages import Capabilities, Choice, Reply

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
    menu = [(choice.label, choice.data) for choice in flat(reply)]
    chats.keep_menu(session, chats.conversation(session, chat), menu)


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
        lines = [f"{n}. {choice.label}" for n, choice in enumerate(flat(reply), 1)]
        text, choices = "\n".join([text, *lines]), ()
    if point and not can.location:
        text, point = f"{text}\n{point.latitude:.5f}, {point.longitude:.5f}".strip(), None
    wanted = reply.ask_location and can.location
    return replace(reply, text=text, choices=choices, point=point, ask_location=wanted)


_NUMBER_WORDS = ("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi")


def chosen(menu: list[tuple[str, str]], text: str) -> str:
    """Return the data of the choice that `text` names by digit, number word or label; "" if none."""
    said = fold(text.strip().rstrip(".)")).removeprefix("so ")
    for n, (label, data) in enumerate(menu, 1):
        word = _NUMBER_WORDS[n - 1] if n <= len(_NUMBER_WORDS) else ""
        if said and said in (str(n), word, fold(label)):
            return data
    return ""
