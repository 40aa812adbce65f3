"""Fifths with ties, and the group of each mix of recency, frequency and money."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from predictor.rfm import _GRID, RFM_GROUPS, fifths, rfm_groups

AMOUNTS = st.lists(st.integers(0, 20), min_size=1, max_size=60)


@given(AMOUNTS)
def test_equal_values_are_in_one_fifth_and_larger_ones_in_no_lower(values: list[int]) -> None:
    found = fifths(np.array(values, dtype=np.float64))
    assert ((found >= 1) & (found <= 5)).all()
    by_value: dict[int, int] = {}
    for value, fifth in sorted(zip(values, found.tolist(), strict=True)):
        assert by_value.setdefault(value, fifth) == fifth
    assert list(by_value.values()) == sorted(by_value.values())


def test_different_values_are_in_fifths_of_one_size() -> None:
    assert np.bincount(fifths(np.arange(100.0)))[1:].tolist() == [20] * 5


def test_who_all_ordered_once_stands_in_the_middle() -> None:
    assert fifths(np.ones(7)).tolist() == [3] * 7
    assert fifths(np.array([1.0, 1, 1, 1, 9])).tolist() == [3, 3, 3, 3, 5]
    assert fifths(np.array([])).tolist() == []


def test_the_best_are_champions_and_the_worst_hibernate() -> None:
    users = np.arange(1.0, 26.0)
    groups = rfm_groups(recency_days=users[::-1], frequency=users, monetary_cents=users * 100)
    assert (groups[-1], groups[0]) == ("champions", "hibernating")


def test_who_was_among_the_best_and_is_quiet_cannot_be_lost() -> None:
    users = np.arange(1.0, 26.0)
    groups = rfm_groups(recency_days=users, frequency=users, monetary_cents=users * 100)
    assert (groups[-1], groups[0]) == ("cannot_lose", "new")


def test_every_mix_has_a_group_with_words() -> None:
    assert {key for row in _GRID for key in row} == set(RFM_GROUPS)
