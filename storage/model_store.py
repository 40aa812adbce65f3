"""Model files that can be trusted, and the stages a model lives through: candidate, promoted, retired."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from storage.database import transaction
from storage.errors import ModelFileError, NoModelError

# The task of the models that say who will place no order.
CHURN = "churn"

# What skops has to be told is safe, reviewed one by one: the nodes of a boosted tree, and the layout of
# the array they stand in. Anything else unknown in a file stops it from being loaded.
TRUSTED_TYPES = (
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
)


@dataclass(frozen=True)
class ModelRecord:
    """One model of one task; `card` is what is known about it, in JSON types."""

    version: int
    task: str
    stage: str
    as_of: date
    horizon_days: int
    active_days: int
    trained_at: int
    file_name: str
    sha256: str
    card: Mapping[str, Any]


def add_candidate(
    connection: sqlite3.Connection,
    folder: Path,
    *,
    task: str,
    parts: Mapping[str, Any],
    as_of: date,
    horizon_days: int,
    active_days: int,
    card: Mapping[str, Any],
) -> ModelRecord:
    """Write `parts` to a model file in `folder` and record it as a candidate; returns the record.

    The file is complete on disk before the store knows of it.
    """
    import skops.io

    content = skops.io.dumps(dict(parts))
    digest = hashlib.sha256(content).hexdigest()
    name = f"{task}-{as_of}-{digest[:12]}.skops"
    _write_whole(folder / name, content)
    with transaction(connection):
        cursor = connection.execute(
            "INSERT INTO models (task, stage, as_of, horizon_days, active_days, trained_at,"
            " file_name, sha256, card)"
            " VALUES (?, 'candidate', ?, ?, ?, ?, ?, ?, ?)",
            (
                task,
                as_of.isoformat(),
                horizon_days,
                active_days,
                int(time.time()),
                name,
                digest,
                json.dumps(card),
            ),
        )
    assert cursor.lastrowid is not None
    return by_version(connection, cursor.lastrowid)


def load_parts(record: ModelRecord, folder: Path) -> dict[str, Any]:
    """The parts of a model file; raises ModelFileError where it is missing, altered or untrusted."""
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        content = (folder / record.file_name).read_bytes()
    except OSError as error:
        raise _unusable(record, "its file cannot be read") from error
    if hashlib.sha256(content).hexdigest() != record.sha256:
        raise _unusable(record, "its file was changed after training")
    try:
        return dict(skops.io.loads(content, trusted=list(TRUSTED_TYPES)))
    except UntrustedTypesFoundException as error:
        raise _unusable(record, "its file holds parts that are not trusted") from error


def by_version(connection: sqlite3.Connection, version: int) -> ModelRecord:
    """The model of that number; raises NoModelError."""
    row = connection.execute("SELECT * FROM models WHERE version = ?", (version,)).fetchone()
    if row is None:
        raise NoModelError(
            "There is no model {version}.", next_step="List them: opsbot models list", version=version
        )
    return _record(row)


def promoted(connection: sqlite3.Connection, task: str) -> ModelRecord | None:
    """The model in use for `task`, if any."""
    row = connection.execute("SELECT * FROM models WHERE task = ? AND stage = 'promoted'", (task,)).fetchone()
    return _record(row) if row else None


def known_at(connection: sqlite3.Connection, task: str, as_of: date) -> ModelRecord | None:
    """The model with the greatest as_of up to that day, then the newest version, whatever its stage."""
    row = connection.execute(
        "SELECT * FROM models WHERE task = ? AND as_of <= ? ORDER BY as_of DESC, version DESC LIMIT 1",
        (task, as_of.isoformat()),
    ).fetchone()
    return _record(row) if row else None


def every(connection: sqlite3.Connection) -> Sequence[ModelRecord]:
    """All models, the newest first."""
    return [_record(row) for row in connection.execute("SELECT * FROM models ORDER BY version DESC")]


def promote(connection: sqlite3.Connection, version: int) -> ModelRecord:
    """Put that model in use and retire the one before it; raises NoModelError where it does not exist."""
    record = by_version(connection, version)
    with transaction(connection):
        # Later than every other retired model even within one second: rollback follows this order.
        connection.execute(
            "UPDATE models SET stage = 'retired',"
            " retired_at = MAX(?, (SELECT COALESCE(MAX(retired_at), 0) + 1 FROM models))"
            " WHERE task = ? AND stage = 'promoted' AND version <> ?",
            (int(time.time()), record.task, version),
        )
        connection.execute(
            "UPDATE models SET stage = 'promoted', retired_at = NULL WHERE version = ?", (version,)
        )
    return by_version(connection, version)


def promote_unless_older(connection: sqlite3.Connection, record: ModelRecord) -> ModelRecord:
    """Put a candidate in use unless the one in use knew a later day; returns the record as it stands then."""
    current = promoted(connection, record.task)
    if current is not None and current.as_of > record.as_of:
        return record
    return promote(connection, record.version)


def last_retired(connection: sqlite3.Connection, task: str) -> ModelRecord:
    """The model that was in use before; raises NoModelError where none was ever retired."""
    row = connection.execute(
        "SELECT * FROM models WHERE task = ? AND stage = 'retired'"
        " ORDER BY retired_at DESC, version DESC LIMIT 1",
        (task,),
    ).fetchone()
    if row is None:
        raise NoModelError(
            "There is no earlier model to go back to.", next_step="List them: opsbot models list"
        )
    return _record(row)


def rollback(connection: sqlite3.Connection, task: str) -> ModelRecord:
    """Put the last retired model back in use; raises NoModelError where none was ever retired."""
    return promote(connection, last_retired(connection, task).version)


def _record(row: sqlite3.Row) -> ModelRecord:
    return ModelRecord(
        version=row["version"],
        task=row["task"],
        stage=row["stage"],
        as_of=date.fromisoformat(row["as_of"]),
        horizon_days=row["horizon_days"],
        active_days=row["active_days"],
        trained_at=row["trained_at"],
        file_name=row["file_name"],
        sha256=row["sha256"],
        card=json.loads(row["card"]),
    )


def _unusable(record: ModelRecord, problem: str) -> ModelFileError:
    return ModelFileError(
        "Model {version} cannot be used: " + problem + ".",
        next_step="Go back to the one before it (opsbot models rollback) or train again (opsbot train).",
        version=record.version,
    )


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
