"""Which language a text is in, and the code of a language as shops write it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from predictor.said import is_chinese

_CODES = {
    "english": "en",
    "englisch": "en",
    "英文": "en",
    "英语": "en",
    "chinese": "zh",
    "chinesisch": "zh",
    "mandarin": "zh",
    "cn": "zh",
    "中文": "zh",
    "汉语": "zh",
    "german": "de",
    "deutsch": "de",
    "德语": "de",
    "德文": "de",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "dutch": "nl",
}
# What every few words of a language are, and no other of these uses.
_COMMON = {
    "en": "the and of to is was for with it this that you your we our not are have has had but very my from"
    " they on at as be so just off free all orders order",
    "de": "der die das und ist war für mit es nicht ein eine einen sie ihr ihre ihnen wir sich"
    " auch auf von zu"
    " dem den im ich haben hat bei aus sehr rabatt versand gratis kostenlos bestellung bestellungen ab",
    "fr": "le la les et est pour avec une des nous vous pas très c'est je du dans votre vos sur",
    "es": "el los las y es para con una muy por que no su sus nosotros usted pero del en",
    "it": "il gli e è per con una molto che non sono della di nel voi noi questo",
    "nl": "het een en is voor met niet zeer wij u uw van op maar dat deze ook",
}
_SETS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def language_code(said: str) -> str | None:
    """The code of a language: en for en, en-US, EN_gb and English; None for what is none."""
    plain = said.strip().casefold()
    if plain in _CODES:
        return _CODES[plain]
    first = re.split(r"[-_.\s]", plain)[0]
    if first in _CODES:
        return _CODES[first]
    return first if re.fullmatch(r"[a-z]{2,3}", first) else None


def language_of(text: str) -> str | None:
    """The language that a text is in; None where nothing tells, or two are as likely."""
    if is_chinese(text):
        return "zh"
    words = [word.casefold() for word in _WORD.findall(text)]
    counts = Counter(
        {language: sum(word in common for word in words) for language, common in _SETS.items()}
    ).most_common(2)
    (first, most), (_, second) = counts
    return first if most > second else None


def usual_language(texts: Iterable[str]) -> str | None:
    """The language that most of these texts are in; None where none of them tells."""
    found = Counter(language for text in texts if (language := language_of(text)))
    return found.most_common(1)[0][0] if found else None
