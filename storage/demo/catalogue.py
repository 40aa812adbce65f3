"""What the demo shop sells: tea, coffee and kitchenware, with an English and a Chinese name each."""

from __future__ import annotations

from dataclasses import dataclass

from storage.demo.truths import DAYS, PRICE_RISE


@dataclass(frozen=True)
class Category:
    """One shelf: its products, and the sizes or colours that each of them comes in."""

    code: str
    name: str
    consumable: bool
    # What may go wrong with an item of it, beyond the delivery.
    fragile: bool
    products: tuple[tuple[str, str, int], ...]  # English, Chinese, price in cents
    variants: tuple[tuple[str, str, float], ...]  # English, Chinese, factor on the price


@dataclass(frozen=True)
class Item:
    """One thing on sale. Days are counted from the opening; prices are before and after the rise."""

    item_id: str
    name: str
    english: str
    chinese: str
    category: int
    old_cents: int
    new_cents: int
    on_sale_from: int
    on_sale_until: int


TEA_SIZES = (
    ("50 g", "50克", 0.58),
    ("100 g", "100克", 1.0),
    ("250 g", "250克", 2.2),
    ("500 g", "500克", 4.0),
)
CAKE_SIZES = (
    ("100 g", "100克", 0.5),
    ("200 g", "200克", 0.8),
    ("357 g", "357克", 1.3),
    ("500 g", "500克", 1.7),
)
BEAN_SIZES = (
    ("250 g", "250克", 1.0),
    ("500 g", "500克", 1.85),
    ("1 kg", "1公斤", 3.4),
    ("2 kg", "2公斤", 6.4),
)
COLOURS = (
    ("white", "白色", 1.0),
    ("celadon", "青瓷色", 1.08),
    ("black", "黑色", 1.0),
    ("rust", "陶红色", 1.05),
)
SETS = (("small", "小号", 0.7), ("medium", "中号", 1.0), ("large", "大号", 1.5), ("travel", "旅行装", 0.85))

