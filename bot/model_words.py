"""How good a model is, in a few sentences an operator understands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot import formats
from bot.i18n import _
from bot.one_time_words import one_time_lines

if TYPE_CHECKING:
    from storage.model_store import ModelRecord


def figures(record: ModelRecord, flag_at: float | None = None) -> list[str]:
    """The back-test in sentences: ranking, accuracy beside the majority's, calibration beside its floor.

    `flag_at` is the threshold in force, by default the one that the model was tested with.
    """
    from predictor.flag_threshold import recall_at

    card = record.card
    metrics = card["metrics"]
    flag_at = float(card["flag_at"]) if flag_at is None else flag_at
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
            flag_at=_share(flag_at), recall=_share(recall_at(card, flag_at))
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
    return [*lines, *one_time_lines(card), *family_lines(card)]


def family_lines(card: Mapping[str, Any]) -> list[str]:
    """What became of each optional family of features, and the gain that decided it; nothing in old cards."""
    lines = []
    untried: dict[str, list[str]] = {}
    for trial in card.get("families", ()):
        title = _(trial["title"])
        if trial["why_not"] is not None:
            untried.setdefault(trial["why_not"], []).append(title)
            continue
        sentence = (
            _("In the model – {family}: AUROC {mean} ({level} interval {low} to {high}).")
            if trial["state"] == "in"
            else _("Left out – {family}: AUROC {mean} ({level} interval {low} to {high}).")
        )
        gain = trial["gain"]["auroc"]
        lines.append(
            sentence.format(
                family=title,
                level=formats.percent(trial["level"]),
                **{name: f"{gain[name]:+.3f}" for name in ("mean", "low", "high")},
            )
        )
    for why_not, titles in untried.items():
        lines.append(
            _("Not tried – {families}: {why_not}.").format(families=_(", ").join(titles), why_not=_(why_not))
        )
    return lines


def figure(value: float | None) -> str:
    """A measure with three places; a dash where it could not be measured."""
    return "–" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "–" if value is None else formats.percent(value)


def _points(value: float | None) -> str:
    return "–" if value is None else _("{points} points").format(points=formats.decimal(100 * value))
