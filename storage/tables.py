"""What can be imported: each table, its fields, the kind of each value, and the names files give them.

A further table or field is a further entry here. Names are compared by `plain_name`, so that
`Customer ID`, `customer_id` and `CustomerID` are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from storage.header_names import NAMES
from storage.words import KINDS, STATUSES, USER_KINDS


class Kind(Enum):
    """How the cells of a field are read."""

    ID = "id"
    USER = "user id"
    TEXT = "text"
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
class Table:
    """One table that files can be imported into; `key` names the columns that identify a row."""

    name: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The field called `name`; raises KeyError."""
        return {each.name: each for each in self.fields}[name]

    def header_names(self, field: str) -> tuple[str, ...]:
        """The names that files give to a field, its own first, as `plain_name` gives them."""
        names = (field, *NAMES[self.name].get(field, "").split())
        return tuple(dict.fromkeys(map(plain_name, names)))

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

TABLES: Mapping[str, Table] = {table.name: table for table in (LINES, ITEMS, USERS)}
