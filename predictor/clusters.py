"""Groups of similar rows: how many there are is decided by how well they are found again in a resample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

SEED = 20_260
RESAMPLES = 20
RESAMPLE_ROWS = 4_000  # of each resample, at most
STARTS = 4  # of k-means, of which the best counts
# A number of groups that is less repeatable than the most repeatable one by more than this is too many.
TOLERANCE = 0.05
FEWEST_ROWS = 30  # with less there is one group
CLIP = (0.5, 99.5)  # percentiles beyond which a value counts as that: one giant is no group


@dataclass(frozen=True)
class Stability:
    """How well `groups` groups are found again: mean and standard deviation of the adjusted Rand index.

    Each resample (a bootstrap) is grouped anew, and both groupings of all rows are compared.
    """

    groups: int
    mean: float
    deviation: float


@dataclass(frozen=True)
class Clusters:
    """Centres (n_groups, n_columns) among values held between `low` and `high`; a row is of the nearest.

    `stability` has an entry for each number of groups that was tried.
    """

    centres: Floats
    low: Floats
    high: Floats
    stability: Sequence[Stability] = ()

    def __len__(self) -> int:
        return len(self.centres)

    @property
    def chosen(self) -> Stability | None:
        """The stability of the number of groups that was chosen; None where there was no choice."""
        return next((each for each in self.stability if each.groups == len(self)), None)

    def assign(self, values: Floats) -> Labels:
        """(n_rows,) the number of each row's group."""
        labels = np.empty(len(values), dtype=np.int64)
        for start in range(0, len(values), 100_000):
            rows = values[start : start + 100_000].clip(self.low, self.high)
            apart = ((rows[:, None, :] - self.centres[None, :, :]) ** 2).sum(axis=2)
            labels[start : start + 100_000] = apart.argmin(axis=1)
        return labels

    def as_json(self) -> dict[str, Any]:
        """In JSON types, as `from_json` reads it."""
        return {
            "centres": self.centres.tolist(),
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "stability": [vars(each) for each in self.stability],
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Clusters:
        """What `as_json` wrote."""
        return cls(
            np.array(kept["centres"], dtype=np.float64),
            np.array(kept["low"], dtype=np.float64),
            np.array(kept["high"], dtype=np.float64),
            tuple(Stability(**each) for each in kept["stability"]),
        )


def find_clusters(values: Floats, choices: Sequence[int], *, seed: int = SEED) -> Clusters:
    """The groups of (n_rows, n_columns) `values`, as many of them as stay repeatable.

    Of `choices`, the largest number whose adjusted Rand index over bootstrap resamples lies within TOLERANCE
    of the best: the smallest would nearly always be two, which nobody can act on. One group where there are
    too few rows, or too few that differ. The same values and seed give the same groups.
    """
    low, high = np.percentile(values, CLIP, axis=0)
    rows = values.clip(low, high)
    different = len(np.unique(rows.round(6), axis=0))
    possible = [k for k in choices if k <= different // 2]
    if len(rows) < FEWEST_ROWS or not possible:
        return Clusters(rows.mean(axis=0, keepdims=True), low, high)
    import sklearn.cluster  # noqa: F401  (before its threads can be held)

    with ThreadpoolController().limit(limits=1):
        found = {k: _centres(rows, k, seed) for k in possible}
        stability = [_stability(rows, low, high, centres, seed) for centres in found.values()]
    enough = max(each.mean for each in stability) - TOLERANCE
    chosen = max(each.groups for each in stability if each.mean >= enough)
    centres = found[chosen]
    # Numbered by size, so that the order does not hang on the seed.
    sizes = np.bincount(Clusters(centres, low, high).assign(rows), minlength=chosen)
    return Clusters(centres[np.argsort(-sizes, kind="stable")], low, high, tuple(stability))


def adjusted_rand(one: Labels, other: Labels) -> float:
    """The adjusted Rand index of two groupings of the same rows: 1 for the same, about 0 for unrelated."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(one, other))


def matched(one: Labels, other: Labels, groups: int, others: int) -> dict[int, tuple[int, float]]:
    """Which group of `other` is which of `one`, each at most once, with the share of their union in both."""
    from scipy.optimize import linear_sum_assignment

    counts = np.zeros((groups, others))
    np.add.at(counts, (one, other), 1)
    union = counts.sum(axis=1)[:, None] + counts.sum(axis=0)[None, :] - counts
    shared = counts / np.maximum(union, 1)
    pairs = zip(*linear_sum_assignment(-shared), strict=True)
    return {int(here): (int(there), float(shared[here, there])) for here, there in pairs}


def _centres(rows: Floats, k: int, seed: int, starts: int = STARTS) -> Floats:
    from sklearn.cluster import KMeans

    fitted = KMeans(k, n_init=starts, random_state=seed, max_iter=100).fit(rows)
    return np.asarray(fitted.cluster_centers_, dtype=np.float64)


def _stability(rows: Floats, low: Floats, high: Floats, centres: Floats, seed: int) -> Stability:
    random = np.random.default_rng(seed)
    k = len(centres)
    labels = Clusters(centres, low, high).assign(rows)
    found = []
    for number in range(RESAMPLES):
        drawn = rows[random.integers(0, len(rows), min(len(rows), RESAMPLE_ROWS))]
        if len(np.unique(drawn, axis=0)) < k:
            continue
        again = Clusters(_centres(drawn, k, seed + number), low, high).assign(rows)
        found.append(adjusted_rand(labels, again))
    return Stability(k, float(np.mean(found or [0.0])), float(np.std(found or [0.0])))
