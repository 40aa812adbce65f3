"""What a segment is called: the name that fits best what sets it apart, and never one name for two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.features.feature import N_
from predictor.segment_traits import TRAITS

Floats = NDArray[np.float64]

# In robust standard deviations from what is usual among active (or among lapsed) users: from here on a trait
# may stand in a name, and a description.
NOTABLE = 0.3
MOSTLY = 0.75  # the share of one-time buyers from which a segment is one of them


@dataclass(frozen=True)
class GroupWords:
    """A group's name and the line that describes it, translatable, and other names it answers to."""

    name: str
    description: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Named:
    """Words with the traits that have to be as said: +1 for more of it than usual, -1 for less."""

    words: GroupWords
    traits: Mapping[str, int]
    once: bool = False


_ACTIVE: dict[str, _Named] = {
    "best": _Named(
        GroupWords(
            N_("Best customers"), N_("order often and for a lot"), ("best", "core customers", "核心客户")
        ),
        {"frequency": 1, "order_value": 1},
    ),
    "small_often": _Named(
        GroupWords(N_("Small orders, often"), N_("order often, for little each time"), ("高频小单",)),
        {"frequency": 1, "order_value": -1},
    ),
    "big_seldom": _Named(
        GroupWords(N_("Big orders, seldom"), N_("order seldom, for a lot each time"), ("低频大单",)),
        {"frequency": -1, "order_value": 1},
    ),
    "regulars": _Named(
        GroupWords(N_("Regulars"), N_("order more often than most"), ("regular customers", "常客")),
        {"frequency": 1},
    ),
    "fast_starters": _Named(
        GroupWords(N_("Fast starters"), N_("came lately and order often already"), ("快速成长",)),
        {"frequency": 1, "tenure": -1},
    ),
    "newcomers": _Named(
        GroupWords(N_("Newcomers"), N_("came lately, with few orders so far"), ("newcomer", "新来客户")),
        {"frequency": -1, "tenure": -1},
    ),
    "occasional": _Named(
        GroupWords(
            N_("Occasional buyers"),
            N_("order less often than most"),
            ("occasionals", "偶尔购买"),
        ),
        {"frequency": -1},
    ),
    "going_quiet": _Named(
        GroupWords(N_("Going quiet"), N_("are silent for longer than they used to be"), ("渐趋沉默",)),
        {"silence": 1},
    ),
    "discount": _Named(
        GroupWords(
            N_("Discount shoppers"), N_("buy at a discount more than others"), ("bargain hunters", "爱优惠")
        ),
        {"discount": 1},
    ),
    "returners": _Named(
        GroupWords(N_("Often sending back"), N_("send back more than others"), ("returners", "退货较多")),
        {"returns": 1},
    ),
    "once": _Named(
        GroupWords(N_("First-timers"), N_("ordered once so far"), ("one order", "首单", "仅首单")),
        {"frequency": -1},
        once=True,
    ),
    "big_spenders": _Named(
        GroupWords(N_("Big spenders"), N_("spend more on an order than most"), ("big spender", "大单客户")),
        {"order_value": 1},
    ),
    "small_spenders": _Named(
        GroupWords(N_("Small spenders"), N_("spend less on an order than most"), ("小单客户",)),
        {"order_value": -1},
    ),
    "small_seldom": _Named(
        GroupWords(N_("Small orders, seldom"), N_("order seldom and for little"), ("低频小单",)),
        {"frequency": -1, "order_value": -1},
    ),
}
_LAPSED: dict[str, _Named] = {
    "lapsed_best": _Named(
        GroupWords(
            N_("Lapsed best customers"), N_("ordered often and for a lot, and stopped"), ("lapsed best",)
        ),
        {"frequency": 1, "order_value": 1},
    ),
    "lapsed_regulars": _Named(
        GroupWords(N_("Lapsed regulars"), N_("ordered often, and stopped"), ("流失常客",)), {"frequency": 1}
    ),
    "lapsed_big": _Named(
        GroupWords(N_("Lapsed big spenders"), N_("ordered for a lot, and stopped"), ("lapsed big",)),
        {"order_value": 1},
    ),
    "just_lapsed": _Named(
        GroupWords(
            N_("Just lapsed"), N_("stopped not long ago"), ("recently lapsed", "刚流失", "新流失客户")
        ),
        {"silence": -1},
    ),
    "long_gone": _Named(GroupWords(N_("Long gone"), N_("stopped long ago"), ("久未下单",)), {"silence": 1}),
    "lapsed_discount": _Named(
        GroupWords(N_("Lapsed discount shoppers"), N_("bought at a discount, and stopped"), ()),
        {"discount": 1},
    ),
    "lapsed_returners": _Named(
        GroupWords(N_("Lapsed after returns"), N_("sent back more than others, and stopped"), ()),
        {"returns": 1},
    ),
    "lapsed_once": _Named(
        GroupWords(
            N_("Lapsed one-timers"), N_("ordered once and never again"), ("one order, then gone", "一单流失")
        ),
        {"frequency": -1},
        once=True,
    ),
    "lapsed_small": _Named(
        GroupWords(N_("Lapsed small spenders"), N_("ordered for little, and stopped"), ("lapsed small",)),
        {"order_value": -1},
    ),
}
_WHOLE = {
    "active": GroupWords(N_("Active customers"), N_("all who ordered lately"), ("active", "活跃")),
    "lapsed": GroupWords(N_("Lapsed customers"), N_("all who have not ordered for long"), ("lapsed", "流失")),
}
_AVERAGE = {
    "active": GroupWords(N_("Average customers"), N_("are in the middle in everything"), ("average", "普通")),
    "lapsed": GroupWords(N_("Lapsed average customers"), N_("were in the middle in everything"), ()),
}
# A name of no other choice is made of these: `lapsed:frequency+order_value-`.
_PARTS = {
    "active": N_("Active"),
    "lapsed": N_("Lapsed"),
    "silence+": N_("long silent"),
    "silence-": N_("lately here"),
    "frequency+": N_("many orders"),
    "frequency-": N_("few orders"),
    "order_value+": N_("large orders"),
    "order_value-": N_("small orders"),
    "tenure+": N_("long known"),
    "tenure-": N_("not known for long"),
    "discount+": N_("much discount"),
    "discount-": N_("little discount"),
    "returns+": N_("many returns"),
    "returns-": N_("few returns"),
}

