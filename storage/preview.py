"""What an import would make of a file, seen on its first rows; nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from itertools import islice
from pathlib import Path

from storage.batches import Batch, Source
from storage.database import Home
from storage.headers import Layout
from storage.import_notices import NO_ROWS, doubtful_notices, personal_notices
from storage.ingest import (
    ImportOptions,
    reading_as,
    shop_currency,
)
from storage.notices import Notice
from storage.opening import Opened, opened
from storage.privacy import Pseudonyms
from storage.rejects import added_columns
from storage.staging import Decisions, Reading, StagedRows, Staging, survey
from storage.tables import Kind, Table
from storage.values import DoubtfulError

NOT_STORED = "(not stored)"
PSEUDONYM = "(pseudonym)"

_CHUNK = 1 << 20
_LONGEST = 60


@dataclass(frozen=True)
class Preview:
    """What an import would read from a file.

    `columns` names the file's column for each field it has; `unused` are its other columns. `rows` are the
    first good rows, each field as text in the way it was understood. `count` is how many rows the file has,
    `exact` whether that is known or estimated; `size` is in bytes.
    """

    table: str
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    count: int
    exact: bool
    size: int
    warnings: tuple[Notice, ...]


def preview(
    home: Home, path: Path, options: ImportOptions, *, rows: int = 3, now: datetime | None = None
) -> Preview:
    """What `import_file` would make of the file at `path`, from its first rows.

    The whole file is read only where a column can be understood in two ways. Raises ImportRefusedError where
    the import would refuse the file for its form, its columns, the options, or these rows.
    """
    with opened(path, options) as file:
        return _preview(home, path, options, file, rows, now or datetime.now(UTC))


def _preview(
    home: Home, path: Path, options: ImportOptions, file: Opened, rows: int, now: datetime
) -> Preview:
    source, table, layout = file.source, file.table, file.layout
    reading = reading_as(options, now, _Hidden(home.path), file.preset)
    with home.store() as connection:
        reading = replace(reading, currency=shop_currency(connection, reading))
    batches = source.batches()
    start = list(islice(batches, 2))
    whole = next(batches, None) is None
    first = start[0] if start else Batch([], [[]] * len(source.columns), [], source.size)
    staging, staged = _staged(source, first, table, layout, reading)
    good = list(islice(staged.good, rows))
    count, exact = _count(source, path, start if whole else None)
    return Preview(
        table=table.name,
        columns={name: source.columns[place] for name, place in layout.items()},
        unused=_unused(source.columns, layout),
        rows=tuple(_shown(table, staging, first, layout, row, reading.zone) for row in good),
        count=count,
        exact=exact,
        size=source.size,
        warnings=(
            *file.notices,
            *(() if count else (NO_ROWS,)),
            *personal_notices(table, layout),
            *doubtful_notices(staging),
            *_bad_rows(staged, len(first.numbers) + len(first.broken)),
        ),
    )


class _Hidden(Pseudonyms):
    """The real pseudonyms need the home's key, and a look at a file must not make one."""

    def of(self, text: str) -> str:
        return PSEUDONYM


def _staged(
    source: Source, batch: Batch, table: Table, layout: Layout, reading: Reading
) -> tuple[Staging, StagedRows]:
    staging = Staging(table, layout, reading, Decisions())
    try:
        return staging, staging.rows(batch)
    except DoubtfulError:
        decisions = survey(source, table, layout, reading.date_format)
        staging = Staging(table, layout, reading, decisions)
        return staging, staging.rows(batch)


def _count(source: Source, path: Path, batches: Sequence[Batch] | None) -> tuple[int, bool]:
    """How many rows there are: as the format says, or in all these batches, or else by the line ends."""
    known = source.count()
    if known is not None:
        return known, True
    if batches is not None:
        return sum(len(batch.numbers) + len(batch.broken) for batch in batches), True
    with path.open("rb") as file:
        ends = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))
    return max(ends - 1, 0), False


def _unused(columns: Sequence[str], layout: Layout) -> tuple[str, ...]:
    used = {*layout.values(), *range(added_columns(columns))}
    return tuple(name for place, name in enumerate(columns) if name and place not in used)


def _bad_rows(staged: StagedRows, seen: int) -> list[Notice]:
    if not staged.bad:
        return []
    first = staged.bad[0]
    return [
        Notice(
            "Of the first {rows} rows {bad} cannot be used. Line {line}: {reason}",
            {"rows": seen, "bad": len(staged.bad), "line": first.number, "reason": first.reason},
        )
    ]


def _shown(
    table: Table,
    staging: Staging,
    batch: Batch,
    layout: Layout,
    row: tuple[object, ...],
    zone: tzinfo,
) -> dict[str, str]:
    """One row by field, in the order of the table."""
    number, *stored = row
    values = dict(zip(staging.columns, stored, strict=True))
    place = batch.numbers.index(number) if isinstance(number, int) else 0
    shown = {}
    for field in table.fields:
        if field.column in values:
            shown[field.name] = _text(field.kind, values[field.column], zone, staging.currency)
        elif field.kind is Kind.PERSONAL and field.name in layout:
            given = batch.columns[layout[field.name]][place].strip()
            shown[field.name] = NOT_STORED if given else ""
    return shown


def _text(kind: Kind, value: object, zone: tzinfo, currency: str | None) -> str:
    if value is None:
        return ""
    if kind is Kind.TIME and isinstance(value, int):
        return datetime.fromtimestamp(value, zone).isoformat(" ")
    if kind is Kind.MONEY and isinstance(value, int):
        sign, whole = "-" if value < 0 else "", abs(value)
        return f"{sign}{whole // 100}.{whole % 100:02} {currency or ''}".rstrip()
    if kind is Kind.FLAG:
        return "yes" if value else "no"
    if kind is Kind.NUMBER and isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = " ".join(str(value).split()) if kind is Kind.PROSE else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
