"""The home of one shop: its folders, and connections to `store.db` and `bot.db`."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.errors import StoreError

# The number of the last migration in each set; a test holds these to `migrations/`.
STORE_VERSION = 12
BOT_VERSION = 5
_PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Home:
    """The folder that holds everything of one shop."""

    path: Path

    @property
    def models(self) -> Path:
        """Where model files lie."""
        return self.path / "models"

    @property
    def exports(self) -> Path:
        """Where files for people are written: rejected rows, lists."""
        return self.path / "exports"

    @property
    def inbox(self) -> Path:
        """Where files are put to be imported."""
        return self.path / "inbox"

    def create(self) -> Home:
        """Make the home's folders where they are missing, readable by the owner only; returns itself."""
        try:
            for folder in (
                self.path,
                *(self.path / name for name in ("models", "exports", "backups", "inbox")),
            ):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                "The home {home} cannot be used: {problem}.",
                next_step="Name a folder you may write to with --home or OPSBOT_HOME.",
                home=self.path,
                problem=error.strerror or str(error),
            ) from error
        return self

    @contextmanager
    def store(self) -> Iterator[sqlite3.Connection]:
        """A connection to the shop's data, closed on leaving; for one thread and one unit of work."""
        with _open(self.create().path / "store.db", "store", STORE_VERSION) as connection:
            yield connection

    @contextmanager
    def bot(self) -> Iterator[sqlite3.Connection]:
        """A connection to the conversation's data, closed on leaving."""
        with _open(self.create().path / "bot.db", "bot", BOT_VERSION) as connection:
            yield connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All of the block or none of it; takes the write lock at once, so that it cannot fail half-way.

    Within another transaction it is a part of that.
    """
    within = connection.in_transaction
    connection.execute("SAVEPOINT part" if within else "BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK TO part" if within else "ROLLBACK")
        raise
    connection.execute("RELEASE part" if within else "COMMIT")


@contextmanager
def _open(path: Path, name: str, version: int) -> Iterator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE_SECONDS)
    except sqlite3.Error as error:
        raise StoreError(
            "{file} cannot be opened: {problem}.",
            next_step="Check that the file may be read and written.",
            file=path,
            problem=error,
        ) from error
    try:
        connection.row_factory = sqlite3.Row
        _prepare(connection, path, name, version)
        yield connection
    finally:
        connection.close()


def _prepare(connection: sqlite3.Connection, path: Path, name: str, version: int) -> None:
    try:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > version:
            raise StoreError(
                "{file} was written by a newer opsbot (format {found}; this one reads up to {version}).",
                next_step="Install the newer version, or restore an older backup.",
                file=path,
                found=found,
                version=version,
            )
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        if found < version or not _writes_ahead(connection):
            _migrate(connection, path, name, version)
    except sqlite3.DatabaseError as error:
        raise StoreError(
            "{file} cannot be used: {problem}.",
            next_step="Move it away and import again, or restore a backup.",
            file=path,
            problem=error,
        ) from error
    _add_math(connection)


def _migrate(connection: sqlite3.Connection, path: Path, name: str, version: int) -> None:
    """Bring the file up to date; of several that open a new file at once, the first does it."""
    from filelock import FileLock
    from sqlite_utils import Database

    from storage.migrations.bot import bot_migrations
    from storage.migrations.store import store_migrations

    chosen = {"store": store_migrations, "bot": bot_migrations}[name]
    with FileLock(path.with_suffix(".lock")):
        _write_ahead(connection)
        if connection.execute("PRAGMA user_version").fetchone()[0] < version:
            chosen.apply(Database(connection))
            connection.execute(f"PRAGMA user_version = {version}")
            path.chmod(0o600)


def _writes_ahead(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Set the journal that lets others read during a write; the file keeps it.

    SQLite does not wait for others here, not even for one that only reads the version.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _writes_ahead(connection):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _add_math(connection: sqlite3.Connection) -> None:
    """EXP, LN and SQRT stand in the feature text; some builds of SQLite come without them."""
    try:
        connection.execute("SELECT EXP(1.0), LN(1.0), SQRT(1.0)")
    except sqlite3.OperationalError:
        for function in (math.exp, math.sqrt):
            connection.create_function(function.__name__, 1, function, deterministic=True)
        connection.create_function("ln", 1, math.log, deterministic=True)
