"""Which column of a file is which field of which table, by the names of the columns and their cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.content import Cells
from storage.errors import ImportRefusedError
from storage.rejects import added_columns
from storage.tables import TABLES, Field, Kind, Table, known_names, plain_name
from storage.times import looks_like_a_time

# field → position of its column in the file
Layout = Mapping[str, int]

_NOT_A_NAME = re.compile(r"[\d\s.,:/+*%€$£¥-]*")
_NUMBERED = re.compile(r" \(\d+\)\Z")
_SHOWN, _LONGEST = 30, 60


@dataclass(frozen=True)
class _Fit:
    """A table whose required fields the file has, and where; `sure` unless cells had to be looked at."""

    table: Table
    layout: Layout
    sure: bool
    refusal: ImportRefusedError | None

    def covers(self, other: _Fit) -> bool:
        """Whether this table needs more, and what the other one needs stands in columns that it has, too."""
        needed = {other.layout[name] for name in other.table.required}
        return len(self.table.required) > len(other.table.required) and needed <= {*self.layout.values()}


@dataclass(frozen=True)
class _Part:
    """A table of whose required fields the file lacks some; `guessed` are those found by their cells."""

    table: Table
    layout: Layout
    guessed: frozenset[str]

    @property
    def missing(self) -> list[str]:
        """The required fields that the file lacks, in the table's order."""
        return [field.name for field in self.table.fields if field.required and field.name not in self.layout]

    @property
    def weight(self) -> tuple[int, int]:
        """The more, the likelier that the file was meant for this table."""
        return len(self.layout), -len(self.missing)

    def outdoes(self, fits: Sequence[_Fit]) -> bool:
        """Whether the file was meant for this table rather than for the fits, each of which asks for one id.

        A time tells nothing: users join at one, too. Nor does another's id beside many columns of a fit.
        """
        needed: frozenset[str] = frozenset().union(*(fit.table.required for fit in fits))
        told = [self.table.field(name) for name in self.layout.keys() - self.guessed - needed]
        telling = any(
            field.kind is Kind.ID or (field.required and field.kind is not Kind.TIME) for field in told
        )
        return all(len(fit.table.required) == 1 for fit in fits) and (
            len(self.table.required & self.layout.keys()) > 2
            or (telling and all(len(self.layout) > len(fit.layout) for fit in fits))
        )


def choose_layout(
    columns: Sequence[str],
    table: str | None,
    mapped: Mapping[str, str],
    cells: Sequence[Sequence[str]] = (),
) -> tuple[Table, Layout]:
    """The table that a file with these columns belongs to, and where its fields are.

    `cells` are the columns of its first rows: they decide where a name alone does not. Raises
    ImportRefusedError where no table fits, or more than one, or where the first line has no names.
    """
    _check_header(columns, mapped)
    check_mapped(columns, mapped, _wanted(table))
    seen = Cells(cells)
    fits, parts, missing_of = [], [], {}
    for each in _wanted(table):
        if mapped.keys() <= {field.name for field in each.fields}:
            matching = _Matching(each, columns, mapped, seen)
            missing_of[each.name] = missing = sorted(each.required - matching.layout.keys())
            if missing:
                parts.append(_Part(each, matching.layout, frozenset(matching.guessed)))
            else:
                fits.append(_Fit(each, matching.layout, not matching.guessed, matching.refusal))
    if not fits:
        raise _missing(columns, missing_of)
    best = _best(fits)
    likelier = [part for part in parts if part.outdoes(best)]
    if likelier:
        raise _incomplete(columns, max(likelier, key=lambda part: part.weight), best)
    if len(best) > 1:
        raise ImportRefusedError(
            "The file fits several tables: {tables}.",
            next_step="Name one with --table, or map the missing columns with --map field=COLUMN.",
            tables=", ".join(each.table.name for each in best),
        )
    if best[0].refusal is not None:
        raise best[0].refusal
    return best[0].table, best[0].layout


def _best(fits: Sequence[_Fit]) -> Sequence[_Fit]:
    """The fits that no other one outdoes."""
    # A guess has to explain more of the file than what fits by its names alone.
    sure = [fit for fit in fits if fit.sure]
    fits = [
        fit for fit in fits if fit.sure or not any(len(other.layout) >= len(fit.layout) for other in sure)
    ]
    return [fit for fit in fits if not any(other.covers(fit) for other in fits)]


