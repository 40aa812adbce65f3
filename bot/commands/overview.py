"""How the shop did in a period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_FIGURES = (
    "sales|revenue|turnover|orders|numbers|figures|overview|summary|results|kpis|performance|business|takings"
)
_IN = "[in|for|of|during|over|from|within|on|between]"
_VS = "[as] (compared|in comparison) (to|with)|against|versus|vs|vs.|next to|beside"
_和 = "和|与|跟|同|比|对比|相比|较|比较"
_数 = "销售额|销售|营业额|营收|收入|订单|订单量|业绩|数据|概况|总览|经营情况|经营数据|情况|生意"
_怎样 = "[卖得|卖的|过得|表现] 怎么样|如何|怎样|好不好|咋样|多少|有多少|是多少"

PHRASES = (
    "how are we doing [{period:period}]",
    "[{period:period}] [店铺] 经营情况",
    f"how (are|did|were|have) we (doing|do|done) {_IN} [{{period:period}}]",
    f"how (is|was|are|were|did) [the|our] [shop|store|business|sales|revenue|orders|shop do] [doing|going] "
    f"{_IN} {{period:period}}",
    "how (is|are) [the|our] (shop|store|business|sales|revenue|orders) (doing|going)",
    f"[<list>] [<the>] [our|my|total|net] ({_FIGURES}) {_IN} {{period:period}}",
    f"[<list>] {{period:period}} ['s|s] [our|total|net] ({_FIGURES})",
    f"(what|how much|how many) (was|were|is|are) [the|our] [total|net] ({_FIGURES}) {_IN} [{{period:period}}]"
    f"|how (much|many) (did we (sell|make|earn)|orders (did|do) we (get|have)) {_IN} {{period:period}}",
    "[<list>] [<the>] (overview|shop overview|sales overview|kpis)|overview {period:period}",
    f"[<列出>] {{period:period}} [的|我们|店里|店铺] [的] ({_数}) [{_怎样}]",
    f"[我们|店里|店铺] {{period:period}} [的] ({_数}|{_怎样}) [{_怎样}]",
    "[<列出>] (经营概况|经营总览|店铺概况|总览|概况)",
    "how (is|'s) [the|our] (business|trade|trading|shop doing)|how's (business|trade|the shop|the "
    "shop doing)",
    "how (is|are) [the|our] (business|shop|store|sales|revenue|orders|trade)",
    "[<list>] [<the>] (business|shop|store|sales|trading) (overview|summary|report|figures|numbers)",
    f"[<list>] [our|total|net] ({_FIGURES}) {{period:period}} (so far|until now|to date|up to now)",
    "[<列出>] [我们|本店|店里|店铺] [的] [店铺|门店] (情况|状况|近况|经营状况|业绩)",
    f"how did {{period:period}} (go|do|look|turn out)|how (has|have) [the|our] (business|sales) (been"
    f"|gone) {_IN} {{period:period}}",
    "how (has|have) (we|it|business) (been|been doing|done|gone) {period:period}",
    f"(what|how much) (did|have|do) we (sell|sold|make|made|earn|earned|take|turn over) {_IN} "
    f"{{period:period}}",
    "[<列出>] {period:period} [我们|店里|店铺|一共|总共] (卖了|卖出|成交|赚了|做了|进账) (多少"
    "|多少钱|多少单|几单)",
    "[我们|店里|店铺|最近|现在] [的] (生意|经营|业务|店铺|买卖) [做得] (怎么样|如何|怎样|好不好|咋样|好吗)",
    # compared with another one
    f"how (are|did|were|have) we (doing|do|done) {_IN} [{{period:period}}] ({_VS}) {{compare:compared}}",
    f"how (is|was|are|were|did) {_IN} {{period:period}} ({_VS}) {{compare:compared}}",
    f"[<list>] [<the>] [our|my|total|net] ({_FIGURES}) {_IN} {{period:period}} ({_VS}) {{compare:compared}}",
    f"[<list>] {{period:period}} ['s|s] [our|total|net] [{_FIGURES}] ({_VS}) {{compare:compared}}",
    f"compare [the|our|total|net] [{_FIGURES}] {_IN} {{period:period}} ['s|s] [{_FIGURES}] "
    f"(with|to|and|{_VS}) [that of] {{compare:compared}}",
    f"[<列出>] {{period:period}} [的] [{_数}] ({_和}) {{compare:compared}} [的] [{_数}] [{_和}] [{_怎样}]",
    f"[{{period:period}}] [的] ({_数}) {{compare:compared}} [{_怎样}]",
    f"(比较|对比) [一下] {{period:period}} (和|与|跟|同) {{compare:compared}} [的] [{_数}]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The figures, beside those of the period before."""
    from bot.overview_reply import overview_reply

    return overview_reply(question, desk)


COMMAND = Command(
    name="overview",
    summary=N_("Orders, revenue and users of a week or any period"),
    phrases=PHRASES,
    examples={
        "en": ("how are we doing this week", "sales last month"),
        "zh": ("本周店铺经营情况", "上个月销售额"),
    },
    answer=answer,
    topic="shop",
)
