"""Writing something down about a user, for the team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_NOTE = "note|add a note|make a note|write a note|add note|memo|remark|comment|add a comment"
_备注 = "备注|加备注|添加备注|记录|记一笔|写备注|加个备注|备忘|记"

PHRASES = (
    "note on {user:who}: {text:rest}",
    "给 {user:who} 备注: {text:rest}",
    f"({_NOTE}) (on|for|about|to) {{user:who}} [that|saying|:] {{text:rest}}",
    "(note|write down|remember) that {user:who} {text:rest}",
    f"[给|为|对] {{user:who}} [的] ({_备注}) [一下|为|是|,|:] {{text:rest}}",
    f"({_备注}) {{user:who}} [,|:] {{text:rest}}",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What was noted."""
    from bot.worklist_reply import worklist_reply

    return worklist_reply(question, desk, "note")


COMMAND = Command(
    name="note",
    summary=N_("Write a note about a user for the team"),
    phrases=PHRASES,
    examples={
        "en": ("note on user 42: asked for an invoice", "add a note to C-5502: wants a call in May"),
        "zh": ("给用户42备注：要求开发票", "备注用户42：希望五月来电"),
    },
    answer=answer,
    topic="worklist",
)
