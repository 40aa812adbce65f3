"""The back-test: what would have been said on past days, beside the baselines, and what then happened."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pytest

from predictor import metrics
from predictor.backtest import BackTest, backtest, reliability_bin
from predictor.baselines import BASELINES
from predictor.cutoffs import Calendar
from predictor.definition import Definition
from predictor.errors import TooLittleHistoryError
from predictor.labels import LabelledTables
from predictor.stack import FEWEST_OF_EACH_OUTCOME, FEWEST_USERS, fit, stacked
from predictor.tested_groups import VALUES, groups
from predictor.training import calendar_of
from storage.moments import DAY_SECONDS, day_start
from storage.snapshot import Snapshot
from tests.conftest import FIRST_DAY, LAST_DAY, Line, TrainedHome, write

DEFINITION = Definition(30, 90)


@dataclass(frozen=True)
class Past:
    """A back-test of the small shop on two dates, and what it was made from."""

    store: sqlite3.Connection
    calendar: Calendar
    tables: LabelledTables
    result: BackTest


@pytest.fixture(scope="module")
def tested(kept_trained_home: TrainedHome) -> Iterator[Past]:
    with kept_trained_home.home.store() as store:
        calendar = calendar_of(Snapshot(store, LAST_DAY), DEFINITION)
        tables = LabelledTables(Snapshot(store, LAST_DAY), DEFINITION)
        yield Past(store, calendar, tables, backtest(calendar, tables, calendar.test_dates()[:2]))


def test_it_tests_the_dates_of_the_calendar(kept_trained_home: TrainedHome) -> None:
    record = kept_trained_home.trained.record
    calendar = Calendar(LAST_DAY, FIRST_DAY, DEFINITION)

    assert record.card["test_dates"] == [day.isoformat() for day in calendar.test_dates()]
    assert [day["as_of"] for day in record.card["by_date"]] == record.card["test_dates"]


def test_each_date_is_scored_by_a_model_of_the_cutoffs_before_it(tested: Past) -> None:
    newest = tested.result.days[0]
    stack = stacked(tested.calendar, tested.tables, newest.as_of)
    labelled = tested.tables.at(newest.as_of)

    expected = fit(stack).probability(labelled.table.values)

    assert newest.as_of == LAST_DAY - timedelta(days=30)
    assert np.array_equal(newest.probability, expected)
    assert newest.user_ids == labelled.table.user_ids.tolist()
    assert np.array_equal(newest.churned, labelled.churned)


def test_every_baseline_stands_beside_it_on_the_same_users(tested: Past) -> None:
    for day in tested.result.days:
        assert list(day.baselines) == [baseline.name for baseline in BASELINES]
        for p in day.baselines.values():
            assert p.shape == day.probability.shape == (len(day.user_ids),)


def test_a_stack_holds_the_cutoffs_the_oldest_first(tested: Past) -> None:
    stack = stacked(tested.calendar, tested.tables, LAST_DAY)
    cutoffs = tested.calendar.cutoffs(LAST_DAY)

    assert stack.horizon_days == 30
    for number, cutoff in enumerate(reversed(cutoffs)):
        rows = stack.cutoff == number
        assert rows.sum() == len(tested.tables.at(cutoff).table)
        recency = tested.tables.at(cutoff).table.column("recency_days")
        assert np.array_equal(stack.rows["recency_days"][rows], recency)


def test_bg_nbd_is_shown_everybody_who_ever_ordered_by_the_latest_cutoff(tested: Past) -> None:
    stack = stacked(tested.calendar, tested.tables, LAST_DAY)
    latest = Snapshot(tested.store, tested.calendar.cutoffs(LAST_DAY)[0])

    users, orders = latest.query(" SELECT COUNT(DISTINCT user_id), COUNT(*) FROM orders").fetchone()

    assert len(stack.everyone["frequency"]) == users > len(tested.tables.at(latest.as_of).table)
    assert stack.everyone["frequency"].sum() == orders
    assert stack.everyone["recency_days"].max() > DEFINITION.active_days


def test_a_stack_without_cutoffs_is_empty(tested: Past) -> None:
    stack = stacked(tested.calendar, tested.tables, FIRST_DAY)

    assert (len(stack.y), len(stack.values), len(stack.everyone["frequency"])) == (0, 0, 0)


def test_the_summary_states_what_happened_in_json(tested: Past) -> None:
    threshold = tested.result.flag_threshold()
    summary = json.loads(json.dumps(tested.result.summary(threshold, draws=20), allow_nan=False))
    first, second = tested.result.days

    assert summary["users"] == len(first.churned) + len(second.churned)
    assert summary["churned"] == first.churned.sum() + second.churned.sum()
    aurocs = [metrics.auroc(day.churned, day.probability) for day in tested.result.days]
    assert summary["metrics"]["auroc"] == pytest.approx(np.mean(aurocs), abs=1e-6)
    assert [day["auroc"] for day in summary["by_date"]] == pytest.approx(aurocs, abs=1e-6)
    recall = [metrics.recall(day.churned, day.probability, threshold) for day in tested.result.days]
    assert summary["metrics"]["recall"] == pytest.approx(np.mean(recall), abs=1e-6)


def test_gains_are_opsbots_metric_minus_the_baselines(tested: Past) -> None:
    summary = tested.result.summary(0.5, draws=20)

    for name, beside in summary["baselines"].items():
        for metric in ("auroc", "brier"):
            gain = beside["gain"][metric]
            assert gain["mean"] == pytest.approx(summary["metrics"][metric] - beside[metric], abs=2e-6), name
            assert gain["low"] <= gain["mean"] <= gain["high"]


def test_the_small_shop_is_predicted_better_than_by_any_baseline(kept_trained_home: TrainedHome) -> None:
    card = kept_trained_home.trained.record.card

    assert card["metrics"]["auroc"] > 0.75
    assert all(beside["gain"]["auroc"]["low"] > 0 for beside in card["baselines"].values())


def test_reliability_counts_every_scored_user_in_the_range_of_their_probability(tested: Past) -> None:
    given = np.concatenate([day.probability for day in tested.result.days])
    churned = np.concatenate([day.churned for day in tested.result.days])

    reliability = tested.result.reliability()

    assert [(r["from"], r["to"]) for r in reliability] == [(i / 10, (i + 1) / 10) for i in range(10)]
    for r in reliability:
        inside = (given >= r["from"]) & (given < r["to"])
        assert (r["users"], r["churned"]) == (inside.sum(), churned[inside].sum())
        if r["users"]:
            assert r["mean_probability"] == pytest.approx(given[inside].mean(), abs=1e-6)
        else:
            assert r["mean_probability"] is None


def test_the_ends_of_probability_have_a_range_too() -> None:
    assert reliability_bin(np.array([0.0, 0.05, 0.1, 0.95, 1.0])).tolist() == [0, 0, 1, 9, 9]


def test_the_threshold_flags_a_tenth_of_all_that_were_scored(tested: Past) -> None:
    given = np.concatenate([day.probability for day in tested.result.days])

    assert (given >= tested.result.flag_threshold()).mean() == pytest.approx(0.1, abs=1 / len(given))


# A shop of three weeks, in which everybody orders once in the first and some again later: the label
# window of the one cut-off is the second week, that of the one test date the third.

WEEK = Definition(7, 21)


def three_weeks(users: int, back: int, back_later: int = 20) -> list[Line]:
    def order(user: int, week: int) -> Line:
        second = day_start(FIRST_DAY) + week * 7 * DAY_SECONDS + user * 60
        return Line(f"{user}-{week}", str(user), second, 1000 + user)

    return [
        *(order(user, 0) for user in range(users)),
        *(order(user, 1) for user in range(back)),
        *(order(user, 2) for user in range(back_later)),
    ]


def backtest_of(store: sqlite3.Connection, lines: list[Line], days: int = 21) -> BackTest:
    write(store, lines)
    as_of = FIRST_DAY + timedelta(days=days - 1)
    calendar = calendar_of(Snapshot(store, as_of), WEEK)
    return backtest(calendar, LabelledTables(Snapshot(store, LAST_DAY), WEEK))


def test_three_horizons_and_the_fewest_users_are_enough(store: sqlite3.Connection) -> None:
    result = backtest_of(store, three_weeks(FEWEST_USERS, FEWEST_USERS - FEWEST_OF_EACH_OUTCOME))

    assert [day.as_of for day in result.days] == [FIRST_DAY + timedelta(days=13)]
    assert result.days[0].churned.sum() == FEWEST_USERS - 20


def test_a_baseline_that_cannot_be_fitted_is_left_out(store: sqlite3.Connection) -> None:
    result = backtest_of(store, three_weeks(60, back=30))

    names = {baseline.name for baseline in BASELINES}
    assert (
        set(result.days[0].baselines) == set(result.summary(0.5, draws=5)["baselines"]) == names - {"bg_nbd"}
    )


@pytest.mark.parametrize(
    ("users", "back", "days", "sentence"),
    [
        (
            49,
            25,
            21,
            "there are 21 days of orders and, 7 days before the end, 49 active users of whom 29 then",
        ),
        (60, 9, 21, "60 active users of whom 40"),
        (60, 51, 21, "60 active users of whom 40"),
        (60, 30, 20, "there are 20 days of orders"),
        (60, 30, 3, "there are 3 days of orders and, 7 days before the end, 0 active users of whom 0 then"),
    ],
)
def test_too_little_history_is_refused_with_what_is_there_and_what_is_needed(
    store: sqlite3.Connection, users: int, back: int, days: int, sentence: str
) -> None:
    with pytest.raises(TooLittleHistoryError) as caught:
        backtest_of(store, three_weeks(users, back), days)

    assert sentence in str(caught.value)
    assert "needed are 21 days, 50 users, and 10 of each outcome" in str(caught.value)
    assert "Import older orders" in caught.value.next_step


def test_a_shorter_horizon_is_proposed_where_one_would_fit(store: sqlite3.Connection) -> None:
    write(store, three_weeks(60, 30))
    calendar = replace(
        calendar_of(Snapshot(store, FIRST_DAY + timedelta(days=49)), WEEK), definition=DEFINITION
    )

    with pytest.raises(TooLittleHistoryError) as caught:
        backtest(calendar, LabelledTables(Snapshot(store, LAST_DAY), DEFINITION))

    told = caught.value.next_step.format(**caught.value.values)
    assert told.endswith("opsbot train --horizon 14")


def test_a_date_that_cannot_be_tested_is_left_out(tested: Past) -> None:
    dates = (FIRST_DAY + timedelta(days=10), tested.calendar.test_dates()[0], date(2030, 1, 1))

    result = backtest(tested.calendar, tested.tables, dates)

    assert [day.as_of for day in result.days] == [tested.calendar.test_dates()[0]]


# -- kinds of users --------------------------------------------------------------------------------------


def test_the_figures_of_groups_are_those_of_their_users_alone(tested: Past) -> None:
    found = {each["group"]: each for each in groups(tested.result.days, draws=20)}
    days = tested.result.days
    orders = np.concatenate([tested.tables.at(day.as_of).table.column("frequency") for day in days])
    y = np.concatenate([day.churned for day in days])
    p = np.concatenate([day.probability for day in days])

    for name, mask in {
        "one_order": orders == 1,
        "two_to_four": (orders >= 2) & (orders <= 4),
        "five_or_more": orders >= 5,
    }.items():
        group = found[name]
        assert (group["by"], group["users"], group["churned"]) == ("tenure", mask.sum(), y[mask].sum())
        assert group["brier"] == pytest.approx(metrics.brier(y[mask], p[mask]), abs=1e-6)
        assert group["mean_probability"] == pytest.approx(p[mask].mean(), abs=1e-6)
        aurocs = [
            metrics.auroc(day.churned[part], day.probability[part])
            for day, part in zip(days, np.split(mask, [len(days[0].churned)]), strict=True)
        ]
        known = [figure for figure in aurocs if not np.isnan(figure)]
        if not known:
            assert group["auroc"] == {"mean": None, "low": None, "high": None}
            continue
        assert group["auroc"]["mean"] == pytest.approx(np.mean(known), abs=1e-6)
        assert group["auroc"]["low"] <= group["auroc"]["mean"] <= group["auroc"]["high"]


def test_a_group_by_value_is_a_third_of_the_users_and_the_highest_spent_most(tested: Past) -> None:
    found = {each["group"]: each for each in groups(tested.result.days, draws=5) if each["by"] == "value"}

    assert list(found) == list(VALUES)
    sizes = [group["users"] for group in found.values()]
    assert sum(sizes) == sum(len(day.churned) for day in tested.result.days)
    assert max(sizes) - min(sizes) <= 2 * len(tested.result.days)


def test_users_who_spent_the_same_are_in_the_same_group(tested: Past) -> None:
    equal = replace(tested.result.days[0], monetary_cents=np.full_like(tested.result.days[0].orders, 500))

    assert [each["group"] for each in groups([equal], draws=5) if each["by"] == "value"] == ["lowest_third"]


def test_intervals_of_the_metrics_hold_them(tested: Past) -> None:
    summary = tested.result.summary(0.5, draws=50)

    for name, interval in summary["intervals"].items():
        assert interval["low"] <= summary["metrics"][name] <= interval["high"], name
    assert {"auroc", "average_precision", "top_decile_lift", "accuracy", "brier"} == set(summary["intervals"])
