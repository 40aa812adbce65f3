"""Having no alerts sent to this chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_OFF = "turn off|switch off|disable|deactivate|stop|end|no more|no"
_关 = "关闭|关掉|停止|停掉|取消|停用|不要|不再发|别发|退订"

PHRASES = (
    "alerts off",
    "关闭告警",
    f"({_OFF}) [sending|the|all|our] (alert|alerts) [here|now|please|in this chat]|[the] alerts off",
    "turn [the] alerts off|(do not|don't) (send|give) [me|us] [any|the] alerts [here|any more]",
    f"(把|将) (告警|报警) ({_关}) [吧]|({_关}) [本群|这里] [的] (告警|报警) [通知|推送] [了]",
    "(告警|报警) (关闭|关掉|不要发了|别发了)",
    "(不要|不用|别|不再) [再] [给我|给我们] (发|发送|推送) (告警|报警) [了]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """That they do not come here any more."""
    from bot.alert_reply import alerts_chosen

    return alerts_chosen(question, desk, "off")


COMMAND = Command(
    name="alerts_off",
    summary=N_("Send no alerts to this chat"),
    phrases=PHRASES,
    examples={
        "en": ("alerts off", "turn off the alerts"),
        "zh": ("关闭告警", "不要发告警"),
    },
    answer=answer,
    topic="team",
    rare=True,
)
