import importlib
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import beta, gamma

from predictor.bg_nbd import BGNBD, BGNBDNotFittedError, fit_bg_nbd

Floats = NDArray[np.float64]

SHOP = BGNBD(r=0.8, alpha=20.0, a=0.9, b=2.5)
HORIZON = 30.0


@pytest.fixture(scope="module")
def lifetimes() -> ModuleType:
    """The archived reference implementation; it warns under current numpy and pandas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("lifetimes")


@pytest.fixture(scope="module")
def cdnow(lifetimes: ModuleType) -> tuple[Floats, Floats, Floats]:
    """Frequency, recency and age of the 2,357 sampled CDNOW users, in weeks as in the paper."""
    # Its loader needs pkg_resources, which current setuptools no longer has; the file needs nothing.
    assert lifetimes.__file__
    users = pd.read_csv(Path(lifetimes.__file__).parent / "datasets" / "cdnow_customers_summary.csv")
    return users["frequency"].to_numpy(float), users["recency"].to_numpy(float), users["T"].to_numpy(float)


def simulated_shop(
    model: BGNBD, n_users: int, horizon: float, seed: int
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """x, t_x, T and "no order in (T, T + horizon]" of users who order and stop as the model says."""
    random = np.random.default_rng(seed)
    pace = random.gamma(model.r, 1 / model.alpha, n_users)
    stop = random.beta(model.a, model.b, n_users)
    age = random.uniform(50, 100, n_users)
    x, t_x, now = np.zeros(n_users), np.zeros(n_users), np.zeros(n_users)
    ordered_later = np.zeros(n_users, dtype=bool)
    alive = np.ones(n_users, dtype=bool)
    while alive.any():
        now[alive] += random.exponential(1 / pace[alive])
        known = alive & (now <= age)
        x[known] += 1
        t_x[known] = now[known]
        ordered_later |= alive & (now > age) & (now <= age + horizon)
        alive &= (now <= age) & (random.random(n_users) >= stop)
    return x, t_x, age, ~ordered_later


def test_no_order_probability_holds_in_every_group_of_simulated_users() -> None:
    x, t_x, age, no_order = simulated_shop(SHOP, 400_000, HORIZON, seed=1)
    expected = SHOP.probability_of_no_order(x, t_x, age, HORIZON)

    groups = [x == 0] + [
        (x >= least) & (x <= most) & (age - t_x >= silent) & (age - t_x < silent + 20)
        for least, most in ((1, 1), (2, 3), (4, 7), (8, 1000))
        for silent in (0, 20, 40)
    ]
    for group in groups:
        n = int(group.sum())
        assert n > 400
        mean = expected[group].mean()
        error = np.sqrt(np.sum(expected[group] * (1 - expected[group]))) / n
        assert abs(no_order[group].mean() - mean) < 4 * error, (n, mean, no_order[group].mean())


@pytest.mark.parametrize(
    ("x", "t_x", "age"), [(0, 0.0, 50.0), (1, 30.0, 60.0), (6, 45.0, 50.0), (6, 10.0, 50.0)]
)
def test_no_order_probability_is_the_integral_over_pace_and_stopping(x: int, t_x: float, age: float) -> None:
    middle = (np.arange(1_000) + 0.5) / 1_000
    pace = gamma.ppf(middle, SHOP.r, scale=1 / SHOP.alpha)[:, None]
    stop = beta.ppf(middle, SHOP.a, SHOP.b)[None, :]

    def silent_until(end: float) -> float:
        """P(the x orders as known, then nothing until `end`), up to a factor, over users of the shop."""
        silent = np.exp(-pace * end) * np.ones_like(stop)
        if x:
            silent = (1 - stop) ** (x - 1) * (stop * np.exp(-pace * t_x) + (1 - stop) * silent)
        return float((pace**x * silent).mean())

    integral = silent_until(age + HORIZON) / silent_until(age)

    assert SHOP.probability_of_no_order([x], [t_x], [age], HORIZON)[0] == pytest.approx(integral, abs=1e-3)


def test_no_order_probability_is_the_ratio_of_likelihoods() -> None:
    x, t_x, age = np.array([0, 1, 3, 250]), np.array([0, 0, 80, 364.5]), np.array([10, 90, 90, 365.0])

    ratio = np.exp(SHOP.log_likelihood(x, t_x, age + HORIZON) - SHOP.log_likelihood(x, t_x, age))

    assert SHOP.probability_of_no_order(x, t_x, age, HORIZON) == pytest.approx(ratio, rel=1e-9)


def test_no_order_is_certain_for_no_horizon_and_rarer_the_longer_it_is() -> None:
    chances = [SHOP.probability_of_no_order([3], [80], [90], days)[0] for days in (0, 7, 60, 365, 1e9)]

    assert chances[0] == 1
    assert chances == sorted(chances, reverse=True)
    assert chances[-1] == pytest.approx(1 - SHOP.probability_alive([3], [80], [90])[0], abs=1e-6)


def test_one_time_buyers_are_alive_and_yet_may_not_order() -> None:
    assert SHOP.probability_alive([0], [0], [500])[0] == 1
    assert 0.5 < SHOP.probability_of_no_order([0], [0], [500], HORIZON)[0] < 1


def test_cdnow_gives_the_parameters_of_the_paper(cdnow: tuple[Floats, Floats, Floats]) -> None:
    model = fit_bg_nbd(*cdnow)

    published = (0.243, 4.414, 0.793, 2.426)
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx(published, abs=6e-4)
    assert model.log_likelihood(*cdnow).sum() == pytest.approx(-9582.4, abs=0.1)


def test_cdnow_agrees_with_lifetimes(lifetimes: ModuleType, cdnow: tuple[Floats, Floats, Floats]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference: Any = lifetimes.BetaGeoFitter().fit(*cdnow)
        alive = np.asarray(reference.conditional_probability_alive(*cdnow))

    model = fit_bg_nbd(*cdnow)

    names = ("r", "alpha", "a", "b")
    assert [getattr(model, name) for name in names] == pytest.approx(
        list(reference.params_[list(names)]), rel=1e-3
    )
    assert model.probability_alive(*cdnow) == pytest.approx(alive, abs=1e-4)


def test_fit_finds_the_parameters_that_made_the_data() -> None:
    x, t_x, age, no_order = simulated_shop(SHOP, 40_000, HORIZON, seed=2)

    model = fit_bg_nbd(x, t_x, age)

    assert model.r == pytest.approx(SHOP.r, rel=0.05)
    assert model.alpha == pytest.approx(SHOP.alpha, rel=0.05)
    assert model.a / (model.a + model.b) == pytest.approx(SHOP.a / (SHOP.a + SHOP.b), rel=0.05)
    assert model.probability_of_no_order(x, t_x, age, HORIZON).mean() == pytest.approx(
        no_order.mean(), abs=0.01
    )


def test_fit_is_the_same_in_any_unit_of_time(cdnow: tuple[Floats, Floats, Floats]) -> None:
    x, t_x, age = cdnow

    weeks, days = fit_bg_nbd(x, t_x, age), fit_bg_nbd(x, 7 * t_x, 7 * age)

    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-4)
    assert days.b == pytest.approx(weeks.b, rel=1e-4)


def test_fit_is_a_maximum_in_every_direction(cdnow: tuple[Floats, Floats, Floats]) -> None:
    model = fit_bg_nbd(*cdnow)
    best = model.log_likelihood(*cdnow).sum()

    for name in ("r", "alpha", "a", "b"):
        for factor in (0.98, 1.02):
            moved = BGNBD(**{**model.__dict__, name: getattr(model, name) * factor})
            assert moved.log_likelihood(*cdnow).sum() < best


def test_penalty_keeps_the_parameters_of_a_tiny_shop_ordinary() -> None:
    x, t_x, age = [1, 0, 2, 1, 0, 3], [5, 0, 20, 30, 0, 44], [60, 50, 40, 45, 70, 60]

    loose, steady = fit_bg_nbd(x, t_x, age), fit_bg_nbd(x, t_x, age, penalty=0.1)

    def spread(model: BGNBD) -> float:
        alpha = model.alpha / float(np.mean(age))
        return float(np.mean(np.log([model.r, alpha, model.a, model.b]) ** 2))

    assert spread(steady) < spread(loose) / 2
    assert spread(steady) < 1


def test_everybody_alike_or_ordering_at_once_can_still_be_fitted() -> None:
    alike = fit_bg_nbd([2] * 50, [20] * 50, [30] * 50)
    at_once = fit_bg_nbd([1] * 50, [0] * 50, [30] * 50)

    assert 0.2 < alike.probability_of_no_order([2], [20], [30], 14)[0] < 0.6
    assert at_once.probability_of_no_order([1], [0], [30], 14)[0] > 0.95


@pytest.mark.parametrize("n_users", [0, 1, 20])
def test_without_repeat_buyers_it_says_so(n_users: int) -> None:
    with pytest.raises(BGNBDNotFittedError, match="No user has ordered twice yet"):
        fit_bg_nbd(np.zeros(n_users), np.zeros(n_users), np.full(n_users, 30.0))


@pytest.mark.parametrize(
    ("x", "t_x", "age"),
    [
        ([1, 2], [1.0], [2.0]),
        ([1], [3.0], [2.0]),
        ([-1], [0.0], [2.0]),
        ([0], [1.0], [2.0]),
        ([1], [np.nan], [2.0]),
        ([1], [1.0], [np.inf]),
    ],
)
def test_contradicting_histories_are_refused(x: list[int], t_x: list[float], age: list[float]) -> None:
    with pytest.raises(ValueError, match=r"histories|shapes|repeat order"):
        fit_bg_nbd(x, t_x, age)
    with pytest.raises(ValueError, match=r"histories|shapes|repeat order"):
        SHOP.probability_of_no_order(x, t_x, age, HORIZON)


@pytest.mark.parametrize("horizon", [-1.0, np.nan])
def test_a_horizon_into_the_past_is_refused(horizon: float) -> None:
    with pytest.raises(ValueError, match="horizon_days"):
        SHOP.probability_of_no_order([1], [1], [2], horizon)
