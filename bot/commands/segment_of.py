"""Which segment a user is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

PHRASES = (
    "which segment is {user:who} in",
    "{user:who} 属于哪个分群",
    "(which|what) [rfm] (segment|group|cluster|segments|groups) (is|does|are) {user:who} [in|belong to"
    "|belonging to]",
    "(in|to) (which|what) [rfm] (segment|group|cluster) (is|does) {user:who} [belong]",
    "[<list>] [<the>] [rfm] (segment|group) (of|for) {user:who}",
    "{user:who} ['s] [rfm] (segment|group|cluster)",
    "{user:who} (属于|在|是) [哪个|哪一个|哪|什么|哪一类|哪类] [rfm] (分群|分组|群体|人群|客群|类|群|细分) "
    "[里|中]",
    "[<看>] {user:who} [的] [rfm] (分群|分组|群体|所属分群|客群) [是] [什么|哪个]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The segment, and the RFM group."""
    from bot.segment_users_reply import segment_of_reply

    return segment_of_reply(question, desk)


COMMAND = Command(
    name="segment_of",
    summary=N_("Which segment a user is in"),
    phrases=PHRASES,
    examples={
        "en": ("which segment is user 42 in", "segment of user 42"),
        "zh": ("用户42属于哪个分群", "用户42的分群"),
    },
    answer=answer,
    topic="users",
    rare=True,
)
