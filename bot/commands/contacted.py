"""Noting that a user was contacted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_I = "i|i've|i have|we|we've|we have|just"
_JUST = "already|just|now"
_CONTACTED = (
    "contacted|called|phoned|rang|rung|emailed|e mailed|mailed|messaged|texted|wrote to|wrote|written to"
    "|spoke to|spoke with|spoken to|spoken with|talked to|talked with|reached out to|reached"
    "|got in touch with|got hold of|been in touch with|followed up with|chatted with|had a call with"
    "|had a chat with|sent a message to|sent an email to|sent a mail to"
)
_DAY = "today|just now|by phone|by email|by mail|by chat|on the phone|already|this morning"
_标记 = "标记|标|记录|登记|记"
_已 = "已经|已|刚刚|刚才|刚|今天|我已经|我已|我刚刚|我刚才|我刚|我今天|我|我们已经|我们已|我们刚|我们|都已经"
_联系 = "联系|联络|跟进|回访|电话联系|沟通|打电话联系|联系上|电话回访|拜访|微信联系"
_过 = "过|了|上|到|上了|过了|完|完了|到了|好了"
_电话 = (
    "(打|发|寄|去|写) (过|了|过了|完|完了) [一] [个|封|条|通] (电话|短信|邮件|微信|消息|信息|信|私信)"
    "|(打|发|寄|写) [一] [个|封|条|通] (电话|短信|邮件|微信|消息|信息|信|私信) (了|过了)"
    "|(聊|谈|沟通|联系|通话|说) (过|过了|了|好了)|通 过 电话|取得 [了] 联系|联系上 [了]"
)

PHRASES = (
    "contacted {user:who}",
    "已联系 {user:who}",
    f"[{_I}] [{_JUST}] ({_CONTACTED}) {{user:who}} [{_DAY}]",
    "(mark|set|log|record|note|flag) {user:who} [down] as [already] (contacted|called|reached|"
    "done|written to)",
    f"{{user:who}} (was|has been|is|has now been) [{_JUST}] (contacted|called|phoned|emailed|reached) "
    f"[by me|by us] [{_DAY}]",
    "{user:who} contacted",
    f"(note|log|record) that (i|we) [have] [{_JUST}] ({_CONTACTED}) {{user:who}} [{_DAY}]",
    # 已联系
    f"[我|我们|今天] (已经|已|刚刚|刚才|刚) [电话|微信|邮件|短信] ({_联系}) {{user:who}} [了]",
    f"[{_已}] ({_联系}) ({_过}) {{user:who}} [了]",
    f"[{_已}] (跟|和|与|给|同|向) {{user:who}} ({_电话}) [了]",
    f"{{user:who}} [我|我们|这边] [已经|已|刚刚|刚|刚才|今天] ({_联系}) ({_过}) [了]",
    f"{{user:who}} [我|我们] (已经|已) ({_联系})",
    "{user:who} [我|我们|已经|已|刚|刚才] (打过电话了|打过电话|打了电话|发过短信了|发过邮件了"
    "|发过消息了|聊过了|沟通过了)",
    f"{{user:who}} [我|我们] [已经|已|刚|刚刚] ({_电话})",
    f"[把|将|请把] {{user:who}} ({_标记}) (为|成|作|一下) (已联系|已经联系|联系过|已跟进|已回访|"
    "已沟通|联系过了)",
    f"({_标记}) [一下] {{user:who}} [为|成] (已联系|已经联系|联系过|已跟进|已回访|已沟通|联系过了)",
    "[我] [已经|已|刚] (打过电话给|打了电话给|发过邮件给|发了邮件给|发过短信给|发了短信给|发过消息给"
    "|发了消息给) {user:who} [了]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """That it is noted, and what others did before."""
    from bot.worklist_reply import worklist_reply

    return worklist_reply(question, desk, "contacted")


COMMAND = Command(
    name="contacted",
    summary=N_("Note that a user was contacted"),
    phrases=PHRASES,
    examples={
        "en": ("contacted user 42", "i called customer 42"),
        "zh": ("已联系用户42", "给客户C-5502打过电话了"),
    },
    answer=answer,
    reports=True,
    topic="worklist",
)
