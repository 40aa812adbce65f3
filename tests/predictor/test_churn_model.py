"""The churn model: probabilities from a feature table, the same every time and after a round trip."""

from __future__ import annotations

import sqlite3
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from predictor.churn_model import ChurnModel, compress, sigmoid
from predictor.families.text import FEATURES
from predictor.feature_table import FEATURE_NAMES
from predictor.metrics import auroc
from storage import model_store
from storage.database import Home
from storage.errors import ModelFileError

Floats = NDArray[np.float64]


def rows(count: int = 600, seed: int = 0) -> tuple[Floats, NDArray[np.int8]]:
    """Values of all sizes, a tenth of them unknown, and an outcome that the first three bring about."""
    random = np.random.default_rng(seed)
    values = random.lognormal(2, 1.5, size=(count, len(FEATURE_NAMES)))
    log_odds = np.log(values[:, 0]) - np.log(values[:, 1]) + (values[:, 2] > 8) - 0.5
    values[random.random(values.shape) < 0.1] = np.nan
    return values, (random.random(count) < sigmoid(log_odds)).astype(np.int8)


@pytest.fixture(scope="module")
def model() -> ChurnModel:
    return ChurnModel.fit(*rows())


def test_it_tells_churners_from_others(model: ChurnModel) -> None:
    values, churned = rows(seed=1)

    assert auroc(churned, model.probability(values)) > 0.7


def test_the_mean_probability_is_the_share_of_churners(model: ChurnModel) -> None:
    values, churned = rows(count=2000, seed=1)

    assert model.probability(values).mean() == pytest.approx(churned.mean(), abs=0.05)


def test_the_same_rows_give_the_same_model(model: ChurnModel) -> None:
    values, _ = rows(seed=1)

    assert np.array_equal(ChurnModel.fit(*rows()).probability(values), model.probability(values))


def test_probabilities_stay_within_0_and_1_whatever_the_values(model: ChurnModel) -> None:
    values = np.full((4, len(FEATURE_NAMES)), np.nan)
    values[1], values[2], values[3] = 0, 1e12, -1e12

    p = model.probability(values)

    assert p.shape == (4,)
    assert np.all((p >= 0) & (p <= 1))


def test_a_value_may_be_unknown_that_was_never_unknown_in_training(model: ChurnModel) -> None:
    values, churned = rows()
    whole = ChurnModel.fit(np.nan_to_num(values), churned)

    assert np.isfinite(whole.probability(values)).all()


def test_a_feature_that_nobody_had_in_training_says_nothing_later() -> None:
    values, churned = rows()
    values[:, 5] = np.nan
    model = ChurnModel.fit(values, churned)
    later, _ = rows(seed=1)
    with_it, without = later.copy(), later.copy()
    with_it[:, 5], without[:, 5] = 1e6, np.nan

    assert model.probability(with_it) == pytest.approx(model.probability(without), abs=1e-9)


def test_nobody_has_no_probability(model: ChurnModel) -> None:
    assert model.probability(np.empty((0, len(FEATURE_NAMES)))).shape == (0,)


def test_each_row_is_judged_by_itself(model: ChurnModel) -> None:
    values, _ = rows(seed=1)

    alone = np.concatenate([model.probability(values[i : i + 1]) for i in range(20)])

    assert alone == pytest.approx(model.probability(values)[:20], rel=1e-12)


def test_log_odds_are_the_weighted_mean_of_both_halves(model: ChurnModel) -> None:
    values, _ = rows(seed=1)
    linear, trees = (
        model.logistic.decision_function(compress(values)),
        model.boosted.decision_function(values),
    )

    share = model.boosted_share

    assert model.log_odds(values) == pytest.approx(share * trees + (1 - share) * linear)
    assert model.probability(values) == pytest.approx(1 / (1 + np.exp(-model.log_odds(values))))


def test_the_trees_weigh_more_with_more_rows_and_at_most_half() -> None:
    shares = [ChurnModel.fit(*rows(count)).boosted_share for count in (60, 600, 6000)]

    assert 0 < shares[0] < shares[1] < shares[2] < 0.5


