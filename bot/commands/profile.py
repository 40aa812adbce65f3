"""What is known about one user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_SHOW = (
    "show|give|get|see|view|display|check|fetch|find|look up|lookup|look at|open|pull up|bring up"
    "|read|what is|what's|what are|tell|want|need|print|who"
)
_THINGS = (
    "profile|profiles|info|infos|information|details|detail|data|record|records|card|user card"
    "|customer card|file|page|summary|overview|history|facts"
    "|order history|purchase history|buying history|orders|purchases|order list|last order"
    "|latest order|recent orders|recent purchases|activity|recent activity|customer profile|user "
    "profile|customer details|stats|statistics|account details|background|buying behaviour"
    "|buying behavior"
)
_资料 = (
    "资料|画像|信息|情况|档案|详情|详细信息|详细资料|详细情况|基本信息|基本资料|基本情况|数据"
    "|概况|概览|简介|介绍|背景|近况|状态|明细|历史|总结|卡片|所有信息|全部信息|所有资料|全部资料"
    "|用户画像|客户画像|会员画像|客户资料|用户资料|会员资料|会员信息|客户信息|用户信息|个人资料"
    "|个人信息|购买记录|消费记录|订单|订单记录|购物记录|购买历史|消费历史|历史订单|订单历史"
    "|购买情况|消费情况|购物情况|下单记录|购买行为|消费行为|交易记录|最近订单|最后一单"
    "|最近一次订单|最近的订单|近期订单"
)

PHRASES = (
    "tell me [more|everything|all|something] about {user:who}",
    "{user:who} 的资料",
    f"[{_SHOW}] [me|us] [<the>] [full|complete|short|quick] ({_THINGS}) (of|for|on|about|from) {{user:who}}",
    f"[{_SHOW}] [me|us] [<the>] {{user:who}} ['s] ({_THINGS})",
    f"({_THINGS}) {{user:who}}",
    f"({_SHOW}) [me|us] [everything|all|more|something] [on|about] {{user:who}}",
    "(who is|who's|who exactly is|who was) {user:who}",
    "what about {user:who}",
    "(know|learn|hear|tell|read|find out|talk) [me|us] [more|everything|all|something] about {user:who}",
    "(what|anything) (do|can) (we|you|i) [already] (know|have|tell|say|see) [me] (about|on|of) {user:who}",
    "what is known about {user:who}",
    "(more|anything|something) (about|on) {user:who}",
    "[show|tell] [me] what (we|you) know (about|on) {user:who}",
    "everything (about|on|we know about|you know about) {user:who}|about {user:who}",
    "how is {user:who} [doing|going|getting on]",
    "(summarize|summarise|describe|introduce|summary|sum up|profile|look into) {user:who}",
    "what (has|did|does|do|is|have) {user:who} (bought|buy|buying|order|ordered|purchase"
    "|purchased) [so far|before|lately|recently|from us|last|usually]",
    "when did {user:who} [last] (order|buy|shop|purchase) [last|anything] [from us]|when was "
    "{user:who} ['s] last order",
    "(how much|how often) (has|did|does) {user:who} (spent|spend|order|ordered|buy|bought|paid"
    "|pay) [so far|in total|with us]",
    # 资料
    "[<看>|介绍|介绍一下|说说|讲讲|谈谈|总结|总结一下|说一下|讲一下|说下|描述|分析|告诉我] [一下"
    f"|下] {{user:who}} [的] [最近|现在|目前] [的] ({_资料}) [是|有] [怎么样|怎样|如何|咋样|什么"
    "|哪些|是什么]",
    "(<看>|介绍|说说|讲讲|谈谈|总结|说|讲|描述|关于|聊聊|认识|介绍下|说下|讲下|看下|看看) [一下"
    "|下] {user:who} [这个人|这位] [怎么样]",
    "[<看>] (资料|画像|档案|详情|信息|客户资料|用户资料|用户画像|客户画像) {user:who}",
    "{user:who} [最近|现在|目前|近来] [的] (怎么样|怎样|如何|咋样|好吗|是谁|是什么人|是哪位"
    "|是什么样的人|是个什么样的客户|是个什么样的人|是什么样的客户|什么情况|是怎样的用户|是个怎样的客户|是什么样的用户)",
    "谁是 {user:who}",
    "{user:who} [最近|以前|之前|都|一共|总共|曾经|平时|到底] (买过|买了|购买过|购买了|买|订过"
    "|下单过|喜欢买|爱买|常买) [什么|哪些|啥] [东西|商品|产品] [了]",
    (
        "{user:who} [的] [最近|最后|上] [的] [一] [次|单] [是] [什么时候|何时|哪天|啥时候] [下单|购买"
        "|消费|买|订单] [东西] [的] [是] [什么时候|何时|哪天|啥时候] [的] [时间]"
    ).replace("[最近|最后|上]", "(最近|最后|上)"),
    "{user:who} [一共|总共|累计|到现在] (消费|花|花费|买) [了|过] (多少|多少钱|几次|几单|多少次"
    "|多少单|多少东西)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What the orders say about the user, and the risk where there is one."""
    from bot.profile_reply import profile_reply

    return profile_reply(question, desk)


COMMAND = Command(
    name="profile",
    summary=N_("What is known about a user"),
    phrases=PHRASES,
    examples={
        "en": ("tell me about user 42", "who is C-5502"),
        "zh": ("用户42的资料", "介绍一下客户C-5502"),
    },
    answer=answer,
    topic="users",
)
