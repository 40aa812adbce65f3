"""Giving a user to somebody of the team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_GIVE = "give|assign|hand|hand over|pass|allocate|transfer|delegate|move"
_给 = "交给|分给|分配给|派给|转给|移交给|指派给"

PHRASES = (
    "give {user:who} to {operator:operator}",
    "把 {user:who} 交给 {operator:operator}",
    f"({_GIVE}) {{user:who}} [over] to {{operator:operator}}",
    "{operator:operator} (takes|handles|looks after|gets|should take|will take) {user:who}",
    "let {operator:operator} (take|handle|look after|have) {user:who}",
    f"[把|将] {{user:who}} ({_给}) {{operator:operator}} [跟进|处理|负责|来跟进]",
    "(让|由) {operator:operator} [来] (跟进|处理|负责|联系) {user:who}",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Who has the user now."""
    from bot.worklist_reply import worklist_reply

    return worklist_reply(question, desk, "take")


COMMAND = Command(
    name="assign",
    summary=N_("Give a user to somebody of the team"),
    phrases=PHRASES,
    examples={
        "en": ("give user 42 to Mei", "assign 42 to Mei"),
        "zh": ("把用户42交给小美", "让小美跟进用户42"),
    },
    answer=answer,
    topic="worklist",
    rare=True,
)
