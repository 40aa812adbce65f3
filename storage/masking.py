"""Personal data in what people write: phones, e-mails, cards, identity numbers and addresses made `***`.

Names are not found: only a list of them could tell Rose from a rose. What is masked stays masked when it is
masked again, and everything else stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable

MASK = "***"

# Full-width letters, digits and signs are read as their plain forms, place for place.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

_CJK = "\u4e00-\u9fff"
# Not in the middle of a number, a price or a code.
_NO_DIGIT_BEFORE, _NO_DIGIT_AFTER = r"(?<![A-Za-z\d.])", r"(?!\d)"
_TLD = r"(?:com|net|org|info|io|edu|gov|cn|de|uk|fr|nl|at|ch|hk|tw|jp|eu|me|co)"

_EMAIL = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    # anna (at) example dot com
    r"|[\w.+-]{1,64}\s?(?:[(\[{]\s?(?:at|@)\s?[)\]}]|\sat\s|#at#|艾特)\s?[\w-]{1,63}"
    rf"\s?(?:[(\[{{]\s?(?:dot|\.)\s?[)\]}}]|\sdot\s|\.|点)\s?{_TLD}(?![\w-])",
    re.IGNORECASE | re.ASCII,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b", re.ASCII)
_CHINESE_ID = re.compile(
    rf"{_NO_DIGIT_BEFORE}[1-9]\d{{5}}[ -]?(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"[ -]?\d{3}[\dXx](?![\dA-Za-z])",
    re.ASCII,
)
_CARD = re.compile(rf"{_NO_DIGIT_BEFORE}\d(?:[ -]?\d){{12,18}}{_NO_DIGIT_AFTER}", re.ASCII)
_CARD_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|35\d{14}|6(?:011|5\d\d)\d{12}|62\d{14,17}"
)
_SSN = re.compile(
    rf"{_NO_DIGIT_BEFORE}(?<!-)(?!000|666|9)\d{{3}}-(?!00)\d\d-(?!0000)\d{{4}}(?![\d-])", re.ASCII
)

# One kind of separator throughout: a list of sizes or a date with a time is no phone number.
_PHONES = (
    # Chinese mobiles, also digit by digit; area code and number; service numbers
    rf"(?:(?:\+|00)?86[ -]?)?{_NO_DIGIT_BEFORE}1[3-9]\d(?P<a>[ .·_-]?)\d{{4}}(?P=a)\d{{4}}{_NO_DIGIT_AFTER}",
    rf"(?:(?:\+|00)?86[ -]?)?{_NO_DIGIT_BEFORE}1[3-9]\d(?P<b>[ .·_-]?)\d{{3}}(?P=b)\d{{5}}{_NO_DIGIT_AFTER}",
    rf"{_NO_DIGIT_BEFORE}1(?P<c>[ .,，、·_*-])[3-9](?:(?P=c)\d){{9}}{_NO_DIGIT_AFTER}",
    rf"{_NO_DIGIT_BEFORE}[(]?0(?:10|2\d|[3-9]\d\d)[)]?[ -]?[2-9]\d{{6,7}}{_NO_DIGIT_AFTER}",
    rf"{_NO_DIGIT_BEFORE}[48]00[ -]\d{{3,4}}[ -]\d{{3,4}}{_NO_DIGIT_AFTER}",
    # the world's: +49 171 1234567, 0049 171 …
    r"(?<![\w+])\+[1-9](?:[ ().\/-]{0,2}\d){7,14}(?!\d)",
    rf"{_NO_DIGIT_BEFORE}00[1-9]\d{{0,2}}(?:[ ().\/-]{{1,2}}\d{{2,}}){{2,5}}{_NO_DIGIT_AFTER}",
    # German and British: a trunk 0 and a gap; American: 3-3-4
    rf"{_NO_DIGIT_BEFORE}(?<![/-])[(]?0[1-9]\d{{1,4}}[)]?(?:[ ]?[/-][ ]?|[ ])"
    rf"\d{{3,8}}(?:[ -]?\d{{2,4}}){{0,3}}{_NO_DIGIT_AFTER}",
    rf"{_NO_DIGIT_BEFORE}(?<![/-])(?:1[ .-])?(?:[(]\d{{3}}[)][ ]?|\d{{3}}[ .-])\d{{3}}[ .-]\d{{4}}(?![\d-])",
)
_PHONE = tuple(re.compile(form, re.ASCII) for form in _PHONES)
# Whatever stands behind such a word is how somebody is reached, or who they are.
_INTRODUCED = re.compile(
    r"(?:tel(?:efon|ephone)?|phone|mobile|cell|handy|whatsapp|(?:call|text) me(?: on| at)?|ruf mich an"
    r"|电话|手机|热线|致电|打给|联系方式|联系我|加我|微信|wechat|weixin|\bvx|qq|telegram"
    r"|\bssn|passport|id number|id card|ausweis|身份证|护照|银行卡|卡号|证件)"
    r"(?:号码?|(?:[ -]?(?:number|no|nummer|nr))\b)?(?: is| ist)?[\s.:：#是为，,=-]{0,4}"
    r"(?P<it>[A-Za-z]{0,3}\+?\d(?:[ ().\/-]?\d){5,18}[Xx]?(?![\w])|[A-Za-z](?=\w*\d)[\w-]{5,19})",
    re.IGNORECASE | re.ASCII,
)
_SPELT = "〇零一幺二两三四五六七八九"
_SPELT_OUT = re.compile(
    rf"(?<![{_SPELT}\dA-Za-z])(?=[\d\s-]{{0,20}}[{_SPELT}])[一幺1](?:[-\s]?[{_SPELT}\d]){{10}}(?![{_SPELT}\d])"
)

_FLOOR = rf"(?:[\s,，]?[{_CJK}A-Za-z]{{0,6}}?\d{{1,4}}(?:号楼|号院|栋|幢|座|单元|层|楼|室|号|房))"
_CHINESE_ADDRESS = re.compile(
    rf"(?:[{_CJK}]{{2,7}}?(?:省|自治区|市|区|县|镇|乡)){{0,4}}"
    rf"(?:[{_CJK}]{{2,4}}(?:大道|路|街|巷|弄|胡同|村)(?:[东西南北]?[一二三四五六七八九十]?段)?\d{{1,5}}(?:号|弄)"
    rf"|[{_CJK}]{{2,5}}(?:小区|花园|公寓|大厦|家园|新村|花苑|雅苑)(?=[\s,，]?[{_CJK}A-Za-z]?\d{{1,4}}(?:号楼|栋|幢|座|单元|室)))"
    rf"{_FLOOR}{{0,4}}"
)
_WESTERN_ADDRESS = re.compile(
    r"\b\d{1,5}[A-Za-z]?,?\s(?:[A-Z][\w'’.-]{0,30}\s){1,4}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Square|Terrace|Crescent)\b\.?"
    r"(?:,?\s(?:Apt|Apartment|Unit|Flat|Suite|#)\.?\s?\w{1,6})?"
    r"(?:,\s[A-Z][\w'’.-]{2,30}){0,2}(?:,?\s[A-Z]{2}\s\d{5}(?:-\d{4})?|,?\s[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})?"
)
_GERMAN_ADDRESS = re.compile(
    r"\b[A-ZÄÖÜ][a-zäöüß]{1,30}(?:[ -][A-ZÄÖÜ]?[a-zäöüß]{2,30}){0,2}?"
    r"(?:straße|strasse|str\.|weg|gasse|platz|allee|ring|damm|ufer|[ -](?:Straße|Str\.|Weg|Platz|Allee|Ring))"
    r"\s?\d{1,4}\s?[a-z]?\b(?:,?\s(?:D-)?\d{5}\s[A-ZÄÖÜ][\wäöüß-]{1,30})?"
)
_ANY = re.compile(r"\d|@|[〇零一幺二两三四五六七八九]{7}|\bat\b|艾特", re.IGNORECASE)


def mask(text: str) -> str:
    """The text with `***` in place of what may tell who wrote it or how to reach them."""
    plain = text.translate(_PLAIN)
    if not _ANY.search(plain):
        return text
    hidden: list[tuple[int, int]] = []
    for find in _FINDERS:
        hidden += find(plain)
    return _without(text, hidden)


def _spans(pattern: re.Pattern[str], holds: Callable[[str], bool] = lambda found: True) -> _Finder:
    group = "it" if "it" in pattern.groupindex else 0

    def find(plain: str) -> list[tuple[int, int]]:
        return [found.span(group) for found in pattern.finditer(plain) if holds(found[group])]

    return find


_Finder = Callable[[str], list[tuple[int, int]]]


def _is_card(found: str) -> bool:
    """Whether an issuer gives numbers like this and the last digit is right (Luhn, ISO/IEC 7812-1)."""
    digits = re.sub(r"\D", "", found)
    if not _CARD_ISSUERS.fullmatch(digits):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def _is_iban(found: str) -> bool:
    """Whether the check digits are right (ISO 13616: modulo 97 is 1)."""
    account = found.replace(" ", "")
    return len(account) >= 15 and int("".join(str(int(c, 36)) for c in account[4:] + account[:4])) % 97 == 1


_FINDERS: tuple[_Finder, ...] = (
    _spans(_EMAIL),
    _spans(_IBAN, _is_iban),
    _spans(_CHINESE_ID),
    _spans(_CARD, _is_card),
    _spans(_SSN),
    *(_spans(pattern) for pattern in _PHONE),
    _spans(_INTRODUCED),
    _spans(_SPELT_OUT),
    _spans(_CHINESE_ADDRESS),
    _spans(_WESTERN_ADDRESS),
    _spans(_GERMAN_ADDRESS),
)


def _without(text: str, hidden: list[tuple[int, int]]) -> str:
    """The text with each run of hidden places as one mask."""
    parts: list[str] = []
    end = 0
    for start, stop in sorted(hidden):
        if start > end or not parts:
            parts += [text[end:start], MASK]
        end = max(end, stop)
    return "".join([*parts, text[end:]])
