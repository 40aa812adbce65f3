"""What is known of the exports of shop platforms: a small TOML file each, read and checked here.

A preset says how a file is recognised, which column is which field, and what has to be done to its rows
before they are lines, items or users as any other file has them. `preset_source` does it; nothing here
or there is written for one platform. docs/platforms.md explains the keys.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from storage.errors import ImportRefusedError
from storage.tables import TABLES, plain_name

FOLDER = Path(__file__).parent / "presets"

# The names a column may have, the likeliest first.
Names = tuple[str, ...]
# A column and the patterns of which its cell has to fit one.
Condition = tuple[str, Names]


class PresetError(ValueError):
    """A preset file is not well-formed."""


@dataclass(frozen=True)
class Rule:
    """Where all conditions hold, `field` is `value`, since the time in the column `at` if there is one."""

    field: str
    value: str
    when: tuple[Condition, ...]
    at: str | None = None


@dataclass(frozen=True)
class Group:
    """Consecutive rows that share a cell in `by` belong together.

    Empty cells of the columns `fill_down` are those of the group's first row. With `blank_continues` a row
    without a cell in `by` belongs to the group above it.
    """

    by: str
    fill_down: Names = ()
    blank_continues: bool = False


@dataclass(frozen=True)
class Refund:
    """Money given back on a group, in its first row: it becomes a line of its own, of item `item`.

    With `each_line` every row says what was given back on itself, and the item is `item` and the row's own.
    Only where the file has all columns of `needs`.
    """

    amount: str
    item: str = "refund"
    each_line: bool = False
    needs: Names = ()


@dataclass(frozen=True)
class Split:
    """One cell lists several items: `between` parts them, `item` has the groups item_id and quantity."""

    column: str
    between: re.Pattern[str]
    item: re.Pattern[str]


@dataclass(frozen=True)
class Lookup:
    """A further file: its row where `key` equals the cell of `on` gives the columns `name.column`.

    `also_imported` says that the file is imported in its own right, too.
    """

    name: str
    header: tuple[Names, ...]
    key: str
    on: str
    columns: Names
    optional: bool = False
    also_imported: bool = False


@dataclass(frozen=True)
class Preset:
    """One kind of file of one platform; see docs/platforms.md for what each key does.

    `known_discount` is the column of a discount by which the file's `total` is not to be lowered.
    """

    name: str
    title: str
    table: str
    header: tuple[Names, ...]
    fields: Mapping[str, Names]
    aliases: Names = ()
    otherwise: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    skip: tuple[tuple[Condition, ...], ...] = ()
    excel_text: bool = False
    hide_users: bool = False
    group: Group | None = None
    spread: Names = ()
    refund: Refund | None = None
    known_discount: str = ""
    split: Split | None = None
    lookups: tuple[Lookup, ...] = ()
    unused: tuple[tuple[Names, ...], ...] = ()
    timezone: str | None = None
    date_format: str | None = None
    currency: str | None = None

    @property
    def whole_orders(self) -> bool:
        """Whether a row can only be read together with the others of its order."""
        return bool(self.spread) or self.refund is not None

    def called(self, name: str) -> bool:
        """Whether a person means this preset, or its platform, by `name`."""
        parts = [each.split("-") for each in (self.name, *self.aliases)]
        meant = {plain_name("".join(part[: end + 1])) for part in parts for end in range(len(part))}
        return plain_name(name) in meant

    def fits(self, columns: Sequence[str]) -> bool:
        """Whether a file with these columns is of this kind."""
        return has_header(self.header, columns)


def has_header(header: Sequence[Names], columns: Sequence[str]) -> bool:
    """Whether each of the names, or one of its alternatives, is among the columns."""
    plain = {plain_name(column) for column in columns}
    return all(any(plain_name(name) in plain for name in names) for names in header)


def preset_names() -> list[str]:
    """The names of all presets, without reading them."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def presets() -> Mapping[str, Preset]:
    """All presets by name."""
    found = (read_preset(path) for path in sorted(FOLDER.glob("*.toml")))
    return MappingProxyType({preset.name: preset for preset in found})


