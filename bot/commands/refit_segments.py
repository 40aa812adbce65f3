"""Finding the segments anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

PHRASES = (
    "find new segments",
    "重新分群",
    "(refit|recompute|recalculate|rebuild|renew|update|refresh|redo) [<the>] (segments|segmentation|clusters"
    "|clustering|customer segments|user segments) [<again>]",
    "(segment|group|cluster) [<the>] <users> <again>|find [<the>] segments <again>",
    "(重新|重做|再次|再|更新|刷新) [计算|生成|做|给 <users>] [用户|客户] (分群|分组|细分) [一次|一下]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The new segments, in the form of the old ones."""
    from bot.segments_reply import refit_reply

    return refit_reply(question, desk)


COMMAND = Command(
    name="refit_segments",
    summary=N_("Find the segments anew"),
    phrases=PHRASES,
    examples={
        "en": ("find new segments", "recompute the segments"),
        "zh": ("重新分群", "更新用户分群"),
    },
    answer=answer,
    role="admin",
    confirm=N_("Find the segments anew? Users may change their segment."),
    long=True,
    topic="model",
    rare=True,
)
