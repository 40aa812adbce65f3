"""Whom the team looks after: somebody's own list, what is open, and what was done about one user."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta

from bot import formats
from bot.at_risk_reply import held_out_users
from bot.command import Question
from bot.desk import Desk
from bot.flag_outcomes import Outcome, outcomes
from bot.i18n import N_, _
from bot.reply import Button, Reply, Table
from bot.user_filters import asked_filter, filter_lines
from bot.users import asked_user, in_a_question, who_is_who
from bot.worklist_reply import operator_name, worklist_buttons
from predictor.filters import fitting
from predictor.flag_changes import flagged_users
from storage import flag_events, subscriptions, worklist
from storage.identities import ids_of, user_of
from storage.model_store import CHURN
from storage.worklist import Entry

MOST_ROWS = 50
MOST_ENTRIES = 30

_SCORED = "SELECT user_id, probability, monetary_cents FROM scores WHERE task = ?"
_SAID = {
    "take": N_("taken by {name}"),
    "given": N_("given to {name} by {giver}"),
    "release": N_("given back by {name}"),
    "contacted": N_("contacted by {name}"),
    "snooze": N_("snoozed by {name} until {until}"),
    "note": N_("{name}: {text}"),
}


def my_list_reply(question: Question, desk: Desk) -> Reply:
    """The users that the asker has, those first whom nobody contacted, and the reminders to come.

    With a filter only the users it keeps, and no reminders; raises where it names what there is not.
    """
    asker = question.asker
    with desk.home.bot() as bot:
        mine = [each for each in worklist.taken(bot) if each.act.operator == asker.operator]
        standings = worklist.standings(bot, [each.user_id for each in mine], at=desk.moment())
        reminders = [
            each
            for each in subscriptions.active(bot)
            if each.kind == "reminder" and each.operator == asker.operator
        ]
    with desk.store() as connection:
        scored = {row["user_id"]: row for row in connection.execute(_SCORED, (CHURN,))}
        wanted = asked_filter(question.args, desk, connection)
        now = {each.user_id: user_of(connection, each.user_id) for each in mine}
        kept = fitting(desk.snapshot(connection), wanted, now.values()) if wanted and mine else None
        lines = list(filter_lines(wanted, desk, connection))
        rows = []
        for each in mine:
            if kept is not None and now[each.user_id] not in kept:
                continue
            contacted = standings[each.user_id].contacted
            row = scored.get(now[each.user_id])
            rows.append(
                (
                    each.user_id,
                    row["probability"] if row else None,
                    desk.local_day(each.act.at),
                    desk.local_day(contacted.at) if contacted and contacted.at >= each.act.at else None,
                )
            )
    rows.sort(key=lambda row: (row[3] is not None, row[2]))
    if wanted:
        reminders = []
    lines += [
        _("Reminder {number}: user {user} on {day} at {time}").format(
            number=each.subscription_id,
            user=each.about,
            day=formats.day(desk.local_day(each.once_at or 0)),
            time=each.local_time,
        )
        + (f" – {each.question}" if each.question else "")
        for each in reminders
    ]
    if wanted and not rows:
        return Reply(
            title=_("Nobody on your list fits the filter."),
            lines=lines,
            facts={"users": [], "reminders": 0},
            buttons=(Button(_("My list"), _("my list")),),
        )
    if not rows and not lines:
        return Reply(
            title=_("Your list is empty."),
            facts={"users": [], "reminders": 0},
            buttons=(Button(_("Open cases"), _("open cases")),),
        )
    return Reply(
        title=_("On your list: {users}; not contacted yet: {left}. Reminders: {reminders}.").format(
            users=formats.count(len(rows)),
            left=formats.count(sum(row[3] is None for row in rows)),
            reminders=formats.count(len(reminders)),
        ),
        lines=lines,
        facts={"users": [row[0] for row in rows], "reminders": len(reminders)},
        table=_table_of_mine(rows[:MOST_ROWS], desk) if rows else None,
        buttons=tuple(
            Button(
                _("Contacted {user}").format(user=row[0]),
                _("contacted user {user}").format(user=in_a_question(row[0])),
            )
            for row in rows[:3]
            if row[3] is None
        ),
    )


def open_cases_reply(_question: Question, desk: Desk) -> Reply:
    """The flagged users whom nobody has, and those who were taken and not contacted, longest first."""
    with desk.store() as connection:
        found = _flagged_outcomes(desk, connection)
        scored = {row["user_id"]: row for row in connection.execute(_SCORED, (CHURN,))}
        currency = desk.currency(connection)
    untaken = sorted(
        (each for each in found if each.open),
        key=lambda each: -scored[each.user_id]["probability"] * scored[each.user_id]["monetary_cents"],
    )
    waiting = sorted(
        (each for each in found if each.taken and not each.contacted and not each.ordered_at),
        key=lambda each: each.taken.at if each.taken else 0,
    )
    shown = [*waiting, *untaken][:MOST_ROWS]
    today = desk.local_day(desk.moment())
    rows = tuple(
        (
            each.user_id,
            scored[each.user_id]["probability"],
            scored[each.user_id]["monetary_cents"],
            _who(each),
        )
        for each in shown
    )
    return Reply(
        title=_("Open: {untaken} that nobody has; taken and not contacted yet: {waiting}.").format(
            untaken=formats.count(len(untaken)), waiting=formats.count(len(waiting))
        ),
        facts={"untaken": len(untaken), "waiting": len(waiting)},
        table=Table(
            columns=("user_id", "probability", "monetary_cents", "taken_by"),
            rows=rows,
            headings=(_("user"), _("risk"), _("spent"), _("who has them")),
            shown=tuple(
                (row[0], formats.percent(row[1]), formats.money(row[2], currency), _since(each, today, desk))
                for row, each in zip(rows, shown, strict=True)
            ),
            narrow=frozenset({0, 1, 2, 3}),
        )
        if rows
        else None,
        buttons=tuple(
            Button(
                _("Take {user}").format(user=each.user_id),
                _("take user {user}").format(user=in_a_question(each.user_id)),
                team=True,
            )
            for each in untaken[:3]
        ),
    )


def notes_reply(question: Question, desk: Desk) -> Reply:
    """All acts and notes about a user, newest first."""
    with desk.store() as connection:
        user_id = asked_user(question, desk, connection)
        who = who_is_who(question, desk, connection)
        ids = ids_of(connection, user_id)
    with desk.home.bot() as bot:
        entries = worklist.history(bot, *ids)
    if not entries:
        title = _("Nobody did or noted anything about user {user} yet.").format(user=user_id)
    else:
        title = _("About user {user}: {count} entries, newest first.").format(
            user=user_id, count=formats.count(len(entries))
        )
    return Reply(
        title=title,
        lines=[*who, *(_line(each, desk) for each in entries[:MOST_ENTRIES])],
        facts={"user_id": user_id, "entries": len(entries)},
        buttons=worklist_buttons(user_id),
    )


def _flagged_outcomes(desk: Desk, connection: sqlite3.Connection) -> list[Outcome]:
    """What became of everybody who is flagged now, but for who is held out to measure the warnings."""
    flagged = flagged_users(connection) - held_out_users(desk, connection)
    events = flag_events.entered_since(connection, date.min, up_to=flag_events.last_event(connection))
    as_of = desk.as_of(connection)
    found = outcomes(desk, connection, [each for each in events if each.user_id in flagged], as_of)
    return [each for each in found if each.flagged]


def _who(outcome: Outcome) -> str:
    return outcome.taken.operator if outcome.taken else ""


def _since(outcome: Outcome, today: date, desk: Desk) -> str:
    if outcome.taken is None:
        return _("nobody")
    day = desk.local_day(outcome.taken.at)
    return _("{name}, since {day}").format(
        name=operator_name(outcome.taken.operator, outcome.taken.operator_name),
        day=formats.near_day(day, today) if day > today - timedelta(days=300) else formats.day(day),
    )


def _table_of_mine(rows: Sequence[tuple[str, float | None, date, date | None]], desk: Desk) -> Table:
    today = desk.local_day(desk.moment())
    return Table(
        columns=("user_id", "probability", "taken_on", "contacted_on"),
        rows=tuple(
            (row[0], row[1], row[2].isoformat(), row[3].isoformat() if row[3] else None) for row in rows
        ),
        headings=(_("user"), _("risk"), _("taken"), _("contacted")),
        shown=tuple(
            (
                row[0],
                formats.percent(row[1]) if row[1] is not None else "–",
                formats.near_day(row[2], today),
                formats.near_day(row[3], today) if row[3] else "–",
            )
            for row in rows
        ),
        narrow=frozenset({0, 1, 3}),
    )


def _line(entry: Entry, desk: Desk) -> str:
    act, today = entry.act, desk.local_day(desk.moment())
    said = _SAID["given" if entry.name == "take" and act.given_by else entry.name]
    return "{day}: {said}".format(
        day=formats.near_day(desk.local_day(act.at), today),
        said=_(said).format(
            name=operator_name(act.operator, act.operator_name),
            giver=operator_name(act.given_by, act.given_by_name),
            text=act.text,
            until=formats.near_day(desk.local_day(act.until), today) if act.until else "",
        ),
    )
