"""The child process that draws: a picture as JSON on standard input, PNG on standard output.

Run as ``python -m reports.drawing``. All sizes are pixels on a picture as wide as a phone shows whole;
the smallest letters are 26 pixels high. Parts of a column differ in lightness, so that no colour has to
be told from another.
"""

import sys
from collections.abc import Callable, Sequence
from io import BytesIO
from textwrap import wrap

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.plots import Bars, Column, Columns, Picture

DPI = 72  # one point is one pixel
WIDTH, MARGIN = 1080, 56
INNER = WIDTH - 2 * MARGIN
TITLE, HEADING, LETTERS = 44, 34, 28
LINE = 1.35  # line height over letter height

INK, QUIET, LIGHT, MIDDLE, DARK = "#1b2733", "#51606e", "#d6e4f0", "#6ba3d0", "#0b3c6f"
SHADES = (LIGHT, MIDDLE, DARK)  # received, taken, resolved

CHART, FLOOR, HIGHEST = 400, 350, 305  # where the columns stand, and how high the highest is
BROAD = 53

#: A part of the picture: its height, and what paints it on axes whose unit is the pixel, from the top.
Part = tuple[float, Callable[[Axes], None]]


@matplotlib.rc_context({"font.family": "DejaVu Sans", "text.parse_math": False})
def render(picture: Picture) -> bytes:
    """Return the picture as PNG."""
    parts = [*_heading(picture), *_columns(picture.columns)]
    for bars in picture.bars:
        parts += _bars(bars)
    height = sum(part[0] for part in parts) + 2 * MARGIN
    figure = Figure((WIDTH / DPI, height / DPI), dpi=DPI, facecolor="white")
    top: float = MARGIN
    for tall, paint in parts:
        axes = figure.add_axes(
            (MARGIN / WIDTH, 1 - (top + tall) / height, INNER / WIDTH, tall / height)
        )
        axes.set(xlim=(0, INNER), ylim=(tall, 0))
        axes.set_axis_off()
        paint(axes)
        top += tall
    png = BytesIO()
    figure.savefig(png, format="png", metadata={"Software": None})
    return png.getvalue()


def _heading(picture: Picture) -> list[Part]:
    return [_words(picture.title, TITLE, "bold"), _words(picture.note, LETTERS, colour=QUIET)]


def _words(text: str, size: int, weight: str = "normal", colour: str = INK) -> Part:
    lines = wrap(text, int(INNER / (0.62 * size)))

    def paint(axes: Axes) -> None:
        for row, line in enumerate(lines):
            axes.text(
                0,
                (row + 0.5) * size * LINE,
                line,
                size=size,
                weight=weight,
                color=colour,
                va="center",
            )

    return len(lines) * size * LINE, paint


def _gap(height: float) -> Part:
    return height, lambda _: None


def _columns(columns: Columns) -> list[Part]:
    title = [_gap(36), _words(columns.title, HEADING, "bold")]
    if not any(column.received for column in columns.columns):
        return [*title, _words(columns.none, LETTERS, colour=QUIET)]
    return [*title, _legend(columns.legend), _chart(columns)]


def _legend(labels: Sequence[str]) -> Part:
    def paint(axes: Axes) -> None:
        left: float = 0
        for label, colour in zip(labels, SHADES, strict=True):
            axes.barh(30, 28, 28, left, color=colour, edgecolor=DARK)
            said = axes.text(left + 40, 30, label, size=LETTERS, color=INK, va="center_baseline")
            left += 40 + said.get_window_extent().width + 40

    return 60, paint


def _chart(columns: Columns) -> Part:
    highest = max(column.received for column in columns.columns)

    def paint(axes: Axes) -> None:
        axes.plot((0, INNER), (FLOOR, FLOOR), color=QUIET, linewidth=2)
        pitch = INNER / len(columns.columns)
        for back, column in enumerate(reversed(columns.columns)):
            middle = INNER - (back + 0.5) * pitch
            _column(axes, column, middle, HIGHEST / highest)
            _date(axes, column.label, middle, back)

    return CHART, paint


def _column(axes: Axes, column: Column, middle: float, scale: float) -> None:
    parts = (column.received, column.taken, column.resolved)
    for count, colour in zip(parts, SHADES, strict=True):
        if count:
            axes.bar(middle, -count * scale, BROAD, FLOOR, color=colour, edgecolor=DARK)
    top = FLOOR - column.received * scale - 8
    axes.text(middle, top, column.said, size=LETTERS, color=INK, ha="center")


def _date(axes: Axes, label: str, middle: float, back: int) -> None:
    # Twelve dates do not fit side by side in readable letters; every second one does.
    if back % 2 == 0:
        weight = "normal" if back else "bold"
        axes.text(middle, FLOOR + 35, label, size=26, weight=weight, color=INK, ha="center")


def _bars(bars: Bars) -> list[Part]:
    title = [_gap(36), _words(bars.title, HEADING, "bold")]
    if not bars.bars:
        return [*title, _words(bars.none, LETTERS, colour=QUIET)]
    longest = max(bar.length for bar in bars.bars)
    parts = [*title, _gap(12)]
    for bar in bars.bars:
        parts += [_words(bar.label, LETTERS), _bar(bar.length / (longest or 1), bar.said)]
    return parts


def _bar(share: float, said: str) -> Part:
    """A bar as long as `share` (0 to 1) of the room that the number beside it leaves."""
    room = INNER - 300

    def paint(axes: Axes) -> None:
        axes.barh(20, room * share, 30, color=MIDDLE, edgecolor=DARK)
        axes.text(room * share + 14, 20, said, size=LETTERS, color=INK, va="center_baseline")

    return 52, paint


def main() -> None:
    matplotlib.rcdefaults()  # a person's own style file has no say here
    sys.stdout.buffer.write(render(Picture.from_json(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
