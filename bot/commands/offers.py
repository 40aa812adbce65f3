"""The offers that messages may name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_CURRENT = "current|running|valid|active|existing"
_OFFERS = "offers|vouchers|coupons|offer list|list of offers|offer codes|coupon codes"

PHRASES = (
    "offers",
    "优惠列表",
    f"[<list>] [<the>] [{_CURRENT}] (offers|offer list|list of offers|offer codes|coupon codes"
    f"|voucher codes)",
    f"(what|which) [{_CURRENT}] ({_OFFERS}) (are there|do we have|are valid|are running|hold) [now|today]",
    "[<列出>] [当前|现在|目前|有效|有效的|所有|全部] [的] (优惠|优惠码|优惠活动) (列表|清单|名单|有哪些)",
    "[现在|目前|当前|我们] 有 (哪些|什么) (优惠|优惠码|优惠活动)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The list."""
    from bot.offers_reply import offers_reply

    return offers_reply(question, desk)


COMMAND = Command(
    name="offers",
    summary=N_("The offers that messages may name"),
    phrases=PHRASES,
    examples={"en": ("which offers do we have", "current offers"), "zh": ("优惠列表", "有哪些优惠")},
    answer=answer,
    topic="users",
    rare=True,
)
