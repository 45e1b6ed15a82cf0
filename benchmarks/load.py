"""A platform that delivers as fast as it is answered.

`python -m benchmarks.load PORT PATH SECRET COUNT FIRST` prints, as JSON, how many updates a second were
acknowledged, and how many seconds the slowest hundredth took. It has a process of its own and asks the
system itself which of its sockets were answered, so that it is never what is measured.
"""

import json
import select
import socket
import statistics
import sys
import time
from collections.abc import Iterator

from benchmarks.citizens import Citizen
from handlers.telegram.webhook import CONNECTIONS

WORDS = "co trom xe o xom 5 hai xuan, hai nguoi di xe khong bien so"
ACKNOWLEDGED = b"HTTP/1.1 200"
PATIENCE = 60  #: seconds for one answer


class Connection:
    """Delivers one update after the other, each when the one before was acknowledged."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._requests = requests
        self._sent = 0.0
        self.number = self._socket.fileno()

    def deliver(self) -> bool:
        """Send the next update, if there is one left."""
        request = next(self._requests, None)
        if request is None:
            self._socket.close()
            return False
        self._sent = time.perf_counter()
        self._socket.sendall(request)
        return True

    def acknowledged(self) -> float:
        """Read the answer that has come; returns the seconds that it took."""
        answer = self._socket.recv(4096)
        if not answer.startswith(ACKNOWLEDGED):
            raise RuntimeError(answer.decode())
        return time.perf_counter() - self._sent


def request(path: str, secret: str, number: int) -> bytes:
    update = Citizen(number).says(WORDS) | {"update_id": number}
    body = json.dumps(update).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def deliver(port: int, path: str, secret: str, numbers: range) -> tuple[float, float]:
    """Return updates a second and the 99th percentile of seconds until the answer."""
    requests = iter([request(path, secret, number) for number in numbers])
    opened = [Connection(port, requests) for _ in range(min(CONNECTIONS, len(numbers)))]
    began = time.perf_counter()
    took = list(_delivered(opened))
    assert len(took) == len(numbers), "an answer was lost"
    return len(took) / (time.perf_counter() - began), statistics.quantiles(took, n=100)[98]


def _delivered(connections: list[Connection]) -> Iterator[float]:
    """Deliver until nothing is left; gives how long each took."""
    poll = select.epoll()
    waiting = {one.number: one for one in connections}
    for number, one in waiting.items():
        poll.register(number, select.EPOLLIN)
        one.deliver()
    while waiting:
        for number, _ in poll.poll(PATIENCE):
            yield waiting[number].acknowledged()
            if not waiting[number].deliver():
                del waiting[number]


def main() -> None:
    port, path, secret, count, first = sys.argv[1:]
    numbers = range(int(first), int(first) + int(count))
    print(json.dumps(deliver(int(port), path, secret, numbers)))


if __name__ == "__main__":
    main()
