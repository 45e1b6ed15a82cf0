"""One owed message on its way: made from what is true now, and handed to its channel."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from storage import chats
from storage.files import FileStore
from storage.models import Card, Chat, Delivery
from storage.sealing import SealError
from storage.states import CardKind, EvidenceKind
from tips.desk import Transaction
from tips.messages import Attachment, Capabilities, Door, Reply, SendError
from tips.officers import cards
from tips.outbox import owed_reply, render

DELETABLE = timedelta(hours=47)  #: Telegram deletes messages younger than 48 hours
PATIENCE = timedelta(minutes=1)  #: for a door; its own timeouts are shorter
PATIENCE_FILE = timedelta(minutes=4)  #: 20 MB over a slow line


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One claimed message, with all that sending it needs."""

    address: str
    reply: Reply | None  #: None: the card is to be out of sight
    offered: Reply | None = None  #: choices that a channel without buttons shows as numbers
    edit: str | None = None  #: message id to edit instead of sending anew
    old: str | None = None  #: message id of a card that is sent anew: taken away first
    deletable: bool = True  #: the message there is now is young enough
    cover: Reply | None = None  #: what stays in the place of a text that is taken away
    card_kind: CardKind | None = None
    showing: int = 0  #: the card's count of changes that this shows
    evidence_kind: EvidenceKind | None = None

    def weight(self, door: Door) -> int:
        """How many messages it is, as the platform counts them; an edit or a deletion is taken for one."""
        if self.reply is None or self.edit is not None:
            return 1
        return door.weight(self.address, self.reply)


def outgoing(tx: Transaction, delivery: Delivery, can: Capabilities) -> Outgoing:
    """Return what a claimed row says now, as a channel that can do so much shows it. Only reads."""
    chat = tx.session.get_one(Chat, delivery.chat_id)
    address = chats.address_of(tx.session, chat)
    if delivery.card_id is None:
        return Outgoing(address, render(owed_reply(tx.session, delivery), can))
    card = tx.session.get_one(Card, delivery.card_id)
    shown = cards.render(tx, card)
    return Outgoing(
        address,
        render(shown, can) if shown else None,
        offered=shown if shown and shown.choices and not can.buttons else None,
        edit=card.message_id,
        old=card.old_message_id,
        deletable=card.sent_at is None or tx.now - card.sent_at < DELETABLE,
        cover=cards.cover(tx, card),
        card_kind=card.kind,
        showing=card.wanted,
        evidence_kind=cards.kind_shown(tx, card),
    )


async def send(message: Outgoing, door: Door, files: FileStore) -> str | None:
    """Hand a message over; return the channel's id of what is in sight now, if anything is.

    Raises SendError, also for a door that does not come back.
    """
    has_file = message.reply is not None and message.reply.attachment is not None
    patience = PATIENCE_FILE if has_file else PATIENCE
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return await _send(message, door, files)
    except TimeoutError:
        raise SendError("timed_out") from None


async def _send(message: Outgoing, door: Door, files: FileStore) -> str | None:
    reply, to = message.reply, message.address
    if message.old:
        await _take_away(message, message.old, door)
    if reply is None:
        if message.edit:
            await _take_away(message, message.edit, door)
        return None
    if reply.delete:
        await door.delete(to, reply.delete)
        return None
    if message.edit and reply.attachment is None and await _edited(message, reply, door):
        return message.edit
    if reply.attachment is not None:
        reply = replace(reply, attachment=await _filled(reply.attachment, files))
    return await door.send(to, reply)


async def _edited(message: Outgoing, reply: Reply, door: Door) -> bool:
    """Make the message that is there show `reply`; False if it is gone, or cannot be changed."""
    assert message.edit is not None
    if not door.capabilities.edit:
        return False
    try:
        await door.edit(message.address, message.edit, reply)
    except SendError as error:
        if error.fault != "not_found":
            raise
        return False
    return True


async def _take_away(message: Outgoing, message_id: str, door: Door) -> None:
    """Take a card's message out of sight: deleted, or covered where it is too old for that."""
    if message.evidence_kind is not None:
        await door.hide(message.address, message_id, message.evidence_kind)
    elif message.cover is not None and not message.deletable:
        await _edited(replace(message, edit=message_id), message.cover, door)
    else:
        await door.delete(message.address, [message_id])


async def _filled(attachment: Attachment, files: FileStore) -> Attachment:
    try:
        content = await asyncio.to_thread(files.get, attachment.file)
    except (OSError, SealError):  # erased meanwhile, or the disk's fault: not this channel's
        raise SendError("file_missing", permanent=True) from None
    return replace(attachment, content=content)
