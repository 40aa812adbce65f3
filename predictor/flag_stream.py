"""Who became flagged week by week, and how many of them a draw would have taken.

A user who is being measured, or was held out lately, is not drawn again, and those who become flagged are
often the same: the draw takes fewer than become flagged, the longer it runs the fewer. So it is run over the
weeks that were, as if it had been switched on then, to say when the pool will be large enough.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from predictor.definition import definition_of
from predictor.draw import REST_DAYS, lot
from predictor.flag_threshold import flag_threshold, is_flagged
from predictor.scoring import model_of
from storage import flag_settings
from storage.model_store import ModelRecord
from storage.moments import day_of
from storage.snapshot import Snapshot, as_now, data_version, sampled

WEEK = 7
STEADY_WEEKS = 6  # after the longest time that somebody is not drawn again: how it goes on from there
MOST_USERS = 1_500  # whom it is looked up for where flags were not noted
_DRAWS = 50


@dataclass(frozen=True)
class FlagStream:
    """`weeks` are the ids that became flagged in each past week, the earliest first.

    Each stands for `scale` users: where flags were not noted so long, a sample is scored as of then.
    """

    weeks: Sequence[Sequence[str]]
    scale: float

    @property
    def weekly(self) -> float:
        """How many become flagged in a week, in the latest STEADY_WEEKS."""
        latest = self.weeks[-STEADY_WEEKS:]
        return self.scale * sum(map(len, latest)) / len(latest) if latest else 0.0

    def drawn(self, share: float, horizon_days: int) -> list[float]:
        """How many a draw takes in its first week, its second, …; the last value is how it goes on.

        `share` of them are held out. The mean of many draws with seeds of their own, always the same.
        """
        taken = [0.0] * len(self.weeks)
        for seed in range(_DRAWS):
            free_from: dict[str, int] = {}
            for week, users in enumerate(self.weeks):
                for user_id in users:
                    if free_from.get(user_id, 0) > week * WEEK:
                        continue
                    out = lot(seed, f"{user_id} {week}") < share
                    rest = max(horizon_days, REST_DAYS) if out else horizon_days
                    free_from[user_id] = week * WEEK + rest
                    taken[week] += self.scale / _DRAWS
        latest = taken[-STEADY_WEEKS:]
        return [*taken, sum(latest) / len(latest) if latest else 0.0]


def flag_stream(
    connection: sqlite3.Connection, models: Path, record: ModelRecord, as_of: date, flag_at: float | None
) -> FlagStream:
    """Who became flagged up to that day, as far back as a draw takes to go on evenly.

    As it was noted, where it was noted so long and no admin set another threshold meanwhile; else
    by scoring a sample of users as of each week with the model in use, which is done once for the same data.
    """
    weeks = math.ceil(max(record.horizon_days, REST_DAYS) / WEEK) + STEADY_WEEKS
    since = as_of - timedelta(days=weeks * WEEK)
    noted = connection.execute("SELECT MIN(as_of) FROM flag_events").fetchone()[0]
    changed = flag_settings.last_change(connection)
    one_threshold = changed is None or day_of(changed) <= since
    if noted is not None and date.fromisoformat(noted) <= since and one_threshold:
        return _noted(connection, since, as_of, weeks)
    threshold = flag_threshold(connection, record, flag_at)
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    key = (path, data_version(connection), record.sha256, as_of, threshold)
    if key not in _in_memory:
        _in_memory.clear()
        _in_memory[key] = _scored(connection, models, record, as_of, threshold, weeks)
    return _in_memory[key]


def _noted(connection: sqlite3.Connection, since: date, as_of: date, weeks: int) -> FlagStream:
    found: list[list[str]] = [[] for _ in range(weeks)]
    rows = connection.execute(
        "SELECT user_id, as_of FROM flag_events WHERE change = 'entered' AND as_of > ? AND as_of <= ?"
        " ORDER BY flag_event_id",
        (since.isoformat(), as_of.isoformat()),
    )
    for user_id, day in rows:
        found[((date.fromisoformat(day) - since).days - 1) // WEEK].append(user_id)
    return FlagStream(found, 1.0)


def _scored(
    connection: sqlite3.Connection,
    models: Path,
    record: ModelRecord,
    as_of: date,
    threshold: float,
    weeks: int,
) -> FlagStream:
    model = model_of(record, models)
    now = as_now(connection, as_of)
    some = sampled(now, MOST_USERS)
    flagged: set[str] | None = None
    found: list[list[str]] = []
    for week in range(weeks, -1, -1):
        table = model.table(some.at(as_of - timedelta(days=week * WEEK)), definition_of(record))
        before = flagged or set()
        flagged = _flagged(
            table.user_ids.tolist(), model.probability(table.values).tolist(), before, threshold
        )
        if week < weeks:
            found.append(sorted(flagged - before))
    return FlagStream(found, _users(now) / max(1, _users(some)))


def _flagged(
    user_ids: Iterable[str], probabilities: Iterable[float], before: set[str], threshold: float
) -> set[str]:
    pairs = zip(user_ids, probabilities, strict=True)
    return {user_id for user_id, p in pairs if is_flagged(p, user_id in before, threshold)}


def _users(snapshot: Snapshot) -> int:
    return int(snapshot.query(" SELECT COUNT(DISTINCT user_id) FROM orders").fetchone()[0])


_in_memory: dict[object, FlagStream] = {}
