"""Whether a campaign worked: the last one, with all of them together, or the one that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply


_LAST = (
    "[the|our|my|this] [last|latest|newest|recent|most recent|previous] (campaign|promo|promotion|mailing)"
)
_CAMPAIGNS = (
    f"({_LAST}|[the|our] [last|recent] (campaigns|promotions)|[the|our] campaign {{campaign:campaign}}"
    "|[the|our] {campaign:numbered} campaign)"
)
_上次 = (
    "[上次|上一次|上个|最近一次|最近|最近的|这次|最新|我们|我们的|刚才] [的]"
    " (活动|营销|推广|促销|营销活动|促销活动)"
)
_有效 = (
    "(有效|有用|有效果|有没有效果|有没有用|管用|成功|有没有效) [吗|么]|[的] (效果|成效|结果|表现)"
    " [如何|怎么样|怎样|好不好|好吗]|怎么样|如何|(起作用|奏效) 了 [吗|没有]"
)

PHRASES = (
    "did the last campaign work",
    "上次活动有效吗",
    "did campaign {campaign:campaign} work",
    "活动{campaign:campaign}有效吗",
    f"(did|does|do|has|have) {_CAMPAIGNS} (work|worked|succeed|help|helped|pay off|paid off|do well"
    "|(have|had|make|made) (an|any) (effect|difference|impact))",
    f"(how|how well) (did|do) {_CAMPAIGNS} (do|go|perform|work|work out)",
    f"(was|were|is) {_CAMPAIGNS} (effective|a success|successful|worth it|any good)",
    f"how (effective|successful|good) (was|were) {_CAMPAIGNS}",
    f"(what is|what was|what's|what did) {_CAMPAIGNS} (bring|do|achieve|change)",
    f"[<list>] [the] (result|results|effect|effects|outcome|uplift|impact) of {_CAMPAIGNS}",
    "[<list>] [the] (campaign|campaigns) (report|reports|result|results|effect|effects|outcome|history)",
    f"[<看>] {_上次} ({_有效})",
    f"[<看>] (活动 {{campaign:campaign}}|{{campaign:numbered}} [这个] 活动) ({_有效}|[的] (报告|数据|复盘))",
    "[<list>] [the] (report|results) (of|on|for|about) [the|our] campaign {campaign:campaign}",
    "[<list>] [the] campaign {campaign:campaign} (report|result|results|effect|outcome)",
    "[<看>] (活动|营销|促销) (报告|效果报告|结果报告|复盘)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The newest campaign in words, the others in a table."""
    from bot.campaign_report_reply import campaign_report_reply

    return campaign_report_reply(question, desk)


COMMAND = Command(
    name="campaign_report",
    summary=N_("Whether a campaign worked"),
    phrases=PHRASES,
    examples={
        "en": (
            "did the last campaign work",
            "campaign report",
            "did campaign spring-2 work",
        ),
        "zh": (
            "上次活动有效吗",
            "活动效果怎么样",
            "活动spring-2有效果吗",
        ),
    },
    answer=answer,
)
