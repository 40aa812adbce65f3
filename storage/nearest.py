"""The existing ids nearest to one that does not exist: a few looks into indexes, however many there are."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from string import ascii_lowercase, ascii_uppercase, digits

MOST = 3
_LONGEST = 40  # characters; what is longer is no mistyped id
_FORMS = 12  # beginnings of the shop's ids that are looked at: "C-", "W", none
_NUMBERED = re.compile(r"(\D*)(\d+)")


@dataclass(frozen=True)
class Ids:
    """Where ids of one kind stand: (table, column) pairs, each column the first of an index."""

    connection: sqlite3.Connection
    places: tuple[tuple[str, str], ...]

    def existing(self, candidates: list[str]) -> Iterator[str]:
        """Those of the candidates that exist, in their order."""
        stands = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE {column} = j.value)" for table, column in self.places
        )
        query = f"SELECT j.value FROM json_each(?) j WHERE {stands} ORDER BY j.key"
        for row in self.connection.execute(query, (json.dumps(candidates),)):
            yield row[0]

    def first_from(self, least: str) -> str | None:
        """The first id from `least` on."""
        return min(self._ends("MIN", ">=", least), default=None)

    def last_before(self, end: str) -> str | None:
        """The last id before `end`."""
        return max(self._ends("MAX", "<", end), default=None)

    def _ends(self, which: str, compared: str, to: str) -> Iterator[str]:
        for table, column in self.places:
            # A line without a user has an empty id.
            query = f"SELECT {which}({column}) FROM {table} WHERE {column} {compared} ? AND {column} <> ''"
            found = self.connection.execute(query, (to,)).fetchone()[0]
            if found is not None:
                yield found


def user_ids(connection: sqlite3.Connection) -> Ids:
    """Every id under which rows of users stand."""
    tables = ("lines", "users", "reviews", "events", "contacts")
    return Ids(connection, tuple((table, "user_id") for table in tables))


def order_ids(connection: sqlite3.Connection) -> Ids:
    """Every order number."""
    return Ids(connection, (("lines", "order_id"),))


def nearest(named: str, ids: Ids, most: int = MOST) -> tuple[str, ...]:
    """Up to `most` existing ids that somebody may have meant who wrote `named`, the likeliest first.

    First those written alike but for case, zeros, hyphens or the shop's usual beginning; then one slip of
    a key away; then those that begin so, or that it goes on from; then its neighbours in the alphabet, where
    no more than the last two characters differ.
    """
    named = named.strip()
    if not named or len(named) > _LONGEST:
        return ()
    found: dict[str, None] = {}
    for candidates in (_written_alike(named, ids), _slips(named)):
        for each in ids.existing(list(dict.fromkeys(candidates))):
            found.setdefault(each)
            if len(found) == most:
                return tuple(found)
    for each in _beginnings(named, ids, most):
        found.setdefault(each)
    return tuple(found)[:most]


def _written_alike(named: str, ids: Ids) -> Iterator[str]:
    bare = re.sub(r"[\s_.#-]+", "", named)
    for text in (named, bare):
        yield from (text, text.upper(), text.lower(), text.capitalize())
    numbered = _NUMBERED.fullmatch(named)
    if numbered:
        number = numbered[2].lstrip("0") or "0"
        yield from (numbered[1] + number, numbered[2], number)
        said = _letters(numbered[1])
        for beginning, width in _forms(ids):
            if not said or said == _letters(beginning):
                yield beginning + number.zfill(width)
                yield beginning + number


def _letters(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def _forms(ids: Ids) -> Iterator[tuple[str, int]]:
    """What the shop's numbered ids begin with and how many digits follow: one id of each beginning tells."""
    least = ""
    for _step in range(_FORMS):
        found = ids.first_from(least)
        if found is None:
            return
        beginning = "".join(takewhile(lambda each: each not in digits, found))
        if beginning != found:
            yield beginning, len(found) - len(beginning)
        # Behind the last digit: the next id begins otherwise.
        least = beginning + ":" if beginning != found else found + "\0"


def _slips(named: str) -> Iterator[str]:
    """What is one slip away: two keys in the wrong order, one too many, another one, one too few."""
    keys = digits if re.search(r"\d", named) else ""
    keys += ascii_lowercase if re.search(r"[a-z]", named) else ""
    keys += ascii_uppercase if re.search(r"[A-Z]", named) else ""
    parts = [(named[:place], named[place:]) for place in range(len(named) + 1)]
    yield from (before + after[1] + after[0] + after[2:] for before, after in parts if len(after) > 1)
    yield from (before + after[1:] for before, after in parts if after and len(named) > 1)
    yield from (before + key + after[1:] for before, after in reversed(parts) if after for key in keys)
    yield from (before + key + after for before, after in reversed(parts) for key in keys)


def _beginnings(named: str, ids: Ids, most: int) -> Iterator[str]:
    following = ids.first_from(named)
    for _step in range(most):
        if following is None or not following.startswith(named):
            break
        yield following
        following = ids.first_from(following + "\0")
    shorter = [named[:end] for end in range(len(named) - 1, max(len(named) // 2, 1), -1)]
    yield from ids.existing(shorter)
    common = max(len(named) - 2, len(named) // 2, 2)
    for neighbour in (ids.last_before(named), following):
        if neighbour is not None and neighbour[:common] == named[:common]:
            yield neighbour
