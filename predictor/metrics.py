"""How good predicted probabilities of churn are, and whether one model beats another beyond chance.

Everywhere `y` is (n,) with 1 for who placed no order in the horizon and 0 for who did, and `p` is (n,),
the predicted probability of 1. What cannot be computed (no rows, or a class the metric needs is
absent) is NaN, without warning; rows with the same `p` are never told apart by their order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Metric = Callable[[ArrayLike, ArrayLike], float]

BINS = 10
_Z = 1.959963984540054  # of a normal distribution, 95 % lies within so many standard deviations
_CLIP = 1e-15  # log_loss of a certain and wrong prediction stays finite
_CELLS = 4_000_000  # numbers held at once while resampling: 32 MB


@dataclass(frozen=True)
class Estimate:
    """A figure, `mean`, and its interval from `low` to `high`, of 95 % by default."""

    mean: float
    low: float
    high: float


class Gain(Estimate):
    """A difference between two models."""

    @property
    def significant(self) -> bool:
        """Whether the interval leaves out 0, on either side."""
        return self.low > 0 or self.high < 0


def auroc(y: ArrayLike, p: ArrayLike) -> float:
    """P(a random churner has a higher p than a random other user), ties counting half; NaN for one class."""
    return _once(_auroc, y, p)


def average_precision(y: ArrayLike, p: ArrayLike) -> float:
    """Mean precision at each churner, from the highest p down, ties taken together; NaN for one class."""
    return _once(_average_precision, y, p)


def top_decile_lift(y: ArrayLike, p: ArrayLike) -> float:
    """Share of churners in the tenth with the highest p, over their share in all; NaN without churners.

    Of users tied at the edge of the tenth, the part that fits in counts, at their mean.
    """
    return _once(_top_decile_lift, y, p)


def brier(y: ArrayLike, p: ArrayLike) -> float:
    """Mean squared distance between p and what happened; lower is better; NaN for no rows."""
    return _once(_brier, y, p)


def log_loss(y: ArrayLike, p: ArrayLike) -> float:
    """Mean of -ln(probability given to what happened), p kept 1e-15 off 0 and 1; lower is better."""
    return _once(_log_loss, y, p)


def accuracy(y: ArrayLike, p: ArrayLike) -> float:
    """Share of rows where p >= 0.5 says what happened; NaN for no rows."""
    return _once(_accuracy, y, p)


def majority_accuracy(y: ArrayLike) -> float:
    """Accuracy of always giving the more frequent answer: what `accuracy` has to beat; NaN for no rows."""
    truth = np.asarray(y, dtype=np.float64)
    if truth.size == 0:
        return math.nan
    share = float(truth.mean())
    return max(share, 1 - share)


def recall(y: ArrayLike, p: ArrayLike, threshold: float) -> float:
    """Share of the churners whose p is at least `threshold`; NaN without churners."""
    truth, given = _rows(y, p)
    churned = given[truth == 1]
    return float(np.mean(churned >= threshold)) if churned.size else math.nan


def ece(y: ArrayLike, p: ArrayLike) -> float:
    """Expected calibration error: mean over rows of |mean p - mean y| in ten bins of equal count.

    Rows with the same p share a bin, so the counts are equal only as far as ties allow. It is above
    0 even for perfect probabilities: read it beside `ece_noise_floor`.
    """
    truth, given = _rows(y, p)
    if truth.size == 0:
        return math.nan
    gaps = np.bincount(_bins(given), weights=given - truth, minlength=BINS)
    return float(np.abs(gaps).sum() / truth.size)


def ece_noise_floor(p: ArrayLike, draws: int = 300, seed: int = 0) -> float:
    """The `ece` to expect if p were perfectly calibrated: its mean over `draws` of y ~ Bernoulli(p)."""
    given = np.asarray(p, dtype=np.float64)
    if given.size == 0:
        return math.nan
    random = np.random.default_rng(seed)
    bins = _bins(given)
    total = 0.0
    for _ in range(draws):
        drawn = random.random(given.size) < given
        total += float(np.abs(np.bincount(bins, weights=given - drawn, minlength=BINS)).sum())
    return total / (draws * given.size)


def paired_gain(
    y_by_date: Sequence[ArrayLike],
    p_by_date: Sequence[ArrayLike],
    q_by_date: Sequence[ArrayLike],
    metric: Metric,
    user_ids_by_date: Sequence[ArrayLike],
    *,
    draws: int = 400,
    seed: int = 0,
    level: float = 0.95,
) -> Gain:
    """`metric` of p minus `metric` of q, averaged over test dates, with an interval over users.

    Args:
        y_by_date: what happened, one (n_rows of that date,) array for each test date.
        p_by_date: one model's probabilities, same shapes.
        q_by_date: the other's, same shapes.
        metric: a function of (y, p) in this module, or any other; for brier and log_loss a gain is
            negative. Those of this module are resampled in one stroke, others call by call.
        user_ids_by_date: who the rows are, same shapes; ids of one type.
        draws: bootstrap samples, of whose gains the middle `level` are the interval.
        seed: of the samples.
        level: of the interval.

    Users, not rows, are drawn with replacement, and a drawn user brings their rows of every date, so
    a user scored on five dates is not counted as five independent ones. Dates on which the metric is
    NaN are left out of the mean; with none left the gain is NaN.
    """
    dates = [(*_rows(y, p), _rows(y, q)[1]) for y, p, q in zip(y_by_date, p_by_date, q_by_date, strict=True)]
    by_counts = _BY_COUNTS.get(metric) or _repeated(metric)

    def gain(date: tuple[Floats, ...], counts: Floats) -> Floats:
        truth, p, q = date
        return by_counts(truth, p, counts) - by_counts(truth, q, counts)

    return Gain(*_over_users(dates, user_ids_by_date, gain, draws, seed, level))


def estimated(
    y_by_date: Sequence[ArrayLike],
    p_by_date: Sequence[ArrayLike],
    metric: Metric,
    user_ids_by_date: Sequence[ArrayLike],
    *,
    draws: int = 400,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """`metric` averaged over test dates, with its interval over users: `paired_gain` of one model alone."""
    dates = [_rows(y, p) for y, p in zip(y_by_date, p_by_date, strict=True)]
    by_counts = _BY_COUNTS.get(metric) or _repeated(metric)

    def figure(date: tuple[Floats, ...], counts: Floats) -> Floats:
        return by_counts(date[0], date[1], counts)

    return Estimate(*_over_users(dates, user_ids_by_date, figure, draws, seed, level))


def _over_users(
    dates: Sequence[tuple[Floats, ...]],
    user_ids_by_date: Sequence[ArrayLike],
    statistic: Callable[[tuple[Floats, ...], Floats], Floats],
    draws: int,
    seed: int,
    level: float,
) -> tuple[float, float, float]:
    """The mean over dates of a statistic of (date, counts), and its interval from a bootstrap of users."""
    owners = _owners(user_ids_by_date, [date[0].size for date in dates])
    dated = [(date, owner) for date, owner in zip(dates, owners, strict=True) if owner.size]
    if not dated:
        return math.nan, math.nan, math.nan
    n_users = 1 + max(int(owner.max()) for _, owner in dated)

    def means(counts: Floats) -> Floats:
        """Mean over dates for each row of `counts` (n_draws, n_users): how often each user was drawn."""
        return _mean_without_nan(np.array([statistic(date, counts[:, owner]) for date, owner in dated]))

    random = np.random.default_rng(seed)
    at_once = max(1, _CELLS // n_users)
    drawn = [
        means(_resampled(random, min(at_once, draws - start), n_users)) for start in range(0, draws, at_once)
    ]
    told = np.concatenate(drawn)
    told = told[~np.isnan(told)]
    low, high = np.quantile(told, ((1 - level) / 2, (1 + level) / 2)) if told.size else (math.nan, math.nan)
    return float(means(np.ones((1, n_users)))[0]), float(low), float(high)


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share, `hits` of `trials`, after Wilson (1927); all of [0, 1] for no trials.

    Unlike the normal one it stays within [0, 1], and has a width where all or none were hits.
    """
    if not trials:
        return 0.0, 1.0
    share, weight = hits / trials, _Z * _Z / trials
    middle = (share + weight / 2) / (1 + weight)
    half = _Z / (1 + weight) * math.sqrt(share * (1 - share) / trials + weight / (4 * trials))
    return max(0.0, middle - half), min(1.0, middle + half)


