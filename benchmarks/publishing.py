"""The table in docs/benchmarks.md and its picture, docs/bench.png, as a run of everything found them."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.table import Line, markdown

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- as `make bench` printed it -->", "<!-- that was it -->"
PICTURE = "![Each line of the table as a bar beside its goal](bench.png)"
MET, MISSED = "#0b3c6f", "#b8621b"
WIDEST = 44  #: letters of a label


def publish(lines: Sequence[Line], note: str, docs: Path = DOCS) -> None:
    """Put a run's table into the page between its two marks, and draw it."""
    page = docs / "benchmarks.md"
    before, _, rest = page.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{markdown(lines)}\n\n{note}\n\n{PICTURE}\n\n{END}{after}")
    draw(lines).savefig(docs / "bench.png", dpi=100)


def draw(lines: Sequence[Line]) -> Figure:
    """Each line as a bar from its goal: to the right how far beyond it, to the left how far before."""
    figure = Figure(figsize=(11, 1.2 + 0.5 * len(lines)), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xscale("log", base=2)
    for place, line in enumerate(lines):
        _draw_bar(axes, place, line)
    axes.axvline(1, color="#51606e", linewidth=1)
    axes.set_yticks(range(len(lines)), [fill(line.what, WIDEST) for line in lines])
    margins = [line.margin for line in lines]
    axes.set_xlim(min(0.5, *margins) / 1.2, 4 * max(2, *margins))
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.xaxis.set_major_formatter(lambda times, _: f"{times:g} ×")
    axes.set_xlabel("how many times as good as its goal; what missed it is hatched")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _draw_bar(axes: Axes, place: int, line: Line) -> None:
    shade, hatch = (MET, "") if line.met else (MISSED, "///")
    axes.barh(place, line.margin - 1, left=1, color=shade, hatch=hatch, edgecolor="white")
    ours = f"{line.ratio:.2f} ×" if "×" in line.goal else line.ours
    said = f"{ours} (goal {line.goal})" + ("" if line.met else ": missed")
    beside = (max(line.margin, 1), place)
    axes.annotate(said, beside, (6, 0), textcoords="offset points", va="center")
