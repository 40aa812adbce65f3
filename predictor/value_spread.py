"""How far what users spend lies from what is expected: learned from what came of users on a past day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHARE = 0.80  # of users whose money lies within the interval
RANGES = 12
FEWEST = 30  # users in a range
_STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57)
_Z = 1.96


@dataclass(frozen=True)
class Spread:
    """Ranges of users expected alike, from low to high.

    `expected` is the mean cents said in each, (n_ranges,); `low` and `high` what bounds the middle SHARE of
    what came, as multiples of what was said. `variance` is that of one user's number over its mean, in cents
    and in orders, and `drift` half the 95 % interval of a whole time being better or worse than others.
    """

    expected: Floats
    low: Floats
    high: Floats
    cents_variance: float
    orders_variance: float
    drift: float

    def interval(self, said: Floats, in_window: Floats) -> tuple[Floats, Floats]:
        """Lower and upper cents of each user, (n_users,) each.

        Who is expected to spend much varies less, as a share of it. Of a longer time than was seen more is
        said, but the doubt whether a user stays is no smaller: then what is said `in_window` counts.
        """
        place = np.log(np.maximum(np.minimum(said, in_window), 1e-3))
        at = np.log(np.maximum(self.expected, 1e-3))
        return said * np.interp(place, at, self.low), said * np.interp(place, at, self.high)

    def total(self, said: float, *, orders: bool = False) -> tuple[float, float]:
        """The 95 % interval of the sum over many users, of cents or of orders."""
        variance = self.orders_variance if orders else self.cents_variance
        half = float(np.hypot(_Z * np.sqrt(variance * said), self.drift * said))
        return max(0.0, said - half), said + half

    def parts(self) -> dict[str, Any]:
        """What is kept in a model file."""
        lists = {name: getattr(self, name).tolist() for name in ("expected", "low", "high")}
        numbers = ("cents_variance", "orders_variance", "drift")
        return {**lists, **{name: float(getattr(self, name)) for name in numbers}}

    @classmethod
    def from_parts(cls, parts: Mapping[str, Any]) -> Spread:
        """From a model file."""
        arrays = {name: np.array(parts[name]) for name in ("expected", "low", "high")}
        return cls(
            **arrays,
            cents_variance=parts["cents_variance"],
            orders_variance=parts["orders_variance"],
            drift=parts["drift"],
        )


def ranges_of(said: Floats) -> list[NDArray[np.int64]]:
    """Places of users in up to RANGES ranges as large as each other, from the least expected up."""
    count = int(np.clip(len(said) // FEWEST, 1, RANGES))
    return [np.asarray(part) for part in np.array_split(np.argsort(said, kind="stable"), count)]


def fit_spread(
    said: Floats, came: Floats, said_orders: Floats, came_orders: Floats, ratios: Sequence[float]
) -> Spread:
    """From what was said of users and what came; `ratios` are sums that came over said, of several times."""
    outer = (1 - SHARE) / 2
    expected, low, high = [], [], []
    for places in ranges_of(said):
        ratio = came[places] / np.maximum(said[places], 1e-9)
        expected.append(float(said[places].mean()))
        low.append(float(np.clip(np.quantile(ratio, outer, method="lower"), 0.0, 1.0)))
        # Where many spend nothing, nobody lies below: then all that is left out lies above.
        below = float((ratio < low[-1]).mean())
        high.append(float(max(np.quantile(ratio, min(below + SHARE, 1.0), method="higher"), 1.0)))
    return Spread(
        np.array(expected),
        np.array(low),
        np.array(high),
        cents_variance=float(((came - said) ** 2).sum() / max(said.sum(), 1e-9)),
        orders_variance=float(((came_orders - said_orders) ** 2).sum() / max(said_orders.sum(), 1e-9)),
        drift=_drift(ratios),
    )


def _drift(ratios: Sequence[float]) -> float:
    """Half the width of the interval that stems from one time being better than another, as a fraction."""
    if len(ratios) < 2:
        return 0.5
    spread = float(np.std(ratios, ddof=1)) / max(float(np.mean(ratios)), 1e-9)
    return min(spread * _STUDENT[min(len(ratios) - 2, len(_STUDENT) - 1)], 1.0)
