"""Cells of a column → values: ids, words, yes and no, free text. Each distinct cell is looked at once.

A reader keeps what it has seen, up to a limit, so that a column of few distinct cells costs one
look-up a row; memory does not grow with the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import filterfalse
from typing import Generic, Protocol, TypeVar

from storage.columns import Column
from storage.words import CURRENCY_NAMES, YES_NO, fold

Cell = TypeVar("Cell", bound="str | tuple[str, ...]")

_KEPT = 50_000
_KEPT_CHARACTERS = 8_000_000
_SHOWN = 40
_LONGEST_ID = 256
_LONGEST_TEXT = 100_000

# Most ids: nothing in them needs a second look. Eleven digits may be a phone number.
_PLAIN_ID = re.compile(r"(?!1[3-9]\d{9}\Z|#[A-Z])[0-9A-Za-z_#/-]{1,60}\Z")
_PLAIN_BYTES = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_/-"
_PLAIN_LENGTHS = frozenset(range(1, 61)) - {11}
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+[eE][+-]?|[eE]\+)\d+\Z")
_DOT_ZERO = re.compile(r"-?\d+\.0\Z")
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")
# What a broken formula of a spreadsheet leaves in its cell.
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)\Z")
# How spreadsheets are told that a number is text.
_TEXT_FORMULA = re.compile(r'="([^"]*)"\Z')
_WHOLE = re.compile(r"[+-]?\d{1,18}(?:\.0+)?\Z")


@dataclass(frozen=True)
class Bad:
    """A cell that cannot be kept, and why, in words for a person."""

    reason: str


def shown(cell: str) -> str:
    """A cell as it stands in a sentence: short, on one line, in quotes."""
    text = " ".join(cell.split())
    return f"“{text[:_SHOWN]}…”" if len(text) > _SHOWN else f"“{text}”"


class DoubtfulError(Exception):
    """A cell can be read in two ways, and only the whole column says which."""


class ColumnReader(Protocol):
    """Reads the cells of one field; `found_bad` says whether the last ones held a Bad."""

    found_bad: bool

    def read(self, cells: Sequence[str]) -> Sequence[object]:
        """The value of each cell; a Bad where there is none. Raises DoubtfulError."""
        ...


class Reader(Generic[Cell]):
    """Reads one column with `parse`, cell by distinct cell."""

    def __init__(self, parse: Callable[[Cell], object]) -> None:
        self.found_bad = False
        self._parse = parse
        self._known: dict[Cell, object] = {}
        self._size = 0
        self._bad: set[Cell] = set()

    def read(self, cells: Sequence[Cell]) -> Sequence[object]:
        """The value of each cell; a Bad where there is none."""
        known = self._known
        if len(known) > _KEPT or self._size > _KEPT_CHARACTERS:
            known.clear()
            self._bad.clear()
            self._size = 0
        fresh = set(filterfalse(known.__contains__, cells))
        self._size += sum(map(len, fresh))
        for cell in fresh:
            known[cell] = self._parse(cell)
            if isinstance(known[cell], Bad):
                self._bad.add(cell)
        self.found_bad = bool(self._bad) and any(map(self._bad.__contains__, cells))
        return list(map(known.__getitem__, cells))


class IdReader:
    """Ids as written, but for a column of whole numbers written with `.0`, which loses it.

    `dot_zero` says whether the column is one; None leaves that open until a cell makes it matter.
    `empty` is what an empty cell means. `pseudonym` stands in for an id that is an e-mail address
    or a phone number; `look_at_all` says that it may stand in for plain ids as well.
    """

    def __init__(
        self,
        empty: object,
        *,
        dot_zero: bool | None = None,
        pseudonym: Callable[[str], str] | None = None,
        look_at_all: bool = False,
    ) -> None:
        self.found_bad = False
        self._empty = empty
        self._dot_zero = dot_zero
        self._pseudonym = pseudonym
        self._look_at_all = look_at_all
        self._any_plain = False
        self._changed: dict[str, object] = {}
        self._bad: set[str] = set()
        self._hidden: set[str] = set()

    def read(self, cells: Sequence[str]) -> Sequence[object]:
        """The id of each cell."""
        doubtful = self._doubtful(cells)
        if self._dot_zero is None:
            self._decide(doubtful, plain=self._any_plain)
        self.found_bad = False
        if not doubtful:
            return cells
        if len(self._changed) > _KEPT:
            self._changed.clear()
            self._bad.clear()
            self._hidden.clear()
        for cell in doubtful:
            if cell not in self._changed:
                self._changed[cell] = self._parse(cell)
        self.found_bad = not self._bad.isdisjoint(doubtful)
        get = self._changed.get
        return [get(cell, cell) for cell in cells]

    def count_hidden(self, cells: Column[str]) -> int:
        """In how many rows of the cells read last a pseudonym stands in."""
        if self._hidden.isdisjoint(cells.values):
            return 0
        counts = zip(cells.values, cells.counts(), strict=True)
        return sum(count for cell, count in counts if cell in self._hidden)

    def _doubtful(self, cells: Sequence[str]) -> Sequence[str]:
        """The cells that need a second look."""
        if self._look_at_all:
            return cells
        doubtful = [] if _all_plain(cells) else [cell for cell in cells if not _PLAIN_ID.match(cell)]
        self._any_plain = self._any_plain or len(doubtful) < len(cells)
        return doubtful

    def _decide(self, doubtful: Sequence[str], *, plain: bool) -> None:
        if plain or any(not _DOT_ZERO.match(cell.strip()) for cell in doubtful if cell.strip()):
            self._dot_zero = False
        elif any(cell.strip() for cell in doubtful):
            raise DoubtfulError

    def _parse(self, cell: str) -> object:
        value = self._value(cell)
        if isinstance(value, Bad):
            self._bad.add(cell)
        return value

    def _value(self, cell: str) -> object:
        text = cell.strip()
        if formula := _TEXT_FORMULA.match(text):
            text = formula[1].strip()
        if not text:
            return self._empty
        if _ERROR.match(text):
            return Bad(f"{shown(text)} is what a broken formula gives. Mend it and export again.")
        if len(text) > _LONGEST_ID:
            return Bad(f"An id of {len(text)} characters: {_LONGEST_ID} are the most. Correct it.")
        if "*" in text:
            return Bad(f"{shown(text)} is masked. Export the file with the full ids.")
        if _SCIENTIFIC.match(text):
            return Bad(f"{shown(text)} has lost digits. Format the column as text and export again.")
        if _UNREADABLE.search(text):
            return Bad(f"{shown(text)} has unreadable characters. Save the file as UTF-8.")
        if self._dot_zero and _DOT_ZERO.match(text):
            text = text[:-2]
        if self._pseudonym is not None and (other := self._pseudonym(text)) != text:
            self._hidden.add(cell)
            return other
        return text


def _all_plain(cells: Sequence[str]) -> bool:
    """Whether all are as most ids are, seen in a few passes over all of them; may be False though so."""
    lengths = set(map(len, cells))
    return lengths <= _PLAIN_LENGTHS and not "".join(cells).encode(errors="replace").translate(
        None, _PLAIN_BYTES
    )


class DotZeroSeen:
    """Whether all ids of a column are whole numbers written with `.0`, or empty."""

    def __init__(self) -> None:
        self._any = False
        self._all = True

    @property
    def decided(self) -> bool:
        """True where the column is one."""
        return self._any and self._all

    def look(self, cells: Sequence[str]) -> None:
        """Take in some cells."""
        texts = {cell.strip() for cell in set(cells)} - {""} if self._all else ()
        self._any = self._any or bool(texts)
        self._all = all(map(_DOT_ZERO.match, texts)) if self._all else False


def text(cell: str) -> str | Bad | None:
    """Free text on its own terms; None where empty, or where a broken formula left its error."""
    text = cell.replace("\0", "").strip()
    if formula := _TEXT_FORMULA.match(text):
        text = formula[1].strip()
    if len(text) > _LONGEST_TEXT:
        return Bad(f"The text has {len(text)} characters: {_LONGEST_TEXT} are the most. Shorten it.")
    return None if _ERROR.match(text) else text or None


class ProseReader:
    """What users wrote: each text another one, so that keeping those seen would only take memory.

    `empty` is what an empty cell means. No reason repeats the text.
    """

    def __init__(self, empty: Bad) -> None:
        self.found_bad = False
        self._empty = empty

    def read(self, cells: Sequence[str]) -> Sequence[object]:
        """The text of each cell."""
        read = [text(cell) or self._empty for cell in cells]
        self.found_bad = any(isinstance(each, Bad) for each in read)
        return read


def personal(_cell: str) -> None:
    """A personal field is not kept."""


def word_reader(words: Mapping[str, str], default: object) -> Reader[str]:
    """Reads one of our words, or a synonym of one; an empty cell is `default`."""
    allowed = ", ".join(dict.fromkeys(words.values()))

    def parse(cell: str) -> object:
        folded = fold(cell)
        if not folded:
            return default
        return words.get(folded) or Bad(f"{shown(cell)} is not known. Use one of: {allowed}.")

    return Reader(parse)


def flag(cell: str) -> object:
    """1 for yes, 0 for no, None for an empty cell."""
    folded = fold(cell)
    if not folded:
        return None
    return YES_NO.get(folded, Bad(f"{shown(cell)} is neither yes nor no. Write yes or no."))


def whole(cell: str) -> object:
    """A whole number; None for an empty cell."""
    text = cell.strip()
    if not text:
        return None
    if not _WHOLE.match(text):
        return Bad(f"{shown(cell)} is not a whole number. Write 1, 2, 3.")
    return int(text.partition(".")[0])


def currency(cell: str) -> object:
    """A currency code in capitals; None for an empty cell."""
    text = cell.strip().upper()
    if not text:
        return None
    text = CURRENCY_NAMES.get(text, text)
    if not re.fullmatch(r"[A-Z]{3}", text):
        return Bad(f"{shown(cell)} is not a currency code. Write EUR, USD, CNY.")
    return text