def known(figures: Mapping[str, float]) -> dict[str, float | None]:
    """The figures for a file or an answer: six places, and None for NaN."""
    return {name: None if math.isnan(figure) else round(float(figure), 6) for name, figure in figures.items()}


def _rows(y: ArrayLike, p: ArrayLike) -> tuple[Floats, Floats]:
    truth, given = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    if truth.ndim != 1 or truth.shape != given.shape:
        raise ValueError(f"y and p have shapes {truth.shape} and {given.shape}; both should be (n,)")
    return truth, given


def _owners(user_ids_by_date: Sequence[ArrayLike], sizes: Sequence[int]) -> list[NDArray[np.intp]]:
    """For each date the number (0, 1, …) of the user of each row, the same on all dates."""
    ids = [np.asarray(user_ids) for user_ids in user_ids_by_date]
    if [len(users) for users in ids] != list(sizes):
        raise ValueError("user_ids_by_date needs one id for each row of each date")
    if not ids:
        return []
    _, numbers = np.unique(np.concatenate(ids), return_inverse=True)
    return np.split(numbers, np.cumsum(sizes)[:-1])


def _resampled(random: np.random.Generator, draws: int, n_users: int) -> Floats:
    counts = np.empty((draws, n_users))
    for draw in counts:
        draw[:] = np.bincount(random.integers(n_users, size=n_users), minlength=n_users)
    return counts


