"""The inbox: files that lie there whole are imported, and moved away with a report.

Files of one export that lie there together are read together.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from storage.batches import Source
from storage.database import Home
from storage.errors import MissingFileError, OpsbotError, StoreError
from storage.formats import open_source
from storage.ingest import ImportResult, import_file
from storage.known_files import said_about
from storage.notices import Notice
from storage.opening import Plan, Planned, plan

QUIET_SECONDS = 10.0

# What programs call a file while they write it.
_UNFINISHED = frozenset(
    {".part", ".tmp", ".temp", ".partial", ".filepart", ".crdownload", ".download", ".swp"}
)

UNUSED = Notice("Nothing in it is needed.")
READ_ALONG = Notice("It was read together with {files}.")

Done = TypeVar("Done")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class InboxReport:
    """What became of one file: a result, an error or a notice, and where the file lies now.

    A file that could not be imported for reasons of the store lies where it was, and is tried again.
    """

    name: str
    path: Path
    outcome: ImportResult | OpsbotError | Notice
    stuck: OpsbotError | None = None  # why it could not be moved away

    @property
    def error(self) -> OpsbotError | None:
        """What went wrong, if anything did."""
        return self.stuck or (self.outcome if isinstance(self.outcome, OpsbotError) else None)

    @property
    def result(self) -> ImportResult | None:
        """What became of the rows, where the file was imported."""
        return self.outcome if isinstance(self.outcome, ImportResult) else None


@dataclass(frozen=True)
class _Stamp:
    size: int
    changed_ns: int


class Inbox:
    """The inbox of a home; `timezone` and `currency` are the shop's, where nobody said another.

    A file is whole once it did not change for `quiet_seconds`. `describe` gives the text of a report;
    `clock` is a monotonic time in seconds.
    """

    def __init__(
        self,
        home: Home,
        *,
        timezone: str = "UTC",
        currency: str | None = None,
        describe: Callable[[InboxReport], str],
        quiet_seconds: float = QUIET_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home = home.create()
        self._timezone = timezone
        self._currency = currency
        self._describe = describe
        self._quiet_seconds = quiet_seconds
        self._clock = clock
        self._first_seen: dict[Path, tuple[_Stamp, float]] = {}
        # Files that were imported and could not be moved: not again, unless they change.
        self._stuck: dict[Path, _Stamp] = {}
        self._waiting = False

    @property
    def waiting(self) -> bool:
        """Whether the last look found files that may still be written."""
        return self._waiting

    def import_ready(self, now: Callable[[], datetime]) -> Iterator[InboxReport]:
        """Import the files that are whole, the oldest first; a report of each as it is done."""
        sources: dict[Path, Source] = {}
        for path in self._ready():
            found = _tried(path, partial(open_source, path))
            if not isinstance(found, OpsbotError):
                sources[path] = found
            elif path.exists():
                yield self._moved(path, found)
        planned = plan(sources)
        outcomes: dict[Path, ImportResult | OpsbotError] = {}
        for each in planned.imports:
            if not each.path.exists():
                continue
            outcome = _tried(each.path, partial(self._import, each, now()))
            if self._waiting and isinstance(outcome, MissingFileError):
                continue  # what is missing may be among the files that are still written
            outcomes[each.path] = outcome
            yield self._moved(each.path, outcome)
        yield from self._moved_along(planned, outcomes)

    def _ready(self) -> list[Path]:
        found: dict[Path, tuple[_Stamp, float]] = {}
        ready = []
        for path in self._home.inbox.iterdir():
            if _is_unfinished(path) or not path.is_file():
                continue
            try:
                status = path.stat()
            except OSError:
                continue
            stamp = _Stamp(status.st_size, status.st_mtime_ns)
            if self._stuck.get(path) == stamp:
                continue
            before = self._first_seen.get(path)
            found[path] = before if before and before[0] == stamp else (stamp, self._clock())
            quiet = max(self._clock() - found[path][1], time.time() - status.st_mtime)
            if quiet >= self._quiet_seconds:
                ready.append((status.st_mtime_ns, path.name, path))
        self._first_seen = found
        self._waiting = len(ready) < len(found)
        return [path for _, _, path in sorted(ready)]

    def _import(self, planned: Planned, now: datetime) -> ImportResult:
        said = said_about(self._home, planned.source.columns)
        options = replace(said.options(self._timezone, self._currency), beside=planned.beside)
        return import_file(self._home, planned.path, options, now=now, source=planned.source)

    def _moved_along(
        self, planned: Plan, outcomes: dict[Path, ImportResult | OpsbotError]
    ) -> Iterator[InboxReport]:
        """Move the files that were only read while others were imported, once those are done."""
        for path in planned.lookups:
            readers = [each.path for each in planned.imports if path in each.beside]
            found = [outcomes[reader] for reader in readers if reader in outcomes]
            if len(found) < len(readers) or any(isinstance(each, StoreError) for each in found):
                continue
            failed = next((each for each in found if isinstance(each, OpsbotError)), None)
            names = ", ".join(reader.name for reader in readers)
            yield self._moved(path, failed or replace(READ_ALONG, values={"files": names}))
        for path in planned.unused:
            yield self._moved(path, UNUSED)

    def _moved(self, path: Path, outcome: ImportResult | OpsbotError | Notice) -> InboxReport:
        """The report of a file, which is moved unless the store has to be tried again."""
        if isinstance(outcome, StoreError):
            return InboxReport(path.name, path, outcome)
        folder = "failed" if isinstance(outcome, OpsbotError) else "done"
        note: Path | None = None
        try:
            target, note = _reserved(self._home.inbox / folder, path)
            report = InboxReport(path.name, target, outcome)
            note.write_text(self._describe(report) + "\n", encoding="utf-8")
            path.replace(target)
            return report
        except OSError as trouble:
            if note is not None:
                note.unlink(missing_ok=True)
            self._stuck[path] = self._first_seen[path][0]
            problem = OpsbotError(
                "{file} could not be moved out of the inbox: {problem}.",
                next_step="Move it away by hand.",
                file=path.name,
                problem=trouble.strerror or trouble,
            )
            return InboxReport(path.name, path, outcome, problem)


def _tried(path: Path, work: Callable[[], Done]) -> Done | OpsbotError:
    """What the work gives or why it failed; whatever is wrong with this file, the next one is imported."""
    try:
        return work()
    except OpsbotError as error:
        return error
    except Exception:
        log.exception("the import of %s from the inbox", path.name)
        return OpsbotError(
            "{file} could not be imported.",
            next_step="The log says why; try it by hand: opsbot import FILE",
            file=path.name,
        )


def import_inbox(
    home: Home,
    *,
    timezone: str = "UTC",
    currency: str | None = None,
    describe: Callable[[InboxReport], str],
    quiet_seconds: float = QUIET_SECONDS,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    wait: Callable[[float], object] = time.sleep,
) -> list[InboxReport]:
    """Import what lies in the inbox, once; a file that is still being written is waited for, but once.

    Raises StoreError where another process watches the inbox: it imports the files.
    """
    with sole_watcher(home):
        inbox = Inbox(
            home, timezone=timezone, currency=currency, describe=describe, quiet_seconds=quiet_seconds
        )
        reports = list(inbox.import_ready(now))
        if inbox.waiting:
            wait(quiet_seconds)
            reports += inbox.import_ready(now)
    return reports


def set_aside(home: Home) -> list[str]:
    """The names of the files that could not be imported and lie in inbox/failed, without their reports."""
    folder = home.inbox / "failed"
    names = {each.name for each in folder.iterdir() if each.is_file()} if folder.is_dir() else set()
    return sorted(name for name in names if name.removesuffix(".txt") not in names - {name})


@contextmanager
def sole_watcher(home: Home) -> Iterator[None]:
    """Hold the inbox; raises StoreError where another process has it."""
    from filelock import FileLock, Timeout

    lock = FileLock(home.create().path / "inbox.lock", timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise StoreError(
            "The inbox of {home} is watched already.",
            next_step="Leave it to the other one, or stop that first.",
            home=home.path,
        ) from None
    try:
        yield
    finally:
        lock.release()


def _is_unfinished(path: Path) -> bool:
    name = path.name
    return name.startswith((".", "~$")) or name.endswith("~") or path.suffix.lower() in _UNFINISHED


def _reserved(folder: Path, path: Path) -> tuple[Path, Path]:
    """A place in the folder that nothing has, and its report, made empty: `orders.csv`, `orders-2.csv`."""
    folder.mkdir(mode=0o700, exist_ok=True)
    number = 1
    while True:
        target = folder / (path.name if number == 1 else f"{path.stem}-{number}{path.suffix}")
        note = target.with_name(target.name + ".txt")
        if not target.exists():
            try:
                note.touch(mode=0o600, exist_ok=False)
            except FileExistsError:
                pass
            else:
                return target, note
        number += 1
