"""The funnel: of those flagged in a week, how many were taken, contacted, and ordered."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot import formats
from bot.command import Question
from bot.desk import Desk
from bot.flag_outcomes import Outcome, outcomes
from bot.i18n import _
from bot.reply import Button, Reply, Table
from storage import flag_events

USUAL_WEEKS = 6
MOST_WEEKS = 52


@dataclass(frozen=True)
class Week:
    """Of the users who became flagged in the week from `monday` on: how many came how far.

    `ordered` placed an order after they were flagged, `after_contact` of these after they were contacted.
    """

    monday: date
    flagged: int
    taken: int
    contacted: int
    ordered: int
    after_contact: int


def funnel(desk: Desk, connection: sqlite3.Connection, weeks: int) -> list[Week]:
    """The last weeks in the shop's zone, the newest first; raises EmptyStoreError."""
    as_of = desk.as_of(connection)
    today = desk.local_day(desk.moment())
    first = today - timedelta(days=today.weekday() + 7 * (weeks - 1))
    events = flag_events.entered_since(connection, date.min, up_to=flag_events.last_event(connection))
    by_week: dict[date, list[Outcome]] = {first + timedelta(days=7 * each): [] for each in range(weeks)}
    recent = [each for each in events if desk.local_day(each.at) >= first]
    for each in outcomes(desk, connection, recent, as_of):
        day = desk.local_day(each.since.at)
        by_week.setdefault(day - timedelta(days=day.weekday()), []).append(each)
    return [_week(monday, found) for monday, found in sorted(by_week.items(), reverse=True)]


def funnel_reply(question: Question, desk: Desk) -> Reply:
    """A row for each week, and this week against the last."""
    asked = question.args.get("weeks", USUAL_WEEKS)
    weeks = min(int(asked) if isinstance(asked, int) else USUAL_WEEKS, MOST_WEEKS)
    with desk.store() as connection:
        found = funnel(desk, connection, weeks)
    return Reply(
        title=_headline(found[0]),
        lines=[
            *_against_the_last(found),
            _("No measured effect: who was contacted was chosen, not drawn by lot."),
        ],
        facts={"weeks": [{**vars(week), "monday": week.monday.isoformat()} for week in found]},
        table=_table(_since_the_first(found)),
        buttons=(Button(_("Open cases"), _("open cases")), Button(_("My list"), _("my list"))),
    )


def funnel_lines(desk: Desk) -> list[str]:
    """Last week's funnel, for the digest of a Monday."""
    with desk.store() as connection:
        found = funnel(desk, connection, 3)
    return [_("Last week: {funnel}").format(funnel=_headline(found[1])), *_against_the_last(found[1:])]


def _week(monday: date, found: Sequence[Outcome]) -> Week:
    return Week(
        monday,
        flagged=len(found),
        taken=sum(each.taken is not None for each in found),
        contacted=sum(each.contacted is not None for each in found),
        ordered=sum(each.ordered_at is not None for each in found),
        after_contact=sum(
            each.ordered_at is not None and each.contacted is not None and each.ordered_at > each.contacted.at
            for each in found
        ),
    )


def _headline(week: Week) -> str:
    return _("Flagged {flagged} → taken {taken} → contacted {contacted} → ordered {ordered}.").format(
        flagged=formats.count(week.flagged),
        taken=formats.count(week.taken),
        contacted=formats.count(week.contacted),
        ordered=formats.count(week.ordered),
    )


def _against_the_last(found: Sequence[Week]) -> list[str]:
    if len(found) < 2 or not found[1].flagged:
        return []
    return [_("The week before: {funnel}").format(funnel=_headline(found[1]))]


def _since_the_first(found: Sequence[Week]) -> Sequence[Week]:
    """Without the weeks before anybody was flagged: they say nothing."""
    first = max((place for place, week in enumerate(found) if week.flagged), default=0)
    return found[: first + 1]


def _table(found: Sequence[Week]) -> Table:
    return Table(
        columns=("monday", "flagged", "taken", "contacted", "ordered", "after_contact"),
        rows=tuple((week.monday.isoformat(), *list(vars(week).values())[1:]) for week in found),
        headings=(
            _("week of"),
            _("flagged"),
            _("taken"),
            _("contacted"),
            _("ordered"),
            _("of them after a contact"),
        ),
        shown=tuple(
            (
                formats.day_of_month(week.monday),
                formats.count(week.flagged),
                formats.count(week.taken),
                formats.count(week.contacted),
                formats.count(week.ordered),
                formats.count(week.after_contact),
            )
            for week in found
        ),
        narrow=frozenset({0, 1, 2, 3, 4}),
    )
