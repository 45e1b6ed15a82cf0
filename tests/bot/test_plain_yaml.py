"""The reader that the compose file is checked with."""

import pytest

from tests.bot import plain_yaml


def test_it_reads_what_the_compose_file_is_written_in() -> None:
    text = """
# a comment
services:
  bot:
    command: ["db", "upgrade"]
    restart: "no"
    read_only: true
    env_file:
      - path: .env
        required: false
      - other
    ports:
      - "127.0.0.1:8080:8080"
volumes:
  data:
"""
    bot = {
        "command": ["db", "upgrade"],
        "restart": "no",
        "read_only": True,
        "env_file": [{"path": ".env", "required": False}, "other"],
        "ports": ["127.0.0.1:8080:8080"],
    }
    assert plain_yaml.read(text) == {"services": {"bot": bot}, "volumes": {"data": None}}


@pytest.mark.parametrize(
    "text",
    ["a: {b: c}", "a: &x b", "a: 'b'", "a: b # c", "a: |\n  b", "a: 1\na: 2", "? a", "a: b: c"],
)
def test_it_refuses_what_it_does_not_know(text: str) -> None:
    with pytest.raises(ValueError, match=r"cannot read|Expecting"):
        plain_yaml.read(text)
