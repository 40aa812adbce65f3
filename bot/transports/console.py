"""The terminal chat: questions typed, replies printed, buttons as numbers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.assistant import Asked, Assistant
from bot.command import About, Role
from bot.i18n import _, using
from bot.render import plain
from bot.reply import MISSING_ARGUMENT, NEEDS_CONFIRMATION, Button, Reply
from storage.conversation import FOLLOW_UP_SECONDS

LEAVE = frozenset({"exit", "quit", "bye", "q", ":q", "退出", "再见"})
YES = frozenset({"y", "yes", "是", "好", "确认"})
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
            if reply.failure is None or reply.failure.kind != NEEDS_CONFIRMATION:
                self._show(reply)
                return
            # What it would do first, so that the question stands beside its answer.
            for line in reply.lines:
                self._write(line)
            answer = self._read(f"{reply.title} [y/N] ").strip()
            if answer.casefold() in YES:
                self._show(self._assistant.ask(replace(asked, confirmed=True)))
                return
            self._show(Reply(title=_("Nothing was done.")))
        if self._assistant.is_a_question(answer):
            self._answer(answer)

    def _show(self, reply: Reply) -> None:
        # With numbers below, choices need not be named in the sentence too.
        self._buttons = reply.buttons
        if reply.failure is None or reply.failure.kind == MISSING_ARGUMENT:
            self._about = About(reply.command, reply.args)  # "why?" is about the user of the last answer
            self._about_until = self._assistant.moment() + FOLLOW_UP_SECONDS
        listed = reply.failure is not None and reply.failure.lists_choices and reply.buttons
        self._write(reply.title if listed else plain(reply, width=_width()))
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
