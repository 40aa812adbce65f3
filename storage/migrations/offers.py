"""The tables of offers that messages may name, as m009 of `store.db` makes them."""

from __future__ import annotations

from sqlite_utils import Database


def create_offers(db: Database) -> None:
    """Make the tables."""
    for statement in (
        # Days are those of the shop's own zone, both in it: an offer ends when its last day does. `segment`
        # is a group as `predictor.filters` has it: scheme and key with a colon between them.
        """
        CREATE TABLE offers (
            code TEXT PRIMARY KEY COLLATE NOCASE,
            valid_from TEXT NOT NULL,
            valid_until TEXT NOT NULL CHECK (valid_until >= valid_from),
            min_order_cents INTEGER CHECK (min_order_cents > 0),
            category TEXT,
            segment TEXT,
            added_at INTEGER NOT NULL,
            added_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        # What an offer gives, in the words that a user is to read.
        """
        CREATE TABLE offer_texts (
            code TEXT NOT NULL COLLATE NOCASE REFERENCES offers (code) ON DELETE CASCADE,
            language TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (code, language)
        ) STRICT, WITHOUT ROWID
        """,
    ):
        db.execute(statement)
