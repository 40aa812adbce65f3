"""What is wrong now and somebody has to see to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_SHOW = "show|list|what are|which are|see|display|give me|are there"
_告警 = "告警|报警"

PHRASES = (
    "alerts",
    "告警",
    f"[{_SHOW}] [me|us] [the|my|our|all|any] [open|current|new|active] (alert|alerts) [now]",
    "is (everything|all|the bot|the assistant) (well|ok|okay|in order|working|healthy|running)",
    "(what is|what's) [going] wrong [with you|with the bot|now]|any problems",
    f"[<列出>] [有|有没有|有哪些|有什么|当前|现在|目前|未处理|没处理] [的] ({_告警}) [有哪些|列表|情况|吗]",
    "(一切|系统|机器人) [都] 正常 吗|(系统|机器人) (有什么|有没有) (问题|故障)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """How many are open; a sentence for each, and what to do next."""
    from bot.alert_reply import alerts_reply

    return alerts_reply(question, desk)


COMMAND = Command(
    name="alerts",
    summary=N_("What is wrong now: failed nights, old data, files and messages that did not get through"),
    phrases=PHRASES,
    examples={
        "en": ("alerts", "is everything ok"),
        "zh": ("告警", "系统正常吗"),
    },
    answer=answer,
    topic="shop",
    rare=True,
)
