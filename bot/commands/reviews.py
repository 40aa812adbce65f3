"""What reviews say: complaint themes, or what is said about one product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_WHO = "customers|people|users|buyers|shoppers|clients|members|they|reviews|reviewers|everybody|everyone"
_COMPLAINTS = (
    "complaints|complaint themes|complaint topics|review themes|review topics|negative reviews|bad reviews"
)
_LAST = (
    "[in|from|of|during|over|for] [the|this] ((last|past) {days:days}|past {days:this_long}|last "
    "{days:this_long})"
)
_谁 = "用户|客户|顾客|买家|大家|消费者|会员"
_投诉 = "投诉主题|投诉|差评|差评主题|抱怨|评论主题|评价主题|投诉内容|负面评价|负面评论|主要投诉"
_近 = "(最近|近|过去) {days:days}"

PHRASES = (
    "what are customers complaining about",
    "顾客在抱怨什么",
    f"what (are|were|do|did) [the|our|my] ({_WHO}) "
    f"(complaining|complain|unhappy|grumbling|angry) about [{_LAST}]",
    f"[<list>] [a|the] [summary|overview|digest] of [<the>] [customer] (reviews|ratings|complaints"
    f"|feedback) [{_LAST}]",
    f"[<list>] [<the>] [customer] (reviews|feedback|ratings) (summary|overview|themes|in brief) [{_LAST}]",
    f"[<list>] [<the>] [customer] (reviews|complaints|feedback) {_LAST}",
    f"what (do|did|does) [the|our|my] (reviews|ratings|feedback) say [about us] [{_LAST}]",
    f"(what's|what is) (bothering|annoying|upsetting|wrong with) [the|our|my] ({_WHO})",
    "how (is|was|are) [the] [product|item|article] {product:product} (rated|reviewed|liked|received)",
    f"[<list>] [<the>] [main|top|biggest|most common] ({_COMPLAINTS}) [{_LAST}]",
    f"(what are|which are) [the|our] [main|top|biggest|most common] ({_COMPLAINTS}) [{_LAST}]",
    f"what (do|did) [the|our] ({_WHO}) (say|think|write) about [the] (product|item|article) "
    f"{{product:product}} [{_LAST}]",
    f"what (do|did) [the|our] ({_WHO}) (say|think|write) about {{product:product}} [{_LAST}]",
    "[<list>] [<the>] (reviews|complaints) (of|for) [the] [product|item|article] {product:product} "
    f"[{_LAST}]",
    "[<list>] [<the>] (reviews|complaints) (about|on) [the] (product|item|article) {product:product} "
    f"[{_LAST}]",
    f"[<列出>] [{_近}] [的] [主要] ({_投诉}) [有哪些|是什么]",
    f"[{_近}] [的] ({_谁}) [{_近}] [都|主要|最近|在] (抱怨|投诉|吐槽) [些|了] [什么|哪些|啥] [问题]",
    f"[{_近}] [的] ({_谁}) [{_近}] [都|主要|最近] 在 (抱怨|投诉|吐槽|说) [些|了] (什么|哪些|啥) [问题]",
    f"[最近|{_近}] [的] (差评|评价|评论|投诉|反馈|口碑) [{_近}] [都|主要] (怎么样|如何|说什么|说了什么"
    f"|说些什么"
    "|在说什么|有哪些|是什么|有什么|讲什么)",
    f"[最近|{_近}] [的] [最] (主要|主要的|大|最大|最多) [的] (投诉|差评|抱怨|问题) [有哪些|是什么|有什么]",
    f"[最近|{_近}] [的] ({_谁}) [的] (反馈|评价|评论|口碑|意见) [怎么样|如何|有哪些|是什么|有什么]",
    f"[<列出>] {_近} [的] [客户|用户|顾客|买家] (差评|评价|评论|投诉|反馈|抱怨)|最近 [的] (差评|评价"
    f"|评论|投诉|反馈)",
    "{product:code} [的] (评价|评论|口碑|差评|反馈) [怎么样|如何|好不好|有哪些|是什么|都说什么]",
    f"({_谁}) (怎么说|怎么看|怎么评价|觉得) {{product:code}} [怎么样]",
    f"(关于|对|对于) (商品|产品) {{product:product}} [的] [大家|{_谁}] [{_近}] [都] [的] "
    "(怎么说|评价|评论|投诉) [怎么样|如何|有哪些|是什么]",
    f"({_谁}) (怎么评价|怎么看|怎么说) [商品|产品] {{product:product}}",
    f"[<列出>] (商品|产品) {{product:product}} [{_近}] [的] "
    "(评价|评论|投诉|差评|口碑) [主题|怎么样|如何|有哪些|是什么]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Themes with their share, their change and an example."""
    from bot.reviews_reply import reviews_reply

    return reviews_reply(question, desk)


COMMAND = Command(
    name="reviews",
    summary=N_("What customers complain about, or say about a product"),
    phrases=PHRASES,
    examples={
        "en": ("what are customers complaining about", "what do people say about product 22423"),
        "zh": ("近30天的投诉主题", "商品22423的评价"),
    },
    answer=answer,
    topic="shop",
)
