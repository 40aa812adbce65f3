"""A Reply as JSON and back, for what is written down now and sent later."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from bot.reply import Attachment, Failure, Passage, Provenance, Reply, Table


def to_json(reply: Reply) -> str:
    """All of the reply that can be said in text; buttons and charts are left out."""
    value = {
        "title": reply.title,
        "lines": list(reply.lines),
        "facts": dict(reply.facts),
        "table": _table(reply.table) if reply.table else None,
        "passages": [asdict(each) for each in reply.passages],
        "attachments": [asdict(each) for each in reply.attachments],
        "provenance": asdict(reply.provenance) if reply.provenance else None,
        "failure": asdict(reply.failure) if reply.failure else None,
        "command": reply.command,
        "args": dict(reply.args),
    }
    return json.dumps(value, ensure_ascii=False, default=str)


def from_json(text: str) -> Reply:
    """The reply that `to_json` made the text of."""
    value: dict[str, Any] = json.loads(text)
    table = value.pop("table")
    provenance, failure = value.pop("provenance"), value.pop("failure")
    value["attachments"] = tuple(Attachment(**each) for each in value["attachments"])
    # What was written down by an older version has none.
    value["passages"] = tuple(Passage(**each) for each in value.get("passages", ()))
    return Reply(
        **value,
        table=Table(
            columns=tuple(table["columns"]),
            rows=tuple(map(tuple, table["rows"])),
            headings=tuple(table["headings"]),
            shown=tuple(map(tuple, table["shown"])),
            narrow=None if table["narrow"] is None else frozenset(table["narrow"]),
        )
        if table
        else None,
        provenance=Provenance(**provenance) if provenance else None,
        failure=Failure(**failure) if failure else None,
    )


def _table(table: Table) -> dict[str, object]:
    return {
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
        "headings": list(table.headings),
        "shown": [list(row) for row in table.shown],
        "narrow": None if table.narrow is None else sorted(table.narrow),
    }
