"""Every Bot API method this server knows, by its name on the wire."""

from tests.fake_telegram import account, changing, sending

METHODS = {**sending.METHODS, **changing.METHODS, **account.METHODS}
_IN_ANY_CASE = {name.lower(): name for name in METHODS}


def known_method(name: str) -> str | None:
    """Its proper spelling: the server takes method names in any case."""
    return _IN_ANY_CASE.get(name.lower())
