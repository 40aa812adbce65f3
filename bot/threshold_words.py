"""What a threshold would do, in sentences: whom it flags, how often it is right, what it costs and brings."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from bot import formats
from bot.desk import Desk
from bot.i18n import _
from predictor.flag_capacity import LastWeeks
from predictor.flag_changes import FlagChanges, flag_changes, flagged_users
from predictor.flag_threshold import found_above, leave_below
from storage.flag_settings import FlagRule
from storage.model_store import ModelRecord


@dataclass(frozen=True)
class Outlook:
    """What a threshold does to the flags of today, and how many it flags on a working day.

    `above` are those at the threshold or above; the other flagged keep a flag they had.
    """

    rule: FlagRule
    record: ModelRecord
    changes: FlagChanges
    above: int
    active: int
    per_day: float

    @property
    def hits(self) -> float | None:
        """How many of the flagged are expected to place no order, by the back-test; None if it is silent."""
        found = found_above(self.record.card, self.rule.flag_at)
        kept = found_above(self.record.card, leave_below(self.rule.flag_at))
        if found is None or kept is None or found.precision is None:
            return None
        below = kept.users - found.users
        share_below = (kept.churned - found.churned) / below if below else found.precision
        return self.above * found.precision + (self.changes.flagged - self.above) * share_below

    @property
    def facts(self) -> dict[str, object]:
        """The numbers of all sentences, unrounded; None for what an older model's card does not tell."""
        found, flagged = found_above(self.record.card, self.rule.flag_at), self.changes.flagged
        hits = self.hits
        facts: dict[str, object] = {
            **vars(self.rule),
            "flagged": flagged,
            "active": self.active,
            "entered": self.changes.count("entered"),
            "left": self.changes.count("left"),
            "newly_flagged_per_working_day": self.per_day,
            "tested_users": found and found.users,
            "tested_churned": found and found.churned,
            "recall": found and found.recall,
            "expected_hits": hits,
            "expected_false_alarms": None if hits is None else flagged - hits,
        }
        if self.rule.cost_cents is not None:
            brings = None if hits is None else hits * (self.rule.success or 0) * (self.rule.value_cents or 0)
            facts |= {"costs_cents": flagged * self.rule.cost_cents, "brings_cents": brings}
        return facts


def outlook_of(
    desk: Desk,
    connection: sqlite3.Connection,
    record: ModelRecord,
    rule: FlagRule,
    weeks: LastWeeks,
    *,
    moved: bool,
) -> Outlook:
    """What a rule, one that is `moved` to or holds, does to the flags that stand now.

    Everybody has to be scored before.
    """
    changes = flag_changes(
        connection,
        desk.home.models,
        record,
        desk.as_of(connection),
        before=flagged_users(connection),
        flag_at=rule.flag_at,
        moved=moved,
    )
    active, above = connection.execute(
        "SELECT COUNT(*), COALESCE(SUM(probability >= ?), 0) FROM scores WHERE task = 'churn'",
        (rule.flag_at,),
    ).fetchone()
    return Outlook(rule, record, changes, above, active, weeks.newly_flagged(rule.flag_at))


def why_line(outlook: Outlook, currency: str | None) -> tuple[str, ...]:
    """What the threshold is derived from; nothing where it was said as it is."""
    rule = outlook.rule
    if rule.rule == "economics":
        return (
            _(
                "A contact pays where risk × {success} kept × {value} is more than the {cost} it costs: from"
                " {flag_at} on."
            ).format(
                success=share(rule.success or 0),
                value=formats.money(rule.value_cents or 0, currency),
                cost=formats.money(rule.cost_cents or 0, currency),
                flag_at=share(rule.flag_at),
            ),
        )
    if rule.rule == "capacity":
        return (
            _(
                "For {per_day} contacts on a working day: from {flag_at} on, as many users become newly"
                " flagged as can be contacted, by the last two weeks."
            ).format(per_day=formats.count(rule.per_day or 0), flag_at=share(rule.flag_at)),
        )
    return ()


def flagged_line(outlook: Outlook, before: float, flagged_before: int, *, done: bool) -> str:
    """Whom it flags now, beside the threshold and the number before."""
    sentence = (
        _(
            "Flagged now: {flagged} of {active}, before (from {before} on) {earlier};"
            " newly {entered}, no longer {left}."
        )
        if done
        else _(
            "It would flag {flagged} of {active} now, today (from {before} on) it is {earlier};"
            " newly {entered}, no longer {left}."
        )
    )
    return sentence.format(
        flagged=formats.count(outlook.changes.flagged),
        active=formats.count(outlook.active),
        before=share(before),
        earlier=formats.count(flagged_before),
        entered=formats.count(outlook.changes.count("entered")),
        left=formats.count(outlook.changes.count("left")),
    )


def found_lines(outlook: Outlook) -> tuple[str, ...]:
    """Expected hits and false alarms, by the back-test of the model in use."""
    found = found_above(outlook.record.card, outlook.rule.flag_at)
    if found is None:
        return (_("How often it is right is known after the next training: this model's card is older."),)
    if found.precision is None:
        return (_("In the back-test nobody was scored that high: what it would find is not known."),)
    hits = outlook.hits or 0.0
    return (
        _(
            "In the back-test, of {users} users scored that high, {churned} placed no order within {horizon}"
            " days ({precision}): {recall} of all who placed none."
        ).format(
            users=formats.count(found.users),
            churned=formats.count(found.churned),
            horizon=outlook.record.horizon_days,
            precision=share(found.precision),
            recall="–" if found.recall is None else share(found.recall),
        ),
        _("So of those flagged now expect {hits} hits and {false} false alarms.").format(
            hits=formats.count(hits), false=formats.count(outlook.changes.flagged - hits)
        ),
    )


def money_line(outlook: Outlook, currency: str | None) -> tuple[str, ...]:
    """What contacting all of them costs and brings; nothing where that was not said."""
    facts = outlook.facts
    costs, brings = facts.get("costs_cents"), facts.get("brings_cents")
    if not isinstance(costs, int | float) or not isinstance(brings, int | float):
        return ()
    return (
        _("Contacting all of them costs {costs} and is expected to bring {brings}: {net} net.").format(
            costs=formats.money(costs, currency),
            brings=formats.money(brings, currency),
            net=formats.money(brings - costs, currency),
        ),
    )


def capacity_line(outlook: Outlook, desk: Desk) -> tuple[str, ...]:
    """How many become newly flagged, and how many of them the digest lists."""
    listed = desk.settings.daily_capacity
    sentence = (
        _("Newly flagged on a working day (five a week): about {count}; the digest lists {listed}.")
        if outlook.per_day > listed
        else _("Newly flagged on a working day (five a week): about {count}.")
    )
    return (sentence.format(count=formats.decimal(outlook.per_day), listed=formats.count(listed)),)


def share(probability: float) -> str:
    """In percent, with a place where it is not whole."""
    whole = abs(100 * probability - round(100 * probability)) < 0.05
    return formats.percent(probability, places=0 if whole else 1)
