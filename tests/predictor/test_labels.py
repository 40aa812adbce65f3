"""Who placed no order in (as_of, as_of + horizon_days], as known at the end of that window."""

from __future__ import annotations

import sqlite3
from datetime import date

import numpy as np
import pytest

from predictor.definition import Definition
from predictor.feature_table import feature_table
from predictor.labels import LabelledTables, churned, window_end
from storage.snapshot import Snapshot
from tests.conftest import Line, at, write

AS_OF = date(2024, 3, 10)
DEFINITION = Definition(horizon_days=14, active_days=42)
BEFORE = Line("before", "42", at("2024-03-01"))


def label(store: sqlite3.Connection, *lines: Line) -> int:
    write(store, [BEFORE, *lines])
    return int(churned(Snapshot(store, AS_OF), DEFINITION, ["42"])[0])


@pytest.mark.parametrize(
    ("ordered_at", "expected"),
    [
        ("2024-03-10 23:59:59", 1),
        ("2024-03-11 00:00:00", 0),
        ("2024-03-24 23:59:59", 0),
        ("2024-03-25 00:00:00", 1),
    ],
)
def test_the_window_begins_after_as_of_and_ends_with_its_last_second(
    store: sqlite3.Connection, ordered_at: str, expected: int
) -> None:
    assert label(store, Line("A", "42", at(ordered_at))) == expected


def test_the_window_ends_horizon_days_later() -> None:
    assert window_end(AS_OF, DEFINITION) == date(2024, 3, 24)


def test_without_any_order_in_the_window_a_user_churned(store: sqlite3.Connection) -> None:
    assert label(store) == 1


@pytest.mark.parametrize(
    "unordered",
    [{"status": "unpaid"}, {"status": "cancelled"}, {"kind": "test"}, {"quantity": -1}, {"quantity": 0}],
)
def test_what_is_no_order_keeps_nobody(store: sqlite3.Connection, unordered: dict[str, object]) -> None:
    assert label(store, Line("A", "42", at("2024-03-15"), **unordered)) == 1  # type: ignore[arg-type]


def test_an_order_of_another_user_keeps_nobody(store: sqlite3.Connection) -> None:
    assert label(store, Line("A", "43", at("2024-03-15"))) == 1


@pytest.mark.parametrize(("cancelled_at", "expected"), [("2024-03-24 23:59:59", 1), ("2024-03-25", 0)])
def test_only_what_was_cancelled_by_the_end_of_the_window_is_no_order(
    store: sqlite3.Connection, cancelled_at: str, expected: int
) -> None:
    assert (
        label(store, Line("A", "42", at("2024-03-15"), changes=((at(cancelled_at), "cancelled"),)))
        == expected
    )


def test_an_old_order_paid_in_the_window_is_no_new_one(store: sqlite3.Connection) -> None:
    paid_late = Line("A", "42", at("2024-03-05"), status="unpaid", changes=((at("2024-03-15"), "paid"),))

    assert label(store, paid_late) == 1


def test_a_table_holds_the_active_users_their_features_and_outcomes(store: sqlite3.Connection) -> None:
    lapsed = Line("lapsed", "41", at("2023-01-01"))
    stays = (Line("stays", "43", at("2024-03-01")), Line("again", "43", at("2024-03-11")))
    write(store, [BEFORE, lapsed, *stays, Line("new", "44", at("2024-03-11"))])
    tables = LabelledTables(Snapshot(store, AS_OF), DEFINITION)

    labelled = tables.at(AS_OF)

    assert labelled.as_of == AS_OF
    assert labelled.table.user_ids.tolist() == ["42", "43"]
    assert labelled.churned.tolist() == [1, 0]
    features = feature_table(Snapshot(store, AS_OF), DEFINITION).values
    assert np.array_equal(labelled.table.values, features, equal_nan=True)
    assert tables.at(AS_OF) is labelled


def test_nobody_has_no_labels(store: sqlite3.Connection) -> None:
    labelled = LabelledTables(Snapshot(store, AS_OF), DEFINITION).at(AS_OF)

    assert (len(labelled.table), labelled.churned.shape) == (0, (0,))
