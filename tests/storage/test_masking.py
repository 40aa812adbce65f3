"""What tells who wrote a review or how to reach them is masked; everything else stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.masking import MASK, mask

# The text, and what has to be gone from it.
PERSONAL = [
    ("打我电话13812345678谢谢", "13812345678"),
    ("138-1234-5678", "1234"),
    ("１３８１２３４５６７８", "１２３４"),
    ("1 3 8 1 2 3 4 5 6 7 8", "3 8 1 2"),
    ("+86 138 1234 5678", "1234"),
    ("一三八一二三四五六七八", "二三四"),
    ("客服 010-62345678 不接", "62345678"),
    ("(0755)26712345", "26712345"),
    ("+49 171 1234567", "1234567"),
    ("0049 171 1234567", "1234567"),
    ("Ruf 0171/1234567 an", "1234567"),
    ("(212) 555-0123", "0123"),
    ("my phone number is 5550123", "5550123"),
    ("anna.berg@example.com", "anna"),
    ("write to anna (at) example (dot) com", "anna"),
    ("anna at example dot com", "anna"),
    ("me：anna＠example.com", "anna"),
    ("身份证11010519491231002X", "19491231"),
    ("110105 19491231 002X", "19491231"),
    ("passport E12345678", "12345678"),
    ("护照号G12345678", "12345678"),
    ("SSN 123-45-6789", "6789"),
    ("4111 1111 1111 1111", "1111"),
    ("卡号6222020200112230", "2230"),
    ("DE89 3704 0044 0532 0130 00", "3704"),
    ("微信 abc_12345", "abc_12345"),
    ("wechat: anna2024x", "anna2024x"),
    ("QQ 12345678", "12345678"),
    ("送到北京市朝阳区建国路88号院3号楼1201室", "1201"),
    ("住在中山路12号", "中山路"),
    ("阳光花园5栋302室", "302"),
    ("I live at 221B Baker Street, London NW1 6XE", "Baker"),
    ("742 Evergreen Terrace, Springfield, OR 97477", "97477"),
    ("Hauptstraße 12, 10115 Berlin", "10115"),
]
HARMLESS = [
    "order 4711 came late",
    "订单202611240001234567晚到3天",
    "sizes 38 40 42 44 46 48 and 3 4 5 6 7 8 9 10 11 12 13 14",
    "arrived 2026-11-24 at 12:30, ordered on 10.12.2024 13:45:10",
    "129.99 instead of 99.99, 价格1999元, 20% off on 11.11",
    "85123A is broken, EAN 4006381333931, SKU 100-2000-30",
    "tracking 1Z999AA10123456784, SF1234567890123",
    "2024年11月11日下单, 五六七八天才到",
    "at 5 dollars it is fine, I am at example two",
    "wechat support was bad, call me disappointed, 电话客服态度差",
    "我在1路公交站, 第12号店, 快递3号到的",
    "500g, 250 g, 12x30cm, 0.5 mm",
    "",
]
WORDS = st.text(st.characters(categories=["L", "Zs", "P"]), max_size=30)


@pytest.mark.parametrize(("text", "personal"), PERSONAL)
def test_what_is_personal_is_gone(text: str, personal: str) -> None:
    masked = mask(text)
    assert MASK in masked
    assert personal not in masked
    assert mask(masked) == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_not_personal_stays(text: str) -> None:
    assert mask(text) == text


@given(before=WORDS, personal=st.sampled_from(["13812345678", "anna@example.com"]), after=WORDS)
def test_a_number_or_an_address_is_found_among_any_words(before: str, personal: str, after: str) -> None:
    masked = mask(f"{before} {personal} {after}")
    assert personal not in masked
    assert mask(masked) == masked


@given(st.text(max_size=200))
def test_masking_again_changes_nothing(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.text(st.characters(categories=["L", "Zs"], max_codepoint=0x2FF), max_size=200))
def test_words_without_digits_and_signs_stay(text: str) -> None:
    assert mask(text) == text or " at " in text.lower()


@pytest.mark.parametrize(
    "part", ["1 ", "a", "ab.cd-", "138", "中山", "A1 ", "0123 ", "+1 ", "市区", "1 Ab ", "电话1"]
)
def test_a_hostile_text_is_read_to_its_end(part: str) -> None:
    assert mask(part * (100_000 // len(part)) + " 13812345678").endswith(MASK)
