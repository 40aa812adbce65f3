"""Differences of two rates: published intervals, the promised power, and coverage in simulated campaigns."""

from __future__ import annotations

import math

import numpy as np
import pytest

from predictor.campaign_results import LARGEST_DETECTABLE
from predictor.rate_difference import detectable, newcombe, pooled, users_needed
from tests.benchmarks.campaigns import (
    Kind,
    coverage,
    drawn_campaigns,
    false_verdicts,
    pooled_coverage,
    simulate,
)

KINDS = [
    Kind(users, share, rate, effect)
    for users in (100, 400, 2_000)
    for share, rate in ((0.5, 0.3), (0.2, 0.3), (0.5, 0.1), (0.2, 0.6))
    for effect in (0.0, 0.1)
]


# Newcombe (1998), table II, method 10.
@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ],
)
def test_the_interval_is_the_published_one(
    counts: tuple[int, int, int, int], expected: tuple[float, float]
) -> None:
    assert newcombe(*counts) == pytest.approx(expected, abs=1e-4)


def test_without_users_in_an_arm_there_is_no_interval() -> None:
    assert all(map(math.isnan, newcombe(3, 10, 0, 0)))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_interval_holds_the_truth_in_95_of_100_campaigns(kind: Kind) -> None:
    counts = simulate(kind, 4_000)
    assert coverage(newcombe(*counts), kind.effect) == pytest.approx(0.95, abs=0.02)


def test_false_verdicts_are_at_most_5_of_100() -> None:
    null = [kind for kind in KINDS if not kind.effect]
    rates = []
    for kind in null:
        counts = simulate(kind, 4_000)
        rates.append(false_verdicts(counts, newcombe(*counts), 0.0))
    assert np.mean(rates) <= 0.05
    assert max(rates) <= 0.06  # chance alone: 0.0034


def test_the_interval_holds_where_the_draw_goes_along_the_score() -> None:
    assert coverage(newcombe(*drawn_campaigns(200, 0.3, 0.15, 0.08, 400)), 0.08) == pytest.approx(
        0.95, abs=0.03
    )


@pytest.mark.parametrize(("users", "share", "rate"), [(400, 0.5, 0.2), (2_000, 0.2, 0.05), (400, 0.2, 0.6)])
def test_what_can_be_detected_is_detected_in_80_of_100(users: int, share: float, rate: float) -> None:
    held = round(users * share)
    least = float(detectable(users - held, held, rate))
    effect = least if rate <= 0.5 else -least
    low, high = newcombe(*simulate(Kind(users, share, rate, effect), 4_000))
    assert np.mean(low > 0 if effect > 0 else high < 0) == pytest.approx(0.8, abs=0.03)


def test_more_users_detect_less_and_three_detect_nothing() -> None:
    sizes = np.array([20, 100, 1_000, 10_000])
    found = detectable(sizes, sizes, 0.2)
    assert (np.diff(found) < 0).all()
    assert detectable(2, 1, 0.2) > 0.7 > LARGEST_DETECTABLE
    assert detectable(10, 0, 0.2) == 1


def test_the_users_needed_are_just_enough() -> None:
    needed = users_needed(0.1, 0.2, 0.3)
    assert detectable(needed * 0.7, needed * 0.3, 0.2) <= 0.1
    assert detectable((needed - 1) * 0.7, (needed - 1) * 0.3, 0.2) > 0.1


def test_the_total_weighs_and_never_adds_across() -> None:
    # Held out in a good month and written to in a bad one: adding up would turn the sign around.
    effect, low, high = pooled([90, 5], [100, 100], [700, 0], [800, 20])
    assert low < effect < high
    assert effect > 0 > (95 / 200) - (700 / 820)
    assert pooled([56], [70], [48], [80])[0] == pytest.approx(56 / 70 - 48 / 80)
    assert all(map(math.isnan, pooled([1], [2], [0], [0])))


def test_the_total_holds_the_truth() -> None:
    assert pooled_coverage(0.05, 600) == pytest.approx(0.95, abs=0.025)
