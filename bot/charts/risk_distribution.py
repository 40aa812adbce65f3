"""Draws how the risks of all active users lie: a histogram in three bands, and the line of the flags."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from bot import formats
from bot.chart import RiskDistribution
from bot.charts.sheet import (
    AMBER,
    BLUE,
    INK,
    LABEL,
    LEFT,
    MUTED,
    PAPER,
    RIGHT,
    TICK,
    VERMILION,
    below,
    fitted,
    sheet,
    ticks,
    width_of,
    write,
)
from bot.i18n import N_, _
from predictor.scoring import HIGH_FROM, MEDIUM_FROM

BARS_PER_BAND = 10
BANDS = (
    ("low", N_("low risk"), 0.0, MEDIUM_FROM, BLUE),
    ("medium", N_("medium risk"), MEDIUM_FROM, HIGH_FROM, AMBER),
    ("high", N_("high risk"), HIGH_FROM, 1.0, VERMILION),
)
LEFT_OF_AXES, BOTTOM, TOP = 140, 136, 574
HEADROOM = 1.26  # above the highest bar, for what is said of the flags
FLAG_LINE = 0.85  # its height in the axes
GAP = 0.004  # between bars and between bands, of the axis


def risk_distribution(chart: RiskDistribution) -> Figure:
    """The histogram under the counts of its bands."""
    users = len(chart.probabilities)
    figure, axes = sheet(
        _("Risk of the {users} active users").format(users=formats.count(users)),
        left=LEFT_OF_AXES,
        bottom=BOTTOM,
        top=TOP,
    )
    highest = max(1, _bars(axes, np.asarray(chart.probabilities, dtype=np.float64)))
    axes.set(xlim=(0, 1), ylim=(0, highest * HEADROOM))
    counts = [at for at in MaxNLocator(3, integer=True).tick_values(0, highest) if 0 < at <= highest]
    ticks(axes, "y", counts, [formats.short_count(at) for at in counts])
    limits = (0, MEDIUM_FROM, HIGH_FROM, 1)
    ticks(axes, "x", limits, [formats.percent(at) for at in limits])
    below(axes, _("probability of leaving"))
    write(figure, LEFT, TOP - 14, _("users"), size=TICK, va="top", color=MUTED)
    for name, title, start, end, colour in BANDS:
        _band(figure, _(title), chart.in_band(name), users, LEFT_OF_AXES + (start + end) / 2 * _width())
        axes.barh(
            1.0,
            end - start - 2 * GAP,
            left=start + GAP,
            height=0.028,
            color=colour,
            align="edge",
            clip_on=False,
            transform=axes.get_xaxis_transform(),
        )
    if chart.flag_at is not None:
        _flags(axes, chart.flag_at, chart.flagged)
    return figure


def _width() -> float:
    return RIGHT - LEFT_OF_AXES


def _bars(axes: Axes, probabilities: NDArray[np.float64]) -> int:
    """Bars whose limits include those of the bands; returns the count of the highest."""
    highest = 0
    for _name, _title, start, end, colour in BANDS:
        edges = np.linspace(start, end, BARS_PER_BAND + 1)
        # A band holds what is at its lower limit; the last one what is at its upper one, too.
        inside = probabilities[(probabilities >= start) & ((probabilities < end) | (end == 1.0))]
        counts, _edges = np.histogram(inside, edges)
        axes.bar(edges[:-1] + GAP / 2, counts, np.diff(edges) - GAP, color=colour, align="edge")
        highest = max(highest, int(counts.max()))
    return highest


def _band(figure: Figure, words: str, users: int, of: int, x: float) -> None:
    share = formats.percent(users / of if of else 0)
    room = _width() / len(BANDS) - 12
    fitted(write(figure, x, TOP + 86, words, size=LABEL, ha="center"), room)
    counted = _("{users} · {share}").format(users=formats.count(users), share=share)
    fitted(write(figure, x, TOP + 36, counted, size=LABEL, ha="center", color=MUTED), room)


def _flags(axes: Axes, flag_at: float, flagged: int) -> None:
    """A line at the threshold, and at its top from where on how many are flagged."""
    axes.axvline(flag_at, ymax=FLAG_LINE, color=PAPER, linewidth=5)
    axes.axvline(flag_at, ymax=FLAG_LINE, color=INK, linewidth=3, linestyle=(0, (4, 2)))
    words = _("flagged from {flag_at} · {flagged} users").format(
        flag_at=formats.percent(flag_at), flagged=formats.count(flagged)
    )
    text = write(
        axes, 0, FLAG_LINE + 0.025, words, size=LABEL, ha="center", transform=axes.get_xaxis_transform()
    )
    half = width_of(fitted(text, _width())) / _width() / 2 + 4 * GAP
    text.set_x(min(max(flag_at, half), 1 - half))
