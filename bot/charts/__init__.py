"""A chart as a PNG that reads well on a phone; drawing needs the extra `telegram`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.chart import Chart


def available() -> bool:
    """Whether what draws is installed; without it a reply goes without its picture."""
    return all(find_spec(name) is not None for name in ("matplotlib", "cvttf_NotoSansCJK_Regular"))


def draw(chart: Chart) -> bytes:
    """The picture as a PNG of 1080 × 810 pixels, in the language in use; from any thread.

    Raises ModuleNotFoundError where `available()` is false.
    """
    from bot.charts.drawing import figure_of
    from bot.charts.sheet import DRAWING, png

    with DRAWING:
        return png(figure_of(chart))
