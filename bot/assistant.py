"""Text → Reply: understanding, access, confirmation, the command itself, and failures as sentences."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.command import About, Asker, Command, Question, Role
from bot.context import taken_as, understand_about
from bot.desk import Desk
from bot.i18n import _, language, language_of, using
from bot.incident import report
from bot.last_list import remember_list
from bot.nearest import way_on
from bot.registry import commands
from bot.reply import Button, Failure, Reply
from bot.understanding import Understanding, understand
from storage.errors import NotThereError, OpsbotError
from storage.privacy import Pseudonyms

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Asked:
    """A text with who sent it, from where, and whether a confirming button was pressed.

    `about` is the answer it refers to, `upload` is a file sent along.
    Without a `language` the answer is in that of the text.
    """

    text: str
    role: Role = "operator"
    confirmed: bool = False
    asker: Asker = field(default_factory=Asker)
    upload: Path | None = None
    about: About | None = None
    language: str | None = None


class Assistant:
    """The one road from a question to a reply."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._commands = {command.name: command for command in commands()}

    def moment(self) -> int:
        """Now, in epoch seconds."""
        return self._desk.moment()

    def language(self, text: str) -> str:
        """The language to answer in: as set, or that of the text."""
        fixed = self._desk.settings.language
        return language_of(text) if fixed == "auto" else fixed

    def is_a_question(self, text: str) -> bool:
        """Whether a pattern understands the text by itself."""
        return understand(text, self._commands.values()).source == "pattern"

    def long_work(self, asked: Asked) -> str | None:
        """The command, where answering now takes more than a blink: long work, confirmed and allowed."""
        if not asked.confirmed:
            return None
        command = self._commands.get(self._understood(asked).command)
        if command is None or not command.long:
            return None
        return command.name if _allowed(command, asked.role) else None

    def ask(self, asked: Asked) -> Reply:
        """The reply to a text; failures come back as replies with a `failure`."""
        with using(asked.language or self.language(asked.text)):
            understood = self._understood(asked)
            command = self._commands.get(understood.command)
            reply = (
                self._unknown(understood, asked) if command is None else self._run(command, understood, asked)
            )
            if command and understood.source == "context" and reply.failure is None:
                reply = replace(reply, lines=(*taken_as(understood, command), *reply.lines))
            reply = replace(reply, command=understood.command, args=understood.args)
        self._audit(asked, reply)
        if command is not None:
            self._remember(asked, reply, command)
        return reply

    def _understood(self, asked: Asked) -> Understanding:
        return understand_about(asked.text, asked.about, self._commands.values())

    def _run(self, command: Command, understood: Understanding, asked: Asked) -> Reply:
        if not _allowed(command, asked.role):
            at_terminal = asked.asker.transport == "terminal"
            next_step = _("Ask one, or act as one: --as admin") if at_terminal else _("Ask one.")
            return _failed("not_allowed", _("Only an admin may do this."), next_step)
        if command.confirm and not asked.confirmed:
            # What was left out is asked for by the command itself.
            sure = _(command.confirm).format_map(defaultdict(lambda: "…", understood.args))
            return Reply(
                title=sure,
                buttons=(Button(_("Yes"), asked.text, confirms=True),),
                failure=Failure("needs_confirmation", sure, _("Ask again with --yes.")),
            )
        question = Question(
            command=command.name,
            args=understood.args,
            text=asked.text,
            role=asked.role,
            language=language(),
            confirmed=asked.confirmed,
            asker=asked.asker,
            upload=asked.upload,
        )
        try:
            return command.answer(question, self._desk)
        except OpsbotError as error:
            failed = _in_a_chat(_failed(error.kind, *sentences(error)), asked)
            if isinstance(error, NotThereError):
                buttons = way_on(error, command, understood.args, self._commands.values())
                failed = replace(failed, buttons=buttons)
                if failed.failure and error.near:
                    failed = replace(failed, failure=replace(failed.failure, lists_choices=True))
            return failed
        except Exception:
            incident = report(f"command {command.name}")
            return _failed(
                "incident",
                _("Something went wrong here (incident {incident}).").format(incident=incident),
                _("The log has the details; try again, or tell who runs this machine."),
            )

    def _unknown(self, understood: Understanding, asked: Asked) -> Reply:
        if understood.suggestions:
            message = _("I am not sure what you mean.")
            buttons = tuple(
                Button(suggestion.label, suggestion.label) for suggestion in understood.suggestions
            )
            return Reply(title=message, buttons=buttons, failure=_to_choose(message, buttons))
        fitting = [command for command in self._commands.values() if command.role in ("operator", asked.role)]
        examples = [_example(self._commands[name]) for name in ("risk", "at_risk") if name in self._commands]
        examples += [
            _example(command)
            for command in fitting
            if command.name == ("train" if asked.role == "admin" else "model")
        ]
        buttons = tuple(Button(example, example) for example in examples)
        message = _("I know this shop: who may leave and why, what to offer them, how sales and reviews are.")
        return Reply(title=message, buttons=buttons, failure=_to_choose(message, buttons))

    def _remember(self, asked: Asked, reply: Reply, command: Command) -> None:
        """A list may be asked for once more, as a file."""
        if reply.table is not None:
            with self._desk.home.bot() as connection:
                pseudonyms = Pseudonyms(self._desk.home.path)
                remember_list(connection, asked.asker, reply, command, self._desk.moment(), pseudonyms)

    def _audit(self, asked: Asked, reply: Reply) -> None:
        outcome = reply.failure.kind if reply.failure else "ok"
        self._desk.note(asked.asker, asked.role, reply.command, outcome)


def sentences(error: OpsbotError) -> tuple[str, str]:
    """What went wrong and what to do next, in the language in use."""
    return _(error.message).format(**error.values), _(error.next_step).format(**error.values)


def _allowed(command: Command, role: Role) -> bool:
    return command.role == "operator" or role == "admin"


def _example(command: Command) -> str:
    return command.examples[language()][0]


def _to_choose(message: str, buttons: tuple[Button, ...]) -> Failure:
    choices = _("Try: {choices}").format(choices=" · ".join(button.question for button in buttons))
    return Failure(UNKNOWN, message, choices, lists_choices=True)


def _failed(kind: str, message: str, next_step: str) -> Reply:
    return Reply(title=message, failure=Failure(kind, message, next_step))


def _in_a_chat(reply: Reply, asked: Asked) -> Reply:
    """A failure whose next step is a command line, with the one that can be taken in a chat."""
    if asked.asker.transport == "terminal" or reply.failure is None:
        return reply
    admin = asked.role == "admin"
    steps = {
        "empty_store": _("Send the order file here.") if admin else _("An admin can import them."),
        "no_model": _("Say: train the model") if admin else _("An admin can train one."),
    }
    next_step = steps.get(reply.failure.kind)
    return replace(reply, failure=replace(reply.failure, next_step=next_step)) if next_step else reply
