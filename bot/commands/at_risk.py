"""Which users are most at risk of leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_TOP = "[the] (top|first|worst|highest) [most] {limit:count}"
_COUNT = "[the] {limit:count}"
_RISK = (
    "[churn|attrition] (risk|risks|probability|likelihood|chance|chances|score|scores|risk score"
    "|churn score|odds) [of <leaving>]|risk of <leaving>|churn"
)
_MOST = "[most|very|highly|more|currently|really|especially]"

# What makes a group of users one at risk.
_STATE = (
    f"{_MOST} (<at risk>|<about to> (<leave>|<leaving>)) [of <leaving>]|at most risk|on the churn "
    "list|in the danger zone"
)
_BY = "[ranked|sorted|ordered] by [churn] [risk|probability|score]"
_HAVING = (
    "(with|having|who have|that have|who has|of) [a|the|an] (high|highest|elevated|big|biggest"
    f"|great|greatest|most|large|serious|strong) ({_RISK})"
)
_LIKELY = f"[who are|that are|which are|who're|who is] ({_STATE})"
_WILL = "(who|that|which) (will|might|may|could|would|are going to|want to) [soon] <leave>"
_LOSING = (
    "[that|who|whom] we (are losing|might lose|may lose|could lose|will lose|are about to lose"
    "|are going to lose|are at risk of losing|risk losing)"
)
_ADJECTIVE = (
    "(at risk|most at risk|high risk|highest risk|high churn risk|highest churn risk|risky"
    "|riskiest|most risky|endangered|vulnerable|flagged|churning|leaving|critical|churn risk"
    "|high churn)"
)

# Bounds.
_AT_LEAST = (
    f"[with|have|has|having|who have|that have|who has|whose|at|and] [a|the|an|their] ({_RISK}) "
    "[is|are|of|being|that is] <above> {min_risk:score}"
)
_AT_LEAST_OF = (
    "[with|have|has|having|who have|that have|who has|at|who are|that are|are|is|and] [a|the|an] "
    f"<above> [a|an] {{min_risk:percent}} [of] ({_RISK}|likely to <leave>)"
)
_BARE_AT_LEAST = "[with|are|is|who are] <above> {min_risk:percent}"
_MIN_RISK = (
    f"({_AT_LEAST}|{_AT_LEAST_OF}|{_BARE_AT_LEAST}|[with] [a] ({_RISK}) [of] {{min_risk:percent}} "
    f"<以上>|{{min_risk:percent}} <以上> ({_RISK}))"
)
_SPENT = (
    "[and] (worth|spending|who spend|that spend|spent|who spent|that spent|who have spent|that "
    "have spent|have spent|have spent|who paid|with a value|with value|valued|whose value is"
    "|with [a] [total] (spend|spending|revenue|purchases|lifetime value)) [of]"
)
_MIN_VALUE = (
    f"({_SPENT} <above> {{min_value:money}}|[and] with <above> {{min_value:price}} [in|of] [spend"
    f"|revenue|purchases|orders]|{_SPENT} {{min_value:money}} <以上>)"
)
_BOUNDS = f"[{_MIN_RISK}] [and|,] [{_MIN_VALUE}]"
_LIMIT = "(top|limit|limit to|max|maximum|only|first|just) {limit:count}"

_FLAGGED_USERS = (
    f"[most] {_ADJECTIVE} <users>|<users> ({_LIKELY}|{_HAVING}|{_WILL}|{_LOSING}|who look like "
    "they are <leaving>)"
)
_FLAGGED = f"(at risk|most at risk|high risk|{_FLAGGED_USERS})"

# 有流失风险的
_高 = "很高|较高|比较高|最高|非常高|极高|太高|偏高|高|最大|较大|大|最严重|靠前|排名最高"
_流失风险 = (
    "(流失|离开|流走|跑路)[的](风险|概率|几率|机率|可能性|可能|倾向|危险|评分|预测)[值|度|分|指数"
    "|系数|等级]|风险[值|度|分|指数|系数|等级]"
)
_会流失 = (
    "(最|比较|很|非常|特别)(容易|可能|有可能|危险|想)|容易|可能|可能会|可能要|有可能|有可能会|会"
    "|要|快|快要|即将|将要|将|将会|正在|濒临|面临|马上要|马上|就要|准备|打算"
    "|已经|已|正要|正|大概率会|大概率|极可能|很可能|很可能会|最可能会|最有可能会|潜在|疑似|预计"
    "|预测|预计会|预测会|近期可能|近期会|最近要|最近会|最近可能|想要|想"
)
_危 = (
    "(高风险|高流失风险|高危|高流失|风险高|风险大|重点流失|最危险|危险|[有|存在|具有|面临|带有] "
    f"([较|很|最] [高|大] [的] ({_流失风险})|流失危险)"
    f"|({_流失风险}) [是] ({_高})|[{_会流失}] <流失> [掉|走] [了]|[比较|很|最|有点|更|特别] 危险"
    "|流失预警|有流失倾向|流失风险排名|被标记|预警|流失高危|高潜流失)"
)
_高于 = (
    f"[有] ({_流失风险}) [的] (<above> {{min_risk:score}}|[在|达到|达|有] {{min_risk:score}} "
    "<以上>|<above> {min_risk:score} <以上>)"
)
_以上 = (
    f"([有] [<above>] {{min_risk:percent}} [<以上>] [的] ({_流失风险}|(可能|概率|几率|可能性"
    "|把握) [会|要] <流失>))"
)
_风险 = f"({_高于}|{_以上})"
_花费 = (
    "[累计|总|总共|一共|历史|已经|共|平均] (消费|花费|花|购买|消费额|消费金额|价值|订单金额|贡献"
    "|消费总额|金额|购买金额|总消费|花销|买)[了]"
    " (<above> {min_value:money}|[在|达到|达|有] {min_value:money} <以上>|<above> {min_value:money} <以上>)"
)
_且 = "[的] [且|并且|而且|并|和|又|同时|以及|而]"
_前 = "[排名|排] (前|头|top|最前) {limit:count} [<个>]|{limit:count} <个>"
_名单 = f"[<名单>] [<哪些>|吗] [{_前}]"

PHRASES = (
    f"[list|show] [{_TOP}] customers at risk [with a churn risk above {{min_risk:score}}] [worth "
    "more than {min_value:money}]",
    "[前{limit:count}个] [流失风险超过{min_risk:score}的] [消费超过{min_value:money}的] 高风险客户",
    # a list
    f"[<list>] [<the>] [of] [{_TOP}] {_FLAGGED} {_BOUNDS} [{_LIMIT}] [{_BY}]",
    f"[<list>] [<the>] [of] {_COUNT} ({_FLAGGED_USERS}) {_BOUNDS} [{_BY}]",
    f"[<list>] [<the>] [of] [{_TOP}|{_COUNT}] <users> {_MIN_RISK} [and|,] [{_MIN_VALUE}] [{_LIMIT}]",
    f"[<list>] [<the>] (at risk|high risk) {_BOUNDS} [{_LIMIT}]",
    f"(everyone|everybody|anyone|all|people) [who|that] [is|are|has|have] ({_STATE}|{_MIN_RISK})",
    f"[<list>] (everyone|everybody|anyone) [who|that] [is|are|has|have] ({_STATE}|{_MIN_RISK})",
    f"[<list>] [{_TOP}] {_BY} [<users>]|[<list>] [{_TOP}|{_COUNT}] <users> {_BY}",
    f"[<list>] [<the>] [{_TOP}] (churn risks|risks|churners|churn candidates|churn risk list"
    f"|likely churners|potential churners) {_BOUNDS}",
    f"({_RISK}) <above> {{min_risk:score}}|({_RISK}) {{min_risk:percent}} <以上>",
    "top {limit:count}",
    f"at risk [{_LIMIT}|{{limit:count}}] {_BOUNDS}",
    "[<list>] [<the>] [current] (churn|risk|at risk|churn risk|high risk) (list|report|ranking"
    "|watchlist|watch list|alert|alerts)",
    # who, which
    f"(who|who's|whos|who is|who are) [is|are|all] [{_TOP}|{_COUNT}] ({_STATE}) {_BOUNDS} [{_LIMIT}]",
    "who (will|might|may|could|would|is going to|are going to|wants to) [soon|likely] <leave> [next]",
    f"who (has|have|are with) [a|the] (high|highest|biggest|greatest|elevated|most) ({_RISK}) [{_BOUNDS}]",
    f"who (is|are|has|have) {_MIN_RISK} [{_MIN_VALUE}]",
    "(who|which <users>) (are we|do we|will we|might we|could we|may we) [risk|about to|going to"
    "|likely to|at risk of] (losing|lose) [soon]",
    "(who|which <users>) should (i|we) [be] (worry|worried|concerned) about",
    f"(which|what) [of] [<the>] [{_TOP}|{_COUNT}] <users> [are|is|will be|would be|look like they "
    f"are] ({_STATE}) {_BOUNDS} [{_LIMIT}]",
    "(which|what) [of] [<the>] [{limit:count}] <users> (will|might|may|could|would|want to) [soon"
    "|likely] <leave>",
    "(which|what) [of] [<the>] [{limit:count}] <users> (have|has|are|is|show) ([a|the] (high"
    f"|highest|biggest|elevated) ({_RISK})|{_MIN_RISK}) [{_MIN_VALUE}]",
    f"(are|is|do) [there|we have] [any] <users> ({_STATE}|{_HAVING}|{_WILL})",
    # 名单
    f"[<列出>] [{_前}] [的] [{_花费} {_且}] [{_前}] [的] {_危} [{_且} {_花费}] [的] [{_前}] [的] "
    f"<users> {_名单}",
    f"[<列出>] [{_前}] [的] {_风险} [{_且} {_花费}] [的] [{_危}] [的] [{_前}] [的] <users> {_名单}",
    f"[<列出>] [{_前}] [的] {_花费} {_且} {_风险} [的] [{_危}] [的] [{_前}] [的] <users> {_名单}",
    f"[<列出>] {_危} [的] <users> (中|里|里面|当中|之中|,) [的] {_花费} [的] [<users>] {_名单}",
    f"[<列出>] ({_流失风险}) [排名|排行|排] (top|前|最高的) {{limit:count}} [<个>] [的] [<users>] {_名单}",
    "[<列出>] (流失|风险|高风险|流失风险|预警|流失预警|高危) [<users>] <名单>",
    f"[<列出>] (at risk|high risk|churn risk|top {{limit:count}}) [的] [流失|高风险|风险] <users> {_名单}",
    "(前|头) {limit:count} [名|个|位]",
    f"[<列出>] {_风险} [且] [{_花费}]",
    # 谁, 哪些
    f"[<列出>] (哪些|哪几个|哪|哪几位|哪位|哪个|什么样的|什么) [{_前}] [<users>] [的] [是|属于"
    f"|都] ({_危}|{_风险} [{_且} {_花费}]) [的] [<users>]",
    f"[<列出>] (谁|哪些人|哪个|什么人) [的] [现在|目前|最近|接下来] [是] ({_危}|{_风险}) [的]",
    "[<列出>] (哪些|哪几个|有哪些) (<users>|的) at risk",
    f"[最近|目前|现在] 有 哪些 <users> [{_会流失}] <流失> [了]",
    f"(有没有|有|是否有|有无) <users> [{_会流失}] <流失> [了]",
    "[我们] [<会>] (失去|流失|丢掉|损失) (谁|哪些 <users>|哪些人) [了]",
    "(who|which <users>) (do|might|could|would) we (stand|fear|risk) [to] (lose|losing)",
    "who (is|are) (slipping|slipping away|drifting away|going quiet)|which <users> are (slipping away"
    "|going quiet)",
    f"[<列出>] [最|比较] (容易|可能) <流失> 的 [{_前}] [<users>] {_名单}",
    # of a segment, of those who bought one thing and not another
    f"[<list>] [<the>] [of] [{_TOP}|{_COUNT}] ({_FLAGGED}) {_BOUNDS} <filtered> {_BOUNDS} [{_LIMIT}] [{_BY}]",
    f"[<list>] [<the>] [{_TOP}|{_COUNT}] <users> <filtered> [and|,] ({_LIKELY}|{_HAVING}|{_WILL}|{_MIN_RISK})"
    f" {_BOUNDS} [{_LIMIT}] [{_BY}]",
    f"(who|who's|which <users>|which) [is|are] ({_STATE}) {_BOUNDS} <filtered> {_BOUNDS} [{_LIMIT}]",
    f"(which|what) [of our] {{segment:known_group}} [<users>] (is|are) ({_STATE}) {_BOUNDS} [{_LIMIT}]",
    f"(who|which <users>|which) <filtered> (is|are) ({_STATE}) {_BOUNDS} [{_LIMIT}]",
    "(who|which <users>|which) <filtered> (will|might|may|could) [soon] <leave>",
    f"[<list>] [<the>] [{_TOP}|{_COUNT}] {{segment:known_group}} [<users>] ({_LIKELY}|{_HAVING}|{_WILL}) "
    f"{_BOUNDS} [<who bought>] [{_LIMIT}] [{_BY}]",
    f"[<list>] [<the>] [{_TOP}|{_COUNT}] {_ADJECTIVE} {{segment:known_group}} [<users>] {_BOUNDS} "
    f"[<who bought>] [{_LIMIT}] [{_BY}]",
    f"[<列出>] [{_前}] [的] <筛选> [{_且}] [{_花费} {_且}] [{_前}] [的] {_危} [{_且} {_花费}] [的] [{_前}] "
    f"[的] <users> {_名单}",
    f"[<列出>] [{_前}] [的] <筛选> [{_且}] [{_花费} {_且}] {_风险} [的] [{_危}] [的] [{_前}] [的] "
    f"<users> {_名单}",
    f"[<列出>] [{_前}] [的] {_危} [的] <users> (中|里|里面|当中|之中|,) [的] <筛选> [的] [<users>] {_名单}",
    f"[<列出>] <筛选> [<users>] [里|中|里面] [的] {_流失风险} ({_高}) 的 [{_前}] [<users>] {_名单}",
    f"[<列出>] <筛选> [<users>] [里|中|里面] (谁|哪些人|哪些 [<users>]) [最|比较] [{_会流失}] <流失>",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The users whose leaving would cost most, first."""
    from bot.at_risk_reply import at_risk_reply

    return at_risk_reply(question, desk)


COMMAND = Command(
    name="at_risk",
    summary=N_("Which users are most at risk of leaving"),
    phrases=PHRASES,
    examples={
        "en": ("who is at risk", "top 20 customers with a churn risk above 80%"),
        "zh": ("快要流失的客户", "流失风险超过80%的前20个客户"),
    },
    answer=answer,
    topic="users",
)
