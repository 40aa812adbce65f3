"""What each segment is worth: expected orders and revenue of all its users together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_VALUE = (
    "[expected|predicted|lifetime|estimated|future] "
    "(value|values|lifetime value|worth|revenue|ltv|clv|spending)"
)
_SEGMENTS = "(segments|segment|customer segments|user segments|each segment|every segment|groups)"
_OVER = "[(over|in|within|for|during) [the] [next|coming|following] {days:days}]"
_分群 = "(各分群|各个分群|每个分群|所有分群|分群|各群体|各用户分群|各客户分群|各个群体|各人群)"
_价值 = "(价值|终身价值|预期价值|预计价值|预期收入|预计收入|ltv|clv)"

PHRASES = (
    f"[<show>|<what is>] [me|us] [<the>] {_VALUE} (of|by|per|for) [<the>] {_SEGMENTS} {_OVER}",
    f"what (are|is) [<the>] {_SEGMENTS} worth [to us] {_OVER}",
    f"how much (are|is|will) [<the>] {_SEGMENTS} [be] (worth|bring|spend) {_OVER}",
    f"[<看>] [我们] [的] {_分群} [的] [未来|今后|接下来] [{{days:days}} [内|的]] [的] {_价值} "
    "[是多少|有多少|多少]",
    f"[<看>] {_分群} [各] (值|能带来|会带来|能贡献) [多少钱|多少]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """A table, most money first."""
    from bot.value_reply import segments_value_reply

    return segments_value_reply(question, desk)


COMMAND = Command(
    name="value_segments",
    summary=N_("What each segment is worth"),
    phrases=PHRASES,
    examples={
        "en": ("value of our segments", "what are our segments worth over 6 months"),
        "zh": ("各分群的价值", "各分群未来90天的价值"),
    },
    answer=answer,
    topic="users",
)
