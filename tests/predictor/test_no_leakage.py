"""What became known after a day changes nothing that is said as of that day, however it changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from predictor.backtest import backtest
from predictor.cutoffs import Calendar
from predictor.definition import Definition, horizon_from_gaps
from predictor.families import optional_families
from predictor.families.choice import choose
from predictor.families.stars import STARS
from predictor.families.writing import WRITING
from predictor.feature_table import FeatureTable, feature_table
from predictor.labels import LabelledTables, churned, window_end
from predictor.scoring import model_known_at, score_everybody
from predictor.stack import fit, stacked
from predictor.training import calendar_of, prepare, train
from storage.database import Home
from storage.ingest import ImportOptions, import_file
from storage.moments import DAY_SECONDS, known_before
from storage.snapshot import Snapshot
from tests.conftest import FIRST_DAY, LAST_DAY, Line, at, lines_of_a_shop, rewrite, small_shop, write
from tests.reviews import Review, rewrite_reviews, write_reviews

DEFINITION = Definition(horizon_days=14, active_days=42)
DAYS = 120


def known_by(lines: Iterable[Line], day: date) -> list[Line]:
    """The lines and changes of status that were known as of that day."""
    end = known_before(day)
    return [
        replace(line, changes=tuple(change for change in line.changes if change[0] < end))
        for line in lines
        if line.ordered_at < end
    ]


def with_another_future(lines: Sequence[Line], other: Sequence[Line], day: date) -> list[Line]:
    """What was known of `lines`, followed by what `other` holds after that day: its lines and its changes."""
    end = known_before(day)
    known = known_by(lines, day)
    # The changes of status of other lines happen to ours, now and then.
    later = [tuple(change for change in line.changes if change[0] >= end) for line in other] or [()]
    changed = [replace(line, changes=line.changes + later[i % len(later)]) for i, line in enumerate(known)]
    added = [replace(line, item_id="added " + line.item_id) for line in other if line.ordered_at >= end]
    return changed + added


def same(one: FeatureTable, other: FeatureTable) -> bool:
    return one.user_ids.tolist() == other.user_ids.tolist() and np.array_equal(
        one.values, other.values, equal_nan=True
    )


@given(lines=lines_of_a_shop(DAYS), other=lines_of_a_shop(DAYS), day=st.integers(0, DAYS))
def test_features_know_nothing_of_later_rows(
    reused_store: sqlite3.Connection, lines: list[Line], other: list[Line], day: int
) -> None:
    as_of = FIRST_DAY + timedelta(days=day)
    found = []
    for version in (known_by(lines, as_of), lines, with_another_future(lines, other, as_of)):
        rewrite(reused_store, version)
        found.append(feature_table(Snapshot(reused_store, as_of), DEFINITION))

    assert same(found[0], found[1])
    assert same(found[0], found[2])


@given(lines=lines_of_a_shop(DAYS), other=lines_of_a_shop(DAYS), day=st.integers(0, DAYS))
def test_the_label_of_a_past_day_stays_when_later_rows_come(
    reused_store: sqlite3.Connection, lines: list[Line], other: list[Line], day: int
) -> None:
    as_of = FIRST_DAY + timedelta(days=day)
    end = window_end(as_of, DEFINITION)
    found = []
    for version in (known_by(lines, end), lines, with_another_future(lines, other, end)):
        rewrite(reused_store, version)
        found.append(churned(Snapshot(reused_store, as_of), DEFINITION, ["a", "b", "c"]).tolist())

    assert found[0] == found[1] == found[2]


def test_an_order_of_tomorrow_does_not_change_the_features_of_today(store: sqlite3.Connection) -> None:
    today = date(2023, 12, 1)
    lines = known_by(small_shop(), today)
    write(store, lines)
    before = feature_table(Snapshot(store, today), DEFINITION)

    tomorrow = [
        Line(f"tomorrow-{i}", line.user_id, known_before(today), item_id="t") for i, line in enumerate(lines)
    ]
    write(store, tomorrow)

    assert len(before) > 100
    assert same(feature_table(Snapshot(store, today), DEFINITION), before)
    assert not same(feature_table(Snapshot(store, today + timedelta(days=1)), DEFINITION), before)


def scores(
    store: sqlite3.Connection, lines: Sequence[Line], as_of: date
) -> tuple[Calendar, list[NDArray[Any]]]:
    """All that a model trained as of a day is made of, and what it says of everybody active then."""
    rewrite(store, lines)
    snapshot = Snapshot(store, as_of)
    definition = Definition(horizon_from_gaps(snapshot), 90)
    calendar = calendar_of(snapshot, definition)
    tables = LabelledTables(Snapshot(store, LAST_DAY), definition)
    stack = stacked(calendar, tables, as_of)
    table = feature_table(snapshot, definition)
    probability = fit(stack).probability(table.values)
    return calendar, [
        stack.values,
        stack.y,
        stack.cutoff,
        *stack.everyone.values(),
        table.values,
        probability,
    ]


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(day=st.integers(200, 399), seed=st.integers(1, 10**6), shift=st.integers(-20, 60))
def test_a_model_and_its_scores_know_nothing_of_later_rows(
    reused_store: sqlite3.Connection, day: int, seed: int, shift: int
) -> None:
    as_of = FIRST_DAY + timedelta(days=day)
    lines = small_shop(users=70, seed=0)
    other = [
        replace(
            line,
            ordered_at=line.ordered_at + shift * DAY_SECONDS,
            changes=((line.ordered_at + (shift + 10) * DAY_SECONDS, "cancelled"),),
        )
        for line in small_shop(users=70, seed=seed)
    ]
    assume(any(line.ordered_at >= known_before(as_of) for line in other))

    calendar, expected = scores(reused_store, known_by(lines, as_of), as_of)
    other_calendar, found = scores(reused_store, with_another_future(lines, other, as_of), as_of)

    assert len(expected[-1]) > 10
    assert other_calendar == calendar
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(expected, found, strict=True))


def test_training_as_of_a_day_knows_nothing_of_later_rows(tmp_path: Path) -> None:
    as_of = date(2023, 12, 10)
    lines = small_shop(users=100)
    other = [
        replace(line, changes=((at("2023-12-20"), "cancelled"),)) for line in small_shop(users=90, seed=5)
    ]
    cards, probabilities = [], []
    for name, version in (
        ("then", known_by(lines, as_of)),
        ("later", with_another_future(lines, other, as_of)),
    ):
        home = Home(tmp_path / name).create()
        with home.store() as connection:
            write(connection, version)
            record = train(connection, home.models, as_of=as_of).record
            assert model_known_at(connection, as_of) == record
            cards.append((record.horizon_days, record.active_days, record.card))
            probabilities.append(score_everybody(connection, home.models, record, as_of).probability)

    assert cards[0] == cards[1]
    assert len(probabilities[0]) > 40
    assert np.array_equal(probabilities[0], probabilities[1])


def test_training_reads_only_windows_that_have_ended(store: sqlite3.Connection) -> None:
    as_of = date(2023, 12, 10)
    write(store, small_shop(users=100))
    calendar = calendar_of(Snapshot(store, as_of), DEFINITION)
    tables = LabelledTables(Snapshot(store, LAST_DAY), DEFINITION)
    test_dates = calendar.test_dates()

    assert len(test_dates) == 5
    for test_date in test_dates:
        assert window_end(test_date, DEFINITION) <= as_of
    for used_on in (as_of, *test_dates):
        cutoffs = calendar.cutoffs(used_on)
        assert max(window_end(cutoff, DEFINITION) for cutoff in cutoffs) <= used_on
        stack = stacked(calendar, tables, used_on)
        expected = [tables.at(cutoff) for cutoff in reversed(cutoffs)]
        assert np.array_equal(
            stack.values, np.concatenate([part.table.values for part in expected]), equal_nan=True
        )
        assert np.array_equal(stack.y, np.concatenate([part.churned for part in expected]))
        assert stack.everyone["recency_days"].min() >= 0


def test_the_stack_of_a_test_date_knows_nothing_of_what_came_after_it(store: sqlite3.Connection) -> None:
    as_of, lines = date(2023, 12, 10), small_shop(users=100)
    test_date = as_of - timedelta(days=3 * DEFINITION.horizon_days)
    found: list[list[NDArray[Any]]] = []
    for version in (lines, known_by(lines, test_date)):
        rewrite(store, version)
        calendar = calendar_of(Snapshot(store, as_of), DEFINITION)
        stack = stacked(calendar, LabelledTables(Snapshot(store, LAST_DAY), DEFINITION), test_date)
        found.append([stack.values, stack.y, stack.cutoff, *stack.everyone.values()])

    assert len(found[0][0]) > 100
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(found[0], found[1], strict=True))


@pytest.mark.parametrize("corrected", ["cancelled", "unpaid", "refunded"])
def test_a_correction_of_status_without_its_time_is_unseen_before_its_import(
    home: Home, tmp_path: Path, corrected: str
) -> None:
    file = tmp_path / "orders.csv"
    row = "A,42,2024-03-01,mug,1,9.50,{}\nB,42,2024-03-08,mug,1,9.50,paid\n"
    first, then = datetime(2024, 3, 9, tzinfo=UTC), datetime(2024, 3, 20, 12, tzinfo=UTC)
    tables = []
    for status, now in (("paid", first), (corrected, then)):
        file.write_text(
            "order_id,user_id,ordered_at,item_id,quantity,unit_price,status\n" + row.format(status)
        )
        result = import_file(home, file, ImportOptions(table="lines"), now=now)
        assert (result.added, result.updated) == ((2, 0) if now is first else (0, 1))
        with home.store() as store:
            days = [date(2024, 3, day) for day in (10, 19, 20)]
            tables.append([feature_table(Snapshot(store, day), DEFINITION) for day in days])

    before, after = tables
    assert same(before[0], after[0])
    assert same(before[1], after[1])
    assert not same(before[2], after[2])


def test_the_small_shop_has_a_future_to_hide() -> None:
    assert len(known_by(small_shop(), LAST_DAY - timedelta(days=60))) < len(small_shop()) - 200


def reviews_of_a_shop(lines: Sequence[Line], seed: int) -> list[Review]:
    """Praise of most users, now and then, and complaints of who leaves, some days after their orders."""
    random = np.random.default_rng(seed)
    found = []
    for line in lines:
        if random.random() < 0.3:
            leaving = line.user_id.startswith("leaving") and random.random() < 0.8
            text, rating = ("Came late and broken.", 1.0) if leaving else ("很好喝，下次还来。", 5.0)
            found.append(Review(line.user_id, line.ordered_at + 5 * DAY_SECONDS, text, rating))
    return found


def test_training_as_of_a_day_knows_nothing_of_later_reviews(tmp_path: Path) -> None:
    as_of = date(2023, 12, 10)
    lines = known_by(small_shop(users=100), as_of)
    reviews = reviews_of_a_shop(lines, seed=0)
    known = [review for review in reviews if review.written_at < known_before(as_of)]
    other = reviews_of_a_shop(small_shop(users=100, seed=3), seed=1)
    later = [replace(each, rating=2.0) for each in other if each.written_at >= known_before(as_of)]
    cards, probabilities = [], []
    for name, version in (("then", known), ("removed", reviews), ("added", [*known, *later])):
        home = Home(tmp_path / name).create()
        with home.store() as connection:
            write(connection, lines)
            write_reviews(connection, version)
            snapshot = Snapshot(connection, as_of)
            families = optional_families(connection, device="cpu")
            calendar = calendar_of(snapshot, DEFINITION)
            tables = LabelledTables(snapshot, DEFINITION)
            prepare(families, snapshot, lambda step: None)
            tested = backtest(calendar, tables, calendar.test_dates()[:3])
            cards.append(choose(tested, calendar, tables, families).summary())
            # Whether they enter or not: a model of all of them has to be the same.
            model = fit(stacked(calendar, tables, as_of, families))
            probabilities.append(model.probability(model.table(snapshot, DEFINITION).values))

    assert len(known) > 100 and len(later) > 10 and len(reviews) > len(known)
    assert [each["state"] for each in cards[0]] != ["not tried"] * 3
    for card, p in zip(cards[1:], probabilities[1:], strict=True):
        assert card == cards[0]
        assert np.array_equal(p, probabilities[0])


@given(
    days=st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, DAYS), st.integers(1, 5)), max_size=12),
    later=st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, DAYS), st.integers(1, 5)), max_size=5),
    day=st.integers(0, DAYS),
)
def test_the_columns_of_reviews_know_nothing_of_later_ones(
    reused_store: sqlite3.Connection,
    days: list[tuple[str, float, int]],
    later: list[tuple[str, float, int]],
    day: int,
) -> None:
    as_of = FIRST_DAY + timedelta(days=day)
    end = known_before(as_of)
    whole, others = (
        [
            Review(user, known_before(FIRST_DAY) + int(when * DAY_SECONDS), rating=stars)
            for user, when, stars in each
        ]
        for each in (days, later)
    )
    known = [each for each in whole if each.written_at < end]
    added = [*known, *(each for each in others if each.written_at >= end)]
    found = []
    for version in (known, whole, added):
        rewrite_reviews(reused_store, version)
        # Read as of much later, as training does, and looked at as of that day.
        shop = Snapshot(reused_store, as_of + timedelta(days=2 * DAYS))
        users = np.array(["a", "b", "c"], dtype=object)
        found.append([family.columns(family.read(shop), end, users) for family in (WRITING, STARS)])

    for other in found[1:]:
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(found[0], other, strict=True))
