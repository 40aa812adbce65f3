"""From the names of files to sources of rows: which preset each belongs to, and which files go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from storage.batches import Source, first_columns
from storage.errors import ImportRefusedError, MissingFileError
from storage.formats import open_source
from storage.headers import Layout, check_mapped, choose_layout
from storage.notices import Notice
from storage.preset import Lookup, Preset, has_header, presets, presets_called, recognised
from storage.preset_source import PresetSource
from storage.rejects import added_columns
from storage.tables import TABLES, Table


class Choices(Protocol):
    """What a person said about a file; the options of an import are such."""

    @property
    def table(self) -> str | None:
        """The table it goes into."""

    @property
    def columns(self) -> Mapping[str, str]:
        """The file's column for a field."""

    @property
    def preset(self) -> str | None:
        """The preset or platform."""

    @property
    def beside(self) -> Sequence[Path]:
        """The other files that it may need."""


@dataclass(frozen=True)
class Opened:
    """A file that can be read: its rows, the table they go into, where the fields are, what to say first."""

    source: Source
    table: Table
    layout: Layout
    preset: Preset | None
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class Planned:
    """One of several files, and the others that it is imported together with."""

    path: Path
    source: Source
    beside: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What becomes of several files: `imports` in their order, and those of which nothing is imported.

    `lookups` are only read while others are imported.
    """

    imports: tuple[Planned, ...]
    lookups: tuple[Path, ...] = ()
    unused: tuple[Path, ...] = ()


@contextmanager
def opened(path: Path, choices: Choices, source: Source | None = None) -> Iterator[Opened]:
    """The file at `path`, ready to be read; raises ImportRefusedError where it cannot be.

    `source` is the file where it was opened already.
    """
    source = source or open_source(path)
    preset = _preset_of(source, choices, path)
    if preset is None:
        table, layout = choose_layout(source.columns, choices.table, choices.columns, first_columns(source))
        yield Opened(source, table, layout, None, source.notices)
        return
    if preset.whole_orders and added_columns(source.columns):
        raise ImportRefusedError(
            "{file} holds rejected rows, and {preset} can only be read by whole orders.",
            next_step="Correct the file that they came from and import that one again.",
            file=path.name,
            preset=preset.title,
        )
    files = _lookup_files(preset, path, choices.beside)
    shaped = PresetSource(source, preset, files)
    try:
        yield Opened(
            shaped,
            TABLES[preset.table],
            {**shaped.layout, **_mapped(source, TABLES[preset.table], choices.columns)},
            preset,
            (*source.notices, Notice("Read as {preset}.", {"preset": preset.title})),
        )
    finally:
        shaped.close()


def plan(sources: Mapping[Path, Source], preset: str | None = None) -> Plan:
    """Which of the files are imported, and which are looked up while others are read."""
    if len(sources) == 1:
        return Plan(tuple(Planned(path, source) for path, source in sources.items()))
    columns = {path: source.columns for path, source in sources.items()}
    among = presets_called(preset) if preset else list(presets().values())
    beside: dict[Path, tuple[Path, ...]] = {}
    taken: set[Path] = set()
    unused: list[Path] = []
    for path in sources:
        found = recognised(columns[path], among)
        if found is None or not found.lookups:
            continue
        files = [
            (lookup, other)
            for lookup in found.lookups
            for other in sources
            if other != path and has_header(lookup.header, columns[other])
        ]
        beside[path] = tuple(other for _, other in files)
        taken |= {other for lookup, other in files if not lookup.also_imported}
        unused += [
            other for other in sources if any(has_header(header, columns[other]) for header in found.unused)
        ]
    imports = [
        Planned(path, source, beside.get(path, ()))
        for path, source in sources.items()
        if path not in taken and path not in unused
    ]
    rest = dict.fromkeys(path for path in unused if path not in taken)
    return Plan(tuple(imports), tuple(path for path in sources if path in taken), tuple(rest))


def _preset_of(source: Source, choices: Choices, path: Path) -> Preset | None:
    """The preset asked for, or the one that the header shows where nothing else was said."""
    if choices.preset is None:
        found = None if choices.columns else recognised(source.columns)
        return found if found and choices.table in (None, found.table) else None
    asked = presets_called(choices.preset)
    found = recognised(source.columns, asked)
    if found is None:
        raise ImportRefusedError(
            "{file} does not have the columns of {preset}: {columns}.",
            next_step="Export it again with all columns, or leave out --preset and map them with --map.",
            file=path.name,
            preset=", ".join(preset.title for preset in asked),
            columns=", ".join(names[0] for names in _missing(source, asked)),
        )
    return found


def _missing(source: Source, asked: Sequence[Preset]) -> list[tuple[str, ...]]:
    """The columns that are missing from the preset that lacks the fewest."""
    missing = [
        [names for names in preset.header if not has_header((names,), source.columns)] for preset in asked
    ]
    return min(missing, key=len)


def _lookup_files(preset: Preset, path: Path, beside: Sequence[Path]) -> dict[str, tuple[Path, ...]]:
    columns = {other: open_source(other).columns for other in beside if other != path}
    files: dict[str, tuple[Path, ...]] = {}
    for lookup in preset.lookups:
        files[lookup.name] = tuple(path for path in columns if has_header(lookup.header, columns[path]))
        if not files[lookup.name] and not lookup.optional:
            raise _alone(preset, lookup, path)
    return files


def _alone(preset: Preset, lookup: Lookup, path: Path) -> MissingFileError:
    return MissingFileError(
        "{file} is {preset}, which says too little by itself.",
        next_step="Give the file with {columns} along: opsbot import {file} OTHER-FILE",
        file=path.name,
        preset=preset.title,
        columns=", ".join(names[0] for names in lookup.header),
    )


def _mapped(source: Source, table: Table, columns: Mapping[str, str]) -> dict[str, int]:
    """The columns that a person chose for fields, whatever the preset says."""
    check_mapped(source.columns, columns, [table])
    return {name: source.columns.index(column) for name, column in columns.items()}
