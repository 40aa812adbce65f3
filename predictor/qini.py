"""How well a score finds those whom a message moves: the Qini coefficient on randomised campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_DRAWS = 500


@dataclass(frozen=True)
class Randomised:
    """Users of one or more campaigns with both arms, the newest first.

    All (n_rows,): `campaign` numbers the campaigns from 0, `user` the users, `contacted` is the arm and
    `outcome` what came of it, an order (0 or 1).
    """

    campaign: NDArray[np.int64]
    user: NDArray[np.int64]
    contacted: NDArray[np.bool_]
    outcome: Floats

    def __len__(self) -> int:
        return len(self.outcome)

    def gains(self) -> Floats:
        """(n_rows,) numbers whose mean over any set of users is an unbiased estimate of the effect on them.

        Horvitz and Thompson's weights by the arms' shares in each campaign, of outcomes less what each
        campaign's arms have in common: without that, their level would be most of the noise.
        """
        gains = np.zeros(len(self))
        for campaign in np.unique(self.campaign):
            rows = self.campaign == campaign
            arm, outcome = self.contacted[rows], self.outcome[rows]
            share = arm.mean()
            if share in (0, 1):
                continue  # nobody to compare with
            level = (1 - share) * outcome[arm].mean() + share * outcome[~arm].mean()
            gains[rows] = np.where(arm, (outcome - level) / share, -(outcome - level) / (1 - share))
        return gains


@dataclass(frozen=True)
class Qini:
    """A Qini coefficient in orders per user, with the interval from `low` to `high`."""

    value: float
    low: float
    high: float


def places(score: Floats, campaign: NDArray[np.int64]) -> Floats:
    """(n_rows,) the place of each row within its campaign, from 0 (highest) to 1; equal scores share one."""
    found = np.empty(len(score))
    for each in np.unique(campaign):
        rows = campaign == each
        _, group, counts = np.unique(-score[rows], return_inverse=True, return_counts=True)
        middle = np.cumsum(counts) - counts / 2
        found[rows] = middle[group] / rows.sum()
    return found


def qini(data: Randomised, score: Floats, *, comparisons: int = 1, seed: int = 0) -> Qini:
    """The area between the Qini curve of `score` and the straight line of a random order.

    The curve says for every share of users, the highest scores first, how many more orders per user of all
    the message brings if only they get it (Radcliffe 2007). Its area over shares in [0, 1] is the mean of
    gain × (1 − place), and that of the line the mean of gain × 1/2. The interval is 95 %, from a bootstrap
    over users, widened by Bonferroni for the best of so many `comparisons`.
    """
    return _interval(data.user, data.gains() * (0.5 - places(score, data.campaign)), comparisons, seed)


def qini_gain(data: Randomised, score: Floats, other: Floats, *, seed: int = 0) -> Qini:
    """The Qini coefficient of `score` less that of `other` on the same users, with its 95 % interval."""
    ahead = places(other, data.campaign) - places(score, data.campaign)
    return _interval(data.user, data.gains() * ahead, 1, seed)


def effect(data: Randomised, chosen: NDArray[np.bool_] | None = None, *, seed: int = 0) -> Qini:
    """The mean effect of the message on all users or the `chosen`, (n_rows,), in orders per user, 95 %."""
    rows = np.ones(len(data), dtype=np.bool_) if chosen is None else chosen
    return _interval(data.user[rows], data.gains()[rows], 1, seed)


def _interval(user: NDArray[np.int64], parts: Floats, comparisons: int, seed: int) -> Qini:
    """The mean of `parts` and its interval; all rows of a user are drawn together."""
    users, place = np.unique(user, return_inverse=True)
    sums = np.bincount(place, weights=parts, minlength=len(users))
    counts = np.bincount(place, minlength=len(users))
    random = np.random.default_rng(seed)
    means = np.empty(_DRAWS)
    for draw in range(_DRAWS):
        weight = random.poisson(1.0, len(users))
        means[draw] = float(weight @ sums) / max(float(weight @ counts), 1.0)
    half = NormalDist().inv_cdf(1 - 0.025 / comparisons) * float(means.std())
    value = float(parts.mean())
    return Qini(value, value - half, value + half)
