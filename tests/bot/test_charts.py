"""Real pictures: readable on a phone, in both languages, whatever the data and the ids hold."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from bot.chart import (
    Chart,
    Effect,
    Effects,
    GroupShares,
    OrderTimeline,
    Reliability,
    ReliabilityBin,
    RiskDistribution,
)
from bot.charts import available, draw
from bot.charts.drawing import figure_of
from bot.charts.lettering import LETTER_FORMS, a_name, a_sentence, drawable
from bot.charts.sheet import DPI, HEIGHT, WIDTH, lettering, png
from bot.charts.time_axis import time_labels
from bot.i18n import _, using
from predictor.metrics import wilson

ROOT = Path(__file__).parents[2]
DAY = date(2026, 6, 30)
PHONE_WIDTH, SMALLEST_ON_A_PHONE = 390, 11
MOST_BYTES = 300_000
HOSTILE_IDS = (
    "$A$ and $\\frac{1}{",
    "a\0b\x1b[31m",
    "👨‍👩‍👧❤️🇩🇪",
    "أحمد",
    "‮משתמש‬ 42",
    "用户$1.50$张三丰有一个很长很长的名字",
    "x" * 5000,
    "ﷺ" * 40,
    "\ud800",
    "a\nb\tc",
    "e\u0301\u0302",
    "∑₹₿𝔘\U000e0041",
    "",
)


def timeline(*money: tuple[int, int], returns: tuple[tuple[int, int], ...] = (), **changes: object) -> Chart:
    """Orders and returns as days before DAY with cents."""
    chart = OrderTimeline(
        user="42",
        orders=[(DAY - timedelta(days), cents) for days, cents in money],
        returns=[(DAY - timedelta(days), cents) for days, cents in returns],
        as_of=DAY,
        currency="EUR",
        usual_gap_days=19.0 if len(money) > 1 else None,
    )
    return replace(chart, **changes)  # type: ignore[arg-type]


def points(*bins: tuple[float, int, int]) -> Reliability:
    """Mean probability, churned, users."""
    return Reliability(
        [
            ReliabilityBin(mean, churned / users, users, *wilson(churned, users))
            for mean, churned, users in bins
        ]
    )


def risks(users: int, flag_at: float | None = 0.92) -> RiskDistribution:
    drawn = np.random.default_rng(0).beta(0.8, 0.6, users).tolist()
    return RiskDistribution(drawn, flag_at, users // 10)


WEEKLY = [(7 * week + 61, 1500 + 531 * (week % 7)) for week in range(40, -1, -1)]


def groups(*rows: tuple[str, float, float, float | None]) -> Chart:
    with using("zh"):
        return GroupShares(_("Segments"), rows)


CHARTS: dict[str, Chart] = {
    "risks of a shop": risks(2227),
    "risks of millions, one value": RiskDistribution([0.5] * 1_234_567, 0.5, 1_234_567),
    "risks at the ends": RiskDistribution([0.0, 1.0, 1.0], 1.0, 2),
    "flagged from nothing on": risks(40, flag_at=0.0),
    "flagged in the middle": risks(40, flag_at=0.51),
    "no line of flags": risks(40, flag_at=None),
    "nobody active": RiskDistribution([], 0.9, 0),
    "orders and returns": timeline(*WEEKLY, returns=((80, 900), (75, 2500))),
    "one order": timeline((61, 1999)),
    "one order today": timeline((0, 1999)),
    "no order": timeline(),
    "an order yesterday": timeline((400, 500), (1, 700)),
    "400 orders": timeline(*((3 * i, i * 7919 % 9000) for i in range(400, 0, -1)), returns=((700, 3000),)),
    "huge amounts": timeline((50, 10**15), (20, 5), returns=((2, 40),), currency="USD"),
    "returns beyond the orders": timeline((50, 500), (20, 500), returns=((10, 123_456_789),)),
    "no money": timeline((50, 0), (2, 0), currency=None),
    "less than nothing": timeline((50, -500), (20, 300)),
    "an odd currency": timeline((50, 123_456), (20, 99), currency="$X$"),
    "all on one day": timeline(*[(5, 1000)] * 30),
    "a lapsed user": timeline((3000, 500), (2900, 700)),
    "a century": timeline((36_500, 500), (20_000, 700), (300, 100)),
    "a back-test": points((0.05, 10, 241), (0.25, 272, 1127), (0.55, 322, 619), (0.86, 1580, 1847)),
    "a back-test and whom it finds": replace(
        points((0.05, 10, 241), (0.86, 1580, 1847)),
        found=[(n / 20, 1 - (1 - n / 20) ** 2.2) for n in range(21)],
    ),
    "whom it finds at the ends": replace(points((0.5, 1, 3)), found=[(0.0, 0.0), (0.2, 1.0), (1.0, 1.0)]),
    "no better than chance": replace(points((0.5, 1, 3)), found=[(0.0, 0.0), (0.2, 0.2), (1.0, 1.0)]),
    "one point": points((0.5, 1, 3)),
    "points at the ends": points((0.001, 0, 5), (0.999, 90_000, 90_000)),
    "no points": Reliability([]),
    "effects of campaigns": Effects(
        [
            Effect(f"2026-0{each}", "3-14", each / 50 - 0.1, each / 50 - 0.3, each / 50, each > 1)
            for each in range(1, 8)
        ],
        Effect("2026", "", 0.04, 0.01, 0.07, over=True),
    ),
    "an effect of nothing": Effects([Effect("1", "", 0.0, 0.0, 0.0, over=True)], None),
    "an effect that may be anything": Effects([Effect("7" * 80, "", 0.9, -1.0, 1.0, over=False)], None),
    "segments": groups(("高频复购客户", 0.15, 0.53, 0.39), ("流失的低客单价客户", 0.1, 0.02, None)),
    "ten groups": groups(*((f"SUSUS: SUSU SUSUSUS {n}", 0.1, 0.1, 0.5) for n in range(10))),
    "one group": groups(("活跃客户", 1.0, 1.0, 0.995)),
    "groups of no money": groups(("甲", 0.5, 0.0, None), ("乙", 0.5, -0.2, None)),
    "no groups": groups(),
}
every_chart = pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
both_languages = pytest.mark.parametrize("tongue", ["en", "zh"])


def texts(figure: Figure) -> list[Text]:
    """What is to be read in a figure."""
    figure.canvas.draw()
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def said(chart: Chart) -> list[str]:
    return [text.get_text() for text in texts(figure_of(chart))]


# -- every picture ---------------------------------------------------------------------------------------


@every_chart
@both_languages
def test_a_picture_is_a_small_png_of_the_size_of_the_sheet(chart: Chart, tongue: str) -> None:
    with using(tongue):
        content = draw(chart)
    assert len(content) < MOST_BYTES
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
        assert image.convert("RGBA").getchannel("A").getextrema() == (255, 255), "opaque, for dark chats too"


@every_chart
@both_languages
def test_no_text_leaves_the_sheet_or_lies_on_another(chart: Chart, tongue: str) -> None:
    with using(tongue):
        found = texts(figure_of(chart))
    boxes = {text: text.get_window_extent() for text in found}
    for text, box in boxes.items():
        assert box.x0 >= 0 and box.x1 <= WIDTH and box.y0 >= 0 and box.y1 <= HEIGHT, text
    for one, other in combinations(boxes, 2):
        common = Bbox.intersection(boxes[one], boxes[other])
        assert common is None or min(common.width, common.height) < 1, (one, other)


@every_chart
@both_languages
def test_all_text_is_large_enough_for_a_phone(chart: Chart, tongue: str) -> None:
    with using(tongue):
        for text in texts(figure_of(chart)):
            pixels = float(text.get_fontsize()) * DPI / 72
            assert pixels * PHONE_WIDTH / WIDTH >= SMALLEST_ON_A_PHONE, text


@every_chart
def test_no_text_is_taken_for_mathematics_and_chinese_has_its_own_forms(chart: Chart) -> None:
    for text in texts(figure_of(chart)):
        assert not text.get_parse_math(), text
        assert text.get_language() == LETTER_FORMS, text


@every_chart
def test_a_chinese_picture_says_nothing_in_english(chart: Chart) -> None:
    if chart == CHARTS["an odd currency"]:
        return
    with using("zh"):
        letters = {letter for text in said(chart) for letter in text if letter.isascii() and letter.isalpha()}
    assert letters <= set("US")  # US$


@pytest.mark.parametrize("user", HOSTILE_IDS, ids=range(len(HOSTILE_IDS)))
@both_languages
def test_no_id_breaks_a_picture(user: str, tongue: str) -> None:
    chart = timeline(*WEEKLY, user=user)
    with using(tongue):
        assert len(draw(chart)) < MOST_BYTES  # a glyph that no font has would warn, and a warning is an error
        (title, *_others) = sorted(texts(figure_of(chart)), key=lambda text: -text.get_window_extent().y1)
    assert title.get_window_extent().x1 <= WIDTH


# -- what they say ---------------------------------------------------------------------------------------


def test_the_distribution_says_its_bands_and_flags() -> None:
    shown = said(RiskDistribution([0.1] * 2 + [0.5] * 3 + [0.9] * 5, 0.82, 4))
    assert {"Risk of the 10 active users", "low risk", "2 · 20 %", "3 · 30 %", "5 · 50 %"} <= set(shown)
    assert "flagged from 82 % · 4 users" in shown
    with using("zh"):
        assert {"10名活跃用户的流失风险", "低风险", "5名 · 50%", "82%起预警 · 共4名"} <= set(
            said(RiskDistribution([0.1] * 2 + [0.5] * 3 + [0.9] * 5, 0.82, 4))
        )


def test_a_bar_has_the_colour_of_its_band_and_all_users_are_in_bars() -> None:
    chart = RiskDistribution([0.0, 1 / 3, 0.4, 2 / 3, 1.0], None, 0)
    (axes,) = figure_of(chart).axes
    # The strips beside the names of the bands hang at the top; bars stand on the line.
    bars = [bar for bar in axes.patches if bar.get_y() == 0 and bar.get_height() > 0]  # type: ignore[attr-defined]
    by_colour: dict[object, float] = {}
    for bar in bars:
        colour = bar.get_facecolor()
        by_colour[colour] = by_colour.get(colour, 0) + bar.get_height()  # type: ignore[attr-defined]
    assert sorted(by_colour.values()) == [1, 2, 2]


def test_the_timeline_measures_the_silence_against_the_usual_gap() -> None:
    shown = said(timeline(*WEEKLY))
    assert {"61 days without an order", "usually every 19 days"} <= set(shown)
    assert "return" not in shown
    assert "return" in said(timeline(*WEEKLY, returns=((70, 100),)))
    assert "one day without an order" in said(timeline((9, 100), (1, 100)))
    assert not [text for text in said(timeline((9, 100), (0, 100))) if "without" in text]


@pytest.mark.parametrize("name", [name for name, chart in CHARTS.items() if isinstance(chart, OrderTimeline)])
def test_the_words_about_the_silence_stand_above_all_orders(name: str) -> None:
    figure = figure_of(CHARTS[name])
    (axes,) = figure.axes
    notes = [text.get_window_extent().y0 for text in texts(figure) if text in axes.texts]
    heads = [
        axes.transData.transform((0.0, float(amount)))[1]
        for line in axes.lines
        if line.get_marker() in ("o", "v")
        for amount in np.asarray(line.get_ydata())
    ]
    assert max(heads, default=0) < min(notes, default=HEIGHT)


def test_nothing_that_is_said_of_the_flags_is_cut() -> None:
    (cut,) = [text for text in said(CHARTS["risks of millions, one value"]) if "flagged" in text]
    assert cut == "flagged from 50 % · 1,234,567 users"


def test_the_timeline_writes_money_in_the_currency() -> None:
    assert {"€0", "€20", "€40"} <= set(said(timeline((90, 5000), (61, 400))))
    assert {"0", "20", "40"} <= set(said(timeline((90, 5000), (61, 400), currency=None)))


def test_the_reliability_counts_its_scores() -> None:
    assert "1,368 scores in the back-test; bars: 95 % interval" in said(
        points((0.1, 10, 241), (0.3, 272, 1127))
    )


def test_beside_the_reliability_stands_whom_the_riskiest_fifth_holds() -> None:
    chart = CHARTS["a back-test and whom it finds"]
    assert {"of them found", "users, riskiest first", "20 % → 39 %"} <= set(said(chart))
    assert chart.alt.endswith("The riskiest 20 % of users hold 39 % of those who left.")
    assert "of them found" not in said(CHARTS["a back-test"])


def test_a_point_grows_with_its_users() -> None:
    (axes,) = figure_of(points((0.1, 100, 1000), (0.5, 50, 100))).axes
    sizes = [line.get_markersize() for line in axes.lines if line.get_marker() == "o"]
    assert sizes[0] > 2 * sizes[1]


# -- text ------------------------------------------------------------------------------------------------


def test_what_no_font_has_becomes_one_box_and_what_cannot_be_seen_goes() -> None:
    assert drawable("用户 Ünï ₹ 한국 −…") == "用户 Ünï ₹ 한국 −…"
    assert drawable("a👨‍👩‍👧b") == "a□b"
    assert drawable("a\0\u202eb\ud800c\nd") == "abc d"


def test_a_long_name_keeps_its_ends() -> None:
    name = a_name("customer-" + "0" * 5000 + "-4711")
    assert "customer-" in name and "4711" in name and "…" in name
    assert len(name) < 25


def test_a_name_keeps_its_direction_to_itself() -> None:
    assert a_sentence(f"User {a_name('أحمد')}: 12") == "User \u2068أحمد\u2069: 12"


def test_chinese_characters_are_drawn_each_with_its_own_shape() -> None:
    drawn = {}
    for character in "用户单□":
        figure = Figure(figsize=(1, 1), dpi=DPI)
        figure.text(0.1, 0.3, character, **lettering(46))
        drawn[character] = png(figure)
    assert len(set(drawn.values())) == 4


@pytest.mark.parametrize("span", [1, 2, 7, 28, 45, 59, 60, 90, 200, 365, 500, 730, 1200, 2000, 4000, 36_500])
@both_languages
def test_a_time_axis_has_a_few_labels_that_differ(span: int, tongue: str) -> None:
    first = DAY - timedelta(span)
    with using(tongue):
        labels = time_labels(first, DAY)
    assert 1 <= len(labels) <= 4
    assert len({name for _day, name in labels}) == len(labels)
    assert all(first <= day <= DAY for day, _name in labels)


# -- the process -----------------------------------------------------------------------------------------


def test_threads_draw_at_once_each_in_its_language() -> None:
    chart = CHARTS["orders and returns"]

    def drawn(tongue: str) -> bytes:
        with using(tongue):
            return draw(chart)

    alone = {tongue: drawn(tongue) for tongue in ("en", "zh")}
    assert alone["en"] != alone["zh"]
    with ThreadPoolExecutor(4) as pool:
        tongues = ["en", "zh"] * 4
        assert list(pool.map(drawn, tongues)) == [alone[tongue] for tongue in tongues]


def test_a_drawing_leaves_no_figure_and_no_thread() -> None:
    def figures() -> int:
        gc.collect()
        return sum(isinstance(one, Figure) for one in gc.get_objects())

    draw(CHARTS["a back-test"])
    before, threads = figures(), threading.active_count()
    for chart in CHARTS.values():
        draw(chart)
    assert figures() <= before
    assert threading.active_count() == threads


def test_matplotlib_is_loaded_by_drawing_alone_and_without_pyplot() -> None:
    script = """
import sys
from bot.chart import Reliability
from bot import charts
assert charts.available()
assert "matplotlib" not in sys.modules
assert charts.draw(Reliability([]))[:4] == b"\\x89PNG"
assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
"""
    place = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True, env=place)


@pytest.mark.parametrize("missing", ["matplotlib", "cvttf_NotoSansCJK_Regular"])
def test_without_its_libraries_there_are_no_pictures(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert available()
    monkeypatch.setitem(sys.modules, missing, None)
    assert not available()
