"""What no platform sends: valid updates with something in them broken, swollen, deep or of another kind."""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

from tests.updates.any_update import Json


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


#: Each in the place of anything.
POISON: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 2**31, 2**63, -(2**63) - 1, 10**400, float("nan"), float("inf"), -0.0,
    "", "\0", "a\0b", "\ud800", "\udfff\ud800", "\u202e\u200b", "9" * 5000, "x" * 20_000,
    [], {}, [None], [[]], {"": None}, {"id": {}}, nested(300), {"chat": {"id": nested(50)}},
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place within a value, by the keys that lead there."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inner:
        yield (*path, key)
        if isinstance(one, (dict, list)):
            yield from places(one, (*path, key))


def mutated(update: Json, random: Random) -> Json:
    """A copy with one to three places poisoned or missing."""
    poisoned = deepcopy(update)
    for _ in range(random.randint(1, 3)):
        *way, last = random.choice(list(places(poisoned)) or [("update_id",)])
        holder = poisoned
        for key in way:
            holder = holder[key]
        if random.random() < 0.2 and isinstance(holder, dict):
            holder.pop(last, None)
        else:
            holder[last] = deepcopy(random.choice(POISON))
    return poisoned


def bodies(update: Json, random: Random) -> bytes:
    """An update as bytes: mutated, cut off, or no update at all."""
    drawn = random.random()
    whole = json.dumps(mutated(update, random)).encode()
    if drawn < 0.8:
        return whole
    if drawn < 0.9:
        return whole[: random.randrange(len(whole))]
    return random.choice(
        (b"", b"null", b"[]", b"0", b'"x"', b"{}", b"\xff\xfe", b"[" * 100_000, b'{"update_id":1}x',
         b'{"update_id": 1e400}', b"{" + b'"a":{' * 5000, whole.replace(b":", b"", 1))
    )  # fmt: skip
