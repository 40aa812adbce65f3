"""What a person said about a file, remembered for all files with the same columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime

from storage.database import Home
from storage.ingest import ImportOptions
from storage.rejects import added_columns


@dataclass(frozen=True)
class Said:
    """How to read a file, as far as somebody said so; `columns` names the file's column for a field."""

    table: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    timezone: str | None = None
    date_format: str | None = None
    currency: str | None = None
    preset: str | None = None

    def options(self, timezone: str, currency: str | None) -> ImportOptions:
        """The same with the shop's zone and currency where nothing was said."""
        given = asdict(self)
        given["timezone"] = self.timezone or timezone
        given["currency"] = self.currency or currency
        given["zone_given"] = self.timezone is not None
        return ImportOptions(**given)


def remember(home: Home, columns: Sequence[str], said: Said, at: datetime) -> None:
    """Keep what was said about a file with these columns, in place of what was said before.

    To say nothing changes nothing: an import without options does not take back an earlier one's.
    """
    if said == Said():
        return
    with home.bot() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO known_files VALUES (?, ?, ?)",
            (_signature(columns), json.dumps(asdict(said), ensure_ascii=False), int(at.timestamp())),
        )


def said_about(home: Home, columns: Sequence[str]) -> Said:
    """What was said about files with these columns; nothing where they are new."""
    with home.bot() as connection:
        row = connection.execute(
            "SELECT said FROM known_files WHERE signature = ?", (_signature(columns),)
        ).fetchone()
    if row is None:
        return Said()
    known = {each.name for each in fields(Said)}
    return Said(**{name: value for name, value in json.loads(row["said"]).items() if name in known})


def _signature(columns: Sequence[str]) -> str:
    """A digest of the header, in its order; a corrected file of rejected rows has that of the first one."""
    header = json.dumps(list(columns[added_columns(columns) :]), ensure_ascii=False)
    return hashlib.sha256(header.encode(errors="surrogatepass")).hexdigest()
