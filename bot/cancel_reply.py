"""Ending a long command: one's own, or as an admin anybody's."""

from __future__ import annotations

from collections.abc import Sequence

from bot.command import Question
from bot.desk import Desk, Running
from bot.i18n import _, language
from bot.registry import commands
from bot.reply import Reply
from bot.worklist_reply import operator_name
from storage.errors import OpsbotError


class NotYoursError(OpsbotError):
    """Somebody else asked for what is running."""

    kind = "not_allowed"


def cancel_reply(question: Question, desk: Desk) -> Reply:
    """What was ended: what the asker asked for; where that is nothing, as an admin what others did.

    Raises NotYoursError where only others' commands run and the asker is no admin.
    """
    running = desk.running()
    if not running:
        return Reply(title=_("Nothing is running."), facts={"cancelled": []})
    asker = question.asker
    own = [
        each
        for each in running
        if (each.asker.transport, each.asker.operator) == (asker.transport, asker.operator)
    ]
    if not own and question.role != "admin":
        raise NotYoursError(
            "{name} asked for what is running.",
            next_step="Only {name} or an admin can cancel it.",
            name=operator_name(running[0].asker.operator, running[0].asker.name),
        )
    chosen = own or running
    stopped = [each for each in chosen if each.stop()]
    if stopped:
        title = _("Cancelled: {what}.").format(what=_what(stopped))
    else:
        title = _("Too late to cancel: it is done, or just being finished.")
    return Reply(title=title, facts={"cancelled": [each.command for each in stopped]})


def _what(running: Sequence[Running]) -> str:
    """What they were asked for, in words that ask for it."""
    examples = {command.name: command.examples[language()][0] for command in commands()}
    return " · ".join(examples.get(each.command, each.command) for each in running)
