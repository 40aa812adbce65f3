"""What a feature is: a name with its unit, one SQL expression, and the words an operator reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan
from string import Formatter


def N_(text: str) -> str:  # noqa: N802  (gettext's own name for "translate later")
    """Mark `text` for translation; whoever shows it translates it."""
    return text


@dataclass(frozen=True)
class Family:
    """Features that say the same kind of thing about a user; a reason is given per family.

    `reason` is filled from the user's own feature values; `reason_without` serves users for whom a
    value it needs is unknown (a user with one order has no gaps) or for whom `zero_without` is zero.
    Before it, those of `otherwise` are tried in their order.
    """

    name: str
    reason: str
    reason_without: str
    zero_without: str | None = None
    otherwise: tuple[str, ...] = ()

    def sentence(self, own: Mapping[str, float]) -> str:
        """The first sentence all of whose values a user has; `own` is those by name, NaN where unknown."""
        fits = self.zero_without is None or own[self.zero_without] != 0
        tried: tuple[str, ...] = (*((self.reason,) if fits else ()), *self.otherwise)
        for text in tried:
            if not any(isnan(own[name]) for name in needs(text)):
                return text
        return self.reason_without


def needs(text: str) -> tuple[str, ...]:
    """The features that a sentence has placeholders for."""
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name)


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
