"""Model files that can be trusted, and the stages of a model."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest

from predictor.churn_model import ChurnModel
from predictor.feature_table import FEATURE_NAMES
from storage import model_store
from storage.database import Home
from storage.errors import ModelFileError, NoModelError
from storage.model_store import ModelRecord


class Surprise:
    """A type that nobody reviewed."""

    def __init__(self) -> None:
        self.word = "boo"


def add(store: sqlite3.Connection, home: Home, as_of: str = "2024-03-10", **parts: Any) -> ModelRecord:
    return model_store.add_candidate(
        store,
        home.models,
        task="churn",
        parts=parts or {"number": 1},
        as_of=date.fromisoformat(as_of),
        horizon_days=30,
        active_days=90,
        card={"flag_at": 0.5, "name": "客户"},
    )


def stages(store: sqlite3.Connection) -> list[str]:
    return [record.stage for record in reversed(model_store.every(store))]


def promote_in_turn(store: sqlite3.Connection, versions: Sequence[int]) -> None:
    for version in versions:
        model_store.promote(store, version)


def test_a_candidate_is_kept_as_it_was_given(store: sqlite3.Connection, home: Home) -> None:
    record = add(store, home, weights=np.arange(3.0))

    assert (record.version, record.stage, record.as_of) == (1, "candidate", date(2024, 3, 10))
    assert (record.horizon_days, record.active_days, record.card["name"]) == (30, 90, "客户")
    assert model_store.by_version(store, 1) == record
    assert np.array_equal(model_store.load_parts(record, home.models)["weights"], np.arange(3.0))
    assert [path.name for path in home.models.iterdir()] == [record.file_name]


def test_an_altered_file_is_refused(store: sqlite3.Connection, home: Home) -> None:
    record = add(store, home)
    path = home.models / record.file_name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(ModelFileError, match=r"Model 1 cannot be used: its file was changed") as caught:
        model_store.load_parts(record, home.models)

    assert "opsbot train" in caught.value.next_step


def test_another_models_file_is_refused_in_its_place(store: sqlite3.Connection, home: Home) -> None:
    record, other = add(store, home, number=1), add(store, home, number=2)
    (home.models / other.file_name).replace(home.models / record.file_name)

    with pytest.raises(ModelFileError, match="was changed"):
        model_store.load_parts(record, home.models)


def test_a_missing_file_is_said(store: sqlite3.Connection, home: Home) -> None:
    record = add(store, home)
    (home.models / record.file_name).unlink()

    with pytest.raises(ModelFileError, match="cannot be read"):
        model_store.load_parts(record, home.models)


def test_a_type_that_is_not_trusted_is_refused_even_in_an_unaltered_file(
    store: sqlite3.Connection, home: Home
) -> None:
    record = add(store, home, surprise=Surprise())

    with pytest.raises(ModelFileError, match="not trusted"):
        model_store.load_parts(record, home.models)


def test_a_churn_model_needs_every_trusted_type_and_no_other(store: sqlite3.Connection, home: Home) -> None:
    from skops.io import get_untrusted_types

    random = np.random.default_rng(0)
    values = random.normal(size=(100, len(FEATURE_NAMES)))
    record = add(store, home, **ChurnModel.fit(values, (values[:, 0] > 0).astype(np.int8)).parts())

    assert sorted(get_untrusted_types(file=home.models / record.file_name)) == sorted(
        model_store.TRUSTED_TYPES
    )


def test_the_database_refuses_two_promoted_models_of_a_task(store: sqlite3.Connection, home: Home) -> None:
    add(store, home)
    add(store, home)
    model_store.promote(store, 1)

    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        store.execute("UPDATE models SET stage = 'promoted' WHERE version = 2")
    assert stages(store) == ["promoted", "candidate"]


def test_promoting_a_model_retires_the_one_before(store: sqlite3.Connection, home: Home) -> None:
    add(store, home)
    add(store, home)

    assert model_store.promoted(store, "churn") is None
    promote_in_turn(store, [1, 2])
    assert stages(store) == ["retired", "promoted"]
    promote_in_turn(store, [2])
    assert stages(store) == ["retired", "promoted"]
    in_use = model_store.promoted(store, "churn")
    assert in_use is not None
    assert in_use.version == 2


def test_a_model_of_another_task_stays_in_use(store: sqlite3.Connection, home: Home) -> None:
    add(store, home)
    store.execute(
        "INSERT INTO models SELECT 9, 'promo', 'promoted', as_of, 1, 1, 1, NULL, 'f', 'h', '{}' FROM models"
    )
    model_store.promote(store, 1)

    assert stages(store) == ["promoted", "promoted"]


def test_rollback_brings_the_last_retired_back_and_twice_undoes_itself(
    store: sqlite3.Connection, home: Home
) -> None:
    for _ in range(3):
        add(store, home)
    promote_in_turn(store, [1, 2, 3])

    assert model_store.rollback(store, "churn").version == 2
    assert stages(store) == ["retired", "promoted", "retired"]
    assert model_store.rollback(store, "churn").version == 3
    assert stages(store) == ["retired", "retired", "promoted"]


def test_rollback_follows_the_order_of_retiring_not_of_versions(
    store: sqlite3.Connection, home: Home
) -> None:
    for _ in range(3):
        add(store, home)
    promote_in_turn(store, [1, 3, 1, 2])

    assert model_store.rollback(store, "churn").version == 1


def test_without_a_retired_model_there_is_nothing_to_go_back_to(
    store: sqlite3.Connection, home: Home
) -> None:
    add(store, home)
    model_store.promote(store, 1)

    with pytest.raises(NoModelError, match="no earlier model"):
        model_store.rollback(store, "churn")
    assert stages(store) == ["promoted"]


def test_an_unknown_version_is_refused(store: sqlite3.Connection) -> None:
    with pytest.raises(NoModelError, match=r"There is no model 7\.") as caught:
        model_store.promote(store, 7)

    assert "opsbot models list" in caught.value.next_step


def test_the_model_known_at_a_day_is_the_latest_by_as_of_then_by_version(
    store: sqlite3.Connection, home: Home
) -> None:
    for as_of in ("2024-03-10", "2024-03-20", "2024-03-20", "2024-03-01", "2024-04-01"):
        add(store, home, as_of)
    model_store.promote(store, 1)

    found = [model_store.known_at(store, "churn", date(2024, 3, day)) for day in (9, 10, 19, 20, 31)]

    assert [record and record.version for record in found] == [4, 1, 1, 3, 3]
    assert model_store.known_at(store, "churn", date(2024, 2, 29)) is None
    assert model_store.known_at(store, "promo", date(2024, 3, 31)) is None
