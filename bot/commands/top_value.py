"""The users who are worth most: by what they are expected to spend within a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_OVER = "[(over|in|within|for|during) [the] [next|coming|following] {days:days}|next year]"
_BY = (
    "(by|with the (highest|most|greatest|largest)) [expected|predicted|estimated|future|customer] "
    "(lifetime value|life time value|ltv|clv|cltv|future revenue|expected value|expected revenue"
    "|predicted value)"
)
_MOST = "(most valuable|most promising|highest value|top value)"
_COUNT = "[top|first] [{limit:count}]"
_WHO = f"[<list>] [<the>|our] {_COUNT}"
_SPEND = "(spend|bring in|bring|be worth|buy for) [us] [the] most"
_内 = "[[在] [未来|今后|接下来|以后|往后] {days:days} [内|里|之内|以内] [的]]"
_前 = "[(前|头) {limit:count} [<个>]|{limit:count} <个>]"
_最 = (
    "(最有价值|最值钱|最具价值|最有潜力|[预期|预计|终身|生命周期] 价值 最 (高|大)|ltv 最高|clv 最高"
    "|[预期|预计] (消费|收入|贡献) 最 (多|高|大))"
)

PHRASES = (
    f"[top {{limit:count}}] most valuable <users> {_OVER}",
    f"{_内} 最有价值的 {_前} [的] <users>",
    f"{_WHO} {_MOST} <users> [<filtered>] {_OVER}",
    f"{_WHO} <users> [<filtered>] {_BY} [<filtered>] {_OVER}",
    f"(who|which <users>) (are|is) [our|the] {_COUNT} {_MOST} [<users>] [<filtered>] {_OVER}",
    f"(who|which <users>) (will|would|should|might) {_SPEND} {_OVER}",
    f"[<列出>] {_内} [<筛选>] [的] {_内} {_最} [的] {_前} [的] <users> [(有哪些|是谁|有谁|名单|列表|都有谁)]",
    f"[<列出>] [<筛选>] [的] {_内} [(前|头) {{limit:count}} [<个>]] {_最} [的] <users> "
    "[(有哪些|是谁|有谁|名单|列表)]",
    f"(谁|哪些 <users>|哪个 <users>|哪些人) [是] {_内} {_最} [的]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """A table, most money first, with a file of all."""
    from bot.top_value_reply import top_value_reply

    return top_value_reply(question, desk)


COMMAND = Command(
    name="top_value",
    summary=N_("Who is worth most"),
    phrases=PHRASES,
    examples={
        "en": ("most valuable users", "top 20 most valuable users over 90 days"),
        "zh": ("最有价值的用户", "未来90天最有价值的20个用户"),
    },
    answer=answer,
    topic="users",
)
