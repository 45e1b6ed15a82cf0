"""`tinbao route`: one answer for each line, whatever the line is."""

import json
from typing import Any

import pytest

from routing import Router
from routing.commands import route_lines


def answers(router: Router, *lines: str | bytes, explained: bool = False) -> list[dict[str, Any]]:
    written = route_lines(lines, router, explained=explained, language="vi")
    return [json.loads(line) for line in written]


def test_answers_come_in_order_and_in_shape(local: Router) -> None:
    first, second = answers(
        local, '{"text": "xã Hải Xuân"}', b'{"text": "x\xc3\xa3 H\xe1\xba\xa3i"}'
    )
    assert first["status"] == "certain"
    assert first["reason"] == "exact_name"
    assert set(first["candidates"][0]) == {"code", "name", "province", "score"}
    assert second["status"] != "certain"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x",
        "[1]",
        "null",
        b"\xff\xfe",
        '{"text": 5}',
        '{"lat": 20.1}',
        '{"lat": true, "lon": 106}',
        '{"lat": "20", "lon": "106"}',
        '{"lat": 1' + "0" * 400 + ', "lon": 106}',
        '{"text": "xã Hải Xuân", "on": "yesterday"}',
        "[" * 100_000,
    ],
)
def test_a_line_that_cannot_be_read_is_unknown_and_goes_on(
    local: Router, line: str | bytes
) -> None:
    unreadable, after = answers(local, line, '{"text": "xã Hải Xuân"}')
    assert (unreadable["status"], unreadable["candidates"]) == ("unknown", [])
    assert unreadable["reason"] == "unreadable"
    assert unreadable["explanation"]
    assert after["status"] == "certain"


def test_a_position_its_accuracy_and_a_province_are_taken(country: Router) -> None:
    lines = [
        '{"lat": 20.07, "lon": 106.29, "accuracy": 50}',
        '{"text": "xã Tân Lập", "province": "33"}',
    ]
    pin, named = answers(country, *lines)
    assert pin["reason"] == "pin_nearest"
    assert named["candidates"][0]["province"] == "Hưng Yên"


def test_an_explanation_is_a_sentence_on_request(local: Router) -> None:
    assert "explanation" not in answers(local, '{"text": "Hải Hậu"}')[0]
    explanation = answers(local, '{"text": "Hải Hậu"}', explained=True)[0]["explanation"]
    assert explanation.startswith("“Hải Hậu” có thể là 8 nơi: xã Hải Hậu,")


def test_a_text_with_half_a_character_can_be_written(local: Router) -> None:
    written = list(
        route_lines(['{"text": "\\ud800 xã Hải Xuân"}'], local, explained=True, language="en")
    )
    assert written[0].encode("utf-8")