def _mean_without_nan(values: Floats) -> Floats:
    """Mean over axis 0 of what is not NaN; NaN where nothing is left."""
    there = ~np.isnan(values)
    return _ratio(np.where(there, values, 0.0).sum(axis=0), there.sum(axis=0).astype(np.float64))


def _bins(p: Floats) -> NDArray[np.intp]:
    """Bin 0 to 9 of each p by its rank among all, ties at their middle rank."""
    _, group, size = np.unique(p, return_inverse=True, return_counts=True)
    middle = np.cumsum(size) - size / 2
    return np.minimum(BINS - 1, BINS * middle[group] / p.size).astype(np.intp)


# Each metric is written once, for `counts` (n_draws, n): how often each row is taken. Every row once is
# the metric itself; the counts of resampled users are a bootstrap of it.

ByCounts = Callable[[Floats, Floats, Floats], Floats]


def _once(by_counts: ByCounts, y: ArrayLike, p: ArrayLike) -> float:
    truth, given = _rows(y, p)
    return float(by_counts(truth, given, np.ones((1, truth.size)))[0]) if truth.size else math.nan


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return ratio


def _ties(truth: Floats, given: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Churners and rows at each distinct p, from the highest down, each (n_draws, n_distinct)."""
    order = np.argsort(-given, kind="stable")
    starts = np.flatnonzero(np.concatenate(([True], np.diff(given[order]) != 0)))
    rows = counts[:, order]
    return np.add.reduceat(rows * truth[order], starts, axis=1), np.add.reduceat(rows, starts, axis=1)


def _auroc(truth: Floats, given: Floats, counts: Floats) -> Floats:
    churned, rows = _ties(truth, given, counts)
    stayed = rows - churned
    churned_above = np.cumsum(churned, axis=1) - churned / 2
    pairs = churned.sum(axis=1) * stayed.sum(axis=1)
    return _ratio((churned_above * stayed).sum(axis=1), pairs)


def _average_precision(truth: Floats, given: Floats, counts: Floats) -> Floats:
    churned, rows = _ties(truth, given, counts)
    above, churned_above = np.cumsum(rows, axis=1), np.cumsum(churned, axis=1)
    precision = np.divide(churned_above, above, out=np.zeros_like(above), where=above > 0)
    both_classes = churned_above[:, -1] < above[:, -1]
    return _ratio((precision * churned).sum(axis=1), churned_above[:, -1] * both_classes)


def _top_decile_lift(truth: Floats, given: Floats, counts: Floats) -> Floats:
    churned, rows = _ties(truth, given, counts)
    above = np.cumsum(rows, axis=1) - rows
    tenth = rows.sum(axis=1, keepdims=True) / 10
    inside = np.clip(tenth - above, 0, rows)
    taken = np.divide(inside, rows, out=np.zeros_like(rows), where=rows > 0)
    return _ratio((taken * churned).sum(axis=1) * 10, churned.sum(axis=1))


def _mean(values: Floats, counts: Floats) -> Floats:
    return _ratio(counts @ values, counts.sum(axis=1))


def _brier(truth: Floats, given: Floats, counts: Floats) -> Floats:
    return _mean((given - truth) ** 2, counts)


def _log_loss(truth: Floats, given: Floats, counts: Floats) -> Floats:
    kept = np.clip(given, _CLIP, 1 - _CLIP)
    return _mean(-np.where(truth == 1, np.log(kept), np.log1p(-kept)), counts)


def _accuracy(truth: Floats, given: Floats, counts: Floats) -> Floats:
    return _mean(((given >= 0.5) == (truth == 1)).astype(np.float64), counts)


def _repeated(metric: Metric) -> ByCounts:
    """Any metric of (y, p), one resample after the other."""

    def by_counts(truth: Floats, given: Floats, counts: Floats) -> Floats:
        times = counts.astype(np.intp)
        return np.array([metric(np.repeat(truth, row), np.repeat(given, row)) for row in times])

    return by_counts


_BY_COUNTS: dict[Metric, ByCounts] = {
    auroc: _auroc,
    average_precision: _average_precision,
    top_decile_lift: _top_decile_lift,
    brier: _brier,
    log_loss: _log_loss,
    accuracy: _accuracy,
}
