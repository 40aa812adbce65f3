"""The import: one file into one table, all of it or nothing."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import snapshot, values
from storage.batches import Source
from storage.database import Home, transaction
from storage.errors import ImportRefusedError, StoreError
from storage.formats import open_source
from storage.headers import Layout, choose_layout
from storage.merge import Merge, Merged, create_staging, stage, stage_repeated
from storage.rejects import RejectedFile
from storage.staging import Decisions, Reading, Staging, survey, two_currencies
from storage.tables import Kind, Table
from storage.times import DateFormat, zone_named
from storage.values import Bad, DoubtfulError

Progress = Callable[[int, int], None]


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
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The result as the program prints it."""
        return {**asdict(self), "warnings": list(self.warnings)}


def import_file(
    home: Home,
    path: Path,
    options: ImportOptions,
    *,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Bring the rows of the file at `path` into the store, in one transaction.

    `now` is the time of the import; `progress` hears bytes done and bytes in all. Raises
    ImportRefusedError where the file as a whole cannot be imported: then nothing was changed.
    """
    source = open_source(path)
    table, layout = choose_layout(source.columns, options.table, options.columns)
    started = now or datetime.now(UTC)
    reading = Reading(
        home.path,
        zone_named(options.timezone),
        int((started + timedelta(days=1)).timestamp()),
        DateFormat(options.date_format) if options.date_format else None,
        _currency(options.currency),
    )
    try:
        with (
            home.store() as connection,
            _no_cycles(),
            RejectedFile(home.exports, path.stem, source.columns) as rejects,
        ):
            work = _Import(connection, source, table, layout, reading, rejects, progress)
            with transaction(connection):
                counts = work.run(path.name, int(started.timestamp()))
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
        self.warnings: list[str] = []
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
        given = self._reading.currency
        if kept and given and kept != given:
            raise two_currencies(kept, given)
        staging = self._stage(kept or given)
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
                f"The rejected rows could not be kept: {error.strerror}. Import the file again."
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
        personal = [name for name in self._layout if self._table.field(name).kind is Kind.PERSONAL]
        if not read:
            self.warnings.append("The file has a header and no rows.")
        if personal:
            self.warnings.append(f"Not stored, because personal: {', '.join(personal)}.")
        if staging.hidden:
            self.warnings.append(
                f"Rows with an e-mail or phone number as user_id: {staging.hidden}; a pseudonym is stored."
            )
        if merged.undated:
            self.warnings.append(
                f"Rows with a status and no status_at: {merged.undated}. On their first import these count"
                " as cancelled, unpaid or refunded from the order's own time on."
            )
        if merged.repeated:
            first = ", ".join(map(str, merged.first_repeated))
            self.warnings.append(
                f"Rows that are given again further down: {merged.repeated} (first: lines {first}). "
                "The last one is kept; the earlier ones are counted as unchanged."
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
