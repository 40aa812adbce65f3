"""Making a campaign of an audience: part of it is held out by lot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply


_AUDIENCE = "(with|from|of|for|to|on) [the] audience [number|no|#] {audience:count}"
_SHARE = (
    "[and|with|,] [a|hold|holding|keep|keeping]"
    " ({share:percent} [held out|holdout|out|back|as holdout|control]|holdout of {share:percent})"
)
_受众 = "[用|从|对|以|给] (受众|人群|名单) [编号] {audience:count} [号]"
_对照 = "[,|并|且] (预留|留出|留|保留) {share:percent} [作为|做|作] [为] [对照组|对照|不发送|不发]"

PHRASES = (
    "start a campaign [with audience {audience:count}] [and {share:percent} held out]",
    "开始活动 [受众 {audience:count}] [预留 {share:percent} 对照]",
    f"(start|begin|launch|plan|make|create|draw|set up|run) [a|the|this|our] [new] campaign [{_AUDIENCE}]"
    f" [{_SHARE}]",
    f"(make|turn) audience {{audience:count}} [into] [a] campaign [{_SHARE}]",
    f"[把] [{_受众}] (开始|启动|发起|创建|新建|做|开|计划|开展) [一个|一次|个|成|成一个]"
    f" [营销|推广|促销] 活动 [{_对照}]",
    f"(开始|启动|发起|创建|新建|计划|开展) [一个|一次|个] [营销|推广|促销] 活动 [,] [{_受众}] [{_对照}]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What the campaign will be able to show; once confirmed, its files."""
    from bot.campaign_reply import campaign_start_reply

    return campaign_start_reply(question, desk)


COMMAND = Command(
    name="campaign_start",
    summary=N_("Make a campaign of an audience, part of it held out"),
    phrases=PHRASES,
    examples={
        "en": (
            "start a campaign",
            "start a campaign with audience 3 and 20% held out",
        ),
        "zh": (
            "开始活动",
            "用受众3开始活动，预留20%对照",
        ),
    },
    answer=answer,
)
