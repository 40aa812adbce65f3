"""Whether newly flagged users are held out of the lists to measure the warnings, and who was drawn how."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

# Once it is stopped, who is still held out is listed again; what was being measured then no longer counts.
_STOPPED = """EXISTS (
    SELECT 1 FROM warning_holdouts s
    WHERE s.share = 0 AND s.setting_id > w.setting_id AND s.set_at < w.closes_at
)"""


@dataclass(frozen=True)
class WarningHoldout:
    """A share of newly flagged users to be held out, since a moment (epoch seconds); 0 is none.

    `expected_rate` is the order rate of flagged users when it was set, that the size of the pool is planned
    with; `horizon_days` is how long each of them is held out.
    """

    setting_id: int
    share: float
    seed: int
    horizon_days: int
    expected_rate: float
    set_at: int
    set_by: str


@dataclass(frozen=True)
class WarnedUser:
    """A user who became flagged and was drawn: orders count in (from_at, closes_at], in epoch seconds."""

    user_id: str
    as_of: date
    arm: Literal["listed", "holdout"]
    setting_id: int
    drawn_at: int
    from_at: int
    closes_at: int


def current(connection: sqlite3.Connection) -> WarningHoldout | None:
    """What holds now; None where nobody is held out."""
    row = connection.execute("SELECT * FROM warning_holdouts ORDER BY setting_id DESC LIMIT 1").fetchone()
    return WarningHoldout(*row) if row and row["share"] > 0 else None


def first(connection: sqlite3.Connection) -> WarningHoldout | None:
    """What was set first; None where nobody was ever held out."""
    row = connection.execute("SELECT * FROM warning_holdouts ORDER BY setting_id LIMIT 1").fetchone()
    return WarningHoldout(*row) if row else None


def set_share(
    connection: sqlite3.Connection,
    share: float,
    *,
    seed: int,
    horizon_days: int,
    expected_rate: float,
    at: int,
    by: str,
) -> None:
    """From now on hold out that share of the newly flagged; 0 stops it."""
    connection.execute(
        "INSERT INTO warning_holdouts (share, seed, horizon_days, expected_rate, set_at, set_by)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (share, seed, horizon_days, expected_rate, at, by),
    )


def keep(connection: sqlite3.Connection, users: Iterable[WarnedUser]) -> None:
    """Write down how users were drawn; what was drawn before stands."""
    connection.executemany(
        "INSERT OR IGNORE INTO warning_users (user_id, as_of, arm, setting_id, drawn_at, from_at, closes_at)"
        " VALUES (:user_id, :as_of, :arm, :setting_id, :drawn_at, :from_at, :closes_at)",
        ({**vars(each), "as_of": each.as_of.isoformat()} for each in users),
    )


def drawn(connection: sqlite3.Connection) -> Sequence[WarnedUser]:
    """All that count, in the order they were drawn in."""
    rows = connection.execute(
        f"SELECT * FROM warning_users w WHERE NOT {_STOPPED} ORDER BY closes_at, user_id"
    )
    return [WarnedUser(**{**dict(row), "as_of": date.fromisoformat(row["as_of"])}) for row in rows]


def measured(connection: sqlite3.Connection, *, at: int) -> frozenset[str]:
    """The ids of who is in either arm at a moment, and is not drawn again."""
    rows = connection.execute(
        f"SELECT user_id FROM warning_users w WHERE closes_at > ? AND NOT {_STOPPED}", (at,)
    )
    return frozenset(row[0] for row in rows)


def held_out(connection: sqlite3.Connection, *, at: int) -> frozenset[str]:
    """The ids of who is not to be listed as at risk at a moment."""
    rows = connection.execute(
        "SELECT user_id FROM warning_users w"
        f" WHERE arm = 'holdout' AND from_at < :at AND closes_at > :at AND NOT {_STOPPED}",
        {"at": at},
    )
    return frozenset(row[0] for row in rows)
