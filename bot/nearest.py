"""What was named and does not exist, answered with the nearest that does: offered as buttons, never taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.command import Command
from bot.i18n import language
from bot.phrases import phrase
from bot.reply import Button
from bot.understanding import understand
from storage.errors import NotThereError

# The command whose example leads on where nothing is near, and which of its examples.
_WAYS_ON = {"user": ("at_risk", 0), "text": ("at_risk", 0), "product": ("goes_with", 1)}
_WAYS_ON["category"] = _WAYS_ON["product"]


def way_on(
    error: NotThereError, command: Command, args: Mapping[str, object], commands: Iterable[Command]
) -> tuple[Button, ...]:
    """The same question about each of the nearest; where nothing is near, one that always has an answer."""
    commands = tuple(commands)
    asked = (sentence_for(command, {**args, error.argument: each}, commands) for each in error.near)
    buttons = tuple(Button(each, each) for each in asked if each is not None)
    if buttons or error.argument not in _WAYS_ON:
        return buttons
    name, place = _WAYS_ON[error.argument]
    example = next((each.examples[language()][place] for each in commands if each.name == name), None)
    return (Button(example, example),) if example else ()


def sentence_for(command: Command, args: Mapping[str, object], commands: Iterable[Command]) -> str | None:
    """A sentence that asks this command with these arguments, in the language in use where there is one."""
    commands = tuple(commands)
    phrases = [phrase(pattern) for pattern in command.phrases]
    for each in sorted(phrases, key=lambda each: each.chinese != (language() == "zh")):
        sentence = each.write(args)
        if sentence is None:
            continue
        understood = understand(sentence, commands)
        if (understood.command, understood.args) == (command.name, args):
            return sentence
    return None
