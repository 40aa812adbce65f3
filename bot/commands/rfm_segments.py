"""The RFM groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

PHRASES = (
    "rfm segments",
    "rfm分群",
    "[<list>] [<the>] rfm [customer|user] [segments|groups|segmentation|analysis|classes|table"
    "|overview|model]",
    "[<list>] [<the>] (segments|groups|segmentation) by rfm",
    "(group|segment) [<the>] <users> by (rfm|recency frequency and money|recency, frequency and money)",
    "[<列出>] [用户|客户] [的] rfm [的] [用户|客户] [分群|分组|分析|模型|细分|群体|分层|分类] [结果|情况]",
    "[<列出>] [按|用|根据] rfm [给|对|把] [<users>] (分群|分组|分层|分类)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """A table and a picture."""
    from bot.segments_reply import rfm_reply

    return rfm_reply(question, desk)


COMMAND = Command(
    name="rfm_segments",
    summary=N_("The RFM groups: champions, loyal customers and the others"),
    phrases=PHRASES,
    examples={
        "en": ("rfm segments", "rfm analysis"),
        "zh": ("rfm分群", "rfm分析"),
    },
    answer=answer,
    topic="users",
    rare=True,
)
