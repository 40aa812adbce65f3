"""The header of a CSV file: which separator it has, and the names of its columns."""

from __future__ import annotations

import csv
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from storage.batches import distinct_names
from storage.errors import ImportRefusedError
from storage.tables import known_names

_SEPARATORS = ",;\t"
_TITLE_ROWS = 20


@dataclass(frozen=True)
class CsvHeader:
    """The separator, the names, and the last line that they take."""

    separator: str
    names: tuple[str, ...]
    ends: int


def read_header(path: Path, encoding: str) -> CsvHeader:
    """The header of the file; raises ImportRefusedError where it has none."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        first = file.readline(1 << 16).strip()
    if first.casefold().startswith("sep=") and len(first) == 5:
        return _header(path, encoding, first[4], 1)
    found = [_header(path, encoding, separator, 0) for separator in _SEPARATORS]
    return max(found, key=lambda each: len(each.names))


def _header(path: Path, encoding: str, separator: str, skipped: int) -> CsvHeader:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        reader = csv.reader(islice(file, skipped, None), delimiter=separator)
        rows = ((row, reader.line_num + skipped) for row in reader if any(map(str.strip, row)))
        found = None
        with suppress(csv.Error):
            found = next(rows, None)
            if found is not None and len(found[0]) == 1 and not known_names(found[0]):
                # A title stands above the names, where these are ours.
                titled = (each for each in islice(rows, _TITLE_ROWS) if known_names(each[0]) > 1)
                found = next(titled, found)
        if found is not None:
            names, ends = found
            while len(names) > 1 and not names[-1].strip():
                names = names[:-1]
            return CsvHeader(separator, distinct_names(names), ends)
    raise ImportRefusedError(
        "{file} has no line with column names.",
        next_step="Put the names of the columns in the first line.",
        file=path.name,
    )
