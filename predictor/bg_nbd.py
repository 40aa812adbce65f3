"""BG/NBD: a shop without contracts, seen as users who order at their own pace until they silently stop.

Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD
Model", Marketing Science 24(2), 275-284. After the first order a living user orders with rate
lambda ~ Gamma(r, alpha), and stops for good after each *repeat* order with probability p ~ Beta(a, b).
A user is known by three numbers: x repeat orders, t_x days from the first order to the last, T days
from the first order to the moment of knowledge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import betaln, digamma, expit, gammaln, hyp2f1

from storage.errors import OpsbotError

Floats = NDArray[np.float64]

# Beyond these, in units of the mean age, a likelihood that still climbs is flat to many digits: it tends
# to a model with one pace (r, alpha) or one stopping probability (a, b) for everybody.
_LOG_BOUND = 12.0
_NEAR_ONE = 1e-5
_MANY_ORDERS = 300
_MORE_STARTS = ((0.3, 0.5, 2.0), (3.0, 0.5, 5.0), (1.0, 0.05, 1.0), (0.1, 3.0, 3.0))


class BGNBDNotFittedError(OpsbotError):
    """No BG/NBD model can be fitted to these order histories."""

    kind = "bg_nbd_not_fitted"


@dataclass(frozen=True)
class BGNBD:
    """A fitted model: `r`, `a` and `b` without unit, `alpha` in days; r / alpha is orders per day."""

    r: float
    alpha: float
    a: float
    b: float

    def probability_alive(self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Floats:
        """P(the user has not stopped by T | x, t_x, T); shape of the arguments, which are as in `fit_bg_nbd`.

        Fader, Hardie and Lee (2008), "Computing P(alive) Using the BG/NBD Model". It is 1 for
        everybody with one order: in this model nobody stops before their first repeat order.
        """
        x, t_x, age_days = _histories(frequency, recency, age)
        odds_of_stopped = (
            np.log(self.a)
            - np.log(self.b + np.maximum(x, 1) - 1)
            + (self.r + x) * (np.log(self.alpha + age_days) - np.log(self.alpha + t_x))
        )
        return np.where(x > 0, expit(-odds_of_stopped), 1.0)

    def probability_of_no_order(
        self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon_days: float
    ) -> Floats:
        """P(no order in (T, T + horizon_days] | x, t_x, T); shape of the arguments, as in `fit_bg_nbd`.

        A user without orders in the horizon has stopped before T, or lives and happens not to order.
        Given x, t_x and alive at T, the likelihood is lambda^x exp(-lambda T) (1-p)^x, which leaves
        lambda ~ Gamma(r + x, alpha + T) independent of p, so the horizon H passes without an order
        with probability E[exp(-lambda H)] = ((alpha + T) / (alpha + T + H))^(r + x), and

            P = 1 - P(alive) (1 - ((alpha + T) / (alpha + T + H))^(r + x)).

        The same follows from equation 6 of the 2005 paper as L(x, t_x, T + H) / L(x, t_x, T), because
        no order until T + H is the history (x, t_x, T + H).
        """
        if not horizon_days >= 0:
            raise ValueError(f"horizon_days is {horizon_days}; it cannot be negative")
        x, _, age_days = _histories(frequency, recency, age)
        log_shrink = np.log(self.alpha + age_days) - np.log(self.alpha + age_days + horizon_days)
        orders_if_alive = -np.expm1((self.r + x) * log_shrink)
        no_order: Floats = 1.0 - self.probability_alive(frequency, recency, age) * orders_if_alive
        return no_order

    def expected_orders(
        self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon_days: float
    ) -> Floats:
        """E[orders in (T, T + horizon_days] | x, t_x, T]; shape of the arguments, as in `fit_bg_nbd`.

        2005 paper, equation 10: P(alive) times what a living user orders. Where its hypergeometric function
        cannot be computed, for users with very many orders, the stopping probability, which is then known
        nearly exactly, is put in its place by its mean.
        """
        if not horizon_days >= 0:
            raise ValueError(f"horizon_days is {horizon_days}; it cannot be negative")
        x, _, age_days = _histories(frequency, recency, age)
        a = self.a if abs(self.a - 1) > _NEAR_ONE else 1 + _NEAR_ONE  # the closed form has a gap at 1
        whole = self.alpha + age_days + horizon_days
        log_shrink = (self.r + x) * (np.log(self.alpha + age_days) - np.log(whole))
        with np.errstate(all="ignore"):
            series = hyp2f1(self.r + x, self.b + x, a + self.b + x - 1, horizon_days / whole)
            exact = (a + self.b + x - 1) / (a - 1) * (1 - np.exp(log_shrink) * series)
        stops = self.a / (self.a + self.b + x)
        pace = np.log1p(stops * horizon_days / (self.alpha + age_days))
        nearly = -np.expm1(-(self.r + x) * pace) / stops
        usable = np.isfinite(exact) & (x <= _MANY_ORDERS) & (exact >= 0)
        alive = self.probability_alive(frequency, recency, age)
        return np.asarray(alive * np.where(usable, exact, nearly), dtype=np.float64)

    def log_likelihood(self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Floats:
        """ln L(r, alpha, a, b | x, t_x, T) of each user (2005 paper, equation 6), times in days."""
        parameters = np.log([self.r, self.alpha, self.a, self.b])
        return _log_likelihood(parameters, *_histories(frequency, recency, age))[0]


def fit_bg_nbd(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, *, penalty: float = 0.0) -> BGNBD:
    """Fit by maximum likelihood.

    Args:
        frequency: (n_users,) x, orders after the first; 0 for one-time buyers.
        recency: (n_users,) t_x, days from first to last order; 0 where x is 0.
        age: (n_users,) T, days from first order to the moment of knowledge; 0 <= t_x <= T.
        penalty: weight of the mean squared log-parameter (times in units of the mean age), against
            the mean log-likelihood per user; 0 is plain maximum likelihood, 0.01 steadies a few dozen users.

    Give all users ever seen, not only the active ones: leaving out who fell silent hides the stopping.

    Raises:
        BGNBDNotFittedError: nobody, nobody ordered twice, or no start value led to a maximum.
        ValueError: arrays of unequal length, NaN, or times that contradict each other.
    """
    x, t_x, age_days = _histories(frequency, recency, age)
    if not np.any(x > 0):
        raise BGNBDNotFittedError(
            "No user has ordered twice yet, so the pace of repeat orders is unknown.",
            next_step="Leave BG/NBD out until there are repeat orders.",
        )
    unit = float(age_days.mean())
    (x, t_x, age_days), users = _grouped(x, t_x / unit, age_days / unit)
    share = users / users.sum()

    def loss(parameters: Floats) -> tuple[float, Floats]:
        value, slope = _log_likelihood(parameters, x, t_x, age_days)
        return (
            float(-share @ value + penalty * np.mean(parameters**2)),
            -(slope @ share) + penalty * parameters / 2,
        )

    for start in _starts(pace=float(share @ x) / float(share @ age_days)):
        found = minimize(
            loss,
            np.log(start),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-_LOG_BOUND, _LOG_BOUND)] * 4,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7},
        )
        # An "abnormal" line search at a flat top is a maximum as well as any.
        flat = float(np.max(np.abs(found.jac))) < 1e-4
        if np.isfinite(found.fun) and (found.success or flat):
            r, alpha, a, b = (float(value) for value in np.exp(found.x))
            return BGNBD(r, alpha * unit, a, b)
    raise BGNBDNotFittedError(
        "The BG/NBD likelihood of {users} users has no maximum that could be found.",
        next_step="Leave BG/NBD out, or fit it with a penalty.",
        users=int(users.sum()),
    )


def _histories(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> tuple[Floats, Floats, Floats]:
    x, t_x, age_days = (np.asarray(column, dtype=np.float64) for column in (frequency, recency, age))
    if not x.shape == t_x.shape == age_days.shape:
        raise ValueError(f"frequency, recency and age have shapes {x.shape}, {t_x.shape}, {age_days.shape}")
    if not (
        np.all(x >= 0) and np.all(t_x >= 0) and np.all(t_x <= age_days) and np.all(np.isfinite(age_days))
    ):
        raise ValueError("order histories need x >= 0 and 0 <= recency <= age < infinity, without NaN")
    if np.any(t_x[x == 0] > 0):
        raise ValueError("a user without a repeat order has recency 0")
    return x, t_x, age_days


def _grouped(x: Floats, t_x: Floats, age: Floats) -> tuple[tuple[Floats, Floats, Floats], Floats]:
    """The distinct histories, and how many users share each."""
    order = np.lexsort((age, t_x, x))
    columns = np.stack((x, t_x, age))[:, order]
    first = np.flatnonzero(np.concatenate(([True], np.any(np.diff(columns, axis=1) != 0, axis=0))))
    users = np.diff(np.append(first, len(x))).astype(np.float64)
    x, t_x, age = columns[:, first]
    return (x, t_x, age), users


def _starts(pace: float) -> Iterator[Floats]:
    """Start values of (r, alpha, a, b): each has the mean pace of orders seen; `pace` per mean age."""
    for r, a, b in ((1.0, 0.5, 2.0), *_MORE_STARTS):
        yield np.clip((r, r / pace, a, b), np.exp(-_LOG_BOUND), np.exp(_LOG_BOUND))


def _log_likelihood(parameters: Floats, x: Floats, t_x: Floats, age: Floats) -> tuple[Floats, Floats]:
    """Log-likelihood (n,) and its slope (4, n) in the logarithms of (r, alpha, a, b).

    L is a sum of "alive at T" and, for x > 0, "stopped at t_x"; `stopped` is the share of the second.
    """
    r, alpha, a, b = np.exp(parameters)
    log_alive, log_last = np.log(alpha + age), np.log(alpha + t_x)
    repeats = np.maximum(x, 1.0)  # where x is 0 the second term is masked
    alive_term = -(r + x) * log_alive
    stopped_term = np.where(x > 0, np.log(a) - np.log(b + repeats - 1) - (r + x) * log_last, -np.inf)
    both = np.logaddexp(alive_term, stopped_term)
    stopped = np.exp(stopped_term - both)
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b) + both
    longer = digamma(a + b) - digamma(a + b + x)
    slope = np.stack(
        (
            r
            * (digamma(r + x) - digamma(r) + np.log(alpha) - (1 - stopped) * log_alive - stopped * log_last),
            r - alpha * (r + x) * ((1 - stopped) / (alpha + age) + stopped / (alpha + t_x)),
            a * longer + stopped,
            b * (digamma(b + x) - digamma(b) + longer - stopped / (b + repeats - 1)),
        )
    )
    return value, slope
