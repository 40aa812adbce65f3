"""The time of the shop's latest order after a merge, as a rule without looking at all lines."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from storage.snapshot import STANDS, latest_order_at

_SAME = "l.order_id = s.order_id AND l.item_id = s.item_id AND l.line = s.line"
_TOUCHED = f"""temp.found f JOIN temp.staged s ON s.n = f.n JOIN lines l ON {_SAME}
    WHERE (f.changed OR f.status_at IS NOT NULL)"""


class LatestOrder:
    """Made after the staged rows were compared with the stored lines, and before anything is changed."""

    def __init__(self, connection: sqlite3.Connection, columns: Collection[str]) -> None:
        self._connection = connection
        self._columns = columns
        self._before: int | None = self._one("SELECT last_ordered_at FROM shop")
        # A latest order whose lines change may no longer be one, and only a search tells the next.
        self._may_fall = bool(
            self._before is not None
            and self._one(f"SELECT EXISTS (SELECT 1 FROM {_TOUCHED} AND l.ordered_at >= {self._before})")
        )

    def after(self) -> int | None:
        """Epoch seconds of the latest order now that the rows are merged; None where there is none."""
        found = [
            time
            for time in (
                self._before,
                self._one(f"SELECT MAX(s.ordered_at) FROM temp.staged s WHERE {self._is_new()}"),
                self._one(f"SELECT MAX(l.ordered_at) FROM {_TOUCHED} AND {STANDS}"),
            )
            if time is not None
        ]
        if self._may_fall and max(found) == self._before:
            return latest_order_at(self._connection)
        return max(found, default=None)

    def _is_new(self) -> str:
        conditions = {
            "quantity": "s.quantity > 0",
            "kind": "s.kind <> 'test'",
            "status": "s.status NOT IN ('cancelled', 'unpaid')",
        }
        given = [condition for column, condition in conditions.items() if column in self._columns]
        if self._one("SELECT EXISTS (SELECT 1 FROM temp.found)"):
            given.append("s.n NOT IN (SELECT n FROM temp.found)")
        return " AND ".join(given) or "1"

    def _one(self, query: str) -> int | None:
        return self._connection.execute(query).fetchone()[0]  # type: ignore[no-any-return]
