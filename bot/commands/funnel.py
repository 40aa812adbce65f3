"""From flagged to ordered, week by week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply


PHRASES = (
    "funnel [last {weeks:count} weeks]",
    "漏斗 [最近 {weeks:count} 周]",
    "[<list>] [<the>] [weekly|contact|retention|churn] funnel [of|for|over] [the] [last|past] "
    "[{weeks:count} weeks]",
    "what became of [the] flagged users|how many flagged users (ordered|came back) [again]",
    "[<列出>] [预警|流失|跟进|挽回|每周] (漏斗|转化漏斗) [图|数据|情况] [最近|近|过去] [{weeks:count} 周]",
    "[最近|近|过去] {weeks:count} 周 [的] 漏斗",
    "预警 [的] <users> [后来] (怎么样了|结果如何|有多少下单了)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """A row for each week."""
    from bot.funnel_reply import funnel_reply

    return funnel_reply(question, desk)


COMMAND = Command(
    name="funnel",
    summary=N_("What became of flagged users: taken, contacted, ordered, week by week"),
    phrases=PHRASES,
    examples={
        "en": ("funnel", "funnel last 8 weeks"),
        "zh": ("漏斗", "最近8周的漏斗"),
    },
    answer=answer,
    topic="worklist",
    rare=True,
)
