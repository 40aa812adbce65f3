"""Taking a user: telling the team who looks after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_I = "i|i'll|i will|i'm going to|i am going to|we|we'll|we will|let me"
_TAKE = (
    "take|claim|handle|take over|take on|take care of|look after|deal with|own|pick up|follow up with"
    "|follow up on|take charge of"
)
_TAKING = "taking|claiming|handling|taking over|taking care of|looking after|dealing with|following up with"
_我 = "我|由我|让我|我们|我来|由我来|我会|我去|让我来|我负责|我想|我要"
_跟进 = "跟进|认领|领取|接手|接|接管|负责|处理|照看|来跟进|去跟进|来处理|来负责|负责跟进|来接手|负责联系"

PHRASES = (
    "take {user:who}",
    "我来跟进 {user:who}",
    f"[{_I}] ({_TAKE}) {{user:who}} [myself|on|over]",
    f"(i'm|i am|we're|we are) ({_TAKING}) {{user:who}} [myself]",
    "(i've|i have) got {user:who}|i got {user:who}|i (took|take) {user:who}|i've taken {user:who}",
    f"({_TAKING}) {{user:who}} [now|myself]",
    "(i'm|i am) on {user:who}|{user:who} is (mine|on me)|(leave|give) {user:who} to me|dibs on {user:who}",
    "(assign|allocate|allot) {user:who} to (me|myself)|assign me [to] {user:who}",
    "put me (on|down for) {user:who}|mark {user:who} as (mine|taken|taken by me)",
    "{user:who} (i'll|i will) (take|handle) (it|this one|him|her|them|that one)",
    # 跟进
    f"[{_我}] ({_跟进}) [一下] {{user:who}}",
    f"[把] {{user:who}} [就] ({_我}) [去|来] ({_跟进}) [一下|吧|了]",
    "[把] {user:who} (交给|分给|分配给|派给|转给|留给|归|给) 我 [吧|了|来] [跟进|处理|负责|联系]",
    "{user:who} (我来跟|我跟|我来管|我来弄|我接了|我接下)|(我来跟|我跟) {user:who}",
    "{user:who} (是我的|算我的|归我|我来|我的)",
    "(标记|标) {user:who} [为] (我跟进|我负责|已认领|由我跟进)",
    "把 {user:who} (标记|标) (为|成) (我跟进|我负责|已认领|由我跟进)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Who has the user now, and what others did before."""
    from bot.worklist_reply import worklist_reply

    return worklist_reply(question, desk, "take")


COMMAND = Command(
    name="take",
    summary=N_("Tell the team that you look after a user"),
    phrases=PHRASES,
    examples={
        "en": ("take user 42", "i'll take 42"),
        "zh": ("我来跟进用户42", "把客户C-5502交给我"),
    },
    answer=answer,
    topic="worklist",
)
