"""When a user orders next: log-normal gaps at the user's own pace, given the silence so far.

The quantiles are set by what came of users in the past: the middle one is the date that half of those who
did come back were back by, the outer ones hold four in five of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from predictor.value_examples import Examples, Histories

Floats = NDArray[np.float64]

SHARES = (0.1, 0.5, 0.9)
FEWEST = 30  # users who came back, to set the quantiles by
_PRIOR_GAPS = 2.0  # how many gaps of the shop's usual length a user's own are weighed with
_LATEST = 1 - 1e-9


@dataclass(frozen=True)
class NextOrder:
    """`mean` and `spread` of the logarithm of 1 + the days between orders, of the shop.

    `ranks` are where in the log-normal of who orders after so long a silence the shares SHARES were back.
    """

    mean: float
    spread: float
    ranks: tuple[float, float, float]

    @classmethod
    def of(cls, past: Examples) -> NextOrder | None:
        """Learned from who came back after a past day; None where too few did."""
        came = ~np.isnan(past.next_days)
        gaps = past.histories.column("log_gap_mean")
        known = ~np.isnan(gaps)
        if came.sum() < FEWEST or known.sum() < FEWEST:
            return None
        plain = cls(float(gaps[known].mean()), max(float(gaps[known].std()), 0.1), (0.1, 0.5, 0.9))
        ranks = np.quantile(plain.rank(past)[came], SHARES)
        return cls(plain.mean, plain.spread, (float(ranks[0]), float(ranks[1]), float(ranks[2])))

    def rank(self, past: Examples) -> Floats:
        """(n_users,) where each next order lay in its log-normal, in [0, 1]; NaN where none came."""
        mean, spread, before = self._gaps(past.histories)
        silence = past.histories.column("recency_days")
        below = ndtr((np.log1p(silence + past.next_days) - mean) / spread)
        return np.asarray((below - before) / (1 - before))

    def days(self, known: Histories) -> Floats:
        """(3, n_users) days from now until the next order, for the shares SHARES, if one comes."""
        mean, spread, before = self._gaps(known)
        silence = known.column("recency_days")
        ranks = np.array(self.ranks)[:, None]
        quantile = ndtri(np.minimum(before + ranks * (1 - before), _LATEST))
        return np.asarray(np.maximum(np.expm1(mean + spread * quantile) - silence, 0.0))

    def _gaps(self, known: Histories) -> tuple[Floats, Floats, Floats]:
        """Each user's mean and spread of log gaps, drawn to the shop's, and the share of gaps over by now."""
        gaps = np.maximum(known.column("frequency") - 1, 0)
        own = np.where(gaps > 0, np.nan_to_num(known.column("log_gap_mean")), self.mean)
        mean = (gaps * own + _PRIOR_GAPS * self.mean) / (gaps + _PRIOR_GAPS)
        usual = np.maximum(np.nan_to_num(known.column("mean_gap_days")), 1.0)
        varied = np.log1p(np.nan_to_num(known.column("gap_sd_days")) / usual)
        spread = np.sqrt((gaps * varied**2 + _PRIOR_GAPS * self.spread**2) / (gaps + _PRIOR_GAPS))
        spread = np.maximum(spread, 0.1)
        before = ndtr((np.log1p(known.column("recency_days")) - mean) / spread)
        return mean, spread, np.minimum(before, _LATEST)
