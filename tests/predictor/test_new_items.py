"""The ranker of items new to a user: fitted where enough is tried, repeatable, never of what they have."""

from __future__ import annotations

import sqlite3

import numpy as np

from predictor.new_items import COLUMNS
from predictor.purchases import purchases
from predictor.recommender import fit_recommender
from storage.moments import DAY_SECONDS, day_start
from storage.snapshot import Snapshot
from tests.conftest import LAST_DAY, Line, write

USERS, ITEMS, MOST = 120, 40, 5


def shop_that_tries() -> list[Line]:
    """Half a year of buyers who take any item of their half of the shop."""
    random = np.random.default_rng(5)
    end = day_start(LAST_DAY)
    return [
        Line(
            f"{user}-{day}",
            f"user-{user}",
            end - (day + user % 12) * DAY_SECONDS,
            item_id=f"i{user % 2 * (ITEMS // 2) + int(random.integers(ITEMS // 2))}",
            category=f"half {user % 2}",
        )
        for user in range(USERS)
        for day in range(0, 160, 12)
    ]


def test_new_items_have_a_ranker_that_is_repeatable_and_offers_nothing_bought(
    store: sqlite3.Connection,
) -> None:
    lines = shop_that_tries()
    write(store, lines)
    snapshot = Snapshot(store, LAST_DAY)
    bought = purchases(snapshot)
    first, second = (fit_recommender(snapshot)[0] for _time in range(2))
    assert first.new_ranker is not None
    found, again = (each.ranked(bought, MOST, only_new=True) for each in (first, second))
    assert found.columns == COLUMNS
    assert found.user.tolist() == again.user.tolist()
    assert found.item.tolist() == again.item.tolist()
    assert found.score.tolist() == again.score.tolist()
    own = {(line.user_id, line.item_id) for line in lines}
    offered = [
        (bought.user_ids[user], first.catalogue.item_ids[item])
        for user, item in zip(found.user, found.item, strict=True)
    ]
    assert len(offered) == len(set(offered)) == USERS * MOST
    assert not own & set(offered)
    best = [pair for pair, rank in zip(offered, found.rank, strict=True) if rank == 1]
    # What a user never buys from is the other half of the shop.
    near = [int(user.removeprefix("user-")) % 2 == int(item[1:]) // (ITEMS // 2) for user, item in best]
    assert np.mean(near) > 0.9
