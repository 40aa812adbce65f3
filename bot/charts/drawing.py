"""Which drawing belongs to which chart."""

from __future__ import annotations

from matplotlib.figure import Figure

from bot.chart import (
    Chart,
    Cohorts,
    Effects,
    GroupShares,
    OrderTimeline,
    RiskDistribution,
    SalesBars,
)
from bot.charts.cohorts import cohorts
from bot.charts.effects import effects
from bot.charts.group_shares import group_shares
from bot.charts.order_timeline import order_timeline
from bot.charts.reliability import reliability
from bot.charts.risk_distribution import risk_distribution
from bot.charts.sales_bars import sales_bars


def figure_of(chart: Chart) -> Figure:
    """The chart as a figure, ready to be rastered."""
    if isinstance(chart, RiskDistribution):
        return risk_distribution(chart)
    if isinstance(chart, OrderTimeline):
        return order_timeline(chart)
    if isinstance(chart, SalesBars):
        return sales_bars(chart)
    if isinstance(chart, Cohorts):
        return cohorts(chart)
    if isinstance(chart, Effects):
        return effects(chart)
    if isinstance(chart, GroupShares):
        return group_shares(chart)
    return reliability(chart)
