"""Draws predicted beside observed: on the diagonal, what was predicted came true."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot import formats
from bot.chart import Reliability, ReliabilityBin
from bot.charts.sheet import (
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
    write,
)
from bot.i18n import _

LEFT_OF_AXES, BOTTOM, TOP = 150, 136, 574
QUARTERS = (0, 0.25, 0.5, 0.75, 1)
SMALLEST, LARGEST = 11.0, 28.0  # diameters of points


def reliability(chart: Reliability) -> Figure:
    """A point for each range of probability, with its interval."""
    figure, axes = sheet(_("Does the predicted risk come true?"), left=LEFT_OF_AXES, bottom=BOTTOM, top=TOP)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    ticks(axes, "x", QUARTERS, [formats.percent(share) for share in QUARTERS])
    ticks(axes, "y", QUARTERS[1:], [formats.percent(share) for share in QUARTERS[1:]])
    below(axes, _("predicted probability of leaving"))
    said = _("{users} scores in the back-test; bars: 95 % interval").format(users=formats.count(chart.users))
    fitted(write(figure, LEFT, TOP + 96, said, size=TICK, color=MUTED), RIGHT - LEFT)
    write(figure, LEFT, TOP + 36, _("placed no order"), size=TICK, color=MUTED)
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=2.5, linestyle=(0, (4, 2)), zorder=1.5)
    for x, y, words, side in (
        (0.03, 0.88, _("more left than predicted"), "left"),
        (0.97, 0.08, _("fewer left than predicted"), "right"),
    ):
        write(axes, x, y, words, size=TICK, color=MUTED, ha=side)
    most = max((one.users for one in chart.bins), default=1)
    for one in chart.bins:
        _point(axes, one, most)
    return figure


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
