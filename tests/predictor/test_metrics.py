import math
import time

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

from predictor import metrics

Floats = NDArray[np.float64]


def scored(n: int, seed: int, signal: float = 1.0, decimals: int = 15) -> tuple[Floats, Floats]:
    """Outcomes with their true probabilities, mixed with noise the weaker `signal` is."""
    random = np.random.default_rng(seed)
    p = random.beta(1, 2, n)
    y = (random.random(n) < p).astype(float)
    return y, np.round(signal * p + (1 - signal) * random.beta(1, 2, n), decimals)


@pytest.mark.parametrize("decimals", [15, 1])
def test_ranking_metrics_agree_with_scikit_learn_with_and_without_ties(decimals: int) -> None:
    y, p = scored(2_000, seed=1, signal=0.7, decimals=decimals)

    assert metrics.auroc(y, p) == pytest.approx(roc_auc_score(y, p), abs=1e-12)
    assert metrics.average_precision(y, p) == pytest.approx(average_precision_score(y, p), abs=1e-12)


def test_losses_agree_with_scikit_learn() -> None:
    y, p = scored(2_000, seed=2)

    assert metrics.brier(y, p) == pytest.approx(brier_score_loss(y, p), abs=1e-12)
    assert metrics.log_loss(y, p) == pytest.approx(sklearn_log_loss(y, p), abs=1e-12)


def test_log_loss_of_a_certain_error_is_large_and_finite() -> None:
    assert metrics.log_loss([0, 1], [1.0, 1.0]) == pytest.approx(-math.log(1e-15) / 2, rel=1e-2)


def test_accuracy_counts_one_half_as_churn() -> None:
    assert metrics.accuracy([1, 1, 0, 0], [0.5, 0.49, 0.5, 0.1]) == 0.5
    assert metrics.majority_accuracy([1, 1, 1, 0]) == 0.75
    assert metrics.majority_accuracy([0, 0, 0, 1]) == 0.75


def test_recall_counts_churners_at_or_over_the_threshold() -> None:
    assert metrics.recall([1, 1, 1, 0], [0.9, 0.6, 0.1, 0.95], 0.6) == pytest.approx(2 / 3)


def test_top_decile_lift_of_perfect_and_of_blind_scores() -> None:
    y = np.repeat([1.0, 0.0], [20, 80])

    assert metrics.top_decile_lift(y, y) == pytest.approx(5)
    assert metrics.top_decile_lift(y, -y) == 0
    assert metrics.top_decile_lift(y, np.full(100, 0.2)) == pytest.approx(1)


def test_top_decile_lift_takes_from_a_tie_what_fits() -> None:
    y = np.array([1.0] * 5 + [0.0] * 95)
    p = np.array([0.9] * 5 + [0.5] * 10 + [0.1] * 85)
    p[4] = 0.5  # 4 above the edge, 6 of the 11 tied in the tenth

    assert metrics.top_decile_lift(y, p) == pytest.approx(((4 + 6 / 11) / 10) / 0.05)


def test_ece_measures_how_far_a_shifted_probability_is_off() -> None:
    y, p = scored(50_000, seed=3)

    assert metrics.ece(y, p) < 0.01
    assert metrics.ece(y, np.clip(p + 0.2, 0, 2)) == pytest.approx(0.2, abs=0.01)


def test_ece_of_a_constant_does_not_depend_on_the_order_of_rows() -> None:
    y = np.repeat([1.0, 0.0], [30, 70])

    assert metrics.ece(y, np.full(100, 0.3)) == pytest.approx(0, abs=1e-12)
    assert metrics.ece(y, np.full(100, 0.4)) == pytest.approx(0.1)


def test_ece_has_ten_bins_of_equal_count() -> None:
    y, p = scored(1_000, seed=4, signal=0.5)
    order = np.argsort(p)

    by_hand = sum(abs((p[rows] - y[rows]).sum()) for rows in np.split(order, 10)) / 1_000

    assert metrics.ece(y, p) == pytest.approx(by_hand, abs=1e-12)


def test_noise_floor_is_the_ece_that_calibrated_scores_have_by_chance() -> None:
    seen = []
    for seed in range(40):
        y, p = scored(2_000, seed=seed)
        seen.append(metrics.ece(y, p))
    floor = metrics.ece_noise_floor(p)

    assert floor == pytest.approx(np.mean(seen), rel=0.15)
    assert floor == metrics.ece_noise_floor(p)
    assert metrics.ece_noise_floor(np.tile(p, 16)) == pytest.approx(floor / 4, rel=0.2)


@pytest.mark.parametrize("y", [np.zeros(20), np.ones(20)])
def test_one_class_alone_cannot_be_ranked(y: Floats) -> None:
    p = np.linspace(0.1, 0.9, 20)

    assert math.isnan(metrics.auroc(y, p))
    assert math.isnan(metrics.average_precision(y, p))
    assert math.isfinite(metrics.log_loss(y, p))
    assert math.isfinite(metrics.ece(y, p))
    assert metrics.majority_accuracy(y) == 1


def test_without_churners_recall_and_lift_are_unknown() -> None:
    assert math.isnan(metrics.recall([0, 0], [0.1, 0.2], 0.5))
    assert math.isnan(metrics.top_decile_lift([0, 0], [0.1, 0.2]))


@pytest.mark.parametrize(
    "name", ["auroc", "average_precision", "top_decile_lift", "brier", "log_loss", "accuracy", "ece"]
)
def test_without_rows_every_metric_is_unknown(name: str) -> None:
    assert math.isnan(getattr(metrics, name)([], []))
    assert math.isnan(metrics.ece_noise_floor([]))
    assert math.isnan(metrics.majority_accuracy([]))
    assert math.isnan(metrics.recall([], [], 0.5))


