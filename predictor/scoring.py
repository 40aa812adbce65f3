"""Scores: of everybody at once, kept with their flags, or of one user live with the reasons."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.churn_model import ChurnModel
from predictor.definition import definition_of
from predictor.encoder import EncoderKey
from predictor.families import OptionalFamily
from predictor.feature_table import FeatureTable
from predictor.flag_threshold import flag_threshold, is_flagged, kept_flags
from predictor.reasons import Explainer, Reason
from predictor.track_record import keep_scores, reliability_of
from predictor.training import TASK, Progress, prepare
from predictor.warning_draw import draw_warnings
from storage import flag_events, model_store
from storage.database import transaction
from storage.errors import ModelFileError, NoModelError
from storage.model_store import ModelRecord
from storage.snapshot import Snapshot, as_now, data_through, data_version, latest_snapshot

MEDIUM_FROM = 1 / 3
HIGH_FROM = 2 / 3


@dataclass(frozen=True)
class Scores:
    """Everybody who was active: (n_users,) probabilities beside the feature table they come from."""

    record: ModelRecord
    as_of: date
    table: FeatureTable
    probability: NDArray[np.float64]


@dataclass(frozen=True)
class Risk:
    """One user's answer: the probability of no order within the horizon, flagged or not, and why.

    `reliability` is the range that the probability lies in and what came of its users: really, where that
    is known (`realised`), else in the back-test as the model card has it.
    """

    user_id: str
    as_of: date
    record: ModelRecord
    probability: float
    flagged: bool
    reasons: list[Reason]
    reliability: dict[str, Any]
    realised: bool
    values: dict[str, float]


def promoted_model(connection: sqlite3.Connection) -> ModelRecord:
    """The model in use; raises NoModelError, or EmptyStoreError, naming the command to run first."""
    record = model_store.promoted(connection, TASK)
    if record is None:
        data_through(connection)
        raise NoModelError("No model is trained yet.", next_step="Train one: opsbot train")
    return record


def model_known_at(connection: sqlite3.Connection, as_of: date) -> ModelRecord:
    """The model with the greatest as_of up to that day, whatever its stage; raises NoModelError."""
    record = model_store.known_at(connection, TASK, as_of)
    if record is None:
        raise NoModelError(
            "No model was trained on what was known by {as_of}.",
            next_step="Train one first: opsbot train --as-of {as_of}",
            as_of=as_of,
        )
    return record


def model_for(connection: sqlite3.Connection, models: Path, as_of: date | None) -> ChurnModel | None:
    """The model that scores are made with as of a day, or today without one; None where there is none."""
    record = (
        model_store.promoted(connection, TASK)
        if as_of is None
        else model_store.known_at(connection, TASK, as_of)
    )
    return None if record is None else model_of(record, models)


def model_of(record: ModelRecord, models: Path) -> ChurnModel:
    """The model of a record, read into memory once."""
    return _loaded(record, models).model


def warm_up(connection: sqlite3.Connection, models: Path) -> None:
    """Read the model in use into memory, where there is one, so that the first question need not wait."""
    record = model_store.promoted(connection, TASK)
    if record is not None:
        _loaded(record, models)


def score_everybody(
    connection: sqlite3.Connection, models: Path, record: ModelRecord, as_of: date, *, now: bool = False
) -> Scores:
    """The probabilities of all users active as of that day.

    Merges and exclusions are those known by then, or with `now` those that hold now.
    """
    return score_snapshot(as_now(connection, as_of) if now else Snapshot(connection, as_of), models, record)


def score_snapshot(snapshot: Snapshot, models: Path, record: ModelRecord) -> Scores:
    """The probabilities of all users of a snapshot who were active then."""
    model = model_of(record, models)
    table = model.table(snapshot, definition_of(record))
    return Scores(record, snapshot.as_of, table, model.probability(table.values))


def prepare_scoring(
    connection: sqlite3.Connection,
    models: Path,
    record: ModelRecord,
    optional: Sequence[OptionalFamily],
    progress: Progress = lambda step: None,
) -> bool:
    """Do what a model's families need before everybody is scored: read new reviews, where it reads any.

    `optional` are the families as `optional_families` gives them. Returns whether there was anything to do.
    """
    its_own = {fitted.family for fitted in _loaded(record, models).model.families}
    return prepare(
        [family for family in optional if family in its_own], latest_snapshot(connection), progress
    )


def encoders_in_use(connection: sqlite3.Connection, models: Path) -> set[EncoderKey]:
    """The encoders of the promoted model, and of the one before it, which a rollback brings back."""
    records = [model_store.promoted(connection, TASK)]
    with suppress(NoModelError):
        records.append(model_store.last_retired(connection, TASK))
    found = set()
    for record in filter(None, records):
        # A model of another version is trained again before it is used: its vectors are not needed.
        with suppress(ModelFileError, TypeError):
            parts = model_store.load_parts(record, models).get("families", {})
            found |= {EncoderKey(**each["encoder"]) for each in parts.values() if "encoder" in each}
    return found


def refresh_scores(
    connection: sqlite3.Connection,
    models: Path,
    as_of: date,
    flag_at: float | None = None,
    *,
    again: bool = False,
    moved: bool = False,
) -> ModelRecord:
    """Score everybody with the model in use and advance the flags, unless that was done for this very state.

    The state is the model, the day, the data and who is who, and the threshold; with `again` it is done
    whatever the state, for new reviews were read. `moved` says that somebody has just set the threshold or
    taken it back: flags raised by a lower one then end. Returns the model in use.
    """
    record = promoted_model(connection)
    threshold = flag_threshold(connection, record, flag_at)
    state = (record.version, as_of.isoformat(), data_version(connection), threshold)
    if again or _last_scoring(connection) != state:
        _keep(connection, score_everybody(connection, models, record, as_of, now=True), state, moved)
    return record


def risk_of(
    connection: sqlite3.Connection, models: Path, user_id: str, as_of: date, flag_at: float | None = None
) -> Risk | None:
    """One user's risk by the model in use, computed live; None for who is not active as of that day.

    Nor has who is excluded now a risk.
    """
    record = promoted_model(connection)
    loaded = _loaded(record, models)
    table = loaded.model.table(as_now(connection, as_of), definition_of(record), user_id=user_id)
    if not len(table):
        return None
    probability = float(loaded.model.probability(table.values)[0])
    was_flagged = connection.execute(
        "SELECT flagged FROM scores WHERE task = ? AND user_id = ?", (TASK, user_id)
    ).fetchone()
    reasons = loaded.explainer.reasons(table.values[0])
    track_record, realised = reliability_of(connection, record, as_of, probability)
    return Risk(
        user_id=user_id,
        as_of=as_of,
        record=record,
        probability=probability,
        flagged=is_flagged(
            probability, bool(was_flagged and was_flagged[0]), flag_threshold(connection, record, flag_at)
        ),
        reasons=reasons,
        reliability=track_record,
        realised=realised,
        values=reasons[0].values,
    )


# From so many users on, the features of everybody are made at once: that takes less than one by one.
_MANY_USERS = 100


def reasons_of(
    connection: sqlite3.Connection, models: Path, user_ids: Sequence[str], as_of: date
) -> dict[str, list[Reason]]:
    """The reasons for each user's risk by the model in use; nothing of who is not active as of that day."""
    record = promoted_model(connection)
    loaded = _loaded(record, models)
    snapshot, definition = as_now(connection, as_of), definition_of(record)
    if len(user_ids) < _MANY_USERS:
        tables = [loaded.model.table(snapshot, definition, user_id=user_id) for user_id in user_ids]
    else:
        tables = [loaded.model.table(snapshot, definition)]
    wanted = frozenset(user_ids)
    return {
        str(user_id): loaded.explainer.reasons(values)
        for table in tables
        for user_id, values in zip(table.user_ids, table.values, strict=True)
        if str(user_id) in wanted
    }


