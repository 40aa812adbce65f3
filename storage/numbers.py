"""Numbers as people write them → exact decimals, and money → cents. No binary fractions on the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from storage.values import Bad, DoubtfulError, shown
from storage.words import CURRENCY_SIGNS

# ROUND_HALF_UP of `decimal` rounds half away from zero.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_CENT = Decimal("0.01")
_LARGEST = Decimal(10) ** 12

_KEPT = 50_000

_WITH_POINT = re.compile(r"-?[0-9]{1,11}(?:\.[0-9]{1,12})?\Z")
_WITH_COMMA = re.compile(r"-?[0-9]{1,11}(?:,[0-9]{1,12})?\Z")
_ANY_SIGN = "|".join(map(re.escape, CURRENCY_SIGNS))
_SIGN_BEFORE = re.compile(rf"\A([\s(+-]*)({_ANY_SIGN})", re.IGNORECASE)
_SIGN_AFTER = re.compile(rf"({_ANY_SIGN})([\s)-]*)\Z", re.IGNORECASE)
# "12,-" is a price without cents.
_NO_CENTS = re.compile(r"(?<=\d)[.,][-–—]{1,2}\Z")
_SPACES = re.compile(r"[\s'’_]+")
_SHAPE = re.compile(r"[+-]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d{1,3})?\Z")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－＋−（）", "0123456789.,-+-()")


def bare(cell: str) -> str:
    """A number without currency sign, spaces and apostrophes; `(5)` and `5-` are -5, `5,-` is 5."""
    text = _SIGN_AFTER.sub(r"\2", _SIGN_BEFORE.sub(r"\1", cell.translate(_FULL_WIDTH)))
    text = _NO_CENTS.sub("", _SPACES.sub("", text))
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    elif text.endswith("-") and not text.startswith("-"):
        text = "-" + text[:-1]
    return text


def currencies_beside(cell: str) -> list[str]:
    """The currency signs and codes that stand before and after a number, as they are written."""
    before, after = _SIGN_BEFORE.search(cell), _SIGN_AFTER.search(cell)
    return [found[place] for found, place in ((before, 2), (after, 1)) if found]


class MarksSeen:
    """What the numbers of a column say about its decimal mark."""

    def __init__(self) -> None:
        self._marks: set[str] = set()

    def look(self, cells: Sequence[str]) -> None:
        """Take in some cells."""
        if len(self._marks) < 2:
            self._marks.update(
                mark for cell in set(cells) if ("," in cell or "." in cell) and (mark := mark_of(bare(cell)))
            )

    @property
    def mark(self) -> str | None:
        """`,` or `.` where all say so, `?` where they disagree, None where none says anything."""
        return "?" if len(self._marks) > 1 else next(iter(self._marks), None)


def mark_of(text: str) -> str | None:
    """The decimal mark that a bare number shows by itself: None where it could be either, or has none."""
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        return "," if comma > point else "."
    mark, place = (",", comma) if comma >= 0 else (".", point)
    if place < 0:
        return None
    if text.count(mark) > 1:
        return "." if mark == "," else ","
    before, after = text[:place].lstrip("+-"), text[place + 1 :]
    if len(after) == 3 and after.isdigit() and before.lstrip("0") and len(before) <= 3 and before[0] != "0":
        # 1.234 is one and a bit unless other numbers of the column show a decimal comma.
        return None
    return mark


class NumberParser:
    """Cells of one column → Decimal.

    `mark` is the column's decimal mark, `?` where the column mixes both; None leaves that open
    until a comma makes it matter. `currencies` are the signs and codes that stood beside numbers so far, and
    `doubtful` is a number like 1.234 for as long as none has shown what its point is.
    """

    def __init__(self, mark: str | None, *, empty: Decimal | None = None) -> None:
        self._mark = mark
        self._empty = empty
        self._simple = _WITH_COMMA if mark == "," else _WITH_POINT
        self._known: dict[str, Decimal | Bad | None] = {}
        self._shows_mark = mark is not None
        self._maybe_thousands = ""
        self.currencies: set[str] = set()

    def written(self, number: Decimal) -> str:
        """The number as a cell of this column."""
        return f"{number:f}".replace(".", "," if self._mark == "," else ".")

    @property
    def doubtful(self) -> str:
        """The first number that may be a thousand or a fraction; empty where others show which."""
        return "" if self._shows_mark else self._maybe_thousands

    def __call__(self, cell: str) -> Decimal | Bad | None:
        """The exact number; None (or what `empty` says) for an empty cell."""
        if cell not in self._known:
            if len(self._known) > _KEPT:
                self._known.clear()
            simple = self._simple.match(cell)
            if "." in cell and not self._shows_mark:
                self._look(cell)
            self._known[cell] = Decimal(cell.replace(",", ".")) if simple else self._parse(cell)
        return self._known[cell]

    def _look(self, cell: str) -> None:
        """What a number with a point says about the others."""
        if mark_of(bare(cell)):
            self._shows_mark = True
        else:
            self._maybe_thousands = self._maybe_thousands or cell

    def _parse(self, cell: str) -> Decimal | Bad | None:
        if not cell.strip():
            return self._empty
        text = bare(cell)
        if not _SHAPE.match(text):
            return Bad(f"{shown(cell)} is not a number. Write it as 1234.50.")
        if self._mark is None and "," in text:
            raise DoubtfulError
        if self._mark == "?" and "," in text and mark_of(text) is None:
            return Bad(
                f"{shown(cell)} may be a thousand or a fraction. Write it without thousands separators."
            )
        mark = (mark_of(text) or ".") if self._mark == "?" else self._mark or "."
        plain = _plain(text, mark)
        if plain is None:
            return Bad(f"{shown(cell)} does not fit the other numbers of the column. Write it as 1234.50.")
        try:
            number = _EXACT.create_decimal(plain)
        except InvalidOperation:
            return Bad(f"{shown(cell)} is not a number. Write it as 1234.50.")
        if number and (abs(number) > _LARGEST or number.adjusted() < -30):
            return Bad(f"{shown(cell)} is too large or too small a number. Correct it.")
        self.currencies.update(currencies_beside(cell))
        return number


def _plain(text: str, mark: str) -> str | None:
    """`text` with a decimal point and no thousands separators; None where these stand wrongly."""
    other = "," if mark == "." else "."
    whole, _, rest = text.partition(mark)
    if other in rest or mark in rest:
        return None
    if other in whole:
        first, *groups = whole.lstrip("+-").split(other)
        # Thousands in threes, or as in India in twos with three at the end.
        if (
            not 1 <= len(first) <= 3
            or len(groups[-1]) != 3
            or any(len(group) not in (2, 3) for group in groups)
        ):
            return None
        whole = whole.replace(other, "")
    return f"{whole}.{rest}" if rest[:1].isdigit() else whole + rest


def cents(amount: Decimal) -> int:
    """Whole cents, half away from zero."""
    return int(amount.quantize(_CENT, context=_EXACT).scaleb(2, context=_EXACT))


def whole_units(number: Decimal, places: int) -> int | None:
    """The number times ten to `places`, where that is whole: 2 for whole cents."""
    scaled = number.scaleb(places, context=_EXACT)
    whole = int(scaled)
    return whole if whole == scaled else None


def line_total(
    total: Decimal | None, unit_price: Decimal | None, quantity: Decimal, discount: Decimal | None
) -> int | Bad | None:
    """Cents of a line: its total, or unit price × quantity, less the discount; None where no money is given.

    The discount brings the amount nearer to zero, never beyond it. What comes back (a negative
    quantity) is negative money, whatever sign the file gave.
    """
    amount = total
    if amount is None:
        if unit_price is None:
            return None
        amount = _EXACT.multiply(unit_price, quantity)
    size = abs(amount)
    if discount is not None:
        size = max(_EXACT.subtract(size, abs(discount)), Decimal(0))
    if size > _LARGEST:
        return Bad("unit price × quantity is too large. Correct one of them.")
    return cents(-size if amount < 0 or quantity < 0 else size)
