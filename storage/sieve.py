"""Order lines that stand alone in their file → the store, without the detour of the staging table.

They come sorted by user, as the table is stored. In an empty table they are new, and go in as they are; among
stored lines those that are just as stored are passed over, and only the others are staged and merged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.merge import Merge, Merged, indexed_after
from storage.sorted_rows import NUMBER, PLACE, SortedRows
from storage.staged_rows import AT_ONCE, ROOM, create_staged, insert_many
from storage.staging import StagedRows, Staging
from storage.tables import Table

_ROOM = 4096  # KiB
# Rows of the first batch that are looked up, to see whether the file was imported before.
_LOOKED_UP = 100


class Sieve:
    """One file's rows: `add` them all, then `run`, then `close`.

    `empty` says whether the table was; `staging` makes the rows.
    """

    def __init__(
        self, connection: sqlite3.Connection, table: Table, staging: Staging, folder: Path, *, empty: bool
    ) -> None:
        self._connection = connection
        self._table = table
        self._staging = staging
        self._empty = empty
        self._columns = staging.columns
        types = {name: _TYPES.get(name, pa.string()) for name in self._columns}
        self._rows = SortedRows(folder, "user_id", types)
        self._merged = Merged(0, 0, 0, 0, 0, (), None)

    def close(self) -> None:
        """Forget all rows."""
        self._rows.close()

    def add(self, rows: StagedRows) -> None:
        """Take the rows of a batch that are not bad."""
        assert self._staging.seen is not None
        self._rows.add(rows.numbers, self._staging.seen.places, rows.columns, rows.left_out)

    def run(self, merge: Merge) -> Merged:
        """Insert or pass over what stands alone, stage the rest; what is then left for `merge` to do."""
        assert self._staging.seen is not None
        if not self._empty:
            create_staged(self._connection, self._table, self._columns, "compared")
        # Rows that come sorted need the last pages only, and an index is sorted within this room as well.
        if self._empty:
            self._connection.execute(f"PRAGMA main.cache_size = -{_ROOM}")
        with indexed_after(self._connection, self._table, self._empty, self._rows.count):
            for block in self._rows.blocks():
                alone = self._staging.seen.alone(block[PLACE].to_numpy())
                if not alone.all():
                    self._stage(block.filter(pa.array(~alone)), "staged")
                    block = block.filter(pa.array(alone))
                if self._empty:
                    self._insert(block, merge.import_id)
                else:
                    self._compare(block, merge)
        if self._empty:
            self._connection.execute(f"PRAGMA main.cache_size = -{ROOM}")
        return self._merged

    def _stage(self, block: pa.Table, name: str) -> None:
        rows = block.select([NUMBER, *self._columns])
        insert_many(self._connection, f"temp.{name}", rows.column_names, _flat(rows), {})

    def _compare(self, block: pa.Table, merge: Merge) -> None:
        self._connection.execute("DELETE FROM temp.compared")
        self._stage(block, "compared")
        unchanged = len(block) - merge.stage_changed("compared")
        self._merged = replace(self._merged, unchanged=self._merged.unchanged + unchanged)

    def _insert(self, block: pa.Table, import_id: int) -> None:
        words = {name: pc.unique(block[name]).to_pylist() for name in _WORDS if name in self._columns}
        literals = {"line": "1", "import_id": str(int(import_id))}
        if "quantity" not in self._columns:
            literals["quantity"] = "1.0"
        # What all rows have alike is said once. These are words of ours.
        literals |= {name: f"'{found[0]}'" for name, found in words.items() if len(found) == 1}
        rows = block.select([name for name in self._columns if name not in literals])
        nobody = pc.sum(pc.equal(block["user_id"], "")).as_py() or 0
        for part, reason in ((rows.slice(0, nobody), "'no user_id'"), (rows.slice(nobody), "NULL")):
            given = {**literals, "anonymous_reason": reason}
            insert_many(self._connection, self._table.name, rows.column_names, _flat(part), given)
        merged = self._merged
        latest = [time for time in (merged.latest, _latest(block)) if time is not None]
        self._merged = replace(
            merged,
            added=merged.added + len(block),
            undated=merged.undated + _undated(block),
            latest=max(latest, default=None),
        )


def _flat(rows: pa.Table) -> Iterator[list[object]]:
    """The values row by row, those of AT_ONCE rows at a time."""
    width = rows.num_columns
    cells = np.empty((len(rows), width), dtype=object)
    for place, column in enumerate(rows.columns):
        # In an array of numbers there is no place for None.
        cells[:, place] = column.to_pylist() if column.null_count else column.to_numpy()
    values = cells.ravel().tolist()
    for start in range(0, len(values), AT_ONCE * width):
        yield values[start : start + AT_ONCE * width]


def _latest(block: pa.Table) -> int | None:
    """The time of the latest of these lines that makes an order; None where none does."""
    if "quantity" in block.column_names:
        block = block.filter(pc.greater(block["quantity"], 0))
    for name in _WORDS:
        if name in block.column_names:
            block = block.filter(pc.invert(pc.is_in(block[name], pa.array(_NO_ORDERS))))
    return pc.max(block["ordered_at"]).as_py()  # type: ignore[no-any-return]


def _undated(block: pa.Table) -> int:
    """How many have a status that takes something back."""
    if "status" not in block.column_names:
        return 0
    return len(block) - (pc.sum(pc.is_in(block["status"], pa.array(_STAYING))).as_py() or 0)


_WORDS = ("status", "kind")
_NO_ORDERS = ["test", "cancelled", "unpaid"]
_STAYING = ["paid", "invoiced"]
_CENTS = ("unit_price_cents", "discount_cents", "total_cents")
_TYPES = {"ordered_at": pa.int64(), "quantity": pa.float64(), **dict.fromkeys(_CENTS, pa.int64())}


def sieve_for(
    connection: sqlite3.Connection, table: Table, staging: Staging, folder: Path, first: StagedRows
) -> Sieve | None:
    """The sieve for a file with these first rows; None where its rows have to be staged.

    Only lines that the file does not number and whose statuses say no time may pass. Among stored lines it
    pays where most of the file is stored already, which the first rows show.
    """
    if table.name != "lines" or staging.seen is None or "status_at" in staging.columns:
        return None
    empty = not connection.execute("SELECT EXISTS (SELECT 1 FROM lines)").fetchone()[0]
    if not empty:
        looked_up = list(islice(first.good, _LOOKED_UP))
        places = [staging.columns.index(name) + 1 for name in ("order_id", "item_id")]
        stored = sum(
            connection.execute(
                "SELECT EXISTS (SELECT 1 FROM lines WHERE order_id = ? AND item_id = ?)",
                [row[place] for place in places],
            ).fetchone()[0]
            for row in looked_up
        )
        if stored * 2 < len(looked_up):
            return None
    return Sieve(connection, table, staging, folder, empty=empty)
