"""Who enters and who leaves the flagged users when another model scores everybody."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from predictor.flag_threshold import flag_threshold, is_flagged, kept_flags
from predictor.scoring import score_everybody
from predictor.training import TASK
from storage.model_store import ModelRecord


@dataclass(frozen=True)
class FlagChange:
    """One user whose flag changes; `probability` is the new model's, None for who is no longer active."""

    user_id: str
    change: Literal["entered", "left"]
    probability: float | None


@dataclass(frozen=True)
class FlagChanges:
    """How many users the new model flags, and what changes: first who enters, the highest risk first."""

    flagged: int
    changes: Sequence[FlagChange]

    def count(self, change: Literal["entered", "left"]) -> int:
        """How many enter, or leave."""
        return sum(each.change == change for each in self.changes)


def flagged_users(connection: sqlite3.Connection) -> frozenset[str]:
    """The users flagged by the last scoring; empty before the first."""
    return frozenset(
        row[0] for row in connection.execute("SELECT user_id FROM scores WHERE task = ? AND flagged", (TASK,))
    )


def flag_changes(
    connection: sqlite3.Connection,
    models: Path,
    record: ModelRecord,
    as_of: date,
    *,
    before: Collection[str],
    flag_at: float | None = None,
    moved: bool = False,
) -> FlagChanges:
    """What the model does to the flags of `before` when it scores everybody on that day; stores nothing.

    `moved` says that somebody sets the threshold, as in `refresh_scores`.
    """
    scores = score_everybody(connection, models, record, as_of, now=True)
    threshold = flag_threshold(connection, record, flag_at)
    probability = dict(zip(scores.table.user_ids.tolist(), scores.probability.tolist(), strict=True))
    kept = kept_flags(connection, frozenset(before), threshold) if moved else before
    flagged = {user for user, p in probability.items() if is_flagged(p, user in kept, threshold)}
    entered = sorted(flagged - set(before), key=lambda user: (-probability[user], user))
    left = sorted(set(before) - flagged)
    return FlagChanges(
        len(flagged),
        [FlagChange(user, "entered", probability[user]) for user in entered]
        + [FlagChange(user, "left", probability.get(user)) for user in left],
    )
