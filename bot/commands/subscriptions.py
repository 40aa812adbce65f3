"""What is sent to this chat, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_SHOW = "show|list|what are|which are|see|display|give me"
_订阅 = "订阅|定时|定时消息|定时问题|定时推送|推送"

PHRASES = (
    "my subscriptions",
    "我的订阅",
    f"[{_SHOW}] [me|us] [the|my|our|all|this chat's|all my] (subscriptions|saved questions|schedule)",
    "what (do you|are you going to|will you) send [me|us|here] [and when|automatically|by yourself]",
    "(what|which questions) (am i|are we|is this chat) subscribed to",
    "when (do|will) (i|we) get the [next] digest|when is the [next] digest",
    f"[<列出>] [我|我们|本群|这个群] [的|有哪些|有什么|所有|全部] ({_订阅}) [有哪些|列表|有什么]",
    "(日报|早报) (什么时候|几点) [发|会发|推送]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """A line for each, with the next time."""
    from bot.subscription_replies import subscriptions_reply

    return subscriptions_reply(question, desk)


COMMAND = Command(
    name="subscriptions",
    summary=N_("What is sent to this chat, and when"),
    phrases=PHRASES,
    examples={
        "en": ("my subscriptions", "when is the next digest"),
        "zh": ("我的订阅", "日报几点发"),
    },
    answer=answer,
    topic="team",
    rare=True,
)
