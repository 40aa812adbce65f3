"""The rule by which a family enters the model: a paired gain over several dates, beyond chance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from predictor.backtest import BackTest, backtest, with_families
from predictor.cutoffs import Calendar
from predictor.definition import Definition
from predictor.families.choice import FEWEST_DATES, Choice, choose
from predictor.families.family import Counted, Extra, Floats, OptionalFamily
from predictor.features.feature import Family
from predictor.labels import LabelledTables
from predictor.training import calendar_of
from storage.snapshot import Snapshot
from tests.conftest import LAST_DAY, TrainedHome

GUESS = Family("guess", "guessed {guess}", "nothing guessed")
Outcomes = dict[int, dict[str, int]]


@dataclass(frozen=True)
class Guess(Counted):
    """A column that is right about the outcome of a share of the users, and chance for the others."""

    right: float = 0.0
    outcomes: Outcomes = field(default_factory=dict, compare=False)

    def read(self, snapshot: Snapshot, *, user_id: str | None = None) -> Outcomes:
        return self.outcomes

    def lacks(self, material: Outcomes) -> str | None:
        return None if material else "nothing is known"

    def columns(self, material: Outcomes, known_before: int, user_ids: NDArray[np.object_]) -> Floats:
        random = np.random.default_rng([known_before % 2**31, *self.name.encode()])
        truth = np.array([material[known_before][user_id] for user_id in user_ids.tolist()])
        chance = random.integers(0, 2, len(truth))
        return np.where(random.random(len(truth)) < self.right, truth, chance)[:, None].astype(np.float64)


@dataclass(frozen=True)
class Past:
    calendar: Calendar
    tables: LabelledTables
    tested: BackTest

    def guess(self, name: str, right: float) -> Guess:
        cutoffs = [self.tables.at(day).cutoff for day in self.days]
        outcomes = {
            each.known_before: dict(zip(each.user_ids.tolist(), each.churned.tolist(), strict=True))
            for each in cutoffs
        }
        return Guess(name, name, (Extra("guess", "guess", GUESS),), right, outcomes)

    @property
    def days(self) -> set[Any]:
        tested = {day.as_of for day in self.tested.days}
        return tested | {cutoff for day in tested for cutoff in self.calendar.cutoffs(day)}

    def choose(self, *families: OptionalFamily) -> Choice:
        return choose(self.tested, self.calendar, self.tables, families)


@pytest.fixture(scope="module")
def past(kept_trained_home: TrainedHome) -> Iterator[Past]:
    with kept_trained_home.home.store() as store:
        definition = Definition(30, 90)
        calendar = calendar_of(Snapshot(store, LAST_DAY), definition)
        tables = LabelledTables(Snapshot(store, LAST_DAY), definition)
        tested = backtest(calendar, tables, calendar.test_dates()[:FEWEST_DATES])
        yield Past(calendar, tables, tested)


def test_what_helps_enters_and_noise_stays_out(past: Past) -> None:
    choice = past.choose(past.guess("noise", 0.0), past.guess("insight", 0.6))
    noise, insight = choice.trials

    assert [noise.enters, insight.enters] == [False, True]
    assert [family.name for family in choice.families] == ["insight"]
    assert insight.auroc is not None and insight.log_loss is not None
    assert insight.auroc.low > 0 > insight.log_loss.high
    told = json.loads(json.dumps(choice.summary(), allow_nan=False))
    assert [each["state"] for each in told] == ["out", "in"]
    assert told[1]["gain"]["auroc"]["mean"] == pytest.approx(insight.auroc.mean, abs=1e-6)


def test_the_gain_is_that_of_the_same_users_on_the_same_dates(past: Past) -> None:
    insight = past.guess("insight", 0.6)
    choice = past.choose(insight)
    again = with_families(past.tested, past.calendar, past.tables, [insight])

    for with_it, without, day in zip(choice.tested.days, past.tested.days, again.days, strict=True):
        assert (with_it.as_of, with_it.user_ids) == (without.as_of, without.user_ids)
        assert np.array_equal(with_it.probability, day.probability)
        assert np.array_equal(with_it.churned, without.churned)


def test_a_family_is_tried_on_top_of_those_that_entered(past: Past) -> None:
    insight = past.guess("insight", 0.6)

    first, again = past.choose(insight, replace(insight, title="the same once more")).trials

    assert (first.enters, again.enters) == (True, False)
    assert first.auroc is not None and again.auroc is not None
    assert abs(again.auroc.mean) < first.auroc.mean / 5


def test_the_more_families_are_tried_the_wider_the_intervals(past: Past) -> None:
    insight = past.guess("insight", 0.6)
    nothing = Guess("nothing", "nothing", insight.features)

    alone = past.choose(insight).trials[0]
    among_three = past.choose(nothing, insight, nothing).trials[1]

    assert [alone.level, among_three.level] == pytest.approx([0.95, 1 - 0.05 / 3])
    assert alone.auroc is not None and among_three.auroc is not None
    assert among_three.auroc.mean == alone.auroc.mean
    assert among_three.auroc.low < alone.auroc.low and among_three.auroc.high > alone.auroc.high


def test_fewer_dates_than_the_rule_wants_are_not_tried(past: Past) -> None:
    two = replace(past.tested, days=past.tested.days[: FEWEST_DATES - 1])

    (trial,) = choose(two, past.calendar, past.tables, [past.guess("insight", 0.6)]).trials

    assert (trial.enters, trial.auroc) == (False, None)
    assert trial.why_not == "there are too few past dates to test it on"


def test_what_a_shop_has_no_data_for_is_not_tried(past: Past) -> None:
    nothing = Guess("nothing", "nothing", (Extra("guess", "guess", GUESS),))

    choice = past.choose(nothing)

    assert choice.summary()[0]["state"] == "not tried"
    assert choice.summary()[0]["why_not"] == "nothing is known"
    assert choice.tested is past.tested
