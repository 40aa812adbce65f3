"""What to offer one user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_NEW = "{only_new:only_new}"
_THINGS = (
    "item|items|product|products|something|anything|things|goods|articles|recommendations|offers|suggestions"
)
_OFFER = "offer|recommend|suggest|sell|propose|show|pitch|advertise"
_个 = "个|件|款|种|样|项"
_商品 = "商品|产品|东西|货|货品"
_向 = "给|向|为|对|跟"

PHRASES = (
    "recommend for {user:who}",
    "给 {user:who} 推荐商品",
    "(recommend|suggest|propose|offer|recommendation|recommendations|suggestion|suggestions|product "
    "recommendations|item recommendations|product suggestions) [<the>] [best|top|next] [{limit:count}] "
    f"[{_NEW}] [best|top] [{_THINGS}] (for|to) {{user:who}} [{_NEW}]",
    f"(recommend|suggest|offer) {{user:who}} [<the>] [best|top] [{{limit:count}}] ({_NEW}|{_THINGS})",
    f"(what|which (item|items|product|products)) [else] (should|could|can|shall|would|do|to) [we|i|you] "
    f"({_OFFER}) [to|for] {{user:who}} [next|as well] [{_NEW}]",
    f"what [else] (should|could|can|shall) [we|i] ({_OFFER}) [to] {{user:who}}",
    "(recommend|recommendations|recommendation) {user:who}",
    "[{limit:count}] [best|top|product|item] (recommendations|suggestions|ideas|offers|picks) (for"
    "|to) {user:who}",
    "what [else] (could|should|might|can|will|would) {user:who} [also] (buy|order|like|want|need|try) "
    "[next|too]",
    "[<the>|our] [best|right|good|top] (products|items|things|goods|offers) (for|to offer) {user:who}",
    "(给|向|为|对) {user:who} (推|推荐|卖) 点 (什么|啥) [好]|什么 [商品|东西|产品] 适合 {user:who}",
    "what (will|would|might|could|may) {user:who} [probably|likely] (buy|order|like|want|need) [next]",
    "what is {user:who} (likely|going) to (buy|order) next",
    f"[{{limit:count}}] {_NEW} (for|to) {{user:who}}",
    "[<what is> the] (next best offer|best offer|next offer|next best item|next best product|best "
    "recommendation) for {user:who}",
    # 推荐
    f"({_向}) {{user:who}} (推荐|推|荐) [一下|什么|哪些|点|一些|几个|几款] [{{limit:count}}] [{_个}] "
    f"[{_NEW}|[合适的|适合的] ({_商品})]",
    f"(推荐|推) [{{limit:count}}] [{_个}] [{_NEW}|{_商品}] 给 {{user:who}}",
    f"[我们|应该|该|可以|能] ({_向}) {{user:who}} (推荐|卖|推|推销|推荐点|推荐些) (什么|哪些|啥) "
    f"[{_NEW}|{_商品}] [好|合适]",
    "{user:who} (会|可能|可能会|下次会|接下来会|还会|下次可能) (买|购买|需要|喜欢) (什么|哪些|啥) "
    f"[{_商品}]",
    "{user:who} [的] (推荐|商品推荐|推荐商品|推荐清单|推荐列表|猜你喜欢) [有哪些|是什么]",
    f"(适合|推荐) {{user:who}} 的 [{_NEW}|{_商品}] [有哪些|是什么]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The best items, each with its reason, and how good such a list is."""
    from bot.recommend_reply import recommend_reply

    return recommend_reply(question, desk)


COMMAND = Command(
    name="recommend",
    summary=N_("What to offer a user"),
    phrases=PHRASES,
    examples={
        "en": ("recommend for user 42", "what should we offer user 42"),
        "zh": ("给用户42推荐5个商品", "用户42可能会买什么"),
    },
    answer=answer,
    topic="users",
)
