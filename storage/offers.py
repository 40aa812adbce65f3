"""The offers that messages may name: the list an admin keeps, and on which days each of them holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from storage.database import transaction


@dataclass(frozen=True)
class Offer:
    """What a user gets with a code, from a day until a day of the shop's own zone, both in it.

    `texts` say what it gives, by language. `min_order_cents` is the least an order has to come to, `category`
    what it is for, `segment` the only group that it is for (scheme and key, with a colon between them).
    """

    code: str
    valid_from: date
    valid_until: date
    texts: Mapping[str, str] = field(default_factory=dict)
    min_order_cents: int | None = None
    category: str | None = None
    segment: str | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it may be used on that day."""
        return self.valid_from <= day <= self.valid_until


def keep(connection: sqlite3.Connection, offer: Offer, *, at: int, by: str) -> None:
    """Write an offer down; one of the same code, in whatever case, is replaced with all of its texts."""
    with transaction(connection):
        remove(connection, offer.code)
        connection.execute(
            "INSERT INTO offers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                offer.code,
                offer.valid_from.isoformat(),
                offer.valid_until.isoformat(),
                offer.min_order_cents,
                offer.category,
                offer.segment,
                at,
                by,
            ),
        )
        for language, text in offer.texts.items():
            keep_text(connection, offer.code, language, text)


def keep_text(connection: sqlite3.Connection, code: str, language: str, text: str) -> None:
    """Say in one more language what an offer gives, or say it anew."""
    connection.execute("INSERT OR REPLACE INTO offer_texts VALUES (?, ?, ?)", (code, language, text))


def remove(connection: sqlite3.Connection, code: str) -> bool:
    """Take an offer off the list; False where it was not on it."""
    return connection.execute("DELETE FROM offers WHERE code = ?", (code,)).rowcount > 0


def find(connection: sqlite3.Connection, code: str) -> Offer | None:
    """The offer of that code, in whatever case."""
    return next((offer for offer in every(connection) if offer.code.casefold() == code.casefold()), None)


def every(connection: sqlite3.Connection) -> Sequence[Offer]:
    """All offers, those that end first before the others."""
    texts: dict[str, dict[str, str]] = {}
    for row in connection.execute("SELECT code, language, text FROM offer_texts ORDER BY language"):
        texts.setdefault(row["code"].casefold(), {})[row["language"]] = row["text"]
    return [
        Offer(
            row["code"],
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_until"]),
            texts.get(row["code"].casefold(), {}),
            row["min_order_cents"],
            row["category"],
            row["segment"],
        )
        for row in connection.execute("SELECT * FROM offers ORDER BY valid_until, code")
    ]
