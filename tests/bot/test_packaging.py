"""Lock files, image and compose file, held against the settings, the command line and each other."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot.cli import cli
from bot.roles import ProcessRole, process_roles
from bot.settings import Settings, setting_names
from tests.bot import plain_yaml

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


PROJECT = tomllib.loads(text_of("pyproject.toml"))
COMPOSE: dict[str, Any] = plain_yaml.read(text_of("docker-compose.yml"))
OURS = {name: service for name, service in COMPOSE["services"].items() if name != "database"}
DOCKERFILE = text_of("Dockerfile").replace("\\\n", " ")


def named(requirement: str) -> str:
    match = re.match(r"[\w.-]+", requirement)
    assert match is not None
    return match[0].lower().replace("_", "-").replace(".", "-")


def pinned(lock: str) -> set[str]:
    return {named(line) for line in text_of(lock).splitlines() if re.match(r"\w[\w.-]*==", line)}


# Lock files


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_pins_a_version_or_a_hash(lock: str) -> None:
    for line in text_of(lock).splitlines():
        assert re.match(r"(\w[\w.-]*==\S+|    --hash=sha256:[0-9a-f]{64}|\s*#)", line), line


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pinned_package_has_hashes(lock: str) -> None:
    for entry in re.split(r"\n(?=\w)", text_of(lock).strip()):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize("name", [*LOCKS, "Makefile", ".ci/run", "Dockerfile"])
def test_nothing_names_an_index(name: str) -> None:
    assert not re.search(r"index-url|find-links|pypi|https?://(?!127\.0\.0\.1)", text_of(name))


def test_what_the_project_needs_is_locked() -> None:
    assert {named(need) for need in PROJECT["project"]["dependencies"]} <= pinned(LOCKS[0])
    assert {named(need) for need in PROJECT["dependency-groups"]["dev"]} <= pinned(LOCKS[1])
    assert {named(need) for need in PROJECT["build-system"]["requires"]} <= pinned(LOCKS[2])


def test_the_locks_agree_with_each_other() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for line in text_of(lock).splitlines():
            if match := re.match(r"(\w[\w.-]*)==(\S+)( ; .*?)?\s*\\?$", line):
                versions.setdefault(match[1] + (match[3] or ""), set()).add(match[2])
    assert {name for name, found in versions.items() if len(found) > 1} == set()


# The image


def dockerfile_environment() -> dict[str, str]:
    (block,) = re.findall(r"^ENV (PATH=.*)$", DOCKERFILE, re.MULTILINE)
    return dict(pair.split("=", 1) for pair in block.split())


def test_the_image_holds_every_room_and_nothing_more() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))
    assert copied == set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_what_the_image_copies_is_let_through_to_it() -> None:
    let_through = {line[1:] for line in text_of(".dockerignore").splitlines() if line[:1] == "!"}
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        assert set(sources.split()) <= let_through


def test_the_image_does_not_run_as_root() -> None:
    last_stage = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER tinbao$", last_stage, re.MULTILINE)
    assert last_stage.index("USER tinbao") < last_stage.index("ENTRYPOINT")


def test_the_image_serves_what_its_health_check_asks() -> None:
    environment = dockerfile_environment()
    (check,) = re.findall(r"HEALTHCHECK .*CMD (\[.*\])", DOCKERFILE)
    assert f"http://127.0.0.1:{environment['TINBAO_HTTP_PORT']}/healthz" in json.loads(check)[2]


# Settings and commands


def every_environment() -> list[tuple[str, str]]:
    composed = [pair for service in OURS.values() for pair in service["environment"].items()]
    image = [pair for pair in dockerfile_environment().items() if pair[0].startswith("TINBAO_")]
    return [*composed, *image]


@pytest.mark.parametrize(("name", "value"), every_environment())
def test_every_variable_is_a_setting_with_a_value_it_takes(name: str, value: str) -> None:
    assert name.removesuffix("_FILE") in setting_names()
    if name in setting_names():
        Settings.model_validate({name.removeprefix("TINBAO_").lower(): value})


def test_every_secret_that_is_named_is_handed_over() -> None:
    for service in COMPOSE["services"].values():
        named_files = {
            Path(value).name
            for name, value in service["environment"].items()
            if name.endswith("_FILE")
        }
        assert named_files == set(service["secrets"])
        assert named_files <= set(COMPOSE["secrets"])


@pytest.mark.parametrize("service", OURS)
def test_every_command_is_one_of_the_command_line(service: str) -> None:
    command: Any = typer.main.get_command(cli)
    words = list(COMPOSE["services"][service]["command"])
    while words and not words[0].startswith("-"):
        command = command.commands[words.pop(0)]
    assert command.callback is not None
    command.make_context("tinbao", words)  # its options are the command's


# Compose


def test_the_bot_waits_for_a_healthy_and_migrated_database() -> None:
    waits = {name: how["condition"] for name, how in OURS["bot"]["depends_on"].items()}
    assert waits == {"database": "service_healthy", "migrate": "service_completed_successfully"}
    assert OURS["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "healthcheck" in COMPOSE["services"]["database"]


def test_workers_are_added_by_a_number_and_there_are_none_before() -> None:
    worker = OURS["worker"]
    assert worker["scale"] == "0"
    assert worker["command"] == ["run", "--roles", "worker"]
    assert process_roles(worker["command"][2]) == {ProcessRole.WORKER}
    assert "ports" not in worker  # else only one could have them
    for same in ("environment", "volumes", "secrets"):
        assert worker[same] == OURS["bot"][same]
    assert worker["depends_on"] == {"bot": {"condition": "service_healthy"}}
    assert "HEALTHCHECK" in DOCKERFILE


@pytest.mark.parametrize("service", OURS)
def test_our_containers_have_no_more_rights_than_they_need(service: str) -> None:
    described = OURS[service]
    assert described["read_only"] is True
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert described["cap_drop"] == ["ALL"]


def test_what_must_stay_is_on_volumes() -> None:
    assert OURS["bot"]["volumes"] == [f"data:{OURS['bot']['environment']['TINBAO_DATA_DIR']}"]
    assert COMPOSE["services"]["database"]["volumes"] == ["database:/var/lib/postgresql"]
    assert set(COMPOSE["volumes"]) == {"data", "database"}


def test_ports_are_open_to_this_machine_only() -> None:
    published = [port for s in COMPOSE["services"].values() for port in s.get("ports", [])]
    assert published == ["127.0.0.1:8080:8080"]


def test_no_secret_stands_in_the_compose_file() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service["environment"].items():
            if re.search(r"PASSWORD|TOKEN|URL", name):
                assert name.endswith("_FILE")
                assert value.startswith("/run/secrets/")
