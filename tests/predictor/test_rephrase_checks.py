"""What a language model changes is refused."""

from __future__ import annotations

import pytest

from predictor.rephrase_checks import doubt_about

EN = "Hello, you ordered [ITEM] on [DATE]. Were you happy with it? Tell us."
ZH = "您好，您[DATE]购买的[ITEM]用得还好吗？有任何问题请告诉我们。"


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Hello, on [DATE] you ordered [ITEM]. Are you happy with it? Let us know."),
     ("zh", "您好，您在[DATE]买的[ITEM]还满意吗？有问题请告诉我们哦。")],
)  # fmt: skip
def test_other_words_are_let_through(language: str, text: str) -> None:
    assert doubt_about(text, {"en": EN, "zh": ZH}[language], language) is None


@pytest.mark.parametrize(
    "money",
    ["日元", "日圆", "港币", "港元", "台币", "英镑", "韩元", "美金", "几块", "九成", "一毛钱", "澳元"],
)
def test_money_of_any_country_is_an_amount(money: str) -> None:
    assert (
        doubt_about(f"您好，您在[DATE]买的[ITEM]还满意吗？有问题请告诉我们，{money}。", ZH, "zh") == "number"
    )


@pytest.mark.parametrize("money", ["yen", "HKD", "won", "francs", "CHF", "₩", "฿"])
def test_money_of_any_country_is_an_amount_in_english(money: str) -> None:
    text = f"Hello, you ordered [ITEM] on [DATE]. Were you happy with it {money}? Tell us."
    assert doubt_about(text, EN, "en") == "number"


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Hello, you ordered [ITEM] on [DATE]. Come back for a discount, tell us!", "discount"),
        ("Hello, you ordered [ITEM] on [DATE]. Are you happy? Use SAVE now and tell us.", "discount"),
        ("Hello, you ordered [ITEM] on [DATE]. Are you happy? Get 20 % this week.", "number"),
        ("Hello, you ordered [ITEM] on [DATE]. Are you half as happy with it? Tell us.", "number"),
        ("Hello, you ordered [ITEM] on 3 May. Were you happy with it? Tell us.", "facts"),
        ("Hello, you ordered [ITEM] and [ITEM] on [DATE]. Were you happy with it?", "facts"),
        ("Hello, you ordered [ITEM] on [DATE]. Happy? Tell us at www.shop.example please.", "link"),
        ("Hello, you ordered [ITEM] on [DATE]. Were you not happy with it? Tell us.", "claim"),
        ("Sure, you ordered [ITEM] on [DATE]. Were you happy with it? Tell us.", "form"),
        ("Hallo, Sie haben am [DATE] [ITEM] bestellt. Sind Sie mit der Ware zufrieden?", "language"),
        ("您好，您[DATE]购买的[ITEM]用得还好吗？有任何问题请告诉我们。谢谢您的支持", "language"),
        ("[ITEM] [DATE]", "length"),
    ],
)
def test_a_doubt_is_found(text: str, doubt: str) -> None:
    assert doubt_about(text, EN, "en") == doubt
