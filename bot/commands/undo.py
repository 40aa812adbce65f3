"""Taking back what was done last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply


PHRASES = (
    "undo",
    "撤销",
    "undo (that|it|this|the last|my last action|the last action|my last)",
    "take (that|it) back|revert (that|it)",
    "(撤销|撤回|收回) [上一步|刚才的|上一个|上一次] [操作|动作]|刚才 [的] 不算",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What was taken back."""
    from bot.worklist_reply import undo_reply

    return undo_reply(question, desk)


COMMAND = Command(
    name="undo",
    summary=N_("Take back what you did last on the work-list"),
    phrases=PHRASES,
    examples={
        "en": ("undo", "undo that"),
        "zh": ("撤销", "撤回刚才的操作"),
    },
    answer=answer,
    topic="worklist",
    rare=True,
)
