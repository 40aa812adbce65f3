"""Thinking of a user at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_REMIND = "remind|ping|alert|nudge"
_提醒 = "提醒|通知|叫"
_联系 = "[去|来] [联系|跟进|关注|看|回访|处理] [一下]"
_ABOUT = "about|of|to (contact|call|check|look at|check on|write to|email|follow up with|talk to)"

PHRASES = (
    "remind me {when:when} about {user:who} [: {text:rest}]",
    "{when:when} 提醒我 {user:who} [: {text:rest}]",
    f"({_REMIND}) (me|us) {{when:when}} ({_ABOUT}) {{user:who}} [[:] {{text:rest}}]",
    f"({_REMIND}) (me|us) ({_ABOUT}) {{user:who}} {{when:when}} [[:] {{text:rest}}]",
    f"{{when:when}} ({_REMIND}) (me|us) ({_ABOUT}) {{user:who}} [[:] {{text:rest}}]",
    "set a reminder (for|about) {user:who} [for|on] {when:when} [[:] {text:rest}]",
    f"[请] {{when:when}} ({_提醒}) (我|我们) ({_联系}) {{user:who}} [[:] {{text:rest}}]",
    f"({_提醒}) (我|我们) {{when:when}} ({_联系}) {{user:who}} [[:] {{text:rest}}]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """When the reminder comes."""
    from bot.reminder_reply import remind_reply

    return remind_reply(question, desk)


COMMAND = Command(
    name="remind",
    summary=N_("Be reminded of a user at a time"),
    phrases=PHRASES,
    examples={
        "en": ("remind me Friday about user 42", "remind me tomorrow at 9:00 about user 42: call"),
        "zh": ("周五提醒我联系用户42", "明天上午9点提醒我用户42：打电话"),
    },
    answer=answer,
    topic="worklist",
    rare=True,
)
