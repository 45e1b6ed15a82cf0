"""What parent and child say to each other: JSON behind its length, then the bytes of the file.

No pickles: a child that a hostile file has taken over may answer anything.
"""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, BinaryIO

from tips.cleaning.judge import Form
from tips.cleaning.shapes import Shape
from tips.cleaning.verdicts import (
    Limits,
    MediaKind,
    RefusalReason,
    Refused,
    Uncleanable,
    UncleanableReason,
)

READY = b"."
_LENGTH = 4  # bytes, big end first


@dataclass(frozen=True, slots=True)
class Job:
    """What the child is to do with the bytes that follow."""

    form: Form
    without_sound: bool
    limits: Limits


@dataclass(frozen=True, slots=True)
class Copy:
    """A clean copy as the child tells of it; `taken_at` is ISO 8601, perhaps without a zone."""

    shape: Shape
    content: bytes
    width: int | None = None
    height: int | None = None
    duration: timedelta | None = None
    taken_at: str | None = None
    point: tuple[float, float] | None = None


Answer = Copy | Refused | Uncleanable


class NoCopyError(Exception):
    """Raised in the child where it becomes clear that there will be no copy."""

    def __init__(self, verdict: Refused | Uncleanable) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class NonsenseError(ValueError):
    """What the child said is no answer, or not a true one."""


def pack_job(job: Job) -> bytes:
    """The header only: the file follows it as it is, up to the end of the stream."""
    limits = job.limits
    header = {
        "form": job.form,
        "without_sound": job.without_sound,
        "picture_pixels": limits.picture_pixels,
        "frame_pixels": limits.frame_pixels,
        "longest": limits.longest.total_seconds(),
        "memory": limits.memory,
        "cpu": limits.cpu.total_seconds(),
    }
    return _header(header)


def read_job(stream: BinaryIO) -> Job:
    """The file is what then remains in the stream."""
    header = json.loads(stream.read(int.from_bytes(stream.read(_LENGTH))))
    limits = replace(
        Limits(),
        picture_pixels=header["picture_pixels"],
        frame_pixels=header["frame_pixels"],
        longest=timedelta(seconds=header["longest"]),
        memory=header["memory"],
        cpu=timedelta(seconds=header["cpu"]),
    )
    return Job(Form(header["form"]), header["without_sound"], limits)


def pack_answer(answer: Answer) -> bytes:
    match answer:
        case Copy():
            return _header(_facts(answer)) + answer.content
        case Refused():
            return _header({"verdict": "refused", "reason": answer.reason})
        case Uncleanable():
            facts = {"verdict": "uncleanable", "kind": answer.kind, "reason": answer.reason}
            return _header(facts)


def read_answer(data: bytes | bytearray) -> Answer:
    """Raises:
    NonsenseError: whatever this is, it is not an answer.
    """
    end = _LENGTH + int.from_bytes(data[:_LENGTH])
    try:
        header = json.loads(data[_LENGTH:end])
        return _answer(header, bytes(memoryview(data)[end:]))
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        raise NonsenseError("not an answer") from error


def _header(facts: dict[str, Any]) -> bytes:
    text = json.dumps(facts).encode()
    return len(text).to_bytes(_LENGTH) + text


def _facts(copy: Copy) -> dict[str, Any]:
    return {
        "verdict": "copy",
        "shape": copy.shape,
        "width": copy.width,
        "height": copy.height,
        "seconds": None if copy.duration is None else copy.duration.total_seconds(),
        "taken_at": copy.taken_at,
        "point": copy.point,
        "size": len(copy.content),  # a copy cut off on its way is no copy
    }


def _answer(header: dict[str, Any], content: bytes) -> Answer:
    match header["verdict"]:
        case "copy":
            return _copy(header, content)
        case "refused":
            return Refused(RefusalReason(header["reason"]))
        case "uncleanable":
            return Uncleanable(MediaKind(header["kind"]), UncleanableReason(header["reason"]))
    raise NonsenseError("no verdict")


def _copy(header: dict[str, Any], content: bytes) -> Copy:
    if header["size"] != len(content):
        raise NonsenseError("cut off")
    seconds, point, taken_at = header["seconds"], header["point"], header["taken_at"]
    return Copy(
        shape=Shape(header["shape"]),
        content=content,
        width=_whole(header["width"]),
        height=_whole(header["height"]),
        duration=None if seconds is None else timedelta(seconds=float(seconds)),
        taken_at=None if taken_at is None else str(taken_at),
        point=None if point is None else (float(point[0]), float(point[1])),
    )


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