def test_a_small_shop_gets_splits_too() -> None:
    values, churned = rows(count=60)

    trees = ChurnModel.fit(values, churned).boosted._predictors

    assert all(len(tree.nodes) > 1 for (tree,) in trees)


def test_scores_are_identical_after_the_round_trip_through_a_file(
    model: ChurnModel, store: sqlite3.Connection, home: Home
) -> None:
    values, _ = rows(seed=1)
    record = model_store.add_candidate(
        store,
        home.models,
        task="churn",
        parts=model.parts(),
        as_of=date(2024, 3, 10),
        horizon_days=30,
        active_days=90,
        card={},
    )

    loaded = ChurnModel.from_parts(model_store.load_parts(record, home.models))

    assert np.array_equal(loaded.probability(values), model.probability(values))


@pytest.mark.parametrize("names", [FEATURE_NAMES[:-1], FEATURE_NAMES[::-1], (*FEATURE_NAMES, "star_sign")])
def test_a_model_of_other_features_is_refused(model: ChurnModel, names: tuple[str, ...]) -> None:
    with pytest.raises(ModelFileError, match="another version of opsbot") as caught:
        ChurnModel.from_parts({**model.parts(), "feature_names": list(names)})

    assert "opsbot train" in caught.value.next_step


_KEY = {"model": "a", "revision": "1", "prefix": "", "pooling": "mean", "max_tokens": 512, "dtype": "fp32"}


@pytest.mark.parametrize(
    "encoder",
    [
        {**_KEY, "truncation": "middle"},
        {name: value for name, value in _KEY.items() if name != "dtype"},
        {},
        None,
        "intfloat/multilingual-e5-small",
    ],
)
def test_a_model_whose_encoder_was_known_by_other_things_is_refused(
    encoder: object, model: ChurnModel
) -> None:
    middle = np.zeros(3)
    words = {
        "encoder": encoder,
        "middle": middle,
        "tone": middle,
        "intercept": 0.0,
        "rated": 40,
        "drift": middle,
    }
    names = [*FEATURE_NAMES, *(feature.name for feature in FEATURES)]
    parts = {**model.parts(), "feature_names": names, "families": {"text": words}}
    assert ChurnModel.from_parts({**parts, "families": {"text": {**words, "encoder": _KEY}}})

    with pytest.raises(ModelFileError, match="another version of opsbot") as caught:
        ChurnModel.from_parts(parts)

    assert caught.value.next_step == "Train again: opsbot train"


@pytest.mark.parametrize(
    "changed", [{"format": 0}, {"format": None}, {"format": 2, "logistic": 1, "feature_names": None}]
)
def test_a_model_of_another_format_is_refused(model: ChurnModel, changed: dict[str, object]) -> None:
    with pytest.raises(ModelFileError, match="another version of opsbot"):
        ChurnModel.from_parts({**model.parts(), **changed})


def test_compressing_keeps_sign_and_order() -> None:
    assert compress(np.array([-np.e + 1, 0, np.e - 1])) == pytest.approx([-1, 0, 1])
    assert np.isnan(compress(np.array([np.nan]))).all()


def test_a_model_that_reads_texts_as_they_were_read_before_is_refused(
    model: ChurnModel, store: sqlite3.Connection, home: Home
) -> None:
    # Before topics were columns, nothing said how many ratings taught the tone.
    middle = np.zeros(3)
    words = {
        "encoder": {
            "model": "a",
            "revision": "1",
            "prefix": "",
            "pooling": "mean",
            "max_tokens": 512,
            "dtype": "fp32",
        },
        "middle": middle,
        "tone": middle,
        "intercept": 0.0,
        "drift": middle,
    }
    names = [*FEATURE_NAMES, "tone", "complaint_age_days", "recent_complaints", "decayed_complaints", "drift"]
    record = model_store.add_candidate(
        store,
        home.models,
        task="churn",
        parts={**model.parts(), "feature_names": names, "families": {"text": words}},
        as_of=date(2024, 3, 10),
        horizon_days=30,
        active_days=90,
        card={},
    )

    with pytest.raises(
        ModelFileError, match=r"^This model was made by another version of opsbot\."
    ) as caught:
        ChurnModel.from_parts(model_store.load_parts(record, home.models))

    assert caught.value.next_step == "Train again: opsbot train"
