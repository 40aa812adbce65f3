"""Association rules: the figures of mlxtend's FP-Growth, no flukes, and large baskets."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from mlxtend.frequent_patterns import association_rules, fpgrowth

from predictor import baskets
from predictor.baskets import CERTAINTY, FEWEST_BASKETS, MOST_ITEMS_OF_A_BASKET, Baskets, wilson_low
from storage.moments import DAY_SECONDS, day_start
from storage.snapshot import Snapshot
from tests.conftest import LAST_DAY, Line, write
from tests.habits import shop_with_habits

END = day_start(LAST_DAY)


@pytest.fixture
def habits(store: sqlite3.Connection) -> Baskets:
    """The baskets of the shop with habits."""
    write(store, shop_with_habits())
    return Baskets.of(Snapshot(store, LAST_DAY))


def test_rules_are_those_of_fp_growth(habits: Baskets) -> None:
    dense = pd.DataFrame(habits.contents.toarray() > 0, columns=list(habits.item_ids))
    frequent = fpgrowth(dense, min_support=FEWEST_BASKETS / len(dense), use_colnames=True, max_len=2)
    table = association_rules(frequent, metric="confidence", min_threshold=0)
    expected = {
        (*rule.antecedents, *rule.consequents): (rule.support, rule.confidence, rule.lift)
        for rule in table.itertuples()
    }
    found = {(item, rule.item_id): rule for item, rule in habits.every_rule()}
    assert len(found) > 10
    for pair, rule in found.items():
        assert (rule.support, rule.confidence, rule.lift) == pytest.approx(expected[pair])
    # What is left out is what could be chance.
    for pair in expected.keys() - found.keys():
        support, confidence, lift = expected[pair]
        both, holding = round(support * len(dense)), round(support / confidence * len(dense))
        assert wilson_low(np.array([both]), holding)[0] * lift / confidence <= 1


def test_one_product_has_the_rules_that_the_whole_shop_has_of_it(
    habits: Baskets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baskets, "_BLOCK", 7)
    every = list(habits.every_rule())
    for place, item_id in enumerate(habits.item_ids):
        assert habits.rules_of([place]) == [rule for item, rule in every if item == item_id]


def test_what_is_always_bought_together_is_found(habits: Baskets) -> None:
    rules = {rule.item_id: rule for rule in habits.rules_of([habits.place("i0")])}
    assert rules["i1"].lift > rules["i1"].lift_low > 1


def test_what_is_sold_much_comes_before_a_rare_pair(store: sqlite3.Connection) -> None:
    def together(*items: str, baskets: int) -> list[Line]:
        return [
            Line(f"{items}{n}", f"u{n}", END - n * 60, item_id=item) for n in range(baskets) for item in items
        ]

    write(
        store,
        [
            *together("tea", "cup", baskets=80),
            *together("stamp", "album", baskets=6),
            *together("bread", baskets=120),
            *together("tea", baskets=40),
        ],
    )
    pairs = list(Baskets.of(Snapshot(store, LAST_DAY)).every_rule())
    first, *_, last = sorted(pairs, key=lambda pair: -pair[1].more_than_chance)
    assert {first[0], first[1].item_id} == {"tea", "cup"}
    assert {last[0], last[1].item_id} == {"stamp", "album"}
    assert last[1].lift_low > first[1].lift_low
    for _item, rule in pairs:  # leverage is support less what chance gives, here at the lower bound
        assert 0 < rule.more_than_chance < rule.support * (1 - 1 / rule.lift)


def test_pairs_by_chance_are_no_rules(store: sqlite3.Connection) -> None:
    random = np.random.default_rng(3)
    write(
        store,
        [
            Line(f"{n}", f"user-{n % 50}", END - n * 3600, item_id=f"i{item}")
            for n in range(400)
            for item in random.choice(30, size=3, replace=False)
        ],
    )
    assert len(list(Baskets.of(Snapshot(store, LAST_DAY)).every_rule())) <= 2  # of 870


def test_few_baskets_are_no_rule(store: sqlite3.Connection) -> None:
    def together(n: int) -> list[Line]:
        return [Line(f"pair-{n}", "user", END - n * 60, item_id=item) for item in ("a", "b")]

    others = [Line(f"{n}", "user", END - n * 3600, item_id="c") for n in range(200)]
    write(store, [*others, *(line for n in range(FEWEST_BASKETS - 1) for line in together(n))])
    found = Baskets.of(Snapshot(store, LAST_DAY))
    assert found.rules_of([found.place("a")]) == []
    write(store, together(FEWEST_BASKETS))
    found = Baskets.of(Snapshot(store, LAST_DAY))
    assert [rule.item_id for rule in found.rules_of([found.place("a")])] == ["b"]


def test_a_group_of_items_stands_for_any_of_them(habits: Baskets) -> None:
    places = [place for place, each in enumerate(habits.categories) if each == "group 0"]
    holds = (habits.contents.toarray()[:, places] > 0).any(axis=1)
    for rule in habits.rules_of(places):
        other = habits.contents.toarray()[:, habits.place(rule.item_id)] > 0
        assert rule.confidence == pytest.approx((holds & other).sum() / holds.sum())
        assert habits.place(rule.item_id) not in places


def test_a_basket_of_50_000_lines_is_left_out_and_counted(store: sqlite3.Connection) -> None:
    write(store, shop_with_habits(users=20))
    before = Baskets.of(Snapshot(store, LAST_DAY))
    write(store, [Line("all", "wholesaler", END, item_id=f"w{n}") for n in range(50_000)])
    after = Baskets.of(Snapshot(store, LAST_DAY))
    assert (before.left_out, after.left_out) == (0, 1)
    assert list(after.every_rule()) == list(before.every_rule())
    assert MOST_ITEMS_OF_A_BASKET < 50_000


def test_later_orders_and_cancelled_ones_count_for_nothing(store: sqlite3.Connection) -> None:
    write(store, shop_with_habits(users=20))
    before = list(Baskets.of(Snapshot(store, LAST_DAY)).every_rule())
    write(
        store,
        [
            *(
                Line(f"x{n}", "u", END + 2 * DAY_SECONDS, item_id=item)
                for n in range(9)
                for item in ("i0", "i9")
            ),
            *(
                Line(f"y{n}", "u", END, item_id=item, status="cancelled")
                for n in range(9)
                for item in ("i0", "i9")
            ),
        ],
    )
    assert list(Baskets.of(Snapshot(store, LAST_DAY)).every_rule()) == before
    assert list(Baskets.of(Snapshot(store, LAST_DAY + timedelta(days=3))).every_rule()) != before


def test_a_store_without_orders_has_no_rules(store: sqlite3.Connection) -> None:
    assert list(Baskets.of(Snapshot(store, LAST_DAY)).every_rule()) == []


@pytest.mark.parametrize(("successes", "trials"), [(5, 5), (5, 50), (500, 1000)])
def test_the_lower_bound_is_that_of_the_score_test(successes: int, trials: int) -> None:
    low = float(wilson_low(np.array([successes]), trials)[0])
    # At the bound, what was seen lies exactly so many standard errors away (Wilson 1927).
    assert (successes / trials - low) / np.sqrt(low * (1 - low) / trials) == pytest.approx(CERTAINTY)
