"""How far whole horizons fell from what earlier ones foretold: what an interval has to allow for.

A season moves everybody at once, so a larger group does not even it out, and a model's fit to the days it
learned from does not show it. Here each past horizon is foretold from those before it: users in the same
state (how long ago the last order was, how many there were lately) are taken to order as such users did. What
came over what was foretold is the error between horizons, measured apart for users of short, middle and long
silence: who was away for long comes back in seasons of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from storage.moments import DAY_SECONDS
from storage.snapshot import Snapshot

Floats = NDArray[np.float64]

MOST_HORIZONS = 12
LEARNED_FROM = 4  # horizons before each, as the model that is used learns from
FEWEST_USERS = 50
# Of a shop without a past, as if two horizons had said it: they differ by a quarter.
PRIOR = 0.25
PRIOR_HORIZONS = 2
SILENCES = (1.0, 3.0)  # in horizons: where short ends, and where long begins

_RECENCY = np.array([0.25, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0])
_COUNTS = np.array([1, 2, 3, 5, 9])
_FEWEST_FORETOLD = 5.0  # orders, for a horizon to say anything of a silence
_SHRINK = 5.0  # users of the mean of their silence that a state is weighed with

_ORDERS = """
SELECT user_id, ordered_at, MAX(total_cents, 0) FROM orders ORDER BY user_id, ordered_at
"""


@dataclass(frozen=True)
class HorizonSpread:
    """How far whole horizons lie from what is foretold: standard deviations of the log, by silence.

    `horizons` is on how many past ones each was measured.
    """

    sigma: tuple[float, ...]
    horizons: tuple[int, ...]

    def around(self, value: float, chance: float, parts: Floats) -> tuple[float, float]:
        """The 95 % interval around a sum whose standard deviation by chance alone is `chance`.

        `parts` is how much of the sum comes from users of each silence; whole horizons move all of them at
        once. As much up as down in proportion, so further up than down in number.
        """
        share = parts / parts.sum() if parts.sum() > 0 else np.full(len(parts), 1 / len(parts))
        t = stdtrit(np.array(self.horizons) + PRIOR_HORIZONS, 0.975)
        factor = float(np.exp(share @ (t * np.array(self.sigma))))
        sampled = 1.96 * chance
        low = value - float(np.hypot(sampled, value - value / factor))
        high = value + float(np.hypot(sampled, value * factor - value))
        return max(0.0, low), high


def silence(recency_days: Floats, horizon_days: int) -> NDArray[np.int64]:
    """(n_users,) 0 for a short silence, 1 for a middle one, 2 for a long one."""
    return np.searchsorted(np.array(SILENCES) * horizon_days, recency_days, side="left").astype(np.int64)


def horizon_spreads(snapshot: Snapshot, horizon_days: int) -> tuple[HorizonSpread, HorizonSpread]:
    """The spread of orders and of their cents, as known at the snapshot.

    The chance in a whole shop's numbers is not taken off: it is small where there are many, and stands for
    what a model errs by on users that it chose itself.
    """
    past = _past(snapshot, horizon_days)
    return _measured(past, [each.orders for each in past]), _measured(past, [each.cents for each in past])


@dataclass(frozen=True)
class _Horizon:
    """One past horizon by state, (n_states,) each: the users at its start, and what they did in it."""

    users: Floats
    orders: Floats
    cents: Floats


_STATES = (len(_RECENCY) + 1) * (len(_COUNTS) + 1)
# The silence of each state, whose recency is its outer place.
_SILENCE = np.repeat(np.searchsorted(np.array(SILENCES), [*_RECENCY, np.inf], side="left"), len(_COUNTS) + 1)


def _past(snapshot: Snapshot, horizon_days: int) -> list[_Horizon]:
    """The horizons before the snapshot, the latest first, as far as there were users to watch."""
    rows = snapshot.query(_ORDERS).fetchall()
    names = {user_id: number for number, user_id in enumerate(dict.fromkeys(row[0] for row in rows))}
    user = np.fromiter((names[row[0]] for row in rows), dtype=np.int64, count=len(rows))
    at = np.fromiter((row[1] for row in rows), dtype=np.float64, count=len(rows))
    cents = np.fromiter((row[2] for row in rows), dtype=np.float64, count=len(rows))
    length = horizon_days * DAY_SECONDS
    found = []
    for number in range(MOST_HORIZONS + LEARNED_FROM):
        start = snapshot.known_before - (number + 1) * length
        before = at < start
        last = np.full(len(names), -np.inf)
        last[user[before]] = at[before]  # in order of time, so the latest stays
        there = np.isfinite(last)
        if there.sum() < FEWEST_USERS:
            break
        lately = before & (at >= start - SILENCES[1] * length)
        recency = np.searchsorted(_RECENCY, (start - last) / length, side="left")
        count = np.searchsorted(_COUNTS, np.bincount(user[lately], minlength=len(names)), side="right")
        state = recency * (len(_COUNTS) + 1) + count
        after = (at >= start) & (at < start + length) & there[user]
        found.append(
            _Horizon(
                np.bincount(state[there], minlength=_STATES).astype(np.float64),
                np.bincount(state[user[after]], minlength=_STATES).astype(np.float64),
                np.bincount(state[user[after]], weights=cents[after], minlength=_STATES).astype(np.float64),
            )
        )
    return found


def _measured(past: Sequence[_Horizon], came: Sequence[Floats]) -> HorizonSpread:
    squares = np.full(len(SILENCES) + 1, PRIOR_HORIZONS * PRIOR**2)
    horizons = np.zeros(len(SILENCES) + 1, dtype=int)
    for number in range(min(MOST_HORIZONS, len(past) - 2)):
        earlier = slice(number + 1, number + 1 + LEARNED_FROM)
        users = np.sum([each.users for each in past[earlier]], axis=0)
        total = np.sum(came[earlier], axis=0)
        orders = np.sum([each.orders for each in past[earlier]], axis=0)
        mean = _by_silence(total) / np.maximum(_by_silence(users), 1)
        share = past[number].users / (users + _SHRINK)
        foretold = _by_silence(share * (total + _SHRINK * mean[_SILENCE]))
        actual = _by_silence(came[number])
        says = (_by_silence(share * orders) >= _FEWEST_FORETOLD) & (actual > 0)
        squares[says] += np.log(actual[says] / foretold[says]) ** 2
        horizons += says
    sigma = np.sqrt(squares / (PRIOR_HORIZONS + horizons))
    return HorizonSpread(tuple(sigma.tolist()), tuple(horizons.tolist()))


def _by_silence(numbers: Floats) -> Floats:
    return np.bincount(_SILENCE, weights=numbers, minlength=len(SILENCES) + 1).astype(np.float64)
