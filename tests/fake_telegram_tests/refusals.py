"""How a test says that Telegram refuses something."""

import re

import pytest
from telegram.error import BadRequest, TelegramError


def refused(why: str, kind: type[TelegramError] = BadRequest) -> "pytest.RaisesExc[TelegramError]":
    """Expects that error with those words; the library changes the case of letters."""
    return pytest.raises(kind, match=f"(?i){re.escape(why)}")
