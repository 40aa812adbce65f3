"""Who was written to lately: by an operator, as the work-list has it, or by a campaign that was imported."""

from __future__ import annotations

import sqlite3

_BY_OPERATORS = "SELECT DISTINCT user_id FROM worklist WHERE act = 'contacted' AND at > ?"
_BY_CAMPAIGNS = (
    "SELECT DISTINCT user_id FROM contacts WHERE sent_at > ? AND COALESCE(arm, 'contact') = 'contact'"
)


def contacted_since(store: sqlite3.Connection, bot: sqlite3.Connection, at: int) -> frozenset[str]:
    """The ids of those who were contacted after that moment (epoch seconds), as they were then."""
    found = [*bot.execute(_BY_OPERATORS, (at,)), *store.execute(_BY_CAMPAIGNS, (at,))]
    return frozenset(row[0] for row in found)
