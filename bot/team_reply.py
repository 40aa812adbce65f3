"""Operators by message: who there is, letting one in, letting one in no more."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from bot import formats
from bot.command import Question
from bot.desk import Desk
from bot.i18n import _, language
from bot.reply import Button, Reply, Table
from bot.team import ROLES, Member, members, named
from bot.users import MissingArgumentError, example_of
from bot.worklist_reply import operator_name
from storage import operators, subscriptions
from storage.errors import OpsbotError
from storage.subscriptions import Subscription


class NamedInSettingsError(OpsbotError):
    """The settings let this operator in, and no message can change settings."""

    kind = "in_settings"


def operators_reply(desk: Desk) -> Reply:
    """A table of everybody who may use the bot, and the groups in which it answers."""
    with desk.home.bot() as connection:
        everybody = _everybody(desk, connection)
    admins = sum(member.role == "admin" for member in everybody)
    lines = []
    if desk.settings.chats:
        lines.append(_("Groups: {chats}.").format(chats=", ".join(desk.settings.chats)))
    if not everybody:
        lines.append(_("Add one: {example}").format(example=_("add operator 123456 as Mei")))
    return Reply(
        title=_("Admins: {admins}; operators: {operators}.").format(
            admins=formats.count(admins), operators=formats.count(len(everybody) - admins)
        ),
        lines=lines,
        facts={
            "admins": [member.operator for member in everybody if member.role == "admin"],
            "operators": [member.operator for member in everybody if member.role == "operator"],
            "chats": list(desk.settings.chats),
        },
        table=_table(everybody, desk) if everybody else None,
    )


def add_operator_reply(question: Question, desk: Desk) -> Reply:
    """Who may use the bot now, or that they may already; raises where no id is named."""
    operator, name = str(question.args.get("operator", "")), str(question.args.get("name", ""))
    if not operator:
        raise MissingArgumentError(
            "Which id? Whoever writes /whoami to the bot is told theirs.",
            next_step="Name it: {example}",
            example=example_of(question),
        )
    with desk.home.bot() as connection:
        before = {member.operator: member for member in _everybody(desk, connection)}.get(operator)
        if before is None or not before.setting:
            by = question.asker.operator
            name = operators.add(connection, operator, name, by=by, at=desk.moment()).name
        if before is None:
            _tell(connection, operator, question, desk)
        shown = _named_so(operator, name or (before.name if before else ""))
    if before is None:
        title = _("{operator} may use this bot now.").format(operator=shown)
    elif before.setting:
        title = _("{operator} may use this bot already: the setting {setting} says so.").format(
            operator=shown, setting=before.setting
        )
    else:
        title = _("{operator} may use this bot already.").format(operator=shown)
    return Reply(
        title=title,
        facts={"operator": operator, "name": name, "added": before is None},
        buttons=(Button(_("Who may use this bot?"), _("who are the operators")),),
    )


def remove_operator_reply(question: Question, desk: Desk) -> Reply:
    """Who may use the bot no more; raises where nobody, or more than one, or a setting is meant."""
    asked = str(question.args.get("operator", ""))
    if not asked:
        raise MissingArgumentError(
            "Which operator?", next_step="Name one: {example}", example=example_of(question)
        )
    with desk.home.bot() as connection:
        member = named(asked, _everybody(desk, connection))
        if member.setting:
            raise NamedInSettingsError(
                "{operator} stands in the setting {setting}, which no message can change.",
                next_step="Take the id out of .env and start the bot again.",
                operator=_named_so(member.operator, member.name),
                setting=member.setting,
            )
        operators.remove(connection, member.operator, at=desk.moment())
        _tell(connection, member.operator, question, desk)
    return Reply(
        title=_("{operator} may use this bot no more.").format(
            operator=_named_so(member.operator, member.name)
        ),
        facts={"operator": member.operator, "name": member.name},
        buttons=(Button(_("Who may use this bot?"), _("who are the operators")),),
    )


def access_reply(desk: Desk, subscription: Subscription) -> Reply:
    """What is said to who was let in, or let in no more, as it stands now."""
    with desk.home.bot() as connection:
        there = any(each.operator == subscription.chat for each in _everybody(desk, connection))
    by = operator_name(subscription.operator, subscription.operator_name)
    if not there:
        return Reply(_("You may not use this bot any more: {name} took you off the list.").format(name=by))
    return Reply(
        title=_("You may use this bot now: {name} let you in.").format(name=by),
        buttons=(Button(_("Help"), _("help")), Button(_("Who is at risk?"), _("who is at risk"))),
    )


def _tell(connection: sqlite3.Connection, operator: str, question: Question, desk: Desk) -> None:
    """Tell them, through the ledger; who never wrote to the bot cannot be told."""
    if desk.settings.telegram_token is None:
        return
    word = Subscription(
        kind="question",
        local_time=f"{desk.local_moment(desk.moment()):%H:%M}",
        language=language(),
        operator=question.asker.operator,
        operator_name=question.asker.name,
        created_at=desk.moment(),
        chat=operator,
        about=subscriptions.ACCESS,
        once_at=desk.moment(),
    )
    subscriptions.subscribe(connection, word)


def _everybody(desk: Desk, connection: sqlite3.Connection) -> Sequence[Member]:
    return members(desk.settings, operators.every(connection), operators.names(connection))


def _named_so(operator: str, name: str) -> str:
    return f"{name} ({operator})" if name else operator


def _table(everybody: Sequence[Member], desk: Desk) -> Table:
    return Table(
        columns=("operator", "name", "role", "source"),
        rows=tuple(
            (member.operator, member.name, member.role, member.setting or "message") for member in everybody
        ),
        headings=(_("id"), _("name"), _("role"), _("let in by")),
        shown=tuple(
            (member.operator, member.name, _(ROLES[member.role]), _source(member, desk))
            for member in everybody
        ),
    )


def _source(member: Member, desk: Desk) -> str:
    if member.setting or member.added_at is None:
        return member.setting
    day = datetime.fromtimestamp(member.added_at, UTC).astimezone(desk.settings.zone).date()
    return _("message of {day}").format(day=formats.day(day))
