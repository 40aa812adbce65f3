"""The sheet every picture is drawn on: its size, colours and text, and the way it becomes a PNG."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from bot.charts.lettering import ELLIPSIS, LETTER_FORMS, a_sentence, families

# One picture at a time: matplotlib does not promise to draw in several threads.
DRAWING = threading.Lock()

WIDTH, HEIGHT, DPI = 1080, 810, 100
# Heights of letters in pixels; a phone shows the sheet at about a third of its width.
TITLE, LABEL, TICK = 46, 36, 34
LEFT, RIGHT, LOWEST = 44, WIDTH - 44, 34
# Opaque paper: dark letters on it read the same in a light and in a dark chat.
PAPER, INK, MUTED, GRID = "#FAF8F3", "#1D2733", "#55606E", "#DDD8CC"
# Blue, amber, vermilion (after Okabe and Ito) stay apart for colour-blind eyes, and in lightness.
BLUE, AMBER, VERMILION = "#4C9BD1", "#F0B23C", "#B73A12"


def sheet(title: str, *, left: int, bottom: int, top: int) -> tuple[Figure, Axes]:
    """A figure under its title, and axes from `left` to the right margin, `bottom` to `top`, in pixels."""
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes(
        (left / WIDTH, bottom / HEIGHT, (RIGHT - left) / WIDTH, (top - bottom) / HEIGHT), facecolor="none"
    )
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set(color=MUTED, linewidth=1.5)
    axes.tick_params(length=0, pad=10)
    axes.set_axisbelow(True)
    fitted(write(figure, LEFT, HEIGHT - 36, title, size=TITLE, va="top"), RIGHT - LEFT)
    return figure, axes


def write(place: Figure | Axes, x: float, y: float, text: str, *, size: int = LABEL, **style: Any) -> Text:
    """Text at (x, y): pixels from the lower left of a figure, data of axes unless `transform` says else."""
    if isinstance(place, Figure):
        x, y = x / WIDTH, y / HEIGHT
    return place.text(x, y, a_sentence(text), **{"color": INK, **lettering(size), **style})


def lettering(size: int) -> dict[str, Any]:
    """What every text of that height in pixels is drawn with; `$` is a dollar sign, never mathematics."""
    return {
        "family": families(),
        "fontsize": size * 72 / DPI,
        "parse_math": False,
        "language": LETTER_FORMS,
    }


def fitted(text: Text, width: float, *, smallest: int = TICK) -> Text:
    """The text in smaller letters, and at last cut, where it is wider than `width` pixels."""
    size = float(text.get_fontsize())
    while width_of(text) > width and size > smallest * 72 / DPI:
        size -= 1
        text.set_fontsize(size)
    while width_of(text) > width:
        text.set_text(text.get_text().removesuffix(ELLIPSIS)[:-1] + ELLIPSIS)
    return text


def width_of(text: Text) -> float:
    """How many pixels wide the text is."""
    return text.get_window_extent().width


def round_amounts(lowest: float, highest: float) -> Sequence[float]:
    """Round amounts from `lowest` to `highest`, three steps or fewer; the outermost may lie beyond them."""
    return [float(at) for at in MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]).tick_values(lowest, highest)]


def ticks(axes: Axes, axis: str, at: Sequence[float], labels: Sequence[str]) -> None:
    """Labels at these places of the x or y axis, with lines across at the y ones.

    Labels at either end of the x axis stand within it; what would still leave the sheet is left out.
    """
    style: dict[str, Any] = {"color": MUTED, **lettering(TICK)}
    shown = [a_sentence(label) for label in labels]
    if axis == "y":
        axes.set_yticks(list(at), shown, **style)
        axes.grid(axis="y", color=GRID, linewidth=1.5)
        return
    axes.set_xticks(list(at), shown, **style)
    start, end = axes.get_xlim()
    for place, label in zip(at, axes.get_xticklabels(), strict=True):
        label.set_horizontalalignment("left" if place == start else "right" if place == end else "center")
        label.set_visible(label.get_window_extent().x1 < WIDTH - 8)


def below(axes: Axes, words: str) -> None:
    """What the x axis measures, under its labels."""
    box = axes.get_window_extent()
    figure = axes.get_figure(root=True)
    assert figure is not None
    text = write(figure, (box.x0 + box.x1) / 2, LOWEST, words, size=TICK, ha="center", color=MUTED)
    fitted(text, box.width)


def png(figure: Figure) -> bytes:
    """The figure as a PNG; the same figure gives the same bytes."""
    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=DPI, metadata={"Software": None})
    return written.getvalue()
