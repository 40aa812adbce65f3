"""What is asked and what answers it: a Question names a Command; a Command is a value, one per file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

Role = Literal["operator", "admin"]
# What a command is about, in the order in which help lists them.
Topic = Literal["users", "worklist", "shop", "model", "team"]


@dataclass(frozen=True)
class Asker:
    """Who asks, and where; ids are the transport's own, `name` is what colleagues call them.

    `thread` is the topic of a forum; both it and `chat` are empty in the terminal.
    """

    operator: str = "local"
    name: str = ""
    transport: str = "terminal"
    chat: str = ""
    thread: str = ""


@dataclass(frozen=True)
class About:
    """What an earlier answer was about: its command and arguments."""

    command: str
    args: Mapping[str, object]


def answered_to(asker: Asker) -> str:
    """Where is kept what somebody was last told in a chat: what they say next may refer to it."""
    return f"told:{asker.transport}:{asker.chat}:{asker.thread}:{asker.operator}"


@dataclass(frozen=True)
class Question:
    """A typed request: which command, with which arguments, asked by whom and in which language.

    `upload` is a file that was sent along.
    """

    command: str
    args: Mapping[str, object]
    text: str = ""
    role: Role = "operator"
    language: str = "en"
    confirmed: bool = False
    asker: Asker = field(default_factory=Asker)
    upload: Path | None = None


@dataclass(frozen=True)
class Command:
    """One thing an operator can ask for; `bot/commands/NAME.py` holds exactly one as `COMMAND`.

    `phrases` are the sentence patterns that mean it (see `bot.phrases`), the canonical English one
    first; `examples` are sentences for help and suggestions by language. `confirm` is the sentence
    asked before a command that changes something runs; its {places} are filled with the arguments. A `long`
    one takes more than a blink: where several people wait for answers it runs in a process of its own. One
    that `reports` notes what somebody did: the same words as a question ("contacted user 42?") must not
    note it. Help lists commands by `topic`, and those rarely needed by name only.
    """

    name: str
    summary: str
    phrases: tuple[str, ...]
    examples: Mapping[str, tuple[str, ...]]
    answer: Callable[[Question, Desk], Reply]
    role: Role = "operator"
    confirm: str | None = None
    long: bool = False
    reports: bool = False
    topic: Topic = "shop"
    rare: bool = False
