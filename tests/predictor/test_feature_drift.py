"""Feature drift: told where users look different, and not by chance."""

from __future__ import annotations

import json

import numpy as np
import pytest

from predictor.feature_drift import FEWEST, edges, shifted

RANDOM = np.random.default_rng(7)


def table(n: int, shift: float = 0.0) -> np.ndarray:
    return np.column_stack([RANDOM.normal(size=n), RANDOM.normal(shift, size=n), RANDOM.poisson(1.0, n)])


NAMES = ("same", "moved", "counts")


def test_the_same_population_has_not_shifted() -> None:
    trained = json.loads(json.dumps(edges(NAMES, table(5000)), allow_nan=False))

    assert shifted(trained, NAMES, table(1000)) == {}


def test_the_feature_that_moved_is_named() -> None:
    trained = edges(NAMES, table(5000))

    assert list(shifted(trained, NAMES, table(1000, shift=1.0))) == ["moved"]


def test_the_index_is_that_of_the_formula() -> None:
    values = np.arange(1.0, 1001.0)[:, None]
    trained = edges(("x",), values)
    now = np.concatenate([np.full(500, 1.0), np.full(500, 1000.0)])[:, None]

    (index,) = shifted(trained, ("x",), now).values()

    expected = 2 * (0.5 - 0.1) * np.log(0.5 / 0.1) + 8 * (1e-4 - 0.1) * np.log(1e-4 / 0.1)
    assert index == pytest.approx(expected, rel=1e-3)


def test_values_that_become_unknown_are_a_shift() -> None:
    values = table(5000)
    trained, gone = edges(NAMES, values), values.copy()
    gone[::2, 0] = np.nan

    assert list(shifted(trained, NAMES, gone)) == ["same"]


@pytest.mark.parametrize("column", [np.full(500, 3.0), np.full(500, np.nan)])
def test_one_value_or_none_has_no_deciles_and_no_shift(column: np.ndarray) -> None:
    trained = edges(("x",), column[:, None])

    assert shifted(trained, ("x",), column[:, None]) == {}


def test_few_users_and_features_that_are_new_say_nothing() -> None:
    trained = edges(NAMES, table(5000))

    assert shifted(trained, NAMES, table(FEWEST - 1, shift=3.0)) == {}
    assert shifted({}, NAMES, table(1000, shift=3.0)) == {}
