"""A channel for tests of the queues: it remembers what was sent, and fails as it is told to."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from datetime import timedelta

from storage.states import Channel, EvidenceKind
from tips.messages import Capabilities, Incoming, Reply, SendError

Treat = Callable[[str, Reply], object]  #: called before a send is done, with address and message


class FakeDoor:
    """The desk's `Door`, with a plan of troubles for each address."""

    capabilities = Capabilities(
        buttons=True, location=True, edit=True, delete=True, longest_text=4096
    )

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []  #: (address, text), in order
        self.edited: list[tuple[str, str]] = []
        self.began: list[str] = []  #: addresses, when a send to them started
        self.troubles: dict[str, deque[Exception]] = defaultdict(deque)
        self.stuck: dict[str, asyncio.Event] = {}  #: address → what its sends wait for
        self.treat: Treat | None = None
        self.files: dict[str, bytes | SendError] = {}
        self.reads: Callable[[bytes], Incoming | None] | None = None

    def texts_to(self, address: str) -> list[str]:
        return [text for to, text in self.sent if to == address]

    def decode(self, body: bytes) -> Incoming | None:
        if self.reads is not None:
            return self.reads(body)
        chat, _, text = body.decode().partition(":")
        return Incoming(Channel.TELEGRAM, chat, chat, text=text)

    def weight(self, address: str, reply: Reply) -> int:
        return 1

    async def send(self, address: str, reply: Reply) -> str:
        await self._meet_trouble(address, reply)
        self.sent.append((address, reply.text))
        return str(len(self.sent))

    async def edit(self, address: str, message_id: str, reply: Reply) -> None:
        await self._meet_trouble(address, reply)
        self.edited.append((address, reply.text))

    async def delete(self, address: str, message_ids: Sequence[str]) -> None:
        """Nothing is there to delete."""

    async def hide(self, address: str, message_id: str, kind: EvidenceKind) -> None:
        """Nothing is there to hide."""

    async def fetch(self, reference: str, limit: int) -> bytes:
        if self.troubles[reference]:
            raise self.troubles[reference].popleft()
        if reference in self.stuck:
            await self.stuck[reference].wait()
        found = self.files[reference]
        if isinstance(found, SendError):
            raise found
        return found

    async def _meet_trouble(self, address: str, reply: Reply) -> None:
        self.began.append(address)
        if self.treat is not None:
            self.treat(address, reply)
        if address in self.stuck:
            await self.stuck[address].wait()
        if self.troubles[address]:
            raise self.troubles[address].popleft()


def limited(seconds: int) -> SendError:
    return SendError("rate_limited", retry_after=timedelta(seconds=seconds))


def away() -> SendError:
    return SendError("network")


def refused() -> SendError:
    return SendError("bad_request", permanent=True)


def blocked() -> SendError:
    return SendError("forbidden", closed=True)
