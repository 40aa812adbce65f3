"""Charts filled from the store and from the model card."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.chart import OrderTimeline, Reliability, ReliabilityBin, RiskDistribution
from predictor.metrics import wilson
from predictor.training import TASK
from storage.moments import DAY_SECONDS, day_of
from storage.snapshot import Snapshot

# A refund is dated by its status, which the sums of an order do not keep.
_MONEY = """
SELECT ordered_at AS at, total_cents AS cents, 0 AS back FROM orders
UNION ALL
SELECT ordered_at, -total_cents, 1 FROM known_lines WHERE bought = 0
UNION ALL
SELECT status_at, total_cents, 1 FROM known_lines WHERE bought = 1 AND status = 'refunded'
ORDER BY at
"""


def risk_distribution(connection: sqlite3.Connection, flag_at: float) -> RiskDistribution | None:
    """The scores that are kept, of all active users; None where there are none."""
    kept = connection.execute(
        "SELECT probability, flagged FROM scores WHERE task = ? ORDER BY probability", (TASK,)
    ).fetchall()
    if not kept:
        return None
    return RiskDistribution(
        probabilities=tuple(row["probability"] for row in kept),
        flag_at=flag_at,
        flagged=sum(row["flagged"] for row in kept),
    )


def order_timeline(snapshot: Snapshot, user_id: str, currency: str | None) -> OrderTimeline | None:
    """All that a user ordered and returned as known then; None for who has not ordered."""
    rows = snapshot.query(_MONEY, user_id=user_id).fetchall()
    ordered = [row["at"] for row in rows if not row["back"]]
    if not ordered:
        return None
    gaps = len(ordered) - 1
    return OrderTimeline(
        user=user_id,
        orders=_by_day(rows, back=False),
        returns=_by_day(rows, back=True),
        as_of=snapshot.as_of,
        currency=currency,
        usual_gap_days=(ordered[-1] - ordered[0]) / DAY_SECONDS / gaps if gaps else None,
    )


def _by_day(rows: list[sqlite3.Row], *, back: bool) -> tuple[tuple[date, int], ...]:
    """The orders, or the returns of which money came back."""
    return tuple(
        (day_of(row["at"]), row["cents"])
        for row in rows
        if bool(row["back"]) == back and (row["cents"] > 0 or not back)
    )


def reliability_of(card: Mapping[str, Any]) -> Reliability | None:
    """Predicted beside observed as the back-test on a model card has it.

    None where the card does not say which probability the users of a range had on average: its middle
    would put them off the diagonal by up to half its width.
    """
    known = [one for one in card["reliability"] if one.get("mean_probability") is not None]
    if not known:
        return None
    return Reliability(
        tuple(
            ReliabilityBin(
                one["mean_probability"],
                one["churned"] / one["users"],
                one["users"],
                *wilson(one["churned"], one["users"]),
            )
            for one in known
        ),
        tuple((one["share"], one["found"]) for one in card.get("gain_curve", ()) if one["found"] is not None),
    )