CATEGORIES = (
    Category(
        "GT",
        "Green tea / 绿茶",
        True,
        False,
        (
            ("Longjing", "龙井", 1290),
            ("Biluochun", "碧螺春", 1390),
            ("Sencha", "煎茶", 990),
            ("Jasmine green", "茉莉绿茶", 890),
            ("Matcha", "抹茶", 1690),
        ),
        TEA_SIZES,
    ),
    Category(
        "OL",
        "Oolong / 乌龙茶",
        True,
        False,
        (
            ("Oolong Tieguanyin", "铁观音乌龙茶", 1190),
            ("Da Hong Pao", "大红袍", 1590),
            ("Dong Ding", "冻顶乌龙", 1490),
            ("Oriental Beauty", "东方美人", 1890),
            ("Milk oolong", "奶香金萱", 1090),
        ),
        TEA_SIZES,
    ),
    Category(
        "BT",
        "Black tea / 红茶",
        True,
        False,
        (
            ("Keemun", "祁门红茶", 990),
            ("Lapsang Souchong", "正山小种", 1190),
            ("Darjeeling", "大吉岭", 1090),
            ("Assam", "阿萨姆", 790),
            ("Earl Grey", "伯爵红茶", 850),
        ),
        TEA_SIZES,
    ),
    Category(
        "PU",
        "Pu-erh / 普洱茶",
        True,
        False,
        (
            ("Ripe pu-erh cake", "熟普洱茶饼", 2290),
            ("Raw pu-erh cake", "生普洱茶饼", 2690),
            ("Tuocha", "沱茶", 1290),
            ("Pu-erh brick", "普洱茶砖", 1990),
            ("Loose pu-erh", "普洱散茶", 1490),
        ),
        CAKE_SIZES,
    ),
    Category(
        "HT",
        "Herbal tea / 花草茶",
        True,
        False,
        (
            ("Chrysanthemum", "菊花茶", 690),
            ("Rooibos", "路易波士茶", 650),
            ("Peppermint", "薄荷茶", 550),
            ("Rosebud", "玫瑰花茶", 790),
            ("Ginger and lemon", "姜柠茶", 590),
        ),
        TEA_SIZES,
    ),
    Category(
        "CB",
        "Coffee / 咖啡",
        True,
        False,
        (
            ("Yirgacheffe", "耶加雪菲", 1090),
            ("Yunnan arabica", "云南小粒咖啡", 990),
            ("House espresso", "意式拼配", 850),
            ("Sumatra Mandheling", "曼特宁", 1050),
            ("Decaf Colombia", "低因哥伦比亚", 1150),
        ),
        BEAN_SIZES,
    ),
    Category(
        "CG",
        "Coffee gear / 咖啡器具",
        False,
        False,
        (
            ("Filter paper", "咖啡滤纸", 490),
            ("Pour-over dripper", "手冲滤杯", 1890),
            ("Hand grinder", "手摇磨豆机", 4990),
            ("French press", "法压壶", 2790),
            ("Coffee scale", "咖啡秤", 2990),
        ),
        SETS,
    ),
    Category(
        "TP",
        "Teapots / 茶壶",
        False,
        True,
        (
            ("Gongfu teapot", "功夫茶壶", 3290),
            ("Glass teapot", "玻璃茶壶", 2490),
            ("Gaiwan", "盖碗", 1890),
            ("Cast iron teapot", "铸铁壶", 4990),
            ("Yixing teapot", "宜兴紫砂壶", 6990),
        ),
        COLOURS,
    ),
    Category(
        "CU",
        "Cups / 杯具",
        False,
        True,
        (
            ("Gongfu cup", "品茗杯", 690),
            ("Double-wall glass", "双层玻璃杯", 1190),
            ("Stoneware mug", "粗陶马克杯", 1290),
            ("Espresso cup", "浓缩咖啡杯", 890),
            ("Fairness pitcher", "公道杯", 1390),
        ),
        COLOURS,
    ),
    Category(
        "KT",
        "Kettles / 水壶",
        False,
        False,
        (
            ("Gooseneck kettle", "细口壶", 4490),
            ("Electric kettle", "电热水壶", 5490),
            ("Thermos flask", "保温壶", 2490),
            ("Travel tumbler", "随行杯", 1990),
            ("Stovetop kettle", "烧水壶", 3590),
        ),
        COLOURS,
    ),
    Category(
        "KW",
        "Kitchen / 厨房用品",
        False,
        False,
        (
            ("Bamboo whisk", "竹茶筅", 1490),
            ("Tea strainer", "滤茶网", 690),
            ("Pu-erh knife", "普洱茶刀", 990),
            ("Bamboo tea tray", "竹制茶盘", 3890),
            ("Storage tin", "茶叶罐", 1090),
        ),
        SETS,
    ),
    Category(
        "GS",
        "Gift sets / 礼盒",
        False,
        False,
        (
            ("Tea lover's gift set", "茶友礼盒", 3990),
            ("New Year gift set", "新春礼盒", 4990),
            ("Coffee gift set", "咖啡礼盒", 3690),
            ("Teaware gift set", "茶具礼盒", 6990),
            ("Tasting box", "品鉴礼盒", 2490),
        ),
        SETS,
    ),
)

SAMPLES = (("Tea sample", "茶样试喝装"), ("Coffee sample", "咖啡试喝装"))
SAMPLE_CATEGORY = "Samples / 试用装"
CATEGORY_NAMES = (*(category.name for category in CATEGORIES), SAMPLE_CATEGORY)
TEA, COFFEE, GIFT_SETS = slice(0, 5), 5, 11


def stock() -> list[Item]:
    """All items, category by category, the samples last."""
    items: list[Item] = []
    for number, category in enumerate(CATEGORIES):
        place = 0
        for english, chinese, cents in category.products:
            for size, size_chinese, factor in category.variants:
                items.append(
                    Item(
                        item_id=f"{category.code}-{place + 1:03d}",
                        name=f"{english} {size} / {chinese} {size_chinese}",
                        english=english,
                        chinese=chinese,
                        category=number,
                        old_cents=_shelf_price(cents * factor),
                        new_cents=_shelf_price(cents * factor * (1 + PRICE_RISE)),
                        on_sale_from=_launch(len(items), place),
                        on_sale_until=_end(len(items), place),
                    )
                )
                place += 1
    for place, (english, chinese) in enumerate(SAMPLES):
        number = len(CATEGORIES)
        name = f"{english} 5 g / {chinese} 5克"
        items.append(Item(f"SM-{place + 1:03d}", name, english, chinese, number, 0, 0, 0, DAYS))
    return items


def _shelf_price(cents: float) -> int:
    return round(cents / 10) * 10


def _launch(number: int, place: int) -> int:
    # The first size of every product is there from the beginning, so that nothing is out of stock.
    if place % 4 == 0:
        return 0
    if number % 37 == 7:
        return DAYS  # in the list already, and nobody has bought it yet
    return 90 + number * 53 % 600 if number % 9 == 5 else 0


def _end(number: int, place: int) -> int:
    return 250 + number * 29 % 400 if place % 4 == 3 and number % 5 == 1 else DAYS
