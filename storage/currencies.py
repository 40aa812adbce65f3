"""The one currency of a store: what a file shows of its own, beside what is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage.columns import Column
from storage.errors import ImportRefusedError
from storage.words import CURRENCY_SIGNS

_MEANT = {sign.casefold(): codes for sign, codes in CURRENCY_SIGNS.items()}


class OneCurrency:
    """The currency of the amounts of an import: `known` at its start, or else the first that the file shows.

    A sign such as `$` may mean several; then it only says which it is not.
    """

    def __init__(self, known: str | None) -> None:
        self.known = known
        self._possible: frozenset[str] | None = None
        self._sign = ""
        self._seen: set[str] = set()

    def look(self, currencies: Column[object], numbers: Sequence[int], bad: Iterable[int]) -> None:
        """Take in a column of codes, of rows with these line numbers; raises ImportRefusedError at another.

        `bad` are the rows that are rejected anyway.
        """
        if set(currencies.values) <= {None, self.known}:
            return
        for index, found in enumerate(currencies.rows()):
            if isinstance(found, str) and index not in bad:
                self._take(frozenset({found}), found, f"Line {numbers[index]}: ")

    def look_at_signs(self, signs: Iterable[str]) -> None:
        """Take in signs and codes that stood beside amounts; raises as `look` does."""
        for sign in sorted({*signs} - self._seen):
            self._seen.add(sign)
            self._take(_MEANT[sign.casefold()], sign, "")

    def _take(self, codes: frozenset[str], written: str, where: str) -> None:
        if self.known is not None:
            if self.known not in codes:
                raise two_currencies(self.known, written, where)
            return
        possible = codes if self._possible is None else codes & self._possible
        if not possible:
            raise two_currencies(self._sign, written, where)
        self._possible, self._sign = possible, written
        if len(possible) == 1:
            (self.known,) = possible


def two_currencies(one: str, other: str, where: str = "") -> ImportRefusedError:
    """The refusal to add up two currencies."""
    return ImportRefusedError(
        "{where}Amounts in {other} cannot be added to amounts in {one}; several currencies are never"
        " added up.",
        next_step="Convert the amounts to {one}, or import them into a home of their own with --home.",
        where=where,
        one=one,
        other=other,
    )
