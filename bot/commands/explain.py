"""Why one user is thought to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_WHY = (
    "why|why's|how come|tell why|tell me why|tell us why|explain [to me|to us] why|explain why"
    "|the reason why|what is the reason why|what's the reason|for what reason|see why|show why"
    "|understand why|know why"
)
_WHAT = "what is|what's|what are|list|show|give|tell"
_SO = "so|that|such|this|considered|seen as|rated|marked as|classified as|now|marked|judged"
_的 = "的|会|要|有|现在|被|最近|目前"
_流失风险 = (
    "[会|要|有|被|现在] [的] [流失|离开] [的] (风险|概率|评分|分数|可能性) [值]|[会|要|可能|将"
    "|快要] [的] <流失> [掉]|评分|被标记|被预警|预警|[是|算] [高风险|高危|高流失风险] [<user>]"
    "|是 (高风险|高危) 的 <user>"
)
_高 = "[会|是] [这么|那么|如此|很|这样|太|比较|怎么] (高|大|危险|严重|高风险)"

PHRASES = (
    "why is {user:who} at risk",
    "为什么 {user:who} 会流失",
    f"({_WHY}) [is|are|was|were] {{user:who}} [{_SO}] (<at risk>|flagged|high|on the [churn|risk] "
    "list|[a] [high|churn] risk)",
    f"({_WHY}) {{user:who}} (is|was|got) [{_SO}] (<at risk>|flagged|high)",
    f"({_WHY}) (will|would|might|may|could|should|does|do) {{user:who}} <leave>",
    f"({_WHY}) {{user:who}} (will|would|might|may|could|is going to) <leave>",
    f"({_WHY}) {{user:who}} <leaves>",
    f"({_WHY}) (does|do|did) {{user:who}} (have|get|show) [{_SO}] [a|the|an] <high> <risk>",
    f"({_WHY}) {{user:who}} (has|got|gets) [{_SO}] [a|the|an] <high> <risk>",
    f"({_WHY}) is [<the>] <risk> (of|for) {{user:who}} <high>",
    f"({_WHY}) (is {{user:who}} ['s] <risk>|[<the>] <risk> (of|for) {{user:who}} is|{{user:who}} "
    "['s] <risk> is) <high>",
    f"({_WHY}) do (you|we|they) (think|believe|expect|say) [that] {{user:who}} (<leaves>|will "
    "<leave>|is <at risk>|is going to <leave>|might <leave>)",
    f"({_WHY}) {{user:who}}",
    "(explain|interpret|justify) [me|to me|to us] [<the>] [[churn] (risk|score|probability"
    "|prediction|rating|flag|churn) [score] (of|for|on)] {user:who} ['s] [[churn] (risk|score"
    "|probability|prediction|rating)]",
    "explain",
    "why",
    "(why|how come) (has|have|did) {user:who} (been|get|got) (flagged|marked|listed) [as] [<at risk>]",
    "(on what grounds|based on what|for what reasons) (is|was) {user:who} [<at risk>|flagged|on the list]",
    "what (is|was) behind [<the>] (score|rating|flag|prediction|warning) (of|for) {user:who}"
    "|what (is|was) behind {user:who} ['s] (score|rating|flag|prediction|warning)",
    f"[{_WHAT}] [<the>] [main|top|biggest|key|likely] [churn|risk] (reasons|reason|causes|cause"
    "|drivers|factors|explanation|risk factors|risk drivers|why) (for|of|behind|why|behind the"
    "|with) [<the>] [<risk> (of|for)] {user:who} ['s <risk>] [(is|was) <at risk>|(will|might"
    "|may|could) <leave>]",
    f"[{_WHAT}] {{user:who}} ['s] [churn|risk] (reasons|risk factors|factors|drivers|reason|risk drivers)",
    "what (makes|puts|made|is making|leads|causes|would make|drives|pushes) [you think|us think"
    "|you say|you believe|the model think] [that] {user:who} [to] (<leave>|<at risk>|(will|is "
    "going to|might|may) <leave>|is <at risk>|away)",
    "what (drives|is driving|is behind|'s behind|explains|causes|affects|influences|contributes "
    "to|raises|stands behind|'s driving|is causing) ([<the>] <risk> (of|for) {user:who}"
    "|{user:who} ['s] <risk>)",
    "(reasons|reason) [why] {user:who} (will|might|may|could) <leave>",
    "what's (making|causing) {user:who} [to] <leave>",
    "what's wrong with {user:who}|what is wrong with {user:who}",
    "what (factors|reasons|things) (drive|explain|are behind|cause|influence|affect|raise) "
    "([<the>] <risk> (of|for) {user:who}|{user:who} ['s] <risk>)",
    "what's (behind|driving|causing) ([<the>] <risk> (of|for) {user:who}|{user:who} ['s] <risk>)",
    # 为什么
    f"[<看>|解释|说明|讲] [一下|下] <为什么> [说|觉得|认为|判断|预测] {{user:who}} [{_的}] "
    f"({_流失风险}|[{_流失风险}] {_高}|快不行) [了|的]",
    f"[<看>|解释|说明|讲] [一下|下] {{user:who}} [{_的}] <为什么> ([{_的}] ({_流失风险}) [{_高}]"
    f"|{_高}) [了|的]",
    f"[<看>|解释|说明|讲] [一下|下] {{user:who}} [{_的}] ({_流失风险}) (<为什么> [{_高}]|{_高} "
    "[的] [是] <为什么>)",
    "<为什么> {user:who}|{user:who} <为什么>",
    "{user:who} <为什么> (被|会被|是|算) [标记|标|列|认定|判断|判] [为|成|在] (高风险|高危|预警"
    "|风险名单|名单) [里|客户|用户] [了]",
    f"why {{user:who}} [{_的}] ({_流失风险}|[{_流失风险}] {_高}) [了|的]",
    (
        "[<看>|解释|说明|讲] [一下|下] [导致|造成|引起|影响] {user:who} [被] [的] [流失|离开|高] "
        "[的] [风险] [的] [主要] <原因> [是] [什么|啥|有哪些|哪些|分析|在哪]"
    ).replace("<原因>", "(原因|因素|理由|依据|缘由|根源|诱因|主因|缘故)"),
    "(解释|说明|阐述) [一下|下] {user:who} [的] [流失|离开] [的] [风险|概率|评分|分数|预测|结果|风险评分]",
    "[是] (什么|啥|哪些因素|什么因素|什么原因) (让|使|导致|造成|使得|令) {user:who} [会|可能|要] "
    "[有|处于] [高] ([流失|离开] 风险|<流失>) [高] [的] [原因]",
    "{user:who} [的] [流失] (风险|评分|概率|分数) (是怎么来的|怎么来的|是怎么算的|怎么算的"
    "|是如何计算的|依据是什么|从何而来)",
    "(解释|为什么|为啥|为何)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Every part that makes up the user's probability."""
    from bot.risk_reply import explain_reply

    return explain_reply(question, desk)


COMMAND = Command(
    name="explain",
    summary=N_("Why a user is at risk"),
    phrases=PHRASES,
    examples={
        "en": ("why is 42 at risk", "explain user C-5502"),
        "zh": ("为什么42会流失", "用户C-5502的流失原因"),
    },
    answer=answer,
    topic="users",
)
