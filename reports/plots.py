"""Pictures of counts: what is on one, and having it drawn by a child process.

The drawing library costs time to load and memory to keep, so this process never loads it.
"""

import asyncio
import json
import os
import sys
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[1]
LIMIT = timedelta(seconds=60)
#: What the child needs of our environment: where programs and caches are, and none of our secrets.
_PASSED_ON = ("PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "MPLCONFIGDIR", "LANG")


class DrawingError(Exception):
    """A picture was not drawn; the message says why. The text of the same counts can still be sent."""


@dataclass(frozen=True, slots=True)
class Column:
    """One week. `received` holds `taken`, and that holds `resolved`."""

    label: str
    received: int
    taken: int
    resolved: int
    said: str  #: the number above the column; "" where nothing was counted yet


@dataclass(frozen=True, slots=True)
class Columns:
    title: str
    legend: tuple[str, str, str]  #: received, taken, resolved
    columns: tuple[Column, ...]  #: oldest first
    none: str  #: said instead where every column is empty


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    length: int
    said: str  #: the number as it is written beside the bar


@dataclass(frozen=True, slots=True)
class Bars:
    title: str
    bars: tuple[Bar, ...]
    none: str  #: said instead where there is no bar


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything on one picture, in the words in which it is written there."""

    title: str
    note: str  #: under the title: the days, and that there was nothing where there was
    columns: Columns
    bars: tuple[Bars, ...]

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, stored: bytes) -> Self:
        picture = json.loads(stored)
        return cls(
            picture["title"],
            picture["note"],
            _columns(picture["columns"]),
            tuple(_bars(bars) for bars in picture["bars"]),
        )


def _columns(stored: dict[str, Any]) -> Columns:
    columns = tuple(Column(**column) for column in stored["columns"])
    return Columns(stored["title"], tuple(stored["legend"]), columns, stored["none"])


def _bars(stored: dict[str, Any]) -> Bars:
    bars = tuple(Bar(**bar) for bar in stored["bars"])
    return Bars(stored["title"], bars, stored["none"])


async def draw(picture: Picture, limit: timedelta = LIMIT) -> bytes:
    """Return the picture as PNG. Raises DrawingError when it fails or takes longer than `limit`."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "reports.drawing",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=environment(),
    )
    try:
        png, complaint = await _answer(child, picture, limit)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise DrawingError(f"a picture was not drawn: {_last_line(complaint)}")
    return png


def environment() -> dict[str, str]:
    """What the child is given of ours."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


async def _answer(
    child: asyncio.subprocess.Process, picture: Picture, limit: timedelta
) -> tuple[bytes, bytes]:
    try:
        async with asyncio.timeout(limit.total_seconds()):
            return await child.communicate(picture.to_json())
    except TimeoutError:
        raise DrawingError(f"a picture was not drawn within {limit}") from None


def _last_line(complaint: bytes) -> str:
    lines = complaint.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the child process ended without a word"
