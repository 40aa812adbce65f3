"""Everybody's segment and RFM group, kept so that an answer is one look, and what sets each group apart."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.definition import Definition
from predictor.errors import TooLittleHistoryError
from predictor.features.feature import N_
from predictor.filters import Scheme
from predictor.rfm import RFM_GROUPS, rfm_groups
from predictor.segment_model import SegmentModel, fit_segments, keep_model, model_in_use
from predictor.segment_traits import Traits, traits_of
from predictor.training import TASK, definition_in_force
from storage.database import transaction
from storage.errors import EmptyStoreError
from storage.snapshot import Snapshot, data_version, latest_snapshot

Floats = NDArray[np.float64]

# Where nobody has ordered twice there is no rhythm to choose from.
NO_RHYTHM = Definition(horizon_days=90, active_days=270)

HIGH_VALUE_PERCENTILE = 80  # of net money spent: from here on a user is of high value

Progress = Callable[[str], None]

# What is said of a group beside its size, each as the median of its users.
TOLD = ("frequency", "mean_order_cents", "recency_days", "tenure_days", "discount_share", "returned_share")

_BUYERS = """
SELECT DISTINCT c.category_id, k.user_id
FROM known_lines k JOIN bought_categories c ON c.category = k.category
WHERE k.bought = 1
"""
_RISKS = """
SELECT u.{scheme}, AVG(s.probability) FROM user_segments u
JOIN scores s ON s.user_id = u.user_id AND s.task = :task
WHERE u.active GROUP BY 1
"""


@dataclass(frozen=True)
class GroupFigures:
    """What a list of groups says of one, by its key.

    `share` is of all users who ever ordered, `revenue_share` of all their net money; `churn_probability` is
    the mean of the kept scores of its active users, None where there are none. `medians` are those of TOLD;
    `usual` are those of the users it is compared with, which `among` names (active, lapsed or all), and
    `apart` says how many robust standard deviations lie between them.
    """

    key: str
    users: int
    active: int
    share: float
    monetary_cents: int
    revenue_share: float
    churn_probability: float | None
    among: str
    medians: Mapping[str, float]
    usual: Mapping[str, float]
    apart: Mapping[str, float]


@dataclass(frozen=True)
class Segmented:
    """Where everybody stands: by which model, and the figures of each group, those with most money first."""

    model: SegmentModel
    groups: Mapping[Scheme, Sequence[GroupFigures]]
    users: int


def refresh_segments(
    connection: sqlite3.Connection,
    *,
    horizon_days: int | None = None,
    active_days: int | None = None,
    refit: bool = False,
    progress: Progress = lambda step: None,
) -> Segmented:
    """Put everybody into a segment and an RFM group, unless that was done for this very state of the data.

    The segments are those of the model in use; it is fitted where there is none yet, or with `refit`. No
    churn model is needed: without one the horizon and the active days come from the shop's own rhythm.
    Raises EmptyStoreError where nobody has ordered.
    """
    snapshot = latest_snapshot(connection)
    model = model_in_use(connection)
    if model is None or refit:
        progress(N_("finding segments"))
        definition = _definition(snapshot, horizon_days, active_days)
        model = keep_model(connection, fit_segments(snapshot, definition, model))
    row = _last(connection)
    state = (model.version, snapshot.as_of.isoformat(), data_version(connection))
    if row is None or tuple(row)[1:4] != state:
        _keep(connection, snapshot, model, state)
    elif row["scoring_id"] != _scoring(connection):
        _keep_summary(connection, row["segmenting_id"], json.loads(row["summary"]))
    return _segmented(model, json.loads(_kept(connection)["summary"]))


def segment_of(connection: sqlite3.Connection, user_id: str) -> tuple[str, str] | None:
    """The keys of the segment and the RFM group that a user was put in last; None for who has none."""
    row = connection.execute(
        "SELECT segment, rfm FROM user_segments WHERE user_id = ?", (user_id,)
    ).fetchone()
    return (row["segment"], row["rfm"]) if row else None


def _definition(snapshot: Snapshot, horizon_days: int | None, active_days: int | None) -> Definition:
    try:
        return definition_in_force(snapshot, horizon_days=horizon_days, active_days=active_days)
    except TooLittleHistoryError:
        return NO_RHYTHM


def _keep(
    connection: sqlite3.Connection, snapshot: Snapshot, model: SegmentModel, state: tuple[int, str, int]
) -> None:
    traits = traits_of(snapshot, model.definition)
    if not len(traits):
        raise EmptyStoreError(
            "There was no order yet as of {as_of}.",
            next_step="Import them: opsbot import orders.csv",
            as_of=snapshot.as_of,
        )
    column = traits.table.column
    segments = model.assign(traits)
    rfm = rfm_groups(column("recency_days"), column("frequency"), column("monetary_cents"))
    summary = {
        "users": len(traits),
        # `filters` looks here for who is of high value.
        "high_value_cents": int(np.percentile(column("monetary_cents"), HIGH_VALUE_PERCENTILE)),
        "segment": _figures(traits, segments, model.segments),
        "rfm": _figures(traits, rfm, tuple(RFM_GROUPS), among_all=True),
    }
    with transaction(connection):
        connection.execute("DELETE FROM user_segments")
        connection.executemany(
            "INSERT INTO user_segments VALUES (?, ?, ?, ?, ?, ?, ?)",
            zip(
                traits.table.user_ids.tolist(),
                segments.tolist(),
                rfm.tolist(),
                traits.active.astype(int).tolist(),
                column("recency_days").tolist(),
                column("frequency").astype(int).tolist(),
                column("monetary_cents").astype(int).tolist(),
                strict=True,
            ),
        )
        _keep_categories(connection, snapshot)
        cursor = connection.execute(
            "INSERT INTO segmentings"
            " (model_version, as_of, data_version, segmented_at, scoring_id, summary)"
            " VALUES (?, ?, ?, ?, 0, '{}')",
            (*state, int(time.time())),
        )
        assert cursor.lastrowid is not None
        _keep_summary(connection, cursor.lastrowid, summary)


def _keep_categories(connection: sqlite3.Connection, snapshot: Snapshot) -> None:
    connection.execute("DELETE FROM category_buyers")
    connection.execute("DELETE FROM bought_categories")
    connection.execute(
        "INSERT INTO bought_categories (category)"
        " SELECT DISTINCT category FROM lines WHERE category IS NOT NULL AND category <> '' ORDER BY 1"
    )
    snapshot.query(_BUYERS, into="INSERT INTO category_buyers (category_id, user_id)")
    connection.execute(
        "DELETE FROM bought_categories WHERE NOT EXISTS"
        " (SELECT 1 FROM category_buyers b WHERE b.category_id = bought_categories.category_id)"
    )


def _figures(
    traits: Traits, groups: NDArray[np.object_], keys: Sequence[str], *, among_all: bool = False
) -> list[dict[str, Any]]:
    """The figures of the groups with users in them, in JSON types, without what the scores say."""
    money = traits.table.column("monetary_cents")
    found = []
    for key in dict.fromkeys((*keys, *groups.tolist())):
        rows = groups == key
        if not rows.any():
            continue
        active = int((rows & traits.active).sum())
        among = "all" if among_all else "active" if active else "lapsed"
        others = {"all": np.ones(len(traits), bool), "active": traits.active, "lapsed": ~traits.active}[among]
        medians = _medians(traits, rows)
        cents = int(money[rows].sum())
        found.append(
            {
                "key": key,
                "users": int(rows.sum()),
                "active": active,
                "share": float(rows.mean()),
                "monetary_cents": cents,
                # Where returns are more than what was bought there are no shares.
                "revenue_share": cents / money.sum() if money.sum() > 0 else 0.0,
                "among": among,
                "medians": medians,
                "usual": _medians(traits, others),
                "apart": {name: _apart(traits.table.column(name)[others], medians[name]) for name in TOLD},
            }
        )
    return sorted(found, key=lambda each: (-each["monetary_cents"], each["key"]))


def _medians(traits: Traits, rows: NDArray[np.bool_]) -> dict[str, float]:
    return {name: float(np.median(traits.table.column(name)[rows])) for name in TOLD}


def _apart(values: Floats, median: float) -> float:
    """Of amounts the logarithms are compared: twice as much is as far as half as much."""
    if values.max(initial=0.0) > 1.0:
        values, median = np.log1p(np.maximum(values, 0.0)), float(np.log1p(max(median, 0.0)))
    low, middle, high = np.percentile(values, (25, 50, 75))
    spread = max((high - low) / 1.349, 0.5 * float(values.std()), 0.02)
    return round(float((median - middle) / spread), 3)


def _keep_summary(connection: sqlite3.Connection, segmenting_id: int, summary: dict[str, Any]) -> None:
    """Write the summary with the risks of the newest scoring."""
    scoring = _scoring(connection)
    for scheme in ("segment", "rfm"):
        risks = dict(tuple(row) for row in connection.execute(_RISKS.format(scheme=scheme), {"task": TASK}))
        for figures in summary[scheme]:
            figures["churn_probability"] = risks.get(figures["key"])
    with transaction(connection):
        connection.execute(
            "UPDATE segmentings SET scoring_id = ?, summary = ? WHERE segmenting_id = ?",
            (scoring, json.dumps(summary), segmenting_id),
        )


def _scoring(connection: sqlite3.Connection) -> int:
    """The number of the newest churn scoring; 0 where there is none."""
    query = "SELECT COALESCE(MAX(scoring_id), 0) FROM scorings WHERE task = ?"
    return int(connection.execute(query, (TASK,)).fetchone()[0])


def _last(connection: sqlite3.Connection) -> sqlite3.Row | None:
    row = connection.execute(
        "SELECT segmenting_id, model_version, as_of, data_version, scoring_id, summary FROM segmentings"
        " ORDER BY segmenting_id DESC LIMIT 1"
    ).fetchone()
    return row if isinstance(row, sqlite3.Row) else None


def _kept(connection: sqlite3.Connection) -> sqlite3.Row:
    row = _last(connection)
    assert row is not None
    return row


def _segmented(model: SegmentModel, summary: dict[str, Any]) -> Segmented:
    schemes: tuple[Scheme, ...] = ("segment", "rfm")
    return Segmented(
        model=model,
        groups={scheme: [GroupFigures(**each) for each in summary[scheme]] for scheme in schemes},
        users=summary["users"],
    )
