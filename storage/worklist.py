"""What operators did about a user, for the whole team to see: of each act, the newest counts.

Acts are added and never changed; what was taken back is marked so.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

ActName = Literal["take", "release", "contacted", "snooze", "note"]

_COLUMNS = "act_id, user_id, act, operator, operator_name, at, until, text, given_by, given_by_name"
_NEWEST = f"""
SELECT {_COLUMNS}, MAX(act_id) FROM worklist
WHERE undone_at IS NULL AND act <> 'note' AND user_id IN (SELECT value FROM json_each(:users))
GROUP BY user_id, CASE act WHEN 'release' THEN 'take' ELSE act END
"""
_SNOOZED = """
SELECT user_id FROM (
    SELECT user_id, until, MAX(act_id) FROM worklist
    WHERE act = 'snooze' AND undone_at IS NULL GROUP BY user_id
) WHERE until > :at
"""
_TAKEN = f"""
SELECT {_COLUMNS} FROM (
    SELECT *, MAX(act_id) FROM worklist
    WHERE undone_at IS NULL AND act IN ('take', 'release') GROUP BY user_id
) WHERE act = 'take' ORDER BY act_id
"""


@dataclass(frozen=True)
class Act:
    """Who did it and when; `at` and `until` are epoch seconds, `until` where the act has an end.

    Of a user who was given to somebody, `operator` is who got it and `given_by` who gave it.
    """

    operator: str
    operator_name: str
    at: int
    until: int | None = None
    text: str = ""
    given_by: str = ""
    given_by_name: str = ""


@dataclass(frozen=True)
class Entry:
    """An act as it stands in the list: its number, about whom, and what was done."""

    act_id: int
    user_id: str
    name: ActName
    act: Act


@dataclass(frozen=True)
class Standing:
    """How things stand with one user: None for what nobody did, or for a snooze that is over."""

    taken: Act | None = None
    contacted: Act | None = None
    snoozed: Act | None = None


def record(connection: sqlite3.Connection, user_id: str, act: ActName, done: Act) -> None:
    """Note that it was done."""
    connection.execute(
        """
        INSERT INTO worklist (user_id, act, operator, operator_name, at, until, text, given_by, given_by_name)
        VALUES (:user_id, :act, :operator, :operator_name, :at, :until, :text, :given_by, :given_by_name)
        """,
        {**vars(done), "user_id": user_id, "act": act},
    )


def standing(connection: sqlite3.Connection, *user_ids: str, at: int) -> Standing:
    """How things stand with one user, under any of the ids they have, at that moment (epoch seconds)."""
    known = standings(connection, user_ids, at=at).values()
    return Standing(
        taken=_newest(each.taken for each in known),
        contacted=_newest(each.contacted for each in known),
        snoozed=_newest(each.snoozed for each in known),
    )


def standings(
    connection: sqlite3.Connection, user_ids: Collection[str], *, at: int
) -> Mapping[str, Standing]:
    """How things stand with each of the users, also with those about whom nobody did anything."""
    newest: dict[str, dict[str, Act]] = {user_id: {} for user_id in user_ids}
    for row in connection.execute(_NEWEST, {"users": json.dumps(list(user_ids))}):
        entry = _entry(row)
        newest[entry.user_id][entry.name] = entry.act
    return {
        user_id: Standing(
            taken=acts.get("take"),
            contacted=acts.get("contacted"),
            snoozed=_unless_over(acts.get("snooze"), at),
        )
        for user_id, acts in newest.items()
    }


def snoozed(connection: sqlite3.Connection, *, at: int) -> frozenset[str]:
    """The ids of all users that are snoozed at that moment (epoch seconds)."""
    return frozenset(row["user_id"] for row in connection.execute(_SNOOZED, {"at": at}))


def taken(connection: sqlite3.Connection) -> Sequence[Entry]:
    """Whom somebody has now, those first who were taken first."""
    return [_entry(row) for row in connection.execute(_TAKEN)]


def history(connection: sqlite3.Connection, *user_ids: str) -> Sequence[Entry]:
    """All that was done about a user under any of these ids, newest first."""
    rows = connection.execute(
        f"""
        SELECT {_COLUMNS} FROM worklist
        WHERE undone_at IS NULL AND user_id IN (SELECT value FROM json_each(?)) ORDER BY act_id DESC
        """,
        (json.dumps(user_ids),),
    )
    return [_entry(row) for row in rows]


def last_of(connection: sqlite3.Connection, operator: str, *, since: int) -> Entry | None:
    """The last thing that this operator did since that moment and did not take back."""
    row = connection.execute(
        f"""
        SELECT {_COLUMNS} FROM worklist
        WHERE undone_at IS NULL AND at >= :since
            AND :operator = CASE given_by WHEN '' THEN operator ELSE given_by END
        ORDER BY act_id DESC LIMIT 1
        """,
        {"operator": operator, "since": since},
    ).fetchone()
    return _entry(row) if row else None


def undo(connection: sqlite3.Connection, act_id: int, at: int) -> bool:
    """Take an act back; False where that was done already."""
    done = connection.execute(
        "UPDATE worklist SET undone_at = ? WHERE act_id = ? AND undone_at IS NULL", (at, act_id)
    )
    return done.rowcount > 0


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        row["act_id"],
        row["user_id"],
        row["act"],
        Act(
            row["operator"],
            row["operator_name"],
            row["at"],
            row["until"],
            row["text"],
            row["given_by"],
            row["given_by_name"],
        ),
    )


def _newest(acts: Iterable[Act | None]) -> Act | None:
    return max((act for act in acts if act), key=lambda act: act.at, default=None)


def _unless_over(snooze: Act | None, at: int) -> Act | None:
    return snooze if snooze and snooze.until is not None and snooze.until > at else None