class _Matching:
    """The fields of one table found among the columns of a file; `guessed` are those found by their cells.

    `refusal` is what there is to say, should this be the table, where two columns could be one field.
    """

    def __init__(self, table: Table, columns: Sequence[str], mapped: Mapping[str, str], cells: Cells) -> None:
        self.layout = {name: columns.index(column) for name, column in mapped.items()}
        self.guessed: set[str] = set()
        self.refusal: ImportRefusedError | None = None
        self._table = table
        self._columns = columns
        self._cells = cells
        self._plain = [_plain(column, columns) for column in columns]
        self._fixed = {*self.layout.values(), *range(added_columns(columns))}
        self._taken = {*self._fixed}
        for field in table.fields:
            if field.name not in self.layout:
                self._take(field, self._by_name(field))
        for field in table.fields:
            if field.required and field.name not in self.layout:
                self._guess(field)

    def _take(self, field: Field, place: int | None) -> None:
        if place is not None:
            self.layout[field.name] = place
            self._taken.add(place)

    def _by_name(self, field: Field) -> int | None:
        """The column with the best name, passing over one whose cells are nothing of the kind."""
        doubtful = None
        for wanted in self._table.header_names(field.name):
            place = self._only(field, [place for place in self._named(wanted) if place not in self._taken])
            if place is None:
                continue
            if not self._cells.contradict(field.kind, place):
                return place
            doubtful = place if doubtful is None else doubtful
        return doubtful

    def _guess(self, field: Field) -> None:
        """A column with a vague name, where its cells look like the field; it may serve none better."""
        spare = {
            place
            for name, place in self.layout.items()
            if place not in self._fixed and self._unfit(self._table.field(name), place)
        }
        for wanted in self._table.vague_names(field.name):
            for place in self._named(wanted):
                if (place in self._taken and place not in spare) or not self._cells.fit(field.kind, place):
                    continue
                self.layout = {name: kept for name, kept in self.layout.items() if kept != place}
                self.guessed.add(field.name)
                self._take(field, place)
                return

    def _unfit(self, field: Field, place: int) -> bool:
        return field.kind is Kind.PERSONAL or (
            not field.required and self._cells.contradict(field.kind, place)
        )

    def _named(self, wanted: str) -> list[int]:
        return [place for place, name in enumerate(self._plain) if name == wanted]

    def _only(self, field: Field, places: list[int]) -> int | None:
        """Of columns with the same name the only one whose cells may be the field's."""
        if len(places) < 2 or self._cells.alike(places):
            return places[0] if places else None
        filled = [place for place in places if not self._cells.empty(place)]
        likely = [place for place in filled if not self._cells.contradict(field.kind, place)]
        if len(likely) == 1:
            return likely[0]
        self.refusal = self.refusal or ImportRefusedError(
            "Several columns could be {field}: {columns}.",
            next_step="Choose one with --map {field}=COLUMN.",
            field=field.name,
            columns=_shown([self._columns[place] for place in places]),
        )
        return places[0]


def _plain(column: str, columns: Sequence[str]) -> str:
    """The plain name; that of the first `price` for a second column called so, which is `price (2)`."""
    first = _NUMBERED.sub("", column)
    return plain_name(first if first in columns else column)


def _wanted(table: str | None) -> list[Table]:
    if table is None:
        return list(TABLES.values())
    if table not in TABLES:
        raise ImportRefusedError(
            "There is no table {table}.",
            next_step="Choose one of: {tables}.",
            table=table,
            tables=", ".join(TABLES),
        )
    return [TABLES[table]]


def _check_header(columns: Sequence[str], mapped: Mapping[str, str]) -> None:
    if not any(columns) or all(map(_is_no_name, columns)) or (not mapped and _is_a_row(columns)):
        raise ImportRefusedError(
            "The first line has no column names.",
            next_step="Name the columns in the first line, for example order_id,user_id,ordered_at,item_id.",
        )


def _is_no_name(text: str) -> bool:
    return _NOT_A_NAME.fullmatch(text) is not None


def _is_a_row(columns: Sequence[str]) -> bool:
    """Whether there is a date and not one name that we know: then the names were left out."""
    return any(map(looks_like_a_time, columns)) and not known_names(columns)


def check_mapped(columns: Sequence[str], mapped: Mapping[str, str], tables: Sequence[Table]) -> None:
    """Raises ImportRefusedError where a field is none of the tables', or a column none of the file's."""
    known = {field.name: None for table in tables for field in table.fields}
    for name, column in mapped.items():
        if name not in known:
            raise ImportRefusedError(
                "There is no field {field} in {tables}.",
                next_step="Fields: {fields}.",
                fields=", ".join(known),
                field=name,
                tables=" or ".join(table.name for table in tables),
            )
        if column not in columns:
            raise ImportRefusedError(
                "The file has no column {column}.",
                next_step="Columns: {columns}.",
                column=column,
                columns=_shown(columns),
            )


def _missing(columns: Sequence[str], missing_of: Mapping[str, Sequence[str]]) -> ImportRefusedError:
    needs = "; ".join(f"{name} needs {', '.join(missing)}" for name, missing in missing_of.items())
    first = next((missing[0] for missing in missing_of.values() if missing), "field")
    return ImportRefusedError(
        "The columns fit no table: {needs}." if needs else "The mapped fields fit no table.",
        next_step="Map the missing columns, for example --map {first}=COLUMN. Columns: {columns}.",
        needs=needs,
        first=first,
        columns=_shown(columns),
    )


def _incomplete(columns: Sequence[str], part: _Part, fits: Sequence[_Fit]) -> ImportRefusedError:
    return ImportRefusedError(
        "The columns are those of {table}, but there is none for {missing}.",
        next_step="Map it with --map {first}=COLUMN, or say --table {other} if that is what the file holds."
        " Columns: {columns}.",
        table=part.table.name,
        missing=", ".join(part.missing),
        first=part.missing[0],
        other=fits[0].table.name,
        columns=_shown(columns),
    )


def _shown(columns: Sequence[str]) -> str:
    names = [name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…" for name in columns[:_SHOWN]]
    return ", ".join(names) + (", …" if len(columns) > _SHOWN else "")
