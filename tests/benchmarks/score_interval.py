"""The peer: the score interval of Miettinen and Nurminen, for arrays of experiments at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from predictor.rate_difference import Z95, Floats, Interval

_STEPS = 40  # halvings: the bound is exact to 1e-12


def miettinen_nurminen(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, z: float = Z95
) -> Interval:
    """The score interval of Miettinen and Nurminen (1985): all differences that the data do not reject.

    https://doi.org/10.1002/sim.4780040211
    """
    x1, n1, x2, n2 = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (x1, n1, x2, n2)))
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = x1 / n1 - x2 / n2

        def accepted(difference: Floats) -> NDArray[np.bool_]:
            p1, p2 = _restricted(x1, n1, x2, n2, difference)
            total = n1 + n2
            variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * total / (total - 1)
            return np.asarray((observed - difference) ** 2 <= z**2 * variance)

        return _farthest(accepted, observed, -1.0), _farthest(accepted, observed, 1.0)


def _restricted(x1: Floats, n1: Floats, x2: Floats, n2: Floats, difference: Floats) -> tuple[Floats, Floats]:
    """The two rates that explain the data best if they are that difference apart (the closed form)."""
    total, ordered = n1 + n2, x1 + x2
    # The names of the paper, with the rate of the first arm as the unknown.
    a = total
    b = -(total + ordered + difference * (n2 + 2 * n1))
    c = n1 * difference**2 + difference * (2 * x1 + total) + ordered
    d = -x1 * difference * (1 + difference)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = np.where(v < 0, -1.0, 1.0) * np.sqrt(np.maximum(0, b**2 / (3 * a) ** 2 - c / (3 * a)))
    ratio = np.divide(v, u**3, out=np.ones_like(v), where=np.abs(u) > 1e-12)
    w = (np.pi + np.arccos(np.clip(ratio, -1, 1))) / 3
    p1 = np.clip(2 * u * np.cos(w) - b / (3 * a), np.maximum(0, difference), np.minimum(1, 1 + difference))
    return p1, np.clip(p1 - difference, 0, 1)


def _farthest(accepted: Callable[[Floats], NDArray[np.bool_]], start: Floats, end: float) -> Floats:
    """The difference between `start`, which is accepted, and `end` from which on none is any more."""
    inner, outer = start.copy(), np.full_like(start, end)
    for _ in range(_STEPS):
        middle = (inner + outer) / 2
        inside = accepted(middle)
        inner, outer = np.where(inside, middle, inner), np.where(inside, outer, middle)
    return np.where(np.isnan(start), np.nan, outer)
