"""Whether the cells of a column look like what its name may stand for, from the first rows of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from storage.numbers import NumberParser
from storage.privacy import is_personal_id
from storage.tables import Kind
from storage.times import looks_like_a_time
from storage.values import Bad, DoubtfulError

# A few cells are no evidence against a name that fits.
_FEW = 3
_MOST = 0.9

_ID = re.compile(r"[^\s*]{1,64}\Z")
_WORDS = re.compile(r"\S+\s+\S+\s+\S|[\u3400-\u9fff]{4}|[\u3400-\u9fff][，。！？、]")
_NUMBER = NumberParser("?")


class Cells:
    """The first rows of a file, a sequence of cells for each column."""

    def __init__(self, columns: Sequence[Sequence[str]]) -> None:
        self._columns = columns
        self._texts: dict[int, list[str]] = {}

    def fit(self, kind: Kind, place: int) -> bool:
        """Whether nearly all cells of the column that are not empty look like values of that kind."""
        share = self._share(kind, place)
        return share is not None and share >= _MOST

    def contradict(self, kind: Kind, place: int) -> bool:
        """Whether none of several cells of the column looks like a value of that kind."""
        look, cells = _LOOKS.get(kind), self._filled(place)
        return look is not None and len(cells) >= _FEW and not any(map(look, cells))

    def empty(self, place: int) -> bool:
        """Whether the column has no filled cell."""
        return not self._filled(place)

    def alike(self, places: Sequence[int]) -> bool:
        """Whether these columns hold the same cells, and any at all."""
        first = self._filled(places[0])
        return bool(first) and all(self._columns[each] == self._columns[places[0]] for each in places)

    def _share(self, kind: Kind, place: int) -> float | None:
        look = _LOOKS.get(kind)
        cells = self._filled(place)
        if look is None or not cells:
            return None
        return sum(map(look, cells)) / len(cells)

    def _filled(self, place: int) -> list[str]:
        if place >= len(self._columns):
            return []
        if place not in self._texts:
            self._texts[place] = [text for cell in self._columns[place] if (text := cell.strip())]
        return self._texts[place]


def _is_id(cell: str) -> bool:
    return bool(_ID.match(cell)) and not _is_date(cell)


def _is_user(cell: str) -> bool:
    return is_personal_id(cell) or _is_id(cell)


def _is_number(cell: str) -> bool:
    try:
        return not isinstance(_NUMBER(cell), Bad)
    except DoubtfulError:
        return True


def _is_date(cell: str) -> bool:
    return looks_like_a_time(cell) and not cell.isdigit()


def _is_prose(cell: str) -> bool:
    return bool(_WORDS.search(cell)) and not _is_date(cell)


def _is_word(cell: str) -> bool:
    return len(cell) <= 40 and not _is_number(cell) and not _is_date(cell)


_LOOKS: dict[Kind, Callable[[str], bool]] = {
    Kind.ID: _is_id,
    Kind.USER: _is_user,
    Kind.TIME: looks_like_a_time,
    Kind.NUMBER: _is_number,
    Kind.MONEY: _is_number,
    Kind.PROSE: _is_prose,
    Kind.TEXT: _is_word,
}
