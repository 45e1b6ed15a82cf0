"""Logs hold ids only: no token, no words of people."""

import asyncio
import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator

import pytest
import structlog

from bot import logs

TOKEN = "123456789:AAF-secret-secret-secret-secret-sec"
WORDS = "trộm xe ở xóm 5"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What was logged, as JSON lines. Afterwards logging is as it was."""
    root, hook, events = logging.getLogger(), sys.excepthook, structlog.get_config()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("DEBUG", "json", [TOKEN, "hunter2"], stream)
    yield stream
    structlog.configure(**events)
    logging.captureWarnings(False)
    root.handlers[:], root.level, sys.excepthook = handlers, level, hook


def fail(words: str) -> None:
    raise ValueError(words)


def test_an_event_is_one_line_of_json_with_time_level_and_place(lines: io.StringIO) -> None:
    structlog.get_logger("tips.desk").info("tip_filed", tip=7)
    event = json.loads(lines.getvalue())
    assert event["event"] == "tip_filed"
    assert (event["tip"], event["level"], event["logger"]) == (7, "info", "tips.desk")
    assert event["timestamp"].endswith("Z")


def test_the_standard_library_speaks_the_same_way(lines: io.StringIO) -> None:
    logging.getLogger("apscheduler.scheduler").warning("missed by %s", "1 s")
    assert json.loads(lines.getvalue())["event"] == "missed by 1 s"


@pytest.mark.parametrize("library", ["httpx", "httpcore", "telegram.ext", "sqlalchemy.engine"])
def test_libraries_that_log_addresses_and_values_are_quiet(
    lines: io.StringIO, library: str
) -> None:
    logging.getLogger(library).info("HTTP Request: POST https://api.telegram.org/bot%s/x", TOKEN)
    assert lines.getvalue() == ""


@pytest.mark.parametrize(
    "leak",
    [
        f"POST https://api.telegram.org/bot{TOKEN}/getMe",
        f"the token {TOKEN} is wrong",
        "https://api.telegram.org/file/bot77:short/photo.jpg",
        "987654321:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "postgresql://tinbao:hunter2@db",
    ],
)
def test_no_line_shows_a_secret(lines: io.StringIO, leak: str) -> None:
    structlog.get_logger("bot.app").warning("odd", what=leak)
    logging.getLogger("elsewhere").error("odd: %s", leak)
    logged = lines.getvalue()
    assert logged.count(logs.HIDDEN) == 2
    for secret in (TOKEN, "hunter2", "77:short", "987654321:"):
        assert secret not in logged


def test_a_traceback_says_where_and_what_kind_and_not_which_words(lines: io.StringIO) -> None:
    try:
        fail(WORDS)
    except ValueError:
        structlog.get_logger("tips.desk").exception("message_failed", message=12)
        logging.getLogger("elsewhere").exception("failed")
    logged = lines.getvalue()
    assert logged.count("builtins.ValueError") == 2
    assert "in fail" in logged
    assert "xóm" not in logged


def test_causes_and_groups_are_told_without_words_too(lines: io.StringIO) -> None:
    try:
        try:
            fail(WORDS)
        except ValueError as cause:
            raise ExceptionGroup(WORDS, [KeyError(WORDS)]) from cause
    except ExceptionGroup:
        structlog.get_logger("tips.desk").exception("message_failed")
    logged = lines.getvalue()
    for kind in ("builtins.ValueError", "builtins.ExceptionGroup", "builtins.KeyError"):
        assert kind in logged
    assert "xóm" not in logged


def test_the_systems_own_faults_keep_their_message(lines: io.StringIO) -> None:
    try:
        raise OSError(28, "No space left on device")
    except OSError:
        structlog.get_logger("storage.files").exception("write_failed")
    assert "No space left on device" in lines.getvalue()


async def test_a_forgotten_task_is_logged_without_its_words(lines: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    logs.watch(loop)
    loop.call_soon(fail, WORDS)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    event = json.loads(lines.getvalue())
    assert event["event"] == "task_failed"
    assert "builtins.ValueError" in event["exception"]
    assert "xóm" not in lines.getvalue()


def test_a_crash_is_logged_without_its_words(lines: io.StringIO) -> None:
    sys.excepthook(ValueError, ValueError(WORDS), None)
    event = json.loads(lines.getvalue())
    assert (event["event"], event["level"]) == ("crashed", "critical")
    assert "xóm" not in lines.getvalue()


def test_an_interrupt_from_the_keyboard_is_no_crash(lines: io.StringIO) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert lines.getvalue() == ""


def test_warnings_go_the_same_way(lines: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert json.loads(lines.getvalue())["logger"] == "py.warnings"


def test_the_readable_form_shows_neither_secrets_nor_words(lines: io.StringIO) -> None:
    stream = io.StringIO()
    logs.configure("INFO", "text", [TOKEN], stream)
    try:
        fail(WORDS)
    except ValueError:
        structlog.get_logger("bot.app").exception("failed", token=TOKEN)
    assert "failed" in stream.getvalue()
    assert TOKEN not in stream.getvalue()
    assert "xóm" not in stream.getvalue()


def test_our_own_rooms_obey_the_level(lines: io.StringIO) -> None:
    stream = io.StringIO()
    logs.configure("WARNING", "json", (), stream)
    structlog.get_logger("tips.desk").info("tip_filed", tip=7)
    assert stream.getvalue() == ""
