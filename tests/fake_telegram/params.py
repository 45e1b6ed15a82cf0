"""The parameters of one request, read alike from JSON, forms and multipart bodies."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.fake_telegram.rules import Json, bad_request

#: Parameters that are words: never decoded, though they may look like numbers or JSON.
WORDS = {
    "text", "caption", "parse_mode", "callback_query_id", "file_id", "url", "secret_token", "title",
    "name", "description", "short_description", "language_code", "action", "question", "performer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    body: bytes
    mime_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Params:
    raw: Json
    uploads: dict[str, Upload] = field(default_factory=dict)

    def words(self, name: str) -> str:
        return str(self.raw.get(name, ""))

    def value(self, name: str) -> Any:
        """A number, flag, list or object; None when absent."""
        return self.decoded().get(name)

    def integer(self, name: str, default: int = 0) -> int:
        try:
            return int(self.raw.get(name) or default)
        except (TypeError, ValueError):
            raise bad_request(f"invalid {name} specified") from None

    def real(self, name: str) -> float | None:
        try:
            return float(self.raw[name]) if name in self.raw else None
        except (TypeError, ValueError):
            raise bad_request(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        return self.value(name) is True

    @property
    def chat_id(self) -> int | str:
        """A number or a name; empty when absent."""
        wanted = str(self.raw.get("chat_id", ""))
        return int(wanted) if wanted.lstrip("-").isdecimal() else wanted

    def decoded(self) -> Json:
        return {name: _decoded(name, value) for name, value in self.raw.items()}


def _decoded(name: str, value: Any) -> Any:
    if name in WORDS or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
