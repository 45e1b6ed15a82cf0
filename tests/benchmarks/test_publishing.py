"""A run's table goes into its page, and its picture beside it."""

from pathlib import Path

from benchmarks.delivery import lines_of
from benchmarks.publishing import BEGIN, END, PICTURE, draw, publish
from benchmarks.table import at_least, at_most

LINES = [at_least("speed", 20, 10, "/s", 2), at_most("time", 30, 10, "ms", 1)]


def test_a_new_table_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    publish(LINES, "a note", tmp_path)
    publish(LINES, "a note", tmp_path)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"a note\n\n{PICTURE}\n\n{END}\nafter\n")
    assert text.count("| speed |") == 1
    assert "old" not in text
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")


def test_a_margin_says_how_far_beyond_its_goal_a_line_is() -> None:
    assert LINES[0].margin == 1
    assert LINES[1].margin == 1 / 3


def test_the_picture_says_without_colour_what_missed_its_goal() -> None:
    [axes] = draw(LINES).axes
    hatches = [bar.get_hatch() for bar in axes.patches]
    said = [note.get_text() for note in axes.texts]
    assert hatches == ["", "///"]
    assert said == ["2.00 × (goal ≥ 2 ×)", "3.00 × (goal ≤ 1 ×): missed"]


def test_a_delivery_that_was_refused_has_missed_its_goal_and_can_be_drawn() -> None:
    came = {"idle 0": 1.0, "broadcast 1": 1.0, "broadcast 2": 3.0, "broadcast 3": 3.1}
    rate, alert = lines_of("SQLite", 2, came, {"idle 0": 0.5})
    assert not rate.met
    assert rate.goal == "≥ 0.97 ×, none refused"
    assert (alert.margin, alert.met) == (2, True)
    draw([rate, alert])
