"""What is sent to a chat by itself: wanted, listed, silenced, ended."""

from __future__ import annotations

from bot import formats
from bot.clock_words import DAYS
from bot.command import Asker, Question
from bot.desk import Desk
from bot.digest_reply import Seen
from bot.due import next_at
from bot.i18n import N_, _, language
from bot.registry import commands
from bot.reply import Button, Reply
from bot.understanding import understand
from bot.worklist_reply import operator_name
from storage import ledger, subscriptions
from storage.errors import OpsbotError
from storage.subscriptions import EVERY_DAY, Subscription

USUAL_TIME = "09:00"
# What is sent by itself answers and changes nothing.
_NOT_SAVED = frozenset(
    {"subscribe", "unsubscribe", "subscriptions", "mute", "unmute", "alerts_on", "alerts_off"}
)
_KINDS = {"digest": N_("the digest"), "question": N_("saved questions"), "reminder": N_("reminders")}


class SubscriptionError(OpsbotError):
    """Something cannot be sent by itself, or nothing like it is."""

    kind = "subscription"


def seen_in(asker: Asker, desk: Desk) -> Seen | None:
    """How far a chat was told of flags by its last digest; None where it never got one."""
    with desk.home.bot() as connection:
        for each in subscriptions.active(connection, asker.chat, asker.thread):
            if each.kind == "digest":
                return seen_by(each, desk)
    return None


def seen_by(subscription: Subscription, desk: Desk) -> Seen | None:
    """How far a subscription told of flags when it was sent last; None before the first time."""
    with desk.home.bot() as connection:
        last = ledger.last_sent(connection, subscription.subscription_id)
    return None if last is None or last.flags_seen is None else Seen(last.flags_seen, last.local_date)


def subscribed(question: Question, desk: Desk) -> Reply:
    """What comes from now on, how often, and when first."""
    asker, text = question.asker, str(question.args.get("question", ""))
    if not asker.chat:
        raise SubscriptionError(
            "There is no chat here to send it to.", next_step="Say it to the bot on Telegram."
        )
    is_digest = not text or _understood(text) == "digest"
    days = question.args.get("weekdays")
    wanted = Subscription(
        kind="digest" if is_digest else "question",
        local_time=str(question.args.get("time", USUAL_TIME)),
        language=language(),
        operator=asker.operator,
        operator_name=asker.name,
        created_at=desk.moment(),
        chat=asker.chat,
        thread=asker.thread,
        question="" if is_digest else text,
        weekdays=tuple(DAYS.index(day) for day in days) if isinstance(days, list) else EVERY_DAY,
    )
    with desk.home.bot() as connection:
        stored = subscriptions.subscribe(connection, wanted)
    number = stored.subscription_id
    return Reply(
        title=_("{what} comes here {when}, first on {day}.").format(
            what=_capital(what(stored)), when=when(stored), day=_next_day(stored, desk)
        ),
        lines=[_("Times are in the shop's zone, {zone}.").format(zone=desk.settings.timezone)],
        facts={
            "subscription": number,
            "time": stored.local_time,
            "weekdays": [DAYS[day] for day in stored.weekdays],
        },
        buttons=(
            Button(_("Show it now"), _("digest now") if is_digest else text),
            Button(_("Stop it"), _("stop subscription {number}").format(number=number)),
        ),
    )


def unsubscribed(question: Question, desk: Desk) -> Reply:
    """What does not come any more: that number, all of a kind, or the digest, or the only one there is."""
    number, kind = question.args.get("number"), question.args.get("kind")
    mine = _of_chat(question.asker, desk)
    chosen = [each for each in mine if each.subscription_id == number or each.kind == kind]
    if number is None and kind is None:
        chosen = [each for each in mine if each.kind == "digest"] or (mine if len(mine) == 1 else [])
    if not chosen:
        raise SubscriptionError("No such thing is sent here.", next_step="See what is: my subscriptions")
    with desk.home.bot() as connection:
        subscriptions.end(connection, [each.subscription_id for each in chosen], desk.moment())
    if len(chosen) == 1:
        title = _("{what} is not sent here any more.").format(what=_capital(what(chosen[0])))
    else:
        title = _("{what}: {count} of them are not sent here any more.").format(
            what=_capital(_(_KINDS[chosen[0].kind])), count=formats.count(len(chosen))
        )
    return Reply(
        title=title,
        facts={"ended": [each.subscription_id for each in chosen]},
        buttons=(_again(chosen[0]),),
    )


