"""Differences of money per user: few spend, and of these a few most."""

from __future__ import annotations

import math

import numpy as np
import pytest

from predictor.mean_difference import money_interval
from tests.benchmarks.campaigns import money_coverage


def test_the_interval_lies_around_the_difference_and_comes_out_the_same_again() -> None:
    random = np.random.default_rng(0)
    first, second = random.exponential(120, 200), random.exponential(100, 100)
    found = money_interval(first, second)
    assert found == money_interval(first, second)
    difference, low, high = found
    assert difference == pytest.approx(first.mean() - second.mean())
    assert low < difference < high


def test_it_holds_the_truth() -> None:
    assert money_coverage(300, 0.5, 0.2, 0.7, 300, 200) == pytest.approx(0.95, abs=0.035)


def test_it_holds_where_a_small_holdout_has_few_buyers_and_amounts_spread_widely() -> None:
    # A studentised bootstrap held 83 % here.
    assert money_coverage(400, 0.1, 0.1, 1.0, 400, 200, 0.0) == pytest.approx(0.95, abs=0.03)


def test_where_nobody_spends_anything_it_is_a_point_and_with_one_user_nothing() -> None:
    assert money_interval(np.zeros(5), np.zeros(4)) == (0, 0, 0)
    assert all(map(math.isnan, money_interval(np.zeros(1), np.zeros(9))))


def test_a_single_buyer_makes_it_wide_and_not_narrow() -> None:
    difference, low, high = money_interval(np.array([1000.0] + [0.0] * 29), np.zeros(30))
    assert low < 0 < difference < high
