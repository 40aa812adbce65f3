"""The difference of two means of skewed amounts, such as money per user, with its interval by permutation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 1_000
_CELLS = 4_000_000
# Above so many amounts the quantiles hardly move any more: fewer draws are enough.
_MOST_DRAWN = 20_000_000
_FEWEST_DRAWS = 200


def money_interval(
    first: Floats, second: Floats, *, draws: int = DRAWS, seed: int = 0
) -> tuple[float, float, float]:
    """The mean of `first` less that of `second`, and its 95 % interval: studentised permutation, equal tails.

    The quantiles of the difference over its error are those of both arms mixed and drawn anew. So the
    amounts of the large arm tell how far those of a small holdout may lie, which a bootstrap of few buyers
    never sees; docs/campaigns.md has the figures. Janssen (1997),
    https://doi.org/10.1016/S0167-7152(97)00043-6: right for arms of unequal spread too, once they are large.
    NaN with fewer than two users in an arm; a point where all spent alike; with a single buyer that amount to
    either side.
    """
    if min(len(first), len(second)) < 2:
        return float("nan"), float("nan"), float("nan")
    random = np.random.default_rng(seed)
    difference = float(first.mean() - second.mean())
    error = float(np.sqrt(first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second)))
    if error == 0:
        return difference, difference, difference
    amounts = np.concatenate([first, second])
    amounts = amounts[amounts != 0]
    if len(amounts) == 1:  # a lone amount tells nothing of how amounts spread
        half = float(np.abs(amounts[0]))
        return difference, difference - half, difference + half
    ratios = _permuted(amounts, len(first), len(second), draws, random)
    lowest, highest = np.quantile(ratios, [0.025, 0.975], method="nearest")
    return difference, difference - float(highest) * error, difference - float(lowest) * error


def _permuted(amounts: Floats, n1: int, n2: int, draws: int, random: np.random.Generator) -> Floats:
    """(draws,) differences of means over their errors, each with the users dealt to the arms anew.

    Only `amounts`, those other than 0, are dealt; how many fall into the second arm is hypergeometric.
    """
    spent = len(amounts)
    draws = min(draws, max(_FEWEST_DRAWS, _MOST_DRAWN // spent))
    total, squares = amounts.sum(), (amounts**2).sum()
    found = []
    chunk = max(1, _CELLS // spent)
    for start in range(0, draws, chunk):
        rows = min(chunk, draws - start)
        dealt = random.permuted(np.broadcast_to(amounts, (rows, spent)), axis=1)
        count = random.hypergeometric(spent, n1 + n2 - spent, n2, rows)
        out = np.arange(spent) < count[:, None]
        sum2, square2 = (dealt * out).sum(axis=1), (dealt**2 * out).sum(axis=1)
        mean1, error1 = _moments(total - sum2, squares - square2, n1)
        mean2, error2 = _moments(sum2, square2, n2)
        error = np.sqrt(error1 + error2)
        found.append((mean1 - mean2) / np.where(error > 0, error, np.inf))
    return np.concatenate(found)


def _moments(sums: Floats, squares: Floats, n: int) -> tuple[Floats, Floats]:
    """The means, and their squared errors."""
    mean = sums / n
    return mean, np.maximum(squares / n - mean**2, 0.0) / (n - 1)
