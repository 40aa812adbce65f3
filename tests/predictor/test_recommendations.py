"""Recommendations: learned from what was known, repeatable, with reasons, and words for odd users."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from predictor import item_links
from predictor.errors import TooLittleHistoryError
from predictor.recommendations import (
    TASK,
    recommend_everybody,
    recommendations,
    recommender_in_use,
    recommender_known_at,
    train_recommender,
)
from storage import model_store
from storage.database import Home, transaction
from storage.errors import NoModelError
from storage.model_store import ModelRecord
from storage.moments import DAY_SECONDS, day_start
from tests.conftest import LAST_DAY, Line, write
from tests.habits import ITEMS, shop_with_habits

END = day_start(LAST_DAY)
ODD = (
    Line("one", "one-order", END - DAY_SECONDS, item_id="i3"),
    Line("rare", "odd-taste", END - DAY_SECONDS, item_id="nobody else's"),
)
Ranked = list[tuple[str, int, str, float]]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a recommender, as of LAST_DAY: only read it."""
    home = Home(tmp_path_factory.mktemp("habits") / "home").create()
    with home.store() as connection:
        write(connection, [*shop_with_habits(), *ODD])
        train_recommender(connection, home.models, as_of=None, active_days=60)
    return home


@pytest.fixture
def shop(kept: Home) -> Iterator[sqlite3.Connection]:
    """The store of `kept`, as it was after the test."""
    with kept.store() as connection:
        before = kept.path / "before.db"
        with sqlite3.connect(before) as copy:
            connection.backup(copy)
        yield connection
        with sqlite3.connect(before) as copy:
            copy.backup(connection)


def everybody(connection: sqlite3.Connection, models: Path, most: int = 5) -> Ranked:
    record = recommender_in_use(connection)
    return list(recommend_everybody(connection, models, record, LAST_DAY, most))


def test_users_are_offered_their_habits_first(kept: Home, shop: sqlite3.Connection) -> None:
    found = recommendations(shop, kept.models, "steady", LAST_DAY, 5)
    assert {each.item_id for each in found[:2]} == {"i0", "i1"}
    assert len(found) == 5
    scores = [each.score or 0.0 for each in found]
    assert scores == sorted(scores, reverse=True)
    assert 0 < scores[-1] <= scores[0] < 1
    assert found[0].reason == "bought {orders} times, last {last_days} days ago"
    assert found[0].values == {"orders": 12, "last_days": pytest.approx(1)}


def test_what_is_due_is_said_to_be_due(kept: Home, shop: sqlite3.Connection) -> None:
    write(shop, [Line("later", "somebody", END + 10 * DAY_SECONDS, item_id="i9")])
    found = recommendations(shop, kept.models, "steady", LAST_DAY + timedelta(days=10), 5)
    reasons = {each.item_id: each.reason.format(**each.values) for each in found}
    assert reasons["i0"] == "buys it every 10.0 days, due now"


def test_it_beats_what_is_most_bought_on_users_it_did_not_learn_from(shop: sqlite3.Connection) -> None:
    card = recommender_in_use(shop).card
    assert card["hit_rate"] > card["hit_rate_popular"]
    assert card["users_tested"] > 50


def test_scores_of_all_users_at_once_are_those_of_each_alone(kept: Home, shop: sqlite3.Connection) -> None:
    together = everybody(shop, kept.models)
    for user_id in ("steady", "one-order", "user-7"):
        alone = recommendations(shop, kept.models, user_id, LAST_DAY, 5)
        ranked = [(item_id, score) for user, _rank, item_id, score in together if user == user_id]
        assert [each.item_id for each in alone] == [item_id for item_id, _score in ranked]
        assert [each.score for each in alone] == pytest.approx([score for _item_id, score in ranked])


def test_every_active_user_gets_ranks_from_one_and_no_item_twice(
    kept: Home, shop: sqlite3.Connection
) -> None:
    found = everybody(shop, kept.models)
    users = {user_id for user_id, *_rest in found}
    assert {"steady", "one-order", "user-0"} <= users
    for user_id in users:
        rows = [row for row in found if row[0] == user_id]
        assert [rank for _user, rank, *_rest in rows] == list(range(1, len(rows) + 1))
        assert len({item_id for _user, _rank, item_id, _score in rows}) == len(rows)


def test_who_has_not_ordered_for_long_is_not_among_them(kept: Home, shop: sqlite3.Connection) -> None:
    write(shop, [Line("old", "gone", END - 100 * DAY_SECONDS, item_id="i0")])
    assert "gone" not in {user_id for user_id, *_rest in everybody(shop, kept.models)}


