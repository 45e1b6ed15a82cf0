"""A desk of a few lines, to try the web door on: it answers at once with whatever a word asks for."""

import io
from collections.abc import Sequence

from PIL import Image

from handlers.web.send import WebDoor
from routing import Point
from storage.inbox import RawUpdate
from storage.states import EvidenceKind
from tips.inbox import Inbox
from tips.messages import Attachment, Choice, Incoming, Reply

OFFICER = "officer:14308"
PROTECTED = "Chi tiết, chỉ đọc tại đây"
CHOICES = ((Choice("Đồng ý và gửi", "send:1:1"), Choice("Sửa", "edit:1:1")),)


class EchoInbox(Inbox):
    """Stores like the real inbox, then answers in place of the desk. `stored` counts what was new."""

    door: WebDoor
    seen: dict[str, Incoming]

    def answered_by(self, door: WebDoor) -> "EchoInbox":
        self.door, self.seen = door, {}
        return self

    @property
    def last(self) -> Incoming:
        return list(self.seen.values())[-1]

    async def store(self, updates: Sequence[RawUpdate]) -> None:
        await super().store(updates)
        for raw in updates:
            incoming = self.door.decode(raw.body)
            assert incoming is not None
            if raw.external_id not in self.seen:
                self.seen[raw.external_id] = incoming
                await self.answer(incoming)

    async def answer(self, said: Incoming) -> None:
        if said.choice and said.on_message:
            await self.door.edit(said.chat, said.on_message, Reply(f"Đã chọn {said.choice}"))
            if said.chat != OFFICER:
                await self.door.send(
                    OFFICER, Reply("Tin báo số 7", ((Choice("Nhận", "take:7:1"),),))
                )
        elif said.text == "xoa" and said.message_id:
            mine = [bubble.id for bubble in self.door.mailboxes.shown(said.chat)]
            await self.door.delete(said.chat, [*mine, said.message_id])
        else:
            await self.door.send(said.chat, reply_to(said))


def reply_to(said: Incoming) -> Reply:
    """Return a question with buttons, or the special thing the text names."""
    match said.text:
        case "kin":
            return Reply(PROTECTED, quote="lời người báo", protect=True)
        case "anh":
            picture = Attachment(EvidenceKind.PHOTO, "image/png", content=png())
            return Reply("Một ảnh", attachment=picture)
        case "ghim":
            return Reply("", point=Point(20.09123, 106.26039))
        case "o dau":
            return Reply("Việc xảy ra ở đâu?", ask_location=True)
    heard = said.text or said.media or said.point
    return Reply(f"Đã nghe: {heard}\nGửi không?", CHOICES)


def png(colour: str = "#7aa5a0", size: tuple[int, int] = (320, 200)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()
