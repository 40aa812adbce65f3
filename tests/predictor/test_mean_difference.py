"""Differences of money per user: few spend, and of these a few most."""

from __future__ import annotations

import math

import numpy as np
import pytest

from predictor.mean_difference import bootstrap_interval
from tests.benchmarks.campaigns import money_coverage


def test_the_interval_lies_around_the_difference_and_comes_out_the_same_again() -> None:
    random = np.random.default_rng(0)
    first, second = random.exponential(120, 200), random.exponential(100, 100)
    found = bootstrap_interval(first, second)
    assert found == bootstrap_interval(first, second)
    difference, low, high = found
    assert difference == pytest.approx(first.mean() - second.mean())
    assert low < difference < high


def test_it_holds_the_truth() -> None:
    assert money_coverage(300, 0.5, 0.2, 0.7, 300, 200) == pytest.approx(0.95, abs=0.035)


def test_where_nobody_spends_anything_it_is_a_point_and_with_one_user_nothing() -> None:
    assert bootstrap_interval(np.zeros(5), np.zeros(4)) == (0, 0, 0)
    assert all(map(math.isnan, bootstrap_interval(np.zeros(1), np.zeros(9))))


def test_a_single_buyer_makes_it_wide_and_not_narrow() -> None:
    difference, low, high = bootstrap_interval(np.array([1000.0] + [0.0] * 29), np.zeros(30))
    assert low < 0 < difference < high
