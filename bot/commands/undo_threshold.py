"""Taking back the last threshold that was set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_THRESHOLD = "[the|our|my] [last|new] (flag|flagging|warning|alert) (threshold|line|level|limit)"

PHRASES = (
    "undo the flag threshold",
    "撤销预警线",
    f"(undo|revert|reset|restore|remove|take back|clear|withdraw) {_THRESHOLD} [change|setting]",
    f"put {_THRESHOLD} back",
    "(撤销|撤回|恢复|还原|取消|重置) [默认|原来的|之前的|上一次|上次] [的]"
    " (预警线|预警阈值|预警门槛|预警标准) [设置|的设置|的修改]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What holds again."""
    from bot.threshold_reply import undo_threshold_reply

    return undo_threshold_reply(question, desk)


COMMAND = Command(
    name="undo_threshold",
    summary=N_("Take back the threshold that was set last"),
    phrases=PHRASES,
    examples={
        "en": ("undo the flag threshold", "reset the flag threshold"),
        "zh": ("撤销预警线", "恢复默认预警线"),
    },
    answer=answer,
    role="admin",
    confirm=N_("Take back the threshold that was set last? Users are flagged by the one before again."),
    topic="model",
    rare=True,
)