def recognised(columns: Sequence[str], among: Sequence[Preset] | None = None) -> Preset | None:
    """The preset that the header belongs to beyond doubt; None where there is none, or two fit as well."""
    fitting = [each for each in among or presets().values() if each.fits(columns)]
    fitting.sort(key=lambda preset: len(preset.header), reverse=True)
    if len(fitting) > 1 and len(fitting[0].header) == len(fitting[1].header):
        return None
    return fitting[0] if fitting else None


def presets_called(name: str) -> list[Preset]:
    """The presets that a person means by `name`: one, or all of a platform; raises ImportRefusedError."""
    found = [preset for preset in presets().values() if preset.called(name)]
    if not found:
        raise ImportRefusedError(
            "There is no preset {preset}.",
            next_step="Choose one of: {presets}.",
            preset=name,
            presets=", ".join(preset_names()),
        )
    return found


def read_preset(path: Path) -> Preset:
    """The preset in the file at `path`; raises PresetError where the file is not well-formed."""
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
        known = {**raw, "name": path.stem, **_parts(raw)}
        preset = Preset(**known)
    except (TypeError, KeyError, AttributeError, tomllib.TOMLDecodeError, re.error) as error:
        raise PresetError(f"{path.name}: {error}") from error
    problems = list(_problems(preset))
    if problems:
        raise PresetError(f"{path.name}: {'; '.join(problems)}")
    return preset


def _parts(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the file, as the types that a Preset is made of."""
    parts: dict[str, Any] = {
        "header": _header(raw["header"]),
        "fields": {name: _names(given) for name, given in raw["fields"].items()},
        "aliases": _names(raw.get("aliases", [])),
        "rules": tuple(Rule(**{**each, "when": _conditions(each["when"])}) for each in raw.get("rules", [])),
        "skip": tuple(_conditions(each) for each in raw.get("skip", [])),
        "spread": _names(raw.get("spread", [])),
        "unused": tuple(_header(each) for each in raw.get("unused", [])),
        "lookups": tuple(
            Lookup(**{**each, "header": _header(each["header"]), "columns": _names(each["columns"])})
            for each in raw.get("lookups", [])
        ),
    }
    if group := raw.get("group"):
        parts["group"] = Group(**{**group, "fill_down": _names(group.get("fill_down", []))})
    if refund := raw.get("refund"):
        parts["refund"] = Refund(**{**refund, "needs": _names(refund.get("needs", []))})
    if split := raw.get("split"):
        parts["split"] = Split(split["column"], re.compile(split["between"]), re.compile(split["item"]))
    return parts


def _names(given: str | Sequence[str]) -> Names:
    return (given,) if isinstance(given, str) else tuple(given)


def _header(given: Sequence[str | Sequence[str]]) -> tuple[Names, ...]:
    return tuple(_names(each) for each in given)


def _conditions(given: Mapping[str, str | Sequence[str]]) -> tuple[Condition, ...]:
    return tuple((column, _names(patterns)) for column, patterns in given.items())


def _problems(preset: Preset) -> Iterator[str]:
    """What is wrong with a preset beyond its form."""
    if preset.table not in TABLES:
        yield f"no table {preset.table}"
        return
    table = TABLES[preset.table]
    given = {*preset.fields, *preset.otherwise, *(rule.field for rule in preset.rules)}
    if preset.split is not None:
        given |= preset.split.item.groupindex.keys()
    unknown = {*given, *preset.words} - {each.name for each in table.fields}
    if unknown:
        yield f"no fields {sorted(unknown)} in {table.name}"
    if missing := table.required - given:
        yield f"nothing gives {sorted(missing)}"
    for name, word in _given_words(preset):
        if name not in unknown and (allowed := table.field(name).words) and word not in allowed.values():
            yield f"{word} is no {name}"
    if preset.whole_orders and preset.group is None:
        yield "money of whole orders needs a group"
    if len(preset.header) < 3:
        yield "three columns at least tell a file from others"
    yield from _discount_problems(preset)


def _discount_problems(preset: Preset) -> Iterator[str]:
    by_line = "total" in preset.fields and "discount" not in preset.fields and not preset.whole_orders
    if preset.known_discount and not by_line:
        yield "known_discount stands beside the total of each line, and is its only discount"


def _given_words(preset: Preset) -> Iterator[tuple[str, str]]:
    yield from ((rule.field, rule.value) for rule in preset.rules)
    yield from ((name, word) for name, words in preset.words.items() for word in words.values())
