"""What is sent to a chat at a time: the digest, a saved question, once a reminder."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["digest", "question", "reminder"]
Target = Literal["telegram", "webhook"]

KINDS: tuple[Kind, ...] = ("digest", "question", "reminder")
# Of a question asked once: not an operator's, but the word to one that they may use the bot, or no more.
ACCESS = "access"
# Of a question asked once: nobody's, but alerts; `question` holds their numbers with commas between.
ALERT = "alert"
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True)
class Subscription:
    """One thing that a chat gets, at a time of day in the shop's zone or once at `once_at` (epoch seconds).

    `weekdays` count from Monday, 0. `question` is what is asked; of a reminder it is what to think of,
    which may be nothing, and `about` the user. `operator` is who wanted it.
    `subscription_id` is 0 until it is stored.
    """

    kind: Kind
    local_time: str
    language: str
    operator: str
    operator_name: str
    created_at: int
    target: Target = "telegram"
    chat: str = ""
    thread: str = ""
    question: str = ""
    about: str = ""
    weekdays: tuple[int, ...] = EVERY_DAY
    once_at: int | None = None
    silent: bool = False
    subscription_id: int = 0


def subscribe(connection: sqlite3.Connection, wanted: Subscription) -> Subscription:
    """Store what is wanted; a digest or a question that the chat has already gets the new time.

    It keeps its number then, and with it what the ledger says of today.
    """
    there = None if wanted.once_at is not None else _same(connection, wanted)
    values = {**vars(wanted), "weekdays": "".join(map(str, wanted.weekdays)), "silent": int(wanted.silent)}
    if there is not None:
        connection.execute(
            """
            UPDATE subscriptions SET local_time = :local_time, weekdays = :weekdays, language = :language,
                operator = :operator, operator_name = :operator_name, created_at = :created_at
            WHERE subscription_id = :there
            """,
            {**values, "there": there},
        )
        return find(connection, there)
    cursor = connection.execute(
        """
        INSERT INTO subscriptions (target, chat, thread, kind, question, about, local_time, weekdays, once_at,
            language, silent, operator, operator_name, created_at)
        VALUES (:target, :chat, :thread, :kind, :question, :about, :local_time, :weekdays, :once_at,
            :language, :silent, :operator, :operator_name, :created_at)
        """,
        values,
    )
    assert cursor.lastrowid is not None
    return find(connection, cursor.lastrowid)


def find(connection: sqlite3.Connection, subscription_id: int) -> Subscription:
    """The subscription of that number, whether or not it has ended."""
    row = connection.execute(
        "SELECT * FROM subscriptions WHERE subscription_id = ?", (subscription_id,)
    ).fetchone()
    return _from(row)


def active(
    connection: sqlite3.Connection, chat: str | None = None, thread: str | None = None
) -> Sequence[Subscription]:
    """Those that have not ended, in the order of their numbers: of all chats, or of one and its topic."""
    rows = connection.execute(
        """
        SELECT * FROM subscriptions
        WHERE ended_at IS NULL AND (:chat IS NULL OR chat = :chat) AND (:thread IS NULL OR thread = :thread)
        ORDER BY subscription_id
        """,
        {"chat": chat, "thread": thread},
    )
    return [_from(row) for row in rows]


def end(connection: sqlite3.Connection, subscription_ids: Sequence[int], at: int) -> None:
    """End these; what of them is under way is not sent any more."""
    for subscription_id in subscription_ids:
        connection.execute(
            "UPDATE subscriptions SET ended_at = ? WHERE subscription_id = ?", (at, subscription_id)
        )
        connection.execute(
            "UPDATE deliveries SET ended_at = ?, outcome = 'skipped'"
            " WHERE subscription_id = ? AND ended_at IS NULL",
            (at, subscription_id),
        )


def silence(connection: sqlite3.Connection, subscription_ids: Sequence[int], *, silent: bool) -> None:
    """Send these without a sound from now on, or with one."""
    connection.executemany(
        "UPDATE subscriptions SET silent = ? WHERE subscription_id = ?",
        [(int(silent), subscription_id) for subscription_id in subscription_ids],
    )


def _same(connection: sqlite3.Connection, wanted: Subscription) -> int | None:
    row = connection.execute(
        """
        SELECT subscription_id FROM subscriptions
        WHERE ended_at IS NULL AND target = :target AND chat = :chat AND thread = :thread
            AND kind = :kind AND question = :question
        """,
        vars(wanted),
    ).fetchone()
    return int(row[0]) if row else None


def _from(row: sqlite3.Row) -> Subscription:
    values = {**dict(row), "weekdays": tuple(map(int, row["weekdays"])), "silent": bool(row["silent"])}
    del values["ended_at"]
    return Subscription(**values)
