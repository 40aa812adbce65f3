"""Reminders of a user: wanted now, sent at their time."""

from __future__ import annotations

from dataclasses import replace

from bot import formats
from bot.assistant import Asked, Assistant
from bot.command import Asker, Question
from bot.desk import Desk
from bot.i18n import _, language
from bot.moments import moment
from bot.reply import Button, Reply
from bot.users import MissingArgumentError, asked_user, example_of, in_a_question
from storage import subscriptions
from storage.errors import OpsbotError
from storage.subscriptions import Subscription

MOST_REMINDERS = 200


class ReminderError(OpsbotError):
    """A reminder for a moment that is over, or where none can be sent."""

    kind = "reminder"


def remind_reply(question: Question, desk: Desk) -> Reply:
    """When the reminder comes; raises where that is over already, or where there is no chat."""
    asker, now = question.asker, desk.local_moment(desk.moment())
    with desk.store() as connection:
        user_id = asked_user(question, desk, connection)
    if not asker.chat:
        raise ReminderError(
            "There is no chat here to send it to.", next_step="Say it to the bot on Telegram."
        )
    said = question.args.get("when")
    if not said:
        raise MissingArgumentError("When?", next_step="Say when: {example}", example=example_of(question))
    at = moment(str(said), now)
    if at <= now:
        raise ReminderError(
            "{moment} is over already.",
            next_step="Name a moment to come, such as: tomorrow at 9:00",
            moment=f"{formats.day(at.date())} {at:%H:%M}",
        )
    wanted = Subscription(
        kind="reminder",
        local_time=f"{at:%H:%M}",
        language=language(),
        operator=asker.operator,
        operator_name=asker.name,
        created_at=desk.moment(),
        chat=asker.chat,
        thread=asker.thread,
        question=str(question.args.get("text", "")),
        about=user_id,
        once_at=int(at.timestamp()),
    )
    with desk.home.bot() as connection:
        stored = subscriptions.subscribe(connection, wanted)
    return Reply(
        title=_("Reminder of user {user} on {day} at {time}.").format(
            user=user_id, day=formats.near_day(at.date(), now.date()), time=f"{at:%H:%M}"
        ),
        facts={"user_id": user_id, "at": at.isoformat(), "subscription": stored.subscription_id},
        buttons=(
            Button(_("My list"), _("my list")),
            Button(_("Stop it"), _("stop subscription {number}").format(number=stored.subscription_id)),
        ),
    )


def reminder_reply(desk: Desk, subscription: Subscription) -> Reply:
    """What is sent at its time: what to think of, and how the user stands now."""
    asker = Asker(
        subscription.operator, subscription.operator_name, "schedule", subscription.chat, subscription.thread
    )
    text = _("churn risk for user {user}").format(user=in_a_question(subscription.about))
    risk = Assistant(desk).ask(Asked(text, asker=asker, language=subscription.language))
    title = _("Reminder for {name}: user {user}").format(
        name=subscription.operator_name or subscription.operator, user=subscription.about
    )
    if subscription.question:
        title = f"{title} – {subscription.question}"
    first = risk.failure.message if risk.failure else risk.title
    return replace(risk, title=title, lines=[first, *risk.lines], failure=None)
