"""Giving a user back, so that somebody else can take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_GIVE_BACK = "release|untake|unassign|unclaim|give back|drop|let go of|put back|hand back"

PHRASES = (
    "release {user:who}",
    "放回 {user:who}",
    f"[i] ({_GIVE_BACK}) {{user:who}}",
    "(i am|i'm) not (handling|taking|looking after) {user:who} (anymore|any more|any longer)",
    "i (give|hand|am giving|am handing) {user:who} back|i (can't|cannot|won't) (handle|look after) "
    "{user:who}",
    "{user:who} [我] (不跟了|不跟进了|不管了|不负责了|不再跟进|不再负责)|我 (不跟|不管) {user:who} 了",
    "[我] (不再|不) (跟进|负责|处理) {user:who} [了]|(释放|退回|取消认领|取消跟进) {user:who}",
    "(把|将) {user:who} (放回|退回|释放) [去|来|了]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """That nobody has the user now."""
    from bot.worklist_reply import worklist_reply

    return worklist_reply(question, desk, "release")


COMMAND = Command(
    name="release",
    summary=N_("Give a user back to the team"),
    phrases=PHRASES,
    examples={
        "en": ("release user 42", "unassign user 42"),
        "zh": ("放回用户42", "我不再跟进用户42"),
    },
    answer=answer,
    topic="worklist",
    rare=True,
)
