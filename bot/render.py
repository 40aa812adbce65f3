"""A Reply as plain text: what the terminal shows, and the `text` of the JSON form."""

from __future__ import annotations

import io

from bot import formats
from bot.i18n import _, joined
from bot.reply import NEEDS_CONFIRMATION, Provenance, Reply, Table

WIDTH = 100


def plain(reply: Reply, *, width: int = WIDTH) -> str:
    """The reply in lines of text: title, reasons, table, where it comes from."""
    if reply.failure:
        # What is to be confirmed may need more than a sentence.
        if reply.lines and reply.failure.kind == NEEDS_CONFIRMATION:
            return "\n".join([reply.failure.message, *reply.lines, reply.failure.next_step])
        return joined(reply.failure.message, reply.failure.next_step)
    parts = [reply.title, *reply.lines]
    if reply.table and reply.table.rows:
        parts.append(table_text(reply.table, width=width))
    for passage in reply.passages:
        parts += ["", f"— {passage.heading} —", passage.text]
    if reply.passages:
        parts.append("")
    parts += [f"{attachment.name}: {attachment.path}" for attachment in reply.attachments]
    if reply.provenance:
        parts.append(provenance_text(reply.provenance))
    return "\n".join(parts)


def table_text(table: Table, *, width: int = WIDTH) -> str:
    """A table in aligned columns; numbers stand at the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable

    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, heading in enumerate(table.headings):
        numeric = all(isinstance(row[index], int | float) for row in table.rows)
        drawn.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in table.shown:
        drawn.add_row(*row)
    buffer = io.StringIO()
    Console(file=buffer, width=width, color_system=None, markup=False, highlight=False, emoji=False).print(
        drawn
    )
    return "\n".join(line.rstrip() for line in buffer.getvalue().rstrip().splitlines())


def provenance_text(provenance: Provenance) -> str:
    """One line: as of when, by which model, and what the number means."""
    from datetime import date

    parts = [_("as of {day}").format(day=formats.day(date.fromisoformat(provenance.as_of)))]
    if provenance.model is not None:
        parts.append(_("model {version}").format(version=provenance.model))
    if provenance.definition:
        parts.append(provenance.definition)
    return "(" + " · ".join(parts) + ")"
