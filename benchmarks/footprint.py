"""What a start and an idle process cost: `python -m benchmarks.footprint`.

Three installations, each started twice; the first start on SQLite also makes the database. The goals: ready
within three seconds, at most 150 MB. CPU seconds stand beside the clock's, because a busy machine makes a
start look slower than it is. Telegram is the tests' own, on this machine.
"""

import asyncio
import os
import signal
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.databases import postgres
from tests.fake_telegram import FakeTelegram, serve
from tests.programs import ROOT, free_port

SETTLED = 5  #: seconds after which a process that is ready counts as idle
TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Footprint:
    ready: float  #: seconds until /readyz says yes
    cpu: float  #: seconds of CPU until then
    memory: float  #: MB resident when idle
    stopped: float  #: seconds from SIGTERM to the end


async def measure(settings: Mapping[str, str], folder: Path) -> Footprint:
    port = free_port()
    own = {"TINBAO_DATA_DIR": str(folder), "TINBAO_HTTP_PORT": str(port), "PYTHONPATH": str(ROOT)}
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run",
        env={"PATH": os.environ["PATH"], **own, **settings}, cwd=folder,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await asyncio.to_thread(until_ready, port)
        ready, cpu = time.monotonic() - started, cpu_of(process.pid)
        await asyncio.sleep(SETTLED)
        memory, told = memory_of(process.pid), time.monotonic()
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
    return Footprint(ready, cpu, memory, time.monotonic() - told)


def until_ready(port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").close()
            return
        time.sleep(0.01)
    raise TimeoutError("not ready within two minutes")


def cpu_of(pid: int) -> float:
    """Seconds of CPU, the user's and the system's (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def memory_of(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (resident,) = [line for line in lines if line.startswith("VmRSS:")]
    return int(resident.split()[1]) * 1024 / 1e6


async def show(name: str, settings: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for start in ("first", "again"):
            found = await measure(settings, Path(folder))
            print(
                f"{name:28} {start:6} ready {found.ready:5.2f} s (CPU {found.cpu:4.2f} s)   "
                f"idle {found.memory:6.1f} MB   stopped {found.stopped:4.2f} s",
                flush=True,
            )


async def main() -> None:
    await show("trying out, SQLite", {})
    async with FakeTelegram() as telegram, serve(telegram) as api:
        token = {"TINBAO_TELEGRAM_TOKEN": telegram.token, "TINBAO_TELEGRAM_API_URL": api}
        await show("Telegram, polling, SQLite", token)
        with postgres() as server:
            url = server.make_migrated().replace("postgresql+psycopg", "postgresql")
            await show("Telegram, polling, PostgreSQL", token | {"TINBAO_DATABASE_URL": url})


if __name__ == "__main__":
    asyncio.run(main())
