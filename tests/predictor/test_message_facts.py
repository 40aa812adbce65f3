"""What a message names of the shop's items."""

from __future__ import annotations

import pytest

from predictor.message_facts import without_size


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Da Hong Pao 250 g", "Da Hong Pao 100 g"),
        ("Da Hong Pao, 250g", "Da Hong Pao (1 kg)"),
        ("大红袍 250克", "大红袍100克装"),
        ("Cola 12 x 330 ml", "Cola 1,5 l"),
        ("T-shirt, XL", "T-Shirt, M"),
        ("Shoe size 42", "Shoe size 39"),
        ("Pour-over dripper small", "Pour-over dripper medium"),
        ("Teapot, extra large", "Teapot (mini)"),
        ("Teekanne groß", "Teekanne, kleine"),
        ("手冲滤杯 小号", "手冲滤杯 中号"),
        ("茶壶（特大号）", "茶壶 均码"),
        ("洗衣液大包装", "洗衣液 小瓶装"),
    ],
)
def test_the_sizes_of_one_thing_have_one_name(one: str, other: str) -> None:
    assert without_size(one) == without_size(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Da Hong Pao 250 g", "Tie Guan Yin 250 g"),
        ("大红袍 250克", "铁观音 250克"),
        ("iPhone 15", "iPhone 16"),
        ("大红袍", "小红袍"),
        ("Large-print book", "Small-print book"),
    ],
)
def test_other_things_keep_other_names(one: str, other: str) -> None:
    assert without_size(one) != without_size(other)
