"""The program as the image holds it, doing what the compose file says, in an environment without ours.

There may be no container engine where tests run, so the image's steps are taken here one by one: what its
COPY lines name is built into a wheel, unpacked apart from the checkout, and started with the composed
environment.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.server import listen
from tests.bot.test_packaging import COMPOSE, DOCKERFILE, ROOT
from tests.databases import Postgres
from tests.fake_telegram import FakeTelegram, serve

Environment = dict[str, str]
PATIENCE = 60  #: seconds, for a start on a busy machine


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the installed program."""
    source, site = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for name in line.split():
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, source / name)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", "."]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = source.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    return site


@pytest.fixture
def clean(site: Path, tmp_path: Path) -> Environment:
    """An environment that holds nothing of ours but the installed program."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(site), "HOME": str(tmp_path)}


def free_port() -> int:
    with listen("127.0.0.1", 0) as taken:
        port: int = taken.getsockname()[1]
    return port


def composed(service: str, tmp_path: Path, secrets: Mapping[str, str]) -> Environment:
    """What the compose file sets for a service, with its paths and its port moved to this test's own."""
    environment = dict(COMPOSE["services"][service]["environment"])
    for name, value in environment.items():
        if name.endswith("_FILE"):
            file = tmp_path / Path(value).name
            file.write_text(secrets[file.name])
            environment[name] = str(file)
    own = {
        "TINBAO_DATA_DIR": str(tmp_path / "data"),
        "TINBAO_HTTP_HOST": "127.0.0.1",
        "TINBAO_HTTP_PORT": str(free_port()),
    }
    return environment | {name: value for name, value in own.items() if name in environment}


def run(*command: str, environment: Environment, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bot", *command],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@asynccontextmanager
async def running(environment: Environment, cwd: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    with log_of(cwd).open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=environment, cwd=cwd, stderr=log
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def log_of(cwd: Path) -> Path:
    return cwd / "stderr.log"


async def become_healthy(process: asyncio.subprocess.Process, environment: Environment) -> None:
    """Ask as the image's health check asks, until it is content."""
    (check,) = re.findall(r"HEALTHCHECK .*CMD (\[.*\])", DOCKERFILE)
    _, *arguments = json.loads(check)
    arguments = [
        part.replace(":8080/", f":{environment['TINBAO_HTTP_PORT']}/") for part in arguments
    ]
    async with asyncio.timeout(PATIENCE):
        while process.returncode is None:
            asking = await asyncio.create_subprocess_exec(
                sys.executable, *arguments, env=environment, stderr=asyncio.subprocess.DEVNULL
            )
            if await asking.wait() == 0:
                return
            await asyncio.sleep(0.1)
    pytest.fail("it ended before it was healthy")


async def stop(process: asyncio.subprocess.Process) -> int:
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(PATIENCE):
        return await process.wait()


@pytest.fixture
def bare_postgresql(postgres_server: Postgres) -> Iterator[str]:
    url = postgres_server.make()
    yield url
    postgres_server.drop(url)


async def test_the_composed_services_come_up_in_order_and_stop_when_told(
    clean: Environment, tmp_path: Path, bare_postgresql: str
) -> None:
    async with FakeTelegram() as telegram, serve(telegram) as api:
        secrets = {"database_url": bare_postgresql, "telegram_token": telegram.token}
        bot = clean | composed("bot", tmp_path, secrets) | {"TINBAO_TELEGRAM_API_URL": api}
        early = await asyncio.to_thread(run, "run", environment=bot, cwd=tmp_path)
        assert early.returncode == 2
        assert "tinbao db upgrade" in early.stderr
        assert early.stderr.count("\n") == 1

        migrate = clean | composed("migrate", tmp_path, secrets)
        command = COMPOSE["services"]["migrate"]["command"]
        migrated = await asyncio.to_thread(run, *command, environment=migrate, cwd=tmp_path)
        assert migrated.returncode == 0, migrated.stderr

        async with running(bot, tmp_path) as process:
            await become_healthy(process, bot)
            assert await stop(process) == 0, log_of(tmp_path).read_text()
    assert (tmp_path / "data" / "keys.json").is_file()


async def test_with_nothing_set_it_starts_on_a_database_of_its_own(
    clean: Environment, tmp_path: Path
) -> None:
    environment = clean | {"TINBAO_HTTP_PORT": str(free_port())}
    async with running(environment, tmp_path) as process:
        await become_healthy(process, environment)
        assert await stop(process) == 0, log_of(tmp_path).read_text()
    made = set(os.listdir(tmp_path / "var"))  # noqa: PTH208
    assert {"demo.db", "demo-keys.json"} <= made
    assert not {"tinbao.db", "keys.json"} & made


def test_the_installed_program_routes_by_the_tables_it_brought(
    clean: Environment, tmp_path: Path
) -> None:
    routed = subprocess.run(
        [sys.executable, "-m", "bot", "route"],
        input='{"text": "xóm 5 xã Hải Xuân"}\n',
        env=clean,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(routed.stdout)["candidates"][0]["name"] == "xã Hải Xuân"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TINBAO_HTTP_PORT", "eighty"),
        ("TINBAO_PROVINCES", "99"),
        ("TINBAO_DATA_DIR", "taken/var"),
        ("TINBAO_TELEGRAM_TOKN", "1:x"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_never_as_a_traceback(
    clean: Environment, tmp_path: Path, name: str, value: str
) -> None:
    (tmp_path / "taken").touch()
    ended = run("run", environment=clean | {name: value}, cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert ended.stderr.startswith("tinbao: ")
    assert name in ended.stderr
