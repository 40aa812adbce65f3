"""The Qini coefficient against a curve drawn point by point, its interval, and what learners find."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from predictor.outcome_models import Model, probability_model
from predictor.qini import Randomised, effect, places, qini, qini_gain
from predictor.uplift import LEARNERS, Comparison, compare, enough

Floats = NDArray[np.float64]


def one_campaign(contacted: NDArray[np.bool_], outcome: Floats) -> Randomised:
    zeros = np.zeros(len(outcome), dtype=np.int64)
    return Randomised(zeros, np.arange(len(outcome)), contacted, outcome)


def made_up(users: int, effect: float, seed: int) -> tuple[Floats, Randomised]:
    """Four campaigns; a message moves half of the users, and the first two features say who orders anyway."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(users, 8))
    anyway = 1 / (1 + np.exp(1.2 - values[:, 0] - 0.5 * values[:, 1]))
    moved = effect * (values[:, 2] > 0) * (values[:, 0] < 0.5)
    contacted = random.random(users) < 0.5
    ordered = random.random(users) < np.clip(anyway + moved * contacted, 0, 1)
    campaign = random.integers(4, size=users)
    return values, Randomised(campaign, np.arange(users), contacted, ordered.astype(np.float64))


def compared(values: Floats, data: Randomised) -> Comparison:
    def response(rows: NDArray[np.bool_]) -> Model:
        learned = rows & data.contacted
        return probability_model(values[learned], data.outcome[learned])

    return compare(values, data, response)


def test_the_coefficient_is_the_area_between_the_curve_and_the_straight_line() -> None:
    random = np.random.default_rng(0)
    data = one_campaign(random.random(400) < 0.3, (random.random(400) < 0.4).astype(np.float64))
    score = random.random(400)
    curve = np.cumsum(data.gains()[np.argsort(-score)]) / len(data)
    # Each user stands in the middle of their own step of the curve.
    middles = np.concatenate([[0], curve[:-1]]) / 2 + curve / 2
    assert qini(data, score).value == pytest.approx(middles.mean() - curve[-1] / 2)


def test_gains_over_all_users_are_the_difference_between_the_arms() -> None:
    random = np.random.default_rng(1)
    contacted = random.random(300) < 0.7
    outcome = (random.random(300) < 0.2 + 0.2 * contacted).astype(np.float64)
    measured = effect(one_campaign(contacted, outcome))
    assert measured.value == pytest.approx(outcome[contacted].mean() - outcome[~contacted].mean())
    assert measured.low < measured.value < measured.high


def test_equal_scores_find_nobody() -> None:
    _, data = made_up(500, 0.3, seed=2)
    assert qini(data, np.ones(len(data))).value == pytest.approx(0, abs=1e-12)


def test_places_are_those_within_the_campaign() -> None:
    found = places(np.array([3.0, 1.0, 9.0, 9.0]), np.array([0, 0, 1, 1]))
    assert found.tolist() == [0.25, 0.75, 0.5, 0.5]


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        contacted = random.random(400) < 0.5
        outcome = (random.random(400) < 0.2 + 0.1 * contacted).astype(np.float64)
        measured = effect(one_campaign(contacted, outcome))
        held += measured.low <= 0.1 <= measured.high
    assert 180 <= held <= 199


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_scores_those_higher_whom_the_message_moves(name: str) -> None:
    values, data = made_up(3000, 0.4, seed=3)
    score = LEARNERS[name](values, data)(values)
    moved = (values[:, 2] > 0) & (values[:, 0] < 0.5)
    assert score[moved].mean() > score[~moved].mean() + 0.1


def test_uplift_beats_response_where_those_who_order_anyway_are_others_than_those_moved() -> None:
    values, data = made_up(4000, 0.3, seed=4)
    found = compared(values, data)
    assert found.chosen in LEARNERS
    assert found.gain is not None
    assert found.gain.low > 0
    assert qini_gain(found.data, found.score, found.score).value == 0
    assert found.effect_on_best(0.3).value > found.effect.value


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_nothing_is_claimed_where_the_message_moves_nobody(seed: int) -> None:
    values, data = made_up(1500, 0.0, seed)
    found = compared(values, data)
    assert found.chosen is None
    assert found.gain is None


def test_a_handful_of_users_is_not_looked_at() -> None:
    _, data = made_up(150, 0.3, seed=8)
    assert not enough(data)
    assert enough(made_up(600, 0.3, seed=8)[1])
