"""One message in a chat: as the wire carries it, and as a person sees it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fake_telegram.entities import utf16_slice
from tests.fake_telegram.files import StoredFile
from tests.fake_telegram.rules import Json

if TYPE_CHECKING:
    from tests.fake_telegram.chats import Chat

LINKING = {"url", "text_link", "mention", "text_mention", "email"}


@dataclass(slots=True, eq=False)
class Message:
    """Lives: an edit changes it, a deletion hides it."""

    json: Json
    chat: "Chat"
    file: StoredFile | None = None
    keyboard: Json | None = None  #: a reply keyboard (or its removal) that came with it
    from_bot: bool = False
    deleted: bool = False

    @property
    def id(self) -> int:
        return int(self.json["message_id"])

    @property
    def text(self) -> str:
        """The words a person reads: text or caption."""
        return str(self.json.get("text", self.json.get("caption", "")))

    @property
    def links(self) -> list[str]:
        """Every part of the words that can be tapped to go somewhere or reach someone."""
        found = self.json.get("entities") or self.json.get("caption_entities") or []
        linking = [e for e in found if e["type"] in LINKING]
        return [utf16_slice(self.text, e["offset"], e["length"]) for e in linking]

    @property
    def rows(self) -> list[list[Json]]:
        return list(self.json.get("reply_markup", {}).get("inline_keyboard", []))

    @property
    def buttons(self) -> list[str]:
        return [button["text"] for row in self.rows for button in row]

    @property
    def button_rows(self) -> list[list[str]]:
        return [[button["text"] for button in row] for row in self.rows]

    @property
    def reply_keyboard(self) -> list[list[str]]:
        rows = (self.keyboard or {}).get("keyboard", [])
        return [[b if isinstance(b, str) else b["text"] for b in row] for row in rows]

    @property
    def photo(self) -> bytes | None:
        return self._body("photo")

    @property
    def video(self) -> bytes | None:
        return self._body("video")

    @property
    def voice(self) -> bytes | None:
        return self._body("voice")

    @property
    def document(self) -> bytes | None:
        return self._body("document")

    @property
    def location(self) -> tuple[float, float] | None:
        """Latitude, longitude."""
        at = self.json.get("location")
        return (at["latitude"], at["longitude"]) if at else None

    @property
    def protected(self) -> bool:
        return bool(self.json.get("has_protected_content"))

    @property
    def link_preview(self) -> bool:
        return not self.json.get("link_preview_options", {}).get("is_disabled", False)

    def button(self, label: str) -> Json | None:
        """By label or data exactly, else the only button whose label contains it."""
        buttons = [button for row in self.rows for button in row]
        exact = [b for b in buttons if label in (b["text"], b.get("callback_data"))]
        near = [b for b in buttons if label in b["text"]]
        if exact:
            return exact[0]
        return near[0] if len(near) == 1 else None

    def _body(self, kind: str) -> bytes | None:
        return self.file.body if self.file and self.file.kind == kind else None

    def __repr__(self) -> str:
        who = "bot" if self.from_bot else "person"
        return f"<{who} {self.id}: {self.text!r} {self.button_rows or ''}>"
