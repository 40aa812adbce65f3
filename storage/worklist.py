"""What operators did about a user, for the whole team to see: of each act, the newest counts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

ActName = Literal["take", "contacted", "snooze"]

_NEWEST = """
SELECT user_id, act, operator, operator_name, at, until, MAX(act_id)
FROM worklist WHERE user_id IN (SELECT value FROM json_each(:users)) GROUP BY user_id, act
"""
_SNOOZED = """
SELECT user_id FROM (SELECT user_id, until, MAX(act_id) FROM worklist WHERE act = 'snooze' GROUP BY user_id)
WHERE until > :at
"""


@dataclass(frozen=True)
class Act:
    """Who did it and when; `at` and `until` are epoch seconds, `until` where the act has an end."""

    operator: str
    operator_name: str
    at: int
    until: int | None = None


@dataclass(frozen=True)
class Standing:
    """How things stand with one user: None for what nobody did, or for a snooze that is over."""

    taken: Act | None = None
    contacted: Act | None = None
    snoozed: Act | None = None


def record(connection: sqlite3.Connection, user_id: str, act: ActName, done: Act) -> None:
    """Note that it was done."""
    connection.execute(
        "INSERT INTO worklist (user_id, act, operator, operator_name, at, until) VALUES (?, ?, ?, ?, ?, ?)",
        (user_id, act, done.operator, done.operator_name, done.at, done.until),
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
    for user_id, act, *done, _act_id in connection.execute(_NEWEST, {"users": json.dumps(list(user_ids))}):
        newest[user_id][act] = Act(*done)
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


def _newest(acts: Iterable[Act | None]) -> Act | None:
    return max((act for act in acts if act), key=lambda act: act.at, default=None)


def _unless_over(snooze: Act | None, at: int) -> Act | None:
    return snooze if snooze and snooze.until is not None and snooze.until > at else None
