"""Text → Reply: understanding, access, confirmation, the command itself, and failures as sentences."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.command import Command, Question, Role
from bot.desk import Desk
from bot.i18n import _, language, language_of, using
from bot.incident import report
from bot.registry import commands
from bot.reply import Button, Failure, Reply
from bot.understanding import Understanding, understand
from storage import audit
from storage.errors import OpsbotError

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Asked:
    """A text with who sent it, from where, and whether a confirming button was pressed."""

    text: str
    role: Role = "operator"
    confirmed: bool = False
    transport: str = "terminal"
    operator: str = "local"


class Assistant:
    """The one road from a question to a reply."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._commands = {command.name: command for command in commands()}

    def language(self, text: str) -> str:
        """The language to answer in: as set, or that of the text."""
        fixed = self._desk.settings.language
        return language_of(text) if fixed == "auto" else fixed

    def ask(self, asked: Asked) -> Reply:
        """The reply to a text; failures come back as replies with a `failure`."""
        with using(self.language(asked.text)):
            understood = understand(asked.text, self._commands.values())
            command = self._commands.get(understood.command)
            reply = (
                self._unknown(understood, asked) if command is None else self._run(command, understood, asked)
            )
            reply = replace(reply, command=understood.command, args=understood.args)
        self._audit(asked, reply)
        return reply

    def _run(self, command: Command, understood: Understanding, asked: Asked) -> Reply:
        if command.role == "admin" and asked.role != "admin":
            return _failed(
                "not_allowed", _("Only an admin may do this."), _("Ask one, or act as one: --as admin")
            )
        if command.confirm and not asked.confirmed:
            return Reply(
                title=_(command.confirm),
                buttons=(Button(_("Yes"), asked.text),),
                failure=Failure("needs_confirmation", _(command.confirm), _("Ask again with --yes.")),
            )
        question = Question(
            command=command.name,
            args=understood.args,
            text=asked.text,
            role=asked.role,
            language=self.language(asked.text),
            confirmed=asked.confirmed,
        )
        try:
            return command.answer(question, self._desk)
        except OpsbotError as error:
            return _failed(error.kind, *sentences(error))
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
            return Reply(title=message, buttons=buttons, failure=Failure(UNKNOWN, message, _choices(buttons)))
        fitting = [command for command in self._commands.values() if command.role in ("operator", asked.role)]
        examples = [_example(self._commands[name]) for name in ("risk", "at_risk") if name in self._commands]
        examples += [
            _example(command)
            for command in fitting
            if command.name == ("train" if asked.role == "admin" else "model")
        ]
        buttons = tuple(Button(example, example) for example in examples)
        message = _("I answer questions about this shop's users and how likely they are to leave.")
        return Reply(title=message, buttons=buttons, failure=Failure(UNKNOWN, message, _choices(buttons)))

    def _audit(self, asked: Asked, reply: Reply) -> None:
        with self._desk.home.bot() as connection:
            audit.record(
                connection,
                at=int(self._desk.now().timestamp()),
                transport=asked.transport,
                operator=asked.operator,
                role=asked.role,
                command=reply.command,
                outcome=reply.failure.kind if reply.failure else "ok",
            )


def sentences(error: OpsbotError) -> tuple[str, str]:
    """What went wrong and what to do next, in the language in use."""
    return _(error.message).format(**error.values), _(error.next_step).format(**error.values)


def _example(command: Command) -> str:
    return command.examples[language()][0]


def _choices(buttons: tuple[Button, ...]) -> str:
    return _("Try: {choices}").format(choices=" · ".join(button.question for button in buttons))


def _failed(kind: str, message: str, next_step: str) -> Reply:
    return Reply(title=message, failure=Failure(kind, message, next_step))
