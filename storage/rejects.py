"""The file of rejected rows: each with its line number, the reason, and its cells as they were.

Somebody opens it in a spreadsheet, corrects it and imports it again: no cell is a formula in it, and what
keeps it from being one is taken off again on its way back.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TextIO

from storage.batches import Batch, BrokenRow, Source
from storage.spreadsheet import as_it_was, safe

# What stands before the file's own columns.
ADDED_COLUMNS = ("line_number", "reason")


_PART = "-rejected.part"


def remove_parts(folder: Path) -> None:
    """Remove the temporary files of imports that were killed; none may be running."""
    for part in folder.glob(f".*{_PART}"):
        part.unlink(missing_ok=True)


def added_columns(columns: Sequence[str]) -> int:
    """How many leading columns were added by us: a corrected rejected file comes back with them."""
    return len(ADDED_COLUMNS) if tuple(columns[: len(ADDED_COLUMNS)]) == ADDED_COLUMNS else 0


class Corrected:
    """A rejected file that came back, as a Source whose cells are again what they were."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.columns = tuple(map(as_it_was, source.columns))
        self.size = source.size
        self.notices = source.notices

    def batches(self) -> Iterator[Batch]:
        """The rows from first to last."""
        for batch in self._source.batches():
            yield replace(
                batch,
                columns=[list(map(as_it_was, column)) for column in batch.columns],
                broken=[replace(row, cells=list(map(as_it_was, row.cells))) for row in batch.broken],
            )

    def count(self) -> int | None:
        """How many rows there are, where that is known without reading them."""
        return self._source.count()


class RejectedFile:
    """Written under a temporary name; `keep` gives it its own once the import is in the store.

    Use as a context: on leaving, whatever was not kept is gone.
    """

    def __init__(self, folder: Path, stem: str, columns: Sequence[str]) -> None:
        self.rows = 0
        self._folder = folder
        # A stem may be as long as file systems allow, and may not start with a dot or a dash.
        self._stem = re.sub(r"^[.-]+|[^\w. -]", "_", stem)[:60] or "file"
        self._skipped = added_columns(columns)
        self._columns = columns[self._skipped :]
        self._part: Path | None = None
        self._file: TextIO | None = None

    def __enter__(self) -> RejectedFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def add(self, rows: Iterable[BrokenRow]) -> None:
        """Write these rows."""
        for row in rows:
            if self._file is None:
                self._open()
            assert self._file is not None
            self._writer.writerow([row.number, *map(safe, (row.reason, *row.cells[self._skipped :]))])
            self.rows += 1

    def discard(self) -> None:
        """Forget all rows, and remove the temporary file."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._part is not None:
            self._part.unlink(missing_ok=True)
            self._part = None
        self.rows = 0

    def keep(self) -> str | None:
        """Give the file a name that no other has; None where there are no rows."""
        if self._file is None or self._part is None:
            return None
        self._file.close()
        self._file = None
        number = 1
        while True:
            target = self._folder / f"{self._stem}-rejected-{number}.csv"
            try:
                target.touch(mode=0o600, exist_ok=False)
            except FileExistsError:
                number += 1
                continue
            self._part.replace(target)
            self._part = None
            return str(target)

    def _open(self) -> None:
        number = 0
        while self._part is None:
            part = self._folder / f".{self._stem}-{number}{_PART}"
            try:
                part.touch(mode=0o600, exist_ok=False)
                self._part = part
            except FileExistsError:
                number += 1
        self._file = self._part.open("w", encoding="utf-8-sig", newline="", errors="replace")
        self._writer = csv.writer(self._file)
        self._writer.writerow([*ADDED_COLUMNS, *map(safe, self._columns)])
