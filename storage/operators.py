"""Who was let in by message, beside those that the settings name."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Operator:
    """Somebody who may ask questions; `name` is empty where none was said, `added_at` in epoch seconds."""

    operator: str
    name: str
    added_by: str
    added_at: int


def add(connection: sqlite3.Connection, operator: str, name: str, *, by: str, at: int) -> Operator:
    """Let `operator` in from `at` on, or give who is in another name; an empty one keeps the known one.

    Returns the operator as they now stand.
    """
    added = connection.execute(
        "INSERT INTO operators (operator, name, added_by, added_at) VALUES (:operator, :name, :by, :at)"
        " ON CONFLICT (operator) DO UPDATE SET"
        " name = CASE excluded.name WHEN '' THEN name ELSE excluded.name END,"
        # Who is in already came when they came; who comes back, comes now.
        " added_by = CASE WHEN removed_at IS NULL THEN added_by ELSE excluded.added_by END,"
        " added_at = CASE WHEN removed_at IS NULL THEN added_at ELSE excluded.added_at END,"
        " removed_at = NULL RETURNING operator, name, added_by, added_at",
        {"operator": operator, "name": name, "by": by, "at": at},
    ).fetchall()
    return Operator(*added[0])


def remove(connection: sqlite3.Connection, operator: str, *, at: int) -> bool:
    """Let `operator` in no more; returns whether they were in."""
    done = connection.execute(
        "UPDATE operators SET removed_at = ? WHERE operator = ? AND removed_at IS NULL", (at, operator)
    )
    return done.rowcount > 0


def every(connection: sqlite3.Connection) -> Sequence[Operator]:
    """Who is in now, in the order they were added."""
    found = connection.execute(
        "SELECT operator, name, added_by, added_at FROM operators WHERE removed_at IS NULL"
        " ORDER BY added_at, operator"
    )
    return [Operator(*row) for row in found]


def remember_name(connection: sqlite3.Connection, operator: str, name: str) -> None:
    """Keep what somebody who asks is called."""
    if name:
        connection.execute(
            "INSERT INTO operator_names VALUES (:operator, :name)"
            " ON CONFLICT (operator) DO UPDATE SET name = excluded.name WHERE name <> excluded.name",
            {"operator": operator, "name": name},
        )


def names(connection: sqlite3.Connection) -> dict[str, str]:
    """What those who asked are called, by their ids."""
    return dict(connection.execute("SELECT operator, name FROM operator_names").fetchall())
