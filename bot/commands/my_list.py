"""The users somebody looks after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_LIST = "list|cases|users|customers|clients|work|worklist|work list|to do list|todo list|todos|tasks|workload"

_SPENT = "<who spent>"

PHRASES = (
    "my list",
    "我的列表",
    f"[<list>] my [own|open|current] ({_LIST})",
    "(what|who|which users) (do|am) i (have|handling|looking after|have taken) [now]",
    "what is on my (list|plate)",
    "whom (have|did) i (taken|take)|who have i taken|what do i have to do",
    "[<列出>] 我 的 (列表|名单|清单|待办|任务|客户|用户|工作清单|跟进)",
    f"[<list>] my [own|open|current] ({_LIST}) [{_SPENT}] <filtered>",
    f"[<list>] my [own|open|current] ({_LIST}) {_SPENT}",
    f"[<list>] my [own|open|current] ({_LIST}) <filtered> {_SPENT}",
    "[<列出>] 我 的 [<筛选>] [<花费>] (客户|用户|客户名单|用户名单|名单)",
    "我 的 (列表|名单|清单|客户|用户) (里|中) <筛选> [的] [客户|用户]",
    "我 (有|在跟进|负责|跟进|认领了) (哪些|谁|什么) [客户|用户|任务|待办]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Whom the asker has, with reminders."""
    from bot.cases_reply import my_list_reply

    return my_list_reply(question, desk)


COMMAND = Command(
    name="my_list",
    summary=N_("The users you look after, and your reminders"),
    phrases=PHRASES,
    examples={
        "en": ("my list", "who have I taken"),
        "zh": ("我的列表", "我负责哪些客户"),
    },
    answer=answer,
    topic="worklist",
)
