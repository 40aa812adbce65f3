"""Files as other tools import them: one TOML file of columns for each tool in `bot/file_presets`."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from bot.list_file import Format

# What a column may hold of a user. Names, e-mails and phone numbers are not kept yet (`storage.privacy`): a
# row has no such value, and the column is left out.
PERSONAL = frozenset({"name", "email", "phone"})


@dataclass(frozen=True)
class Column:
    """One column of a preset: its header, and the field of a row, or the fixed text, that stands in it.

    A `hashed` one holds the SHA-256 of the value without outer spaces and in small letters.
    """

    header: str
    field: str = ""
    text: str = ""
    hashed: bool = False

    def value(self, row: Mapping[str, object]) -> object:
        """The cell for a row."""
        value = self.text.format_map(row) if self.text else row[self.field]
        if not self.hashed:
            return value
        return hashlib.sha256(str(value).strip().casefold().encode()).hexdigest()


@dataclass(frozen=True)
class FilePreset:
    """How a tool wants its file."""

    name: str
    title: str
    form: Format
    columns: Sequence[Column]

    def present(self, row_fields: frozenset[str]) -> Sequence[Column]:
        """The columns that rows with these fields can fill."""
        return [column for column in self.columns if column.text or column.field in row_fields]

    def missing(self, row_fields: frozenset[str]) -> list[str]:
        """The headers of the personal columns that they cannot."""
        return [
            column.header
            for column in self.columns
            if column.field in PERSONAL and column.field not in row_fields
        ]


def file_preset(name: str) -> FilePreset:
    """The preset of that name, one of `bot.promo_words.FILE_PRESET`."""
    written: dict[str, Any] = tomllib.loads(
        files("bot").joinpath("file_presets", f"{name}.toml").read_text(encoding="utf-8")
    )
    return FilePreset(
        name=name,
        title=written["title"],
        form=written["format"],
        columns=[Column(**column) for column in written["columns"]],
    )
