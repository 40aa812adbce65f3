"""Sending what comes by itself with a sound again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_ALL = "[everything|all|all messages|all of it|this chat|notifications|all notifications]"
_WITH = "with (sound|a sound|notification|a notification) [again]|aloud [again]|loudly"

PHRASES = (
    "unmute [the {kind:kind}]",
    "取消静音[{kind:kind}]",
    f"unmute {_ALL}|unmute [the|all|my|our] {{kind:kind}}",
    f"(send|deliver) [me|us] [the|all|my|our] {{kind:kind}} ({_WITH})|[the] {{kind:kind}} ({_WITH})",
    "[把|将] {kind:kind} (取消|解除|关闭|关掉) (静音|免打扰)",
    "(取消|解除|关闭|关掉) [{kind:kind}] [的] (静音|免打扰)",
    "{kind:kind} (有声|恢复声音|打开声音|恢复提示音)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What comes with a sound from now on."""
    from bot.alert_reply import muted

    return muted(question, desk, silent=False)


COMMAND = Command(
    name="unmute",
    summary=N_("Send them with a sound again"),
    phrases=PHRASES,
    examples={
        "en": ("unmute the digest", "send the digest with sound"),
        "zh": ("取消静音日报", "日报恢复声音"),
    },
    answer=answer,
    topic="team",
    rare=True,
)
