"""What is answered, free of markup: every transport renders the same Reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.chart import Chart


@dataclass(frozen=True)
class Table:
    """Rows for people and programs: `rows` hold plain values, `shown` the same cells as text.

    `narrow` are the columns that matter on a phone, where not all of them do.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    headings: tuple[str, ...]
    shown: tuple[tuple[str, ...], ...]
    narrow: frozenset[int] | None = None


@dataclass(frozen=True)
class Button:
    """A next step: what it says, and the question it asks.

    A `team` button is for every operator of the chat, any other for who asked; `confirms` carries out what
    the question would otherwise ask a confirmation for.
    """

    label: str
    question: str
    team: bool = False
    confirms: bool = False

    def as_json(self) -> dict[str, str]:
        """The button as `--json` prints it."""
        return {"label": self.label, "question": self.question}


@dataclass(frozen=True)
class Passage:
    """A text to be copied as it stands, under a heading; `label` names it in a few letters."""

    heading: str
    text: str
    label: str


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


# The failure of a question that leaves out what it is about: what is said next may be the answer.
MISSING_ARGUMENT = "missing_argument"
# The failure of a question that changes something and was not confirmed; its lines say what it would do.
NEEDS_CONFIRMATION = "needs_confirmation"


@dataclass(frozen=True)
class Failure:
    """Why there is no answer, and what to do next.

    With `lists_choices` the next step is nothing but the buttons in words, for who has none.
    """

    kind: str
    message: str
    next_step: str
    lists_choices: bool = False

    def as_json(self) -> dict[str, str]:
        """The failure as `--json` prints it."""
        return {"kind": self.kind, "message": self.message, "next_step": self.next_step}


@dataclass(frozen=True)
class Reply:
    """An answer: the number first (`title`), the reasons second (`lines`), the next step as buttons.

    `chart` is drawn by who can show a picture; an answer is whole without it. `passages` are for somebody
    else to read, and are copied from here.
    """

    title: str
    lines: Sequence[str] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    table: Table | None = None
    chart: Chart | None = None
    passages: Sequence[Passage] = ()
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
            "buttons": [button.as_json() for button in self.buttons],
            "attachments": [vars(attachment) for attachment in self.attachments],
            "provenance": vars(self.provenance) if self.provenance else None,
            "error": self.failure.as_json() if self.failure else None,
            "text": text,
        }
