"""The table in docs/benchmarks.md and its picture, docs/bench.png, as a run of everything found them."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from matplotlib.figure import Figure

from benchmarks.table import Line, markdown

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- as `make bench` printed it -->", "<!-- that was it -->"
MET, MISSED = "#0b3c6f", "#b8621b"
WIDEST = 44  #: letters of a label


def publish(lines: Sequence[Line], note: str, docs: Path = DOCS) -> None:
    """Put a run's table into the page between its two marks, and draw it."""
    page = docs / "benchmarks.md"
    before, _, rest = page.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{markdown(lines)}\n\n{note}\n\n{END}{after}")
    draw(lines).savefig(docs / "bench.png", dpi=100)


def draw(lines: Sequence[Line]) -> Figure:
    """Each line as a bar: how far beyond its goal it is, or how far before it."""
    figure = Figure(figsize=(10, 1 + 0.45 * len(lines)), layout="constrained")
    axes = figure.add_subplot()
    names, margins = [fill(line.what, WIDEST) for line in lines], [line.margin for line in lines]
    shades = [MET if line.met else MISSED for line in lines]
    bars = axes.barh(names, margins, color=shades)
    axes.bar_label(bars, [f"{line.ratio:.2f} × ({line.goal})" for line in lines], padding=4)
    axes.axvline(1, color="#51606e", linewidth=1)
    axes.set_xlim(0, 1.5 * max(1, *margins))
    axes.set_xlabel("times its goal: right of the line the goal is met")
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    return figure
