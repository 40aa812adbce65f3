"""The ledger of what is sent by itself: written before it is sent, so that nothing is lost or doubled.

A delivery is opened for a subscription and a local date, at most once. Its parts are written down, then each
is marked as being sent, sent, and marked as sent. What is found half-way after a crash goes on from there.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from storage.database import transaction
from storage.subscriptions import ACCESS

Outcome = Literal["sent", "skipped", "refused"]
PartKind = Literal["text", "photo", "document"]
PartState = Literal["ready", "sending", "sent"]


@dataclass(frozen=True)
class Part:
    """One message: a text, a picture or a file, the latter two perhaps with a text.

    `text` is in the target's own markup; `buttons` are pairs of label and token. `copies` are labels and the
    texts that a button copies: only answers have them, and they are not written down.
    """

    kind: PartKind
    text: str = ""
    name: str = ""
    data: bytes = b""
    buttons: Sequence[tuple[str, str]] = field(default_factory=tuple)
    copies: Sequence[tuple[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True)
class Delivery:
    """A delivery under way; times are epoch seconds.

    `flags_seen` is how far the chat will have been told of flags once it has arrived.
    """

    delivery_id: int
    subscription_id: int
    local_date: date
    due_at: int
    prepared: bool
    tries: int
    next_try_at: int


@dataclass(frozen=True)
class PendingPart:
    """A part that has not certainly arrived; `unsure` where it may have."""

    place: int
    part: Part
    unsure: bool


def open_delivery(
    connection: sqlite3.Connection, subscription_id: int, local_date: date, due_at: int
) -> bool:
    """Open the delivery of that day; False where there was one. Older ones under way are given up."""
    with transaction(connection):
        cursor = connection.execute(
            "INSERT OR IGNORE INTO deliveries (subscription_id, local_date, due_at) VALUES (?, ?, ?)",
            (subscription_id, local_date.isoformat(), due_at),
        )
        if cursor.rowcount:
            connection.execute(
                """
                UPDATE deliveries SET ended_at = :now, outcome = 'skipped'
                WHERE subscription_id = :subscription AND ended_at IS NULL AND local_date < :day
                """,
                {"now": due_at, "subscription": subscription_id, "day": local_date.isoformat()},
            )
            connection.execute(
                "DELETE FROM delivery_parts WHERE delivery_id IN"
                " (SELECT delivery_id FROM deliveries WHERE subscription_id = ? AND ended_at IS NOT NULL)",
                (subscription_id,),
            )
    return bool(cursor.rowcount)


def under_way(connection: sqlite3.Connection, now: int) -> Sequence[Delivery]:
    """The deliveries that have not ended and may be tried at that moment, the longest due first."""
    rows = connection.execute(
        "SELECT * FROM deliveries WHERE ended_at IS NULL AND next_try_at <= ? ORDER BY due_at, delivery_id",
        (now,),
    )
    return [
        Delivery(
            delivery_id=row["delivery_id"],
            subscription_id=row["subscription_id"],
            local_date=date.fromisoformat(row["local_date"]),
            due_at=row["due_at"],
            prepared=row["prepared_at"] is not None,
            tries=row["tries"],
            next_try_at=row["next_try_at"],
        )
        for row in rows
    ]


def prepare(
    connection: sqlite3.Connection, delivery_id: int, parts: Sequence[Part], now: int, flags_seen: int | None
) -> None:
    """Write down what is to be sent."""
    with transaction(connection):
        connection.executemany(
            "INSERT INTO delivery_parts (delivery_id, place, kind, text, name, data, buttons)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (delivery_id, place, part.kind, part.text, part.name, part.data, json.dumps(part.buttons))
                for place, part in enumerate(parts)
            ],
        )
        connection.execute(
            "UPDATE deliveries SET prepared_at = ?, flags_seen = ? WHERE delivery_id = ?",
            (now, flags_seen, delivery_id),
        )


def pending(connection: sqlite3.Connection, delivery_id: int) -> Sequence[PendingPart]:
    """The parts that are still to be sent, in their order."""
    rows = connection.execute(
        "SELECT * FROM delivery_parts WHERE delivery_id = ? AND state <> 'sent' ORDER BY place",
        (delivery_id,),
    )
    return [
        PendingPart(
            row["place"],
            Part(
                row["kind"],
                row["text"],
                row["name"],
                row["data"],
                tuple((label, token) for label, token in json.loads(row["buttons"])),
            ),
            row["state"] == "sending",
        )
        for row in rows
    ]


def mark(connection: sqlite3.Connection, delivery_id: int, place: int, state: PartState) -> None:
    """Say of a part that it is being sent, was sent, or certainly did not arrive."""
    connection.execute(
        "UPDATE delivery_parts SET state = ? WHERE delivery_id = ? AND place = ?", (state, delivery_id, place)
    )


def try_later(
    connection: sqlite3.Connection, delivery_id: int, at: int, problem: Mapping[str, object] | None = None
) -> None:
    """Leave the delivery alone until that moment; `problem` says why it did not arrive, where known."""
    connection.execute(
        "UPDATE deliveries SET tries = tries + 1, next_try_at = ?, problem = ? WHERE delivery_id = ?",
        (at, _kept(problem), delivery_id),
    )


def end(
    connection: sqlite3.Connection,
    delivery_id: int,
    outcome: Outcome,
    now: int,
    problem: Mapping[str, object] | None = None,
) -> None:
    """Close the delivery; what was written down for it is not needed any more."""
    with transaction(connection):
        connection.execute(
            "UPDATE deliveries SET ended_at = ?, outcome = ?, problem = ? WHERE delivery_id = ?",
            (now, outcome, _kept(problem), delivery_id),
        )
        connection.execute("DELETE FROM delivery_parts WHERE delivery_id = ?", (delivery_id,))


@dataclass(frozen=True)
class Undelivered:
    """A delivery that was refused, or waits for long; `problem` says why, where that is known."""

    subscription_id: int
    refused: bool
    tries: int
    problem: Mapping[str, object] | None


def undelivered(connection: sqlite3.Connection, most_tries: int, since: int) -> Sequence[Undelivered]:
    """Of each chat the newest delivery, where it was refused after `since` or waits after so many tries."""
    rows = connection.execute(
        """
        SELECT subscription_id, outcome = 'refused', tries, problem FROM (
            SELECT d.*, ROW_NUMBER() OVER (
                PARTITION BY s.target, s.chat, s.thread
                ORDER BY COALESCE(d.ended_at, d.next_try_at) DESC, d.delivery_id DESC
            ) AS place
            FROM deliveries d JOIN subscriptions s USING (subscription_id)
            WHERE (d.outcome IN ('sent', 'refused') AND d.ended_at > :since AND s.about <> :access)
                OR (d.ended_at IS NULL AND d.tries >= :most)
        ) WHERE place = 1 AND (outcome IS NULL OR outcome = 'refused')
        ORDER BY subscription_id
        """,
        {"most": most_tries, "since": since, "access": ACCESS},
    )
    return [Undelivered(row[0], bool(row[1]), row[2], json.loads(row[3]) if row[3] else None) for row in rows]


@dataclass(frozen=True)
class LastSent:
    """The last delivery of a subscription that arrived: of which day, and which flags it told of."""

    local_date: date
    flags_seen: int | None


def last_sent(connection: sqlite3.Connection, subscription_id: int) -> LastSent | None:
    """The last delivery that was sent; None before the first."""
    row = connection.execute(
        """
        SELECT local_date, flags_seen FROM deliveries
        WHERE subscription_id = ? AND outcome = 'sent' ORDER BY local_date DESC LIMIT 1
        """,
        (subscription_id,),
    ).fetchone()
    return LastSent(date.fromisoformat(row[0]), row[1]) if row else None


def note_night(
    connection: sqlite3.Connection, local_date: date, now: int, said: Mapping[str, object]
) -> None:
    """Write down what the work of that night came to."""
    connection.execute(
        "INSERT OR REPLACE INTO nightly_runs VALUES (?, ?, ?)",
        (local_date.isoformat(), now, json.dumps(said, ensure_ascii=False)),
    )


def last_night(connection: sqlite3.Connection) -> tuple[date, Mapping[str, object]] | None:
    """The day of the last night's work, and what it came to; None before the first."""
    row = connection.execute(
        "SELECT local_date, said FROM nightly_runs ORDER BY local_date DESC LIMIT 1"
    ).fetchone()
    return (date.fromisoformat(row[0]), json.loads(row[1])) if row else None


def _kept(problem: Mapping[str, object] | None) -> str | None:
    return json.dumps(problem, ensure_ascii=False, default=str) if problem else None
