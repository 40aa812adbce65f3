"""What is answered, free of markup: every transport renders the same Reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """Rows for people and programs: `rows` hold plain values, `shown` the same cells as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    headings: tuple[str, ...]
    shown: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Button:
    """A next step: what it says, and the question it asks."""

    label: str
    question: str


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a reply."""

    name: str
    path: str
    kind: str


@dataclass(frozen=True)
class Provenance:
    """What an answer rests on; `definition` says what the predicted thing is."""

    as_of: str
    data_through: str
    model: int | None
    horizon_days: int | None
    definition: str | None


@dataclass(frozen=True)
class Failure:
    """Why there is no answer, and what to do next."""

    kind: str
    message: str
    next_step: str


@dataclass(frozen=True)
class Reply:
    """An answer: the number first (`title`), the reasons second (`lines`), the next step as buttons."""

    title: str
    lines: Sequence[str] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    table: Table | None = None
    buttons: Sequence[Button] = ()
    attachments: Sequence[Attachment] = ()
    provenance: Provenance | None = None
    failure: Failure | None = None
    command: str = ""
    args: Mapping[str, object] = field(default_factory=dict)

    def as_json(self, text: str) -> dict[str, object]:
        """The reply as `--json` prints it; `text` is what a person reads."""
        return {
            "ok": self.failure is None,
            "command": self.command,
            "args": dict(self.args),
            "title": self.title,
            "facts": dict(self.facts),
            "table": {"columns": list(self.table.columns), "rows": [list(row) for row in self.table.rows]}
            if self.table
            else None,
            "buttons": [vars(button) for button in self.buttons],
            "attachments": [vars(attachment) for attachment in self.attachments],
            "provenance": vars(self.provenance) if self.provenance else None,
            "error": vars(self.failure) if self.failure else None,
            "text": text,
        }
