from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from predictor.baselines import BASELINES, EVERYONE_COLUMNS, RFM_FEATURES, Predict, Stack
from predictor.bg_nbd import BGNBDNotFittedError, fit_bg_nbd
from predictor.metrics import accuracy, auroc, brier, majority_accuracy

Rows = Mapping[str, NDArray[Any]]

HORIZON = 30
CUTOFFS = (150.0, 180.0, 210.0)
TEST_CUTOFF = 240.0
ACTIVE = 90.0


@dataclass(frozen=True)
class StackedRows:
    rows: Rows
    y: NDArray[Any]
    cutoff: NDArray[Any]
    everyone: Rows
    horizon_days: int = HORIZON


@cache
def shop() -> list[NDArray[np.float64]]:
    """Order days of 1,500 users, each at their own pace; few ever stop."""
    random = np.random.default_rng(0)
    orders = []
    for _ in range(1_500):
        start, pace = random.uniform(0, 200), random.gamma(1.5, 1 / 40)
        last = start + random.exponential(2_000)
        repeats = start + np.cumsum(random.exponential(1 / pace, 150))
        orders.append(np.concatenate(([start], repeats[repeats < last])))
    return orders


def features(now: float) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """RFM_FEATURES of everybody known at `now`, and whether they place no order in the horizon."""
    users, churned = [], []
    for days in shop():
        ago = now - days[days < now]
        if not ago.size:
            continue
        gap = (ago[0] - ago[-1]) / (ago.size - 1) if ago.size > 1 else np.nan
        windows = [int((ago <= window).sum()) for window in (30, 90, 180)]
        users.append((ago[-1], ago.size, 1000 * ago.size, ago[0], gap, *windows, 1000 * windows[1], 1000))
        churned.append(not np.any((days >= now) & (days < now + HORIZON)))
    return dict(zip(RFM_FEATURES, np.array(users).T, strict=True)), np.array(churned, dtype=int)


def active(now: float) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    rows, churned = features(now)
    kept = rows["recency_days"] <= ACTIVE
    return {name: values[kept] for name, values in rows.items()}, churned[kept]


@cache
def stack() -> StackedRows:
    parts = [active(now) for now in CUTOFFS]
    everyone, _ = features(CUTOFFS[-1])
    return StackedRows(
        rows={name: np.concatenate([rows[name] for rows, _ in parts]) for name in RFM_FEATURES},
        y=np.concatenate([churned for _, churned in parts]),
        cutoff=np.repeat(np.arange(len(CUTOFFS)), [churned.size for _, churned in parts]),
        everyone={name: everyone[name] for name in EVERYONE_COLUMNS},
    )


def fitted(name: str, training: Stack | None = None) -> Predict:
    return next(baseline for baseline in BASELINES if baseline.name == name).fit(training or stack())


NAMES = [baseline.name for baseline in BASELINES]
LEARNT = [name for name in NAMES if name != "bg_nbd"]


def test_the_baselines_are_those_of_the_design_and_say_what_they_are() -> None:
    assert NAMES == ["recency", "rfm", "logistic_rfm", "bg_nbd", "single_tree", "majority"]
    assert all(baseline.description and "\n" not in baseline.description for baseline in BASELINES)


@pytest.mark.parametrize("name", NAMES)
def test_a_baseline_gives_every_row_a_probability(name: str) -> None:
    rows, churned = active(TEST_CUTOFF)

    p = fitted(name)(rows)

    assert p.shape == churned.shape
    assert np.all((p >= 0) & (p <= 1))
    assert p.mean() == pytest.approx(churned.mean(), abs=0.1)


@pytest.mark.parametrize("name", NAMES)
def test_a_baseline_judges_each_row_by_itself(name: str) -> None:
    rows, _ = active(TEST_CUTOFF)
    predict = fitted(name)

    one = predict({column: values[5:6] for column, values in rows.items()})

    assert one == pytest.approx(predict(rows)[5:6])


@pytest.mark.parametrize("name", [name for name in NAMES if name != "majority"])
def test_a_baseline_tells_later_churners_from_others_better_than_chance(name: str) -> None:
    rows, churned = active(TEST_CUTOFF)
    p = fitted(name)(rows)

    assert auroc(churned, p) > 0.6
    assert brier(churned, p) < brier(churned, fitted("majority")(rows))


def test_the_logistic_on_ten_features_beats_recency_alone() -> None:
    rows, churned = active(TEST_CUTOFF)

    assert auroc(churned, fitted("logistic_rfm")(rows)) > auroc(churned, fitted("recency")(rows)) + 0.02


