"""Draws the money of a period, bar by bar, over that of the period before."""

from __future__ import annotations

from matplotlib.figure import Figure

from bot import formats
from bot.chart import SalesBars
from bot.charts.sheet import BLUE, LEFT, MUTED, RIGHT, TICK, fitted, round_amounts, sheet, ticks, write
from bot.i18n import _

BOTTOM, TOP = 110, 600
MOST_LABELS = 6
BEFORE = "#C9C3B4"


def sales_bars(chart: SalesBars) -> Figure:
    """A pair of bars for each part: before, and now."""
    figure, axes = sheet(chart.title, left=170, bottom=BOTTOM, top=TOP)
    count = max(len(chart.cents), len(chart.cents_before), 1)
    lowest = min(0, *chart.cents, *chart.cents_before)
    highest = max(1, *chart.cents, *chart.cents_before)
    axes.set(xlim=(-0.6, count - 0.4), ylim=(lowest, highest * 1.08))
    axes.bar([place - 0.2 for place in range(len(chart.cents_before))], chart.cents_before, 0.4, color=BEFORE)
    axes.bar([place + 0.2 for place in range(len(chart.cents))], chart.cents, 0.4, color=BLUE)
    axes.axhline(0, color=MUTED, linewidth=1.5)
    step = -(-count // MOST_LABELS)
    places = range(0, min(count, len(chart.labels)), step)
    ticks(axes, "x", list(places), [chart.labels[place] for place in places])
    levels = [level for level in round_amounts(0, highest) if 0 < level <= highest]
    ticks(axes, "y", levels, [formats.short_money(level, chart.currency) for level in levels])
    legend = _("net revenue; pale: what it is compared with")
    fitted(write(figure, LEFT, TOP + 60, legend, size=TICK, color=MUTED), RIGHT - LEFT)
    return figure
