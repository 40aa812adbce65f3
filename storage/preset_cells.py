"""Cells of a platform's file → cells of our fields: first filled column, words, rules. A column at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase

from storage.numbers import NumberParser
from storage.order_money import parser_for
from storage.preset import Condition, Preset, Rule
from storage.tables import plain_name
from storage.values import DoubtfulError
from storage.words import fold

_POSITIVE = re.compile(r"[^\d-]*0*[.,0]*[1-9]")
_EXCEL_TEXT = re.compile(r'="?(.*?)"?\s*\Z', re.DOTALL)

Columns = Sequence[Sequence[str]]
# Where a column of this name is; None where the file has none.
Place = Callable[[str], int | None]


def places_of(columns: Sequence[str]) -> Place:
    """Finds columns by their plain names; of several that are alike the first."""
    known: dict[str, int] = {}
    for place, column in enumerate(columns):
        known.setdefault(plain_name(column), place)
    return lambda name: known.get(plain_name(name))


def without_excel_marks(cells: Sequence[str]) -> Sequence[str]:
    """Cells that were marked as text for a spreadsheet, `="123"` or `'123`, as the text that was meant."""
    # Looking at one long text is ten times as fast as looking at each cell.
    text = "\n" + "\n".join(cells)
    if "\n=" not in text and "\n'" not in text:
        return cells
    return [_unmarked(cell) for cell in cells]


def _unmarked(cell: str) -> str:
    if cell.startswith("="):
        match = _EXCEL_TEXT.match(cell)
        return match[1] if match else cell
    return cell.removeprefix("'")


def first_filled(columns: Columns, places: Sequence[int]) -> Sequence[str]:
    """For each row the first cell that is not empty, in the order of `places`."""
    first, *others = places
    cells = columns[first]
    for place in others:
        if all(map(str.strip, cells)):
            break
        cells = [one if one.strip() else other for one, other in zip(cells, columns[place], strict=True)]
    return cells


def fits(cell: str, patterns: tuple[str, ...]) -> bool:
    """Whether the cell fits one of the patterns: `*` is filled, an empty one empty, `>0` a positive number.

    Any other pattern is compared without case, with `*` for any text.
    """
    return any(_fits(cell, pattern) for pattern in patterns)


def _fits(cell: str, pattern: str) -> bool:
    text = fold(cell)
    if pattern in ("", "*"):
        return bool(text) == bool(pattern)
    if pattern == ">0":
        return not text.startswith("-") and _POSITIVE.match(text) is not None
    return fnmatchcase(text, fold(pattern))


def holds(conditions: Sequence[Condition], columns: Columns, place_of: Place, count: int) -> list[bool]:
    """For each row whether all conditions hold; a column that the file lacks is an empty one."""
    held = [True] * count
    for column, patterns in conditions:
        place = place_of(column)
        if place is None:
            held = held if fits("", patterns) else [False] * count
            continue
        known = {cell: fits(cell, patterns) for cell in set(columns[place])}
        held = [one and known[cell] for one, cell in zip(held, columns[place], strict=True)]
    return held


class FieldCells:
    """The cells of one field that no column holds as they are."""

    def __init__(self, name: str, places: Sequence[int], preset: Preset, place_of: Place) -> None:
        self._places = places
        self._place_of = place_of
        self._words: Mapping[str, str] = {
            fold(word): ours for word, ours in preset.words.get(name, {}).items()
        }
        self._otherwise = preset.otherwise.get(name, "")
        # The first rule that holds wins, so it is applied last.
        self._rules = [rule for rule in reversed(preset.rules) if rule.field == name]

    def read(self, columns: Columns, count: int) -> Sequence[str]:
        """One cell for each row."""
        cells: Sequence[str] = first_filled(columns, self._places) if self._places else [""] * count
        if self._words:
            known = {cell: self._words.get(fold(cell), cell) for cell in set(cells)}
            cells = [known[cell] for cell in cells]
        if self._otherwise:
            cells = [cell if cell.strip() else self._otherwise for cell in cells]
        for rule in self._rules:
            held = holds(rule.when, columns, self._place_of, count)
            cells = [rule.value if one else cell for one, cell in zip(held, cells, strict=True)]
        return cells


class StatusTimes:
    """When a status took effect, by the column that the rule which set it names."""

    def __init__(self, rules: Sequence[Rule], place_of: Place) -> None:
        self._rules = [rule for rule in reversed(rules) if rule.field == "status"]
        self._place_of = place_of

    def read(self, columns: Columns, count: int) -> Sequence[str]:
        """One cell for each row, empty where nothing says."""
        times = [""] * count
        for rule in self._rules:
            place = self._place_of(rule.at) if rule.at else None
            given = columns[place] if place is not None else [""] * count
            held = holds(rule.when, columns, self._place_of, count)
            times = [one if yes else time for yes, one, time in zip(held, given, times, strict=True)]
        return times


class BeforeDiscount:
    """The total of a line with its discount on top, for a discount is taken off every total that is read.

    A total without a discount stays as it is written, and so does one that is no number: it is refused later.
    """

    def __init__(self, total: int, discount: int) -> None:
        self._places = total, discount

    def read(self, columns: Columns, count: int) -> Sequence[str]:
        """One cell for each row."""
        totals, discounts = (columns[place] for place in self._places)
        of_discounts, parser = parser_for(discounts), parser_for(totals)
        # None and nothing change nothing.
        known = {cell: abs(_number(of_discounts, cell) or Decimal(0)) or None for cell in set(discounts)}
        before = []
        for total, discount in zip(totals, discounts, strict=True):
            off = known[discount]
            amount = _number(parser, total) if off else None
            before.append(total if off is None or amount is None else parser.written(amount + off))
        return before


def _number(parser: NumberParser, cell: str) -> Decimal | None:
    try:
        found = parser(cell)
    except DoubtfulError:
        return None
    return found if isinstance(found, Decimal) else None
