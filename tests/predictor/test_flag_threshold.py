"""The threshold in force, the one by costs, what it found in the back-test, and when a flag is lost."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictor.flag_threshold import (
    cost_threshold,
    flag_threshold,
    found_above,
    is_flagged,
    leave_below,
    recall_at,
    score_counts,
    set_threshold,
)
from storage import flag_settings
from storage.flag_settings import FlagRule
from tests.conftest import TrainedHome


def test_the_environment_wins_over_what_was_said_and_that_over_the_model(
    trained_home: TrainedHome, trained_store: sqlite3.Connection
) -> None:
    record = trained_home.trained.record
    own = record.card["flag_at_default"]
    assert (set_threshold(trained_store, None), flag_threshold(trained_store, record, None)) == (None, own)
    flag_settings.keep(trained_store, FlagRule(0.6), at=1, by="7")
    assert (set_threshold(trained_store, None), flag_threshold(trained_store, record, None)) == (0.6, 0.6)
    assert flag_threshold(trained_store, record, 0.7) == 0.7
    flag_settings.undo(trained_store, at=2, by="7")
    assert flag_threshold(trained_store, record, None) == own


def test_a_model_tested_by_a_set_threshold_still_has_its_own(
    trained_home: TrainedHome, trained_store: sqlite3.Connection
) -> None:
    record = trained_home.trained.record
    trained_by_a_set_one = replace(record, card={**record.card, "flag_at": 0.3})
    assert flag_threshold(trained_store, trained_by_a_set_one, None) == record.card["flag_at_default"]
    old = replace(record, card={"flag_at": 0.3})
    assert flag_threshold(trained_store, old, None) == 0.3


@given(
    cost=st.floats(0.5, 10_000),
    value=st.integers(1, 1_000_000),
    success=st.floats(0.001, 1),
    p=st.floats(0, 1),
)
def test_by_costs_a_contact_pays_from_the_threshold_on(
    cost: float, value: int, success: float, p: float
) -> None:
    threshold = cost_threshold(cost, value, success)
    brings = p * success * value
    assert brings == pytest.approx(cost) or (brings > cost) == (p > threshold)


def test_of_those_flagged_in_the_back_test_it_is_known_how_many_churned(trained_home: TrainedHome) -> None:
    random = np.random.default_rng(0)
    p = random.random(4000)
    churned = (random.random(4000) < p).astype(np.int8)
    card = {"score_counts": score_counts(p, churned)}
    for threshold in (0.005, 0.25, 0.6, 0.995):
        found = found_above(card, threshold)
        assert found is not None
        above = p >= threshold
        assert (found.users, found.churned) == (above.sum(), churned[above].sum())
        assert found.recall == churned[above].sum() / churned.sum()
    between = found_above(card, 0.6025)
    assert between is not None
    assert abs(between.users - (p >= 0.6025).sum()) <= 20
    assert found_above({"flag_at": 0.5}, 0.5) is None


def test_recall_at_the_tested_threshold_is_that_of_the_card(trained_home: TrainedHome) -> None:
    card = trained_home.trained.record.card
    assert recall_at(card, card["flag_at"]) == card["metrics"]["recall"]
    lower, higher = recall_at(card, 0.2), recall_at(card, 0.5)
    assert lower is not None
    assert higher is not None
    assert 1 >= lower > higher > 0
    assert recall_at({"flag_at": 0.5}, 0.2) is None


@given(threshold=st.floats(0.001, 0.999), p=st.floats(0, 1))
def test_a_flag_is_never_for_ever(threshold: float, p: float) -> None:
    assert 0 < leave_below(threshold) < threshold
    assert is_flagged(p, True, threshold) == (p >= leave_below(threshold))
    assert is_flagged(p, False, threshold) == (p >= threshold)


def test_a_flag_is_lost_a_tenth_below_and_half_below_a_low_threshold() -> None:
    assert [round(leave_below(threshold), 9) for threshold in (0.9, 0.2, 0.1)] == [0.8, 0.1, 0.05]
