"""The audience for a goal: who should get a promotion, a winback, an upsell, VIP treatment or a welcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_EACH = "(a|an|per|each|every|for each|for every) [contact|message|mail|email|e-mail|sms|text|user|customer]"
_COST = (
    f"[at|and|with] {{per_contact:unit_cost}} ({_EACH})|[at|and] [a] cost [of] {{per_contact:unit_cost}}"
    f" [{_EACH}]"
)
_BUDGET = (
    f"((for|with|within|on|of) [a] (budget of {{budget:money}}|{{budget:money}} budget|{{budget:price}})"
    f"|[a] budget [of|is] {{budget:money}}) [and] [{_COST}]"
)
_SIZE = (
    "([of|for|with|limit|limit to|max|maximum|only|just|the] [top|best|first] {limit:size} [<users>|contacts]"
    "|[of|for|with|the|only] [the] [top|best] {share:percent} [of] [<the>] [<users>]"
    f"|{_BUDGET})"
)
_DISCOUNT = "([with|at|of|offering|and] [a|an] {discount:discount} (off|discount|coupon|voucher|rebate))"
_CHANNEL = "((by|via|through|over|per|using) [a|an] {channel:channel})"
_FILE = (
    "([exported] (for|in|to) [a|the] {preset:file_preset} [format|file|list|export]"
    "|[as|in|to] [a|an] ({preset:file_preset}|{format:file_format}) [format|file|list|export|sheet])"
)
_TAIL = (
    f"[{_SIZE}] [{_DISCOUNT}] [{_CHANNEL}] [{_SIZE}] [{_DISCOUNT}] [{_CHANNEL}] [{{consent:any_consent}}]"
    f" [{_FILE}]"
)
_GOAL = (
    "[a|an|the|our|my|this|that|next|upcoming|the next|our next] {goal:goal} [campaign|mailing|message"
    "|email|mail]"
)
_WHOM = (
    "([for|of|among|from|to|with|in|out of] [<the>] ({segment:known_group}|[<users>] <in segment>|<users>)"
    " [<users>] [<who spent>] [and|,] [<who bought>] [and|,] [<who spent>])"
)
_GROUP = "(segment|audience|target group|target list|list|target audience|group|mailing list|contact list)"

# 人群
_客群 = "([<花费>] [的] [且|并且|,] [<筛选>] [且|并且|,] [<花费>] [的] [<users>])"
_花费 = (
    "[总] 预算 [为|是|共|有|只有] {budget:money} [,|的] [每 (条|人|次|个|封|位|个人) [成本|花费|费用|短信"
    "|约|要|是]"
    " {per_contact:unit_cost}]"
)
_个 = "<个>|个用户|位客户|个客户|位用户"
_规模 = (
    f"([前|最多|只要|限|选|大概|约] {{limit:size}} [{_个}]|前 {{share:percent}}|{{share:percent}} 的"
    f" <users>|{_花费})"
)
_折扣 = "([给|送|打|发|用] {discount:discount} [折扣|优惠|减免|off])"
_渠道 = "([用|通过|以|走|发] {channel:channel} [渠道|发送|发|推送|触达])"
_文件 = (
    "([导出|生成|输出|做成|用于|给|按] [成|为|到] ({preset:file_preset}|{format:file_format}) [格式|文件"
    "|名单|表格|用])"
)
_尾 = f"[{_规模}] [{_折扣}] [{_渠道}] [{_规模}] [{{consent:any_consent}}] [{_文件}]"
_人群 = "(人群|人群包|名单|客群|目标人群|目标用户|目标客户|受众|<users>)"
_圈选 = (
    "(圈选|圈出|圈|筛选|筛出|选出|选|挑选|挑出|挑|找出|找|生成|做|建|创建|准备|给我|列出|拉|拉出|来) [一批"
    "|一个|一份"
    "|一下|出|下]"
)

PHRASES = (
    "segment for {goal:goal} [{limit:size}] [top {share:percent}]",
    "圈选{goal:goal}人群 [{limit:size}人] [前{share:percent}]",
    f"[<list>] [make|build|create|prepare|pick|draw] [me|us] [<the>] {_GROUP} for {_GOAL} {_TAIL}",
    f"segment [<the>] [<users>] for {_GOAL} {_TAIL}",
    f"[<list>] [make|build|create|prepare] [me|us] [<the>] {{goal:goal}} {_GROUP} {_TAIL}",
    f"(make|build|create|prepare|find|pick|choose|select|get|list|show) [me|us] [the] {_SIZE} for {_GOAL}"
    f" {_TAIL}",
    f"[<list>] [the] [best|top|right] {_SIZE} for {_GOAL} {_TAIL}",
    f"[<list>] [<the>] (best|right) <users> for {_GOAL} {_TAIL}",
    f"(who|whom|which <users>|who all) should [be] (get|getting|receive|receiving|have|be sent|sent|in)"
    f" {_GOAL} {_TAIL}",
    f"(who|whom|which <users>) (should|do|shall|can) (i|we) (send|mail|give|offer|target with|target for"
    f"|include in|email"
    f"|text) {_GOAL} [to] {_TAIL}",
    f"(who|whom|which <users>) (should|can|could|shall) (i|we) {{goal:goal}} {_TAIL}",
    f"(who|whom|which <users>) should (i|we) (target|contact|write to|email|mail|message) (for|with|in)"
    f" {_GOAL} {_TAIL}",
    f"(who|whom|which <users>) (gets|receives|deserves|needs|qualifies for|is due) {_GOAL} {_TAIL}",
    f"(pick|choose|select|find) [me|us] {{limit:size}} <users> for {_GOAL} {_TAIL}",
    f"send {_GOAL} to (whom|who|which <users>) {_TAIL}",
    f"audience {{goal:goal}} {_TAIL}|segment {{goal:goal}} {_TAIL}",
    f"(segment|audience) {_TAIL}",
    "(segment|audience|target group) for [a|an|the|our] {asked_goal:other_goal} [{limit:size}]",
    # 圈选
    f"[{_圈选}] [{_规模} [的]] {{goal:goal}} [活动] [的] {_人群} {_尾}",
    f"[{_圈选}] [适合|参加|参与|用于|做|发] {{goal:goal}} [活动] [的] [{_规模}] [的] {_人群} {_尾}",
    f"{_规模} [,] [{_圈选}] {{goal:goal}} [活动] [的] [{_人群}] {_尾}",
    f"[为|给] {{goal:goal}} [活动] {_圈选} [{_规模}] [的] {_人群} {_尾}",
    f"(谁|哪些人|哪些 <users>|什么人) [最] (应该|该|适合|值得|可以) [收到|参加|拿到|得到|发|获得|享受|做"
    f"|领] {{goal:goal}}"
    f" [活动] {_尾}",
    f"{{goal:goal}} [活动] [应该|该|要] (发给|给|推给|推送给|通知) (谁|哪些人|哪些 <users>) {_尾}",
    "{goal:goal} [活动] [应该|该|要] (发给|给|推给|推送给|通知) (谁|哪些人|哪些 <users>) [比较|更"
    "|最] (好|合适|划算)",
    f"[我们] (应该|该|要|可以|值得) {{goal:goal}} (谁|哪些人|哪些 <users>|哪些) {_尾}",
    f"[应该|该|要] 给 (谁|哪些人|哪些 <users>) (发|推|推送|送) {{goal:goal}} {_尾}",
    _花费,
    # of a segment, of who spent so much, of those who bought one thing and not another
    f"[<list>] [make|build|create|prepare|pick|draw] [me|us] [<the>] {_GROUP} for {_GOAL} {_WHOM} {_TAIL}",
    f"[<list>] [make|build|create|prepare] [me|us] [<the>] {{goal:goal}} [{_GROUP}|campaign] {_WHOM} {_TAIL}",
    f"(segment|audience) {{goal:goal}} {_WHOM} {_TAIL}",
    f"(who|whom|which <users>) {_WHOM} should [be] (get|getting|receive|receiving|have|be sent|in) {_GOAL}"
    f" {_TAIL}",
    f"(who|whom|which <users>) should (get|receive|have|be sent) {_GOAL} {_WHOM} {_TAIL}",
    f"[{_圈选}] [给|对|为|向|在|从] {_客群} [里|中|里面|当中|中间|,] [的] [做|搞|发|推|推送|{_圈选}]"
    f" [一次|一个|一批|个] {{goal:goal}} [活动] [的] [{_人群}] {_尾}",
    f"{{goal:goal}} [活动] [的] {_人群} [,|:] [只要|仅限|限|只|来自] {_客群} {_尾}",
    f"{_圈选} {{asked_goal:other_goal}} (人群|人群包|名单|客群) [{{limit:size}} [{_个}]]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The list, what it is expected to order, why these users, and the file."""
    from bot.segment_reply import segment_reply

    return segment_reply(question, desk)


COMMAND = Command(
    name="segment",
    summary=N_("Who should get a promotion, a winback, an upsell, VIP treatment or a welcome"),
    phrases=PHRASES,
    examples={
        "en": ("segment for promo 200", "who should get the promo", "winback list for 500 €, 2 € a contact"),
        "zh": ("圈选促销人群", "召回人群 200人"),
    },
    answer=answer,
    topic="shop",
)
