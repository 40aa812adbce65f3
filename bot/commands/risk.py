"""How likely one user is to place no order within the horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_ASK = (
    "what does the model say about|any|is there [a|any]|<what is>|[can] <show> [me|us] [if]"
    "|<predict>|<what is> your <predict>"
)
_WHETHER = "[<show>|see|know|predict|find out|tell|think|estimate] [me|us] (if|whether)"

PHRASES = (
    "[<what is> the] churn risk (for|of) {user:who}",
    "{user:who} 的流失风险",
    # the risk as a thing
    f"[{_ASK}] [<the>|a] [current|overall|estimated|predicted] <high> <risk> (for|of|on|with"
    "|from) {user:who}",
    f"[{_ASK}] [<the>|a] [current|overall|estimated|predicted] <risk> (for|of|on|with|from|to us "
    "of) {user:who}",
    f"[{_ASK}|<看>] [<the>] {{user:who}} ['s|s|的|现在的|目前的|当前的] [current|现在|目前|当前"
    "|最近|到底|究竟] <risk> [<是多少>]",
    "[<看>] [<the>] <risk> [是|for] {user:who}",
    f"for {{user:who}} [{_ASK}] [<the>] <risk>",
    f"[{_ASK}] [<the>] (risk|chance|chances|probability|likelihood|odds|danger|possibility) (of "
    "(losing {user:who}|{user:who} <leaving>)"
    "|[that] {user:who} (<leaves>|(will|is going to|might|may|could) <leave>|is <leaving>)|for "
    "{user:who} to <leave>|(we|we'll|we will) lose {user:who})",
    "(how worried|how concerned) should (i|we) be (about|for) {user:who}",
    "(score|rate) {user:who}",
    "is {user:who} still (with us|a customer|our customer|loyal|loyal to us)",
    "does {user:who} have (a|the|any) [<high>] <risk>",
    "(could|might|may|would|will) {user:who} be <leaving>",
    "(predict|forecast|estimate) [the] (churn|attrition) (for|of) {user:who}",
    "churn {user:who}|{user:who} churn",
    # yes or no
    "(is|are) {user:who} [still|really|very|most|more|currently|actually|already] (<about to> "
    "(<leave>|<leaving>)|<at risk>|[a] (safe|loyal|flagged|at risk|high risk) [<user>])",
    "(is|are) {user:who} (planning|thinking|considering) [on|to|of|about] (<leave>|<leaving>)",
    "(will|would|could|might|may|can|does|do) {user:who} [probably|really|likely|ever|soon] <leave>",
    "(will|would|could|might|may|can|does|do) {user:who} [probably|really|likely|ever] (order|buy"
    "|shop|purchase|come back|return|stay|be back|reorder) [with us|from us|again|any more"
    "|anymore]",
    "does {user:who} (look|seem) (like|likely to|about to|to be) (<leaving>|<leave>|at risk|[a] churner)",
    "(do|did) you (think|believe|expect|reckon) [that] {user:who} (will|is going to|might|may"
    "|could|would|is about to|is likely to) <leave>",
    "(do|did) you (think|believe|expect|reckon) [that] {user:who} is (<at risk>|<leaving>)",
    f"{_WHETHER} {{user:who}} (will|is going to|might|may|could|would|is about to|is likely to) <leave>",
    f"{_WHETHER} {{user:who}} is (<at risk>|<leaving>)",
    "[predict|tell|estimate] how (likely|probable) (is|are) {user:who} to <leave>",
    "how (likely|probable) {user:who} is to <leave>",
    "how (likely|probable) (is it|it is) [that] {user:who} (<leaves>|(will|is going to|might|may"
    "|could) <leave>|is <leaving>)",
    "how likely (is it for {user:who} to <leave>|are we to lose {user:who})",
    "how (risky|safe|endangered|vulnerable|loyal|at risk) is {user:who}",
    "(are|will|might|could|do) we [going to|about to|likely to|at risk of|in danger of|risk"
    "|soon] (losing|lose) {user:who}",
    "should (i|we) [be] (worry|worried|concerned) (about|for|over) {user:who}",
    "{user:who} [is] <at risk>",
    "how (is|'s) [<the>] <risk> (of|for|with) {user:who} [looking|doing|now]|how's [<the>] <risk> (of"
    "|for|with) "
    "{user:who} [looking|doing|now]",
    "does {user:who} still (buy|order|shop|purchase|come|care) [from us|with us|here]",
    "(would|do) you (say|think|guess) [that] {user:who} is (<leaving>|<at risk>|leaving|gone|lost)",
    "(how is|how's|hows) {user:who} doing [in terms of] risk [wise]|how risky is {user:who} [now|these days]",
    "do (we|i) (have|need) to (worry|be worried|be concerned) (about|for) {user:who}",
    "(will|would|does) {user:who} (still|ever) (be|keep|keep on|go on) (buying|ordering|shopping|purchasing) "
    "[from us|with us] [again]",
    "is {user:who} (gone|lost|leaving us|out|off) [soon|already]|(has|have) {user:who} (left|gone) "
    "[us] [already]",
    "(any|is there [a|any]) (danger|chance|risk) [that] {user:who} (<leaves>|will <leave>|is <leaving>)",
    # 会不会
    "[<看>] {user:who} [现在|最近|目前|以后|之后|到底|究竟|是] [<会>] <流失> [掉|走|人|我们] [了|的] [吗]",
    "[<看>] {user:who} [现在|最近|目前|以后|之后|到底|究竟] (有多大可能|有多大概率|多大可能"
    "|多大概率|有多少可能|有没有可能|可能不可能|可不可能) [性] [会] <流失> [掉] [了]",
    "[<看>] {user:who} [现在|最近|目前] (有|有没有|是否有|是不是有|存在|是否存在|是不是存在"
    "|存不存在|有多大|有多高|有多少) [多大|多高|一定] [的] <risk>",
    "{user:who} [以后|之后|将来|最近|接下来] (还会|还能|还|会不会|会|是否会|还会不会|还可能|可能"
    "|是不是还会|是否还会) [再] (来|下单|买|购买|消费|回来|回购|复购|光顾|来买|继续买|回头|买东西"
    "|来买东西) [吗]",
    "[<看>] {user:who} [现在|目前] [是不是|是否|算|算不算|很|是] [有|有点] (危险|安全|稳定|稳"
    "|危不危险|安不安全|稳不稳|稳不稳定|危险吗|高风险|高危|悬) [的] [<user>]",
    "[我们] [<会>] (失去|流失|丢掉|丢失|丢|损失) {user:who} [了]",
    "{user:who} 还 (来不来|买不买|回不回来|下不下单) [了]",
    "(会不会|会|要|快要) (失去|流失|丢掉|丢失) {user:who} [了]",
    "{user:who} [以后|之后|将来|最近|接下来] (还会|还能|会不会|会|是否会|还会不会) (回来|再来) (买"
    "|下单|消费|购买|光顾)",
    "{user:who} [的] 流失率 [是多少|多少|高不高|高]",
    "{user:who} (还在不在|还在|留不留得住|还留得住|能留住|留得住|留得住留不住|保得住|稳不稳)",
    "[<看>] {user:who} (流失|离开) (预测|预警|分析)",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The probability first, then why, then how often such a score came true."""
    from bot.risk_reply import risk_reply

    return risk_reply(question, desk)


COMMAND = Command(
    name="risk",
    summary=N_("How likely a user is to leave"),
    phrases=PHRASES,
    examples={
        "en": ("churn risk for user 42", "will customer C-5502 leave?"),
        "zh": ("用户42的流失风险", "客户C-5502会流失吗"),
    },
    answer=answer,
    topic="users",
)
