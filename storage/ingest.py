"""The import: one file into one table, all of it or nothing."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import snapshot, values
from storage.batches import Source
from storage.database import Home, transaction
from storage.errors import ImportRefusedError, StoreError
from storage.formats import open_source
from storage.headers import Layout, choose_layout
from storage.merge import Merge, Merged, create_staging, stage, stage_repeated
from storage.notices import Notice
from storage.privacy import Pseudonyms
from storage.rejects import RejectedFile
from storage.staging import Decisions, Reading, Staging, survey, two_currencies
from storage.tables import Kind, Table
from storage.times import DateFormat, zone_named
from storage.values import Bad, DoubtfulError

Progress = Callable[[int, int], None]

NO_ROWS = Notice("The file has a header and no rows.")


@dataclass(frozen=True)
class ImportOptions:
    """How to read a file; `columns` names the file's column for a field."""

    table: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    date_format: str | None = None
    currency: str | None = None


@dataclass(frozen=True)
class ImportResult:
    """What became of the rows: read = added + updated + unchanged + rejected.

    `anonymous` is a part of the first three.
    """

    table: str
    read: int
    added: int
    updated: int
    unchanged: int
    anonymous: int
    rejected: int
    rejected_file: str | None
    warnings: tuple[Notice, ...]

    def as_json(self) -> dict[str, object]:
        """The result as the program prints it; warnings in English."""
        return {**vars(self), "warnings": list(map(str, self.warnings))}


def import_file(
    home: Home,
    path: Path,
    options: ImportOptions,
    *,
    now: datetime | None = None,
    progress: Progress | None = None,
    before_commit: Callable[[], None] = lambda: None,
) -> ImportResult:
    """Bring the rows of the file at `path` into the store, in one transaction.

    `now` is the time of the import; `progress` hears bytes done and bytes in all;
    `before_commit` is called when all is ready. Raises
    ImportRefusedError where the file as a whole cannot be imported: then nothing was changed.
    """
    source = open_source(path)
    table, layout = choose_layout(source.columns, options.table, options.columns)
    started = now or datetime.now(UTC)
    reading = reading_as(options, started, Pseudonyms(home.path).id_for)
    try:
        with (
            home.store() as connection,
            _no_cycles(),
            RejectedFile(home.exports, path.stem, source.columns) as rejects,
        ):
            work = _Import(connection, source, table, layout, reading, rejects, progress)
            with transaction(connection):
                counts = work.run(path.name, int(started.timestamp()))
                before_commit()
            rejected_file = work.keep_rejects()
            return ImportResult(
                table.name, **counts, rejected_file=rejected_file, warnings=tuple(work.warnings)
            )
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            "The import failed and changed nothing: {problem}.",
            next_step="Check that the disk has room and that no other import is running, then try again.",
            problem=error,
        ) from error


def reading_as(options: ImportOptions, now: datetime, pseudonym: Callable[[str], str]) -> Reading:
    """How cells are read by these options at this moment; raises ImportRefusedError where one is wrong."""
    return Reading(
        pseudonym,
        zone_named(options.timezone),
        int((now + timedelta(days=1)).timestamp()),
        DateFormat(options.date_format) if options.date_format else None,
        _currency(options.currency),
    )


def shop_currency(connection: sqlite3.Connection, reading: Reading) -> str | None:
    """The currency that amounts are in, as far as it is known before the file is read.

    Raises ImportRefusedError where the shop has another than the one that was given.
    """
    kept: str | None = connection.execute("SELECT currency FROM shop").fetchone()[0]
    if kept and reading.currency and kept != reading.currency:
        raise two_currencies(kept, reading.currency)
    return kept or reading.currency


def personal_notices(table: Table, layout: Layout) -> list[Notice]:
    """That the personal columns of the file are not stored, if it has any."""
    personal = [name for name in layout if table.field(name).kind is Kind.PERSONAL]
    if not personal:
        return []
    return [Notice("Not stored, because personal: {fields}.", {"fields": ", ".join(personal)})]


