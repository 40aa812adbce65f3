"""The audience for a goal: everybody it draws from, less who is not to be written to, the best first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.definition import Definition
from predictor.goals import Goal, ranked
from predictor.orders import OrderModel, Total, order_model
from predictor.promo import Ranking, rank
from predictor.qini import Qini
from storage.snapshot import Snapshot, data_version

Floats = NDArray[np.float64]

# Where nobody says how many: the best fifth of who may be written to.
DEFAULT_SHARE = 0.2
BUYS_ANYWAY = "buys_anyway"


@dataclass(frozen=True)
class Size:
    """How many are wanted: so many, a share of who may be written to, or neither."""

    limit: int | None = None
    share: float | None = None

    def of(self, eligible: int) -> int:
        """The number of users; of a share at least one, where there is anybody."""
        if self.limit is not None:
            return min(self.limit, eligible)
        share = DEFAULT_SHARE if self.share is None else self.share
        return min(eligible, max(1, round(share * eligible))) if share > 0 else 0


@dataclass(frozen=True)
class Audience:
    """Who is in it, the best first, with their scores and features; how many were left out by which reason.

    `drawn_from` counts whom the goal draws from, `eligible` those of them who may be written to. `orders` and
    `cents` are what these users are expected to order within the horizon if all goes on as before;
    `order_rate` is the share of them that orders. `added` is what a message was measured to add, in orders
    per user written to; None where no campaign with both arms tells.
    """

    goal: str
    user_ids: Sequence[str]
    score: Floats
    values: Floats
    drawn_from: int
    eligible: int
    left_out: Mapping[str, int]
    orders: Total
    cents: Total
    order_rate: float
    added: Qini | None
    ranking: Ranking

    def __len__(self) -> int:
        return len(self.user_ids)


@dataclass(frozen=True)
class Learned:
    """What an audience of any goal and size is made from."""

    ranking: Ranking
    orders: OrderModel


def learned(snapshot: Snapshot, definition: Definition) -> Learned:
    """Ranking and order model as of the snapshot, kept in memory for the next question about the same data.

    Raises TooLittleHistoryError.
    """
    connection = snapshot.connection
    key = (
        connection.execute("PRAGMA database_list").fetchone()[2],
        data_version(connection),
        connection.execute("SELECT COUNT(*) FROM campaigns").fetchone()[0],
        snapshot.as_of,
        definition,
    )
    if key not in _in_memory:
        orders = order_model(snapshot, definition)
        also = [row[0] for row in connection.execute(_NOT_YET, {"before": snapshot.known_before})]
        ranking = rank(snapshot, definition.horizon_days, lambda: orders, also)
        _in_memory.clear()
        _in_memory[key] = Learned(ranking, orders)
    return _in_memory[key]


def audience(
    what: Learned,
    goal: Goal,
    size: Size,
    out: Mapping[str, frozenset[str]],
    only: frozenset[str] | None = None,
) -> Audience:
    """The audience; `out` are the ids not to be written to by reason, the first reason that fits counts.

    With `only` it is drawn from no others than these.
    Where the data tell who orders without a message, or is put off by one, they are left out as BUYS_ANYWAY.
    """
    ranking, orders = what.ranking, what.orders
    table = ranking.table
    chosen = goal.draws_from(table, orders)
    if only is not None:
        chosen = chosen & np.fromiter((each in only for each in table.user_ids), bool, len(table))
    drawn_from = int(chosen.sum())
    left_out: dict[str, int] = {}
    for reason, user_ids in out.items():
        barred = chosen & np.fromiter((each in user_ids for each in table.user_ids), bool, len(table))
        left_out[reason] = int(barred.sum())
        chosen = chosen & ~barred
    score = ranked(goal, ranking, orders)
    if ranking.method == "uplift" and goal.ranks is None:
        anyway = chosen & (score <= 0)
        left_out[BUYS_ANYWAY] = int(anyway.sum())
        chosen = chosen & ~anyway
    eligible = int(chosen.sum())
    names = np.array(table.user_ids, dtype=object)
    places = np.flatnonzero(chosen)
    # By score; ids decide between equals, so that the same question gets the same list.
    places = places[np.lexsort((names[places].astype(str), -score[places]))][: size.of(eligible)]
    values = table.values[places]
    return Audience(
        goal=goal.name,
        user_ids=names[places].tolist(),
        score=score[places],
        values=values,
        drawn_from=drawn_from,
        eligible=eligible,
        left_out={reason: count for reason, count in left_out.items() if count},
        orders=orders.expected_orders(values),
        cents=orders.expected_cents(values),
        order_rate=float(orders.probability(values).mean()) if len(values) else 0.0,
        added=_added(ranking, goal, len(places) / max(len(table), 1)),
        ranking=ranking,
    )


def _added(ranking: Ranking, goal: Goal, share: float) -> Qini | None:
    """What the message adds per user: of the best by uplift where that ranks them, else of everybody."""
    comparison = ranking.comparison
    if comparison is None:
        return None
    return (
        comparison.effect_on_best(share)
        if ranking.method == "uplift" and goal.ranks is None
        else comparison.effect
    )


# Who is known to the shop and never ordered, as far as it was known by then.
_NOT_YET = """
SELECT user_id FROM users
WHERE joined_at < :before
    AND user_id NOT IN (SELECT user_id FROM lines) AND user_id NOT IN (SELECT user_id FROM merged_users)
    AND user_id NOT IN (SELECT user_id FROM user_exclusions WHERE undone_at IS NULL)
"""
_in_memory: dict[object, Learned] = {}
