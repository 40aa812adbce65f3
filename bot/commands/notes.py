"""What was done about a user, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_SAID = "notes|history|log|acts|activity|record|comments|remarks"

PHRASES = (
    "notes on {user:who}",
    "{user:who} 的备注",
    f"[<list>] [<the>] ({_SAID}) (on|of|for|about) {{user:who}}",
    "what (was|has been) (done|noted|said|written) (about|on|for) {user:who}",
    "what (did|have|had) (we|i|you|they) (note|noted|write down|written down|do|done) (about|on|for"
    "|with) {user:who}",
    "who did what (about|for|with) {user:who}",
    "who (has|took|contacted|takes care of|looks after|handles|is looking after|is handling|is on) "
    "{user:who}",
    "[<列出>] {user:who} [的] (备注|跟进记录|记录|历史记录|处理记录|跟进情况|备忘)",
    "(谁|哪位同事) [在] (跟进|负责|联系过|处理) {user:who}|{user:who} [是] 谁 [在] (跟进|负责|处理) [的]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Everything, newest first."""
    from bot.cases_reply import notes_reply

    return notes_reply(question, desk)


COMMAND = Command(
    name="notes",
    summary=N_("What was done and noted about a user, and by whom"),
    phrases=PHRASES,
    examples={
        "en": ("notes on user 42", "who has user 42"),
        "zh": ("用户42的备注", "谁在跟进用户42"),
    },
    answer=answer,
    topic="worklist",
    rare=True,
)
