"""What help is about: what an operator wants, the commands for it, and the words that ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.command import Command
from bot.i18n import N_
from bot.promo_words import OneOf


@dataclass(frozen=True)
class HelpTopic:
    """`wish` says what an operator wants; the first screen shows an example of each of the `first` commands.

    `topics` are those whose other commands belong here too, `words` what it answers to.
    """

    wish: str
    first: tuple[str, ...]
    words: str
    topics: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


HELP_TOPICS: Mapping[str, HelpTopic] = MappingProxyType(
    {
        "know": HelpTopic(
            N_("Know who leaves"),
            ("at_risk", "risk", "explain", "profile"),
            "know|knowing|risk|risks|churn|users|customers|the users|the customers|clients|segments"
            "|了解|流失|风险|用户|客户|顾客|会员|分群",
            topics=("users",),
        ),
        "act": HelpTopic(
            N_("Act on it"),
            ("digest", "take", "contacted"),
            "act|acting|work|the work-list|work-list|worklist|the worklist|to do|follow-up|following up"
            "|跟进|行动|待办|工作|日常",
            topics=("worklist",),
        ),
        "offer": HelpTopic(
            N_("Offer something"),
            ("recommend", "draft", "goes_with"),
            "offer|offers|offering|recommendations|recommending|messages|products|推荐|优惠|商品|消息|话术",
            others=("offers", "add_offer", "remove_offer"),
        ),
        "campaigns": HelpTopic(
            N_("Run campaigns"),
            ("segment", "campaign_report"),
            "campaigns|campaign|the campaigns|promotions|promos|marketing|活动|营销|促销|营销活动",
            others=("campaign_start", "campaign_files", "leave_out"),
        ),
        "measure": HelpTopic(
            N_("Measure"),
            ("overview", "reviews", "model"),
            "measure|measuring|numbers|figures|sales|reports|reviews|the model|model|statistics"
            "|衡量|统计|数据分析|报表|评价|评论|销售|模型|效果",
            others=("warnings_effect", "funnel"),
            topics=("shop",),
        ),
        "data": HelpTopic(
            N_("Look after data and team"),
            ("csv", "subscribe", "import", "train"),
            "data|the data|import|imports|files|the team|team|settings|subscriptions|admin|training"
            "|数据|导入|文件|团队|设置|订阅|管理|训练",
            others=("nightly", "read_reviews"),
            topics=("model", "team"),
        ),
    }
)
TOPIC = OneOf({name: topic.words for name, topic in HELP_TOPICS.items()})


def topic_of(command: Command) -> str:
    """Which part of help a command stands in: where it is named, else where those of its kind are."""
    for name, topic in HELP_TOPICS.items():
        if command.name in topic.first + topic.others:
            return name
    if "campaign" in command.name:
        return "campaigns"
    return next(name for name, topic in HELP_TOPICS.items() if command.topic in topic.topics)
