"""Putting an offer on the list, or its text in a further language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_ADD = "add|new|set|create|change|update|put on"
_OFFER = "offer|coupon|voucher|offer code|coupon code"
_加 = "添加|新增|增加|加|设置|修改|更新|新建"
_优惠 = "优惠|优惠码|优惠活动|优惠券"

PHRASES = (
    "add offer {code:offer_code} {said:offer_said}",
    "添加优惠 {code:offer_code} {said:offer_said}",
    f"({_ADD}) [the|a|an|another] ({_OFFER}) {{code:offer_code}} [{{said:offer_said}}]",
    "(add|create|new|set|put on) [a|an|another|the] (offer|offers|coupon|voucher)",
    f"({_加}) [一个] ({_优惠}) {{code:offer_code}} [{{said:offer_said}}]",
    f"({_加}) [一个] ({_优惠})",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The offer as it stands now."""
    from bot.offers_reply import add_offer_reply

    return add_offer_reply(question, desk)


COMMAND = Command(
    name="add_offer",
    summary=N_("Put an offer on the list"),
    phrases=PHRASES,
    examples={
        "en": ("add offer SPRING10: 10 % off until 31 March", "add offer SPRING10 in German: 10 % Rabatt"),
        "zh": ("添加优惠SPRING10：九折，截至3月31日", "添加优惠SPRING10 德语：10 % Rabatt"),
    },
    answer=answer,
    role="admin",
    topic="users",
    rare=True,
)
