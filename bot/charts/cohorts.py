"""Draws who came back: a row for each month of first orders, a cell for each month after it."""

from __future__ import annotations

from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bot import formats
from bot.chart import Cohorts
from bot.charts.sheet import BLUE, INK, LEFT, MUTED, PAPER, RIGHT, TICK, below, fitted, sheet, ticks, write
from bot.i18n import _

BOTTOM, TOP = 136, 610
MOST_MONTHS = 8
COLOURS = LinearSegmentedColormap.from_list("opsbot", [PAPER, BLUE])


def cohorts(chart: Cohorts) -> Figure:
    """The shares as colours and numbers; the newest month at the bottom."""
    rows = chart.rows[-MOST_MONTHS:]
    figure, axes = sheet(_("Who comes back, by month of the first order"), left=250, bottom=BOTTOM, top=TOP)
    width = max((len(shares[:MOST_MONTHS]) for _month, _users, shares in rows), default=1) or 1
    most = max((share for _month, _users, shares in rows for share in shares), default=1.0) or 1.0
    axes.set(xlim=(0, width), ylim=(len(rows), 0))
    axes.spines["bottom"].set_visible(False)
    for place, (_month, _users, shares) in enumerate(rows):
        for column, share in enumerate(shares[:MOST_MONTHS]):
            colour = COLOURS(share / most)
            axes.add_patch(Rectangle((column, place), 1, 1, facecolor=colour, edgecolor=PAPER, linewidth=3))
            write(axes, column + 0.5, place + 0.5, formats.percent(share), size=30, ha="center", va="center")
    ticks(axes, "x", [column + 0.5 for column in range(width)], [f"+{column + 1}" for column in range(width)])
    below(axes, _("months after the first order"))
    for place, (month, users, _shares) in enumerate(rows):
        y = TOP - (place + 0.5) * (TOP - BOTTOM) / len(rows)
        named = f"{month:%Y-%m} ({formats.short_count(users)})"
        fitted(write(figure, LEFT, y, named, size=30, va="center", color=INK), 200, smallest=18)
    legend = _("share who ordered in that month; in brackets: users")
    fitted(write(figure, LEFT, TOP + 50, legend, size=TICK, color=MUTED), RIGHT - LEFT)
    axes.set_yticks([])
    return figure
