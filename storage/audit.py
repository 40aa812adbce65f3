"""The append-only record of who asked for what: commands and outcomes, never texts or personal data."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


def record(
    connection: sqlite3.Connection,
    *,
    at: int,
    transport: str,
    operator: str,
    role: str,
    command: str,
    outcome: str,
) -> None:
    """Add one entry; `at` in epoch seconds, `outcome` is `ok` or the kind of failure."""
    connection.execute(
        "INSERT INTO audit (at, transport, operator, role, command, outcome) VALUES (?, ?, ?, ?, ?, ?)",
        (at, transport, operator, role, command, outcome),
    )


@dataclass(frozen=True)
class Training:
    """A training that ended: when (epoch seconds), who asked for it, and `ok` or the kind of failure."""

    audit_id: int
    at: int
    operator: str
    outcome: str


def trainings(connection: sqlite3.Connection, since: int) -> Sequence[Training]:
    """Those that ended after `since`, the oldest first."""
    rows = connection.execute(
        "SELECT audit_id, at, operator, outcome FROM audit WHERE command = 'train' AND at > ?"
        " ORDER BY audit_id",
        (since,),
    )
    return [Training(*row) for row in rows]
