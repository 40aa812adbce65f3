"""Reasons are exact: they are what Tree SHAP and the coefficients say, and they add up to the probability."""

from __future__ import annotations

from string import Formatter

import numpy as np
import pytest
from numpy.typing import NDArray

from predictor.churn_model import ChurnModel, compress, sigmoid
from predictor.feature_table import FEATURE_NAMES
from predictor.features import FEATURES, Family
from predictor.reasons import Explainer

Floats = NDArray[np.float64]
COUNT = 40
FAMILIES = tuple(dict.fromkeys(feature.family for feature in FEATURES))


def rows(count: int, seed: int, unknown: float = 0.15) -> Floats:
    random = np.random.default_rng(seed)
    values = random.lognormal(2, 1.5, size=(count, len(FEATURE_NAMES)))
    values[random.random(values.shape) < unknown] = np.nan
    return values


def fitted() -> ChurnModel:
    values = rows(800, seed=0)
    # The last feature is never unknown here and often so in what is explained.
    values[:, -1] = np.nan_to_num(values[:, -1])
    known = np.nan_to_num(np.log(values[:, :4] + 1e-9), nan=3.0)
    # Interactions, or the trees would only add up what each feature does alone.
    log_odds = known[:, 0] - known[:, 1] * (known[:, 2] > 2) + 2 * np.isnan(values[:, 3]) - 0.5
    churned = np.random.default_rng(1).random(800) < sigmoid(log_odds)
    return ChurnModel.fit(values, churned.astype(np.int8))


@pytest.fixture(scope="module")
def model() -> ChurnModel:
    return fitted()


@pytest.fixture(scope="module")
def explainer(model: ChurnModel) -> Explainer:
    return Explainer(model)


@pytest.fixture(scope="module")
def users() -> Floats:
    values = rows(COUNT, seed=2, unknown=0.3)
    values[0], values[1] = np.nan, 0
    return values


def test_the_trees_are_split_as_tree_shap_splits_them(
    model: ChurnModel, explainer: Explainer, users: Floats
) -> None:
    import shap

    judge = shap.TreeExplainer(model.boosted, feature_perturbation="tree_path_dependent", model_output="raw")
    expected = judge.shap_values(users)

    found = np.array([explainer._boosted(row) for row in users])

    assert np.abs(expected).max() > 0.1
    assert found == pytest.approx(expected, abs=1e-6)


def test_the_linear_half_is_coefficient_times_standardised_value(
    model: ChurnModel, explainer: Explainer, users: Floats
) -> None:
    logistic = model.logistic
    medians, scale = logistic["impute"].statistics_, logistic["scale"]
    weights, indicated = logistic["model"].coef_[0], logistic["impute"].indicator_.features_
    width = len(FEATURE_NAMES)

    for row in users:
        filled = np.where(np.isnan(row), medians, compress(row))
        expected = (filled - scale.mean_[:width]) / scale.scale_[:width] * weights[:width]
        for column, feature in enumerate(indicated, start=width):
            missing = float(np.isnan(row[feature]))
            expected[feature] += (missing - scale.mean_[column]) / scale.scale_[column] * weights[column]
        assert explainer._linear(row) == pytest.approx(expected, abs=1e-9)


def test_contributions_and_base_are_the_log_odds(
    model: ChurnModel, explainer: Explainer, users: Floats
) -> None:
    found = [explainer.base + explainer.contributions(row).sum() for row in users]

    assert found == pytest.approx(model.log_odds(users), abs=1e-9)


def test_a_value_at_the_edge_of_a_split_goes_the_way_the_tree_sends_it(
    model: ChurnModel, explainer: Explainer, users: Floats
) -> None:
    at_edges = np.repeat(users[2:3], 30, axis=0)
    for row, (tree,) in zip(at_edges, model.boosted._predictors, strict=False):
        for node in tree.nodes[np.isfinite(tree.nodes["num_threshold"]) & (tree.nodes["is_leaf"] == 0)]:
            row[node["feature_idx"]] = node["num_threshold"]

    found = [explainer.base + explainer.contributions(row).sum() for row in at_edges]

    assert found == pytest.approx(model.log_odds(at_edges), abs=1e-9)


def test_the_base_is_the_mean_log_odds_in_training(model: ChurnModel, explainer: Explainer) -> None:
    values = rows(800, seed=0)
    values[:, -1] = np.nan_to_num(values[:, -1])

    assert explainer.base == pytest.approx(model.log_odds(values).mean(), abs=1e-6)


def test_effects_and_the_base_probability_are_the_probability(
    model: ChurnModel, explainer: Explainer, users: Floats
) -> None:
    base = float(sigmoid(np.array(explainer.base)))

    found = [base + sum(reason.effect for reason in explainer.reasons(row)) for row in users]

    assert found == pytest.approx(model.probability(users), abs=1e-9)


def test_there_is_one_reason_for_each_family_the_strongest_first(explainer: Explainer, users: Floats) -> None:
    for row in users:
        reasons = explainer.reasons(row)
        assert {reason.family for reason in reasons} == {family.name for family in FAMILIES}
        assert len(reasons) == len(FAMILIES)
        effects = [abs(reason.effect) for reason in reasons]
        assert effects == sorted(effects, reverse=True)


def test_families_gather_the_contributions_of_all_features(explainer: Explainer, users: Floats) -> None:
    by_name = {feature.name: feature.family.name for feature in FEATURES}

    for row in users[:10]:
        added = explainer.contributions(row)
        reasons = explainer.reasons(row)
        scale = sum(reason.effect for reason in reasons) / added.sum()
        for reason in reasons:
            of_family = [i for i, name in enumerate(FEATURE_NAMES) if by_name[name] == reason.family]
            assert reason.effect == pytest.approx(added[of_family].sum() * scale, abs=1e-9)
            assert reason.feature == FEATURE_NAMES[max(of_family, key=lambda i: abs(added[i]))]


def test_a_reason_is_filled_from_the_users_own_values(explainer: Explainer, users: Floats) -> None:
    for row in users:
        for reason in explainer.reasons(row):
            assert list(reason.values) == list(FEATURE_NAMES)
            assert np.array_equal(list(reason.values.values()), row, equal_nan=True)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_reason_names_features_only(family: Family) -> None:
    for text in (family.reason, family.reason_without):
        assert text
        assert {name for _, name, _, _ in Formatter().parse(text) if name} <= set(FEATURE_NAMES)


def test_a_user_of_whom_a_value_is_unknown_gets_the_other_sentence(explainer: Explainer) -> None:
    whole = rows(1, seed=3, unknown=0)[0]
    once = whole.copy()
    once[FEATURE_NAMES.index("mean_gap_days")] = np.nan

    texts = [{reason.family: reason.text for reason in explainer.reasons(row)} for row in (whole, once)]

    assert texts[0]["silence"] == "no order for {recency_days} days; usually every {mean_gap_days}"
    assert texts[1]["silence"] == "one order so far, {recency_days} days ago"
    assert texts[0]["rhythm"] == texts[1]["rhythm"]


def test_trees_without_a_split_add_nothing() -> None:
    values = rows(60, seed=4, unknown=0)
    churned = (np.arange(60) % 2).astype(np.int8)
    flat = ChurnModel.fit(np.ones_like(values), churned)

    explainer = Explainer(flat)

    assert explainer.contributions(values[0]) == pytest.approx(np.zeros(len(FEATURE_NAMES)), abs=1e-9)
    assert sum(reason.effect for reason in explainer.reasons(values[0])) == pytest.approx(0, abs=1e-9)
