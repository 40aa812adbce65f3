"""What is sent by itself: the digest, the answer to a saved question or a reminder, and how late it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import formats
from bot.alert_reply import alert_reply
from bot.assistant import Asked, Assistant, sentences
from bot.command import Asker
from bot.desk import Desk
from bot.digest_reply import digest
from bot.due import latest_at
from bot.funnel_reply import funnel_lines
from bot.i18n import _, using
from bot.problems import all_worded, problems_of_night
from bot.reminder_reply import reminder_reply
from bot.reply import Reply
from bot.subscription_replies import seen_by
from bot.team_reply import access_reply
from storage import ledger, subscriptions
from storage.errors import OpsbotError
from storage.ledger import Delivery
from storage.subscriptions import Subscription

LATE_SECONDS = 10 * 60


@dataclass(frozen=True)
class Scheduled:
    """A reply, and how far the chat knows of flags once it has arrived."""

    reply: Reply
    flags_seen: int | None = None


def scheduled_reply(desk: Desk, subscription: Subscription, delivery: Delivery) -> Scheduled:
    """What the subscription gets, in its language; a failure is a reply that says so."""
    with using(subscription.language):
        if subscription.kind == "digest":
            scheduled = _digest(desk, subscription)
        elif subscription.kind == "reminder":
            scheduled = Scheduled(reminder_reply(desk, subscription))
        elif subscription.about == subscriptions.ALERT:
            scheduled = Scheduled(alert_reply(desk, subscription))
        elif subscription.about == subscriptions.ACCESS:
            scheduled = Scheduled(access_reply(desk, subscription))
        else:
            scheduled = Scheduled(_answer(desk, subscription))
        reply = scheduled.reply
        lines = [*_late(desk, delivery), *_missed(desk, subscription, delivery), *reply.lines]
        # Whoever reads it may press: nobody asked.
        buttons = tuple(button if button.confirms else replace(button, team=True) for button in reply.buttons)
        return replace(scheduled, reply=replace(reply, lines=lines, buttons=buttons))


def _digest(desk: Desk, subscription: Subscription) -> Scheduled:
    try:
        made = digest(desk, seen_by(subscription, desk))
    except OpsbotError as error:
        return Scheduled(Reply(title=" ".join(filter(None, sentences(error))), command="digest"))
    monday = desk.local_day(desk.moment()).weekday() == 0
    lines = [*made.reply.lines, *(funnel_lines(desk) if monday else ()), *night_lines(desk)]
    return Scheduled(replace(made.reply, lines=lines, command="digest"), made.event)


def _answer(desk: Desk, subscription: Subscription) -> Reply:
    asker = Asker(
        subscription.operator,
        subscription.operator_name,
        "schedule",
        subscription.chat,
        subscription.thread,
    )
    return Assistant(desk).ask(Asked(subscription.question, asker=asker, language=subscription.language))


def night_lines(desk: Desk) -> tuple[str, ...]:
    """What went wrong, or came in, in the work of the night before; mostly nothing."""
    due = latest_at(desk.settings.nightly_at, desk.settings.zone, desk.moment())
    with desk.home.bot() as connection:
        last = ledger.last_night(connection)
    if last is None or (due is not None and last[0] < due.local_date):
        return ()  # what was said of an earlier night is not said again
    said: Mapping[str, object] = last[1]
    lines = []
    if said.get("imported"):
        lines.append(_("Imported last night: {files}.").format(files=said["imported"]))
    if said.get("failed"):
        lines.append(
            _("Not imported: {files}; the reports lie in inbox/failed.").format(files=said["failed"])
        )
    if problems := problems_of_night(said):
        lines.append(_("The work of the night failed: {problem}").format(problem=all_worded(problems)))
    return tuple(lines)


def _late(desk: Desk, delivery: Delivery) -> tuple[str, ...]:
    if desk.moment() - delivery.due_at <= LATE_SECONDS:
        return ()
    due = desk.local_moment(delivery.due_at)
    return (
        _("Late: this was due on {day} at {time}.").format(day=formats.day(due.date()), time=f"{due:%H:%M}"),
    )


def _missed(desk: Desk, subscription: Subscription, delivery: Delivery) -> tuple[str, ...]:
    """How many times it was not sent since it was sent last."""
    with desk.home.bot() as connection:
        last = ledger.last_sent(connection, subscription.subscription_id)
    if last is None or subscription.once_at is not None:
        return ()
    days = (delivery.local_date - last.local_date).days
    between = (last.local_date + timedelta(days=each) for each in range(1, days))
    missed = sum(day.weekday() in subscription.weekdays for day in between)
    if not missed:
        return ()
    return (_("Not sent meanwhile: {count}; this one covers them.").format(count=formats.count(missed)),)
