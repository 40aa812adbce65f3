"""The track record: what came of the scores that were really given takes the place of the back-test."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from predictor.definition import Definition
from predictor.feature_table import FEATURE_NAMES, FeatureTable
from predictor.track_record import FEWEST, Drift, drift, keep_scores, reliability, reliability_of, settle
from storage import given_scores
from storage.database import transaction
from storage.model_store import ModelRecord
from storage.moments import DAY_SECONDS, day_start
from tests.conftest import Line, write

DAY = date(2024, 3, 1)
DEFINITION = Definition(30, 90)
BACK_TEST = [{"from": i / 10, "to": (i + 1) / 10, "users": 7, "churned": 3} for i in range(10)]
RECORD = ModelRecord(
    version=1,
    task="churn",
    stage="promoted",
    as_of=DAY,
    horizon_days=DEFINITION.horizon_days,
    active_days=DEFINITION.active_days,
    trained_at=0,
    file_name="x",
    sha256="x",
    card={"reliability": BACK_TEST},
)


def given(store: sqlite3.Connection, scores: dict[str, float], as_of: date = DAY) -> None:
    users = np.array(list(scores), dtype=object)
    table = FeatureTable(users, np.zeros((len(users), len(FEATURE_NAMES))))
    with transaction(store):
        keep_scores(store, RECORD, as_of, table, np.array(list(scores.values())))


def shop(store: sqlite3.Connection, returning: set[str], users: int = 100) -> None:
    """Everybody ordered in January; who returns does within the window; somebody ordered when it was over."""
    order = {f"u{n}": Line(f"{n}", f"u{n}", day_start(date(2024, 1, 10)), 1000) for n in range(users)}
    write(
        store,
        [
            *order.values(),
            *(
                Line(f"{user}-again", user, day_start(DAY + timedelta(days=9)), 1000)
                for user in sorted(returning)
            ),
            Line("last", "other", day_start(DAY + timedelta(days=45)), 1000),
        ],
    )


def test_what_came_of_untouched_users_is_counted_by_range_of_score(
    store: sqlite3.Connection,
) -> None:
    shop(store, {f"u{n}" for n in range(20)})
    given(store, {f"u{n}": 0.75 for n in range(50)} | {f"u{n}": 0.15 for n in range(50, 60)})

    assert settle(store, {}) == 1

    found = reliability(store, 30, DAY + timedelta(days=45))
    assert (found[7]["users"], found[7]["churned"], found[7]["mean_probability"]) == (50, 30, 0.75)
    assert (found[1]["users"], found[1]["churned"]) == (10, 10)
    assert sum(each["users"] for each in found) == 60


def test_who_was_contacted_within_the_window_is_shown_apart(store: sqlite3.Connection) -> None:
    shop(store, {"u0", "u1"})
    given(store, {f"u{n}": 0.75 for n in range(40)})
    first = day_start(DAY + timedelta(days=1))
    within, last, before, after = (first + days * DAY_SECONDS for days in (5, 29, -1, 30))

    settle(store, {"u0": [within], "u1": [last], "u2": [before], "u3": [after]})

    today = DAY + timedelta(days=45)
    assert reliability(store, 30, today, "contacted")[7]["users"] == 2
    assert reliability(store, 30, today, "contacted")[7]["churned"] == 0
    assert reliability(store, 30, today)[7]["users"] == 38


def test_a_window_that_is_not_over_waits_and_keeps_its_scores(store: sqlite3.Connection) -> None:
    shop(store, set())
    late = DAY + timedelta(days=20)
    given(store, {"u0": 0.5}, late)

    assert settle(store, {}) == 0
    assert [each.as_of for each in given_scores.waiting(store)] == [late]
    assert store.execute("SELECT COUNT(*) FROM given_scores").fetchone()[0] == 1


def test_what_is_settled_keeps_no_user(store: sqlite3.Connection) -> None:
    shop(store, set())
    given(store, {"u0": 0.5})
    settle(store, {})

    assert store.execute("SELECT COUNT(*) FROM given_scores").fetchone()[0] == 0
    assert settle(store, {}) == 0


def test_scores_are_kept_once_a_week(store: sqlite3.Connection) -> None:
    for days in (0, 1, 6, 7, 3, 20):
        given(store, {"u0": 0.5}, DAY + timedelta(days=days))

    assert [(each.as_of - DAY).days for each in given_scores.waiting(store)] == [0, 7, 20]


def test_the_back_test_is_told_until_enough_is_known(store: sqlite3.Connection) -> None:
    shop(store, set())
    given(store, {f"u{n}": 0.75 for n in range(FEWEST - 1)} | {"u99": 0.2})
    settle(store, {})
    today = DAY + timedelta(days=45)

    assert reliability_of(store, RECORD, today, 0.75) == (BACK_TEST[7], False)


def test_enough_real_outcomes_take_its_place_for_one_horizon_and_a_year(
    store: sqlite3.Connection,
) -> None:
    shop(store, set())
    given(store, {f"u{n}": 0.75 for n in range(FEWEST)})
    settle(store, {})
    today = DAY + timedelta(days=45)

    told, realised = reliability_of(store, RECORD, today, 0.71)

    assert realised
    assert (told["from"], told["to"], told["users"], told["churned"]) == (0.7, 0.8, FEWEST, FEWEST)
    assert not reliability_of(store, RECORD, today, 0.2)[1]
    assert not reliability_of(store, replace(RECORD, horizon_days=60), today, 0.71)[1]
    assert not reliability_of(store, RECORD, today + timedelta(days=400), 0.71)[1]


@pytest.mark.parametrize(
    ("users", "actual", "told"),
    [(1000, 0.60, True), (1000, 0.53, False), (30, 0.60, False), (1000, 0.42, True)],
)
def test_drift_is_what_matters_and_is_not_chance(users: int, actual: float, told: bool) -> None:
    assert Drift(DAY, users, 0.5, actual).significant is told


def test_drift_is_of_the_newest_day_of_the_model_in_use(store: sqlite3.Connection) -> None:
    shop(store, set())
    given(store, {f"u{n}": 0.75 for n in range(100)}, DAY - timedelta(days=7))
    given(store, {f"u{n}": 0.5 for n in range(100)})
    settle(store, {})
    today = DAY + timedelta(days=45)

    assert drift(store, RECORD, today) == Drift(DAY, 100, 0.5, 1.0)
    assert drift(store, replace(RECORD, version=2), today) is None
