"""Finding the user a question is about, and saying plainly who has no score."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date

from bot import formats
from bot.command import Question
from bot.convertors import CONVERTORS
from bot.desk import Desk
from bot.i18n import _, language
from bot.registry import commands
from bot.reply import MISSING_ARGUMENT
from storage.errors import OpsbotError, UnknownUserError
from storage.moments import day_of
from storage.privacy import Pseudonyms
from storage.snapshot import Snapshot

_OF_USERS = ("lines", "users", "reviews", "events", "contacts")


class MissingArgumentError(OpsbotError):
    """A question left out what it is about."""

    kind = MISSING_ARGUMENT


@dataclass(frozen=True)
class LastOrder:
    """When a user last ordered as known at a snapshot; None for who never did."""

    user_id: str
    day: date | None


def example_of(question: Question) -> str:
    """A sentence that asks for the same command, with all it needs."""
    return next(each for each in commands() if each.name == question.command).examples[language()][0]


def asked_user(question: Question, desk: Desk, connection: sqlite3.Connection) -> str:
    """The stored id of the user that the question names; raises where none is named or none exists."""
    named = question.args.get("user")
    if not named:
        raise MissingArgumentError(
            "Which user?", next_step="Name one: {example}", example=example_of(question)
        )
    pseudonyms = Pseudonyms(desk.home.path)
    user_id = pseudonyms.id_for(str(named))
    if not _is_known(user_id, connection):
        # Some platforms tell buyers by name only.
        user_id = pseudonyms.known_for(str(named))
    if not _is_known(user_id, connection):
        raise UnknownUserError(
            "There is no user {user}.",
            next_step="Check the id as the shop writes it, or ask who is at risk.",
            user=named,
        )
    return user_id


def _is_known(user_id: str, connection: sqlite3.Connection) -> bool:
    """Whether any table that speaks of users has this one: who never ordered may have written."""
    anywhere = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE user_id = :id)" for table in _OF_USERS)
    return bool(connection.execute(f"SELECT {anywhere}", {"id": user_id}).fetchone()[0])


def in_a_question(user_id: str) -> str:
    """The id after the word "user" or 用户, in quotes where it would not be read back without them."""
    return CONVERTORS["who"].write(user_id, chinese=False).removeprefix("user ")


def last_order(snapshot: Snapshot, user_id: str) -> LastOrder:
    """When that user last ordered as known at the snapshot."""
    latest = snapshot.query(" SELECT MAX(ordered_at) FROM orders", user_id=user_id).fetchone()[0]
    return LastOrder(user_id, day_of(latest) if latest is not None else None)


def not_scored(last: LastOrder, as_of: date, active_days: int) -> str:
    """Why a user who is not active has no probability, and when they last ordered."""
    if last.day is None:
        return _("User {user} has not ordered yet, so there is nothing to predict from.").format(
            user=last.user_id
        )
    return _(
        "User {user} last ordered on {day} ({ago}): lapsed, and only users who ordered in the last"
        " {active} days are scored."
    ).format(
        user=last.user_id,
        day=formats.day(last.day),
        ago=formats.days_ago((as_of - last.day).days),
        active=active_days,
    )