SEGMENT_WORDS: dict[str, GroupWords] = {
    **_WHOLE,
    **{f"{standing}_average": words for standing, words in _AVERAGE.items()},
    **{key: named.words for part in (_ACTIVE, _LAPSED) for key, named in part.items()},
}


def parts_of_name(key: str) -> Sequence[str]:
    """The translatable parts of a name that was put together, the standing first; none for other names."""
    standing, colon, rest = key.partition(":")
    if not colon:
        return ()
    traits = [f"{name}{sign}" for name in TRAITS for sign in "+-" if f"{name}{sign}" in rest.split(",")]
    number = [each for each in rest.split(",") if each.isdecimal()]
    return [_PARTS[standing], *(_PARTS[each] for each in traits), *number]


def name_segments(
    standing: str, apart: Floats, once: Floats, sizes: Sequence[int], kept: Mapping[int, str]
) -> list[str]:
    """A key for each of (n_groups, n_traits) `apart`, no two the same.

    `apart` is how far the groups lie from what is usual, in robust standard deviations; `once` is each one's
    share of one-time buyers, and `kept` the keys that groups had before, kept as long as they are true. A
    name is true where each of its traits is notable; of the true ones those are given out that fit best all
    together. A group without any true name left gets one put together from its traits.
    """
    if len(apart) == 1:
        return [standing]
    from scipy.optimize import linear_sum_assignment

    names = _ACTIVE if standing == "active" else _LAPSED
    keys = list(names)
    fits = np.array(
        [[_fit(names[key], z, share) for key in keys] for z, share in zip(apart, once, strict=True)]
    )
    given: dict[int, str] = {
        group: key for group, key in kept.items() if key in names and fits[group, keys.index(key)] > 0
    }
    free = [group for group in range(len(apart)) if group not in given]
    left = [number for number, key in enumerate(keys) if key not in given.values()]
    rows, columns = linear_sum_assignment(-fits[np.ix_(free, left)]) if free else ((), ())
    for row, column in zip(rows, columns, strict=True):
        if fits[free[row], left[column]] > 0:
            given[free[row]] = keys[left[column]]
    taken = set(given.values())
    for group in sorted(free, key=lambda each: (-sizes[each], each)):
        if group not in given:
            given[group] = _put_together(standing, apart[group], taken)
            taken.add(given[group])
    return [given[group] for group in range(len(apart))]


def _fit(named: _Named, apart: Floats, once: float) -> float:
    """How much of what sets a group apart a name tells, from 0 to 1; 0 where it would not be true."""
    directions = np.array([named.traits.get(trait, 0) for trait in TRAITS], dtype=np.float64)
    said = directions != 0
    if named.once:
        # That most ordered once says everything about how often they order.
        return 0.9 + 0.1 * once if once >= MOSTLY else 0.0
    if (directions[said] * apart[said] < NOTABLE).any():
        return 0.0
    return float(directions @ apart / (np.linalg.norm(directions) * np.linalg.norm(apart)))


def _put_together(standing: str, apart: Floats, taken: set[str]) -> str:
    if (np.abs(apart) < NOTABLE).all() and f"{standing}_average" not in taken:
        return f"{standing}_average"
    order = np.argsort(-np.abs(apart), kind="stable")
    for many in range(2, len(TRAITS) + 1):
        said = sorted(order[:many])
        traits = [
            f"{TRAITS[one]}{'+' if apart[one] > 0 else '-'}" for one in said if abs(apart[one]) >= NOTABLE
        ]
        key = f"{standing}:{','.join(traits or ['1'])}"
        if key not in taken:
            return key
    return next(f"{key},{n}" for n in range(2, len(taken) + 3) if f"{key},{n}" not in taken)
