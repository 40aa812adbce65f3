"""Which users a list is about: those of a segment, of a value, who bought one thing and not another.

A `UserFilter` says which users are wanted, and `condition` makes of it an SQL condition that any list puts
into its WHERE clause, so that a filtered list costs no more than an unfiltered one:

    wanted = UserFilter(segment=Group("rfm", "champions"), min_value=20_000)
    chosen = condition(snapshot, wanted)
    connection.execute(
        f"SELECT user_id, probability FROM scores WHERE task = 'churn' AND {chosen.sql}",
        chosen.parameters,
    )

Lapsed users are among those chosen. What the condition reads is kept by `segments.refresh_segments`, which
has to be called before; in the bot `bot.user_filters.asked_filter` does that, makes the filter from the
arguments of a question and refuses segments and categories that do not exist.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from storage.snapshot import Snapshot

Scheme = Literal["segment", "rfm"]

HIGH_VALUE = "high_value"


@dataclass(frozen=True)
class Group:
    """A group of users by its key: a segment of this shop, or one of the RFM groups.

    The scheme `value` has one group, HIGH_VALUE: the fifth of the users who spent most.
    """

    scheme: Scheme | Literal["value"]
    key: str


@dataclass(frozen=True)
class Goods:
    """What was bought: the stored names of categories, and ids of items.

    `said` is how the operator called it.
    """

    said: str
    categories: Sequence[str] = ()
    items: Sequence[str] = ()


@dataclass(frozen=True)
class UserFilter:
    """What is wanted of the users of a list; what is None narrows nothing.

    `min_value` is the net money spent so far, in cents. `bought` is met by whoever bought any of it,
    `also_bought` by whoever bought any of that as well, and `not_bought` by whoever bought none of it, at any
    time.
    """

    segment: Group | None = None
    min_value: int | None = None
    bought: Goods | None = None
    also_bought: Goods | None = None
    not_bought: Goods | None = None

    def __bool__(self) -> bool:
        return self != UserFilter()


@dataclass(frozen=True)
class Condition:
    """An SQL condition, true for the wanted users, with its named parameters (all begin with filter_)."""

    sql: str = "1"
    parameters: Mapping[str, object] = field(default_factory=dict)


_ITEM_BUYERS = """,
wanted (item_id) AS (SELECT value FROM json_each(:filter_items))
SELECT DISTINCT user_id FROM known_lines WHERE bought = 1 AND item_id IN (SELECT item_id FROM wanted)
"""
_OF_HIGH_VALUE = """
SELECT user_id FROM user_segments WHERE monetary_cents >= (
    SELECT json_extract(summary, '$.high_value_cents') FROM segmentings ORDER BY segmenting_id DESC LIMIT 1
)
"""
_MOST_ITEMS = 500  # of one name; what so many items share is no name


def condition(snapshot: Snapshot, wanted: UserFilter, *, user_id: str = "user_id") -> Condition:
    """The filter as a condition on the column `user_id`, for statements on the snapshot's connection.

    Without a filter it is always true. Buyers of single items stand in a temporary table of the connection:
    one filter at a time.
    """
    parts: list[str] = []
    parameters: dict[str, object] = {}
    if wanted.segment is not None:
        if wanted.segment.scheme == "value":
            parts.append(_OF_HIGH_VALUE)
        else:
            parts.append(f"SELECT user_id FROM user_segments WHERE {wanted.segment.scheme} = :filter_segment")
            parameters["filter_segment"] = wanted.segment.key
    if wanted.min_value is not None:
        parts.append("SELECT user_id FROM user_segments WHERE monetary_cents >= :filter_min_value")
        parameters["filter_min_value"] = wanted.min_value
    clauses = [f"{user_id} IN ({part})" for part in parts]
    for name, goods in (
        ("bought", wanted.bought),
        ("also_bought", wanted.also_bought),
        ("not_bought", wanted.not_bought),
    ):
        if goods is not None:
            sql, more = _buyers(snapshot, goods, name)
            clauses.append(f"{user_id} {'NOT IN' if name == 'not_bought' else 'IN'} ({sql})")
            parameters |= more
    return Condition(" AND ".join(clauses), parameters) if clauses else Condition()


def fitting(snapshot: Snapshot, wanted: UserFilter, user_ids: Iterable[str]) -> frozenset[str]:
    """Those of the users whom the filter wants."""
    chosen = condition(snapshot, wanted, user_id="value")
    rows = snapshot.connection.execute(
        f"SELECT value FROM json_each(:filter_among) WHERE {chosen.sql}",
        {**chosen.parameters, "filter_among": json.dumps(list(user_ids))},
    )
    return frozenset(row[0] for row in rows)


def categories_named(connection: sqlite3.Connection, name: str) -> list[str]:
    """The stored categories that an operator's word means, in any of a category's languages; may be none.

    "coffee" means "Coffee / 咖啡" alone where there is such a category. Otherwise it means those whose
    last word it is ("tea": green tea and black tea, 茶: 绿茶 and 红茶, but not teapots or 茶壶), and where
    there are none of these either, those that have it anywhere.
    """
    return _named(name, known_categories(connection))


def known_categories(connection: sqlite3.Connection) -> list[str]:
    """All categories that somebody bought from, by name."""
    return [row[0] for row in connection.execute("SELECT category FROM bought_categories ORDER BY 1")]


def items_named(connection: sqlite3.Connection, name: str) -> list[str]:
    """The ids of the items that an operator's words mean: the item of that id, else those of that name.

    At most a few hundred may share it; none where it is no name of an item.
    """
    row = connection.execute("SELECT item_id FROM items WHERE item_id = ?", (name,)).fetchone()
    if row:
        return [row[0]]
    names: dict[str, list[str]] = {}
    for item_id, each in connection.execute("SELECT item_id, name FROM items WHERE name IS NOT NULL"):
        names.setdefault(each, []).append(item_id)
    found = [item_id for each in _named(name, list(names)) for item_id in names[each]]
    return sorted(found) if len(found) <= _MOST_ITEMS else []


def _named(said: str, names: Sequence[str]) -> list[str]:
    said = _compared(said)
    if not said:
        return []
    parts = {
        name: [_compared(name), *(_compared(part) for part in re.split(r"[/|·>]", name))] for name in names
    }
    latin = said.isascii()
    fits: tuple[Callable[[str], bool], ...] = (
        lambda part: part == said,
        lambda part: part.endswith(f" {said}" if latin else said),
        lambda part: f" {said} " in f" {part} " if latin else said in part,
    )
    for fit in fits:
        found = [name for name in names if any(fit(part) for part in parts[name])]
        if found:
            return found
    return []


def _compared(name: str) -> str:
    """In lower case, words apart by one space, English plurals as singulars."""
    words = re.sub(r"[\W_]+", " ", name.casefold()).split()
    return " ".join(re.sub(r"(?<=[a-z]{2})(?<!s)s$", "", word) for word in words)


def _buyers(snapshot: Snapshot, goods: Goods, name: str) -> tuple[str, dict[str, object]]:
    """A SELECT of those who bought any of the goods, and its parameters."""
    key = f"filter_{name}"
    bought = (
        "SELECT b.user_id FROM bought_categories c JOIN category_buyers b ON b.category_id = c.category_id"
        f" WHERE c.category IN (SELECT value FROM json_each(:{key}))"
    )
    parameters: dict[str, object] = {key: json.dumps(list(goods.categories))}
    if not goods.items:
        return bought, parameters
    table = f"temp.filter_{name}"
    connection = snapshot.connection
    buyers = snapshot.query(_ITEM_BUYERS, {"filter_items": json.dumps(list(goods.items))}).fetchall()
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS filter_{name} (user_id TEXT PRIMARY KEY)")
    connection.execute(f"DELETE FROM {table}")
    connection.executemany(f"INSERT INTO {table} VALUES (?)", [(row[0],) for row in buyers])
    return f"{bought} UNION ALL SELECT user_id FROM {table}", parameters
