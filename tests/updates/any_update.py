"""Updates of every kind the Bot API knows, made from an independent model of it: aiogram's types.

Each is valid by that model, and as JSON as it would come over the wire.
"""

import types
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from random import Random
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from aiogram.client.default import Default
from aiogram.types import Message, Update
from pydantic import BaseModel

Json = dict[str, Any]

WORDS = ("", "a", "Hải Xuân", "co trom xe", "/start", "🔥" * 3, "x" * 300, "<b>&", "1", "take:1:1")
DEEPEST = 5  #: levels below which only what is required is made
NAMES = {
    "from_user": "from",
    "bot_user": "bot",
}  #: the model's name for what the wire calls otherwise
KINDS = [name for name in Update.model_fields if name != "update_id"]
#: Of a message: who, where, when and about what; everything else is content.
HEAD = frozenset({"message_id", "date", "chat", "from_user", "sender_chat", "via_bot"})
CONTENTS = [name for name in Message.model_fields if name not in HEAD]
TIME = 1_795_000_000


class Maker:
    """Makes values of annotated types, drawn from a seed."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._numbers = iter(range(500_000_000, 900_000_000))

    def update(self, kind: str) -> Json:
        """A valid update of this kind."""
        content = self.value(Update.model_fields[kind].annotation, 0)
        return self.numbered(kind, content)

    def numbered(self, kind: str, content: Json) -> Json:
        return {"update_id": next(self._numbers), kind: content}

    def message_with(self, field: str) -> Json:
        """A message of a person in a private chat, with this content and what it needs."""
        made = {field: self.value(Message.model_fields[field].annotation, 1)}
        return {"message_id": self.random.randint(1, 10**6), "date": TIME, **made}

    def value(self, kind: Any, depth: int) -> Any:
        origin, inner = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            known = [one for one in inner if one not in (type(None), Default)]
            return self.value(self.random.choice(known), depth)
        if origin is Annotated:
            return self.value(inner[0], depth)
        if origin is Literal:
            return self._plain(self.random.choice(inner))
        if origin is list:
            count = self.random.randint(1, 2) if depth < DEEPEST else 0
            return [self.value(inner[0], depth + 1) for _ in range(count)]
        if origin is dict or kind is Any:
            return {}
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self.model(kind, depth)
        return self._simple(kind)

    def model(self, kind: type[BaseModel], depth: int) -> Json:
        chance = 0.35 if depth < 2 else 0.1 if depth < DEEPEST else 0
        made: Json = {}
        for name, field in kind.model_fields.items():
            if field.is_required() or self.random.random() < chance:
                made[NAMES.get(name, name)] = self.value(field.annotation, depth + 1)
            elif field.default is not None and get_origin(field.annotation) is Literal:
                made[name] = self._plain(field.default)
        return made

    def _simple(self, kind: Any) -> Any:
        if kind is bool:
            return self.random.random() < 0.5
        if kind is int:
            return self.random.choice((0, 1, 7, 1000, 2**31 - 1))
        if kind is float:
            return round(self.random.uniform(-90, 90), 5)
        if isinstance(kind, type) and issubclass(kind, datetime):
            return TIME
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self.random.choice(list(kind)).value
        return self.random.choice(WORDS)

    def _plain(self, value: Any) -> Any:
        return value.value if isinstance(value, Enum) else value


def every_kind(random: Random, times: int) -> Iterator[Json]:
    """Each kind of update, so many times."""
    maker = Maker(random)
    for kind in KINDS * times:
        yield maker.update(kind)
