"""Having alerts sent to this chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_ON = "on|turn on|switch on|enable|activate|start"
_开 = "打开|开启|启用|开|订阅"

PHRASES = (
    "alerts on",
    "打开告警",
    f"({_ON}) [the|all|our] (alert|alerts) [here|now|in this chat]|[the] alerts (on|here)",
    "(send|give|tell|push) [me|us] [the|all|our] alerts [here|to this chat|too]|turn [the] alerts on",
    "alert (me|us)|subscribe [me|us] to [the] alerts",
    f"(把|将) (告警|报警) ({_开}) [吧]|({_开}) [本群|这里] [的] (告警|报警) [通知|推送]",
    "(告警|报警) (也|都) [发|推] [到] (这里|本群|群里)|(告警|报警) (打开|开启)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """That they come here."""
    from bot.alert_reply import alerts_chosen

    return alerts_chosen(question, desk, "on")


COMMAND = Command(
    name="alerts_on",
    summary=N_("Send alerts to this chat, too"),
    phrases=PHRASES,
    examples={
        "en": ("alerts on", "send alerts here"),
        "zh": ("打开告警", "告警也发到本群"),
    },
    answer=answer,
    topic="team",
    rare=True,
)
