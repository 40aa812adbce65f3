"""All campaigns, the newest first: for what, when, to how many, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot import formats
from bot.audience_words import said_goal
from bot.campaign_names import in_a_question
from bot.campaign_report_reply import iso, no_campaign, state
from bot.command import Question
from bot.desk import Desk
from bot.horizon import horizon_days
from bot.i18n import _
from bot.reply import Button, Provenance, Reply, Table
from predictor.campaign_results import Result, campaign_results
from predictor.goals import GOALS
from storage import campaigns

ROWS_SHOWN = 20
_BUTTONS = 3


def campaigns_reply(_question: Question, desk: Desk) -> Reply:
    """How many there are and how many are still measured, and a table of the newest."""
    with desk.store() as connection:
        days = horizon_days(desk, connection)
        results = campaign_results(connection, now=desk.moment(), horizon_days=days)
        if not results:
            return no_campaign()
        goals = {each.campaign_id: each.goal for each in campaigns.every(connection)}
        as_of = desk.as_of(connection).isoformat()
    running = sum(each.withheld == "open" for each in results)
    lines = [_("The newest {count} are shown.").format(count=ROWS_SHOWN)] if len(results) > ROWS_SHOWN else []
    return Reply(
        title=_("Campaigns: {count}; still being measured: {running}.").format(
            count=formats.count(len(results)), running=formats.count(running)
        ),
        lines=lines,
        facts={"campaigns": [_facts(each, goals) for each in results], "running": running},
        table=_table(results[:ROWS_SHOWN], goals, desk),
        buttons=tuple(
            Button(
                _("Did {campaign} work?").format(campaign=each.campaign_id),
                _("did campaign {campaign} work").format(campaign=in_a_question(each.campaign_id)),
            )
            for each in results[:_BUTTONS]
        ),
        provenance=Provenance(as_of, as_of, None, None, None),
    )


def _facts(result: Result, goals: Mapping[str, str]) -> dict[str, object]:
    return {
        "campaign_id": result.campaign_id,
        "goal": goals.get(result.campaign_id),
        "sent_at": iso(result.launched_at),
        "closes_at": iso(result.closes_at),
        "contact": result.contact.users,
        "holdout": result.holdout.users,
        "state": result.verdict or result.withheld,
        "imported": not result.ours,
    }


def _table(results: Sequence[Result], goals: Mapping[str, str], desk: Desk) -> Table:
    columns = ("campaign_id", "goal", "sent_at", "contact", "holdout", "state")
    today = desk.local_day(desk.moment())
    facts = [_facts(each, goals) for each in results]
    return Table(
        columns=columns,
        rows=tuple(tuple(each[column] for column in columns) for each in facts),
        headings=(
            _("campaign"),
            _("goal"),
            _("launched"),
            _("written to"),
            _("held out"),
            _("state"),
        ),
        shown=tuple(
            (
                each.campaign_id,
                _goal(goals.get(each.campaign_id)),
                formats.near_day(desk.local_day(each.launched_at), today),
                formats.count(each.contact.users),
                formats.count(each.holdout.users),
                _("running until {day}").format(day=formats.near_day(desk.local_day(each.closes_at), today))
                if each.withheld == "open"
                else state(each),
            )
            for each in results
        ),
        narrow=frozenset({0, 2, 5}),
    )


def _goal(goal: str | None) -> str:
    """What it was for; of one that was imported nobody knows."""
    if goal is None:
        return _("imported")
    return said_goal(goal) if goal in GOALS else goal
