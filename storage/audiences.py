"""Audiences: lists of users made for a goal, the best first, kept for a campaign to be drawn from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from storage.database import transaction
from storage.errors import OpsbotError

# A list that is older than this is made anew before anybody is written to.
KEPT_DAYS = 7


class NoAudienceError(OpsbotError):
    """There is no audience to draw from, or not the one that was asked for."""

    kind = "no_audience"


@dataclass(frozen=True)
class Candidate:
    """One user of an audience; a higher score is a better one. `left_out` is who was taken out by hand."""

    user_id: str
    score: float
    left_out: bool = False


@dataclass(frozen=True)
class Audience:
    """A list of users for a goal, the best first; `made_at` in epoch seconds.

    `expected_rate` is the share that orders within a horizon if nobody writes; None if not estimated.
    """

    audience_id: int
    goal: str
    as_of: date
    made_at: int
    expected_rate: float | None
    users: Sequence[Candidate]


def keep(
    connection: sqlite3.Connection,
    goal: str,
    as_of: date,
    made_at: int,
    users: Iterable[tuple[str, float]],
    *,
    expected_rate: float | None = None,
) -> int:
    """Keep (user_id, score) pairs, the best first, as the audience for a goal; returns its number.

    Whoever shows an audience keeps it, and offers the question "start a campaign with audience NUMBER".
    """
    with transaction(connection):
        audience_id = connection.execute(
            "INSERT INTO audiences (goal, as_of, made_at, expected_rate) VALUES (?, ?, ?, ?)",
            (goal, as_of.isoformat(), made_at, expected_rate),
        ).lastrowid
        assert audience_id is not None
        connection.executemany(
            "INSERT INTO audience_users (audience_id, position, user_id, score) VALUES (?, ?, ?, ?)",
            ((audience_id, position, user_id, score) for position, (user_id, score) in enumerate(users, 1)),
        )
    return audience_id


def audience(connection: sqlite3.Connection, audience_id: int | None = None) -> Audience:
    """The audience of that number, or the newest; raises NoAudienceError."""
    row = connection.execute(
        "SELECT * FROM audiences WHERE :id IS NULL OR audience_id = :id ORDER BY audience_id DESC LIMIT 1",
        {"id": audience_id},
    ).fetchone()
    if row is None and audience_id is None:
        raise NoAudienceError("There is no audience yet.", next_step="Make one: segment for promo")
    if row is None:
        raise NoAudienceError(
            "There is no audience {number}.", next_step="Make one: segment for promo", number=audience_id
        )
    users = connection.execute(
        "SELECT user_id, score, left_out FROM audience_users WHERE audience_id = ? ORDER BY position",
        (row["audience_id"],),
    )
    return Audience(
        row["audience_id"],
        row["goal"],
        date.fromisoformat(row["as_of"]),
        row["made_at"],
        row["expected_rate"],
        [Candidate(user[0], user[1], bool(user[2])) for user in users],
    )


def leave_out(connection: sqlite3.Connection, audience_id: int, user_ids: Iterable[str]) -> bool:
    """Take a user, under any of these ids, out of an audience; False where none of them is in it."""
    with transaction(connection):
        done = [
            connection.execute(
                "UPDATE audience_users SET left_out = 1 WHERE audience_id = ? AND user_id = ?",
                (audience_id, user_id),
            ).rowcount
            for user_id in user_ids
        ]
    return sum(done) > 0
