"""The next best action for one user: a rule over what is known, the first that holds.

The order is that of harm avoided: who must not be written to, who was written to just now, a complaint before
an offer, then whom a word may keep, then what they are about to need.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActionName = Literal["none", "hold", "wait", "apologise", "win_back", "offer", "welcome"]


@dataclass(frozen=True)
class Situation:
    """What is known of one user; `None` where nothing is.

    `complained_days` are the days since the last review where that complains, `contacted_days` those since
    somebody wrote to the user, `due_item` is the name of an item that the user usually buys by now.
    """

    excluded: bool = False
    held_out: bool = False
    orders: int = 0
    active: bool = False
    flagged: bool = False
    high_risk: bool = False
    contacted_days: int | None = None
    snoozed: bool = False
    complained_days: int | None = None
    due_item: str | None = None


@dataclass(frozen=True)
class Rule:
    """How many days a complaint is answered, and how many days nobody is written to again."""

    complaint_days: int = 30
    pause_days: int = 14


def next_action(known: Situation, rule: Rule) -> ActionName:
    """What to do next with this user."""
    if known.excluded:
        return "none"
    if known.held_out:
        return "hold"
    if known.snoozed or (known.contacted_days is not None and known.contacted_days < rule.pause_days):
        return "wait"
    if known.complained_days is not None and known.complained_days <= rule.complaint_days:
        return "apologise"
    if not known.orders:
        return "welcome"
    if known.flagged or known.high_risk or not known.active:
        return "win_back"
    return "offer" if known.due_item else "none"