def band(probability: float) -> str:
    """low below a third, high from two thirds on, medium between."""
    return "low" if probability < MEDIUM_FROM else "medium" if probability < HIGH_FROM else "high"


def _last_scoring(connection: sqlite3.Connection) -> tuple[int, str, int, float] | None:
    row = connection.execute(
        "SELECT model_version, as_of, data_version, flag_at FROM scorings WHERE task = ?"
        " ORDER BY scoring_id DESC LIMIT 1",
        (TASK,),
    ).fetchone()
    return tuple(row) if row else None


def _keep(
    connection: sqlite3.Connection, scores: Scores, state: tuple[int, str, int, float], moved: bool
) -> None:
    threshold = state[-1]
    columns = [scores.table.column(name).tolist() for name in ("recency_days", "frequency", "monetary_cents")]
    with transaction(connection):
        keep_scores(connection, scores.record, scores.as_of, scores.table, scores.probability)
        flagged = {
            row[0]
            for row in connection.execute("SELECT user_id FROM scores WHERE task = ? AND flagged", (TASK,))
        }
        kept = kept_flags(connection, flagged, threshold) if moved else flagged
        now = {
            user_id: is_flagged(p, user_id in kept, threshold)
            for user_id, p in zip(scores.table.user_ids.tolist(), scores.probability.tolist(), strict=True)
        }
        scored_at = int(time.time())
        entered = [user_id for user_id, is_now in now.items() if is_now and user_id not in flagged]
        left = [user_id for user_id in flagged if not now.get(user_id)]
        flag_events.record(connection, scores.as_of, scored_at, entered=entered, left=left, flag_at=threshold)
        draw_warnings(connection, entered, scores.as_of, scored_at, scores.record.horizon_days)
        cursor = connection.execute(
            "INSERT INTO scorings (task, model_version, as_of, data_version, flag_at, scored_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (TASK, *state, scored_at),
        )
        connection.execute("DELETE FROM scores WHERE task = ?", (TASK,))
        connection.executemany(
            "INSERT INTO scores VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    TASK,
                    user_id,
                    cursor.lastrowid,
                    p,
                    recency,
                    int(frequency),
                    int(monetary),
                    now[user_id],
                )
                for user_id, p, recency, frequency, monetary in zip(
                    scores.table.user_ids.tolist(), scores.probability.tolist(), *columns, strict=True
                )
            ),
        )


@dataclass(frozen=True)
class _Loaded:
    model: ChurnModel
    explainer: Explainer


# One model serves thousands of questions; its file is read and checked once. The key holds the
# checksum, so another file under the same name is another entry.
_in_memory: dict[tuple[str, str], _Loaded] = {}


def _loaded(record: ModelRecord, models: Path) -> _Loaded:
    key = (str(models / record.file_name), record.sha256)
    if key not in _in_memory:
        model = ChurnModel.from_parts(model_store.load_parts(record, models))
        _in_memory.clear()
        _in_memory[key] = _Loaded(model, Explainer(model))
    return _in_memory[key]
