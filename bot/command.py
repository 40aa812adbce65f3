"""What is asked and what answers it: a Question names a Command; a Command is a value, one per file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

Role = Literal["operator", "admin"]


@dataclass(frozen=True)
class Question:
    """A typed request: which command, with which arguments, asked by whom and in which language."""

    command: str
    args: Mapping[str, object]
    text: str = ""
    role: Role = "operator"
    language: str = "en"
    confirmed: bool = False


@dataclass(frozen=True)
class Command:
    """One thing an operator can ask for; `bot/commands/NAME.py` holds exactly one as `COMMAND`.

    `phrases` are the sentence patterns that mean it (see `bot.phrases`), the canonical English one
    first; `examples` are sentences for help and suggestions by language. `confirm` is the sentence
    asked before a command that changes something runs.
    """

    name: str
    summary: str
    phrases: tuple[str, ...]
    examples: Mapping[str, tuple[str, ...]]
    answer: Callable[[Question, Desk], Reply]
    role: Role = "operator"
    confirm: str | None = None
