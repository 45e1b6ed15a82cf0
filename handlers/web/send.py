"""Out through the web door: the desk's replies, put on the screens of the two phones."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from handlers.web.mailboxes import Mailboxes
from handlers.web.receive import decode
from handlers.web.uploads import Uploads
from storage.states import EvidenceKind
from tips.messages import Capabilities, Incoming, Reply, SendError

ALL = Capabilities(buttons=True, location=True, edit=True, delete=True, longest_text=4096)


class WebDoor:
    """The web channel, as the desk sees it.

    Args:
        capabilities: less than all, to behave like a poorer channel.
    """

    def __init__(
        self, mailboxes: Mailboxes, uploads: Uploads, capabilities: Capabilities = ALL
    ) -> None:
        self.mailboxes = mailboxes
        self.uploads = uploads
        self._capabilities = capabilities

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def decode(self, body: bytes) -> Incoming | None:
        return decode(body)

    def weight(self, address: str, reply: Reply) -> int:  # noqa: ARG002
        return 1

    async def send(self, address: str, reply: Reply) -> str:
        message_id = secrets.token_hex(8)
        self.mailboxes.show(message_id, address, self._within_means(reply))
        return message_id

    async def edit(self, address: str, message_id: str, reply: Reply) -> None:
        if not self._capabilities.edit:
            raise SendError("cannot_edit", permanent=True)
        if not self.mailboxes.edit(address, message_id, self._within_means(reply)):
            raise SendError("not_found", permanent=True)

    async def delete(self, address: str, message_ids: Sequence[str]) -> None:
        if self._capabilities.delete:
            for message_id in message_ids:
                self.mailboxes.remove(address, message_id)

    async def hide(self, address: str, message_id: str, kind: EvidenceKind) -> None:  # noqa: ARG002
        self.mailboxes.remove(address, message_id)

    async def fetch(self, reference: str, limit: int) -> bytes:
        try:
            content = await self.uploads.get(reference)
        except FileNotFoundError:
            raise SendError("not_found", permanent=True) from None
        if len(content) > limit:
            raise SendError("too_large", permanent=True)
        return content

    def _within_means(self, reply: Reply) -> Reply:
        """Drop what this channel is said not to have: whoever needs it renders it as text before."""
        can = self._capabilities
        return replace(
            reply,
            choices=reply.choices if can.buttons else (),
            ask_location=reply.ask_location and can.location,
            point=reply.point if can.location else None,
        )
