"""Audiences: what ranks them, what they know, and who is in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from predictor.audience import BUYS_ANYWAY, Size, audience, learned
from predictor.definition import Definition
from predictor.examples import examples
from predictor.goals import GOALS
from predictor.launches import CONTACT_FEATURES, past_contacts
from predictor.promo import promo_scores
from predictor.promo_features import promo_table
from storage.campaigns import Campaign, Drawn
from storage.campaigns import keep as keep_campaign
from storage.database import Home
from storage.identities import LATEST
from storage.moments import DAY_SECONDS, day_start
from storage.snapshot import Snapshot, as_now
from tests.conftest import Line, at, write
from tests.promo_shops import HORIZON_DAYS, PromoShop, Sent, promo_shop, write_contacts, write_shop

DEFINITION = Definition(HORIZON_DAYS, 3 * HORIZON_DAYS)
ALL = Size(share=1.0)


def shop_store(folder: Home, shop: PromoShop) -> Iterator[sqlite3.Connection]:
    with folder.store() as connection:
        write_shop(connection, shop)
        yield connection


@pytest.fixture(scope="module")
def moved_shop() -> PromoShop:
    return promo_shop(900, 3, effect=0.35, seed=2)


@pytest.fixture(scope="module")
def moved(moved_shop: PromoShop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    yield from shop_store(Home(tmp_path_factory.mktemp("moved") / "home"), moved_shop)


@pytest.fixture(scope="module")
def answered_shop() -> PromoShop:
    return promo_shop(250, 3, effect=0.1, seed=3, randomised=False)


@pytest.fixture
def answered(answered_shop: PromoShop, home: Home) -> Iterator[sqlite3.Connection]:
    yield from shop_store(home, answered_shop)


def test_with_randomised_campaigns_those_come_first_whom_a_message_moves(
    moved: sqlite3.Connection, moved_shop: PromoShop
) -> None:
    what = learned(Snapshot(moved, moved_shop.last_day), DEFINITION)
    assert what.ranking.method == "uplift"
    found = audience(what, GOALS["promo"], Size(limit=100), {})
    assert len(found) == 100
    assert sum(moved_shop.effect[each] > 0 for each in found.user_ids) > 60
    # Frequent buyers order with or without: those are left out, and counted.
    assert found.left_out[BUYS_ANYWAY] > 50
    assert found.added is not None
    assert found.added.low > 0


def test_winback_draws_from_lapsed_users_too(moved: sqlite3.Connection, moved_shop: PromoShop) -> None:
    what = learned(Snapshot(moved, moved_shop.last_day), DEFINITION)
    recency = dict(zip(what.ranking.table.user_ids, what.ranking.table.column("recency_days"), strict=True))
    winback = audience(what, GOALS["winback"], ALL, {})
    promo = audience(what, GOALS["promo"], ALL, {})
    assert any(recency[each] > DEFINITION.active_days for each in winback.user_ids)
    assert all(recency[each] <= DEFINITION.active_days for each in promo.user_ids)


def test_sizes_and_reasons_add_up(moved: sqlite3.Connection, moved_shop: PromoShop) -> None:
    what = learned(Snapshot(moved, moved_shop.last_day), DEFINITION)
    everybody = audience(what, GOALS["vip"], ALL, {})
    some = frozenset(everybody.user_ids[:10])
    found = audience(what, GOALS["vip"], Size(share=0.1), {"snoozed": some, "contacted": some})
    assert found.left_out == {"snoozed": 10}
    assert found.eligible == everybody.eligible - 10 == found.drawn_from - 10
    assert len(found) == round(0.1 * found.eligible)
    assert not some & set(found.user_ids)
    assert np.all(np.diff(found.score) <= 0)
    assert found.orders.low <= found.orders.value <= found.orders.high


def test_arms_that_differ_before_the_launch_were_not_drawn_by_lot(home: Home) -> None:
    shop = promo_shop(300, 2, effect=0.3, seed=4)
    chosen = [replace(each, arm="contact" if "rare" in each.user_id else "holdout") for each in shop.contacts]
    with home.store() as connection:
        write(connection, shop.lines)
        write_contacts(connection, chosen)
        snapshot = Snapshot(connection, shop.last_day)
        known = examples(snapshot, past_contacts(snapshot), HORIZON_DAYS)
    assert len(known) == 600
    assert not known.randomised.any()


def test_without_holdouts_the_probability_of_a_response_ranks(
    answered: sqlite3.Connection, answered_shop: PromoShop
) -> None:
    ranking, pairs = promo_scores(Snapshot(answered, answered_shop.last_day), DEFINITION)
    assert (ranking.method, ranking.by_response, ranking.campaigns) == ("response", True, 3)
    assert ranking.comparison is None
    assert ranking.auroc is not None
    assert ranking.auroc > 0.6
    # The trap that is warned of: frequent buyers answer everything.
    best = sorted(pairs, key=lambda pair: -pair[1])[:40]
    assert sum("frequent" in user_id for user_id, _ in best) > 35


def test_without_a_past_campaign_the_value_of_an_order_ranks(home: Home) -> None:
    shop = promo_shop(200, 2, effect=0.0, seed=5)
    with home.store() as connection:
        write(connection, shop.lines)
        ranking, pairs = promo_scores(Snapshot(connection, shop.last_day), DEFINITION)
    assert ranking.method == "value"
    assert ranking.auroc is None
    assert pairs
    assert all(score > 0 for _, score in pairs)


def test_what_becomes_known_later_changes_no_score(
    answered: sqlite3.Connection, answered_shop: PromoShop
) -> None:
    as_of = answered_shop.last_day - timedelta(days=45)
    before = promo_scores(Snapshot(answered, as_of), DEFINITION)
    end = day_start(as_of + timedelta(days=1))
    names = list(answered_shop.effect)
    write(answered, [Line(f"later-{name}", name, end + 5, 900_000) for name in names[:80]])
    write_contacts(
        answered,
        [
            Sent("later", name, end + 60, "holdout" if place % 2 else "contact", end + 70)
            for place, name in enumerate(names)
        ],
    )
    # A response that is given later to a message of before.
    answered.execute(
        "UPDATE contacts SET responded_at = ? WHERE sent_at < ? AND responded_at IS NULL", (end + 80, end)
    )
    answered.execute("DELETE FROM lines WHERE ordered_at >= ? AND user_id LIKE 'rare%'", (end,))
    after = promo_scores(Snapshot(answered, as_of), DEFINITION)
    assert before[0].method == after[0].method == "response"
    assert before[1] == after[1]


def test_what_a_user_did_with_earlier_messages_is_known_up_to_the_moment(store: sqlite3.Connection) -> None:
    sent = [
        Sent("c1", "a", at("2024-01-10"), responded_at=at("2024-01-20")),
        Sent("c2", "a", at("2024-03-01"), responded_at=at("2024-03-09")),
        Sent("c1", "b", at("2024-01-10"), "holdout"),
        Sent("c3", "a", at("2024-05-01")),
    ]
    write_contacts(store, sent)
    past = past_contacts(Snapshot(store, date(2024, 6, 1)))
    history = past.history(["a", "b", "c"], at("2024-03-05"))
    named = [dict(zip(CONTACT_FEATURES, row, strict=True)) for row in history]
    assert (named[0]["contacts"], named[0]["responses"]) == (2, 1)
    assert named[0]["days_since_response"] == pytest.approx(45)
    assert (named[1]["contacts"], named[2]["contacts"]) == (0, 0)  # held out; never written to
    assert [launch.campaign_id for launch in past.launches] == ["c1", "c2", "c3"]
    assert past_contacts(Snapshot(store, date(2024, 3, 5))).launches[1].responded.tolist() == [False]


def test_discounts_are_counted_as_known(store: sqlite3.Connection) -> None:
    write(
        store,
        [
            Line("1", "a", at("2024-01-10")),
            Line("2", "a", at("2024-02-10")),
            Line("3", "b", at("2024-02-10")),
        ],
    )
    store.execute("UPDATE lines SET discount_cents = 300 WHERE order_id = '2'")
    before, after = (
        promo_table(snapshot, 30, past_contacts(snapshot))
        for snapshot in (Snapshot(store, date(2024, 2, 9)), Snapshot(store, date(2024, 3, 1)))
    )
    assert before.column("discount_orders").tolist() == [0]
    assert after.user_ids == ("a", "b")
    assert after.column("discount_order_share").tolist() == [0.5, 0]
    assert after.column("days_since_discount")[0] == pytest.approx(21)


def test_a_campaign_of_our_own_counts_by_its_draw(store: sqlite3.Connection) -> None:
    launched = at("2024-02-01")
    store.execute(
        "INSERT INTO audiences (audience_id, goal, as_of, made_at) VALUES (1, 'promo', '2024-01-31', 0)"
    )
    keep_campaign(
        store,
        Campaign("own", "promo", 1, date(2024, 1, 31), 7, 0.5, 30, launched, 0.2, 0.1, "42"),
        [
            Drawn("a", "contact", 1, 1, 2.0),
            Drawn("b", "holdout", 1, 2, 1.0),
            Drawn("c", "exempt", 0, 3, 0.5),
        ],
    )
    write_contacts(store, [Sent("own", "a", launched + DAY_SECONDS, responded_at=launched + 2 * DAY_SECONDS)])
    past = past_contacts(as_now(store, date(2024, 6, 1)))
    assert as_now(store, date(2024, 6, 1)).identities_known_before == LATEST
    (launch,) = past.launches
    assert launch.user_ids == ("a", "b")
    assert launch.contacted.tolist() == [True, False]
    assert launch.responded.tolist() == [True, False]
    assert past.history(["c"], at("2024-03-01"))[0][0] == 1  # written to, though not drawn
