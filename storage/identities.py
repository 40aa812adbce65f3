"""Who is who: ids that are one user, and users who are not to be scored, each as known at a moment.

A merge or an exclusion has the time it was said and the time it was undone. It holds at a moment
that lies after the first and not after the second, so that what was known before stays known.

`user_merges` keeps what operators said; `merged_users` what follows from it, chains resolved: whose
orders an id's lines were, and from when until when.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

LATEST = 2**62  # a moment after all that was ever said: merges and exclusions as they stand now
EXCLUDED_KINDS = ("staff", "test", "wholesale")

# Plain joins and comparisons, in the subset that SQLite, DuckDB and Spark share. `l` are order lines.
_HOLDS = "{0}.from_at < :identities_before AND ({0}.undone_at IS NULL OR {0}.undone_at >= :identities_before)"
MERGED_USER = "COALESCE(m.into_user_id, l.user_id)"
MERGED_USERS = f"LEFT JOIN merged_users m ON m.user_id = l.user_id AND {_HOLDS.format('m')}"
# Somebody is left out who is excluded under any of the ids.
EXCLUDED_USERS = f"""(
    SELECT COALESCE(x.into_user_id, e.user_id)
    FROM user_exclusions e
    LEFT JOIN merged_users x ON x.user_id = e.user_id AND {_HOLDS.format("x")}
    WHERE {_HOLDS.format("e")}
)"""

_ANY = f"""
SELECT EXISTS (SELECT 1 FROM merged_users m WHERE {_HOLDS.format("m")}),
    EXISTS (SELECT 1 FROM user_exclusions e WHERE {_HOLDS.format("e")})
"""
_INTO = f"SELECT m.into_user_id FROM merged_users m WHERE m.user_id = :user_id AND {_HOLDS.format('m')}"
_OTHERS = f"""
SELECT m.user_id FROM merged_users m WHERE m.into_user_id = :user_id AND {_HOLDS.format("m")} ORDER BY 1
"""
_EXCLUSION = f"""
SELECT e.kind, e.from_at FROM user_exclusions e
WHERE e.user_id = :user_id AND {_HOLDS.format("e")} ORDER BY e.from_at
"""
# Who never ordered may have written, or have been written to.
_KNOWN = "SELECT " + " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} WHERE user_id = :id)"
    for table in ("lines", "users", "reviews", "events", "contacts")
)


@dataclass(frozen=True)
class Merge:
    """That an id is part of the user `into_user_id` since a time, in epoch seconds."""

    user_id: str
    into_user_id: str
    from_at: int


@dataclass(frozen=True)
class Exclusion:
    """That a user is not scored, listed or trained on since a time; `kind` is why, None where unsaid."""

    user_id: str
    kind: str | None
    from_at: int


@dataclass(frozen=True)
class Said:
    """Whether there is any merge, and any exclusion, to look at."""

    merges: bool
    exclusions: bool


def is_known(connection: sqlite3.Connection, user_id: str) -> bool:
    """Whether an id stands in an imported row."""
    return bool(user_id) and bool(connection.execute(_KNOWN, {"id": user_id}).fetchone()[0])


def said(connection: sqlite3.Connection, before: int = LATEST) -> Said:
    """Whether merges or exclusions hold at a moment; where none do, nothing needs to be joined."""
    merges, exclusions = connection.execute(_ANY, {"identities_before": before}).fetchone()
    return Said(bool(merges), bool(exclusions))


def user_of(connection: sqlite3.Connection, user_id: str, before: int = LATEST) -> str:
    """The user whose orders those of an id are: mostly the id itself."""
    row = connection.execute(_INTO, {"user_id": user_id, "identities_before": before}).fetchone()
    return row[0] if row else user_id


def ids_of(connection: sqlite3.Connection, user_id: str, before: int = LATEST) -> tuple[str, ...]:
    """All ids whose orders are a user's, the user's own first; none for an id that is part of another."""
    bound = {"user_id": user_id, "identities_before": before}
    if connection.execute(_INTO, bound).fetchone():
        return ()
    return (user_id, *(row[0] for row in connection.execute(_OTHERS, bound)))


def merge_of(connection: sqlite3.Connection, user_id: str) -> Merge | None:
    """The merge that made an id part of another user, as things stand now.

    In a chain it goes to the user at its end, and is as old as the id's own merge.
    """
    into = user_of(connection, user_id)
    if into == user_id:
        return None
    from_at = connection.execute(
        "SELECT from_at FROM user_merges WHERE user_id = ? AND undone_at IS NULL", (user_id,)
    ).fetchone()[0]
    return Merge(user_id, into, from_at)


def exclusion_of(connection: sqlite3.Connection, user_id: str, before: int = LATEST) -> Exclusion | None:
    """Why and since when a user is not to be scored; None for who is. The oldest, where there are several."""
    found = [
        Exclusion(each, *row)
        for each in ids_of(connection, user_id, before)
        for row in connection.execute(_EXCLUSION, {"user_id": each, "identities_before": before})
    ]
    return min(found, key=lambda exclusion: exclusion.from_at, default=None)


def changes(connection: sqlite3.Connection) -> int:
    """How often a merge or exclusion was said or undone; grows with each."""
    return int(
        connection.execute(
            "SELECT (SELECT COUNT(*) + COUNT(undone_at) FROM user_merges)"
            " + (SELECT COUNT(*) + COUNT(undone_at) FROM user_exclusions)"
        ).fetchone()[0]
    )
