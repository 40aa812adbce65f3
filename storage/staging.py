"""Batches of text cells → rows of values for one table, the bad ones told apart with their reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal

from storage import values
from storage.batches import Batch, BrokenRow, Source
from storage.columns import Column, distinct
from storage.currencies import OneCurrency
from storage.digests import digests
from storage.headers import Layout
from storage.numbers import MarksSeen, NumberParser, cents
from storage.repeats import SeenKeys
from storage.tables import Field, Kind, Table
from storage.times import DateFormat, OrdersSeen, TimeReader
from storage.totals import TotalReader
from storage.values import Bad, ColumnReader, DotZeroSeen, IdReader, Reader

_IDS = (Kind.ID, Kind.USER)
_NUMBERS = (Kind.NUMBER, Kind.MONEY)
_MONEY_OF_A_LINE = ("total", "unit_price", "quantity", "discount")


@dataclass(frozen=True)
class Decisions:
    """What only whole columns say, by field. Empty where no cell has made it matter."""

    made: bool = False
    dot_zero: frozenset[str] = frozenset()
    marks: dict[str, str] = field(default_factory=dict)
    day_first: dict[str, bool | None] = field(default_factory=dict)


def survey(source: Source, table: Table, layout: Layout, date_format: DateFormat | None) -> Decisions:
    """Read the whole file once for what only whole columns say."""
    kinds = {name: table.field(name).kind for name in layout}
    zeros: Mapping[str, DotZeroSeen] = {name: DotZeroSeen() for name, kind in kinds.items() if kind in _IDS}
    marks: Mapping[str, MarksSeen] = {name: MarksSeen() for name, kind in kinds.items() if kind in _NUMBERS}
    orders: Mapping[str, OrdersSeen] = {
        name: OrdersSeen() for name, kind in kinds.items() if kind is Kind.TIME
    }
    if date_format is not None and date_format.day_first is not None:
        orders = {}
    for batch in source.batches():
        for name, place in layout.items():
            cells = distinct(batch.columns[place]).values
            for evidence in (zeros, marks, orders):
                if name in evidence:
                    evidence[name].look(cells)
    # A file is written in one way: a column that does not show its decimal mark has that of the others.
    shown = {seen.mark for seen in marks.values()} - {None}
    usual = shown.pop() if len(shown) == 1 else None
    return Decisions(
        True,
        frozenset(name for name, seen in zeros.items() if seen.decided),
        {name: seen.mark or usual or "." for name, seen in marks.items()},
        {name: seen.decide(name) for name, seen in orders.items()},
    )


@dataclass(frozen=True)
class Reading:
    """How the cells of one import are to be read, whatever the file says.

    `pseudonym` gives what stands for a user id that is an e-mail address or a phone number, and any other
    as it is; with `every_user` it is asked about those that look like plain ids, too.
    """

    pseudonym: Callable[[str], str]
    zone: tzinfo
    latest: int
    date_format: DateFormat | None
    currency: str | None
    every_user: bool = False


@dataclass(frozen=True)
class StagedRows:
    """What became of a batch.

    `good` holds (line number, a value for each column); `places` holds (line number, the columns that
    the table counts) of bad rows where these are known; `repeated` those columns of the rows that may
    have been in the file before.
    """

    good: Iterator[tuple[object, ...]]
    bad: Sequence[BrokenRow]
    places: Sequence[tuple[object, ...]]
    repeated: Sequence[tuple[object, ...]]


class Staging:
    """Turns batches into rows for the columns `columns` of the staging table."""

    def __init__(self, table: Table, layout: Layout, reading: Reading, decisions: Decisions) -> None:
        self.anonymous = 0
        self.hidden = 0  # rows whose user id is a pseudonym
        self.every_user = reading.every_user
        self._currency = OneCurrency(reading.currency)
        self._table = table
        self._layout = layout
        self._reading = reading
        self._decisions = decisions
        self._parsers: dict[str, NumberParser] = {}
        self._readers: dict[str, ColumnReader] = {name: self._reader(table.field(name)) for name in layout}
        self._totals: TotalReader | None = None
        if table.name == "lines" and {"total", "unit_price"} & layout.keys():
            parsers = [self._number(table.field(name)) for name in _MONEY_OF_A_LINE]
            self._totals = TotalReader(parsers)
        stored = [table.field(name) for name in layout if table.field(name).column]
        self.columns = [each.column for each in stored if each.column and each.name != "total"]
        if "status" not in layout and "status_at" in self.columns:
            self.columns.remove("status_at")
        if self._totals is not None:
            self.columns.append("total_cents")
        if table.digest is not None:
            self.columns.append(table.digest.column)
            if table.counter and table.digest.of_id in layout:
                self.columns.append(table.counter)
        numbered = table.counter is not None and table.counter not in self.columns
        self._seen = SeenKeys() if numbered else None

    @property
    def currency(self) -> str | None:
        """The currency of the amounts, as far as it is known by now."""
        return self._currency.known

    def doubtful_amounts(self) -> Iterator[tuple[str, str]]:
        """Fields of money, each with a number like 1.234 and none that shows what the point is."""
        for name, parser in self._parsers.items():
            if parser.doubtful and self._table.field(name).kind is Kind.MONEY:
                yield name, parser.doubtful

    def rows(self, batch: Batch) -> StagedRows:
        """The rows of a batch, good and bad. Raises DoubtfulError where the whole column has to be seen."""
        cells = {name: distinct(batch.columns[place]) for name, place in self._layout.items()}
        read: dict[str, Column[object]] = {}
        reasons: dict[int, str] = {}
        for name, reader in self._readers.items():
            column = cells[name]
            read[name] = Column(reader.read(column.values), column.codes)
            if reader.found_bad:
                _collect(name, read[name], reasons)
            if isinstance(reader, IdReader):
                self.hidden += reader.count_hidden(column)
        if self._totals is not None:
            read["total"] = self._totals.read([cells.get(name, _ABSENT) for name in _MONEY_OF_A_LINE])
            if self._totals.found_bad:
                _collect("total", read["total"], reasons)
        if "currency" in read:
            self._currency.look(read["currency"], batch.numbers, reasons)
        for parser in self._parsers.values():
            self._currency.look_at_signs(parser.currencies)
        by_column = self._by_column(read, len(batch.numbers))
        stored = [by_column[column].rows() for column in self.columns]
        good: Iterator[tuple[object, ...]] = zip(batch.numbers, *stored, strict=True)
        anonymous = _without_user(read.get("user_id"))
        self.anonymous += len(anonymous) - len(reasons.keys() & anonymous)
        if not reasons:
            return StagedRows(good, batch.broken, (), self._repeated(by_column))
        kept = (row for index, row in enumerate(good) if index not in reasons)
        bad = [
            BrokenRow(batch.numbers[index], reason, [column[index] for column in batch.columns])
            for index, reason in sorted(reasons.items())
        ]
        broken = sorted([*batch.broken, *bad], key=lambda row: row.number)
        return StagedRows(kept, broken, self._places(batch, by_column, reasons), self._repeated(by_column))

    def _by_column(self, read: Mapping[str, Column[object]], count: int) -> dict[str, Column[object]]:
        """The values of each stored column, those of a key made of several fields included."""
        named = ((self._table.field(name).column, column) for name, column in read.items())
        by_column = {column: cells for column, cells in named if column}
        digest, counter = self._table.digest, self._table.counter
        if digest is not None:
            by_column[digest.column] = digests(digest, read, count)
            if counter and counter in self.columns:
                ids = read[digest.of_id]
                by_column[counter] = Column([1 if each else None for each in ids.values], ids.codes)
        return by_column

    def _repeated(self, by_column: Mapping[str, Column[object]]) -> list[tuple[object, ...]]:
        if self._seen is None:
            return []
        keys = self._seen.again(*(by_column[column] for column in self._table.counted))
        return [key for key in keys if not any(isinstance(each, Bad) or each is None for each in key)]

    def _places(
        self, batch: Batch, by_column: Mapping[str, Column[object]], reasons: dict[int, str]
    ) -> list[tuple[object, ...]]:
        """Where the bad rows stand among those that are counted."""
        if self._seen is None:
            return []
        counted = [by_column[column] for column in self._table.counted]
        keys = ((index, [column.at(index) for column in counted]) for index in reasons)
        return [
            (batch.numbers[index], *key)
            for index, key in keys
            if all(isinstance(each, str | bytes) for each in key)
        ]

    def _number(self, spec: Field) -> NumberParser:
        if spec.name not in self._parsers:
            mark = self._decisions.marks.get(spec.name)
            empty = Decimal(1) if spec.name == "quantity" else None
            self._parsers[spec.name] = NumberParser(mark, empty=empty)
        return self._parsers[spec.name]

    def _reader(self, spec: Field) -> ColumnReader:
        if spec.kind in _IDS:
            anonymous = spec.kind is Kind.USER and self._table.name == "lines"
            return IdReader(
                "" if anonymous else _EMPTY if spec.required else None,
                dot_zero=spec.name in self._decisions.dot_zero if self._decisions.made else None,
                pseudonym=self._reading.pseudonym if spec.kind is Kind.USER else None,
                look_at_all=self._reading.every_user and spec.kind is Kind.USER,
            )
        if spec.kind is Kind.TIME:
            reading = self._reading
            day_first = self._decisions.day_first.get(spec.name)
            empty = _EMPTY if spec.required else None
            return TimeReader(reading.zone, reading.latest, day_first, reading.date_format, empty=empty)
        if spec.kind in _NUMBERS:
            parser = self._number(spec)
            return Reader(_Cents(parser) if spec.kind is Kind.MONEY else _Float(parser))
        if spec.kind is Kind.WORD:
            return values.word_reader(spec.words, spec.default)
        if spec.kind is Kind.PROSE:
            return values.ProseReader(_EMPTY)
        if spec.kind is Kind.TEXT and spec.required:
            return Reader(lambda cell: values.text(cell) or _EMPTY)
        plain = {
            Kind.TEXT: values.text,
            Kind.WHOLE: values.whole,
            Kind.FLAG: values.flag,
            Kind.CURRENCY: values.currency,
            Kind.PERSONAL: values.personal,
        }
        return Reader(plain[spec.kind])


_ABSENT = Column(("",), 0)
_EMPTY = Bad("The cell is empty. Fill it in.")


def _collect(name: str, read: Column[object], reasons: dict[int, str]) -> None:
    bad = {place: value.reason for place, value in enumerate(read.values) if isinstance(value, Bad)}
    for index in read.where(list(bad)):
        reason = f"{name}: {bad[int(read.codes[index])]}"
        reasons[index] = f"{reasons[index]} {reason}" if index in reasons else reason


def _without_user(users: Column[object] | None) -> set[int]:
    if users is None or "" not in users.values:
        return set()
    return set(users.where([place for place, user in enumerate(users.values) if user == ""]))


@dataclass(frozen=True)
class _Cents:
    parser: NumberParser

    def __call__(self, cell: str) -> object:
        number = self.parser(cell)
        return cents(number) if isinstance(number, Decimal) else number


@dataclass(frozen=True)
class _Float:
    parser: NumberParser

    def __call__(self, cell: str) -> object:
        number = self.parser(cell)
        return float(number) if isinstance(number, Decimal) else number
