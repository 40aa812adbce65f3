"""What a chat has to remember: what its buttons ask, and whom its messages are about."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

DAY_SECONDS = 86_400
BUTTON_SECONDS = 7 * DAY_SECONDS
CONFIRMING_SECONDS = 15 * 60
CONTEXT_SECONDS = 30 * DAY_SECONDS
CONVERSATION_SECONDS = 60 * 60
FOLLOW_UP_SECONDS = 15 * 60


@dataclass(frozen=True)
class StoredButton:
    """What a button asks, in which chat and language; `operator` is None where the whole team may press it.

    A button that `confirms` works once.
    """

    chat: str
    operator: str | None
    role: str
    question: str
    language: str
    confirms: bool = False
    upload: str | None = None


@dataclass(frozen=True)
class Pressed:
    """The button behind a token, and why it may not be used any more: `expired`, `used` or None."""

    button: StoredButton
    spent: str | None


def keep_button(connection: sqlite3.Connection, button: StoredButton, now: int) -> str:
    """Store a button; returns its token: 16 characters that nobody can guess."""
    token = secrets.token_urlsafe(12)
    lifetime = CONFIRMING_SECONDS if button.confirms else BUTTON_SECONDS
    connection.execute(
        "INSERT INTO buttons (token, chat, operator, role, question, language, confirms, upload, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            token,
            button.chat,
            button.operator,
            button.role,
            button.question,
            button.language,
            button.confirms,
            button.upload,
            now + lifetime,
        ),
    )
    return token


def find_button(connection: sqlite3.Connection, token: str, now: int) -> Pressed | None:
    """The button of a token; None for a token that was never given out, or was forgotten long ago."""
    row = connection.execute("SELECT * FROM buttons WHERE token = ?", (token,)).fetchone()
    if row is None:
        return None
    button = StoredButton(
        chat=row["chat"],
        operator=row["operator"],
        role=row["role"],
        question=row["question"],
        language=row["language"],
        confirms=bool(row["confirms"]),
        upload=row["upload"],
    )
    spent = "used" if row["used_at"] is not None else "expired" if row["expires_at"] < now else None
    return Pressed(button, spent)


def use_button(connection: sqlite3.Connection, token: str, now: int) -> bool:
    """Mark a confirming button as used; False where somebody was faster."""
    changed = connection.execute(
        "UPDATE buttons SET used_at = ? WHERE token = ? AND used_at IS NULL", (now, token)
    ).rowcount
    return changed == 1


def free_button(connection: sqlite3.Connection, token: str) -> None:
    """Make a used button work again: what it asks for could not be started."""
    connection.execute("UPDATE buttons SET used_at = NULL WHERE token = ?", (token,))


def keep_context(
    connection: sqlite3.Connection,
    *,
    chat: str,
    message_id: int,
    command: str,
    args: Mapping[str, object],
    now: int,
) -> None:
    """Remember what a message of ours answered."""
    connection.execute(
        "INSERT OR REPLACE INTO contexts (chat, message_id, command, args, at) VALUES (?, ?, ?, ?, ?)",
        (chat, message_id, command, json.dumps(dict(args), ensure_ascii=False), now),
    )


def find_context(
    connection: sqlite3.Connection, chat: str, message_id: int
) -> tuple[str, dict[str, object]] | None:
    """Command and args of the question that a message of ours answered; None where it is not known."""
    row = connection.execute(
        "SELECT command, args FROM contexts WHERE chat = ? AND message_id = ?", (chat, message_id)
    ).fetchone()
    return None if row is None else (row[0], json.loads(row[1]))


def last_context(
    connection: sqlite3.Connection, chat: str, now: int, seconds: int = CONVERSATION_SECONDS
) -> tuple[str, dict[str, object]] | None:
    """The same of the newest answer in a chat; None where that is longer ago than so many seconds."""
    row = connection.execute(
        "SELECT command, args FROM contexts WHERE chat = ? AND at > ? ORDER BY message_id DESC LIMIT 1",
        (chat, now - seconds),
    ).fetchone()
    return None if row is None else (row[0], json.loads(row[1]))


def forget_old(connection: sqlite3.Connection, now: int) -> None:
    """Remove what nobody will use any more: buttons a day after their end, contexts after a month."""
    connection.execute("DELETE FROM buttons WHERE expires_at < ?", (now - DAY_SECONDS,))
    connection.execute("DELETE FROM contexts WHERE at < ?", (now - CONTEXT_SECONDS,))


def move_chat(connection: sqlite3.Connection, old: str, new: str) -> None:
    """A group got another id: its buttons, subscriptions and what it wants of alerts go along."""
    connection.execute("INSERT OR REPLACE INTO moved_chats (chat, moved_to) VALUES (?, ?)", (old, new))
    for table in ("buttons", "subscriptions", "alert_wishes"):
        connection.execute(f"UPDATE OR REPLACE {table} SET chat = ? WHERE chat = ?", (new, old))


def language_of_chat(connection: sqlite3.Connection, chat: str) -> str | None:
    """The language of the last buttons in a chat; None where it has none."""
    row = connection.execute(
        "SELECT language FROM buttons WHERE chat = ? ORDER BY expires_at DESC LIMIT 1", (chat,)
    ).fetchone()
    return row[0] if row else None


def moved_chats(connection: sqlite3.Connection) -> dict[str, str]:
    """Old id → new id of the groups that became supergroups."""
    return dict(connection.execute("SELECT chat, moved_to FROM moved_chats").fetchall())


def refuse_today(connection: sqlite3.Connection, stranger: str, local_date: str) -> bool:
    """Whether this stranger is to be told now: True once a day."""
    changed = connection.execute(
        "INSERT OR IGNORE INTO refusals (stranger, local_date) VALUES (?, ?)", (stranger, local_date)
    ).rowcount
    return changed == 1
