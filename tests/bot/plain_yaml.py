"""Reads the plain part of YAML that docker-compose.yml is written in; anything else is an error.

Mappings, lists and scalars by indentation, lists in JSON form, comments on lines of their own.
"""

import json
import re
from typing import Any

Line = tuple[int, str]  #: indentation, content


def read(text: str) -> Any:
    lines = [_line(raw) for raw in text.splitlines() if not re.match(r"\s*(#|$)", raw)]
    value, rest = _block(lines, lines[0][0])
    if rest:
        raise ValueError(f"cannot read: {rest[0][1]}")
    return value


def _line(raw: str) -> Line:
    return len(raw) - len(raw.lstrip()), raw.strip()


def _block(lines: list[Line], indent: int) -> tuple[Any, list[Line]]:
    return (_list if lines[0][1].startswith("- ") else _mapping)(lines, indent)


def _mapping(lines: list[Line], indent: int) -> tuple[dict[str, Any], list[Line]]:
    found: dict[str, Any] = {}
    while lines and lines[0][0] == indent and not lines[0][1].startswith("- "):
        match = re.fullmatch(r"([\w.-]+):(?: (.+))?", lines[0][1])
        if match is None or match[1] in found:
            raise ValueError(f"cannot read: {lines[0][1]}")
        value, lines = _value(match[2], lines[1:], indent)
        found[match[1]] = value
    return found, lines


def _value(said: str | None, lines: list[Line], indent: int) -> tuple[Any, list[Line]]:
    if said is not None:
        return _scalar(said), lines
    if lines and lines[0][0] > indent:
        return _block(lines, lines[0][0])
    return None, lines


def _list(lines: list[Line], indent: int) -> tuple[list[Any], list[Line]]:
    found = []
    while lines and lines[0][0] == indent and lines[0][1].startswith("- "):
        item = lines[0][1][2:]
        if re.match(r"[\w-]+: ", item):  # a mapping that begins beside its dash
            value, lines = _mapping([(indent + 2, item), *lines[1:]], indent + 2)
            found.append(value)
        else:
            found.append(_scalar(item))
            lines = lines[1:]
    return found, lines


def _scalar(said: str) -> Any:
    if said[0] in '["':
        return json.loads(said)
    if re.search(r"[{}&*!|>'%@`]|: | #", said):
        raise ValueError(f"cannot read: {said}")
    return {"true": True, "false": False}.get(said, said)
