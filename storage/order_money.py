"""Money that a file gives for whole orders only → money of their lines, and returns as lines of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from storage.numbers import MarksSeen, NumberParser, cents, currencies_beside
from storage.values import Bad, DoubtfulError

Row = list[str]
_COUNTED = frozenset({"", "paid", "partly_refunded", "invoiced"})


def parser_for(cells: Sequence[str]) -> NumberParser:
    """Reads the numbers of a column, with the decimal mark that these cells of it show."""
    seen = MarksSeen()
    seen.look(cells)
    return NumberParser(seen.mark or ".")


@dataclass(frozen=True)
class OrderMoney:
    """What is done to the rows of one order.

    `layout` says where our fields are; `spread` and `refund` are the places of what the order's first row
    says that its lines cost together, and of what was given back; `item` is the id of the line for that, with
    `each_line` followed by the id of the item it is about.
    """

    layout: Mapping[str, int]
    parsers: Mapping[int, NumberParser]
    spread: int | None
    refund: int | None
    item: str
    each_line: bool

    def complete(self, rows: list[Row]) -> list[Row]:
        """The rows of one order, each with its share of the money, and the return if there is one."""
        if self.spread is not None:
            self._share(rows, self._number(rows[0], self.spread), _beside(rows[0][self.spread]))
        returns = []
        for row in rows if self.each_line else rows[:1]:
            given_back = self._number(row, self.refund)
            if self.refund is not None and given_back is not None and given_back > 0:
                returns.append(self._returned(row, given_back, _beside(row[self.refund])))
        return rows + returns

    def _share(self, rows: list[Row], amount: Decimal | None, currency: str) -> None:
        """In proportion to price × quantity, or to the quantity where there are no prices; to the cent."""
        if amount is None:
            return
        weights = self._weights(rows)
        whole, given, reached = sum(weights), 0, Decimal(0)
        for row, weight in zip(rows, weights, strict=True):
            reached += weight
            until = cents(amount * reached / whole)
            row[self.layout["total"]] = _text(until - given) + currency
            given = until

    def _weights(self, rows: Sequence[Row]) -> list[Decimal]:
        quantities = [self._of(row, "quantity", Decimal(1)) for row in rows]
        prices = [self._of(row, "unit_price", Decimal(0)) for row in rows]
        for weights in ([one * other for one, other in zip(prices, quantities, strict=True)], quantities):
            if sum(weights) > 0 and min(weights) >= 0:
                return weights
        return [Decimal(1)] * len(rows)

    def _returned(self, row: Row, amount: Decimal, currency: str) -> Row:
        """A line of all that was given back, by its order's own time until `undated_returns` knows better.

        Of an order that does not count any more nothing is left to give back.
        """
        counts = row[self.layout["status"]] in _COUNTED if "status" in self.layout else True
        returned = list(row)
        cells = {
            "quantity": "-1",
            "total": _text(-cents(amount) if counts else 0) + currency,
            "status": "paid",
            **dict.fromkeys(("unit_price", "discount", "item_name", "category", "status_at", "line"), ""),
            # Last, for the name may stand in the same column.
            "item_id": f"{self.item} {row[self.layout['item_id']]}" if self.each_line else self.item,
        }
        for name, cell in cells.items():
            if name in self.layout:
                returned[self.layout[name]] = cell
        return returned

    def _of(self, row: Row, name: str, otherwise: Decimal) -> Decimal:
        number = self._number(row, self.layout.get(name))
        return otherwise if number is None else number

    def _number(self, row: Row, place: int | None) -> Decimal | None:
        """None where there is no number: then the row is read, and refused, as any other."""
        if place is None:
            return None
        try:
            number = self.parsers[place](row[place])
        except DoubtfulError:
            return None
        return None if isinstance(number, Bad) else number


def _text(amount: int) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02}"


def _beside(cell: str) -> str:
    """The currency beside an amount, as it is to stand behind its shares: all of it is looked at later."""
    return "".join(f" {sign}" for sign in currencies_beside(cell)[:1])
