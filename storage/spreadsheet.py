"""Cells of files that people open in a spreadsheet: none is taken for a formula, and none is lost by that.

A cell that begins with = + - @, a tab or a line break would be calculated, and could fetch or send what it
likes (https://owasp.org/www-community/attacks/CSV_Injection): it gets an apostrophe in front.
"""

from __future__ import annotations

import re

# The full-width forms count as well: spreadsheets in East Asian languages read them alike.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")
_NUMBER = re.compile(r"-\d+(?:[.,]\d+)*")


def safe(cell: str) -> str:
    """The text as it may stand in a file; `as_it_was` gives the text back."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def as_it_was(cell: str) -> str:
    """The text that `safe` was given, also where the apostrophe went missing in between."""
    rest = cell[1:] if cell.startswith("'") else None
    return rest if rest is not None and safe(rest) == cell else cell
