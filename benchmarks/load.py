"""A platform that delivers as fast as it is answered.

`python -m benchmarks.load PORT PATH SECRET COUNT FIRST` prints, as JSON, how many updates a second were
acknowledged, and how many seconds the slowest hundredth took. It has a process of its own and writes to
its sockets itself, so that it is never what is measured.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Iterator

from benchmarks.citizens import Citizen
from handlers.telegram.webhook import CONNECTIONS

WORDS = "co trom xe o xom 5 hai xuan, hai nguoi di xe khong bien so"
ACKNOWLEDGED = b"HTTP/1.1 200"


class Connection(asyncio.Protocol):
    """Delivers one update after the other, each when the one before was acknowledged."""

    def __init__(self, requests: Iterator[bytes], took: list[float]) -> None:
        self._requests, self._took = requests, took
        self._sent = 0.0
        self._transport: asyncio.Transport
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def deliver(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        if not data.startswith(ACKNOWLEDGED):
            self._transport.abort()
            self.done.set_exception(RuntimeError(data.decode()))
            return
        self._took.append(time.perf_counter() - self._sent)
        self.deliver()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def request(path: str, secret: str, number: int) -> bytes:
    update = Citizen(number).says(WORDS) | {"update_id": number}
    body = json.dumps(update).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def deliver(port: int, path: str, secret: str, numbers: range) -> tuple[float, float]:
    """Return updates a second and the 99th percentile of seconds until the answer."""
    took: list[float] = []
    requests = iter([request(path, secret, number) for number in numbers])
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: Connection(requests, took), "127.0.0.1", port)
        for _ in range(min(CONNECTIONS, len(numbers)))
    ]
    began = time.perf_counter()
    for _, connection in opened:
        connection.deliver()
    await asyncio.gather(*(connection.done for _, connection in opened))
    assert len(took) == len(numbers), "an answer was lost"
    return len(took) / (time.perf_counter() - began), statistics.quantiles(took, n=100)[98]


def main() -> None:
    port, path, secret, count, first = sys.argv[1:]
    numbers = range(int(first), int(first) + int(count))
    print(json.dumps(asyncio.run(deliver(int(port), path, secret, numbers))))


if __name__ == "__main__":
    main()
