"""Leaving a user out of the lists for some days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_SNOOZE = "snooze|postpone|defer|park|pause|hide|mute"
_FOR = "for|by"
_LOOK = "look at|check|check on|come back to|show|show me|show us|see|review|revisit|get back to|return to"
_先 = "先|暂时|暂且|就|我先|我们先"
_放 = (
    "放|放一放|放放|放一下|搁|搁置|搁一搁|缓|缓一缓|缓缓|暂缓|暂停|推迟|延后|延期|休眠|隐藏|静默|放置|等"
    "|等等|等一等|搁一下|缓一下"
)
_看 = "看|看看|联系|跟进|处理|关注|提醒|显示|管|出现|再看|说|跟|查看"
_不看 = "不看|不管|不联系|不跟进|不处理|不关注|不显示|别显示|别管|不用管|不用看|不要显示|不用跟进"

PHRASES = (
    "snooze {user:who} [for {days:days}]",
    "暂缓 {user:who} [{days:days}]",
    "snooze {user:who} {days:count}",
    f"({_SNOOZE}) {{user:who}} ({_FOR}) [another|the next] {{days:days}}",
    f"({_SNOOZE}) {{user:who}} {{days:days}}",
    "put {user:who} (on hold|to sleep|aside|on ice|off) (for|by) [the next] {days:days}"
    "|(put|set) {user:who} on hold",
    "put {user:who} (on snooze|on ice)",
    "(leave|let) {user:who} (alone|be|rest|wait|out) for [the next] {days:days}",
    "(don't|do not) (show|list|mention) [me|us] {user:who} for [the next] {days:days}",
    "(ignore|skip) {user:who} for [the next] {days:days}",
    "{user:who} can wait [for] {days:days}",
    f"({_LOOK}) {{user:who}} [again] in {{days:days}}",
    # 先放
    f"[{_先}] [把|将] {{user:who}} [{_先}] ({_放}) [个] {{days:days}} [再 ({_看})|再说|吧]",
    f"[把|将] {{user:who}} ({_先}) ({_放}) [再说|吧]",
    "(把|将) {user:who} (放一放|搁置|搁一搁|缓一缓|暂缓)|{user:who} (暂缓|放一放|搁置|缓一缓)",
    f"[{_先}] ({_放}) {{user:who}} {{days:days}}",
    "(先|暂时) (放一放|放放|搁置|搁一搁|缓一缓|缓缓) {user:who}",
    f"(先|暂时) (把|将) {{user:who}} ({_放})",
    "(暂缓|搁置|休眠|静默|推迟|延后) {user:who} [{days:days}] [再看|再说]",
    f"[过|等] {{days:days}} [以后|之后|后] 再 [来] ({_看}) [一下] {{user:who}}",
    f"{{user:who}} [过|等] {{days:days}} [以后|之后|后] 再 [来] ({_看}) [一下]",
    f"[先|暂时] ({_不看}) {{user:who}} {{days:days}}",
    f"{{user:who}} [先|暂时] ({_不看}) {{days:days}}",
    f"[未来|接下来] {{days:days}} [内|里|之内] [先|暂时] [都] ({_不看}) {{user:who}}",
    "{user:who} [未来|接下来] {days:days} [内|里|之内] [先|暂时] [都] (不要|别|不|不用) [再] "
    f"({_看}) [了]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Until when the user is left out."""
    from bot.worklist_reply import worklist_reply

    return worklist_reply(question, desk, "snooze")


COMMAND = Command(
    name="snooze",
    summary=N_("Leave a user out of the lists for a while"),
    phrases=PHRASES,
    examples={
        "en": ("snooze user 42", "snooze user 42 for 14 days"),
        "zh": ("暂缓用户42", "用户42先放两周"),
    },
    answer=answer,
    topic="worklist",
)
