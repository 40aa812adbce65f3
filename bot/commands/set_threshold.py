"""Setting from which risk on users are flagged: plainly, by what contacts cost and bring, or by capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_THE = "[the|our|my|a] [new]"
_THRESHOLD = "(flag|flagging|flagged|warning|alert) (threshold|line|level|limit|cutoff|cut-off)"
_RISK = "[a] [churn] [risk|probability|score] [of]"

_CONTACT = "(contact|call|phone call|message|conversation|letter|sms|email|text)"
_COST = (
    f"[a|an|each|every|one|the|per] {_CONTACT} (costs|cost|is) [me|us|about] {{cost:unit_cost}}"
    "|(contacting|calling|messaging|reaching|writing to) [a|an|one|each|every] [<user>|person] costs [me|us]"
    " [about] {cost:unit_cost}"
    f"|[at|with] [a] [contact] cost of {{cost:unit_cost}} [(a|per|each) {_CONTACT}]"
    f"|{{cost:unit_cost}} (a|an|per|each) {_CONTACT}"
)
_KEPT = "(kept|saved|retained|rescued|won back|returning)"
_VALUE = (
    f"[a|an|each|every|one|the] {_KEPT} (<user>|one) [is|are] (worth|brings|bring) [me|us] [about]"
    " {value:money}"
    "|(keeping|saving|retaining) [a|an|one|each] <user> (is worth|brings) [me|us] [about] {value:money}"
    f"|{{value:money}} (a|per|for each|for every) {_KEPT} <user>"
)
_SUCCESS = (
    "[about|roughly|and] {success:odds} [of them|of those|<users>] [who are called|contacted|called]"
    " (comes back|come back|stays|stay|returns|return"
    "|[can be|is|are|gets|get] (kept|saved|retained|won back))"
    "|[a|the|our] (success rate|success|rate of success|hit rate) [of|is] {success:odds}"
    "|{success:odds} success [rate]"
)
_ECONOMICS = f"({_COST}|{_VALUE}|{_SUCCESS})"

_打 = "(打|拨打|拨|打给|联系|跟进|触达|处理|回访|沟通|通知)"
_个 = "个|通|位|名|人|次|条"
_成本 = (
    "(联系|触达|打电话给|打给|通知|回访|沟通|挽回|打电话|打) [一|每] [次|个|位|名|人|通] [电话|<users>|人]"
    " [的] [成本|费用|花费] [是|要|花|约|大概|需要|要花] {cost:unit_price}"
    "|每 (次|个|条|通|人) (联系|触达|电话|短信|消息|沟通) [的] [成本|费用|花费] [是|要|花|为]"
    " {cost:unit_price}"
    "|(联系|触达|沟通|电话|单次|每次)"
    " [的] (成本|费用) [是|为|约|每次|每人|每个] {cost:unit_cost}"
)
_价值 = (
    "(留住|留下|挽回|保住|召回|救回|挽留) [一|每] [个|位|名] [人|<users>] [能|可以|可|就|大概|约]"
    " [值|价值|带来|赚|收益|相当于|是] {value:money}"
    "|[每|一] [个|位|名] (留住|挽回|留下|保住|召回) 的 [人|<users>] [能|可以|约]"
    " (值|价值|带来|赚|收益) {value:money}"
)
_成功 = (
    "{success:kept_of_several} [人|<users>]"
    "|[大概|约|平均|有|其中] {success:odds} [的] [人|<users>] [能|会|可以|可]"
    " (留住|留下来|留下|挽回|回来|召回|成功|被挽回)"
    "|(成功率|挽回率|挽留率|召回率|成功概率) [是|为|约|大概|在|有] {success:odds}"
)
_经济 = f"({_成本}|{_价值}|{_成功})"

PHRASES = (
    "flag at {at:score}",
    "预警线 {at:score}",
    f"flag {_THE} [<users>] (at|from|above|over|from at least) {_RISK} {{at:score}}"
    " [on|up|upwards|or more|risk|and above]",
    f"[set|change|move|put|raise|lower|make] {_THE} {_THRESHOLD} [to|at|is|of|=|:] {{at:score}}",
    f"warn [me|us] (at|from|above|over) {_RISK} {{at:score}} [on|up|upwards|or more|risk]",
    "[把|将] [流失] (预警线|预警阈值|预警门槛|预警标准|报警线|预警值) [设|设置|调|改|定|调整|提高|降低|提|降]"
    " [为|成|到|在|是|至] {at:score}",
    "[流失] [风险|概率] (达到|超过|高于|大于|从|在) {at:score} [以上|及以上|起] [就|才|时]"
    " (预警|报警|提醒我)",
    f"[if|when|suppose|say] {_ECONOMICS} [and] [{_ECONOMICS}] [and] [{_ECONOMICS}]",
    f"[如果|假如] {_经济} [{_经济}] [{_经济}]",
    f"[set] {_THE} {_THRESHOLD} [by|from|for] [our] (costs|economics|capacity)",
    "[按|根据] (成本|收益|成本收益|人力|产能) [来] [设|设置|定|算] 预警线",
    "(i|we|my team|our team|the team|my colleagues) (can|could|may|manage to|are able to|have time to)"
    " [only|just|at most] (call|contact|phone|ring|reach|handle|message|do|make|manage|write to|talk to)"
    " [up to|at most|about] {per_day:count} [calls|contacts|<users>|of them] (a|per|each|every) [working|work"
    "|business] day",
    "[for|our capacity is|capacity] [about] {per_day:count} (calls|contacts) (a|per|each) [working|work] day",
    f"[我|我们|咱们|团队|客服|我们团队] [一|每] (天|日|个工作日|工作日) [最多|大概|只|大约]"
    f" [能|可以|能够|只能] {_打} {{per_day:count}} [{_个}] [电话|<users>|人]",
    f"[我|我们|咱们|团队|客服|我们团队] [最多|大概|只] [能|可以|能够|只能] [每|一] (天|日|个工作日|工作日)"
    f" {_打} {{per_day:count}} [{_个}] [电话|<users>|人]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What the threshold would find; once confirmed, that it holds."""
    from bot.threshold_reply import set_threshold_reply

    return set_threshold_reply(question, desk)


COMMAND = Command(
    name="set_threshold",
    summary=N_("From which risk on users are flagged: as you say, by what a contact costs, or by capacity"),
    phrases=PHRASES,
    examples={
        "en": (
            "flag at 80 %",
            "a contact costs 2 €, a kept user is worth 40 €, one in five comes back",
            "I can call 30 a day",
        ),
        "zh": (
            "预警线80%",
            "联系一个人2元，留住一个值40元，五个里能留一个",
            "我一天能打30个电话",
        ),
    },
    answer=answer,
    role="admin",
    topic="model",
)
