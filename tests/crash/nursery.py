"""Lives of the program, begun one after the other by a process that has everything loaded."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.crash.life import ORDERS, Orders

ROOT = Path(__file__).parents[2]


class Nursery:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def raise_one(self, orders: Orders) -> bool:
        """Let one live until its end; tell whether it was killed. Any other end fails the test."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(ORDERS.dump_json(orders) + b"\n")
        async with asyncio.timeout(60):
            code = int(await stdout.readline())
        assert code in (0, -signal.SIGKILL), f"a life ended with {code}"
        return code != 0


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.crash.life",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Nursery(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
