"""Scores and flags of everybody, and one user's risk live."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import numpy as np
import pytest

from predictor.churn_model import ChurnModel, sigmoid
from predictor.definition import definition_of
from predictor.feature_table import feature_table
from predictor.flag_threshold import flag_threshold
from predictor.reasons import Explainer
from predictor.scoring import (
    model_known_at,
    promoted_model,
    refresh_scores,
    risk_of,
    score_everybody,
)
from predictor.training import TASK
from storage import model_store
from storage.database import Home
from storage.errors import EmptyStoreError, ModelFileError, NoModelError
from storage.model_store import ModelRecord
from storage.moments import day_start, known_before
from storage.snapshot import Snapshot
from tests.conftest import LAST_DAY, Line, TrainedHome, write


@pytest.fixture
def models(trained_home: TrainedHome) -> Home:
    return trained_home.home


def kept(store: sqlite3.Connection) -> dict[str, tuple[float, bool]]:
    rows = store.execute("SELECT user_id, probability, flagged FROM scores ORDER BY user_id")
    return {row["user_id"]: (row["probability"], bool(row["flagged"])) for row in rows}


def flagged(store: sqlite3.Connection) -> set[str]:
    return {user_id for user_id, (_, is_flagged) in kept(store).items() if is_flagged}


def scorings(store: sqlite3.Connection) -> int:
    return int(store.execute("SELECT COUNT(*) FROM scorings").fetchone()[0])


def above(store: sqlite3.Connection, threshold: float) -> set[str]:
    return {user_id for user_id, (p, _) in kept(store).items() if p >= threshold}


def another_model(store: sqlite3.Connection, record: ModelRecord, as_of: date) -> int:
    """The same model once more, as if trained as of another day."""
    return int(
        store.execute(
            "INSERT INTO models"
            " (task, stage, as_of, horizon_days, active_days, trained_at, file_name, sha256, card)"
            " SELECT task, 'candidate', ?, horizon_days, active_days, trained_at, file_name, sha256, card"
            " FROM models WHERE version = ?",
            (as_of.isoformat(), record.version),
        ).lastrowid
        or 0
    )


def test_everybody_active_is_scored_by_the_models_own_definition(
    trained_store: sqlite3.Connection, models: Home
) -> None:
    record = promoted_model(trained_store)
    table = feature_table(Snapshot(trained_store, LAST_DAY), definition_of(record))

    scores = score_everybody(trained_store, models.models, record, LAST_DAY)

    assert scores.table.user_ids.tolist() == table.user_ids.tolist()
    assert scores.probability.shape == (len(table),)
    assert np.all((scores.probability > 0) & (scores.probability < 1))


def test_a_refresh_keeps_the_scores_of_everybody(trained_store: sqlite3.Connection, models: Home) -> None:
    record = refresh_scores(trained_store, models.models, LAST_DAY)
    scores = score_everybody(trained_store, models.models, record, LAST_DAY)

    rows = [tuple(row) for row in trained_store.execute(
        "SELECT user_id, probability, recency_days, frequency, monetary_cents FROM scores ORDER BY user_id"
    )]  # fmt: skip

    columns = [scores.table.column(name).tolist() for name in ("recency_days", "frequency", "monetary_cents")]
    assert rows == list(
        zip(scores.table.user_ids.tolist(), scores.probability.tolist(), *columns, strict=True)
    )
    assert record.version == 1


def test_without_a_threshold_the_models_own_flags(trained_store: sqlite3.Connection, models: Home) -> None:
    record = refresh_scores(trained_store, models.models, LAST_DAY)

    threshold = flag_threshold(trained_store, record, None)

    assert threshold == record.card["flag_at"]
    assert flag_threshold(trained_store, record, 0.0) == 0.0
    assert 0 < len(flagged(trained_store)) < len(kept(trained_store)) / 3
    assert flagged(trained_store) == above(trained_store, threshold)


def test_who_is_at_the_threshold_is_flagged(trained_store: sqlite3.Connection, models: Home) -> None:
    refresh_scores(trained_store, models.models, LAST_DAY, flag_at=1.0)
    highest = max(p for p, _ in kept(trained_store).values())
    assert not flagged(trained_store)

    refresh_scores(trained_store, models.models, LAST_DAY, flag_at=highest)

    assert len(flagged(trained_store)) == 1


def test_a_flag_is_kept_until_the_probability_is_a_tenth_below_the_threshold(
    trained_store: sqlite3.Connection, models: Home
) -> None:
    refresh_scores(trained_store, models.models, LAST_DAY, flag_at=0.3)
    at_first = flagged(trained_store)

    refresh_scores(trained_store, models.models, LAST_DAY, flag_at=0.38)
    kept_up = flagged(trained_store)
    refresh_scores(trained_store, models.models, LAST_DAY, flag_at=0.5)
    left = flagged(trained_store)
    refresh_scores(trained_store, models.models, LAST_DAY, flag_at=0.45)
    afterwards = flagged(trained_store)

    assert at_first == kept_up == above(trained_store, 0.3) > above(trained_store, 0.38)
    assert left == above(trained_store, 0.4) < kept_up
    # Who left stays out, although 0.45 - 0.10 would have kept them.
    assert afterwards == left
    assert above(trained_store, 0.35) > left > above(trained_store, 0.45)


def test_a_threshold_that_is_moved_ends_flags_of_a_lower_one_and_keeps_those_of_a_higher(
    trained_store: sqlite3.Connection, models: Home
) -> None:
    def flags(flag_at: float, *, moved: bool) -> set[str]:
        refresh_scores(trained_store, models.models, LAST_DAY, flag_at=flag_at, moved=moved)
        return {row[0] for row in trained_store.execute("SELECT user_id FROM scores WHERE flagged")}

    high = flags(0.5, moved=True)
    low = flags(0.42, moved=True)
    assert high < low
    assert flags(0.5, moved=True) == high
    assert flags(0.42, moved=False) == low
    assert flags(0.5, moved=False) == low, "against the noise of scores flags are kept"
    above = flags(0.58, moved=True)
    assert above < high


def test_who_was_not_active_in_between_has_no_flag_to_keep(
    trained_store: sqlite3.Connection, models: Home
) -> None:
    refresh_scores(trained_store, models.models, LAST_DAY, flag_at=0.0)
    everybody = flagged(trained_store)

    refresh_scores(trained_store, models.models, LAST_DAY + timedelta(days=1000), flag_at=0.0)
    assert kept(trained_store) == {}
    refresh_scores(trained_store, models.models, LAST_DAY, flag_at=0.05)

    assert len(everybody) > 200
    assert flagged(trained_store) == above(trained_store, 0.05) < everybody


def test_flags_advance_once_for_one_state(trained_store: sqlite3.Connection, models: Home) -> None:
    def refresh(as_of: date = LAST_DAY, flag_at: float | None = None) -> int:
        refresh_scores(trained_store, models.models, as_of, flag_at)
        return scorings(trained_store)

    assert [refresh(), refresh(), refresh(flag_at=promoted_model(trained_store).card["flag_at"])] == [1, 1, 1]
    assert [refresh(flag_at=0.4), refresh(flag_at=0.4)] == [2, 2]
    earlier = LAST_DAY - timedelta(days=1)
    assert [refresh(earlier, 0.4), refresh(earlier, 0.4)] == [3, 3]

    write(trained_store, [Line("new", "new", known_before(earlier) - 1)])
    assert [refresh(earlier, 0.4), refresh(earlier, 0.4)] == [4, 4]
    assert "new" in kept(trained_store)

    model_store.promote(trained_store, another_model(trained_store, promoted_model(trained_store), LAST_DAY))
    assert [refresh(earlier, 0.4), refresh(earlier, 0.4)] == [5, 5]


def test_one_users_risk_is_what_everybodys_scores_say(
    trained_store: sqlite3.Connection, models: Home
) -> None:
    refresh_scores(trained_store, models.models, LAST_DAY)

    for user_id, (probability, is_flagged) in list(kept(trained_store).items())[::25]:
        risk = risk_of(trained_store, models.models, user_id, LAST_DAY)
        assert risk is not None
        assert (risk.user_id, risk.as_of, risk.record.version) == (user_id, LAST_DAY, 1)
        assert risk.probability == pytest.approx(probability, rel=1e-12)
        assert risk.flagged == is_flagged


def test_the_flag_of_one_user_is_kept_as_everybodys_are(
    trained_store: sqlite3.Connection, models: Home
) -> None:
    refresh_scores(trained_store, models.models, LAST_DAY, flag_at=0.3)
    user_id = min(flagged(trained_store), key=lambda user_id: kept(trained_store)[user_id][0])
    probability = kept(trained_store)[user_id][0]

    def is_flagged(flag_at: float) -> bool:
        risk = risk_of(trained_store, models.models, user_id, LAST_DAY, flag_at)
        assert risk is not None
        return risk.flagged

    assert [is_flagged(probability + more) for more in (-0.01, 0.09, 0.11)] == [True, True, False]
    trained_store.execute("UPDATE scores SET flagged = 0")
    assert [is_flagged(probability + more) for more in (-0.01, 0.09)] == [True, False]


def test_a_risk_comes_with_reasons_that_add_up_and_its_track_record(
    trained_store: sqlite3.Connection, models: Home
) -> None:
    record = promoted_model(trained_store)
    parts = model_store.load_parts(record, models.models)
    base = float(sigmoid(np.array(Explainer(ChurnModel.from_parts(parts)).base)))
    risk = risk_of(trained_store, models.models, "regular-0", LAST_DAY)

    assert risk is not None
    assert base + sum(reason.effect for reason in risk.reasons) == pytest.approx(risk.probability)
    assert risk.reliability in record.card["reliability"]
    assert risk.reliability["from"] <= risk.probability < risk.reliability["to"]
    table = feature_table(Snapshot(trained_store, LAST_DAY), definition_of(record), user_id="regular-0")
    assert risk.values["recency_days"] == table.column("recency_days")[0]


def test_who_is_not_active_has_no_risk(trained_store: sqlite3.Connection, models: Home) -> None:
    assert risk_of(trained_store, models.models, "nobody", LAST_DAY) is None
    assert risk_of(trained_store, models.models, "regular-0", LAST_DAY + timedelta(days=1000)) is None


def test_a_model_file_that_was_altered_scores_nobody(trained_store: sqlite3.Connection, models: Home) -> None:
    record = promoted_model(trained_store)
    path = models.models / record.file_name
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    with pytest.raises(ModelFileError, match="was changed"):
        refresh_scores(trained_store, models.models, LAST_DAY)
    assert scorings(trained_store) == 0


def test_without_a_model_the_command_to_run_first_is_named(home: Home, store: sqlite3.Connection) -> None:
    asking = (
        lambda: promoted_model(store),
        lambda: refresh_scores(store, home.models, LAST_DAY),
        lambda: risk_of(store, home.models, "42", LAST_DAY),
    )
    for ask in asking:
        with pytest.raises(EmptyStoreError) as without_orders:
            ask()
        assert without_orders.value.next_step == "Import them: opsbot import orders.csv"
    write(store, [Line("1", "42", day_start(LAST_DAY))])
    for ask in asking:
        with pytest.raises(NoModelError, match=r"No model is trained yet\.") as caught:
            ask()
        assert caught.value.next_step == "Train one: opsbot train"


def test_without_a_model_of_that_time_the_training_as_of_then_is_named(
    trained_store: sqlite3.Connection,
) -> None:
    with pytest.raises(NoModelError, match="what was known by 2024-02-03") as caught:
        model_known_at(trained_store, date(2024, 2, 3))

    assert (
        caught.value.next_step.format(**caught.value.values)
        == "Train one first: opsbot train --as-of 2024-02-03"
    )


def test_the_model_of_a_day_is_the_one_that_knows_most_then_the_newest_whatever_its_stage(
    trained_store: sqlite3.Connection,
) -> None:
    first = promoted_model(trained_store)
    again = another_model(trained_store, first, LAST_DAY)
    older = another_model(trained_store, first, LAST_DAY - timedelta(days=9))
    later = another_model(trained_store, first, LAST_DAY + timedelta(days=9))

    found = [
        model_known_at(trained_store, LAST_DAY + timedelta(days=day)).version for day in (-9, -1, 0, 8, 9)
    ]

    assert found == [older, older, again, again, later]
    assert promoted_model(trained_store).version == first.version


def test_scores_are_of_one_task_only(trained_store: sqlite3.Connection, models: Home) -> None:
    refresh_scores(trained_store, models.models, LAST_DAY)
    trained_store.execute(
        "INSERT INTO scores SELECT 'promo', user_id, scoring_id, 0.5, 1, 1, 1, 1 FROM scores"
    )

    refresh_scores(trained_store, models.models, LAST_DAY, flag_at=1.0)

    rows = trained_store.execute(
        "SELECT task, SUM(flagged) FROM scores GROUP BY task ORDER BY task"
    ).fetchall()
    churn, promo = (tuple(row) for row in rows)
    assert churn == (TASK, 0)
    assert promo[1] > 0
