"""Two real PostgreSQL servers, the second a standby that has whatever the first one has committed.

For tests that lose the first: it is killed, and the second is promoted.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.databases import Postgres, start_server
from tests.programs import free_port

PATIENCE = 30  #: seconds
#: They matter when the power fails, and here only processes die.
CARELESS = ("fsync = off", "full_page_writes = off")


class Pair:
    """A server that says of nothing that it is committed before its standby has it too."""

    def __init__(self, home: Path, wheel: Any) -> None:
        self._home, self._programs, self._user = home, wheel.bin_path, wheel.system_user
        server = Postgres(wheel.get_uri())
        for setting in CARELESS:
            server.execute(f"ALTER SYSTEM SET {setting}")
        self._database = server.make_migrated().rpartition("/")[2].partition("?")[0]
        server.close()  # of the template only
        wheel.stop()  # it listens on no port
        self._ports = [self._start("pg")]
        self._add_standby()

    @property
    def url(self) -> str:
        """Both servers, as an operator names them."""
        servers = ",".join(f"127.0.0.1:{port}" for port in self._ports)
        return f"postgresql://postgres@{servers}/{self._database}"

    def _add_standby(self) -> None:
        source = f"host=127.0.0.1 port={self._ports[0]} user=postgres"
        self._run(
            "pg_basebackup", "-R", "-X", "stream", "-c", "fast", "-D", str(self._home / "standby"),
            "-d", f"{source} application_name=standby",
        )  # fmt: skip
        self._ports.append(self._start("standby"))
        with psycopg.connect(f"{source} dbname=postgres", autocommit=True) as first:
            first.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            first.execute("SELECT pg_reload_conf()")
            is_sync = "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'"
            deadline = time.monotonic() + PATIENCE
            while first.execute(is_sync).fetchone() is None:
                assert time.monotonic() < deadline, "the standby does not follow"
                time.sleep(0.02)

    def lose_first(self) -> None:
        """Kill its postmaster; the others end when they see that."""
        pid = (self._home / "pg" / "postmaster.pid").read_text().splitlines()[0]
        os.kill(int(pid), signal.SIGKILL)

    def promote(self) -> None:
        self._run("pg_ctl", "-w", "-D", str(self._home / "standby"), "promote")

    def close(self) -> None:
        for name in ("pg", "standby"):
            with suppress(subprocess.CalledProcessError):
                self._run("pg_ctl", "-m", "immediate", "-D", str(self._home / name), "stop")

    def _start(self, name: str) -> int:
        folder, port = self._home / name, free_port()
        options = f"-h 127.0.0.1 -p {port} -k {folder}"
        log = str(folder / "log")
        self._run("pg_ctl", "-w", "-o", options, "-l", log, "-D", str(folder), "start")
        return port

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            check=True,
            user=self._user,
            stdout=subprocess.DEVNULL,  # a server that it starts keeps what it is given
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def pair() -> Iterator[Pair]:
    home = Path(tempfile.mkdtemp(prefix="tinbao-"))  # short: a socket's path has 107 bytes
    wheel = start_server(home)
    if wheel.system_user is not None:
        shutil.chown(home, wheel.system_user)  # so that the standby can be made beside
    made = Pair(home, wheel)
    try:
        yield made
    finally:
        made.close()
        wheel.cleanup()
        shutil.rmtree(home)
