"""JSON lines as a stream of batches: one object per line, every value the text that a CSV would hold.

Objects within an object become columns named with a dot: `{"user": {"id": 7}}` is the column `user.id`.
The columns are the keys of all objects of the file; a missing key and a null are empty cells. Numbers stay
as they are written, so that long ids keep their digits. A list fits no cell: where a key holds nothing but
lists it is a column `key (list)` that nobody asks for; where it holds other values in other lines, the line
with the list is set aside. Lists of objects, as in an order with all its items, are refused. A file that is
one array of objects is read as well, if it is small.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from storage.batches import BATCH_ROWS, Batch, BrokenRow, distinct_names
from storage.errors import ImportRefusedError
from storage.notices import Notice
from storage.text_encoding import text_encoding

_MARKS = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
_LISTS = " (list)"
_LONGEST_LINE = 16 << 20
_BATCH_CHARACTERS = 8 << 20
_LARGEST_ARRAY = 64 << 20
_MOST_COLUMNS = 2_000
_REPEATED = 5_000
_SHOWN = 200
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")

_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)

Value = str | None | list[Any]


def starts_like_json(start: bytes) -> bool:
    """Whether a file that begins with these bytes is JSON: `{"…` or `[{…`, whatever the encoding."""
    text = bytes(byte for byte in start if byte not in _MARKS)
    return text.startswith((b'{"', b"{}", b"[{", b"[]"))


class JsonSource:
    """A file of JSON objects, one a line, or all in one array; then the n-th object counts as line n."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        encoding = text_encoding(path)
        if encoding is None:
            raise ImportRefusedError(
                "{file} is not a text file.", next_step="Save it as CSV (UTF-8).", file=path.name
            )
        self._encoding = encoding.name
        self._is_array = self._starts_with_bracket()
        if self._is_array and self.size > _LARGEST_ARRAY:
            raise ImportRefusedError(
                "{file} is one JSON array of more than {megabytes} MB.",
                next_step="Export it as JSON lines: one object per line.",
                file=path.name,
                megabytes=_LARGEST_ARRAY >> 20,
            )
        self._keys, self._rows = self._survey()
        self.columns = distinct_names(tuple(self._keys))
        lists = [name for name in self._keys if name.endswith(_LISTS)]
        self.notices: tuple[Notice, ...] = encoding.notices()
        if lists:
            self.notices += (
                Notice(
                    "Lists are not read: {columns}. What they hold needs lines of its own.",
                    {"columns": ", ".join(lists)},
                ),
            )

    def count(self) -> int | None:
        """The lines that are not blank."""
        return self._rows

    def batches(self) -> Iterator[Batch]:
        """The objects from first to last."""
        numbers: list[int] = []
        rows: list[Mapping[str, str]] = []
        broken: list[BrokenRow] = []
        held = 0
        for number, value, text, done in self._objects():
            row = value if isinstance(value, str) else self._cells(value)
            if isinstance(row, str):
                broken.append(BrokenRow(number, row, [text[:_SHOWN]]))
            else:
                numbers.append(number)
                rows.append(row)
            held += len(text)
            if len(rows) + len(broken) == BATCH_ROWS or held > _BATCH_CHARACTERS:
                yield self._batch(numbers, rows, broken, done)
                numbers, rows, broken, held = [], [], [], 0
        if rows or broken:
            yield self._batch(numbers, rows, broken, self.size)

    def _batch(
        self, numbers: list[int], rows: list[Mapping[str, str]], broken: list[BrokenRow], done: int
    ) -> Batch:
        columns = [[row.get(name, "") for row in rows] for name in self._keys]
        return Batch(numbers, columns, broken, done)

    def _cells(self, found: Mapping[str, Value]) -> Mapping[str, str] | str:
        """The cells of one object by column, or why there are none."""
        cells = {}
        for name, value in found.items():
            if isinstance(value, list):
                if name in self._keys:
                    return f"{name} holds a list. Write a line of its own for each entry."
            elif value is not None:
                cells[name] = value
        return cells

    def _survey(self) -> tuple[dict[str, None], int]:
        """All columns, in the order in which they come up, and how many rows there are."""
        keys: dict[str, None] = {}
        lists: dict[str, None] = {}
        rows, problem = 0, ""
        for _, value, _, _ in self._objects():
            rows += 1
            if isinstance(value, str):
                problem = problem or value
                continue
            for name in (each for each in value if each not in keys):
                if isinstance(value[name], list):
                    self._check_list(name, value[name])
                    lists[name] = None
                else:
                    keys[name] = None
            if len(keys) + len(lists) > _MOST_COLUMNS:
                raise ImportRefusedError(
                    "The objects of {file} have more than {count} different keys.",
                    next_step="Export it with the same keys in every line.",
                    file=self._path.name,
                    count=_MOST_COLUMNS,
                )
        if not keys:
            problem = problem or "".join(f"{name} holds a list." for name in list(lists)[:1])
            raise ImportRefusedError(
                "{file} holds no line with a JSON object that has values.{problem}",
                next_step="Export it as JSON lines: one object per line.",
                file=self._path.name,
                problem=f" {problem}" if problem else "",
            )
        return keys | {name + _LISTS: None for name in lists if name not in keys}, rows

    def _check_list(self, name: str, found: Any) -> None:
        if any(isinstance(each, dict) for each in found):
            raise ImportRefusedError(
                "{file}: {column} holds a list of objects.",
                next_step="Write a line of its own for each of them, as in a table.",
                file=self._path.name,
                column=name,
            )

    def _objects(self) -> Iterator[tuple[int, dict[str, Value] | str, str, int]]:
        """Line number, values by column or what is wrong, the text, and the bytes read so far."""
        file: Any
        with self._path.open(encoding=self._encoding, errors="replace") as file:
            if self._is_array:
                for number, found in enumerate(self._array(file), 1):
                    yield number, _flat(found), "", self.size * number // (number + 1)
                return
            number = 0
            while line := file.readline(_LONGEST_LINE):
                number += 1
                whole = line.endswith("\n") or len(line) < _LONGEST_LINE
                text = line.strip().strip("\ufeff")
                if not whole:
                    _pass_over(file)
                    reason = f"The line has more than {_LONGEST_LINE >> 20} million characters. Shorten it."
                    yield number, reason, text, file.buffer.tell()
                elif text:
                    yield number, _parsed(text), text, file.buffer.tell()

    def _array(self, file: Any) -> list[Any]:
        try:
            found = _DECODER.decode(file.read().strip().strip("\ufeff"))
        except (ValueError, RecursionError) as error:
            raise ImportRefusedError(
                "{file} is no complete JSON array: {problem}.",
                next_step="Export it again, best as JSON lines: one object per line.",
                file=self._path.name,
                problem=_problem(error),
            ) from error
        return found if isinstance(found, list) else [found]

    def _starts_with_bracket(self) -> bool:
        with self._path.open(encoding=self._encoding, errors="replace") as file:
            return file.read(4096).strip().strip("\ufeff").lstrip().startswith("[")


