"""The table of thresholds that admins set, as m011 of `store.db` makes it."""

from __future__ import annotations

from sqlite_utils import Database


def create_flag_settings(db: Database) -> None:
    """Make the table."""
    # Every threshold that was ever set, in its order; the last that was not taken back holds. Beside it
    # stands what it was derived from: costs and worth in cents, of which a contact may cost fractions.
    db.execute(
        """
        CREATE TABLE flag_settings (
            setting_id INTEGER PRIMARY KEY AUTOINCREMENT,
            flag_at REAL NOT NULL CHECK (flag_at > 0 AND flag_at < 1),
            rule TEXT NOT NULL CHECK (rule IN ('plain', 'economics', 'capacity')),
            cost_cents REAL CHECK (cost_cents > 0),
            value_cents INTEGER CHECK (value_cents > 0),
            success REAL CHECK (success > 0 AND success <= 1),
            per_day INTEGER CHECK (per_day > 0),
            set_at INTEGER NOT NULL,
            set_by TEXT NOT NULL,
            undone_at INTEGER,
            undone_by TEXT
        ) STRICT
        """
    )
