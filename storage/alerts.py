"""What has to be told at once: once, and again only where it comes back after it was over."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Literal

from storage import subscriptions
from storage.database import transaction
from storage.subscriptions import Subscription

Kind = Literal["night", "stale", "inbox", "delivery", "token", "training"]
Choice = Literal["on", "silent", "off"]

# Those that happen and are over at once; all others last.
HAPPENS = frozenset({"training"})


@dataclass(frozen=True)
class Concern:
    """Something to tell of: its kind, what it is about, and what is to be said of it, in JSON types.

    `not_to` are the roads (target, chat) that it must not take; an empty chat stands for all of a target.
    """

    kind: Kind
    subject: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)
    not_to: frozenset[tuple[str, str]] = frozenset()

    def may_go(self, road: Subscription) -> bool:
        """Whether it may be told there."""
        return not {(road.target, road.chat), (road.target, "")} & self.not_to


@dataclass(frozen=True)
class Alert:
    """A concern that was written down; times are epoch seconds, `resolved_at` is None while it lasts."""

    alert_id: int
    kind: Kind
    subject: str
    said: Mapping[str, Any]
    raised_at: int
    resolved_at: int | None

    @property
    def over(self) -> bool:
        """Whether it lasted and is over."""
        return self.resolved_at is not None and self.kind not in HAPPENS


@dataclass(frozen=True)
class Wish:
    """What a chat, or a topic of it, wants of alerts, and in which language."""

    chat: str
    thread: str
    choice: Choice
    language: str


def tell(
    connection: sqlite3.Connection, concerns: Sequence[Concern], roads: Sequence[Subscription], now: int
) -> Sequence[Concern]:
    """Write down what is new, with a delivery to each road, and what is over: all of it or nothing.

    `concerns` are all that there are now; those of a kind that are new together make one message. `roads`
    are what a message of alerts is subscribed as there. Returns those that are new.
    """
    with transaction(connection):
        there = {(each.kind, each.subject) for each in concerns}
        for alert in still_open(connection):
            if (alert.kind, alert.subject) not in there:
                connection.execute(
                    "UPDATE alerts SET resolved_at = ? WHERE alert_id = ?", (now, alert.alert_id)
                )
        new = list(_new(connection, concerns, now))
        new.sort(key=lambda one: one[1].kind)
        for road in roads:
            for _kind, group in groupby(new, key=lambda one: one[1].kind):
                numbers = [str(number) for number, concern in group if concern.may_go(road)]
                if numbers:
                    word = replace(road, about=subscriptions.ALERT, question=",".join(numbers))
                    subscriptions.subscribe(connection, word)
    return [concern for _number, concern in new]


def still_open(connection: sqlite3.Connection) -> Sequence[Alert]:
    """Those that last, the oldest first."""
    rows = connection.execute("SELECT * FROM alerts WHERE resolved_at IS NULL ORDER BY alert_id")
    return [_from(row) for row in rows]


def by_numbers(connection: sqlite3.Connection, numbers: Sequence[int]) -> Sequence[Alert]:
    """The alerts of these numbers, in their order."""
    found = (
        connection.execute("SELECT * FROM alerts WHERE alert_id = ?", (number,)).fetchone()
        for number in sorted(numbers)
    )
    return [_from(row) for row in found if row is not None]


def wish(connection: sqlite3.Connection, wanted: Wish) -> None:
    """Keep what the chat wants of alerts."""
    connection.execute(
        "INSERT OR REPLACE INTO alert_wishes VALUES (:chat, :thread, :choice, :language)", vars(wanted)
    )


def wishes(connection: sqlite3.Connection) -> Sequence[Wish]:
    """What chats and topics said that they want of alerts."""
    return [Wish(*row) for row in connection.execute("SELECT * FROM alert_wishes ORDER BY chat, thread")]


def _new(
    connection: sqlite3.Connection, concerns: Sequence[Concern], now: int
) -> Iterator[tuple[int, Concern]]:
    """Write down those that are not known; their numbers."""
    for concern in concerns:
        happens = concern.kind in HAPPENS
        known = connection.execute(
            "SELECT 1 FROM alerts WHERE kind = ? AND subject = ? AND (resolved_at IS NULL OR ?)",
            (concern.kind, concern.subject, happens),
        ).fetchone()
        if known is None:
            cursor = connection.execute(
                "INSERT INTO alerts (kind, subject, said, raised_at, resolved_at) VALUES (?, ?, ?, ?, ?)",
                (
                    concern.kind,
                    concern.subject,
                    json.dumps(concern.said, ensure_ascii=False),
                    now,
                    now if happens else None,
                ),
            )
            assert cursor.lastrowid is not None
            yield cursor.lastrowid, concern


def _from(row: sqlite3.Row) -> Alert:
    return Alert(**{**dict(row), "said": json.loads(row["said"])})
