"""Draws groups of users: beside each its share of the users, its share of the revenue, and its risk."""

from __future__ import annotations

from matplotlib.figure import Figure

from bot import formats
from bot.chart import GroupShares
from bot.charts.sheet import BLUE, INK, LEFT, MUTED, RIGHT, TICK, fitted, sheet, write
from bot.i18n import _

BOTTOM, TOP = 40, 610
NAMES = 370  # pixels for the names
RISKS = 150  # … for the risks, at the right
SHARES = 190  # … for the shares, beside the bars
SMALLEST = 32
USERS = "#C9C3B4"


def group_shares(chart: GroupShares) -> Figure:
    """A pair of bars for each group, the first at the top."""
    figure, axes = sheet(chart.title, left=LEFT + NAMES, bottom=BOTTOM, top=TOP)
    count = max(1, len(chart.rows))
    most = max((share for _name, *shares, _risk in chart.rows for share in shares), default=1.0) or 1.0
    room = RIGHT - LEFT - NAMES
    # The longest bar leaves room for its percentages and for the risks.
    axes.set(xlim=(0, most * room / (room - RISKS - SHARES)), ylim=(count, 0))
    axes.spines["bottom"].set_visible(False)
    axes.set(xticks=[], yticks=[])
    for place, (name, users, revenue, risk) in enumerate(chart.rows):
        for up, share, colour in ((0.29, users, USERS), (0.69, revenue, BLUE)):
            axes.barh(place + up, max(share, 0.0), 0.36, color=colour)
        words = f" {formats.percent(users)} · {formats.percent(revenue)}"
        write(axes, max(users, revenue, 0.0), place + 0.5, words, size=SMALLEST, va="center", color=MUTED)
        y = TOP - (place + 0.5) * (TOP - BOTTOM) / count
        fitted(write(figure, LEFT, y, name, size=TICK, va="center", color=INK), NAMES - 24, smallest=SMALLEST)
        shown = "–" if risk is None else formats.percent(risk)
        write(figure, RIGHT, y, shown, size=TICK, ha="right", va="center", color=INK)
    legend = _("pale: share of users; blue: share of revenue")
    fitted(write(figure, LEFT, TOP + 30, legend, size=TICK, color=MUTED), RIGHT - LEFT - RISKS)
    write(figure, RIGHT, TOP + 30, _("risk"), size=TICK, ha="right", color=MUTED)
    return figure
