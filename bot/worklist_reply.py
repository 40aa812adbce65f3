"""The team's worklist: taking a user, having contacted one, looking away for a while, and saying so."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from bot import formats
from bot.command import Asker, Question
from bot.desk import Desk
from bot.horizon import horizon_days
from bot.i18n import N_, _
from bot.reply import Button, Failure, Reply
from bot.team import members, named
from bot.users import asked_user, in_a_question, who_is_who
from storage import operators, worklist
from storage.errors import OpsbotError
from storage.holdouts import WARNINGS, Holdout, holdout_of
from storage.identities import ids_of
from storage.worklist import Act, ActName, Standing

SNOOZE_DAYS = 14
MOST_SNOOZE_DAYS = 365

TITLES = {
    "take": N_("User {user} is taken by {name}."),
    "contacted": N_("User {user} was contacted by {name} on {day}."),
    "snooze": N_("User {user} is snoozed until {day}."),
    "release": N_("User {user} is given back by {name}: nobody has them now."),
    "note": N_("Noted on user {user}."),
}
_SPOILS = (
    N_("User {user} is held out by the campaign {campaign}: contacting them spoils its measurement."),
    N_("User {user} is held out to measure the warnings: contacting them spoils the measurement."),
)
UNDO_SECONDS = 24 * 60 * 60
_DONE = {
    "take": N_("that {name} has user {user}"),
    "release": N_("that user {user} was given back"),
    "contacted": N_("that user {user} was contacted"),
    "snooze": N_("that user {user} is snoozed"),
    "note": N_("the note on user {user}"),
}


class SnoozeError(OpsbotError):
    """A user cannot be snoozed for that long."""

    kind = "snooze_days"


class NothingToUndoError(OpsbotError):
    """The operator did nothing lately that could be taken back."""

    kind = "nothing_to_undo"


def worklist_reply(question: Question, desk: Desk, act: ActName) -> Reply:
    """Note the act and say how things stand; raises where the user is not known or the time is too long.

    To have contacted somebody whom a campaign holds out is asked about first: it spoils the measurement.
    """
    days = _asked_days(question)
    with desk.store() as connection:
        user_id = asked_user(question, desk, connection)
        who = who_is_who(question, desk, connection)
        held_out = _held_out(desk, connection, user_id) if act == "contacted" else None
    if held_out is not None and not question.confirmed:
        return _spoils(user_id, held_out, question)
    asker = question.asker
    until = _midnight_in(days, desk) if act == "snooze" else None
    done = Act(asker.operator, asker.name, desk.moment(), until, str(question.args.get("text", "")))
    if act == "take" and question.args.get("operator"):
        done = _given(done, desk, str(question.args["operator"]))
    before = _standing(user_id, desk)
    with desk.home.bot() as connection:
        worklist.record(connection, user_id, act, done)
    return Reply(
        title=_(TITLES[act]).format(
            user=user_id,
            name=operator_name(done.operator, done.operator_name),
            day=_day(done.at if until is None else until, desk),
        ),
        lines=[*who, *_before(before, act, asker, desk)],
        facts={
            "user_id": user_id,
            "act": act,
            "operator": done.operator,
            "until": desk.local_day(until).isoformat() if until is not None else None,
        },
        buttons=_next_steps(user_id, act),
    )


def undo_reply(question: Question, desk: Desk) -> Reply:
    """Take back what this operator did last, within a day; raises NothingToUndoError."""
    now = desk.moment()
    with desk.home.bot() as connection:
        last = worklist.last_of(connection, question.asker.operator, since=now - UNDO_SECONDS)
        if last is None or not worklist.undo(connection, last.act_id, now):
            raise NothingToUndoError(
                "You did nothing in the last 24 hours that could be taken back.",
                next_step="See what was done about a user: notes on user ID",
            )
    what = _(_DONE[last.name]).format(
        user=last.user_id, name=operator_name(last.act.operator, last.act.operator_name)
    )
    return Reply(
        title=_("Taken back: {what}.").format(what=what),
        lines=standing_line(last.user_id, desk),
        facts={"user_id": last.user_id, "act": last.name},
        buttons=worklist_buttons(last.user_id),
    )


def standing_line(user_id: str, desk: Desk) -> tuple[str, ...]:
    """How things stand with a user, in one line; no line where nobody did anything about them."""
    said = " · ".join([*_parts(_standing(user_id, desk), desk), *_held_out_part(user_id, desk)])
    return (_capital(said),) if said else ()


def _held_out_part(user_id: str, desk: Desk) -> Sequence[str]:
    """That somebody is not to be contacted, by what and until when; mostly nothing."""
    with desk.store() as connection:
        held_out = _held_out(desk, connection, user_id)
    if held_out is None:
        return ()
    sentence = (
        N_("held out until {day} to measure the warnings")
        if held_out.campaign_id == WARNINGS
        else N_("held out by the campaign {campaign} until {day}")
    )
    return (_(sentence).format(campaign=held_out.campaign_id, day=_day(held_out.closes_at, desk)),)


def held_out_warning(user_id: str, desk: Desk, connection: sqlite3.Connection) -> tuple[str, ...]:
    """That to write to somebody spoils a measurement; nothing where it does not."""
    held_out = _held_out(desk, connection, user_id)
    return (_spoilt(user_id, held_out),) if held_out else ()


def _standing(user_id: str, desk: Desk) -> Standing:
    """What was done about a user, under whichever of the ids that were merged into one."""
    with desk.store() as store, desk.home.bot() as connection:
        return worklist.standing(connection, *ids_of(store, user_id), at=desk.moment())


def worklist_buttons(user_id: str) -> tuple[Button, ...]:
    """Take, Contacted and Snooze, for every operator of the chat."""
    user = in_a_question(user_id)
    return (
        Button(_("Take"), _("take user {user}").format(user=user), team=True),
        Button(_("Contacted"), _("contacted user {user}").format(user=user), team=True),
        Button(
            _("Snooze {days} days").format(days=SNOOZE_DAYS),
            _("snooze user {user}").format(user=user),
            team=True,
        ),
    )


def operator_name(operator: str, name: str) -> str:
    """What colleagues call an operator, else the id; who uses the terminal has neither."""
    return name or (_("somebody at the terminal") if operator == Asker.operator else operator)


def _given(done: Act, desk: Desk, named_so: str) -> Act:
    """The act of giving a user to the operator of that id or name."""
    with desk.home.bot() as connection:
        team = members(desk.settings, operators.every(connection), operators.names(connection))
    member = named(named_so, team)
    return replace(
        done,
        operator=member.operator,
        operator_name=member.name,
        given_by=done.operator,
        given_by_name=done.operator_name,
    )


def _held_out(desk: Desk, connection: sqlite3.Connection, user_id: str) -> Holdout | None:
    """What measures without this user just now: a campaign, or the warnings."""
    days = horizon_days(desk, connection)
    return holdout_of(connection, ids_of(connection, user_id), at=desk.moment(), days=days)


def _spoils(user_id: str, held_out: Holdout, question: Question) -> Reply:
    sure = _spoilt(user_id, held_out)
    return Reply(
        title=sure,
        buttons=(Button(_("Contacted all the same"), question.text, confirms=True),),
        failure=Failure("needs_confirmation", sure, _("Ask again with --yes.")),
    )


def _spoilt(user_id: str, held_out: Holdout) -> str:
    sentence = _SPOILS[held_out.campaign_id == WARNINGS]
    return _(sentence).format(user=user_id, campaign=held_out.campaign_id)


def _asked_days(question: Question) -> int:
    days = question.args.get("days", SNOOZE_DAYS)
    if not isinstance(days, int) or not 1 <= days <= MOST_SNOOZE_DAYS:
        raise SnoozeError(
            "A user can be snoozed for 1 to {most} days.",
            next_step="Name fewer days, or leave them out for {usual}.",
            most=MOST_SNOOZE_DAYS,
            usual=SNOOZE_DAYS,
        )
    return days


def _midnight_in(days: int, desk: Desk) -> int:
    """Epoch seconds of the shop's own 00:00 that many days after today: on that day the user is back."""
    zone = desk.settings.zone
    day = desk.now().astimezone(zone).date() + timedelta(days=days)
    return int(datetime.combine(day, time(), zone).timestamp())


