"""The RFM groups that marketers know: recency, frequency and money in fifths, and a name for each mix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from predictor.features.feature import N_
from predictor.segment_names import GroupWords

Floats = NDArray[np.float64]
Fifths = NDArray[np.int64]

# By the key under which they are kept, best customers first.
RFM_GROUPS: dict[str, GroupWords] = {
    "champions": GroupWords(
        N_("Champions"), N_("ordered lately, and order often or for a lot"), ("champion", "冠军", "最佳客户")
    ),
    "loyal": GroupWords(
        N_("Loyal customers"),
        N_("order often or spend well, also lately"),
        ("loyal", "loyals", "忠诚", "忠实客户"),
    ),
    "potential_loyalists": GroupWords(
        N_("Potential loyalists"),
        N_("ordered lately, and more than once or for more than most"),
        ("potential loyalist", "潜力忠诚", "潜在忠诚客户"),
    ),
    "new": GroupWords(
        N_("New customers"), N_("ordered lately, little so far"), ("new", "new customer", "新客", "新用户")
    ),
    "promising": GroupWords(
        N_("Promising"), N_("ordered not long ago, little so far"), ("promising customers", "有潜力")
    ),
    "need_attention": GroupWords(
        N_("Need attention"),
        N_("middling in everything, and quiet for a while"),
        ("needs attention", "needing attention", "需关注", "需要关注客户"),
    ),
    "about_to_sleep": GroupWords(
        N_("About to sleep"), N_("quiet for a while, and little before that"), ("即将沉睡", "快要沉睡的客户")
    ),
    "at_risk": GroupWords(
        N_("At risk"),
        N_("ordered or spent more than most, but long ago"),
        ("at risk customers", "有流失风险", "流失预警客户"),
    ),
    "cannot_lose": GroupWords(
        N_("Cannot lose them"),
        N_("once among the best, but quiet for long"),
        ("can't lose them", "cannot lose", "can't lose", "不能失去", "不能流失的客户"),
    ),
    "hibernating": GroupWords(
        N_("Hibernating"), N_("ordered little, and long ago"), ("hibernating customers", "沉睡", "休眠客户")
    ),
}

# Rows: recency from 1 (longest ago) to 5; columns: frequency and money together, from 1 to 5.
_GRID = (
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    ("promising", "potential_loyalists", "potential_loyalists", "loyal", "loyal"),
    ("new", "potential_loyalists", "potential_loyalists", "champions", "champions"),
)


def rfm_groups(recency_days: Floats, frequency: Floats, monetary_cents: Floats) -> NDArray[np.object_]:
    """(n_users,) the key of each user's group; all columns are (n_users,)."""
    recency = fifths(-recency_days)
    # Half up: a user at 4 and 5 is nearer to the best than to the middle.
    spending = (fifths(frequency) + fifths(monetary_cents) + 1) // 2
    grid = np.array(_GRID, dtype=object)
    return np.asarray(grid[recency - 1, spending - 1], dtype=object)


def fifths(values: Floats) -> Fifths:
    """(n,) from 1 for the smallest fifth to 5 for the largest, equal values in the same one.

    A value counts by the middle of the ranks that its equals hold: where two thirds of the users ordered
    once, all of them are in the second fifth, and nobody is in the first.
    """
    if not len(values):
        return np.empty(0, dtype=np.int64)
    _values, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(values)
    fifth = np.minimum(5, np.floor(middle * 5).astype(np.int64) + 1)
    return np.asarray(fifth[place], dtype=np.int64)