class _Import:
    """One import within its transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        source: Source,
        table: Table,
        layout: Layout,
        reading: Reading,
        rejects: RejectedFile,
        progress: Progress | None,
    ) -> None:
        self.warnings = [*source.notices]
        self._connection = connection
        self._source = source
        self._table = table
        self._layout = layout
        self._reading = reading
        self._rejects = rejects
        self._progress = progress

    def run(self, file_name: str, now: int) -> dict[str, int]:
        connection = self._connection
        # Room for the pages of a large import, so that none is written twice; the same for every file.
        connection.execute("PRAGMA main.cache_size = -131072")
        connection.execute("PRAGMA temp.cache_size = -65536")
        # SQLite builds a table for each IN (…) of a CHECK and each row, which is half the time of an import.
        # Words were checked when they were read.
        connection.execute("PRAGMA ignore_check_constraints = ON")
        kept = connection.execute("SELECT currency FROM shop").fetchone()[0]
        staging = self._stage(shop_currency(connection, self._reading))
        rejected = self._rejects.rows
        import_id = connection.execute(
            "INSERT INTO imports VALUES (NULL, ?, ?, ?, 0, 0, 0, 0, 0, 0)", (self._table.name, file_name, now)
        ).lastrowid
        assert import_id is not None
        merged = Merge(
            connection,
            self._table,
            staging.columns,
            import_id,
            now,
            given_totals=self._table.name != "lines" or "total" in self._layout,
        ).run()
        read = merged.added + merged.updated + merged.unchanged + rejected
        counts = {
            "read": read,
            "added": merged.added,
            "updated": merged.updated,
            "unchanged": merged.unchanged,
            "anonymous": staging.anonymous,
            "rejected": rejected,
        }
        connection.execute(
            """
            UPDATE imports SET read = :read, added = :added, updated = :updated, unchanged = :unchanged,
                anonymous = :anonymous, rejected = :rejected
            WHERE import_id = :import_id
            """,
            {**counts, "import_id": import_id},
        )
        self._note_in_shop(staging, merged, kept)
        self._warn(staging, merged, read)
        return counts

    def keep_rejects(self) -> str | None:
        """The name of the rejected file; the rows of the import stand already."""
        try:
            return self._rejects.keep()
        except OSError as error:
            self.warnings.append(
                Notice(
                    "The rejected rows could not be kept: {problem}. Import the file again.",
                    {"problem": error.strerror},
                )
            )
            return None

    def _stage(self, currency: str | None) -> Staging:
        """All rows into the staging table; from the start again where a column needs a survey."""
        decisions = Decisions()
        while True:
            try:
                return self._stage_with(decisions, currency)
            except DoubtfulError:
                if decisions.made:
                    raise
                self._rejects.discard()
                decisions = survey(self._source, self._table, self._layout, self._reading.date_format)

    def _stage_with(self, decisions: Decisions, currency: str | None) -> Staging:
        staging = Staging(self._table, self._layout, self._reading, decisions)
        staging.currency = currency
        create_staging(self._connection, self._table, staging.columns)
        done = 0
        for batch in self._source.batches():
            rows = staging.rows(batch)
            stage(self._connection, staging.columns, rows.good)
            self._rejects.add(rows.bad)
            if rows.places:
                stage(self._connection, ("order_id", "item_id"), rows.places, rejected=True)
            stage_repeated(self._connection, rows.repeated)
            if self._progress is not None:
                done = max(done, min(batch.bytes_done, self._source.size))
                self._progress(done, self._source.size)
        return staging

    def _note_in_shop(self, staging: Staging, merged: Merged, kept: str | None) -> None:
        if staging.currency is not None and staging.currency != kept:
            self._connection.execute("UPDATE shop SET currency = ?", (staging.currency,))
        if self._table.name == "lines" and merged.added + merged.updated:
            latest = snapshot.latest_order_at(self._connection)
            self._connection.execute("UPDATE shop SET last_ordered_at = ?", (latest,))

    def _warn(self, staging: Staging, merged: Merged, read: int) -> None:
        if not read:
            self.warnings.append(NO_ROWS)
        self.warnings += personal_notices(self._table, self._layout)
        if staging.hidden:
            self.warnings.append(
                Notice(
                    "Rows with an e-mail or phone number as user_id: {rows}; a pseudonym is stored.",
                    {"rows": staging.hidden},
                )
            )
        if merged.undated:
            self.warnings.append(
                Notice(
                    "Rows with a status and no status_at: {rows}. On their first import these count"
                    " as cancelled, unpaid or refunded from the order's own time on.",
                    {"rows": merged.undated},
                )
            )
        if merged.repeated:
            self.warnings.append(
                Notice(
                    "Rows that are given again further down: {rows} (first: lines {lines})."
                    " The last one is kept; the earlier ones are counted as unchanged.",
                    {"rows": merged.repeated, "lines": ", ".join(map(str, merged.first_repeated))},
                )
            )


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Millions of small lists and no cycles among them: looking for some takes a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _currency(given: str | None) -> str | None:
    code = values.currency(given or "")
    if isinstance(code, Bad):
        raise ImportRefusedError(
            "--currency: {reason}", next_step="Give a code like EUR.", reason=code.reason
        )
    return None if code is None else str(code)
