"""Telegram out: a Reply becomes Bot API calls, a Telegram error becomes a SendError.

One Reply is one message, so that its id names all of it when it is edited or hidden; what is longer than
Telegram allows is cut, and marked. Only a caption too long for its file goes ahead as a message.
"""

import struct
import zlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
)
from telegram.error import BadRequest

from handlers.telegram.download import Download, download
from handlers.telegram.faults import (
    GONE,
    GONE_ALREADY,
    NOT_MODIFIED,
    UNDELETABLE,
    as_send_errors,
    passing_over,
    says,
)
from handlers.telegram.media import neutral_name
from handlers.telegram.pins import PinKey
from handlers.telegram.receive import decode
from handlers.telegram.wording import LONGEST_CAPTION, LONGEST_TEXT, Worded, fits, worded
from storage.limits import Limits, Rate
from storage.states import EvidenceKind
from tips.messages import Attachment, Capabilities, Incoming, Reply, SendError

#: What core.telegram.org/bots/faq names: 30 messages a second, one a second in a chat with short bursts, 20 a
#: minute in a group. Of a burst or a minute we take less than would be borne: messages may come late, and so
#: closer together than they left.
LIMITS = Limits(
    per_second=30,
    private=Rate(every=timedelta(seconds=1), burst=3),
    group=Rate(every=timedelta(seconds=3.5), burst=3),
)
CAPABILITIES = Capabilities(
    buttons=True, location=True, edit=True, delete=True, longest_text=LONGEST_TEXT, limits=LIMITS
)
DELETED_AT_ONCE = 100  #: messages in one deleteMessages
GREY_SIDE = 320  #: pixels of the picture that covers another
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramDoor:
    """The desk's `Door` to Telegram.

    Args:
        pin_label: what the key "send my location" says.
        download: fetches a file by its URL.
    """

    def __init__(self, bot: Bot, pin_label: str, download: Download = download) -> None:
        self._bot = bot
        self._pins = PinKey(bot, pin_label)
        self._download = download

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def decode(self, body: bytes) -> Incoming | None:
        return decode(body, self._username())

    def _username(self) -> str:
        try:
            return self._bot.username
        except RuntimeError:  # Telegram has not told us yet
            return ""

    def weight(self, address: str, reply: Reply) -> int:
        caption_apart = reply.attachment is not None and not fits(reply, LONGEST_CAPTION)
        return 1 + caption_apart + self._pins.is_shown(address, wanted=reply.ask_location)

    async def send(self, address: str, reply: Reply) -> str:
        with as_send_errors():
            shown = await self._show(address, reply)
        await self._pins.follow(address, wanted=reply.ask_location)
        return str(shown.message_id)

    async def _show(self, address: str, reply: Reply) -> Message:
        around: dict[str, Any] = {
            "protect_content": reply.protect,
            "reply_markup": buttons(reply),
        }
        if reply.point:
            return await self._bot.send_location(
                address, reply.point.latitude, reply.point.longitude, **around
            )
        if reply.attachment:
            return await self._show_file(address, reply, reply.attachment, around)
        return await self._show_text(address, worded(reply), around)

    async def _show_text(self, address: str, said: Worded, around: dict[str, Any]) -> Message:
        return await self._bot.send_message(
            address,
            said.text,
            entities=said.entities,
            link_preview_options=NO_PREVIEW,
            **around,
        )

    async def _show_file(
        self, address: str, reply: Reply, file: Attachment, around: dict[str, Any]
    ) -> Message:
        caption = worded(reply, LONGEST_CAPTION)
        if not fits(reply, LONGEST_CAPTION):
            await self._show_text(address, worded(reply), around | {"reply_markup": None})
            caption = Worded("")
        return await self._sending(file.kind)(
            address,
            file.content,
            filename=neutral_name(file.media_type),
            caption=caption.text or None,
            caption_entities=caption.entities,
            **around,
        )

    def _sending(self, kind: EvidenceKind) -> Callable[..., Awaitable[Message]]:
        ways: dict[EvidenceKind, Callable[..., Awaitable[Message]]] = {
            EvidenceKind.PHOTO: self._bot.send_photo,
            EvidenceKind.VIDEO: self._bot.send_video,
            EvidenceKind.VOICE: self._bot.send_voice,
            EvidenceKind.DOCUMENT: self._bot.send_document,
        }
        return ways[kind]

    async def edit(self, address: str, message_id: str, reply: Reply) -> None:
        with as_send_errors(), passing_over(NOT_MODIFIED):
            await self._change(address, int(message_id), reply)

    async def _change(self, address: str, message_id: int, reply: Reply) -> None:
        markup, said = buttons(reply), worded(reply)
        if reply.point:
            await self._bot.edit_message_reply_markup(address, message_id, reply_markup=markup)
        elif reply.attachment:
            caption = worded(reply, LONGEST_CAPTION)
            await self._bot.edit_message_caption(
                address,
                message_id,
                caption=caption.text,
                caption_entities=caption.entities,
                reply_markup=markup,
            )
        else:
            await self._bot.edit_message_text(
                said.text,
                address,
                message_id,
                entities=said.entities,
                link_preview_options=NO_PREVIEW,
                reply_markup=markup,
            )

    async def delete(self, address: str, message_ids: Sequence[str]) -> None:
        await self._pins.take_away(address)
        numbers = [int(message_id) for message_id in message_ids]
        with as_send_errors():
            for start in range(0, len(numbers), DELETED_AT_ONCE):
                await self._delete(address, numbers[start : start + DELETED_AT_ONCE])

    async def _delete(self, address: str, numbers: list[int]) -> None:
        """Delete what is younger than 48 hours. One that is older fails all: so by halves."""
        try:
            await self._bot.delete_messages(address, numbers)
        except BadRequest as error:
            if not says(error, UNDELETABLE):
                raise
            if middle := len(numbers) // 2:
                await self._delete(address, numbers[:middle])
                await self._delete(address, numbers[middle:])

    async def hide(self, address: str, message_id: str, kind: EvidenceKind) -> None:
        with as_send_errors(), passing_over(GONE_ALREADY):
            try:
                await self._bot.delete_message(address, int(message_id))
            except BadRequest as error:
                if not says(error, UNDELETABLE) or says(error, GONE_ALREADY):
                    raise
                await self._cover(address, int(message_id), kind)

    async def _cover(self, address: str, message_id: int, kind: EvidenceKind) -> None:
        """Put a grey picture in the place of one too old to delete."""
        if kind is EvidenceKind.VOICE:  # the one kind that editMessageMedia cannot replace
            raise SendError("cannot_be_hidden", permanent=True)
        grey = InputMediaPhoto(grey_picture(), filename=neutral_name("image/png"))
        with passing_over((*NOT_MODIFIED, *GONE)):
            await self._bot.edit_message_media(grey, address, message_id)

    async def fetch(self, reference: str, limit: int) -> bytes:
        with as_send_errors():
            file = await self._bot.get_file(reference)
        if (file.file_size or 0) > limit:
            raise SendError("too_large", permanent=True)
        if not file.file_path:
            raise SendError("file_unavailable")
        return await self._download(file.file_path, limit)


def buttons(reply: Reply) -> InlineKeyboardMarkup | None:
    rows = [
        [InlineKeyboardButton(choice.label, callback_data=choice.data) for choice in row]
        for row in reply.choices
    ]
    return InlineKeyboardMarkup(rows) if rows else None


@cache
def grey_picture() -> bytes:
    """A PNG that shows nothing. Made by hand: decoders of pictures stay out of this process."""
    rows = (b"\0" + b"\xa0" * GREY_SIDE) * GREY_SIDE  # each: unfiltered, one byte a pixel
    header = struct.pack(">IIBBBBB", GREY_SIDE, GREY_SIDE, 8, 0, 0, 0, 0)  # eight bits, grey
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
