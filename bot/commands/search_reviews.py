"""Reviews found by their letters and by their meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

PHRASES = (
    "search reviews {text:sought}",
    "搜索评论 {text:sought}",
    "(search|find|show|look for|look up) [me] [the|all|our] reviews "
    "[for|about|with|on|mentioning|that mention|containing|:] {text:sought}",
    "search [for] {text:sought} in [the|our] reviews",
    "(搜索|搜|查找|查|找|检索) [一下] (评论|评价|差评|买家评论) [里] [:|关于|提到|中] {text:sought}",
    "(搜索|搜|查找|查|找) [一下] (关于|提到) {text:sought} 的 (评论|评价)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The reviews, personal data masked."""
    from bot.reviews_reply import search_reply

    return search_reply(question, desk)


COMMAND = Command(
    name="search_reviews",
    summary=N_("Find reviews by their words or their meaning"),
    phrases=PHRASES,
    examples={
        "en": ("search reviews refund", "find reviews about late delivery"),
        "zh": ("搜索评论 退款", "查找评论 物流太慢"),
    },
    answer=answer,
    topic="shop",
)
