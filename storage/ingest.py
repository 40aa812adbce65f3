"""The import: one file into one table, all of it or nothing."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import values
from storage.batches import Source
from storage.contact_arms import settle_arms
from storage.currencies import two_currencies
from storage.database import Home, transaction
from storage.errors import ImportRefusedError, StoreError
from storage.identity_changes import following_kinds
from storage.import_lock import sole_import
from storage.import_notices import import_notices
from storage.merge import Merge, Merged, create_staging, stage, stage_repeated
from storage.notices import Notice
from storage.opening import Opened, opened
from storage.preset import Preset
from storage.privacy import Pseudonyms
from storage.rejects import RejectedFile
from storage.staging import Decisions, Reading, Staging, survey
from storage.times import DateFormat, zone_named
from storage.undated_returns import date_returns
from storage.values import Bad, DoubtfulError

Progress = Callable[[int, int], None]
# Hears the table, and the column of the file for each field, before anything is read.
Recognised = Callable[[str, Mapping[str, str]], None]


@dataclass(frozen=True)
class ImportOptions:
    """How to read a file; `columns` names the file's column for a field.

    `preset` names the platform that the file comes from, `beside` the other files of the same export. The
    platform's own time zone goes before `timezone` unless that one was given for this file (`zone_given`).
    """

    table: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    date_format: str | None = None
    currency: str | None = None
    preset: str | None = None
    beside: Sequence[Path] = ()
    zone_given: bool = False


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
    recognised: Recognised | None = None,
    source: Source | None = None,
) -> ImportResult:
    """Bring the rows of the file at `path` into the store, in one transaction.

    `now` is the time of the import; `progress` hears bytes done and bytes in all, `recognised` what the
    columns were taken for; `before_commit` is called when all is ready; `source` is the file where it was
    opened already. Raises ImportRefusedError where the file as a whole cannot be imported: then nothing was
    changed.
    """
    started = now or datetime.now(UTC)
    try:
        with (
            opened(path, options, source) as file,
            sole_import(home),
            home.store() as connection,
            _no_cycles(),
            RejectedFile(home.exports, path.stem, file.source.columns) as rejects,
        ):
            if recognised is not None:
                columns = file.source.columns
                recognised(file.table.name, {name: columns[place] for name, place in file.layout.items()})
            reading = reading_as(options, started, Pseudonyms(home.path), file.preset)
            work = _Import(connection, file, reading, rejects, progress)
            with transaction(connection):
                counts = work.run(path.name, int(started.timestamp()))
                before_commit()
            rejected_file = work.keep_rejects()
            return ImportResult(
                file.table.name, **counts, rejected_file=rejected_file, warnings=tuple(work.warnings)
            )
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            "The import failed and changed nothing: {problem}.",
            next_step="Check that the disk has room and that no other import is running, then try again.",
            problem=error,
        ) from error


def reading_as(
    options: ImportOptions, now: datetime, pseudonyms: Pseudonyms, preset: Preset | None
) -> Reading:
    """How cells are read by these options at this moment; raises ImportRefusedError where one is wrong."""
    zone, date_format, currency = options.timezone, options.date_format, options.currency
    hide = False
    if preset is not None:
        zone = zone if options.zone_given else preset.timezone or zone
        date_format, currency = date_format or preset.date_format, currency or preset.currency
        hide = preset.hide_users
    return Reading(
        pseudonyms.of if hide else pseudonyms.id_for,
        zone_named(zone),
        int((now + timedelta(days=1)).timestamp()),
        DateFormat(date_format) if date_format else None,
        _currency(currency),
        every_user=hide,
    )


def shop_currency(connection: sqlite3.Connection, reading: Reading) -> str | None:
    """The currency that amounts are in, as far as it is known before the file is read.

    Raises ImportRefusedError where the shop has another than the one that was given.
    """
    kept: str | None = connection.execute("SELECT currency FROM shop").fetchone()[0]
    if kept and reading.currency and kept != reading.currency:
        raise two_currencies(kept, reading.currency)
    return kept or reading.currency


class _Import:
    """One import within its transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        file: Opened,
        reading: Reading,
        rejects: RejectedFile,
        progress: Progress | None,
    ) -> None:
        self.warnings = [*file.notices]
        self._connection = connection
        self._preset = file.preset
        self._source = file.source
        self._table = file.table
        self._layout = file.layout
        self._reading = reading
        self._rejects = rejects
        self._progress = progress

    def run(self, file_name: str, now: int) -> dict[str, int]:
        connection = self._connection
        # The same room for every file. More would make no import faster: rows are sorted before they go in.
        connection.execute("PRAGMA main.cache_size = -16384")
        connection.execute("PRAGMA temp.cache_size = -8192")
        # SQLite builds a table for each IN (…) of a CHECK and each row, which is half the time of an import.
        # Words were checked when they were read.
        connection.execute("PRAGMA ignore_check_constraints = ON")
        kept = connection.execute("SELECT currency FROM shop").fetchone()[0]
        staging = self._stage(shop_currency(connection, self._reading))
        if self._preset is not None and self._preset.refund is not None:
            staging.anonymous -= date_returns(connection, self._preset.refund.item, now)
        if self._table.name == "contacts":
            self.warnings += settle_arms(connection, staging.columns)
        rejected = self._rejects.rows
        import_id = connection.execute(
            "INSERT INTO imports VALUES (NULL, ?, ?, ?, 0, 0, 0, 0, 0, 0)", (self._table.name, file_name, now)
        ).lastrowid
        assert import_id is not None
        merge = Merge(
            connection,
            self._table,
            staging.columns,
            import_id,
            now,
            given_totals=self._table.name != "lines" or "total" in self._layout,
        )
        says_kinds = self._table.name == "users" and "kind" in staging.columns
        with following_kinds(connection, import_id, now) if says_kinds else nullcontext():
            merged = merge.run()
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
        self.warnings += import_notices(self._table, self._layout, staging, merged, read)
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
        reading = replace(self._reading, currency=currency)
        staging = Staging(self._table, self._layout, reading, decisions)
        create_staging(self._connection, self._table, staging.columns)
        done = 0
        for batch in self._source.batches():
            rows = staging.rows(batch)
            stage(self._connection, staging.columns, rows.good)
            self._rejects.add(rows.bad)
            if rows.places:
                stage(self._connection, self._table.counted, rows.places, rejected=True)
            stage_repeated(self._connection, self._table, rows.repeated)
            if self._progress is not None:
                done = max(done, min(batch.bytes_done, self._source.size))
                self._progress(done, self._source.size)
        return staging

    def _note_in_shop(self, staging: Staging, merged: Merged, kept: str | None) -> None:
        if staging.currency is not None and staging.currency != kept:
            self._connection.execute("UPDATE shop SET currency = ?", (staging.currency,))
        if self._table.name == "lines" and merged.added + merged.updated:
            self._connection.execute("UPDATE shop SET last_ordered_at = ?", (merged.latest,))


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
