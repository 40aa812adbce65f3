"""Draws one user's orders over time: stems of money, returns below the line, and the silence since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bot import formats
from bot.chart import OrderTimeline
from bot.charts.lettering import a_name
from bot.charts.sheet import (
    AMBER,
    BLUE,
    GRID,
    HEIGHT,
    INK,
    LABEL,
    LEFT,
    MUTED,
    PAPER,
    RIGHT,
    TICK,
    VERMILION,
    WIDTH,
    fitted,
    round_amounts,
    sheet,
    ticks,
    width_of,
    write,
)
from bot.charts.time_axis import time_labels
from bot.i18n import _

LEFT_OF_AXES, BOTTOM, TOP = 190, 96, 640
RULER = 0.79  # how high in the axes the line that measures the silence lies
STEMS = 0.74  # and the part of the height below it that is for stems
CROWD = 120  # more stems than that are drawn without heads
SHORTEST_DAYS = 28  # a first order of today still has a line to stand on
ORDER_COLOUR, RETURN_COLOUR, SILENCE_COLOUR = BLUE, VERMILION, AMBER
Money = Sequence[tuple[date, int]]


def order_timeline(chart: OrderTimeline) -> Figure:
    """The stems up to the day of knowledge, at the right end."""
    figure, axes = sheet(_title(chart), left=LEFT_OF_AXES, bottom=BOTTOM, top=TOP)
    days = (day for day, _cents in (*chart.orders, *chart.returns))
    first = min((chart.as_of - timedelta(days=SHORTEST_DAYS), *days))
    margin = 0.025 * (chart.as_of - first).days
    axes.set_xlim(first.toordinal() - margin, chart.as_of.toordinal())
    top, bottom = _heights(axes, chart)
    axes.spines["bottom"].set_visible(False)
    axes.axhline(0, color=MUTED, linewidth=2, zorder=1.5)
    _time(axes, first, chart.as_of)
    _money(axes, top, bottom, chart.currency)
    _stems(axes, chart.orders, 1, ORDER_COLOUR, "o")
    _stems(axes, chart.returns, -1, RETURN_COLOUR, "v")
    _key(figure, chart)
    if chart.silence_days:
        _silence(axes, chart)
    return figure


def _title(chart: OrderTimeline) -> str:
    sentence = _("User {user}: one order") if len(chart.orders) == 1 else _("User {user}: {count} orders")
    return sentence.format(user=a_name(chart.user), count=formats.count(len(chart.orders)))


def _heights(axes: Axes, chart: OrderTimeline) -> tuple[float, float]:
    """Room for the highest order and the largest return; returns both in cents, the return negative."""
    shown = [0, *(cents for _day, cents in chart.orders), *(-cents for _day, cents in chart.returns)]
    top, bottom = max(shown), min(shown)
    scale = max(top, -bottom) or 100
    # What is small beside the rest still needs room for its mark.
    shown_top = max(top, 0.25 * scale)
    shown_bottom = min(bottom * 1.12, -0.16 * scale) if bottom else -0.05 * scale
    axes.set_ylim(shown_bottom, shown_bottom + (shown_top - shown_bottom) / STEMS)
    return top, bottom


def _time(axes: Axes, first: date, as_of: date) -> None:
    labels = time_labels(first, as_of)
    at = [day.toordinal() for day, _name in labels]
    ticks(axes, "x", at, [name for _day, name in labels])
    across = axes.get_xaxis_transform()
    axes.vlines(at, 0, RULER, color=GRID, linewidth=1.5, transform=across, zorder=0.4)


def _money(axes: Axes, top: float, bottom: float, currency: str | None) -> None:
    """Two or three amounts; below the line one where there is room for it."""
    at = round_amounts(min(bottom, 0), max(top, 1))
    shown = [cents for cents in at if bottom <= cents <= top * 1.05]
    ticks(axes, "y", shown, [formats.short_money(cents, currency) for cents in shown])


def _stems(axes: Axes, money: Money, sign: int, colour: str, marker: str) -> None:
    """Thinner and smaller the more there are."""
    if not money:
        return
    days = [day.toordinal() for day, _cents in money]
    cents = [sign * amount for _day, amount in money]
    crowd = len(money)
    crowded = crowd > CROWD
    axes.vlines(days, 0, cents, color=colour, linewidth=min(5.0, max(1.0, 220 / crowd)), zorder=2)
    axes.plot(
        days,
        cents,
        marker,
        color=colour,
        markersize=3.0 if crowded else min(13.0, 700 / crowd),
        markeredgecolor=colour if crowded else PAPER,
        zorder=3,
        clip_on=False,
    )


def _key(figure: Figure, chart: OrderTimeline) -> None:
    """What the marks stand for, in a row under the title."""
    x, y = LEFT + 14.0, TOP + 30
    entries = [(_("order"), ORDER_COLOUR, "o"), (_("return"), RETURN_COLOUR, "v")]
    for words, colour, marker in entries if chart.returns else entries[:1]:
        mark = Line2D(
            [x / WIDTH], [(y + 12) / HEIGHT], color=colour, marker=marker, markersize=13, linestyle="none"
        )
        figure.add_artist(mark)
        text = write(figure, x + 24, y, words, size=TICK, color=MUTED)
        x += 24 + width_of(text) + 50


def _silence(axes: Axes, chart: OrderTimeline) -> None:
    """Shade the days since the last order, and say how many they are beside the usual gap."""
    last, as_of = chart.orders[-1][0].toordinal(), chart.as_of.toordinal()
    axes.axvspan(last, as_of, ymax=RULER, color=SILENCE_COLOUR, alpha=0.22, linewidth=0, zorder=0.5)
    across = axes.get_xaxis_transform()
    axes.plot([last, as_of], [RULER, RULER], color=INK, linewidth=2.5, transform=across, clip_on=False)
    for end in (last, as_of):
        axes.plot(
            [end, end],
            [RULER - 0.02, RULER + 0.02],
            color=INK,
            linewidth=2.5,
            transform=across,
            clip_on=False,
        )
    days = chart.silence_days
    said = (_("{days} days without an order") if days > 1 else _("one day without an order")).format(
        days=formats.count(days)
    )
    if chart.usual_gap_days is None:
        _note(axes, 0.835, said, INK, LABEL)
        return
    gap = formats.decimal(chart.usual_gap_days, places=1 if chart.usual_gap_days < 10 else 0)
    _note(axes, 0.92, said, INK, LABEL)
    _note(axes, 0.835, _("usually every {gap} days").format(gap=gap), MUTED, TICK)


def _note(axes: Axes, height: float, text: str, colour: str, size: int) -> None:
    note = write(
        axes,
        1,
        height,
        text,
        size=size,
        color=colour,
        ha="right",
        transform=axes.transAxes,
    )
    fitted(note, RIGHT - LEFT_OF_AXES)
