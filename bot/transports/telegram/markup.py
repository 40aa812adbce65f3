"""A Reply as Telegram HTML: the number first, every value escaped, within the limits of one message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from bot.i18n import _
from bot.phone import cleaned, row_cells
from bot.render import provenance_text
from bot.reply import NEEDS_CONFIRMATION, Passage, Reply, Table

MOST_CHARACTERS = 4096
MOST_CAPTION_CHARACTERS = 1024
MOST_ENTITIES = 100
# Of a longer table the first rows are shown, and all of it goes along as a file.
MOST_ROWS = 20
FIRST_ROWS = 10


@dataclass(frozen=True)
class Part:
    """A piece of text with at most one tag around it."""

    text: str
    tag: str = ""

    @property
    def length(self) -> int:
        """In UTF-16 code units, as Telegram counts."""
        return utf16(self.text)

    def html(self) -> str:
        """The piece with its tag; what was in the text stays text."""
        text = escape(self.text, quote=False)
        return f"<{self.tag}>{text}</{self.tag}>" if self.tag and self.text.strip() else text


Line = Sequence[Part]


@dataclass(frozen=True)
class Message:
    """One message; `rows_left` says how many rows of the table are not in it."""

    html: str
    characters: int
    rows_left: int = 0


def message(reply: Reply) -> Message:
    """The text of a reply, in the language in use; rows that do not fit are left to a file."""
    if reply.failure:
        # Where there are buttons, they are the next step.
        next_step = "" if reply.buttons else reply.failure.next_step
        said = reply.lines if reply.failure.kind == NEEDS_CONFIRMATION else ()
        lines = [[Part(cleaned(line))] for line in (*said, next_step)]
        return _fitted([[Part(cleaned(reply.failure.message), "b")], *lines])
    head: list[Line] = [[Part(cleaned(reply.title), "b")], *([Part(cleaned(line))] for line in reply.lines)]
    tail: list[Line] = []
    if reply.provenance:
        tail = [[Part(cleaned(provenance_text(reply.provenance)), "i")]]
    passages = [_passage(each) for each in reply.passages]
    kept = _most_that_fit(head, passages, tail)
    if passages:
        head += [line for lines in passages[:kept] for line in lines]
        if kept < len(passages):
            head.append(_passages_left(len(passages) - kept))
    rows = list(_rows(reply.table)) if reply.table else []
    shown = len(rows) if len(rows) <= MOST_ROWS else FIRST_ROWS
    while shown and not _fits([*head, *rows[:shown], _rest_line(len(rows) - shown), *tail]):
        shown -= 1
    left = len(rows) - shown
    return _fitted([*head, *rows[:shown], *([_rest_line(left)] if left else []), *tail], left)


def utf16(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def _passage(passage: Passage) -> list[Line]:
    """A heading, and a block that a tap copies."""
    return [[Part(cleaned(passage.heading), "b")], [Part(cleaned(passage.text), "pre")]]


def _most_that_fit(head: Sequence[Line], passages: Sequence[Sequence[Line]], tail: Sequence[Line]) -> int:
    """How many passages there is room for, with a line that says how many are left out."""
    kept = len(passages)
    while kept:
        left = [_passages_left(len(passages) - kept)] if kept < len(passages) else []
        if _fits([*head, *(line for lines in passages[:kept] for line in lines), *left, *tail]):
            break
        kept -= 1
    return kept


def _passages_left(left: int) -> Line:
    return [Part(_("… and {left} more: ask for one channel.").format(left=left))]


def _rest_line(left: int) -> Line:
    return [Part(_("… and {left} more in the file.").format(left=left))]


def _rows(table: Table) -> Iterator[Line]:
    """A line per row, narrow as a phone: the first cell stands out, bare numbers have a heading."""
    for first, *others in row_cells(table):
        yield [Part(cleaned(first), "b"), Part("".join(f" · {cleaned(cell)}" for cell in others if cell))]


def _fits(lines: Sequence[Line]) -> bool:
    characters = sum(part.length for line in lines for part in line) + len(lines)
    entities = sum(1 for line in lines for part in line if part.tag)
    return characters <= MOST_CHARACTERS and entities <= MOST_ENTITIES


def _fitted(lines: Sequence[Line], rows_left: int = 0) -> Message:
    """The lines as one message; what would go over the limit is left out from the end."""
    lines = [line for line in lines if any(part.text for part in line)]
    while len(lines) > 1 and not _fits(lines):
        lines = lines[:-1]
    characters = sum(part.length for line in lines for part in line) + len(lines) - 1
    return Message("\n".join("".join(part.html() for part in line) for line in lines), characters, rows_left)