def _pass_over(file: Any) -> None:
    while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith("\n"):
        pass


def _parsed(text: str) -> dict[str, Value] | str:
    try:
        return _flat(_DECODER.decode(text))
    except (ValueError, RecursionError) as error:
        return f"The line is not JSON: {_problem(error)}. Correct it."


def _problem(error: Exception) -> str:
    """What is wrong and where, without the text itself."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (character {error.pos + 1})"
    return "it is nested too deeply"


def _flat(found: Any) -> dict[str, Value] | str:
    """Values by column; objects within the object are columns with a dot."""
    if not isinstance(found, dict):
        return "The line holds no JSON object. Write one object per line: {…}."
    flat: dict[str, Value] = {}
    waiting = [("", found)]
    while waiting:
        before, part = waiting.pop()
        for key, value in part.items():
            name = _clean(before + key)
            if isinstance(value, dict):
                waiting.append((f"{name}.", value))
            elif isinstance(value, bool):
                flat[name] = "true" if value else "false"
            elif isinstance(value, str):
                flat[name] = _clean(value)
            else:
                flat[name] = value or None
    return flat


def _clean(text: str) -> str:
    """Half a character, which JSON can name and no text can hold, becomes the sign for an unreadable one."""
    return _HALF_A_CHARACTER.sub("\ufffd", text)
