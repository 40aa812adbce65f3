"""The draw: exact, fair, even along the scores, and the same again from its seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictor.draw import STRATUM, drawn, lot


def names(count: int) -> list[str]:
    return [f"u{number}" for number in range(count)]


@settings(deadline=None)
@given(st.integers(1, 300), st.data())
def test_exactly_so_many_are_held_out(users: int, data: st.DataObject) -> None:
    held = data.draw(st.integers(0, users))
    assert sum(drawn(names(users), held, seed=7)) == held


def test_the_same_seed_draws_the_same_and_another_another() -> None:
    assert drawn(names(100), 30, 1) == drawn(names(100), 30, 1)
    assert drawn(names(100), 30, 1) != drawn(names(100), 30, 2)


def test_a_lot_never_changes() -> None:
    # A draw of years ago has to come out again.
    assert lot(42, "user") == pytest.approx(0.4777964101763811, abs=1e-15)


@pytest.mark.parametrize(("users", "held"), [(47, 13), (25, 12)])
def test_everybody_has_the_same_chance(users: int, held: int) -> None:
    draws = 1_500
    times = np.sum([drawn(names(users), held, seed) for seed in range(draws)], axis=0)
    share = held / users
    spread = np.sqrt(share * (1 - share) / draws)
    assert np.abs(times / draws - share).max() < 4.5 * spread


def test_neighbours_in_the_list_share_evenly() -> None:
    out = np.array(drawn(names(400), 80, 3)).reshape(-1, STRATUM).sum(axis=1)
    assert set(out) == {2}
