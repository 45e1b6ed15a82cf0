"""The parent: hands each file to a child process of its own, and survives whatever becomes of it.

Importing this module loads no decoder; only the child does.
"""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from tips.cleaning.judge import Form, judge
from tips.cleaning.shapes import LABELS
from tips.cleaning.verdicts import (
    Cleaned,
    Limits,
    RefusalReason,
    Refused,
    Verdict,
)
from tips.cleaning.wire import READY, Answer, Copy, Job, NonsenseError, pack_job, read_answer

# Isolated (-I): no environment, no user site, no current folder; so the way to our own code is told.
_ENTRY = "import sys; sys.path.insert(0, sys.argv[1]); from tips.cleaning.child import main; main()"
CHILD = (sys.executable, "-I", "-c", _ENTRY, str(Path(__file__).parents[2]))

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_GROWTH = 16 * 2**20  # bytes by which a copy may outgrow the largest original: GIF to JPEG does
_CHUNK = 2**16
_TIMEOUT = Refused(RefusalReason.TIMEOUT)
_UNSET_CLOCK = 2000  # cameras begin to count in 1970, 1980 or 2000


class CleaningUnavailableError(Exception):
    """The child did not even start: our fault, not the file's. Keep the file and try later.

    Why it did not is on standard error.
    """


class Cleaner:
    """Cleans files, a few at a time.

    Args:
        limits: what one file may cost.
        at_once: how many children may live at the same time, each up to `limits.memory`.
        zone: of a camera's clock that does not say.
        child: the program to run; another one only in tests.
    """

    def __init__(
        self,
        limits: Limits,
        at_once: int = 2,
        zone: tzinfo = _VIETNAM,
        child: tuple[str, ...] = CHILD,
    ) -> None:
        self._limits = limits
        self._places = asyncio.Semaphore(at_once)
        self._zone = zone
        self._child = child

    async def clean(self, content: bytes, *, without_sound: bool = False) -> Verdict:
        """A copy fit for officers, or why there is none.

        Raises:
            CleaningUnavailableError: nothing is known about the file yet.
        """
        if len(content) > self._limits.size:
            return Refused(RefusalReason.TOO_LARGE)
        if not content:
            return Refused(RefusalReason.BROKEN)
        form = judge(content)
        if not isinstance(form, Form):
            return form
        try:
            async with self._places:
                answer = await self._hand_over(Job(form, without_sound, self._limits), content)
            return self._labelled(answer) if isinstance(answer, Copy) else answer
        except NonsenseError:
            return Refused(RefusalReason.DECODER_DIED)

    async def _hand_over(self, job: Job, content: bytes) -> Answer:
        process = await asyncio.create_subprocess_exec(
            *self._child,
            stdin=PIPE,
            stdout=PIPE,
            env={},  # ours holds secrets
            start_new_session=True,  # Ctrl-C is for the bot, which then ends its children
        )
        try:
            return await _converse(process, (pack_job(job), content), self._limits)
        finally:
            await _bury(process)

    def _labelled(self, copy: Copy) -> Cleaned:
        """The child is believed as little as the file was."""
        label = LABELS[copy.shape]
        if judge(copy.content) is not label.form:
            raise NonsenseError("not of the form it is said to be")
        return Cleaned(
            kind=label.kind,
            content=copy.content,
            media_type=label.media_type,
            extension=copy.shape.value,
            width=copy.width,
            height=copy.height,
            duration=copy.duration,
            taken_at=_instant(copy.taken_at, self._zone),
            point=copy.point,
        )


async def _converse(process: Process, request: tuple[bytes, bytes], limits: Limits) -> Answer:
    """Raises:
    CleaningUnavailableError: no sign of life.
    NonsenseError: the child died over the file, or did not tell the truth.
    """
    assert process.stdin
    assert process.stdout
    patience = limits.patience.total_seconds()
    feeding = asyncio.create_task(_feed(process.stdin, request))
    try:
        await _until_ready(process.stdout, patience)
        async with asyncio.timeout(patience):
            said = await _listen(process.stdout, limits.size + _GROWTH)
            was_late = await process.wait() == -signal.SIGXCPU
        return _TIMEOUT if was_late else read_answer(said)
    except TimeoutError:
        return _TIMEOUT
    finally:
        feeding.cancel()
        await asyncio.wait((feeding,))


async def _feed(stdin: asyncio.StreamWriter, request: tuple[bytes, bytes]) -> None:
    with suppress(ConnectionError):  # a child may die with its mouth full
        for part in request:
            for start in range(0, len(part), _CHUNK):
                stdin.write(part[start : start + _CHUNK])
                await stdin.drain()
        stdin.close()


async def _until_ready(stdout: asyncio.StreamReader, patience: float) -> None:
    try:
        async with asyncio.timeout(patience):
            word = await stdout.read(len(READY))
    except TimeoutError as error:
        raise CleaningUnavailableError("the child did not get ready in time") from error
    if word != READY:
        raise CleaningUnavailableError("the child did not start")


async def _listen(stdout: asyncio.StreamReader, most: int) -> bytearray:
    said = bytearray()
    while chunk := await stdout.read(_CHUNK):
        said += chunk
        if len(said) > most:
            raise NonsenseError("no end of words")
    return said


async def _bury(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    while process.stdout and await process.stdout.read(_CHUNK):
        pass  # unread words would keep the pipe open
    await process.wait()


def _instant(stamp: str | None, zone: tzinfo) -> datetime | None:
    """Aware, UTC; None for nonsense and for clocks that were never set."""
    try:
        told = datetime.fromisoformat(stamp or "")
        instant = (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant if instant.year > _UNSET_CLOCK else None
