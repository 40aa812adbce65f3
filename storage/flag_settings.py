"""From which probability on users are flagged, as admins set it: by whom, when, and derived from what."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from storage.database import transaction

Rule = Literal["plain", "economics", "capacity"]


@dataclass(frozen=True)
class FlagRule:
    """A threshold with what it comes from.

    By economics: what a contact costs and what a kept user is worth, both in cents, and the share of users
    about to leave whom a contact keeps. By capacity: how many can be contacted on a working day.
    """

    flag_at: float
    rule: Rule = "plain"
    cost_cents: float | None = None
    value_cents: int | None = None
    success: float | None = None
    per_day: int | None = None


@dataclass(frozen=True)
class FlagSetting:
    """A rule that was set; `set_at` in epoch seconds."""

    setting_id: int
    rule: FlagRule
    set_at: int
    set_by: str


_COLUMNS = "flag_at, rule, cost_cents, value_cents, success, per_day"


def current(connection: sqlite3.Connection) -> FlagSetting | None:
    """What holds now; None where nothing was set, or all of it taken back."""
    row = connection.execute(
        f"SELECT setting_id, set_at, set_by, {_COLUMNS} FROM flag_settings WHERE undone_at IS NULL"
        " ORDER BY setting_id DESC LIMIT 1"
    ).fetchone()
    return row and FlagSetting(row["setting_id"], FlagRule(*tuple(row)[3:]), row["set_at"], row["set_by"])


def keep(connection: sqlite3.Connection, rule: FlagRule, *, at: int, by: str) -> None:
    """From now on flag by that rule."""
    connection.execute(
        f"INSERT INTO flag_settings ({_COLUMNS}, set_at, set_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (rule.flag_at, rule.rule, rule.cost_cents, rule.value_cents, rule.success, rule.per_day, at, by),
    )


def undo(connection: sqlite3.Connection, *, at: int, by: str) -> FlagSetting | None:
    """Take back what holds now, so that the one before holds again; returns it, None where there was none."""
    with transaction(connection):
        last = current(connection)
        if last is not None:
            connection.execute(
                "UPDATE flag_settings SET undone_at = ?, undone_by = ? WHERE setting_id = ?",
                (at, by, last.setting_id),
            )
    return last


def last_change(connection: sqlite3.Connection) -> int | None:
    """When a threshold was last set or taken back, in epoch seconds; None where none ever was."""
    found: int | None = connection.execute(
        "SELECT MAX(MAX(set_at, COALESCE(undone_at, 0))) FROM flag_settings"
    ).fetchone()[0]
    return found
