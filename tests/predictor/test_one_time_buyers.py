"""One-time buyers: ranked among themselves where the band says nothing."""

from __future__ import annotations

import sqlite3

import pytest

from predictor.one_time_buyers import Standing, standing
from predictor.training import TASK


def scored(store: sqlite3.Connection, *users: tuple[str, float, int]) -> None:
    """A scoring of these users, probabilities and numbers of orders."""
    store.execute(
        "INSERT INTO models (version, task, stage, as_of, horizon_days, active_days, card, file_name, sha256,"
        " trained_at) SELECT 1, ?, 'retired', '2024-06-30', 30, 90, '{}', 'x', 'x', 0"
        " WHERE NOT EXISTS (SELECT 1 FROM models)",
        (TASK,),
    )
    number = store.execute(
        "INSERT INTO scorings (task, model_version, as_of, data_version, flag_at, scored_at)"
        " VALUES (?, 1, '2024-06-30', 1, .9, 0)",
        (TASK,),
    ).lastrowid
    store.execute("DELETE FROM scores")
    store.executemany(
        "INSERT INTO scores VALUES (?, ?, ?, ?, 10, ?, 1000, 0)",
        [(TASK, user, number, p, orders) for user, p, orders in users],
    )


NEARLY_ALL_HIGH = [(f"u{n}", 0.70 + n / 100, 1) for n in range(9)] + [("low", 0.2, 1)]


def test_where_nearly_all_are_high_each_has_a_place_among_them(store: sqlite3.Connection) -> None:
    scored(store, *NEARLY_ALL_HIGH, ("often", 0.95, 7))

    assert standing(store, "u8", 0.78) == Standing(rank=1, users=10, high=9)
    assert standing(store, "u0", 0.70) == Standing(rank=9, users=10, high=9)


@pytest.mark.parametrize(("user", "p"), [("often", 0.95), ("low", 0.2), ("nobody", 0.9)])
def test_others_have_none(store: sqlite3.Connection, user: str, p: float) -> None:
    scored(store, *NEARLY_ALL_HIGH, ("often", 0.95, 7))

    assert standing(store, user, p) is None


def test_where_the_band_tells_them_apart_it_is_enough(store: sqlite3.Connection) -> None:
    scored(store, ("a", 0.9, 1), ("b", 0.5, 1), ("c", 0.6, 1))

    assert standing(store, "a", 0.9) is None


def test_a_new_scoring_is_looked_at_anew(store: sqlite3.Connection) -> None:
    scored(store, *NEARLY_ALL_HIGH)
    standing(store, "u8", 0.78)
    scored(store, *NEARLY_ALL_HIGH, ("higher", 0.99, 1))

    assert standing(store, "u8", 0.78) == Standing(rank=2, users=11, high=10)
