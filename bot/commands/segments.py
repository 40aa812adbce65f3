"""The segments of the shop's users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_SEGMENTS = "segments|customer segments|user segments|segmentation|customer segmentation|clusters|user groups"
_分群 = "分群|用户分群|客户分群|会员分群|分组|用户分组|客户分组|细分|客户细分|用户细分|人群|客群"
_分群 += "|用户群体|客户群体|群体"

PHRASES = (
    "show segments",
    "用户分群",
    f"[<list>] [<the>] [current|our] ({_SEGMENTS}) [<list>|overview|summary]",
    f"(what|which) ({_SEGMENTS}|groups of <users>) (are there|do we have|have we [got]|exist)",
    f"(how|into what ({_SEGMENTS}|groups)) (do|are|can) (our|the) <users> [be] (segmented|grouped|clustered"
    "|divided|fall into)",
    "(what|which) [customer|user|client|buyer] (groups|segments|clusters|types) (are there|do we have"
    "|have we [got]|exist)",
    "(segment|group|cluster) (our|the|all|all our) <users>",
    "what (kinds|types|sorts) of <users> do we have",
    f"[<列出>] [我们|店里] [的] ({_分群}) [情况|概况|结果|名单|列表|分析]",
    f"[我们|店里] [的] <users> [可以|能|都|现在] (分成|分为|有) (哪些|哪几|几|多少) [个|种|类] "
    f"[{_分群}|类|种]",
    f"[我们|店里] (有|有哪些|都有哪些|有多少|有几个|有什么) [个] ({_分群})",
    f"(给|把|对) [我们|店里|所有] [的] <users> [进行|做|分] ({_分群}|群|组)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """A table and a picture."""
    from bot.segments_reply import segments_reply

    return segments_reply(question, desk)


COMMAND = Command(
    name="segments",
    summary=N_("Groups of users who behave alike, with size, revenue and risk"),
    phrases=PHRASES,
    examples={
        "en": ("show segments", "which segments do we have"),
        "zh": ("用户分群", "我们有哪些客户分群"),
    },
    answer=answer,
    topic="users",
)
