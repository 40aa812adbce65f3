"""Who is held out while something is measured: by a campaign, or to measure the warnings."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from storage.moments import DAY_SECONDS

# What holds somebody out of being listed as at risk; no campaign has this name.
WARNINGS = ""

# A campaign that was imported is launched for both arms at the moment of its first message, and measured for
# `:seconds`; one of our own has a moment and a horizon of its own, and its draw is what counts.
_HELD_OUT = f"""
SELECT c.campaign_id, c.user_id, launches.launched_at, launches.launched_at + :seconds AS closes_at
FROM contacts c
JOIN (SELECT campaign_id, MIN(sent_at) AS launched_at FROM contacts GROUP BY campaign_id) launches
    ON launches.campaign_id = c.campaign_id
WHERE c.arm = 'holdout' AND c.campaign_id NOT IN (SELECT campaign_id FROM campaigns) {{of_contacts}}
UNION ALL
SELECT d.campaign_id, d.user_id, o.launched_at, o.launched_at + o.horizon_days * {DAY_SECONDS}
FROM campaign_users d JOIN campaigns o ON o.campaign_id = d.campaign_id
WHERE d.arm = 'holdout' {{of_draws}}
UNION ALL
SELECT '{WARNINGS}', w.user_id, w.from_at, w.closes_at
FROM warning_users w WHERE w.arm = 'holdout' {{of_warnings}}
    AND NOT EXISTS (
        SELECT 1 FROM warning_holdouts s
        WHERE s.share = 0 AND s.setting_id > w.setting_id AND s.set_at < w.closes_at
    )
"""
_OF_USERS = {
    f"of_{name}": f"AND {alias}.user_id IN (SELECT value FROM json_each(:users))"
    for name, alias in (("contacts", "c"), ("draws", "d"), ("warnings", "w"))
}
_OF_ALL = dict.fromkeys(_OF_USERS, "")


@dataclass(frozen=True)
class Holdout:
    """The campaign that holds a user out, or WARNINGS, and from when until when (epoch seconds)."""

    campaign_id: str
    launched_at: int
    closes_at: int


def holdout_of(
    connection: sqlite3.Connection, user_ids: Sequence[str], *, at: int, days: int
) -> Holdout | None:
    """What holds the user of these ids out at that moment, the newest; imported campaigns last `days`."""
    row = connection.execute(
        f"SELECT * FROM ({_HELD_OUT.format(**_OF_USERS)})"
        " WHERE launched_at <= :at AND closes_at > :at ORDER BY launched_at DESC LIMIT 1",
        {"users": json.dumps(list(user_ids)), "at": at, "seconds": days * DAY_SECONDS},
    ).fetchone()
    return Holdout(row["campaign_id"], row["launched_at"], row["closes_at"]) if row else None


def held_out(connection: sqlite3.Connection, *, at: int, days: int) -> frozenset[str]:
    """The ids of all who are held out at that moment; imported campaigns last `days`."""
    return _users(connection, "launched_at <= :at AND closes_at > :at", {"at": at}, days)


def held_out_since(connection: sqlite3.Connection, since: int) -> frozenset[str]:
    """The ids of all whom something held out that was launched after that moment, over or not."""
    return _users(connection, "launched_at > :since", {"since": since}, 0)


def _users(connection: sqlite3.Connection, when: str, bound: dict[str, int], days: int) -> frozenset[str]:
    rows = connection.execute(
        f"SELECT DISTINCT user_id FROM ({_HELD_OUT.format(**_OF_ALL)}) WHERE {when}",
        {**bound, "seconds": days * DAY_SECONDS},
    )
    return frozenset(row[0] for row in rows)
