"""The error between whole horizons: none where they are alike, and measured where seasons differ."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import numpy as np
import pytest

from predictor.horizon_spread import PRIOR, HorizonSpread, horizon_spreads, silence
from storage.moments import DAY_SECONDS, known_before
from storage.snapshot import Snapshot
from tests.conftest import LAST_DAY, Line, write

DAYS = 30


def shop_of_seasons(swing: float, horizons: int = 18, users: int = 300) -> list[Line]:
    """Users who order with a probability of .3 a horizon, in every second one `swing` times as often."""
    random = np.random.default_rng(1)
    end = known_before(LAST_DAY)
    lines = []
    for number in range(horizons):
        rate = 0.3 * (swing if number % 2 else 1.0)
        for user in np.flatnonzero(random.random(users) < rate):
            at = end - int((number + random.random()) * DAYS * DAY_SECONDS) - 1
            lines.append(Line(f"{number}-{user}", f"u{user}", at))
    return lines


def sigma(connection: sqlite3.Connection, as_of: date = LAST_DAY) -> HorizonSpread:
    return horizon_spreads(Snapshot(connection, as_of), DAYS)[0]


def test_seasons_are_found_where_there_are_some(store: sqlite3.Connection) -> None:
    write(store, shop_of_seasons(2.0))
    found = sigma(store)
    assert found.horizons[0] == 12
    # A factor of 2 between horizons, foretold by their mean: ln(1.5) up or down, less with the prior.
    assert found.sigma[0] == pytest.approx(0.37, abs=0.08)


def test_a_steady_shop_hardly_drifts(store: sqlite3.Connection) -> None:
    write(store, shop_of_seasons(1.0, users=1_500))
    assert max(sigma(store).sigma[:2]) < 0.15


def test_without_a_past_the_prior_stands(store: sqlite3.Connection) -> None:
    write(store, shop_of_seasons(2.0, horizons=2))
    found = sigma(store)
    assert found.horizons == (0, 0, 0)
    assert found.sigma == pytest.approx((PRIOR,) * 3)
    low, high = found.around(100.0, 0.0, np.array([100.0, 0, 0]))
    assert (low, high) == pytest.approx((34.1, 293.2), abs=0.2)  # exp of 4.303 × .25, a t with 2 degrees


def test_what_comes_later_changes_nothing_known_before(store: sqlite3.Connection) -> None:
    lines = shop_of_seasons(2.0)
    then = LAST_DAY - timedelta(days=60)
    write(store, [each for each in lines if each.ordered_at < known_before(then)])
    before = sigma(store, then)
    write(store, [each for each in lines if each.ordered_at >= known_before(then)])
    assert sigma(store, then) == before


def test_the_interval_is_as_wide_as_its_users_drift() -> None:
    spread = HorizonSpread((0.1, 0.2, 0.4), (12, 12, 12))
    widths = []
    for part in range(3):
        low, high = spread.around(100.0, 5.0, np.eye(3)[part])
        assert low < 100 - 1.96 * 5 < 100 + 1.96 * 5 < high
        widths.append(high - low)
    assert widths == sorted(widths)
    assert spread.around(0.0, 0.0, np.zeros(3)) == (0.0, 0.0)


def test_silences_end_with_their_last_day() -> None:
    assert silence(np.array([0.0, 30.0, 30.5, 90.0, 91.0]), DAYS).tolist() == [0, 0, 1, 1, 2]
