"""Which column of a file is which field of which table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from storage.errors import ImportRefusedError
from storage.rejects import added_columns
from storage.tables import TABLES, Table, plain_name

# field → position of its column in the file
Layout = Mapping[str, int]

_NOT_A_NAME = re.compile(r"[\d\s.,:/+*%€$£¥-]*")
_SHOWN = 30


def choose_layout(
    columns: Sequence[str], table: str | None, mapped: Mapping[str, str]
) -> tuple[Table, Layout]:
    """The table that a file with these columns belongs to, and where its fields are.

    Raises ImportRefusedError where none fits, or more than one, or where the first line has no names.
    """
    _check_header(columns)
    _check_mapped(columns, mapped, _wanted(table))
    if table is not None:
        layout = _layout(TABLES[table], columns, mapped)
        missing = sorted(TABLES[table].required - layout.keys())
        if missing:
            raise _missing(columns, {table: missing})
        return TABLES[table], layout
    layouts = {
        each.name: _layout(each, columns, mapped)
        for each in TABLES.values()
        if mapped.keys() <= {field.name for field in each.fields}
    }
    missing_of = {name: sorted(TABLES[name].required - layout.keys()) for name, layout in layouts.items()}
    fitting = [TABLES[name] for name, missing in missing_of.items() if not missing]
    if not fitting:
        raise _missing(columns, missing_of)
    best = max(fitting, key=lambda each: len(each.required))
    if any(each is not best and not each.required < best.required for each in fitting):
        raise ImportRefusedError(
            "The file fits several tables: {tables}.",
            next_step="Name one with --table, or map the missing columns with --map field=COLUMN.",
            tables=", ".join(each.name for each in fitting),
        )
    return best, layouts[best.name]


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


def _check_header(columns: Sequence[str]) -> None:
    if not any(columns) or all(_NOT_A_NAME.fullmatch(name) for name in columns):
        raise ImportRefusedError(
            "The first line has no column names.",
            next_step="Name the columns in the first line, for example order_id,user_id,ordered_at,item_id.",
        )


def _check_mapped(columns: Sequence[str], mapped: Mapping[str, str], tables: Sequence[Table]) -> None:
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


def _layout(table: Table, columns: Sequence[str], mapped: Mapping[str, str]) -> dict[str, int]:
    layout = {name: columns.index(column) for name, column in mapped.items()}
    taken = {*layout.values(), *range(added_columns(columns))}
    plain = [plain_name(column) for column in columns]
    for field in table.fields:
        if field.name in layout:
            continue
        for wanted in table.header_names(field.name):
            places = [place for place, name in enumerate(plain) if name == wanted and place not in taken]
            if len(places) > 1:
                raise ImportRefusedError(
                    "Several columns could be {field}: {columns}.",
                    next_step="Choose one with --map {field}=COLUMN.",
                    field=field.name,
                    columns=_shown([columns[place] for place in places]),
                )
            if places:
                layout[field.name] = places[0]
                taken.add(places[0])
                break
    return layout


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


def _shown(columns: Sequence[str]) -> str:
    return ", ".join(columns[:_SHOWN]) + (", …" if len(columns) > _SHOWN else "")
