"""Merged and excluded users in features, labels, training and scores: as known by a day, and never before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from predictor.definition import Definition
from predictor.feature_table import FeatureTable, feature_table
from predictor.labels import LabelledTables, churned
from predictor.scoring import refresh_scores, risk_of, score_everybody
from predictor.stack import stacked
from predictor.training import calendar_of, train
from storage.identities import exclusion_of, user_of
from storage.identity_changes import IdentityError, exclude, include, merge, unmerge
from storage.moments import DAY_SECONDS, day_start, known_before
from storage.snapshot import Snapshot, as_now
from tests.conftest import (
    FIRST_DAY,
    LAST_DAY,
    SHOP_HORIZON,
    Line,
    TrainedHome,
    at,
    lines_of_a_shop,
    rewrite,
    write,
)

DEFINITION = Definition(horizon_days=14, active_days=42)
DAYS = 120
USERS = ("a", "b", "c")

Change = tuple[int, str, str, str]  # when, what, and about whom


def changes_of_mind(days: int) -> st.SearchStrategy[list[Change]]:
    """What operators say about a, b and c over the days, in the order of time."""
    times = st.integers(0, days * DAY_SECONDS).map(lambda second: day_start(FIRST_DAY) + second)
    users = st.sampled_from(USERS)
    what = st.sampled_from(("merge", "merge", "unmerge", "exclude", "include"))
    return st.lists(st.tuples(times, what, users, users), max_size=8).map(sorted)


def say(store: sqlite3.Connection, changes: Iterable[Change]) -> None:
    """Do what can be done of it; the rest is refused and changes nothing."""
    for when, what, one, other in changes:
        with suppress(IdentityError):
            if what == "merge":
                merge(store, one, [other], when)
            elif what == "unmerge":
                unmerge(store, one, [other], when)
            elif what == "exclude":
                exclude(store, one, None, when)
            else:
                include(store, one, when)


def shop_of_three(lines: Sequence[Line]) -> list[Line]:
    """The lines, and one of each user that counts for nothing, so that all three are known."""
    return [*lines, *(Line(f"known {user}", user, 0, status="cancelled") for user in USERS)]


def same(one: FeatureTable, other: FeatureTable) -> bool:
    return one.user_ids.tolist() == other.user_ids.tolist() and np.array_equal(
        one.values, other.values, equal_nan=True
    )


@given(lines=lines_of_a_shop(DAYS), changes=changes_of_mind(2 * DAYS), day=st.integers(0, DAYS))
def test_what_is_said_later_changes_neither_features_nor_labels(
    reused_store: sqlite3.Connection, lines: list[Line], changes: list[Change], day: int
) -> None:
    as_of = FIRST_DAY + timedelta(days=day)
    known = [change for change in changes if change[0] < known_before(as_of)]
    tables, labels = [], []
    for version in (known, changes):
        rewrite(reused_store, shop_of_three(lines))
        say(reused_store, version)
        snapshot = Snapshot(reused_store, as_of)
        tables.append(feature_table(snapshot, DEFINITION))
        labels.append(churned(snapshot, DEFINITION, USERS).tolist())

    assert same(tables[0], tables[1])
    assert labels[0] == labels[1]


@given(lines=lines_of_a_shop(DAYS), changes=changes_of_mind(DAYS), day=st.integers(0, DAYS))
def test_merged_users_are_as_if_they_had_ordered_under_one_id(
    reused_store: sqlite3.Connection, lines: list[Line], changes: list[Change], day: int
) -> None:
    as_of = FIRST_DAY + timedelta(days=day)
    rewrite(reused_store, shop_of_three(lines))
    say(reused_store, changes)
    now = as_now(reused_store, as_of)
    found = feature_table(now, DEFINITION)
    alone = [feature_table(now, DEFINITION, user_id=user) for user in USERS]
    labels = churned(now, DEFINITION, USERS).tolist()
    ends = {user: user_of(reused_store, user) for user in USERS}
    excluded = {user for user in USERS if exclusion_of(reused_store, ends[user])}

    kept = [replace(line, user_id=ends[line.user_id]) for line in lines if line.user_id not in excluded]
    rewrite(reused_store, kept)
    expected = feature_table(Snapshot(reused_store, as_of), DEFINITION)

    assert same(found, expected)
    assert labels == churned(Snapshot(reused_store, as_of), DEFINITION, USERS).tolist()
    for user, table in zip(USERS, alone, strict=True):
        of_all = expected.user_ids == user
        assert same(table, FeatureTable(expected.user_ids[of_all], expected.values[of_all]))


def test_a_model_and_its_scores_do_not_know_what_is_said_after_their_day(trained_home: TrainedHome) -> None:
    as_of = date(2023, 12, 10)
    with trained_home.home.store() as store:
        models = trained_home.home.models
        first = train(store, models, as_of=as_of).record
        before = score_everybody(store, models, first, as_of)
        active = before.table.user_ids.tolist()
        said = known_before(as_of)
        merge(store, active[0], active[1:3], said)
        for user in active[3:30]:
            exclude(store, user, "staff", said)
        unmerge(store, active[0], [active[1]], said + DAY_SECONDS)

        again = train(store, models, as_of=as_of).record
        for record in (first, again):
            after = score_everybody(store, models, record, as_of)
            assert same(after.table, before.table)
            assert after.probability.tobytes() == before.probability.tobytes()
        assert (again.card, again.horizon_days, again.active_days) == (
            first.card,
            first.horizon_days,
            first.active_days,
        )
        day_after = score_everybody(store, models, first, as_of + timedelta(days=1)).table.user_ids.tolist()
        assert active[0] in day_after
        assert not set(active[1:30]) & set(day_after)
        assert train(store, models, as_of=as_of + timedelta(days=1)).record.card != first.card


def test_no_cut_off_of_a_training_has_who_is_excluded_by_its_day(store: sqlite3.Connection) -> None:
    steady = [
        Line(f"{user}-{day}", user, day_start(LAST_DAY - timedelta(days=day)))
        for user in ("kept", "left out")
        for day in range(0, 200, 10)
    ]
    write(store, steady)
    exclude(store, "left out", None, day_start(LAST_DAY))
    tables = LabelledTables(Snapshot(store, LAST_DAY), DEFINITION)
    calendar = calendar_of(Snapshot(store, LAST_DAY), DEFINITION)

    cutoffs = calendar.cutoffs(LAST_DAY)
    stack = stacked(calendar, tables, LAST_DAY)

    assert len(cutoffs) > 3
    assert all(tables.at(day).table.user_ids.tolist() == ["kept"] for day in cutoffs)
    assert len(stack.y) == len(cutoffs)
    assert len(stack.everyone["frequency"]) == 1


def test_a_merged_user_who_ordered_under_the_other_id_did_not_leave(store: sqlite3.Connection) -> None:
    write(store, [Line("1", "a", at("2024-01-01")), Line("2", "b", at("2024-01-08"))])
    as_of, training_day = date(2024, 1, 2), date(2024, 1, 31)
    merge(store, "a", ["b"], at("2024-01-30"))

    assert LabelledTables(Snapshot(store, as_of), DEFINITION).at(as_of).churned.tolist() == [1]
    labelled = LabelledTables(Snapshot(store, training_day), DEFINITION).at(as_of)
    assert (labelled.table.user_ids.tolist(), labelled.churned.tolist()) == (["a"], [0])


def test_what_was_said_after_the_latest_order_counts_in_the_scores_that_are_kept(
    trained_home: TrainedHome,
) -> None:
    said = known_before(LAST_DAY) + 30 * DAY_SECONDS
    with trained_home.home.store() as store:
        models = trained_home.home.models

        def kept() -> dict[str, int]:
            refresh_scores(store, models, LAST_DAY, flag_at=0.0)
            return dict(store.execute("SELECT user_id, frequency FROM scores WHERE flagged"))

        before = kept()
        one, other, staff = sorted(before)[:3]
        merge(store, one, [other], said)
        exclude(store, staff, "staff", said)
        after = kept()

        assert before.keys() - after.keys() == {other, staff}
        assert after[one] == before[one] + before[other]
        assert risk_of(store, models, staff, LAST_DAY) is None
        assert risk_of(store, models, other, LAST_DAY) is None
        merged = risk_of(store, models, one, LAST_DAY)
        assert merged is not None
        assert merged.values["frequency"] == after[one]

        unmerge(store, one, [other], said + 60)
        include(store, staff, said + 60)
        assert kept() == before


def test_training_without_a_day_knows_what_was_said_after_the_latest_order(trained_home: TrainedHome) -> None:
    with trained_home.home.store() as store:
        models = trained_home.home.models
        rows = [train(store, models, horizon_days=SHOP_HORIZON).record.card["rows"]]
        active = feature_table(Snapshot(store, LAST_DAY), DEFINITION).user_ids.tolist()
        for user in active[:20]:
            exclude(store, user, "wholesale", known_before(LAST_DAY) + DAY_SECONDS)
        rows.append(train(store, models, horizon_days=SHOP_HORIZON).record.card["rows"])
        rows.append(train(store, models, as_of=LAST_DAY, horizon_days=SHOP_HORIZON).record.card["rows"])

    assert rows[1] < rows[0] == rows[2]
