"""Alerts in words: what is sent when one is raised, what is open now, and who gets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot import formats
from bot.alert_roads import choice_in
from bot.command import Question
from bot.concerns import concerns
from bot.desk import Desk
from bot.i18n import N_, _, joined, language
from bot.problems import all_worded, worded
from bot.reply import Button, Reply
from bot.subscription_replies import SubscriptionError, silenced, what
from storage import alerts, subscriptions
from storage.alerts import Alert, Choice, Wish
from storage.subscriptions import Subscription

MOST_NAMED = 5
_SOUND: Mapping[bool, Choice] = {True: "silent", False: "on"}
# What to do next; and the button with its question.
_NEXT = {
    "night": N_("Mend that, then run the nightly work again; the other steps were done."),
    "stale": N_("Send newer orders here, or put them into the inbox."),
    "inbox": N_("Mend them and put them into the inbox again; this is over when inbox/failed is empty."),
    "token": N_("Get a token from @BotFather, put it into .env and start the bot again."),
}
_BUTTONS = {
    "night": (N_("Run it again"), N_("run the nightly work")),
    "stale": (N_("Import the inbox"), N_("import the inbox")),
    "training": (N_("How good is it?"), N_("how good is the model")),
    "no training": (N_("Train again"), N_("train the model")),
}


def alert_reply(desk: Desk, subscription: Subscription) -> Reply:
    """What is sent when alerts are raised: a sentence, and what to do next."""
    with desk.home.bot() as connection:
        found = alerts.by_numbers(connection, [int(each) for each in subscription.question.split(",")])
    lasting = [each for each in found if not each.over] or found
    said, *lines = _lines(lasting, desk)
    if all(each.over for each in lasting):
        lines.append(_("This is over by now."))
    return Reply(
        title=_("Alert: {said}").format(said=said),
        lines=lines,
        facts={"alerts": [{"kind": each.kind, "subject": each.subject, **each.said} for each in found]},
        buttons=_buttons(lasting),
        command="alert",
    )


def alerts_reply(question: Question, desk: Desk) -> Reply:
    """What is open now, and whether alerts come to this chat."""
    with desk.home.bot() as connection:
        known = {(each.kind, each.subject): each for each in alerts.still_open(connection)}
    now = [each for each in concerns(desk) if each.kind not in alerts.HAPPENS]
    there = {(each.kind, each.subject) for each in now}
    # Only the bot itself learns of some.
    told = [
        each for each in known.values() if each.kind == "token" and (each.kind, each.subject) not in there
    ]
    lasting = [Alert(0, each.kind, each.subject, each.said, desk.moment(), None) for each in now] + told
    here = choice_in(desk, question.asker.chat, question.asker.thread)
    words = {
        "on": N_("Alerts come to this chat."),
        "silent": N_("Alerts come to this chat, without a sound."),
        "off": N_("Alerts do not come to this chat."),
    }
    lines = _lines(lasting, desk) if lasting else []
    return Reply(
        title=_("Open alerts: {count}.").format(count=formats.count(len(lasting)))
        if lasting
        else _("No open alerts."),
        lines=[*lines, *([_(words[here])] if question.asker.chat else [])],
        facts={
            "open": len(lasting),
            "alerts": [{"kind": each.kind, "subject": each.subject, **each.said} for each in lasting],
            "here": here if question.asker.chat else None,
        },
        buttons=(*_buttons(lasting), *(_switch(here) if question.asker.chat else ())),
    )


def alerts_chosen(question: Question, desk: Desk, choice: Choice) -> Reply:
    """Whether alerts come to this chat from now on, and how; raises where there is no chat."""
    _choose(question, desk, choice)
    titles = {
        "on": N_("Alerts come here from now on."),
        "silent": N_("Alerts: without a sound from now on."),
        "off": N_("Alerts do not come here any more."),
    }
    tells = _("They tell of a failed night, old data, files not imported, messages not delivered, trainings.")
    return Reply(
        title=_(titles[choice]),
        lines=[tells] if choice == "on" else [],
        facts={"alerts": choice},
        buttons=(*_switch(choice), Button(_("Open alerts"), _("alerts"))),
    )


def muted(question: Question, desk: Desk, *, silent: bool) -> Reply:
    """What comes without a sound from now on, or with one: of one kind, or all, alerts included."""
    kind, choice = question.args.get("kind"), _SOUND[silent]
    if kind == "alert":
        return alerts_chosen(question, desk, choice)
    others = kind is None and choice_in(desk, question.asker.chat, question.asker.thread) != "off"
    if others:
        _choose(question, desk, choice)
    return silenced(question, desk, silent=silent, others=others)


def _choose(question: Question, desk: Desk, choice: Choice) -> None:
    """Keep what this chat wants of alerts."""
    asker = question.asker
    if not asker.chat:
        raise SubscriptionError(
            "There is no chat here to send it to.", next_step="Say it to the bot on Telegram."
        )
    with desk.home.bot() as connection:
        alerts.wish(connection, Wish(asker.chat, asker.thread, choice, language()))


def _switch(choice: str) -> tuple[Button, ...]:
    if choice == "off":
        return (Button(_("Alerts on"), _("alerts on")),)
    return (Button(_("Alerts off"), _("alerts off")),)


def _buttons(about: Sequence[Alert]) -> tuple[Button, ...]:
    kinds = dict.fromkeys(
        "no training" if each.kind == "training" and each.said["outcome"] != "ok" else each.kind
        for each in about
    )
    return tuple(Button(_(_BUTTONS[kind][0]), _(_BUTTONS[kind][1])) for kind in kinds if kind in _BUTTONS)


def _lines(about: Sequence[Alert], desk: Desk) -> list[str]:
    """A sentence for each, the files in one; then what to do next, for each kind once."""
    lines: list[str] = []
    for kind in dict.fromkeys(each.kind for each in about):
        mine = [each for each in about if each.kind == kind]
        if kind == "inbox":
            lines.append(_files([each.subject for each in mine]))
        else:
            lines += [_SAID[kind](each.said, desk) for each in mine]
        if kind in _NEXT:
            lines.append(_(_NEXT[kind]))
    return lines


def _night(said: Mapping[str, Any], _desk: Desk) -> str:
    return _("The work of the night of {day} failed: {problem}").format(
        day=formats.day(date.fromisoformat(said["day"])), problem=all_worded(said["problems"])
    )


def _stale(said: Mapping[str, Any], desk: Desk) -> str:
    day = date.fromisoformat(said["day"])
    return _("The latest order is of {day}, {age} days ago: no answer is about today.").format(
        day=formats.day(day), age=formats.count(desk.age_days(day))
    )


def _files(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        shown = _("{names} and {left} more").format(names=shown, left=len(names) - MOST_NAMED)
    return _("Not imported: {files}; the reports lie in inbox/failed.").format(files=shown)


def _delivery(said: Mapping[str, Any], desk: Desk) -> str:
    with desk.home.bot() as connection:
        about = subscriptions.find(connection, said["subscription"])
    sent = _("an alert") if about.about == subscriptions.ALERT else what(about)
    telegram = said["target"] == "telegram"
    # Of a webhook only the host may be shown; the key of the ledger has no more.
    where = (
        _("chat {chat}").format(chat=said["chat"])
        if telegram
        else _("the webhook of {host}").format(host=said["chat"].partition("#")[0])
    )
    if said["refused"]:
        sentence = _("Not delivered: {what} to {where} was refused.").format(what=sent, where=where)
    else:
        sentence = _("Not delivered: {what} to {where} did not get through in {tries} tries.").format(
            what=sent, where=where, tries=formats.count(said["tries"])
        )
    usual = _("See whether the bot is still in that chat and may write.") if telegram else ""
    return joined(sentence, *(worded(said["problem"]) if said["problem"] else (usual,)))


def _training(said: Mapping[str, Any], _desk: Desk) -> str:
    if said["outcome"] != "ok":
        return _("A training failed: the model in use stays. Train again to see why.")
    if said.get("promoted"):
        return _("Model {version} is trained and in use.").format(version=said["version"])
    return _("Model {version} is trained but not better: the one in use stays.").format(
        version=said.get("version", "–")
    )


def _token(_said: Mapping[str, Any], _desk: Desk) -> str:
    return _("Telegram does not know the bot's token any more: it answers nobody there.")


_SAID = {
    "night": _night,
    "stale": _stale,
    "delivery": _delivery,
    "training": _training,
    "token": _token,
}
