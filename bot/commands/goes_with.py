"""What is bought together with a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_IT = "[the] (product|item|article|sku) {product:product}|{product:product}"
_CATEGORY = "[the] category {category:product}"
_SELLS = (
    "sells|goes|is bought|is sold|is purchased|is ordered|do people buy|do customers buy|do users buy"
    "|gets bought|fits|sells together|goes together|is bought together|is often bought"
    "|is often bought together|is usually bought"
)
_BUYERS = f"(people|customers|users|buyers|those) who (buy|bought|ordered|order|get) ({_IT})"
_RULES = (
    "rules|basket rules|association rules|bundles|bundle ideas|cross sell|cross sells|cross selling ideas"
)
_一起 = (
    "一起 (买|卖|购买|下单|卖得好|卖出|出现) [的] [商品|产品|东西] [有哪些|是什么|有什么|都有什么]"
    "|搭配 (什么|哪些) [商品|产品|东西] [卖|好]"
)

PHRASES = (
    "what sells with {product:product}",
    "和 {product:product} 一起买的商品",
    f"(what|which items|which products) [else] ({_SELLS}) with ({_CATEGORY})",
    f"(what|which items|which products) [else] ({_SELLS}) with ({_IT})",
    "(items|products|things) (bought|sold|that go|that sell|often bought) [together] with "
    f"({_CATEGORY}|{_IT})",
    f"({_RULES}) (for|of|with) ({_CATEGORY}|{_IT})",
    f"what (should|could|can) (we|i) (bundle|combine|pair|pack|sell|offer) [together] with "
    f"({_CATEGORY}|{_IT})",
    f"goes with ({_CATEGORY}|{_IT})",
    f"({_BUYERS}) [also|usually|often] (buy|bought|order|get) what [else] [as well|too]",
    f"what [else] (do|did) ({_BUYERS}) [also|usually|often] (buy|order|get) [as well|too]",
    "(买|买过|购买|买了) [商品|产品] {product:product} (的|的人|的用户|的客户|的顾客) (还|也|通常还"
    "|一般还|经常) "
    "(买|会买|买过|爱买|喜欢买) (什么|哪些|啥) [东西|商品|产品]",
    "(什么|哪些|哪些商品|什么商品|啥) (和|跟|与|同) {product:product} (一起|搭配) [买|卖|卖得|购买"
    "|最] [好|多|合适]",
    "{product:product} (和|跟|与|同) (什么|哪些|哪些商品|啥) (一起|搭配|搭) [买|卖|卖得] [好|多]",
    "{product:product} [可以|能|适合] (搭配|搭) (什么|哪些|啥) [商品|产品] [卖|买|好]",
    f"(和|跟|与|同) [商品|产品] {{product:product}} ({_一起}|搭配)",
    f"[商品|产品] {{product:product}} ({_一起})",
    f"(和|跟|与|同) 类别 {{category:product}} ({_一起})",
    "搭配 [商品|产品] {product:product}",
    # the whole shop
    "(what|which items|which products) [often] (sells|sell|goes|go|is bought|are bought) together",
    "[<show>] [me] [all|the] (basket rules|association rules|bundles|bundle ideas|cross sell rules)",
    "(哪些|什么) (商品|产品|东西) [经常|常|总是] 一起 (买|卖|购买)",
    "[所有|全部] (搭配规则|关联规则)|搭配",
)


def answer(question: Question, desk: Desk) -> Reply:
    """Items with support, confidence and lift, those first that are surely no coincidence."""
    from bot.goes_with_reply import goes_with_reply

    return goes_with_reply(question, desk)


COMMAND = Command(
    name="goes_with",
    summary=N_("What is bought together with a product"),
    phrases=PHRASES,
    examples={
        "en": ("what sells with 85123A", "what sells together"),
        "zh": ("和85123A一起买的商品", "哪些商品经常一起买"),
    },
    answer=answer,
    topic="shop",
)
