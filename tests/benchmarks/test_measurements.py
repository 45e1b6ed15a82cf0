"""Every measurement runs, at a size at which its figures mean nothing."""

import pytest

from benchmarks.__main__ import MEASUREMENTS
from benchmarks.table import Line, Scale, at_least, at_most, markdown


@pytest.mark.parametrize("name", MEASUREMENTS)
async def test_a_measurement_runs(name: str) -> None:
    lines = await MEASUREMENTS[name](Scale.TINY, lambda *_: None)
    assert lines
    assert all(line.ratio > 0 for line in lines)


def test_a_line_says_whether_its_goal_is_met() -> None:
    assert at_least("speed", 20, 10, "/s", 2) == Line(
        "speed", "20 /s", "10 /s", 2, "≥ 2 ×", True, 1
    )
    assert not at_least("speed", 19, 10, "/s", 2).met
    assert at_most("time", 10, 10, "ms", 1).met
    assert not at_most("time", 11, 10, "ms", 1).met


def test_the_table_has_a_row_for_each_line() -> None:
    shown = markdown([at_least("speed", 1234, 10, "/s", 200)])
    assert shown.splitlines()[2] == "| speed | 1,234 /s | 10 /s | 123.40 | ≥ 200 × | missed |"
