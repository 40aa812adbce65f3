"""Finding the user a question is about, and saying plainly who has no score."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date

from bot import formats
from bot.command import Question
from bot.convertors import CONVERTORS
from bot.desk import Desk
from bot.i18n import N_, _, language
from bot.registry import commands
from bot.reply import MISSING_ARGUMENT
from storage.errors import OpsbotError, UnknownUserError
from storage.identities import Exclusion, exclusion_of, is_known, merge_of, user_of
from storage.moments import day_of
from storage.nearest import nearest, user_ids
from storage.privacy import Pseudonyms
from storage.snapshot import Snapshot

EXCLUDED_KINDS = {
    "staff": N_("staff"),
    "test": N_("test account"),
    "wholesale": N_("wholesale"),
    "": N_("no reason given"),
}


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
    """The stored id of the user that the question names, or of the one whom that id was merged into.

    Raises where none is named or none exists.
    """
    named = question.args.get("user")
    if not named:
        raise MissingArgumentError(
            "Which user?", next_step="Name one: {example}", example=example_of(question)
        )
    pseudonyms = Pseudonyms(desk.home.path)
    user_id = pseudonyms.id_for(str(named))
    if not is_known(connection, user_id):
        # Some platforms tell buyers by name only.
        user_id = pseudonyms.known_for(str(named))
    if not is_known(connection, user_id):
        # What was named by an e-mail address or a phone number is near no other.
        near = nearest(str(named), user_ids(connection)) if pseudonyms.id_for(str(named)) == named else ()
        raise UnknownUserError(
            "There is no user {user}.",
            next_step="Did you mean: {near}?"
            if near
            else "Check the id as the shop writes it, or ask who is at risk.",
            near=near,
            user=named,
        )
    return user_of(connection, user_id)


def who_is_who(question: Question, desk: Desk, connection: sqlite3.Connection) -> tuple[str, ...]:
    """That the id asked about is another user since a day, and that the user is excluded; mostly nothing."""
    user_id = Pseudonyms(desk.home.path).id_for(str(question.args.get("user")))
    merged = merge_of(connection, user_id)
    excluded = exclusion_of(connection, merged.into_user_id if merged else user_id)
    lines = []
    if merged:
        lines.append(
            _("User {user} is user {into} since {day}.").format(
                user=user_id, into=merged.into_user_id, day=_since(merged.from_at, desk)
            )
        )
    if excluded:
        lines.append(excluded_since(excluded, desk))
    return tuple(lines)


def excluded_since(excluded: Exclusion, desk: Desk) -> str:
    """That a user is excluded, why and since when, and what that means."""
    return _(
        "Excluded since {day} ({kind}): not scored, not listed and not trained on; sales count in totals."
    ).format(day=_since(excluded.from_at, desk), kind=excluded_kind(excluded.kind))


def excluded_kind(kind: str | None) -> str:
    """Why a user is excluded, in a word."""
    return _(EXCLUDED_KINDS[kind or ""])


def _since(epoch_seconds: int, desk: Desk) -> str:
    return formats.near_day(desk.local_day(epoch_seconds), desk.local_day(desk.moment()))


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
