"""The terminal chat: questions typed, replies printed, buttons as numbers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.assistant import Asked, Assistant
from bot.command import About, Role
from bot.i18n import _, using
from bot.render import plain
from bot.reply import MISSING_ARGUMENT, Button, Reply
from storage.conversation import FOLLOW_UP_SECONDS

LEAVE = frozenset({"exit", "quit", "bye", "q", ":q", "退出", "再见"})
PROMPT = "opsbot> "


class Console:
    """One conversation; `read` gives the next line typed and raises EOFError at the end.

    `after_first` is called once, when the first answer is there.
    """

    def __init__(
        self,
        assistant: Assistant,
        role: Role,
        read: Callable[[str], str] = input,
        write: Callable[[str], None] = print,
        after_first: Callable[[], None] = lambda: None,
    ) -> None:
        self._assistant = assistant
        self._role = role
        self._read = read
        self._write = write
        self._after_first = after_first
        self._buttons: Sequence[Button] = ()
        self._about: About | None = None
        self._about_until = 0

    def run(self) -> None:
        """Answer until the operator leaves; the end of the input leaves too, and is no yes."""
        try:
            while (text := self._read(PROMPT).strip()).casefold() not in LEAVE:
                if text:
                    self._answer(self._pressed(text) or text)
                    self._after_first()
                    self._after_first = _nothing
        except (EOFError, KeyboardInterrupt):
            self._write("")

    def _answer(self, text: str) -> None:
        language = self._assistant.language(text)
        recent = self._assistant.moment() < self._about_until
        asked = Asked(text, self._role, about=self._about if recent else None)
        reply = self._assistant.ask(asked)
        with using(language):
            if reply.failure and reply.failure.kind == "needs_confirmation":
                reply = self._confirmed(asked, reply)
            self._show(reply)

    def _confirmed(self, asked: Asked, reply: Reply) -> Reply:
        for line in (reply.title, *reply.lines)[:-1]:
            self._write(line)
        last = (reply.title, *reply.lines)[-1]
        answer = self._read(f"{last} [y/N] ").strip().casefold()
        if answer not in {"y", "yes", "是", "好", "确认"}:
            return Reply(title=_("Nothing was done."))
        return self._assistant.ask(replace(asked, confirmed=True))

    def _show(self, reply: Reply) -> None:
        # A failure names its choices in its sentence; with numbers below, the sentence alone is enough.
        self._buttons = reply.buttons
        if reply.failure is None or reply.failure.kind == MISSING_ARGUMENT:
            self._about = About(reply.command, reply.args)  # "why?" is about the user of the last answer
            self._about_until = self._assistant.moment() + FOLLOW_UP_SECONDS
        self._write(reply.title if reply.failure and reply.buttons else plain(reply, width=_width()))
        for number, button in enumerate(reply.buttons, start=1):
            self._write(f"  [{number}] {button.label}")

    def _pressed(self, text: str) -> str | None:
        """The question of the button with that number, if it is one of the last reply's."""
        if text.isdecimal() and 1 <= int(text) <= len(self._buttons):
            return self._buttons[int(text) - 1].question
        return None


def _nothing() -> None:
    """Whatever is to come behind the first answer has begun."""


def _width() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, 140)
