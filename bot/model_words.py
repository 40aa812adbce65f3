"""How good a model is, in a few sentences an operator understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import formats
from bot.i18n import _

if TYPE_CHECKING:
    from storage.model_store import ModelRecord


def figures(record: ModelRecord) -> list[str]:
    """The back-test in sentences: ranking, accuracy beside the majority's, calibration beside its floor."""
    card = record.card
    metrics = card["metrics"]
    lines = [
        _(
            "Tested on {dates} past dates with {users} scores: AUROC {auroc} (0.5 is guessing),"
            " average precision {ap}."
        ).format(
            dates=len(card["test_dates"]),
            users=formats.count(card["users"]),
            auroc=figure(metrics["auroc"]),
            ap=figure(metrics["average_precision"]),
        ),
        _("Right at 50 %: {accuracy} of users; always saying the more frequent answer: {majority}.").format(
            accuracy=_share(metrics["accuracy"]), majority=_share(metrics["majority_accuracy"])
        ),
        _("Flagged from {flag_at} on; that found {recall} of those who placed no order.").format(
            flag_at=_share(card["flag_at"]), recall=_share(metrics["recall"])
        ),
        _("Calibration: off by {ece} on average, of which {floor} is chance.").format(
            ece=_points(metrics["ece"]), floor=_points(metrics["ece_floor"])
        ),
    ]
    compared = card["baselines"].get("logistic_rfm")
    if compared and compared["gain"]["auroc"]["mean"] is not None:
        gain = compared["gain"]["auroc"]
        lines.append(
            _("Against a logistic regression on RFM: AUROC {mean} (95 % interval {low} to {high}).").format(
                mean=f"{gain['mean']:+.3f}", low=f"{gain['low']:+.3f}", high=f"{gain['high']:+.3f}"
            )
        )
    return lines


def figure(value: float | None) -> str:
    """A measure with three places; a dash where it could not be measured."""
    return "–" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "–" if value is None else formats.percent(value)


def _points(value: float | None) -> str:
    return "–" if value is None else _("{points} points").format(points=formats.decimal(100 * value))
