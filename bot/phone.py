"""What a phone can show of a reply: texts without what disturbs a chat, and table rows as lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bot.reply import Table

_LONGEST_TEXT = 1000
# Marks that turn the direction of all text after them.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def cleaned(text: str) -> str:
    """Without what chats refuse or a stranger's file could disturb them with, and not endless."""
    kept = "".join(character for character in text if _harmless(character))
    return kept if len(kept) <= _LONGEST_TEXT else kept[:_LONGEST_TEXT] + "…"


def row_cells(table: Table, *, name_first: bool = False) -> Iterator[tuple[str, ...]]:
    """The cells of each row that a narrow screen has room for; bare numbers have a heading.

    The first cell has one only where asked: it may stand out in another way.
    """
    for shown in table.shown:
        yield tuple(
            cell
            if (index == 0 and not name_first) or not _is_bare(cell)
            else f"{table.headings[index]} {cell}"
            for index, cell in enumerate(shown)
            if table.narrow is None or index in table.narrow
        )


def _is_bare(cell: str) -> bool:
    """Whether a cell is a number that does not say of what."""
    return cell.replace(",", "").replace(".", "").isdecimal()


def _harmless(character: str) -> bool:
    # Spaces such as the wide one of Chinese are part of an id.
    return character == "\n" or (
        (character.isprintable() or unicodedata.category(character) == "Zs") and character not in _DIRECTIONS
    )
