"""Who is held out by a campaign that is still being measured."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from storage.moments import DAY_SECONDS

# A campaign is launched for both arms at the moment of its first message.
_HOLDOUT = """
SELECT c.campaign_id, launches.launched_at
FROM contacts c
JOIN (SELECT campaign_id, MIN(sent_at) AS launched_at FROM contacts GROUP BY campaign_id) launches
    ON launches.campaign_id = c.campaign_id
WHERE c.arm = 'holdout' AND c.user_id IN (SELECT value FROM json_each(:users))
    AND launches.launched_at <= :at AND launches.launched_at + :seconds > :at
ORDER BY launches.launched_at DESC LIMIT 1
"""


@dataclass(frozen=True)
class Holdout:
    """The campaign that holds a user out, and when it was launched (epoch seconds)."""

    campaign_id: str
    launched_at: int


def holdout_of(
    connection: sqlite3.Connection, user_ids: Sequence[str], *, at: int, days: int
) -> Holdout | None:
    """The newest campaign that holds the user of these ids out at that moment, being measured for `days`."""
    row = connection.execute(
        _HOLDOUT, {"users": json.dumps(list(user_ids)), "at": at, "seconds": days * DAY_SECONDS}
    ).fetchone()
    return Holdout(row[0], row[1]) if row else None
