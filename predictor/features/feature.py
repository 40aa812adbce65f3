"""What a feature is: a name with its unit, one SQL expression, and the words an operator reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter


def N_(text: str) -> str:  # noqa: N802  (gettext's own name for "translate later")
    """Mark `text` for translation; whoever shows it translates it."""
    return text


@dataclass(frozen=True)
class Family:
    """Features that say the same kind of thing about a user; a reason is given per family.

    `reason` is filled from the user's own feature values; `reason_without` serves users for whom a
    value it needs is unknown (a user with one order has no gaps) or for whom `zero_without` is zero.
    """

    name: str
    reason: str
    reason_without: str
    zero_without: str | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The features that `reason` has placeholders for."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.reason) if name)


@dataclass(frozen=True)
class Feature:
    """One column of the feature table.

    `sql` is an expression in the subset that SQLite, DuckDB and Spark share. A feature with
    `over_orders` aggregates the rows of `history` (one per order of a user); the others are made
    of those aggregates. An unknown value is NULL. `description` is a translatable template, filled with
    `description_values`.
    """

    name: str
    sql: str
    description: str
    family: Family
    over_orders: bool = True
    description_values: Mapping[str, int] = field(default_factory=dict)
