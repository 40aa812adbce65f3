"""Leaving a user out of a campaign before its draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply


_AUDIENCE = "(of|from) [the] (audience [number] {audience:count}|audience|campaign|draw|next campaign)"
_受众 = (
    "[从] ((受众|人群) {audience:count}|受众|人群|活动|本次活动|这次活动|下次活动|抽签) [里|中|名单] [中|里]"
)

PHRASES = (
    "leave out {user:who} [from audience {audience:count}]",
    "活动不含 {user:who} [受众 {audience:count}]",
    f"leave {{user:who}} out [{_AUDIENCE}]|leave out {{user:who}} {_AUDIENCE}",
    f"(exempt|omit|take out|drop|remove) {{user:who}} {_AUDIENCE}|exempt {{user:who}}",
    f"(take|keep) {{user:who}} out {_AUDIENCE}",
    f"[把|将] {{user:who}} {_受众} (排除|去掉|剔除|移除|拿掉|除外)",
    f"{_受众} (排除|去掉|剔除|移除|不含|不包括|跳过) {{user:who}}",
    "{user:who} (不参加|不参与|不进) [本次|这次|下次] (活动|抽签)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """From which audience the user is left out."""
    from bot.campaign_reply import leave_out_reply

    return leave_out_reply(question, desk)


COMMAND = Command(
    name="leave_out",
    summary=N_("Leave a user out of a campaign before its draw"),
    phrases=PHRASES,
    examples={
        "en": (
            "leave out user 42",
            "leave out user 42 from audience 3",
        ),
        "zh": (
            "活动不含用户42",
            "用户42不参加活动",
        ),
    },
    answer=answer,
    rare=True,
)