def test_arrays_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shapes"):
        metrics.auroc([0, 1], [0.5])


@pytest.mark.parametrize(("hits", "trials"), [(0, 1), (1, 1), (1, 3), (0, 50), (322, 619), (90_000, 90_000)])
def test_the_interval_of_a_share_is_that_of_wilson(hits: int, trials: int) -> None:
    known = binomtest(hits, trials).proportion_ci(method="wilson")
    assert metrics.wilson(hits, trials) == pytest.approx((known.low, known.high), abs=1e-9)


def test_a_share_of_nothing_can_be_anything() -> None:
    assert metrics.wilson(0, 0) == (0, 1)


def test_a_model_gains_nothing_over_itself() -> None:
    y, p = scored(300, seed=5)

    assert metrics.paired_gain([y], [p], [p], metrics.auroc, [np.arange(300)]) == metrics.Gain(0, 0, 0)


@pytest.mark.parametrize("metric", [metrics.auroc, metrics.average_precision, metrics.brier, metrics.ece])
def test_the_mean_gain_is_the_plain_mean_over_dates(metric: metrics.Metric) -> None:
    (y, p), (z, s) = scored(300, seed=6), scored(200, seed=7)
    noise = np.random.default_rng(0).random(300)

    gain = metrics.paired_gain(
        [y, z], [p, s], [noise, noise[:200]], metric, [np.arange(300), np.arange(200)], draws=20
    )

    by_hand = [metric(y, p) - metric(y, noise), metric(z, s) - metric(z, noise[:200])]
    assert gain.mean == pytest.approx(np.mean(by_hand), abs=1e-12)
    assert gain.low < gain.mean < gain.high
    assert gain.significant


@pytest.mark.parametrize(
    "metric",
    [metrics.auroc, metrics.average_precision, metrics.top_decile_lift, metrics.log_loss, metrics.accuracy],
)
def test_resampling_in_one_stroke_equals_repeating_rows(metric: metrics.Metric) -> None:
    y, p = scored(400, seed=8, decimals=2)
    q = np.round(np.random.default_rng(1).random(400), 2)
    users = np.random.default_rng(2).integers(0, 150, 400)

    def written_elsewhere(truth: object, given: object) -> float:
        return metric(truth, given)  # type: ignore[arg-type]

    fast, slow = (
        metrics.paired_gain([y], [p], [q], each, [users], draws=50, seed=3)
        for each in (metric, written_elsewhere)
    )

    assert (fast.mean, fast.low, fast.high) == pytest.approx((slow.mean, slow.low, slow.high), abs=1e-9)


def test_the_interval_covers_the_true_gain_about_19_times_in_20() -> None:
    # Brier of the true probability against that of 0.3 for everybody: -E[(p - 0.3)^2].
    true_gain = -(1 / 18 + (1 / 3 - 0.3) ** 2)
    covered = 0
    for seed in range(200):
        y, p = scored(200, seed=1000 + seed)
        gain = metrics.paired_gain([y], [p], [np.full(200, 0.3)], metrics.brier, [np.arange(200)], seed=seed)
        covered += gain.low <= true_gain <= gain.high

    assert 184 <= covered <= 197


def test_the_same_users_on_five_dates_do_not_narrow_the_interval() -> None:
    y, p = scored(500, seed=9, signal=0.8)
    q = np.random.default_rng(3).random(500)
    users = np.array([f"u{number}" for number in range(500)])
    strangers = [np.array([f"d{day}-{number}" for number in range(500)]) for day in range(5)]

    def width(days: int, ids: list[NDArray[np.str_]]) -> float:
        gain = metrics.paired_gain([y] * days, [p] * days, [q] * days, metrics.auroc, ids)
        return gain.high - gain.low

    assert width(5, [users] * 5) == pytest.approx(width(1, [users]))
    assert width(5, strangers) < 0.6 * width(5, [users] * 5)


def test_dates_with_one_class_are_left_out_of_the_gain() -> None:
    y, p = scored(300, seed=10)
    q = np.random.default_rng(4).random(300)
    users = np.arange(300)

    alone = metrics.paired_gain([y], [p], [q], metrics.auroc, [users], draws=30)
    beside = metrics.paired_gain(
        [y, np.zeros(300), []], [p, p, []], [q, q, []], metrics.auroc, [users, users, []], draws=30
    )

    assert beside == alone


@pytest.mark.parametrize("dates", [0, 1])
def test_a_gain_over_nothing_is_unknown_and_not_significant(dates: int) -> None:
    gain = metrics.paired_gain(
        [[0, 0]] * dates, [[0, 1]] * dates, [[1, 0]] * dates, metrics.auroc, [[7, 8]] * dates
    )

    assert math.isnan(gain.mean)
    assert math.isnan(gain.low)
    assert not gain.significant


def test_ids_have_to_fit_the_rows() -> None:
    with pytest.raises(ValueError, match="one id for each row"):
        metrics.paired_gain([[0, 1]], [[0, 1]], [[0, 1]], metrics.auroc, [[7]])


def test_two_hundred_draws_over_five_dates_take_seconds() -> None:
    dates = [scored(2_500, seed=seed) for seed in range(5)]
    noise = [np.random.default_rng(seed).random(2_500) for seed in range(5)]
    started = time.process_time()

    metrics.paired_gain(
        [y for y, _ in dates], [p for _, p in dates], noise, metrics.auroc, [np.arange(2_500)] * 5, draws=200
    )

    assert time.process_time() - started < 5
