"""Taking an offer off the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_REMOVE = "remove|delete|drop|end|withdraw|cancel|take off"
_OFFER = "offer|coupon|voucher|offer code|coupon code"
_删 = "删除|移除|删掉|去掉|取消|下架|结束"
_优惠 = "优惠|优惠码|优惠活动|优惠券"

PHRASES = (
    "remove offer {code:offer_code}",
    "删除优惠 {code:offer_code}",
    f"({_REMOVE}) [the] ({_OFFER}) {{code:offer_code}}",
    f"({_REMOVE}) [the|an] (offer|coupon|voucher)",
    f"({_删}) ({_优惠}) {{code:offer_code}}",
    f"({_删}) ({_优惠})",
)


def answer(question: Question, desk: Desk) -> Reply:
    """That it is off the list."""
    from bot.offers_reply import remove_offer_reply

    return remove_offer_reply(question, desk)


COMMAND = Command(
    name="remove_offer",
    summary=N_("Take an offer off the list"),
    phrases=PHRASES,
    examples={"en": ("remove offer SPRING10",), "zh": ("删除优惠SPRING10",)},
    answer=answer,
    role="admin",
    topic="users",
    rare=True,
)
