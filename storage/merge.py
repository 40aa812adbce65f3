"""Staged rows → the store, in sets: what is new, what changed, what is as before.

The staging table `staged` holds n (the order in the file), line_number, the table's key and the
columns the file has. Columns it does not have keep their stored values.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice

from storage.latest_order import LatestOrder
from storage.tables import Table

_FIRST = 5
_MANY = 100_000
# Rows in one statement: a third faster than executemany, which goes through the interpreter for each.
_AT_ONCE = 100
_MONEY = frozenset({"unit_price_cents", "quantity", "discount_cents"})


@dataclass(frozen=True)
class Merged:
    """How many staged rows were new, changed and as before; `first_repeated` names rows given twice.

    `undated` are the new rows whose status takes something back and does not say since when. `latest` is the
    time of the latest order, where the rows are order lines.
    """

    added: int
    updated: int
    unchanged: int
    undated: int
    repeated: int
    first_repeated: tuple[int, ...]
    latest: int | None


def create_staging(connection: sqlite3.Connection, table: Table, columns: Sequence[str]) -> None:
    """An empty staging table for these columns, in place of the one before."""
    names = [*table.key, *(column for column in columns if column not in table.key)]
    if table.counter not in columns:
        names = [name + " DEFAULT 1" if name == table.counter else name for name in names]
    for name in ("staged", "maybe_repeated"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
    connection.execute(
        "CREATE TEMP TABLE staged"
        f"(n INTEGER PRIMARY KEY, line_number INTEGER, rejected INTEGER, {', '.join(names)})"
    )
    if table.counted:
        counted = ", ".join(table.counted)
        connection.execute(
            f"CREATE TEMP TABLE maybe_repeated ({counted}, PRIMARY KEY ({counted})) WITHOUT ROWID"
        )


def stage(
    connection: sqlite3.Connection,
    columns: Sequence[str],
    rows: Iterable[tuple[object, ...]],
    *,
    rejected: bool = False,
) -> None:
    """Append rows of (line number, a value for each column). A rejected row only holds its place."""
    width = len(columns) + 1
    names = ", ".join(["line_number", *columns])
    flag, value = (", rejected", ", 1") if rejected else ("", "")
    insert = f"INSERT INTO temp.staged ({names}{flag}) VALUES "
    marks = f"({', '.join('?' * width)}{value})"
    many = insert + ", ".join([marks] * _AT_ONCE)
    remaining = iter(rows)
    while values := list(chain.from_iterable(islice(remaining, _AT_ONCE))):
        count = len(values) // width
        connection.execute(many if count == _AT_ONCE else insert + ", ".join([marks] * count), values)


def stage_repeated(connection: sqlite3.Connection, table: Table, keys: Iterable[tuple[object, ...]]) -> None:
    """Note what may stand in the file more than once: values of the columns that `table` counts."""
    if table.counted:
        marks = ", ".join("?" * len(table.counted))
        connection.executemany(f"INSERT OR IGNORE INTO temp.maybe_repeated VALUES ({marks})", keys)


class Merge:
    """One merge of the staging table into `table`, as part of the import `import_id`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        table: Table,
        columns: Sequence[str],
        import_id: int,
        now: int,
        *,
        given_totals: bool = True,
    ) -> None:
        self._connection = connection
        self._table = table
        self._import_id = import_id
        self._now = now
        self._statuses = "status" in columns
        self._dated = "status_at" in columns
        self._columns = columns
        self._inserted = [column for column in columns if column not in (*table.key, "status", "status_at")]
        # A total that the file does not give follows from columns of which some may be kept as stored.
        self._retotals = not given_totals and bool(_MONEY & set(columns))
        self._compared = [
            column for column in self._inserted if not (self._retotals and column == "total_cents")
        ]
        self._numbered = table.counter is not None and table.counter not in columns
        self._same_key = " AND ".join(f"t.{column} = s.{column}" for column in table.key)

    def run(self) -> Merged:
        """Number, compare, update, insert."""
        if self._table.counter:
            self._number(self._table.counter, ", ".join(self._table.counted))
        self._execute("DELETE FROM temp.staged WHERE rejected")
        repeated, first = self._drop_repeated()
        staged = self._one("SELECT COUNT(*) FROM temp.staged")
        empty = not self._one(f"SELECT EXISTS (SELECT 1 FROM {self._table.name})")
        self._execute("CREATE TEMP TABLE found (n INTEGER PRIMARY KEY, changed INTEGER, status_at INTEGER)")
        if not empty:
            self._compare()
        found = self._one("SELECT COUNT(*) FROM temp.found")
        updated = self._one("SELECT COUNT(*) FROM temp.found WHERE changed OR status_at IS NOT NULL")
        undated = self._undated()
        orders = LatestOrder(self._connection, self._columns) if self._table.name == "lines" else None
        if updated:
            self._update()
        if staged > found:
            with self._indexed_after(empty and staged > _MANY):
                self._insert()
        latest = orders.after() if orders is not None else None
        return Merged(staged - found, updated, found - updated + repeated, undated, repeated, first, latest)

    def _undated(self) -> int:
        if not self._statuses:
            return 0
        unknown = "AND s.status_at IS NULL" if self._dated else ""
        return self._one(
            f"""
            SELECT COUNT(*) FROM temp.staged s
            WHERE s.status NOT IN ('paid', 'invoiced') {unknown}
              AND NOT EXISTS (SELECT 1 FROM temp.found f WHERE f.n = s.n)
            """
        )

    def _number(self, counter: str, counted: str) -> None:
        """Where the file does not number its rows: the n-th in the file with these columns alike.

        Rejected rows hold their place, so that a corrected file gives every row the same number.
        """
        if self._numbered:
            if not self._one("SELECT EXISTS (SELECT 1 FROM temp.maybe_repeated)"):
                return
            repeats = f"SELECT {counted} FROM temp.maybe_repeated"
        else:
            repeats = f"SELECT {counted} FROM temp.staged WHERE {counter} IS NULL"
        self._execute(
            f"""
            CREATE TEMP TABLE repeats AS
            SELECT n, ROW_NUMBER() OVER (PARTITION BY {counted} ORDER BY line_number, n) AS number
            FROM temp.staged WHERE ({counted}) IN ({repeats})
            """
        )
        only_missing = "" if self._numbered else f"AND staged.{counter} IS NULL"
        self._execute(
            f"UPDATE temp.staged SET {counter} = r.number"
            f" FROM temp.repeats r WHERE r.n = staged.n {only_missing}"
        )

    def _drop_repeated(self) -> tuple[int, tuple[int, ...]]:
        """Of rows with the same key the last one stays."""
        if self._numbered:
            return 0, ()
        keys = ", ".join(self._table.key)
        self._execute(
            f"""
            CREATE TEMP TABLE superseded AS SELECT n, line_number FROM (
                SELECT n, line_number, ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY n DESC) AS age
                FROM temp.staged
            ) WHERE age > 1
            """
        )
        repeated = self._one("SELECT COUNT(*) FROM temp.superseded")
        first = self._execute(f"SELECT line_number FROM temp.superseded ORDER BY n LIMIT {_FIRST}").fetchall()
        self._execute("DELETE FROM temp.staged WHERE n IN (SELECT n FROM temp.superseded)")
        self._execute("DROP TABLE temp.superseded")
        return repeated, tuple(row[0] for row in first)

    def _compare(self) -> None:
        changed = " OR ".join(f"s.{column} IS NOT t.{column}" for column in self._compared) or "0"
        self._execute(
            f"""
            INSERT INTO temp.found
            SELECT s.n, {changed}, {self._status_news()}
            FROM temp.staged s CROSS JOIN {self._table.name} t ON {self._same_key}
            """
        )

    def _status_news(self) -> str:
        """When the status in the file took effect, where it is news; else NULL."""
        if not self._statuses:
            return "NULL"
        of_line = (
            "c.user_id = t.user_id AND c.order_id = t.order_id AND c.item_id = t.item_id AND c.line = t.line"
        )
        latest = f"SELECT {{}} FROM status_changes c WHERE {of_line} ORDER BY c.status_at DESC LIMIT 1"
        from_now = f"MAX(:now, COALESCE(({latest.format('c.status_at')}), :now))"
        dated = "s.status_at" if self._dated else "NULL"
        same = f"c.status_at = {dated} AND c.status = s.status"
        known = f"EXISTS (SELECT 1 FROM status_changes c WHERE {of_line} AND {same})"
        return f"""CASE
            WHEN s.status = COALESCE(({latest.format("c.status")}), t.status) THEN NULL
            WHEN {known} THEN NULL
            ELSE COALESCE({dated}, {from_now}) END"""

    def _update(self) -> None:
        if self._compared:
            columns = [f"{column} = s.{column}" for column in self._compared]
            if self._table.name == "lines":
                columns.append(f"anonymous_reason = {_ANONYMOUS}")
            self._execute(
                f"""
                UPDATE {self._table.name} AS t SET {", ".join(columns)}, import_id = :import_id
                FROM temp.found f JOIN temp.staged s ON s.n = f.n
                WHERE f.changed AND {self._same_key}
                """
            )
            if self._retotals:
                self._retotal()
        if self._statuses:
            # Two statuses at one moment: the later file corrects the earlier one.
            self._execute(
                f"""
                INSERT INTO status_changes ({_STATUS_COLUMNS})
                SELECT s.user_id, s.order_id, s.item_id, s.line, f.status_at, s.status, :import_id
                FROM temp.found f JOIN temp.staged s ON s.n = f.n
                WHERE f.status_at IS NOT NULL
                ON CONFLICT (user_id, order_id, item_id, line, status_at)
                DO UPDATE SET status = excluded.status, import_id = excluded.import_id
                """
            )

    def _retotal(self) -> None:
        """Totals of the changed lines, from what the file gives and what was kept."""
        amount = "ABS(t.unit_price_cents * t.quantity) - ABS(COALESCE(t.discount_cents, 0))"
        kept = f"CAST(SIGN(t.quantity) * MAX(ROUND({amount}), 0) AS INTEGER)"
        whole = (
            "s.total_cents IS NOT NULL"
            + ("" if "discount_cents" in self._columns else " AND t.discount_cents IS NULL")
            if {"unit_price_cents", "quantity"} <= set(self._columns)
            else "0"
        )
        exact = f"CASE WHEN {whole} THEN s.total_cents ELSE {kept} END" if whole != "0" else kept
        self._execute(
            f"""
            UPDATE lines AS t SET total_cents = {exact}
            FROM temp.found f JOIN temp.staged s ON s.n = f.n
            WHERE f.changed AND t.unit_price_cents IS NOT NULL AND {self._same_key}
            """
        )

    def _insert(self) -> None:
        """The rows that are new, in the order in which the table is stored."""
        given = {column: f"s.{column}" for column in (*self._table.key, *self._inserted)}
        given["import_id"] = ":import_id"
        later = "s.status_at > s.ordered_at"
        if self._table.name == "lines":
            given.setdefault("quantity", "1.0")
            given["anonymous_reason"] = _ANONYMOUS
            if self._statuses:
                given["status"] = (
                    f"CASE WHEN {later} THEN 'paid' ELSE s.status END" if self._dated else "s.status"
                )
        new = (
            "WHERE s.n NOT IN (SELECT n FROM temp.found)"
            if self._one("SELECT EXISTS (SELECT 1 FROM temp.found)")
            else ""
        )
        # Ordering by all of the key costs more than it saves: within one user the pages are at hand.
        first = "user_id" if "user_id" in given else self._table.key[0]
        self._execute(
            f"""
            INSERT INTO {self._table.name} ({", ".join(given)})
            SELECT {", ".join(given.values())} FROM temp.staged s {new} ORDER BY s.{first}
            """
        )
        if self._statuses and self._dated:
            self._execute(
                f"""
                INSERT INTO status_changes ({_STATUS_COLUMNS})
                SELECT s.user_id, s.order_id, s.item_id, s.line, s.status_at, s.status, :import_id
                FROM temp.staged s {new or "WHERE 1"} AND {later} ORDER BY 1, 2, 3, 4
                """
            )

    @contextmanager
    def _indexed_after(self, large: bool) -> Iterator[None]:
        """Where a large file fills an empty table, its indexes are built once at the end: by sorting."""
        indexes = []
        if large:
            query = (
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql NOT NULL"
            )
            indexes = self._connection.execute(query, (self._table.name,)).fetchall()
        for name, _ in indexes:
            self._execute(f"DROP INDEX {name}")
        yield
        for _, statement in indexes:
            self._execute(statement)

    def _execute(self, statement: str) -> sqlite3.Cursor:
        bound = {
            name: value
            for name, value in (("import_id", self._import_id), ("now", self._now))
            if f":{name}" in statement
        }
        return self._connection.execute(statement, bound)

    def _one(self, query: str) -> int:
        return int(self._execute(query).fetchone()[0])


_ANONYMOUS = "CASE WHEN s.user_id = '' THEN 'no user_id' END"
_STATUS_COLUMNS = "user_id, order_id, item_id, line, status_at, status, import_id"
