"""Draws predicted beside observed: on the diagonal, what was predicted came true."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot import formats
from bot.chart import FIFTH, Reliability, ReliabilityBin
from bot.charts.sheet import (
    BLUE,
    HEIGHT,
    INK,
    LEFT,
    MUTED,
    PAPER,
    RIGHT,
    TICK,
    WIDTH,
    below,
    fitted,
    sheet,
    ticks,
    write,
)
from bot.i18n import _

LEFT_OF_AXES, BOTTOM, TOP = 150, 136, 574
# With the gain curve at its side.
MIDDLE, GAP = 560, 124
HALVES, QUARTERS = (0, 0.5, 1), (0, 0.25, 0.5, 0.75, 1)
DASHES = (0, (4, 2))
SMALLEST, LARGEST = 11.0, 28.0  # diameters of points


def reliability(chart: Reliability) -> Figure:
    """A point for each range of probability, with its interval; the gain curve at its side."""
    figure, axes = sheet(_("Does the predicted risk come true?"), left=LEFT_OF_AXES, bottom=BOTTOM, top=TOP)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    if chart.found:
        _narrow(axes, LEFT_OF_AXES, MIDDLE)
    shares = HALVES if chart.found else QUARTERS
    ticks(axes, "x", shares, [formats.percent(share) for share in shares])
    ticks(axes, "y", QUARTERS[1:], [formats.percent(share) for share in QUARTERS[1:]])
    said = _("{users} scores in the back-test; bars: 95 % interval").format(users=formats.count(chart.users))
    fitted(write(figure, LEFT, TOP + 96, said, size=TICK, color=MUTED), RIGHT - LEFT)
    write(figure, LEFT, TOP + 36, _("placed no order"), size=TICK, color=MUTED)
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=2.5, linestyle=DASHES, zorder=1.5)
    if chart.found:
        below(axes, _("predicted risk"))
        _gain_curve(figure, chart)
    else:
        below(axes, _("predicted probability of leaving"))
        for x, y, words, side in (
            (0.03, 0.88, _("more left than predicted"), "left"),
            (0.97, 0.08, _("fewer left than predicted"), "right"),
        ):
            write(axes, x, y, words, size=TICK, color=MUTED, ha=side)
    most = max((one.users for one in chart.bins), default=1)
    for one in chart.bins:
        _point(axes, one, most)
    return figure


def _narrow(axes: Axes, left: int, right: int) -> None:
    axes.set_position((left / WIDTH, BOTTOM / HEIGHT, (right - left) / WIDTH, (TOP - BOTTOM) / HEIGHT))


def _gain_curve(figure: Figure, chart: Reliability) -> None:
    """Of those who left, how many are found among the riskiest; the broken line is a list by chance."""
    axes = figure.add_axes((0, 0, 1, 1), facecolor="none")
    _narrow(axes, MIDDLE + GAP, RIGHT)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set(color=MUTED, linewidth=1.5)
    axes.tick_params(length=0, pad=10)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    ticks(axes, "x", HALVES, [formats.percent(share) for share in HALVES])
    ticks(axes, "y", QUARTERS[1:], ["" for _share in QUARTERS[1:]])
    write(figure, MIDDLE + GAP, TOP + 36, _("of them found"), size=TICK, color=MUTED)
    below(axes, _("users, riskiest first"))
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=2.5, linestyle=DASHES, zorder=1.5)
    axes.plot(*zip(*chart.found, strict=True), color=BLUE, linewidth=6, zorder=3)
    found = dict(chart.found).get(FIFTH)
    if found is not None:
        axes.plot(FIFTH, found, "o", color=BLUE, markersize=16, markeredgecolor=PAPER, zorder=4)
        words = f"{formats.percent(FIFTH)} → {formats.percent(found)}"
        write(axes, FIFTH + 0.1, max(found - 0.16, 0.03), words, size=TICK, va="center")


def _point(axes: Axes, one: ReliabilityBin, most: int) -> None:
    """Its area goes by its users; its interval is drawn over it, for that of a big point is small."""
    size = max(SMALLEST, LARGEST * math.sqrt(one.users / most))
    axes.plot(
        one.mean_predicted,
        one.observed,
        "o",
        color=BLUE,
        markersize=size,
        markeredgecolor=PAPER,
        markeredgewidth=1.5,
        clip_on=False,
        zorder=3,
    )
    axes.vlines(one.mean_predicted, one.low, one.high, color=INK, linewidth=3, zorder=4, clip_on=False)
