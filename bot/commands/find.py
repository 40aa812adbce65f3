"""The user behind an order number, an e-mail address, or a part of an id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

PHRASES = (
    "find {text:findable}",
    "查找 {text:findable}",
    "(find|search for|look for|look up|lookup|locate) [me] {text:findable}",
    "(who|which user|which customer) (placed|ordered|made) [the] {text:findable}",
    "whose [order] is {text:findable}",
    "[帮我] (查找|查下单号|查订单|找订单) {text:findable}",
    "{text:findable} (是谁的|是谁下的|属于谁|是哪个(用户|客户|顾客|会员|买家)的"
    "|是哪位(用户|客户|顾客|会员|买家)的)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The profile of whom it leads to, or those to choose from."""
    from bot.find_reply import find_reply

    return find_reply(question, desk)


COMMAND = Command(
    name="find",
    summary=N_("Find a user by an order, an e-mail address or a part of an id"),
    phrases=PHRASES,
    examples={
        "en": ("find order 4711", "find 138…1234"),
        "zh": ("查找订单4711", "单号4711是谁的"),
    },
    answer=answer,
    topic="users",
)
