"""Short ways to import text in tests, and to see all that a store holds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.database import Home
from storage.errors import ImportRefusedError
from storage.ingest import ImportOptions, ImportResult, import_file

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
TABLES = ("lines", "status_changes", "items", "users", "reviews", "events", "contacts")


def counts(result: ImportResult) -> tuple[int, int, int, int, int]:
    """Rows read, added, updated, unchanged and rejected, which add up."""
    assert result.read == result.added + result.updated + result.unchanged + result.rejected
    return result.read, result.added, result.updated, result.unchanged, result.rejected


def rows(home: Home, query: str) -> list[tuple[Any, ...]]:
    """What a query gives."""
    with home.store() as connection:
        return [tuple(row) for row in connection.execute(query)]


def contents(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables that files go into, in their order, without the numbers of their imports."""
    with home.store() as connection:
        found = {"shop": [tuple(row) for row in connection.execute("SELECT * FROM shop")]}
        for table in TABLES:
            names = [row["name"] for row in connection.execute(f"PRAGMA table_info({table})")]
            names.remove("import_id")
            query = f"SELECT {', '.join(names)} FROM {table} ORDER BY {', '.join(names)}"
            found[table] = [tuple(row) for row in connection.execute(query)]
        return found


class Desk:
    """A home to import into, and a folder for the files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / "home").create()

    def take(
        self, content: str | bytes, *, name: str = "file.csv", now: datetime = NOW, **options: Any
    ) -> ImportResult:
        """Import a file with this content."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.take_file(path, now=now, **options)

    def take_file(self, path: Path, *, now: datetime = NOW, **options: Any) -> ImportResult:
        """Import this file."""
        return import_file(self.home, path, ImportOptions(**options), now=now)

    def refuse(self, content: str | bytes, *, name: str = "file.csv", **options: Any) -> str:
        """Why and with what advice a file with this content is refused; nothing has changed."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.refuse_file(path, **options)

    def refuse_file(self, path: Path, **options: Any) -> str:
        """Why and with what advice this file is refused; nothing has changed."""
        before, imports = contents(self.home), self.rows("SELECT * FROM imports")
        with pytest.raises(ImportRefusedError) as caught:
            self.take_file(path, **options)
        assert (contents(self.home), self.rows("SELECT * FROM imports")) == (before, imports)
        return f"{caught.value} {caught.value.next_step.format(**caught.value.values)}"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives."""
        return rows(self.home, query)

    def rejected(self, result: ImportResult) -> str:
        """The file of rejected rows; empty where there are none."""
        return Path(result.rejected_file).read_text("utf-8-sig") if result.rejected_file else ""
