"""Who enters and leaves the flagged users by another model: told without storing anything."""

from __future__ import annotations

import sqlite3

from predictor.flag_changes import flag_changes, flagged_users
from predictor.flag_threshold import LEAVE_MARGIN
from predictor.scoring import promoted_model, refresh_scores
from tests.conftest import LAST_DAY, TrainedHome


def test_the_same_model_changes_nothing(trained_home: TrainedHome, trained_store: sqlite3.Connection) -> None:
    models = trained_home.home.models
    record = refresh_scores(trained_store, models, LAST_DAY)
    before = flagged_users(trained_store)
    assert before
    same = flag_changes(trained_store, models, record, LAST_DAY, before=before)
    assert (same.flagged, list(same.changes)) == (len(before), [])


def test_a_lower_threshold_lets_users_in_and_a_higher_one_out(
    trained_home: TrainedHome, trained_store: sqlite3.Connection
) -> None:
    models = trained_home.home.models
    record = refresh_scores(trained_store, models, LAST_DAY, flag_at=0.5)
    before = flagged_users(trained_store)
    rows = dict(trained_store.execute("SELECT user_id, probability FROM scores").fetchall())
    lower = flag_changes(trained_store, models, record, LAST_DAY, before=before, flag_at=0.3)
    entered = {each.user_id: each.probability for each in lower.changes}
    assert entered == {user: p for user, p in rows.items() if p >= 0.3 and user not in before}
    assert [p for p in entered.values() if p] == sorted(entered.values(), key=lambda p: -(p or 0))
    assert (lower.count("entered"), lower.count("left")) == (len(entered), 0)
    higher = flag_changes(trained_store, models, record, LAST_DAY, before=before, flag_at=0.65)
    stay = {user for user in before if rows[user] >= 0.65 - LEAVE_MARGIN}
    assert {each.user_id for each in higher.changes} == before - stay
    assert higher.count("left") == len(before - stay) > 0
    assert flagged_users(trained_store) == before


def test_who_is_no_longer_active_leaves_without_a_probability(
    trained_home: TrainedHome, trained_store: sqlite3.Connection
) -> None:
    record = promoted_model(trained_store)
    changes = flag_changes(trained_store, trained_home.home.models, record, LAST_DAY, before=["gone"]).changes
    assert [(each.change, each.probability) for each in changes if each.user_id == "gone"] == [("left", None)]
