"""Who was written to lately: by an operator, as the work-list has it, or by a campaign."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence

_BY_OPERATORS = (
    "SELECT DISTINCT user_id FROM worklist WHERE act = 'contacted' AND at > ? AND undone_at IS NULL"
)
_BY_CAMPAIGNS = (
    "SELECT DISTINCT user_id FROM contacts WHERE sent_at > :at AND COALESCE(arm, 'contact') = 'contact'"
    " UNION SELECT d.user_id FROM campaign_users d JOIN campaigns o ON o.campaign_id = d.campaign_id"
    " WHERE d.arm <> 'holdout' AND o.launched_at > :at"
)
_TIMES_BY_OPERATORS = "SELECT user_id, at FROM worklist WHERE act = 'contacted' AND undone_at IS NULL"
_TIMES_BY_CAMPAIGNS = """
SELECT user_id, sent_at FROM contacts WHERE COALESCE(arm, 'contact') = 'contact'
UNION ALL
SELECT d.user_id, o.launched_at FROM campaign_users d JOIN campaigns o ON o.campaign_id = d.campaign_id
WHERE d.arm <> 'holdout'
"""


def contacted_since(store: sqlite3.Connection, bot: sqlite3.Connection, at: int) -> frozenset[str]:
    """The ids of those who were contacted after that moment (epoch seconds), as they were then."""
    found = [*bot.execute(_BY_OPERATORS, (at,)), *store.execute(_BY_CAMPAIGNS, {"at": at})]
    return frozenset(row[0] for row in found)


def contact_times(store: sqlite3.Connection, bot: sqlite3.Connection) -> Mapping[str, Sequence[int]]:
    """When each id was contacted, in epoch seconds; ids that never were are missing."""
    found: dict[str, list[int]] = defaultdict(list)
    for user_id, at in (*bot.execute(_TIMES_BY_OPERATORS), *store.execute(_TIMES_BY_CAMPAIGNS)):
        found[user_id].append(at)
    return found
