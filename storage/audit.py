"""The append-only record of who asked for what: commands and outcomes, never texts or personal data."""

from __future__ import annotations

import sqlite3


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
