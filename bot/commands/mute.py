"""Sending what comes by itself without a sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_ALL = "[everything|all|all messages|all of it|this chat|notifications|all notifications]"
_WITHOUT = "silently|quietly|without (sound|a sound|notification|a notification)"

PHRASES = (
    "mute [the {kind:kind}]",
    "静音[{kind:kind}]",
    f"(mute|silence) {_ALL}|(mute|silence) [the|all|my|our] {{kind:kind}}",
    f"(send|deliver) [me|us] [the|all|my|our] {{kind:kind}} ({_WITHOUT})|[the] {{kind:kind}} ({_WITHOUT})",
    "[把|将] {kind:kind} [设为|改为|设成|改成|调成|都] (静音|免打扰|无声)",
    "{kind:kind} [发送|发] 不要 (响|声音|提示音)",
    "(静音|免打扰) [发送|发|所有|全部] [{kind:kind}]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What comes without a sound from now on."""
    from bot.alert_reply import muted

    return muted(question, desk, silent=True)


COMMAND = Command(
    name="mute",
    summary=N_("Send the digest, saved questions, reminders or alerts without a sound"),
    phrases=PHRASES,
    examples={
        "en": ("mute the digest", "send the reminders silently"),
        "zh": ("静音日报", "把提醒设为静音"),
    },
    answer=answer,
    topic="team",
    rare=True,
)
