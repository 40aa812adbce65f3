"""Files beside the one that is imported, kept on disk by their key while its rows are read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from storage.errors import ImportRefusedError
from storage.formats import open_source
from storage.preset import Lookup
from storage.tables import plain_name

_ASKED_AT_ONCE = 900
Clean = Callable[[Sequence[str]], Sequence[str]]


class LookupTables:
    """The rows of further files in a temporary database: memory does not grow with them.

    `files` gives the paths of each lookup; one without is as good as empty.
    """

    def __init__(self, lookups: Sequence[Lookup], files: Mapping[str, Sequence[Path]], clean: Clean) -> None:
        self._connection = sqlite3.connect("")
        for lookup in lookups:
            self._create(lookup)
            for path in files.get(lookup.name, ()):
                self._load(lookup, path, clean)

    def rows(self, lookup: Lookup, keys: Sequence[str]) -> list[Sequence[str]]:
        """Column by column the lookup's cells for each of the keys; empty where a key is unknown."""
        distinct = iter(set(keys))
        empty = ("",) * len(lookup.columns)
        found: dict[str, Sequence[str]] = {}
        while some := list(islice(distinct, _ASKED_AT_ONCE)):
            marks = ", ".join("?" * len(some))
            query = f'SELECT * FROM "{lookup.name}" WHERE key IN ({marks})'
            found.update((key, cells) for key, *cells in self._connection.execute(query, some))
        rows = [found.get(key, empty) for key in keys]
        return list(zip(*rows, strict=True)) if rows else [[] for _ in lookup.columns]

    def close(self) -> None:
        """Remove the temporary database."""
        self._connection.close()

    def _create(self, lookup: Lookup) -> None:
        names = ", ".join(f'"{place}" TEXT' for place in range(len(lookup.columns)))
        self._connection.execute(
            f'CREATE TABLE "{lookup.name}" (key TEXT PRIMARY KEY, {names}) WITHOUT ROWID'
        )

    def _load(self, lookup: Lookup, path: Path, clean: Clean) -> None:
        source = open_source(path)
        plain = [plain_name(column) for column in source.columns]
        wanted = [plain_name(name) for name in (lookup.key, *lookup.columns)]
        if wanted[0] not in plain:
            raise ImportRefusedError(
                "{file} has no column {column}.",
                next_step="Export it again with all columns.",
                file=path.name,
                column=lookup.key,
            )
        places = [plain.index(name) if name in plain else None for name in wanted]
        marks = ", ".join("?" * len(places))
        for batch in source.batches():
            empty = ("",) * len(batch.numbers)
            columns = [empty if place is None else clean(batch.columns[place]) for place in places]
            self._connection.executemany(
                f'INSERT OR REPLACE INTO "{lookup.name}" VALUES ({marks})', zip(*columns, strict=True)
            )
