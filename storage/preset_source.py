"""A platform's file as a source of rows like any other: its own columns, and behind them ours.

Rows stream through in batches. What is kept between two of them is the order that may not be over yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import compress
from pathlib import Path

from storage.batches import Batch, Source, distinct_names
from storage.lookups import LookupTables
from storage.notices import Notice
from storage.order_money import OrderMoney, parser_for
from storage.preset import Preset, Refund
from storage.preset_cells import (
    BeforeDiscount,
    Columns,
    FieldCells,
    StatusTimes,
    holds,
    places_of,
    without_excel_marks,
)

# An order of more rows is none: the column of its ids is empty or wrong.
_LONGEST_ORDER = 10_000
_MONEY = ("quantity", "unit_price")


class PresetSource:
    """The file `source` as `preset` reads it; `layout` says where our fields are.

    `files` are the paths of the preset's lookups by their names.
    """

    def __init__(self, source: Source, preset: Preset, files: Mapping[str, Sequence[Path]]) -> None:
        self.size = source.size
        self.notices: tuple[Notice, ...] = source.notices
        self._source = source
        self._preset = preset
        self._files = files
        self._tables: LookupTables | None = None
        own = list(source.columns)
        own += [f"{lookup.name}.{column}" for lookup in preset.lookups for column in lookup.columns]
        self._place_of = places_of(own)
        self._made: list[FieldCells | StatusTimes | BeforeDiscount | None] = []
        self.layout: dict[str, int] = {}
        names = self._lay_out(own)
        self.columns = distinct_names([*own, *names])
        self._money: OrderMoney | None = None
        self._held: tuple[list[int], list[list[str]]] = ([], [])
        self._above: dict[int, str] = {}
        self._key_above = ""

    def count(self) -> int | None:
        """How many rows the file has, whatever they become."""
        return self._source.count()

    def close(self) -> None:
        """Let go of the files beside this one."""
        if self._tables is not None:
            self._tables.close()
            self._tables = None

    def batches(self) -> Iterator[Batch]:
        """The rows as ours, from first to last."""
        self._held, self._above, self._key_above = ([], []), {}, ""
        done = 0
        for batch in self._source.batches():
            done = batch.bytes_done
            numbers, columns = self._read(batch)
            if self._preset.whole_orders:
                if batch.broken:
                    yield replace(batch, numbers=[], columns=[[]] * len(self.columns))
                yield from self._whole_orders(numbers, columns, done)
            else:
                yield Batch(numbers, columns, batch.broken, done)
        if self._held[0]:
            yield self._completed(*self._held, done)

    def _lay_out(self, own: Sequence[str]) -> list[str]:
        """Where each field is; the names of the columns that are made, by what they are made of."""
        preset = self._preset
        names: list[str] = []
        ruled = {rule.field for rule in preset.rules}
        dated = any(rule.field == "status" and rule.at for rule in preset.rules)
        split = set(preset.split.item.groupindex) if preset.split else set()
        # What is given back is a line with a negative quantity.
        returned = ["quantity"] if preset.refund else []
        given = [*preset.fields, *preset.otherwise, *ruled, *split, *returned]
        for name in dict.fromkeys(given):
            places = [
                place for each in preset.fields.get(name, ()) if (place := self._place_of(each)) is not None
            ]
            made = len(places) != 1 or name in ruled or name in preset.words or name in preset.otherwise
            if not made:
                self.layout[name] = places[0]
            elif places or name not in preset.fields or name in preset.otherwise or name in ruled:
                self.layout[name] = len(own) + len(names)
                names.append(", ".join(own[place] for place in places) or name)
                self._made.append(FieldCells(name, places, preset, self._place_of))
        if dated:
            self.layout["status_at"] = len(own) + len(names)
            names.append("status_at")
            self._made.append(StatusTimes(preset.rules, self._place_of))
        discount = self._place_of(preset.known_discount) if preset.known_discount else None
        if discount is not None and self.layout.get("total", len(own)) < len(own):
            total = self.layout["total"]
            self._made.append(BeforeDiscount(total, discount))
            self.layout |= {"discount": discount, "total": len(own) + len(names)}
            names.append(f"{own[total]} + {own[discount]}")
        if preset.whole_orders and "total" not in self.layout:
            self.layout["total"] = len(own) + len(names)
            names.append(preset.spread[0] if preset.spread else "total")
            self._made.append(None)
        return names

    def _read(self, batch: Batch) -> tuple[Sequence[int], Columns]:
        """Column by column: marks taken off, gaps filled, further files looked up, our fields made."""
        preset = self._preset
        columns: list[Sequence[str]] = list(batch.columns)
        numbers = batch.numbers
        if preset.excel_text:
            columns = [without_excel_marks(cells) for cells in columns]
        if preset.group is not None:
            self._fill_down(columns)
        for lookup in preset.lookups:
            place = self._place_of(lookup.on)
            keys = columns[place] if place is not None else [""] * len(numbers)
            columns += self._lookups().rows(lookup, keys)
        for conditions in preset.skip:
            kept = [not held for held in holds(conditions, columns, self._place_of, len(numbers))]
            if not all(kept):
                numbers = list(compress(numbers, kept))
                columns = [list(compress(cells, kept)) for cells in columns]
        count = len(numbers)
        made = [each.read(columns, count) if each else [""] * count for each in self._made]
        return self._split(numbers, [*columns, *made])

    def _lookups(self) -> LookupTables:
        if self._tables is None:
            clean = without_excel_marks if self._preset.excel_text else _as_they_are
            self._tables = LookupTables(self._preset.lookups, self._files, clean)
        return self._tables

    def _fill_down(self, columns: list[Sequence[str]]) -> None:
        group = self._preset.group
        assert group is not None
        by = self._place_of(group.by)
        if by is None:
            return
        keys = columns[by]
        wanted = [place for name in group.fill_down if (place := self._place_of(name)) is not None]
        filled = {place: list(columns[place]) for place in wanted}
        own_keys = list(keys)
        for row, key in enumerate(keys):
            if group.blank_continues and not key.strip() and self._key_above:
                key = own_keys[row] = self._key_above
            if key != self._key_above or not key.strip():
                self._key_above = key
                self._above = {place: cells[row] for place, cells in filled.items()}
                continue
            for place, cells in filled.items():
                if not cells[row].strip():
                    cells[row] = self._above[place]
        columns[by] = own_keys
        for place, cells in filled.items():
            columns[place] = cells

    def _split(self, numbers: Sequence[int], columns: Columns) -> tuple[Sequence[int], Columns]:
        """A row for each item of the cell that lists them; one row without item where it lists none."""
        split = self._preset.split
        place = self._place_of(split.column) if split else None
        if split is None or place is None:
            return numbers, columns
        rows: list[list[str]] = []
        starts: list[int] = []
        for number, row in zip(numbers, zip(*columns, strict=True), strict=True):
            pieces = [split.item.fullmatch(piece.strip()) for piece in split.between.split(row[place])]
            for found in [piece.groupdict() for piece in pieces if piece] or [{}]:
                cells = list(row)
                for name, value in found.items():
                    cells[self.layout[name]] = value or cells[self.layout[name]]
                rows.append(cells)
                starts.append(number)
        return starts, list(zip(*rows, strict=True)) if rows else [[]] * len(columns)

    def _whole_orders(self, numbers: Sequence[int], columns: Columns, done: int) -> Iterator[Batch]:
        """All orders but the last, which may go on in the next batch."""
        held_numbers, held = self._held
        all_numbers = [*held_numbers, *numbers]
        rows = [*held, *map(list, zip(*columns, strict=True))]
        keys = self._keys(rows)
        cut = len(rows)
        while cut > 0 and keys[cut - 1] and keys[cut - 1] == keys[-1]:
            cut -= 1
        if len(rows) - cut > _LONGEST_ORDER:
            cut = len(rows)
        self._held = (all_numbers[cut:], rows[cut:])
        if cut:
            yield self._completed(all_numbers[:cut], rows[:cut], done)

    def _keys(self, rows: Sequence[Sequence[str]]) -> list[str]:
        assert self._preset.group is not None
        place = self._place_of(self._preset.group.by)
        return ["" if place is None else row[place].strip() for row in rows]

    def _completed(self, numbers: Sequence[int], rows: list[list[str]], done: int) -> Batch:
        if self._money is None:
            self._money = self._order_money(rows)
        keys = self._keys(rows)
        starts = [row for row in range(len(rows)) if not row or not keys[row] or keys[row] != keys[row - 1]]
        whole: list[list[str]] = []
        lines: list[int] = []
        for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
            complete = self._money.complete(rows[start:end])
            whole += complete
            lines += [*numbers[start:end], *[numbers[end - 1]] * (len(complete) - (end - start))]
        return Batch(lines, list(zip(*whole, strict=True)), (), done)

    def _order_money(self, rows: Sequence[Sequence[str]]) -> OrderMoney:
        preset = self._preset
        shared = (self._place_of(name) for name in preset.spread)
        spread = next((place for place in shared if place is not None), None)
        refund = None
        if preset.refund and all(self._place_of(name) is not None for name in preset.refund.needs):
            refund = self._place_of(preset.refund.amount)
        places = {spread, refund, *(self.layout.get(name) for name in _MONEY)} - {None}
        parsers = {place: parser_for([row[place] for row in rows]) for place in places if place is not None}
        given_back = preset.refund or Refund("")
        return OrderMoney(self.layout, parsers, spread, refund, given_back.item, given_back.each_line)


def _as_they_are(cells: Sequence[str]) -> Sequence[str]:
    return cells
