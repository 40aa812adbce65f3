"""What one user is worth: expected orders and revenue, and when the next order comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_OVER = "[(over|in|within|for|during) [the] [next|coming|following] {days:days}]"
_VALUE = (
    "[expected|predicted|estimated|future|customer] (lifetime value|life time value|value|worth|ltv|clv|cltv"
    "|revenue|spend|spending)"
)
_WILL = "(will|would|does|should|might|could)"
_ORDER = "(order|buy|shop|purchase|come back|return) [with us|from us]"
_内 = "[[在] [未来|今后|接下来|以后|往后|之后|接下来的|未来的] {days:days} [内|里|之内|以内|的]]"
_价值 = (
    "(终身价值|生命周期价值|终生价值|全生命周期价值|客户价值|预期价值|预计价值|预测价值|价值|ltv|clv|预期消费"
    "|预计消费|预期收入)"
)
_多少 = "(是|有|为) [多少|多大|多高]|多少|多大|多高"
_下单 = "(下单|下订单|买|购买|再买|再来|回购|复购|来买|来|再下单|再购买|消费)"

PHRASES = (
    f"[<what is> the] lifetime value (for|of) {{user:who}} {_OVER}",
    "{user:who} 的终身价值",
    f"[<show>|<what is>|<predict>] [me|us] [<the>] {_VALUE} (for|of|from) {{user:who}} {_OVER}",
    f"[<show>|<what is>|<predict>] [me|us] [<the>] {{user:who}} ['s|s] {_VALUE} {_OVER}",
    f"(ltv|clv|cltv|lifetime value|value) {{user:who}} {_OVER}",
    f"(what|how much) (is|are) {{user:who}} worth [to us] {_OVER}",
    f"how much {_WILL} {{user:who}} (spend|bring|bring in|pay|be worth|buy for) [with us] {_OVER}",
    f"how (many orders|often) {_WILL} {{user:who}} (place|make|order|buy|give us) {_OVER}",
    f"when (will|does|should|is) {{user:who}} [going to|likely to|expected to] [next] {_ORDER} [again|next]",
    "[<show>|<what is>|<predict>] [<the>] (next order|next purchase) [date] (of|for|from) {user:who}",
    "when (is|will be) the (next order|next purchase) (of|from) {user:who} [due|expected]",
    "{user:who} (next order|next purchase) [date]",
    f"[<看>] {{user:who}} [的] {_内} [的] {_价值} [{_多少}]",
    f"[<看>] {_内} {{user:who}} [的] {_价值} [{_多少}]",
    f"{{user:who}} {_内} [能|会|还|还会|还能|可以|大概|预计|到底] (值|值得|带来|贡献|花|消费|买) "
    "(多少钱|多少|几个钱)",
    f"{{user:who}} {_内} [会|还会|能|预计|大概] {_下单} (几次|多少次|几单|多少单)",
    "{user:who} (下次|下一次|下回|什么时候|何时) [会|是|还会|再|预计|大概] [什么时候|何时|几时|哪天] "
    f"[会|再|才|还会] {_下单}",
    "{user:who} [的] (下次下单|下一单|下次购买|下次订单) "
    "[时间|日期|是什么时候|什么时候|在什么时候|预测|预计]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The money first, then the orders, the interval and the next date."""
    from bot.value_reply import value_reply

    return value_reply(question, desk)


COMMAND = Command(
    name="value",
    summary=N_("What a user is worth, and when the next order comes"),
    phrases=PHRASES,
    examples={
        "en": ("lifetime value of user 42", "when will user 42 order again"),
        "zh": ("用户42的终身价值", "用户42下次什么时候下单"),
    },
    answer=answer,
    topic="users",
)
