"""What was asked of an audience, checked: the goal, how many, which channel, at which cost, as which file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot import formats
from bot.command import Question
from bot.file_preset import FilePreset, file_preset
from bot.i18n import _, language
from bot.list_file import Format
from bot.promo_words import GOAL
from predictor.audience import Size
from predictor.goals import GOALS
from storage.errors import OpsbotError

DEFAULT_GOAL = "promo"


class SegmentError(OpsbotError):
    """What was asked for makes no list."""

    kind = "segment"


@dataclass(frozen=True)
class Wishes:
    """An audience as it was asked for; money in cents, `per_contact` also in fractions of them."""

    goal: str
    size: Size
    channel: str | None
    any_consent: bool
    discount: float | None
    budget: int | None
    per_contact: float | None
    preset: FilePreset | None
    form: Format


def wishes_of(question: Question) -> Wishes:
    """What a question asks for; raises SegmentError where it cannot be had."""
    args = question.args
    goal = _goal(args)
    budget, per_contact = args.get("budget"), args.get("per_contact")
    preset = file_preset(str(args["preset"])) if "preset" in args else None
    return Wishes(
        goal=goal,
        size=_size(args),
        channel=_text(args.get("channel")),
        any_consent=args.get("consent") == "any",
        discount=_number(args.get("discount")),
        budget=int(budget) if isinstance(budget, int) else None,
        per_contact=_number(per_contact),
        preset=preset,
        form="xlsx" if args.get("format") == "xlsx" else "csv",
    )


def _goal(args: Mapping[str, object]) -> str:
    if "asked_goal" in args:
        raise SegmentError(
            "There is no goal “{asked}”.",
            next_step="Try: {examples}",
            asked=args["asked_goal"],
            examples=" · ".join(
                _("segment for {goal}").format(goal=GOAL.write(each, language() == "zh"))
                for each in _nearest(str(args["asked_goal"]))
            ),
        )
    return str(args.get("goal", DEFAULT_GOAL))


def _nearest(asked: str) -> list[str]:
    """The goals whose names are written most alike, the likeliest first; never fewer than two."""
    from rapidfuzz import fuzz

    def likeness(goal: str) -> float:
        names = (*GOAL.names(goal), goal)
        return max(fuzz.ratio(asked.casefold(), name) for name in names)

    ordered = sorted(GOALS, key=lambda goal: -likeness(goal))
    close = [goal for goal in ordered if likeness(goal) >= 50]
    return close[:2] if len(close) >= 2 else ordered


def _size(args: Mapping[str, object]) -> Size:
    limit, share, budget = args.get("limit"), args.get("share"), args.get("budget")
    if limit == 0 or share == 0:
        raise SegmentError("A list of nobody is no list.", next_step="Name how many: segment for promo 200")
    if budget is None:
        return Size(limit=int(limit) if isinstance(limit, int) else None, share=_number(share))
    each = _number(args.get("per_contact"))
    if not each:
        raise SegmentError(
            "How many a budget reaches depends on what one contact costs.",
            next_step="Say it: segment for promo for 500 €, 2 € a contact",
        )
    affordable = int(float(str(budget)) // each)
    if affordable < 1:
        raise SegmentError(
            "The budget of {budget} does not pay for one contact at {each}.",
            next_step="Name a larger budget or a cheaper contact: segment for promo for 500 €, 2 € a contact",
            budget=formats.money(float(str(budget)), None),
            each=formats.decimal(each / 100, places=4),
        )
    return Size(limit=min(affordable, int(limit)) if isinstance(limit, int) else affordable)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
