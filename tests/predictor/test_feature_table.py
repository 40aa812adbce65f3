"""Snapshot → X: the value of every feature, whose row there is, and the SQL they are written in."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta
from math import exp, log, log1p, nan
from statistics import mean, stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictor.definition import Definition
from predictor.feature_table import FEATURE_NAMES, FEATURE_TEXT, FeatureTable, feature_table
from predictor.features import FEATURES, Feature
from storage.moments import DAY_SECONDS, known_before
from storage.snapshot import KNOWN_ORDERS, Snapshot
from tests.conftest import FIRST_DAY, Line, lines_of_a_shop, rewrite, write

AS_OF = date(2024, 6, 30)
NOW = known_before(AS_OF)
DEFINITION = Definition(horizon_days=30, active_days=90)


def ago(days: float) -> int:
    return NOW - round(days * DAY_SECONDS)


def features_of(store: sqlite3.Connection, lines: Sequence[Line], user_id: str = "42") -> dict[str, float]:
    write(store, lines)
    table = feature_table(Snapshot(store, AS_OF), DEFINITION)
    row = table.values[table.user_ids.tolist().index(user_id)]
    return dict(zip(FEATURE_NAMES, row.tolist(), strict=True))


# Five orders, 200, 100, 95, 40 and 10 days ago; gaps of 100, 5, 55 and 30 days. One is refunded, part of
# one comes back as a negative line and part of another as a C-invoice. What is cancelled, a test or
# known later only does not count.
HISTORY = (
    Line("A", "42", ago(200), 1000, category="tea"),
    Line("B", "42", ago(100), 2000, quantity=2, category="tea"),
    Line("B", "42", ago(99), 500, quantity=4, item_id="cup", category="cups"),
    Line("B", "42", ago(80), -250, quantity=-2, item_id="cup", line=2, category="cups"),
    Line("C", "42", ago(95), 300),
    Line("D", "42", ago(40), 700, changes=((ago(35), "refunded"),)),
    Line("E", "42", ago(10), 900, category="tea"),
    Line("E", "42", ago(10), 500, item_id="pot", category="tea"),
    Line("E", "42", ago(10), 100, item_id="spoon", status="unpaid"),
    Line("C-E", "42", ago(5), -150, quantity=-1, item_id="pot"),
    Line("X", "42", ago(3), 9000, status="cancelled"),
    Line("Y", "42", ago(3), 9000, kind="test"),
    Line("Z", "42", ago(0), 9000),
    Line("other", "43", ago(1), 9000, quantity=9),
)
AGES = (200, 100, 95, 40, 10)
GAPS = (100, 5, 55, 30)

BY_HAND = {
    "recency_days": 10,
    "tenure_days": 200,
    "mean_gap_days": 47.5,
    "gap_sd_days": stdev(GAPS),
    "longest_gap_days": 100,
    "last_gap_days": 30,
    "gap_before_last_days": 55,
    "recent_gap_days": 30,
    "log_gap_mean": mean(log1p(gap) for gap in GAPS),
    "order_2_age_days": 40,
    "order_3_age_days": 95,
    "order_4_age_days": 100,
    "order_6_age_days": nan,
    "order_10_age_days": nan,
    "order_15_age_days": nan,
    "longer_gaps": 3,
    "longer_gaps_ended": 1,
    "quiet_days": 70 + 25,
    "hazard": 10 / 48.5,
    "recent_hazard": 10 / 31,
    "longest_hazard": 10 / 101,
    "log_silence": log(11) - mean(log1p(gap) for gap in GAPS),
    "comeback_share": 1.5 / 4,
    "quiet_share": 95 / 191,
    "frequency": 5,
    "orders_7d": 0,
    "orders_14d": 1,
    "orders_30d": 1,
    "orders_60d": 2,
    "orders_90d": 2,
    "orders_180d": 4,
    "orders_365d": 5,
    "orders_before_90d": 2,
    "decayed_orders_10d": sum(exp(-log(2) * age / 10) for age in AGES),
    "decayed_orders_30d": sum(0.5 ** (age / 30) for age in AGES),
    "decayed_orders_90d": sum(0.5 ** (age / 90) for age in AGES),
    "decayed_orders_270d": sum(0.5 ** (age / 270) for age in AGES),
    "order_rate": 5 / 230,
    "order_trend": 3 / 3,
    "gross_cents": 5900,
    "monetary_30d_cents": 1400,
    "monetary_90d_cents": 2100,
    "monetary_365d_cents": 5900,
    "last_order_cents": 1400,
    "mean_order_cents": 1180,
    "lines_per_order": (1 + 2 + 1 + 1 + 2) / 5,
    "quantity_per_order": (1 + 6 + 1 + 1 + 2) / 5,
    "categories_per_order": (1 + 2 + 0 + 0 + 1) / 5,
    "last_order_lines": 2,
    "lines_90d": 3,
    "returned_cents": 250 + 700 + 150,
    "returned_lines": 3,
    "monetary_cents": 5900 - 1100,
    "returned_share": 1100 / 5900,
    "last_order_ratio": 1400 / 1180,
}


def test_every_feature_has_the_value_worked_out_by_hand(store: sqlite3.Connection) -> None:
    features = features_of(store, HISTORY)

    assert features == pytest.approx(BY_HAND, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("days", [7, 14, 30, 60, 90])
def test_a_window_ends_with_its_last_second(store: sqlite3.Connection, days: int) -> None:
    lines = [
        Line("in", "42", ago(days), 100),
        Line("out", "42", ago(days) - 1, 20),
        Line("now", "42", ago(1), 3),
    ]
    features = features_of(store, lines)

    assert features[f"orders_{days}d"] == 2
    assert features.get(f"monetary_{days}d_cents", 103) == 103


def test_the_90_days_before_the_last_90_meet_them_without_overlap(store: sqlite3.Connection) -> None:
    seconds = (ago(90), ago(90) - 1, ago(180), ago(180) - 1)
    features = features_of(store, [Line(str(second), "42", second) for second in seconds])

    assert (features["orders_90d"], features["orders_before_90d"], features["frequency"]) == (1, 2, 4)


def test_a_user_with_one_order_has_no_gaps(store: sqlite3.Connection) -> None:
    features = features_of(store, [Line("A", "42", ago(10), 1000)])

    unknown = {name for name, value in features.items() if np.isnan(value)}
    assert unknown == {
        "mean_gap_days", "gap_sd_days", "longest_gap_days", "last_gap_days", "gap_before_last_days",
        "recent_gap_days", "log_gap_mean", "hazard", "recent_hazard", "longest_hazard", "log_silence",
        *(f"order_{k}_age_days" for k in (2, 3, 4, 6, 10, 15)),
    }  # fmt: skip
    assert (features["longer_gaps"], features["comeback_share"], features["order_trend"]) == (0, 0.5, 2)


def test_one_gap_does_not_say_how_much_gaps_vary(store: sqlite3.Connection) -> None:
    assert np.isnan(features_of(store, [Line("A", "42", ago(10)), Line("B", "42", ago(30))])["gap_sd_days"])


def test_equal_gaps_do_not_vary(store: sqlite3.Connection) -> None:
    tenths = [Line(str(i), "42", ago(10 + 0.1 * i)) for i in range(8)]

    assert features_of(store, tenths)["gap_sd_days"] == pytest.approx(0, abs=1e-6)


def test_free_orders_divide_nothing_by_nothing(store: sqlite3.Connection) -> None:
    features = features_of(store, [Line("A", "42", ago(10), 0), Line("B", "42", ago(20), None)])

    assert (features["returned_share"], features["last_order_ratio"], features["mean_order_cents"]) == (
        0,
        0,
        0,
    )


def test_two_orders_at_the_same_second_are_two(store: sqlite3.Connection) -> None:
    features = features_of(store, [Line("A", "42", ago(10), 100), Line("B", "42", ago(10), 200)])

    assert (features["frequency"], features["last_gap_days"], features["last_order_cents"]) == (2, 0, 200)


def test_returns_come_without_their_order_too(store: sqlite3.Connection) -> None:
    lines = [Line("A", "42", ago(10), 1000), Line("before our time", "42", ago(300), -400, quantity=-1)]
    features = features_of(store, lines)

    assert (features["returned_cents"], features["monetary_cents"], features["tenure_days"]) == (400, 600, 10)


@pytest.mark.parametrize(("seconds_before", "active"), [(0, True), (1, False), (-1, True)])
def test_active_is_who_ordered_within_the_active_days_to_the_second(
    store: sqlite3.Connection, seconds_before: int, active: bool
) -> None:
    write(store, [Line("A", "42", ago(DEFINITION.active_days) - seconds_before)])

    for user_id in (None, "42"):
        assert len(feature_table(Snapshot(store, AS_OF), DEFINITION, user_id=user_id)) == int(active)


def test_who_only_returned_something_is_not_active(store: sqlite3.Connection) -> None:
    write(store, [Line("A", "42", ago(10), -1000, quantity=-1), Line("B", "43", ago(10), status="unpaid")])

    table = feature_table(Snapshot(store, AS_OF), DEFINITION)

    assert len(table) == 0
    assert table.values.shape == (0, len(FEATURE_NAMES))


def test_rows_are_ordered_by_user_id_as_text(store: sqlite3.Connection) -> None:
    write(store, [Line(user, user, ago(10)) for user in ("9", "10", "用户A", "C-1", "")])

    assert feature_table(Snapshot(store, AS_OF), DEFINITION).user_ids.tolist() == ["10", "9", "C-1", "用户A"]


def test_more_users_than_are_fetched_at_once_keep_their_rows(store: sqlite3.Connection) -> None:
    write(store, [Line(str(i), f"{i:05}", ago(10), i) for i in range(10_003)])

    table = feature_table(Snapshot(store, AS_OF), DEFINITION)

    assert table.user_ids.tolist() == [f"{i:05}" for i in range(10_003)]
    assert np.array_equal(table.column("gross_cents"), np.arange(10_003))


@given(lines=lines_of_a_shop(days=120), day=st.integers(0, 120))
def test_one_user_live_is_the_row_of_the_whole_table(
    reused_store: sqlite3.Connection, lines: list[Line], day: int
) -> None:
    rewrite(reused_store, lines)
    snapshot = Snapshot(reused_store, FIRST_DAY + timedelta(days=day))
    definition = Definition(14, 42)
    everybody = feature_table(snapshot, definition)

    for user_id in "abcd":
        alone = feature_table(snapshot, definition, user_id=user_id)
        of_all = everybody.values[everybody.user_ids == user_id]
        assert alone.user_ids.tolist() == [user_id] * len(of_all)
        assert np.array_equal(alone.values, of_all, equal_nan=True)


@given(lines=lines_of_a_shop(days=120))
def test_numbers_are_finite_and_windows_grow(reused_store: sqlite3.Connection, lines: list[Line]) -> None:
    rewrite(reused_store, lines)
    table = feature_table(Snapshot(reused_store, FIRST_DAY + timedelta(days=120)), Definition(14, 180))

    assert not np.isinf(table.values).any()
    for shorter, longer in ((7, 14), (14, 30), (30, 60), (60, 90), (90, 180), (180, 365)):
        assert np.all(table.column(f"orders_{shorter}d") <= table.column(f"orders_{longer}d"))
    assert np.array_equal(table.column("orders_365d"), table.column("frequency"))
    assert np.all(table.column("recency_days") <= table.column("tenure_days"))


def test_the_frame_is_the_table_with_the_users_first(store: sqlite3.Connection) -> None:
    write(store, HISTORY)
    table = feature_table(Snapshot(store, AS_OF), DEFINITION)

    frame = table.frame()

    assert list(frame.columns) == ["user_id", *FEATURE_NAMES]
    assert frame["user_id"].tolist() == ["42", "43"]
    assert np.array_equal(frame[list(FEATURE_NAMES)].to_numpy(), table.values, equal_nan=True)


def test_a_column_that_is_no_feature_is_refused() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        FeatureTable.empty().column("star_sign")


# The SQL runs unchanged on SQLite, DuckDB and Spark (FACTS 2) as long as it keeps to these.
AGGREGATES = {"MIN", "MAX", "AVG", "SUM", "COUNT", "SQRT", "EXP", "LN", "COALESCE"}
KEYWORDS = {"CASE", "WHEN", "THEN", "ELSE", "END", "AND", "OR", "NOT", "IS", "NULL", "IN"}
WINDOWS = {"LEAD", "FIRST_VALUE", "ROW_NUMBER"}


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_feature_keeps_to_the_shared_functions(feature: Feature) -> None:
    assert set(re.findall(r"\b[A-Z_]+\b", feature.sql)) <= AGGREGATES | KEYWORDS
    assert set(re.findall(r"(\w+)\s*\(", feature.sql)) <= AGGREGATES | KEYWORDS
    assert set(re.findall(r":(\w+)", feature.sql)) <= {"horizon_days"}


def test_the_whole_text_keeps_to_the_shared_functions() -> None:
    text = re.sub(r"--.*", "", KNOWN_ORDERS + FEATURE_TEXT)

    called = set(re.findall(r"\b([A-Za-z_]+)\(", text))
    assert called <= AGGREGATES | WINDOWS


def test_every_feature_has_a_name_of_its_own_and_a_description_of_its_own() -> None:
    descriptions = [feature.description.format(**feature.description_values) for feature in FEATURES]

    assert len(set(FEATURE_NAMES)) == len(FEATURES)
    assert len(set(descriptions)) == len(FEATURES)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in FEATURE_NAMES)
    assert all(description and "{" not in description for description in descriptions)
