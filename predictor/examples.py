"""What past campaigns can teach: who was written to or held out, what was known of them, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.launches import Launch, PastContacts, before_launch, ordered_after
from predictor.promo_features import PROMO_FEATURES, table_of
from predictor.qini import Randomised
from storage.snapshot import Snapshot, of_users

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_ROWS = 40_000
# Arms that differ before the launch by this many standard errors were not drawn by lot.
_MOST_DIFFERENCE = 4.0
_BEFORE = ("recency_days", "frequency", "monetary_cents", "responses")


@dataclass(frozen=True)
class Examples:
    """One row for each user of each campaign whose window has closed.

    `values` is (n_rows, n_features) as known before the launch; the others are (n_rows,): the number of the
    campaign, of the user, the arm, whether a response is known, whether the user ordered in the window, and
    whether the campaign's arms were drawn by lot as far as one can see.
    """

    values: Floats
    campaign: NDArray[np.int64]
    user: NDArray[np.int64]
    contacted: Flags
    responded: Flags
    ordered: Flags
    randomised: Flags

    def __len__(self) -> int:
        return len(self.campaign)

    @property
    def by_response(self) -> bool:
        """Whether responses are known; where none is, an order in the window counts as one."""
        return bool(self.responded.any())

    @property
    def outcome(self) -> Flags:
        """(n_rows,) the responses, or the orders where no response is known."""
        return self.responded if self.by_response else self.ordered

    def draws(self) -> Randomised:
        """The rows of campaigns with both arms."""
        rows = self.randomised
        return Randomised(
            self.campaign[rows], self.user[rows], self.contacted[rows], self.ordered[rows].astype(np.float64)
        )


def examples(snapshot: Snapshot, past: PastContacts, horizon_days: int) -> Examples:
    """The rows of the newest closed campaigns, at most MOST_ROWS of them."""
    closed = [each for each in past.launches if each.closes_at(horizon_days) < snapshot.known_before]
    numbers: dict[str, int] = {}
    parts, room = [_no_examples()], MOST_ROWS
    for number, launch in enumerate(reversed(closed)):
        if room <= 0:
            break
        part = _rows(snapshot, past, _sampled(launch, room), horizon_days, number, numbers)
        parts.append(part)
        room -= len(part)
    names = Examples.__dataclass_fields__
    return Examples(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _rows(
    snapshot: Snapshot,
    past: PastContacts,
    launch: Launch,
    horizon_days: int,
    number: int,
    numbers: dict[str, int],
) -> Examples:
    users = of_users(before_launch(snapshot, launch), launch.user_ids)
    table = table_of(users, horizon_days, past, launch.user_ids)
    by_lot = launch.has_both_arms and _alike_before(
        [table.column(name) for name in _BEFORE], launch.contacted
    )
    return Examples(
        values=table.values,
        campaign=np.full(len(launch), number),
        user=np.array([numbers.setdefault(user_id, len(numbers)) for user_id in launch.user_ids]),
        contacted=launch.contacted,
        responded=launch.responded,
        ordered=ordered_after(users, launch, horizon_days),
        randomised=np.full(len(launch), by_lot),
    )


def _alike_before(columns: Sequence[Floats], contacted: Flags) -> bool:
    """Whether no column tells the arms apart by more than chance does."""
    for column in columns:
        known = np.log1p(np.abs(np.nan_to_num(column)))
        one, other = known[contacted], known[~contacted]
        error = np.sqrt(one.var() / len(one) + other.var() / len(other))
        if abs(one.mean() - other.mean()) > _MOST_DIFFERENCE * error:
            return False
    return True


def _sampled(launch: Launch, most: int) -> Launch:
    if len(launch) <= most:
        return launch
    chosen = np.sort(np.random.default_rng(0).choice(len(launch), most, replace=False))
    return Launch(
        launch.campaign_id,
        launch.launched_at,
        tuple(launch.user_ids[place] for place in chosen),
        launch.contacted[chosen],
        launch.responded[chosen],
    )


def _no_examples() -> Examples:
    flags, numbers = np.empty(0, dtype=np.bool_), np.empty(0, dtype=np.int64)
    return Examples(np.empty((0, len(PROMO_FEATURES))), numbers, numbers, flags, flags, flags, flags)
