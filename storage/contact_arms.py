"""What a contacts file says against what is known: an arm given once stays, and odd dates are said."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from storage.moments import day_of
from storage.notices import Notice

# `s` are the staged rows that will be taken.
_TAKEN = "FROM temp.staged s WHERE s.rejected IS NULL"
_GIVEN = """FROM contacts c
    WHERE c.campaign_id = s.campaign_id AND c.user_id = s.user_id AND c.arm IS NOT NULL"""
_OTHER_ARM = f"""s.rejected IS NULL AND EXISTS (SELECT 1 {_GIVEN})
    AND NOT EXISTS (SELECT 1 {_GIVEN} AND c.arm IS s.arm)"""
_DRAWN = """
FROM temp.staged s
JOIN campaigns o ON o.campaign_id = s.campaign_id
LEFT JOIN campaign_users d ON d.campaign_id = s.campaign_id AND d.user_id = s.user_id
WHERE s.rejected IS NULL
"""


def settle_arms(connection: sqlite3.Connection, columns: Sequence[str]) -> list[Notice]:
    """Put the arms that were given before into the staged contacts, and say what does not fit.

    Nothing here touches a draw of our own: it stands in `campaign_users`, and `contacts` only tells what was
    sent.
    """
    arm = "s.arm" if "arm" in columns else "NULL"
    changed = 0
    if "arm" in columns:
        changed = connection.execute(
            f"UPDATE temp.staged AS s SET arm = (SELECT MIN(c.arm) {_GIVEN}) WHERE {_OTHER_ARM}"
        ).rowcount

    def users(where: str) -> dict[str, int]:
        return _rows(connection, f"SELECT COUNT(DISTINCT s.user_id) {_DRAWN} AND {where}")

    in_both = f"""
        SELECT COUNT(*) FROM (
            SELECT 1 {_TAKEN} AND s.campaign_id NOT IN (SELECT campaign_id FROM campaigns)
            GROUP BY s.campaign_id, s.user_id HAVING COUNT(DISTINCT COALESCE({arm}, 'contact')) > 1
        )
    """
    early = f"SELECT COUNT(*) {_DRAWN} AND s.sent_at < o.launched_at"
    found = [
        Notice(
            "Rows that name another arm than an earlier file: {rows}; the arm given first stays.",
            {"rows": changed},
        ),
        Notice(
            "Users written to who are held out by a campaign of ours: {rows}; they count as held out.",
            users(f"d.arm = 'holdout' AND {arm} IS NOT 'holdout'"),
        ),
        Notice(
            "Users called held out who were drawn to be written to: {rows}; the draw stands.",
            users(f"d.arm <> 'holdout' AND {arm} = 'holdout'"),
        ),
        Notice(
            "Users of a campaign of ours who were not drawn for it: {rows}; they are not measured.",
            users("d.user_id IS NULL"),
        ),
        Notice(
            "Contacts dated before the start of their campaign: {rows}; it is measured from its start.",
            _rows(connection, early),
        ),
        Notice(
            "Users in both arms of a campaign: {rows}; they count as held out.", _rows(connection, in_both)
        ),
    ]
    return [notice for notice in found if notice.values["rows"]] + _before_any_order(connection)


def _rows(connection: sqlite3.Connection, query: str) -> dict[str, int]:
    return {"rows": connection.execute(query).fetchone()[0]}


def _before_any_order(connection: sqlite3.Connection) -> list[Notice]:
    first = connection.execute("SELECT MIN(ordered_at) FROM lines WHERE quantity > 0").fetchone()[0]
    if first is None:
        return []
    rows = connection.execute(f"SELECT COUNT(*) {_TAKEN} AND s.sent_at < ?", (first,)).fetchone()[0]
    if not rows:
        return []
    return [
        Notice(
            "Contacts dated before the first order here, on {day}: {rows}. Nothing can be measured of them;"
            " check how the dates are written.",
            {"rows": rows, "day": day_of(first).isoformat()},
        )
    ]
