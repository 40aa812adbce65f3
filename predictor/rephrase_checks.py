"""Whether a text that a language model rephrased may stand: nothing added, nothing lost, on any doubt no."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

from predictor.languages import language_of
from storage.masking import MASK, mask

Doubt = Literal["facts", "number", "discount", "claim", "link", "language", "length", "form"]

# A fact stands in the text as its name in brackets; the model never sees the fact.
FACT = re.compile(r"\[([A-Z]+)\]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LETTERS = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_CODE = re.compile(r"\b(?=\w*[A-Z])[A-Z\d]{3,}\b|\b(?=\w*\d)(?=\w*[A-Za-z])\w{3,}\b")
_LINK = re.compile(
    r"https?:|www\.|://|@|\b[\w-]+\.(?:com|cn|de|net|org|io|shop|store|info|co|eu|me|ly)\b", re.I
)
_MARKUP = re.compile(r"[{}<>*`#|\\_~]|^\s*[-•]\s", re.MULTILINE)

# Each group is compared word by word with the template: what it has already is no doubt.
_AMOUNTS = re.compile(
    r"%|‰|[€$£¥￥₹]|\b(?:percent|per cent|prozent|euros?|eur|usd|dollars?|bucks|cents?|pounds?"
    r"|gbp|cny|rmb|yuan|quid"
    r"|half|halb\w*|hälfte|double|doppelt\w*|triple|twice|dozen|hundred|hundert|thousand|tausend"
    r"|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty|ninety|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|fünfzehn|zwanzig|dreißig|vierzig"
    r"|fünfzig)\b"
    r"|\b(?:jpy|hkd|hk|twd|nt|sgd|krw|aud|cad|chf|yen|won|francs?|franken|rupees?|roubles?|rubles?)\b|[₩₽₫฿￡]"
    r"|[二两三四五六七八九十百千万亿]+|[一几]成|成|元|圆|块钱?|角|分钱|毛钱|美元|美金|欧元|英镑|日元|日圆|日币|港[币元幣]|台币|新台币|澳元|加元"
    r"|新加坡元|新币|韩元|韩币|卢布|法郎|卢比|人民币|百分之|半",
    re.IGNORECASE,
)
_DISCOUNTS = re.compile(
    r"\b(?:discount\w*|off|sales?|deals?|bargains?|vouchers?|coupons?|promo\w*|rebates?|refunds?|cashback|gifts?"
    r"|free\w*|complimentary|sav(?:e|es|ing|ings)|reduc\w+|cheap\w*|special offers?|offers?"
    r"|bonus|rewards?|points"
    r"|loyalty|codes?|price\w*|credits?|rabatt\w*|gutschein\w*|angebot\w*|sonder\w*|aktion\w*|nachlass|gratis"
    r"|kostenlos\w*|umsonst|geschenk\w*|günstig\w*|spar(?:e|en|t|st)|reduziert\w*|versandkosten\w*|prei[s]\w*)\b"
    r"|折|优惠|减|免|送|赠|券|红包|特价|促销|打折|包邮|返现|福利|礼|积分|价|便宜",
    re.IGNORECASE,
)
_CLAIMS = re.compile(
    r"\b(?:guarante\w+|promis\w+|only|last chance|hurry|limited|exclusive\w*|today|tomorrow|now"
    r"|immediately|best"
    r"|never|always|no|not|n't|none|without|won|winner|warrant\w+|deliver\w*|ship\w*|return\w*|money"
    r"|garant\w+|verspr\w+|nur|letzte\w*|exklusiv\w*|heute|morgen|sofort|beste[mnrs]?|nie|immer|kein\w*|nicht|ohne"
    r"|liefer\w*|versand\w*|rückgabe\w*|geld)\b|n't"
    r"|保证|承诺|仅|只|最后|限时|限量|独家|今天|明天|立即|马上|最好|最佳|从不|永远|不|没|无|退|发货|配送|钱",
    re.IGNORECASE,
)
_ABOUT_ITSELF = re.compile(
    r"\b(?:here is|here's|sure|certainly|rephras\w+|rewrit\w+|rewrote|as an ai|language model"
    r"|assistant|instructions?"
    r"|system prompt|ignore|subject|note|version|umformulier\w+|hier ist|gerne|betreff|anweisung\w*)\b"
    r"|改写|以下是|好的|语言模型|指令|忽略|主题",
    re.IGNORECASE,
)
_LEAST, _MOST = 0.5, 1.5


def doubt_about(rephrased: str, template: str, language: str) -> Doubt | None:
    """Why a rephrased text must not stand in a template's place; None where it may.

    Both hold facts by name: [ITEM]. The rephrased one has exactly those, each as often, and no number,
    amount, discount, code, link, claim or negation that the template has not got; it is in the same
    language, about as long, and says nothing about itself.
    """
    if not _LEAST * len(template) <= len(rephrased) <= _MOST * len(template):
        return "length"
    plain = FACT.sub(" ", rephrased)
    was = FACT.sub(" ", template)
    if Counter(FACT.findall(rephrased)) != Counter(FACT.findall(template)) or "[" in plain or "]" in plain:
        return "facts"
    if Counter(_NUMBER.findall(plain)) != Counter(_NUMBER.findall(was)) or _added(_AMOUNTS, plain, was):
        return "number"
    if _added(_DISCOUNTS, plain, was) or _added(_CODE, plain, was):
        return "discount"
    if _LINK.search(plain) or MASK in plain or mask(plain) != plain:
        return "link"
    if _added(_CLAIMS, plain, was) or _lost(_CLAIMS, plain, was):
        return "claim"
    if _MARKUP.search(plain) or _added(_ABOUT_ITSELF, plain, was) or not _printable(plain):
        return "form"
    if not _same_language(plain, was, language):
        return "language"
    return None


def _added(words: re.Pattern[str], text: str, template: str) -> bool:
    had = {found.casefold() for found in words.findall(template)}
    return any(found.casefold() not in had for found in words.findall(text))


def _lost(words: re.Pattern[str], text: str, template: str) -> bool:
    """Whether a claim or a negation is gone, which may turn a sentence into its opposite."""
    return _added(words, template, text)


def _printable(text: str) -> bool:
    return all(character.isprintable() or character == "\n" for character in text)


def _same_language(text: str, template: str, language: str) -> bool:
    letters = _LETTERS.findall(text)
    if not letters:
        return False
    share = len(_CHINESE.findall(text)) / len(letters)
    if language == "zh":
        return share > 0.8
    if share or (any(ord(letter) > 0x24F for letter in letters) and template.isascii()):
        return False
    found = language_of(text)
    if found is not None:
        return found == language
    # Nothing tells: then most of the words have to be the template's own.
    words, had = ({word.casefold() for word in _WORD.findall(each)} for each in (text, template))
    return len(words & had) > len(words) / 2
