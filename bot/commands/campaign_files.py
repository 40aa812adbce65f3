"""The files of a campaign: whom to write to, and whom not to; of the last one where none is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply


_LAST = (
    "([the|our] [last|latest|newest|current] campaign|[the|our] campaign {campaign:campaign}"
    "|[the|our] {campaign:numbered} campaign)"
)
_活动 = (
    "([最近一次|上次|上一次|最近|最新|当前] [的] 活动|活动 {campaign:campaign}"
    "|{campaign:numbered} [这个] 活动)"
)

PHRASES = (
    "files of the last campaign",
    "最近一次活动的名单文件",
    "files of campaign {campaign:campaign}",
    "活动{campaign:campaign}的名单文件",
    f"[<list>] [the] (files|lists|file|arms) (of|for) {_LAST}|{_LAST} (files|lists)",
    f"[<list>] [the] (suppression|contact|holdout|mailing) list (of|for) {_LAST}",
    "[<list>] [the] suppression list",
    f"[<列出>] {_活动} [的] (名单文件|名单|文件|发送名单|屏蔽名单|排除名单|对照名单)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Both files, once more."""
    from bot.campaign_reply import campaign_files_reply

    return campaign_files_reply(question, desk)


COMMAND = Command(
    name="campaign_files",
    summary=N_("The files of a campaign: whom to write to, and whom not to"),
    phrases=PHRASES,
    examples={
        "en": (
            "files of the last campaign",
            "suppression list of the last campaign",
            "files of campaign spring-2",
        ),
        "zh": (
            "最近一次活动的名单文件",
            "上次活动的屏蔽名单",
            "活动spring-2的名单",
        ),
    },
    answer=answer,
    rare=True,
)
