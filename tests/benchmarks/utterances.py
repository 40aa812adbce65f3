"""The utterances that understanding is measured on: those written by hand, and those made from templates
and by mistyping, which `python -m tests.benchmarks.utterances` makes anew.

`utterances.jsonl` holds one a line: text, command and args meant, language, way, split and kind. A third is
`held`, chosen by hash, and not to be looked at while patterns are written: a mistyped sentence is in the
split of the one it was made from.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.folding import HAN, is_chinese

FILE = Path(__file__).parent / "utterances.jsonl"
SEED = 20261124

BY_HAND, BY_TEMPLATE, BY_MISTYPING = "hand", "template", "mistyped"
WELL_SPELT, MISSPELT, OUT_OF_SCOPE = "well-spelt", "misspelt", "out-of-scope"


@dataclass(frozen=True)
class Utterance:
    """What somebody wrote and what was meant; `unknown` where nothing may be done."""

    text: str
    command: str
    args: Mapping[str, object]
    language: str
    way: str
    split: str
    kind: str


def utterances() -> list[Utterance]:
    """All of them, as they stand in the file."""
    return [Utterance(**json.loads(line)) for line in FILE.read_text(encoding="utf-8").splitlines()]


def split_of(text: str) -> str:
    """A third is held, whatever is added later."""
    return "held" if hashlib.sha256(text.encode()).digest()[0] % 3 == 0 else "dev"


def language_of(text: str) -> str:
    """English, Chinese, or mixed where words of both stand in it."""
    if not is_chinese(text):
        return "en"
    return "mixed" if re.search(r"[A-Za-z]{3}", text) else "zh"


# -- templates: what is meant, then a way of saying it for each combination ----------------------------

_EN_USER = ("user", "customer", "client", "the buyer", "member")
_ZH_USER = ("用户", "客户", "顾客", "会员", "买家")
_EN_ASK = ("", "please ", "can you ", "hi, could you ", "I'd like you to ", "ok now ")
_ZH_ASK = ("", "请", "帮我", "麻烦", "你好，")
# Only these can be asked for so.
_VERBS = re.compile("show|list|explain|tell|recommend|draft|assign|mark|snooze|pick|查看|列出|给|暂缓|把")
_IDS = ("7", "318", "C-2044", "u_905", "A19")

# (command, fixed arguments, templates); {id} becomes the argument user, {who} a word for one.
_TEMPLATES: tuple[tuple[str, dict[str, object], str, tuple[str, ...]], ...] = (
    ("risk", {}, "en", ("show me the churn risk of {who} {id}", "what is the risk of losing {who} {id}",
                        "is {who} {id} about to leave", "how likely is {who} {id} to churn")),
    ("risk", {}, "zh", ("{who}{id}的流失风险是多少", "{who}{id}会不会流失", "{who}{id}流失的概率有多大")),
    ("explain", {}, "en", ("why is {who} {id} at risk", "explain the risk of {who} {id}",
                           "tell me why {who} {id} is leaving")),
    ("explain", {}, "zh", ("为什么{who}{id}会流失", "{who}{id}的流失原因", "{who}{id}为什么风险高")),
    ("profile", {}, "en", ("show me the profile of {who} {id}", "tell me about {who} {id}")),
    ("profile", {}, "zh", ("{who}{id}的资料", "查看{who}{id}的详情")),
    ("recommend", {}, "en", ("what should we offer {who} {id}", "recommend something for {who} {id}")),
    ("recommend", {}, "zh", ("给{who}{id}推荐商品", "{who}{id}可能会买什么")),
    ("value", {}, "en", ("what is {who} {id} worth", "lifetime value of {who} {id}")),
    ("value", {}, "zh", ("{who}{id}的终身价值", "{who}{id}下次什么时候下单")),
    ("draft", {}, "en", ("draft a message to {who} {id}",)),
    ("draft", {"channel": "sms"}, "zh", ("给{who}{id}写一条短信",)),
    ("take", {}, "en", ("I'll take {who} {id}", "assign {who} {id} to me")),
    ("take", {}, "zh", ("我来跟进{who}{id}", "把{who}{id}交给我")),
    ("contacted", {}, "en", ("I have called {who} {id}", "mark {who} {id} as contacted")),
    ("contacted", {}, "zh", ("已联系{who}{id}", "我给{who}{id}打过电话了")),
    ("snooze", {"days": 7}, "en", ("snooze {who} {id} for a week", "snooze {who} {id} for 7 days")),
    ("snooze", {"days": 7}, "zh", ("暂缓{who}{id}七天", "{who}{id}先放一周")),
    ("at_risk", {"limit": 15}, "en", ("top 15 {users} at risk", "list the fifteen riskiest {users}",
                                      "the 15 {users} most likely to leave")),
    ("at_risk", {"limit": 15}, "zh", ("风险最高的15个{users}", "前十五个快流失的{users}")),
    ("at_risk", {"min_risk": 0.6}, "en", ("{users} with a churn risk above 60 %", "{users} over 60% risk")),
    ("at_risk", {"min_risk": 0.6}, "zh", ("流失风险超过六成的{users}", "流失概率高于60%的{users}")),
    ("at_risk", {}, "en", ("which {users} are about to leave", "show me the {users} at risk")),
    ("at_risk", {}, "zh", ("哪些{users}快要流失了", "列出高风险{users}")),
    ("overview", {"period": "last_month"}, "en", ("{figures} last month", "how was last month")),
    ("overview", {"period": "last_month"}, "zh", ("上个月的{figures}",)),
    ("overview", {"period": "quarter-q3"}, "en", ("{figures} in Q3", "{figures} of the third quarter")),
    ("overview", {"period": "quarter-q3"}, "zh", ("第三季度的{figures}", "三季度{figures}")),
    ("overview", {"period": "since_month-06"}, "en", ("{figures} since June",)),
    ("overview", {"period": "since_month-06"}, "zh", ("六月以来的{figures}", "从6月到现在的{figures}")),
    ("reviews", {"days": 14}, "en", ("what did {users} complain about in the last two weeks",)),
    ("reviews", {"days": 14}, "zh", ("近14天{users}在抱怨什么",)),
    ("segment", {"goal": "promo", "limit": 50}, "en", ("promo list of 50", "pick 50 {users} for the promo")),
    ("segment", {"goal": "promo", "limit": 50}, "zh", ("促销名单50人",)),
    ("segment", {"goal": "winback"}, "en", ("winback list", "which {users} should we win back")),
    ("segment", {"goal": "winback"}, "zh", ("召回名单", "应该召回哪些{users}")),
)  # fmt: skip
_WORDS = {
    "en": {"who": _EN_USER, "users": ("customers", "users", "clients", "buyers", "members"),
           "figures": ("sales", "revenue", "orders")},
    "zh": {"who": _ZH_USER, "users": _ZH_USER, "figures": ("销售额", "业绩", "订单")},
}  # fmt: skip
PER_TEMPLATE = 5


def from_templates(chance: random.Random) -> Iterator[Utterance]:
    """Some of the combinations of each template, with and without politeness."""
    for command, args, language, templates in _TEMPLATES:
        for template in templates:
            words = _WORDS[language]
            names = [name for name in words if f"{{{name}}}" in template]
            combinations = [
                dict(zip(names, values, strict=True))
                for values in itertools.product(*(words[name] for name in names))
            ]
            for filled in chance.sample(combinations, min(PER_TEMPLATE, len(combinations))):
                user = chance.choice(_IDS)
                said = template.format(**filled, id=user)
                asked = chance.choice(_EN_ASK if language == "en" else _ZH_ASK)
                if not _VERBS.match(said):
                    asked = ""
                meant = {**args, **({"user": user} if "{id}" in template else {})}
                yield Utterance(
                    asked + said, command, meant, language_of(said), BY_TEMPLATE, split_of(said), WELL_SPELT
                )


# -- mistyping -----------------------------------------------------------------------------------------

_NEIGHBOURS = {
    letter: row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for place, letter in enumerate(row)
}
# What a pinyin keyboard puts instead.
_ALIKE = {
    "流": "留刘", "失": "师湿", "风": "封丰", "险": "显先", "客": "克课", "户": "护互", "用": "佣永",
    "推": "退", "荐": "见件", "训": "寻讯", "练": "炼链", "模": "摩磨", "型": "形行", "为": "位维",
    "什": "神时", "原": "源元", "因": "音阴", "资": "姿自", "料": "了廖", "名": "明鸣", "单": "但担",
    "销": "消肖", "售": "受授", "额": "饿", "业": "页叶", "绩": "机迹", "评": "平瓶", "价": "加",
    "促": "醋", "活": "火", "动": "洞懂", "效": "校笑", "果": "国过", "导": "倒岛", "出": "初",
    "日": "曰", "报": "抱爆", "跟": "根", "进": "近尽", "联": "连莲", "系": "戏", "暂": "站", "缓": "换",
    "召": "招昭", "回": "会", "高": "糕", "概": "盖", "率": "绿", "顾": "故", "会": "汇惠", "员": "园",
    "家": "佳", "终": "钟", "身": "深", "值": "直", "订": "定", "抱": "报", "怨": "院",
}  # fmt: skip
MISTYPED = 300
# A slip in these is what was said.
_FREE = {"text", "product", "question", "category", "segment", "name", "operator"}


def mistyped(chance: random.Random, sources: list[Utterance]) -> Iterator[Utterance]:
    """A slip or two in a word of each; ids, numbers and what is free to say stay as they are."""
    made = 0
    sources = [each for each in sources if not _FREE & each.args.keys()]
    for source in chance.sample(sources, len(sources)):
        text = _slipped(chance, source.text)
        if text is not None:
            made += 1
            yield Utterance(
                text, source.command, source.args, source.language, BY_MISTYPING, source.split, MISSPELT
            )
        if made == MISTYPED:
            return


def _slipped(chance: random.Random, text: str) -> str | None:
    places = [found.span() for found in re.finditer(r"(?<![\w/@-])[A-Za-z]{4,}(?![\w@-])", text)]
    if places and not is_chinese(text):
        for start, end in sorted(
            chance.sample(places, min(len(places), chance.choice((1, 1, 2)))), reverse=True
        ):
            text = text[:start] + _slip(chance, text[start:end]) + text[end:]
        return text
    characters = [place for place, character in enumerate(text) if character in _ALIKE]
    if len(re.findall(f"[{HAN}]", text)) < 4 or not characters:
        return None
    place = chance.choice(characters)
    return text[:place] + chance.choice(_ALIKE[text[place]]) + text[place + 1 :]


def _slip(chance: random.Random, word: str) -> str:
    place = chance.randrange(1, len(word) - 1)
    way = chance.choice(("swap", "drop", "double", "neighbour"))
    if way == "swap" and word[place] != word[place + 1]:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if way == "drop":
        return word[:place] + word[place + 1 :]
    if way == "neighbour" and word[place] in _NEIGHBOURS:
        return word[:place] + chance.choice(_NEIGHBOURS[word[place]]) + word[place + 1 :]
    return word[:place] + word[place] + word[place:]


def main() -> None:
    """Keep what was written by hand, make the rest anew."""
    chance = random.Random(SEED)
    by_hand = [each for each in utterances() if each.way == BY_HAND]
    templates = [*from_templates(chance)]
    sources = [each for each in (*by_hand, *templates) if each.kind == WELL_SPELT]
    every = {each.text: each for each in (*mistyped(chance, sources), *templates, *by_hand)}
    kept = sorted(every.values(), key=lambda each: (each.way, each.command, each.language != "en"))
    lines = [json.dumps(asdict(each), ensure_ascii=False) for each in kept]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
