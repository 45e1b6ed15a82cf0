"""Logs: one line an event, ids only. No token, no words of people, not even in a traceback."""

import asyncio
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

ROOMS = ("bot", "handlers", "tips", "reports", "routing", "storage", "words")

#: A bot token wherever it stands, and whatever follows /bot in a path of the Bot API.
TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}|(?<=/bot)\d+:[^/\s\"'?]+")
HIDDEN = "[hidden]"

#: Faults whose message can hold no words of people: the system's own, and ours, which hold ids.
SPOKEN = (OSError, ImportError, asyncio.CancelledError)


class Formatter(structlog.stdlib.ProcessorFormatter):
    """Renders an event and takes every secret out of the line, wherever it came from."""

    def __init__(
        self, chain: Iterable[Processor], renderer: Processor, secrets: Iterable[str]
    ) -> None:
        super().__init__(
            foreign_pre_chain=[*chain],
            processors=[self.remove_processors_meta, renderer],
        )
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return TOKEN.sub(HIDDEN, line)


def configure(
    level: str = "INFO",
    style: str = "text",
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send every log line to `stream` (standard error).

    Libraries speak from WARNING on: below it httpx logs addresses that hold the token, and SQLAlchemy
    logs values.
    """
    chain: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        wordless_exception,
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Formatter(chain, renderer(style), secrets))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    for room in ROOMS:
        logging.getLogger(room).setLevel(level)
    for library in ("httpx", "httpcore", "sqlalchemy", "apscheduler", "uvicorn"):
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)  # its errors quote whole answers
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *chain,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    sys.excepthook = log_crash


def renderer(style: str) -> Processor:
    if style == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )


def wordless_exception(_: Any, __: str, event: EventDict) -> EventDict:
    """Replace an exception by its frames and types; its message may quote a citizen."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(wordless(error))
    return event


def wordless(error: BaseException) -> Iterator[str]:
    """Yield the lines of a traceback, causes first, without the messages of unknown faults."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from wordless(cause)
        yield "then:"
    yield from "".join(traceback.format_tb(error.__traceback__)).splitlines()
    yield _named(error)
    for inner in getattr(error, "exceptions", ()):
        yield from wordless(inner)


def _named(error: BaseException) -> str:
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}"
    speaks = isinstance(error, SPOKEN) or kind.__module__.partition(".")[0] in ROOMS
    return f"{name}: {error}" if speaks else name


def log_crash(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    """Log what nobody caught, in the place of Python's own printing, which shows the message."""
    if isinstance(error, KeyboardInterrupt):
        return
    structlog.get_logger(__name__).critical("crashed", exc_info=error)


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """Log what a forgotten task raised; asyncio itself would print the message, which may hold words."""
    loop.set_exception_handler(_log_loop_fault)


def _log_loop_fault(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    task = context.get("task") or context.get("future")
    name = task.get_name() if isinstance(task, asyncio.Task) else None
    log = structlog.get_logger(__name__)
    log.error("task_failed", task=name, exc_info=context.get("exception"))
