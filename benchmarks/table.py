"""What every measurement gives: lines of one table, each set beside a yardstick of the same run."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.progress import Progress


class Scale(StrEnum):
    """How much is measured."""

    TINY = "tiny"  #: only to see that it runs
    REDUCED = "reduced"  #: all of it within a quarter of an hour
    FULL = "full"  #: the sizes of the goals


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `ratio` is ours by the yardstick's, `margin` how many times as good as its goal."""

    what: str
    ours: str
    yardstick: str
    ratio: float
    goal: str
    met: bool
    margin: float


#: Measures something at a scale; shows how far it has come.
Measure = Callable[[Scale, Progress], Awaitable[Sequence[Line]]]


def at_least(what: str, ours: float, yardstick: float, unit: str, goal: float) -> Line:
    """More is better."""
    line = _line(what, ours, yardstick, unit)
    return line(f"≥ {goal:g} ×", ours >= goal * yardstick, ours / (goal * yardstick))


def at_most(what: str, ours: float, yardstick: float, unit: str, goal: float) -> Line:
    """Less is better."""
    line = _line(what, ours, yardstick, unit)
    return line(f"≤ {goal:g} ×", ours <= goal * yardstick, goal * yardstick / ours)


def _line(
    what: str, ours: float, yardstick: float, unit: str
) -> Callable[[str, bool, float], Line]:
    shown = (f"{_short(ours)} {unit}", f"{_short(yardstick)} {unit}")
    return lambda goal, met, margin: Line(what, *shown, ours / yardstick, goal, met, margin)


def _short(number: float) -> str:
    """Three digits that count."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def markdown(lines: Iterable[Line]) -> str:
    """The table as the documents show it."""
    head = ("| what | ours | yardstick | ratio | goal | |", "|---|---|---|---|---|---|")
    rows = (
        f"| {line.what} | {line.ours} | {line.yardstick} | {line.ratio:.2f} | {line.goal} "
        f"| {'met' if line.met else 'missed'} |"
        for line in lines
    )
    return "\n".join((*head, *rows))