def test_recency_ranks_by_days_since_the_last_order() -> None:
    rows, _ = active(TEST_CUTOFF)

    p = fitted("recency")(rows)

    assert np.all(np.diff(p[np.argsort(rows["recency_days"])]) >= 0)


def test_rfm_gives_equal_quintile_sums_equal_probability() -> None:
    rows, _ = active(TEST_CUTOFF)

    assert len(np.unique(fitted("rfm")(rows))) <= 13


def test_rfm_takes_recent_frequent_and_rich_users_for_the_least_likely_to_churn() -> None:
    recency, frequency, monetary = np.array([[1, 1, 80, 1], [30, 1, 1, 1], [90_000, 1, 1, 90_000]])
    users = {"recency_days": recency, "frequency": frequency, "monetary_cents": monetary}

    best, recent, worst, recent_and_rich = fitted("rfm")(users)

    assert best < recent_and_rich < recent < worst


def test_the_single_tree_sees_only_the_order_count_of_the_latest_cutoff() -> None:
    rows, _ = active(TEST_CUTOFF)
    elsewhere = stack().cutoff < 2
    spoiled = replace(stack(), y=np.where(elsewhere, 1 - stack().y, stack().y))
    others_changed = {name: values if name == "frequency" else values * 0 for name, values in rows.items()}

    p = fitted("single_tree")(rows)

    assert np.array_equal(fitted("single_tree", spoiled)(rows), p)
    assert np.array_equal(fitted("single_tree")(others_changed), p)
    assert len(np.unique(p)) <= 8


def test_the_logistic_learns_from_all_cutoffs() -> None:
    rows, _ = active(TEST_CUTOFF)
    elsewhere = stack().cutoff < 2
    spoiled = replace(stack(), y=np.where(elsewhere, 1 - stack().y, stack().y))

    assert not np.allclose(fitted("logistic_rfm", spoiled)(rows), fitted("logistic_rfm")(rows), atol=0.05)


def test_the_majority_is_right_as_often_as_the_more_frequent_answer() -> None:
    rows, churned = active(TEST_CUTOFF)

    assert accuracy(churned, fitted("majority")(rows)) == pytest.approx(majority_accuracy(churned))


def test_bg_nbd_is_fitted_on_everyone_and_needs_no_labels() -> None:
    rows, _ = active(TEST_CUTOFF)
    everyone = stack().everyone
    age, recency, repeats = everyone["tenure_days"], everyone["recency_days"], everyone["frequency"] - 1
    model = fit_bg_nbd(repeats, np.where(repeats > 0, age - recency, 0), age)
    t_x = np.where(rows["frequency"] > 1, rows["tenure_days"] - rows["recency_days"], 0)

    p = fitted("bg_nbd", replace(stack(), y=1 - stack().y))(rows)

    expected = model.probability_of_no_order(rows["frequency"] - 1, t_x, rows["tenure_days"], HORIZON)
    assert p == pytest.approx(expected, abs=1e-12)


def test_bg_nbd_without_repeat_buyers_says_so() -> None:
    everyone = {**stack().everyone, "frequency": np.ones_like(stack().everyone["frequency"])}

    with pytest.raises(BGNBDNotFittedError):
        fitted("bg_nbd", replace(stack(), everyone=everyone))


@pytest.mark.parametrize("name", LEARNT)
@pytest.mark.parametrize("only", [0, 1])
def test_with_one_outcome_in_training_that_outcome_is_the_answer(name: str, only: int) -> None:
    rows, _ = active(TEST_CUTOFF)

    p = fitted(name, replace(stack(), y=np.full_like(stack().y, only)))(rows)

    assert np.all(p == only)


def test_a_missing_gap_counts_as_the_tenure() -> None:
    rows, _ = active(TEST_CUTOFF)
    once = np.isnan(rows["mean_gap_days"])
    filled = {**rows, "mean_gap_days": np.where(once, rows["tenure_days"], rows["mean_gap_days"])}
    predict = fitted("logistic_rfm")

    assert once.sum() > 10
    assert np.array_equal(predict(rows), predict(filled))


def test_negative_net_money_is_allowed() -> None:
    rows, _ = active(TEST_CUTOFF)
    indebted = {**rows, "monetary_cents": -rows["monetary_cents"]}

    for name in NAMES:
        assert np.all(np.isfinite(fitted(name)(indebted)))