def test_rows_of_later_days_change_nothing(kept: Home, shop: sqlite3.Connection) -> None:
    before = everybody(shop, kept.models)
    write(
        shop,
        [Line(f"later-{n}", f"user-{n}", END + DAY_SECONDS * (2 + n % 5), item_id="new") for n in range(50)],
    )
    again = train_recommender(shop, kept.models, as_of=LAST_DAY, active_days=60)
    after = list(recommend_everybody(shop, kept.models, again, LAST_DAY, 5))
    assert after == before
    assert again.sha256 == recommender_known_at(shop, LAST_DAY).sha256


def test_only_new_leaves_out_what_the_user_bought(kept: Home, shop: sqlite3.Connection) -> None:
    found = recommendations(shop, kept.models, "steady", LAST_DAY, ITEMS, only_new=True)
    assert found
    assert not {"i0", "i1"} & {each.item_id for each in found}
    assert all("bought it" not in each.reason and "times" not in each.reason for each in found)


def test_what_cannot_be_had_is_left_out_now_but_not_of_the_past(kept: Home, shop: sqlite3.Connection) -> None:
    before = everybody(shop, kept.models)
    with transaction(shop):
        shop.execute(
            "INSERT INTO items (item_id, name, available, import_id) VALUES ('i0', 'Sold out', 0, 1)"
        )
    found = recommendations(shop, kept.models, "steady", LAST_DAY, ITEMS)
    assert "i0" not in {each.item_id for each in found}
    now = recommend_everybody(shop, kept.models, recommender_in_use(shop), LAST_DAY, 5, now=True)
    assert "i0" not in {item_id for _user, _rank, item_id, _score in now}
    assert everybody(shop, kept.models) == before


def test_a_new_user_gets_what_others_bought_first(kept: Home, shop: sqlite3.Connection) -> None:
    found = recommendations(shop, kept.models, "nobody yet", LAST_DAY, 3)
    assert [each.score for each in found] == [None] * 3
    users = [int(str(each.values["users"])) for each in found]
    assert users == sorted(users, reverse=True)


def test_a_user_with_one_order_and_one_with_an_item_of_their_own_are_answered(
    kept: Home, shop: sqlite3.Connection
) -> None:
    one = recommendations(shop, kept.models, "one-order", LAST_DAY, 30)
    assert "bought once" in {each.item_id: each.reason for each in one}["i3"]
    assert len(recommendations(shop, kept.models, "odd-taste", LAST_DAY, 5)) == 5


def test_names_come_from_the_items_then_the_lines_then_the_id(kept: Home, shop: sqlite3.Connection) -> None:
    with transaction(shop):
        shop.execute("INSERT INTO items (item_id, name, available, import_id) VALUES ('i0', '绿茶', 1, 1)")
    names = {each.item_id: each.name for each in recommendations(shop, kept.models, "steady", LAST_DAY, 5)}
    assert (names["i0"], names["i1"]) == ("绿茶", "i1")


def test_a_basket_of_50_000_items_is_no_obstacle(
    home: Home, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_links, "EASE_ITEMS", 300)  # the inverse of 2,500 takes seconds
    write(store, shop_with_habits(users=30))
    write(store, [Line("all", "wholesaler", END - 40 * DAY_SECONDS, item_id=f"w{n}") for n in range(50_000)])
    train_recommender(store, home.models, as_of=None, active_days=60)
    found = recommendations(store, home.models, "wholesaler", LAST_DAY, 5)
    assert len(found) == 5


def test_a_shop_with_too_little_history_says_so_and_keeps_nothing(
    home: Home, store: sqlite3.Connection
) -> None:
    write(store, [Line(f"{n}", f"user-{n}", END - n * DAY_SECONDS) for n in range(20)])
    with pytest.raises(TooLittleHistoryError):
        train_recommender(store, home.models, as_of=None, active_days=60)
    assert model_store.every(store) == []
    with pytest.raises(NoModelError, match="too little was bought"):
        recommender_in_use(store)


def test_an_older_day_never_replaces_the_recommender_in_use(kept: Home, shop: sqlite3.Connection) -> None:
    in_use = recommender_in_use(shop)
    older = train_recommender(shop, kept.models, as_of=LAST_DAY - timedelta(days=40), active_days=60)
    assert older.stage == "candidate"
    assert recommender_in_use(shop).version == in_use.version
    assert recommender_known_at(shop, LAST_DAY - timedelta(days=1)).version == older.version
    with pytest.raises(NoModelError):
        recommender_known_at(shop, LAST_DAY - timedelta(days=400))


def test_the_model_file_is_of_its_own_task(shop: sqlite3.Connection) -> None:
    record: ModelRecord = recommender_in_use(shop)
    assert record.task == TASK
    assert record.file_name.startswith("recommend-")
    assert (record.horizon_days, record.active_days) == (30, 60)