def _before(before: Standing, act: ActName, asker: Asker, desk: Desk) -> Sequence[str]:
    """What is good to know of what was done before: what others did, and that a user is snoozed."""
    lines = [
        _capital(
            _(sentence).format(name=operator_name(done.operator, done.operator_name), day=_day(done.at, desk))
        )
        for done, sentence in (
            (before.taken, N_("{name} took this user on {day}.")),
            (before.contacted, N_("{name} contacted this user on {day}.")),
        )
        if done is not None and done.operator != asker.operator
    ]
    if before.snoozed and before.snoozed.until is not None and act != "snooze":
        lines.append(_("Snoozed until {day}.").format(day=_day(before.snoozed.until, desk)))
    return lines


def _parts(standing: Standing, desk: Desk) -> Sequence[str]:
    parts = [
        _(said).format(name=operator_name(done.operator, done.operator_name), day=_day(done.at, desk))
        for done, said in (
            (standing.taken, N_("taken by {name} on {day}")),
            (standing.contacted, N_("contacted {day} by {name}")),
        )
        if done is not None
    ]
    if standing.snoozed and standing.snoozed.until is not None:
        parts.append(_("snoozed until {day}").format(day=_day(standing.snoozed.until, desk)))
    return parts


def _next_steps(user_id: str, act: ActName) -> tuple[Button, ...]:
    user = in_a_question(user_id)
    profile = Button(_("Profile"), _("tell me about user {user}").format(user=user))
    at_risk = Button(_("Who is at risk?"), _("who is at risk"))
    undo = Button(_("Undo"), _("undo"))
    take, contacted, snooze = worklist_buttons(user_id)
    return {
        "take": (profile, contacted, snooze, undo),
        "contacted": (snooze, at_risk, undo),
        "snooze": (at_risk, undo),
        "release": (take, undo),
        "note": (Button(_("All notes"), _("notes on user {user}").format(user=user)), undo),
    }[act]


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _day(epoch_seconds: int, desk: Desk) -> str:
    return formats.near_day(desk.local_day(epoch_seconds), desk.local_day(desk.moment()))
