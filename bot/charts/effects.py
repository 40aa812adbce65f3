"""Draws measured effects below one another: a point with its interval, and the line of no effect."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot import formats
from bot.chart import Effect, Effects
from bot.charts.lettering import a_sentence
from bot.charts.sheet import (
    AMBER,
    BLUE,
    INK,
    LEFT,
    MUTED,
    PAPER,
    RIGHT,
    TICK,
    below,
    fitted,
    sheet,
    ticks,
    width_of,
    write,
)
from bot.i18n import _

LEFT_OF_AXES, BOTTOM, TOP = 430, 136, 640
NAMES = LEFT_OF_AXES - LEFT - 20


def effects(chart: Effects) -> Figure:
    """A row for each effect, the newest at the top and the total at the bottom."""
    figure, axes = sheet(_("What did it change?"), left=LEFT_OF_AXES, bottom=BOTTOM, top=TOP)
    rows = [*chart.effects, *([chart.total] if chart.total else [])]
    most = _reach(rows)
    step = next(each for each in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if each * 2.6 >= most or each == 0.5)
    edge = min(1.0, most * 1.06)
    axes.set(xlim=(-edge, edge), ylim=(len(rows) - 0.5, -0.5), yticks=[])
    marks = [step * number for number in (-2, -1, 0, 1, 2) if abs(step * number) < edge]
    ticks(axes, "x", marks, ["0" if mark == 0 else formats.points(mark) for mark in marks])
    below(axes, _("points of order rate, 95 % interval"))
    axes.axvline(0, color=MUTED, linewidth=2.5, linestyle=(0, (4, 2)), zorder=1.5)
    said = (
        _("beside those who were held out")
        if all(row.over for row in rows)
        else _("beside those who were held out; hollow: still open")
    )
    fitted(write(figure, LEFT, TOP + 46, said, size=TICK, color=MUTED), RIGHT - LEFT)
    height = (TOP - BOTTOM) / len(rows)
    for number, row in enumerate(rows):
        _row(axes, number, row, row is chart.total, edge)
        name = f"{row.name} · {row.when}" if row.when else row.name
        place = TOP - (number + 0.5) * height
        text = write(figure, LEFT, place, name, size=TICK, va="center")
        if width_of(text) > NAMES:  # the name alone says which one it is
            text.set_text(a_sentence(row.name))
        fitted(text, NAMES, smallest=TICK - 1)
    return figure


def _reach(rows: Sequence[Effect]) -> float:
    """How far the axis reaches: one small campaign's interval shall not press all others into a dot."""
    bounds = [max(abs(row.low), abs(row.high)) for row in rows]
    return max(0.02, *(1.1 * abs(row.effect) for row in rows), min(max(bounds), 3 * median(bounds)))


def _row(axes: Axes, number: int, row: Effect, total: bool, edge: float) -> None:
    color = AMBER if total else BLUE
    axes.hlines(number, max(row.low, -edge), min(row.high, edge), color=INK, linewidth=4, zorder=2)
    # An interval that goes on beyond the picture ends in an arrow.
    for end, beyond, mark in ((-edge, row.low < -edge, "<"), (edge, row.high > edge, ">")):
        if beyond:
            axes.plot(end, number, mark, color=INK, markersize=14, zorder=2, clip_on=False)
    axes.plot(
        row.effect,
        number,
        "D" if total else "o",
        color=color if row.over else PAPER,
        markersize=18,
        markeredgecolor=INK if total else BLUE,
        markeredgewidth=3,
        zorder=3,
    )
