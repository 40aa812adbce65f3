"""What can be imported: each table, its fields, the kind of each value, and the names files give them.

A further table or field is a further entry here. Names are compared by `plain_name`, so that
`Customer ID`, `customer_id` and `CustomerID` are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from storage.header_names import NAMES, VAGUE_NAMES
from storage.words import ARMS, KINDS, STATUSES, USER_KINDS


class Kind(Enum):
    """How the cells of a field are read."""

    ID = "id"
    USER = "user id"
    TEXT = "text"
    PROSE = "what a user wrote"
    TIME = "time"
    NUMBER = "number"
    MONEY = "money"
    WHOLE = "whole number"
    WORD = "word"
    FLAG = "yes or no"
    CURRENCY = "currency"
    PERSONAL = "personal"


@dataclass(frozen=True)
class Field:
    """One field of a table.

    `column` is where the value is stored (None: it is read, but has no column of its own);
    `default` is what an empty cell means.
    """

    name: str
    kind: Kind
    required: bool = False
    column: str | None = None
    default: object = None
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Digest:
    """A key made of a row's id, or where the file gives none of the fields that never change.

    `column` is where it is stored.
    """

    column: str
    of_id: str
    else_of: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table that files can be imported into; `key` names the columns that identify a row.

    `counter` is the last column of the key: where the file does not give it, the n-th row that has the
    other columns alike.
    """

    name: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    counter: str | None = None
    digest: Digest | None = None

    @property
    def counted(self) -> tuple[str, ...]:
        """The columns whose n-th occurrence the counter gives; none where nothing is counted."""
        return self.key[:-1] if self.counter else ()

    def field(self, name: str) -> Field:
        """The field called `name`; raises KeyError."""
        return {each.name: each for each in self.fields}[name]

    def header_names(self, field: str) -> tuple[str, ...]:
        """The names that files give to a field, its own first, as `plain_name` gives them."""
        names = (field, *NAMES[self.name].get(field, "").split())
        return tuple(dict.fromkeys(map(plain_name, names)))

    def vague_names(self, field: str) -> tuple[str, ...]:
        """The names that may stand for a field where the cells say so, as `plain_name` gives them."""
        return tuple(map(plain_name, VAGUE_NAMES[self.name].get(field, "").split()))

    @property
    def required(self) -> frozenset[str]:
        """The names of the fields a file must have."""
        return frozenset(each.name for each in self.fields if each.required)


def plain_name(name: str) -> str:
    """A header name without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", name.casefold())


LINES = Table(
    "lines",
    ("order_id", "item_id", "line"),
    (
        Field("order_id", Kind.ID, required=True, column="order_id"),
        Field("user_id", Kind.USER, required=True, column="user_id"),
        Field("ordered_at", Kind.TIME, required=True, column="ordered_at"),
        Field("item_id", Kind.ID, required=True, column="item_id"),
        Field("line", Kind.WHOLE, column="line"),
        Field("quantity", Kind.NUMBER, column="quantity", default=1.0),
        Field("unit_price", Kind.MONEY, column="unit_price_cents"),
        Field("total", Kind.MONEY, column="total_cents"),
        Field("discount", Kind.MONEY, column="discount_cents"),
        Field("currency", Kind.CURRENCY),
        Field("status", Kind.WORD, column="status", default="paid", words=STATUSES),
        Field("status_at", Kind.TIME, column="status_at"),
        Field("kind", Kind.WORD, column="kind", default="normal", words=KINDS),
        Field("item_name", Kind.TEXT, column="item_name"),
        Field("category", Kind.TEXT, column="category"),
    ),
    counter="line",
)

ITEMS = Table(
    "items",
    ("item_id",),
    (
        Field("item_id", Kind.ID, required=True, column="item_id"),
        Field("name", Kind.TEXT, column="name"),
        Field("category", Kind.TEXT, column="category"),
        Field("price", Kind.MONEY, column="price_cents"),
        Field("available", Kind.FLAG, column="available"),
    ),
)

USERS = Table(
    "users",
    ("user_id",),
    (
        Field("user_id", Kind.USER, required=True, column="user_id"),
        Field("name", Kind.PERSONAL),
        Field("email", Kind.PERSONAL),
        Field("phone", Kind.PERSONAL),
        Field("joined_at", Kind.TIME, column="joined_at"),
        Field("language", Kind.TEXT, column="language"),
        Field("consent_email", Kind.FLAG, column="consent_email"),
        Field("consent_sms", Kind.FLAG, column="consent_sms"),
        Field("consent_chat", Kind.FLAG, column="consent_chat"),
        Field("kind", Kind.WORD, column="kind", words=USER_KINDS),
    ),
)

REVIEWS = Table(
    "reviews",
    ("review_key", "occurrence"),
    (
        Field("review_id", Kind.ID, column="review_id"),
        Field("user_id", Kind.USER, required=True, column="user_id"),
        Field("written_at", Kind.TIME, required=True, column="written_at"),
        Field("text", Kind.PROSE, required=True, column="text"),
        Field("rating", Kind.NUMBER, column="rating"),
        Field("item_id", Kind.ID, column="item_id"),
    ),
    counter="occurrence",
    digest=Digest("review_key", "review_id", ("user_id", "written_at", "item_id")),
)

EVENTS = Table(
    "events",
    ("event_key", "occurrence"),
    (
        Field("event_id", Kind.ID, column="event_id"),
        Field("user_id", Kind.USER, required=True, column="user_id"),
        Field("event", Kind.TEXT, required=True, column="event"),
        Field("at", Kind.TIME, required=True, column="at"),
        Field("item_id", Kind.ID, column="item_id"),
    ),
    counter="occurrence",
    digest=Digest("event_key", "event_id", ("user_id", "at", "item_id", "event")),
)

CONTACTS = Table(
    "contacts",
    ("campaign_id", "user_id", "occurrence"),
    (
        Field("campaign_id", Kind.ID, required=True, column="campaign_id"),
        Field("user_id", Kind.USER, required=True, column="user_id"),
        Field("sent_at", Kind.TIME, required=True, column="sent_at"),
        Field("arm", Kind.WORD, column="arm", words=ARMS),
        Field("channel", Kind.TEXT, column="channel"),
        Field("responded_at", Kind.TIME, column="responded_at"),
    ),
    counter="occurrence",
)

TABLES: Mapping[str, Table] = {
    table.name: table for table in (LINES, ITEMS, USERS, REVIEWS, EVENTS, CONTACTS)
}


def known_names(columns: Sequence[str]) -> int:
    """How many of these header names are those of fields."""
    return len(_ALL_NAMES.intersection(map(plain_name, columns)))


_ALL_NAMES = frozenset(
    name for table in TABLES.values() for field in table.fields for name in table.header_names(field.name)
)
