"""The staging tables of an import: rows as they were read, on their way to the merge.

`staged` holds n (the order in the file), line_number, the table's key and the columns the file has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from storage.tables import Table

# Rows in one statement: a third faster than executemany, which goes through the interpreter for each.
AT_ONCE = 100
# KiB of pages of the store that are kept at hand: the same for every file.
ROOM = 16_384


def create_staging(connection: sqlite3.Connection, table: Table, columns: Sequence[str]) -> None:
    """An empty staging table for these columns, in place of the one before."""
    create_staged(connection, table, columns, "staged")
    connection.execute("DROP TABLE IF EXISTS temp.maybe_repeated")
    if table.counted:
        counted = ", ".join(table.counted)
        connection.execute(
            f"CREATE TEMP TABLE maybe_repeated ({counted}, PRIMARY KEY ({counted})) WITHOUT ROWID"
        )


def create_staged(connection: sqlite3.Connection, table: Table, columns: Sequence[str], called: str) -> None:
    """An empty table for staged rows called so, in place of the one before."""
    names = [*table.key, *(column for column in columns if column not in table.key)]
    if table.counter not in columns:
        names = [name + " DEFAULT 1" if name == table.counter else name for name in names]
    connection.execute(f"DROP TABLE IF EXISTS temp.{called}")
    connection.execute(
        f"CREATE TEMP TABLE {called}"
        f"(n INTEGER PRIMARY KEY, line_number INTEGER, rejected INTEGER, {', '.join(names)})"
    )


def stage(
    connection: sqlite3.Connection,
    columns: Sequence[str],
    rows: Iterable[tuple[object, ...]],
    *,
    rejected: bool = False,
) -> None:
    """Append rows of (line number, a value for each column). A rejected row only holds its place."""
    names = ["line_number", *columns]
    literals = {"rejected": "1"} if rejected else {}
    insert_many(connection, "temp.staged", names, _flat(rows), literals)


def _flat(rows: Iterable[tuple[object, ...]]) -> Iterator[list[object]]:
    remaining = iter(rows)
    while values := list(chain.from_iterable(islice(remaining, AT_ONCE))):
        yield values


def insert_many(
    connection: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    literals: Mapping[str, str],
) -> None:
    """Insert the rows, whose values come one after the other, AT_ONCE rows in each but the last.

    `literals` are the columns for which SQL says the value itself.
    """
    insert = f"INSERT INTO {table} ({', '.join([*columns, *literals])}) VALUES "
    marks = f"({', '.join([*'?' * len(columns), *literals.values()])})"
    many = insert + ", ".join([marks] * AT_ONCE)
    for values in rows:
        count = len(values) // len(columns)
        connection.execute(many if count == AT_ONCE else insert + ", ".join([marks] * count), values)


def stage_repeated(connection: sqlite3.Connection, table: Table, keys: Iterable[tuple[object, ...]]) -> None:
    """Note what may stand in the file more than once: values of the columns that `table` counts."""
    if table.counted:
        marks = ", ".join("?" * len(table.counted))
        connection.executemany(f"INSERT OR IGNORE INTO temp.maybe_repeated VALUES ({marks})", keys)
