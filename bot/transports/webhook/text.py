"""A Reply as lines of plain text for a group chat: the number first, cut honestly to what a service takes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from bot.i18n import _
from bot.phone import cleaned, row_cells
from bot.render import provenance_text
from bot.reply import Attachment, Reply, Table
from bot.transports.webhook.service import Outgoing

MOST_ROWS = 20
LONGEST_LINE = 500
# Stands in every message: the keyword that DingTalk and Feishu may ask for.
SIGNATURE = "opsbot"
_CUT = "…"
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


@dataclass(frozen=True)
class Text:
    """A reply in lines: what is said, the rows of its table, what it rests on, and what is never left out."""

    head: tuple[str, ...]
    rows: tuple[str, ...]
    tail: tuple[str, ...]
    end: tuple[str, ...]


def lines_of(message: Outgoing, fits: Callable[[Sequence[str]], bool]) -> Sequence[str]:
    """The lines that `fits` lets through, in the language in use, the title first.

    What is left out goes from the end, and is said.
    """
    text = text_of(message.reply, repeated=message.repeated)
    for lines in _drafts(text):
        if fits(lines):
            return lines
    title = text.head[0] if text.head else ""
    low, high = 0, len(title)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits((title[:middle] + _CUT, *text.end)) else (low, middle - 1)
    return (shortened(title, low), *text.end)


def text_of(reply: Reply, *, repeated: bool = False) -> Text:
    """All that is said, each line no longer than LONGEST_LINE and a mark where it was cut."""
    end = [SIGNATURE]
    if repeated:
        end.insert(0, _("(Perhaps for the second time: the answer to the first try was lost.)"))
    if reply.failure:
        head = [reply.failure.message, reply.failure.next_step]
        return Text(_lines(head), (), (), tuple(end))
    tail = [_place(attachment) for attachment in reply.attachments]
    if reply.provenance:
        tail.append(provenance_text(reply.provenance))
    rows = tuple(_rows(reply.table)) if reply.table else ()
    said = [part for each in reply.passages for part in (f"— {each.heading} —", each.text)]
    return Text(_lines([reply.title, *reply.lines, *said]), rows, _lines(tail), tuple(end))


def whole(reply: Reply) -> str:
    """All of a reply as plain text, of any length."""
    text = text_of(reply)
    return "\n".join([*text.head, *text.rows, *text.tail])


def shortened(line: str, most: int) -> str:
    """The line, or its first `most` characters and a mark; no character that is drawn as one is parted."""
    if len(line) <= most:
        return line
    while most and (_belongs_to_the_one_before(line[most]) or line[most - 1] == "\u200d"):
        most -= 1
    return line[:most] + _CUT


def _drafts(text: Text) -> Iterator[Sequence[str]]:
    """From all that is worth showing to the title alone."""
    for shown in range(min(len(text.rows), MOST_ROWS), -1, -1):
        yield (*text.head, *text.rows[:shown], *_rest(text, shown), *text.tail, *text.end)
    for kept in range(len(text.head) - 1, 0, -1):
        yield (*text.head[:kept], _CUT, *_rest(text, 0), *text.tail, *text.end)
    yield (*text.head[:1], _CUT, *text.end)


def _rest(text: Text, shown: int) -> Sequence[str]:
    left = len(text.rows) - shown
    return (_("… and {left} more.").format(left=left),) if left else ()


def _rows(table: Table) -> Iterator[str]:
    for number, row in enumerate(row_cells(table, name_first=True), start=1):
        cells = [cleaned(cell).replace("\n", " ") for cell in row if cell]
        yield shortened(f"{number}. {' · '.join(cells)}", LONGEST_LINE)


def _lines(texts: Sequence[str]) -> tuple[str, ...]:
    lines = chain.from_iterable(cleaned(text).split("\n") for text in texts)
    return tuple(shortened(line, LONGEST_LINE) for line in lines if line.strip())


def _place(attachment: Attachment) -> str:
    """Where the file is: a group bot takes none."""
    return _("The file {name} is in {folder}.").format(
        name=attachment.name, folder=Path(attachment.path).parent.name or "exports"
    )


def _belongs_to_the_one_before(character: str) -> bool:
    return character in _JOINERS or unicodedata.combining(character) != 0
