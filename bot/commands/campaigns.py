"""All campaigns with what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

PHRASES = (
    "list campaigns",
    "活动列表",
    "[<list>] [all] [the|our|my] [past|earlier|previous|running|current] campaigns",
    "(what|which) campaigns (are there|did we run|have we run|were there|are running|do we have)",
    "[the] list of [all] [the|our] campaigns|[the|our] campaign list",
    "[<列出>] [所有|全部|我们|我们的|历次|以往|过去] [的] [营销|促销] 活动 (列表|清单|一览)",
    "<列出> (所有|全部|历次|以往|我们) [的] [营销|促销] 活动|(历次|所有|全部) [营销|促销] 活动",
    "[我们] [有|做过|开展过|办过] (哪些|什么) [营销|促销] 活动",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The newest first, each with its arms and its state."""
    from bot.campaigns_reply import campaigns_reply

    return campaigns_reply(question, desk)


COMMAND = Command(
    name="campaigns",
    summary=N_("All campaigns with what became of each"),
    phrases=PHRASES,
    examples={
        "en": ("list campaigns", "which campaigns did we run"),
        "zh": ("活动列表", "有哪些活动"),
    },
    answer=answer,
    rare=True,
)
