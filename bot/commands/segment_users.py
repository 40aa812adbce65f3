"""Who is in a segment, or fits a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_COUNT = "[top|first|the top|the first] {limit:count}"
_SPENT = (
    "[and] (worth|spending|who spend|that spend|who spent|that spent|who have spent|that have spent) "
    "<above> {min_value:money}"
)
_花费 = (
    "[累计|总|总共|一共] (消费|花费|花|消费额|消费金额|金额|价值)[了] (<above> {min_value:money} [<以上>]"
    "|{min_value:money} <以上>) [的]"
)
_前 = "(前|头) {limit:count} [<个>]|{limit:count} <个>"

PHRASES = (
    "who is in segment {segment:segment}",
    "分群{segment:segment}有哪些用户",
    f"[<list>] [<the>] [{_COUNT}] <users> <filtered> [{_SPENT}] [limit {{limit:count}}]",
    f"[<list>] [<the>] [{_COUNT}] <users> ({_SPENT}) <filtered>",
    "(who|who's|who all|which <users>) (is|are|belong|belongs|belonging) (in|to) [the] <segment> "
    "{segment:segment}",
    "(who|who's|which <users>) (is|are|belong|belongs) (in|to) [the] {segment:segment} (segment|group"
    "|cluster)",
    "(who|which <users>) [have|has] (bought|buy|ordered|purchased) {category:category} <not bought>",
    f"[<list>] [<the>] [{_COUNT}] {{segment:known_group}} [<users>] [<who bought>] [{_SPENT}]",
    "(who|which <users>) are [our|the] {segment:known_group}",
    "[<show>] [me|us] [the|our] (segment|group|cluster) {segment:segment}",
    "<show> [me|us] [the|our] {segment:segment} (segment|group|cluster)",
    "who is in [<the>] [which] segment",
    f"[<列出>] [{_前}] [的] <筛选> [{_花费}] [的] [{_前}] [的] [<users>] {{}}".replace(
        " {}", "[[的] (名单|列表|清单|有哪些|有谁|是谁|都有谁|前 {limit:count} [<个>])]"
    ),
    "[<列出>] [属于] (<分群> {segment:segment}|{segment:segment} <分群>) [里|中|里面|内] [的|都] (有|是) "
    "(哪些|谁|哪几个) [<users>|人]",
    "(谁|哪些 <users>|哪些人|哪些) (在|属于) "
    "(<分群> {segment:segment}|{segment:segment} <分群>) [里|中|里面]",
    "(谁|哪些 <users>|哪些人) <买过>",
    "[<列出>] {segment:known_group} [的] [<users>] (名单|列表|清单|有哪些|有谁|是谁)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """A list with a file."""
    from bot.segment_users_reply import segment_users_reply

    return segment_users_reply(question, desk)


COMMAND = Command(
    name="segment_users",
    summary=N_("Who is in a segment, or bought one thing and not another"),
    phrases=PHRASES,
    examples={
        "en": ("who is in segment Champions", "users who bought coffee but not tea"),
        "zh": ("分群冠军客户有哪些用户", "买过咖啡没买过茶的用户"),
    },
    answer=answer,
    topic="users",
    rare=True,
)
