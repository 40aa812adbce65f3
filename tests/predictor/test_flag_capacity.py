"""The threshold for as many as can be contacted, by what the model in use says of the last weeks."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import numpy as np
import pytest

from predictor import flag_capacity
from predictor.flag_capacity import WORKING_DAYS, LastWeeks, last_weeks
from predictor.scoring import refresh_scores, score_everybody
from tests.conftest import LAST_DAY, TrainedHome

# Three ends of weeks; who is not active is not known.
WEEKS = LastWeeks(
    np.array(
        [
            [0.95, 0.10, 0.10, np.nan, 0.70],
            [0.50, 0.92, 0.10, 0.91, 0.62],
            [0.96, 0.85, 0.91, 0.20, 0.70],
        ]
    )
)


def test_who_enters_is_counted_once_while_the_flag_is_kept() -> None:
    # In the first week the second and the fourth, in the second the third, and the first once more.
    assert WEEKS.newly_flagged(0.9) == pytest.approx(4 / 2 / WORKING_DAYS)
    # The last one wavers between 0.62 and 0.70, and enters at neither.
    assert WEEKS.newly_flagged(0.7) == pytest.approx(4 / 2 / WORKING_DAYS)
    assert WEEKS.newly_flagged(0.97) == 0


def test_a_sample_counts_for_all() -> None:
    assert LastWeeks(WEEKS.probability, 3.0).newly_flagged(0.9) == pytest.approx(3 * 4 / 2 / WORKING_DAYS)


def test_the_threshold_for_a_capacity_brings_no_more(
    trained_home: TrainedHome, trained_store: sqlite3.Connection
) -> None:
    record = refresh_scores(trained_store, trained_home.home.models, LAST_DAY)
    weeks = last_weeks(trained_store, trained_home.home.models, record, LAST_DAY)
    most = weeks.most_newly_flagged()
    found = [weeks.threshold_for(share * most) for share in (0.1, 0.4, 0.7)]
    assert found == sorted(found, reverse=True)
    for share, threshold in zip((0.1, 0.4, 0.7), found, strict=True):
        assert 0 < threshold < 1
        assert 0 < weeks.newly_flagged(threshold) <= share * most
        higher = [weeks.newly_flagged(percent / 100) for percent in range(round(100 * threshold), 100)]
        assert max(higher) <= 1.1 * share * most
    assert weeks.threshold_for(most) == 0
    assert weeks.threshold_for(0.0) == pytest.approx(1.0) or weeks.newly_flagged(0.99) == 0


def test_the_last_weeks_are_scored_as_they_were_known(
    trained_home: TrainedHome, trained_store: sqlite3.Connection
) -> None:
    models = trained_home.home.models
    record = refresh_scores(trained_store, models, LAST_DAY)
    weeks = last_weeks(trained_store, models, record, LAST_DAY)
    for back, row in zip((2, 1, 0), weeks.probability, strict=True):
        then = score_everybody(trained_store, models, record, LAST_DAY - timedelta(weeks=back), now=True)
        assert np.array_equal(np.sort(row[~np.isnan(row)]), np.sort(then.probability))
    assert weeks.weight == 1


def test_of_a_large_shop_a_sample_is_scored(
    trained_home: TrainedHome, trained_store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = trained_home.home.models
    record = refresh_scores(trained_store, models, LAST_DAY)
    active = trained_store.execute("SELECT COUNT(*) FROM scores").fetchone()[0]
    monkeypatch.setattr(flag_capacity, "_SAMPLE", 150)
    weeks = last_weeks(trained_store, models, record, LAST_DAY)
    known = int((~np.isnan(weeks.probability[-1])).sum())
    assert known < 150 < active
    assert weeks.weight == pytest.approx(active / known)
