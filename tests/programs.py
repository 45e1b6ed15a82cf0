"""The program as it really runs: a child process, its data in a folder of its own, its log in a file."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from bot.foundation import Foundation, foundation
from bot.server import listen
from bot.settings import read_settings
from tests.fake_telegram import FakeTelegram

ROOT = Path(__file__).parents[1]
PATIENCE = 60  #: seconds, for a start on a busy machine
MAIN = "from bot.cli import main; main()"
#: What a killed process held is free sooner, so that the test is.
IMPATIENT = f"""
from datetime import timedelta
from bot import duty
from tips import deliveries, intake
duty.HOLD, duty.RENEW = timedelta(seconds=3), timedelta(seconds=1)
deliveries.LEASE = intake.LEASE = timedelta(seconds=3)
{MAIN}
"""


def free_port() -> int:
    with listen("127.0.0.1", 0) as taken:
        port: int = taken.getsockname()[1]
    return port


@dataclass
class Program:
    """`tinbao run`, started, killed and started again, as the settings in the environment say."""

    folder: Path
    port: int = field(default_factory=free_port)
    arguments: Sequence[str] = ()  #: of `tinbao run`
    code: str = MAIN  #: what the child does; another to break something in it first
    _child: asyncio.subprocess.Process | None = None

    @classmethod
    def configured(
        cls, monkeypatch: pytest.MonkeyPatch, folder: Path, **settings: str
    ) -> "Program":
        """Set the environment, for the child and for whoever reads the settings beside it."""
        program = cls(folder)
        for name in [name for name in os.environ if name.upper().startswith("TINBAO_")]:
            monkeypatch.delenv(name)
        own = {"DATA_DIR": str(folder / "data"), "HTTP_PORT": str(program.port)}
        for name, value in {**own, "LOG_LEVEL": "DEBUG", **settings}.items():
            monkeypatch.setenv(f"TINBAO_{name}", value)
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.chdir(folder)
        return program

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    async def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable, "-c", self.code, "run", *self.arguments, stderr=log, stdout=log
            )

    async def start_and_be_ready(self) -> None:
        """Start it unless it runs, and wait until it is ready."""
        if self._child is None or self._child.returncode is not None:
            await self.start()
        await self.until(lambda failing: failing == [])

    async def until(self, look: Callable[[Sequence[str]], bool]) -> None:
        """Wait until /readyz names what `look` waits for among what fails."""
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient(trust_env=False) as client:
            while not look(await self._failing(client)):
                assert self._child is not None
                assert self._child.returncode is None, self.log
                await asyncio.sleep(0.05)

    async def _failing(self, client: httpx.AsyncClient) -> Sequence[str]:
        try:
            answer = await client.get(f"{self.url}/readyz")
        except httpx.TransportError:
            return ["process"]
        failing: Sequence[str] = answer.json()["failing"]
        return failing

    def lets_files_grow_to(self, size: int) -> None:
        """To a program whose writes fail beyond that many bytes, its disk is full."""
        assert self._child is not None
        hard = resource.prlimit(self._child.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self._child.pid, resource.RLIMIT_FSIZE, (size, hard))

    async def kill(self) -> None:
        """As the kernel does it when memory runs out."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """As `docker stop` does it; return the exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, name: signal.Signals) -> int:
        assert self._child is not None
        self._child.send_signal(name)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for its end; return the exit code."""
        assert self._child is not None
        async with asyncio.timeout(PATIENCE):
            return await self._child.wait()

    async def close(self) -> None:
        if self._child is not None and self._child.returncode is None:
            await self.kill()


@asynccontextmanager
async def beside(program: Program) -> AsyncIterator[Foundation]:
    """What a command at the shell stands on, while the program runs."""
    async with foundation(read_settings()) as base:
        yield base


async def seen(telegram: FakeTelegram, look: Callable[[], object]) -> None:
    """Wait until somebody's screen shows something."""
    await telegram.until(look, within=PATIENCE)