def subscriptions_reply(question: Question, desk: Desk) -> Reply:
    """A line for each that is sent to the chat, with its number, who wanted it and when it comes next."""
    mine = _of_chat(question.asker, desk)
    if not mine:
        return Reply(
            title=_("Nothing is sent here by itself."),
            facts={"subscriptions": []},
            buttons=(Button(_("Digest every day at 9:00"), _("send the digest every day at 9:00")),),
        )
    lines = [
        _("{number}: {what}, {when}, next on {day} (by {name}){silent}").format(
            number=each.subscription_id,
            what=what(each),
            when=when(each),
            day=_next_day(each, desk),
            name=operator_name(each.operator, each.operator_name),
            silent=_(", without a sound") if each.silent else "",
        )
        for each in mine
    ]
    return Reply(
        title=_("Sent here by itself: {count}.").format(count=formats.count(len(mine))),
        lines=lines,
        facts={"subscriptions": [each.subscription_id for each in mine]},
        buttons=tuple(
            Button(
                _("Stop {number}").format(number=each.subscription_id),
                _("stop subscription {number}").format(number=each.subscription_id),
            )
            for each in mine[:4]
        ),
    )


def silenced(question: Question, desk: Desk, *, silent: bool, others: bool = False) -> Reply:
    """What comes without a sound from now on, or with one: of one kind, or all; `others` were, too."""
    kind = question.args.get("kind")
    chosen = [each for each in _of_chat(question.asker, desk) if kind in (None, each.kind)]
    if not chosen and not others:
        raise SubscriptionError("No such thing is sent here.", next_step="See what is: my subscriptions")
    with desk.home.bot() as connection:
        subscriptions.silence(connection, [each.subscription_id for each in chosen], silent=silent)
    named = _(_KINDS[str(kind)]) if kind else _("everything that comes by itself")
    sentence = _("{what}: without a sound from now on.") if silent else _("{what}: with a sound again.")
    return Reply(title=sentence.format(what=_capital(named)), facts={"silent": silent, "kind": kind})


def what(subscription: Subscription) -> str:
    """What is sent, in a few words."""
    if subscription.kind == "digest":
        return _("the digest")
    if subscription.kind == "reminder":
        return _("the reminder of user {user}").format(user=subscription.about)
    return _("“{question}”").format(question=subscription.question)


def when(subscription: Subscription) -> str:
    """How often it is sent and at what time."""
    time = subscription.local_time.removeprefix("0")
    if subscription.once_at is not None:
        return _("once at {time}").format(time=time)
    if subscription.weekdays == EVERY_DAY:
        return _("every day at {time}").format(time=time)
    return _("every {days} at {time}").format(days=formats.weekdays(subscription.weekdays), time=time)


def _understood(text: str) -> str:
    """The command that a question to be saved asks for; raises where it cannot be asked by itself."""
    found = understand(text, commands())
    command = next((each for each in commands() if each.name == found.command), None)
    if command is None or found.source != "pattern":
        raise SubscriptionError(
            "I do not understand the question “{question}”, so I cannot ask it for you.",
            next_step="Try it by itself first.",
            question=text,
        )
    acts = command.confirm or command.long or command.reports or command.role == "admin"
    if acts or command.name in _NOT_SAVED:
        raise SubscriptionError(
            "“{question}” does something, and only answers are sent by themselves.",
            next_step="Save a question, such as: every Monday 8:30 top 20 at risk",
            question=text,
        )
    return command.name


def _of_chat(asker: Asker, desk: Desk) -> list[Subscription]:
    with desk.home.bot() as connection:
        found = subscriptions.active(connection, asker.chat, asker.thread)
    # What is sent once of itself is nobody's wish.
    return [each for each in found if each.about not in (subscriptions.ACCESS, subscriptions.ALERT)]


def _next_day(subscription: Subscription, desk: Desk) -> str:
    if subscription.once_at is not None:
        return formats.day(desk.local_day(subscription.once_at))
    zone = desk.settings.zone
    return formats.day(next_at(subscription.local_time, zone, desk.moment(), subscription.weekdays).date())


def _again(ended: Subscription) -> Button:
    if ended.kind == "digest":
        return Button(_("Digest every day at 9:00"), _("send the digest every day at 9:00"))
    return Button(_("My subscriptions"), _("my subscriptions"))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
