"""The team's worklist: taking a user, having contacted one, looking away for a while, and saying so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot import formats
from bot.command import Asker, Question
from bot.desk import Desk
from bot.i18n import N_, _
from bot.reply import Button, Reply
from bot.users import asked_user, in_a_question, who_is_who
from storage import worklist
from storage.errors import OpsbotError
from storage.identities import ids_of
from storage.worklist import Act, ActName, Standing

SNOOZE_DAYS = 7
MOST_SNOOZE_DAYS = 365

TITLES = {
    "take": N_("User {user} is taken by {name}."),
    "contacted": N_("User {user} was contacted by {name} on {day}."),
    "snooze": N_("User {user} is snoozed until {day}."),
}


class SnoozeError(OpsbotError):
    """A user cannot be snoozed for that long."""

    kind = "snooze_days"


def worklist_reply(question: Question, desk: Desk, act: ActName) -> Reply:
    """Note the act and say how things stand; raises where the user is not known or the time is too long."""
    days = _asked_days(question)
    with desk.store() as connection:
        user_id = asked_user(question, desk, connection)
        who = who_is_who(question, desk, connection)
    asker = question.asker
    until = _midnight_in(days, desk) if act == "snooze" else None
    done = Act(asker.operator, asker.name, desk.moment(), until)
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
            "operator": asker.operator,
            "until": desk.local_day(until).isoformat() if until is not None else None,
        },
        buttons=_next_steps(user_id, act),
    )


def standing_line(user_id: str, desk: Desk) -> tuple[str, ...]:
    """How things stand with a user, in one line; no line where nobody did anything about them."""
    said = " · ".join(_parts(_standing(user_id, desk), desk))
    return (_capital(said),) if said else ()


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
    _take, contacted, snooze = worklist_buttons(user_id)
    return {"take": (profile, contacted, snooze), "contacted": (snooze, at_risk), "snooze": (at_risk,)}[act]


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _day(epoch_seconds: int, desk: Desk) -> str:
    return formats.near_day(desk.local_day(epoch_seconds), desk.local_day(desk.moment()))
