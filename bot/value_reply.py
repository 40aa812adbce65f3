"""What a user or a segment is worth: the money first, its interval, then how good such figures are."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot import formats
from bot.command import Question
from bot.desk import Desk
from bot.i18n import _
from bot.reply import Button, Provenance, Reply, Table
from bot.segment_words import group_name
from bot.users import asked_user, in_a_question, last_order, not_scored, who_is_who
from predictor.segments import refresh_segments
from predictor.value import (
    VALUE_DAYS,
    GroupValue,
    Value,
    tested_like,
    value_of,
    value_of_groups,
    valuer_in_use,
)
from predictor.value_spread import SHARE
from storage.errors import OpsbotError
from storage.identities import exclusion_of
from storage.model_store import ModelRecord

LONGEST_DAYS = 3_650


class TooFarError(OpsbotError):
    """Nobody knows what users do in ten years."""

    kind = "too_far"


def value_reply(question: Question, desk: Desk) -> Reply:
    """What one user is expected to spend and to order, and when next."""
    days = days_asked(question)
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        user_id = asked_user(question, desk, connection)
        record = valuer_in_use(connection)
        who = who_is_who(question, desk, connection)
        value = value_of(connection, desk.home.models, user_id, as_of, days)
        if value is None:
            return _no_value(desk, connection, user_id, as_of, record, who, days)
        tested = tested_like(record, connection, desk.home.models, user_id, as_of)
        lines = [
            *who,
            _(
                "{share} of such users spend between {low} and {high}, net of returns; so far {past} in"
                " {orders} orders."
            ).format(
                share=formats.percent(SHARE),
                low=desk.money(connection, value.low_cents),
                high=desk.money(connection, value.high_cents),
                past=desk.money(connection, value.past_cents),
                orders=formats.count(value.past_orders),
            ),
            *_next_order(value, as_of, record),
            *_little_known(value),
            *carried_on(record, days),
            *(_track_line(tested, record, desk, connection) if tested else ()),
            *desk.stale_line(as_of),
        ]
        title = _("{money} in {orders} orders expected of user {user} within {days} days.").format(
            money=desk.money(connection, value.cents),
            orders=formats.decimal(value.orders),
            user=user_id,
            days=formats.count(days),
        )
    user = in_a_question(user_id)
    return Reply(
        title=title,
        lines=lines,
        facts={
            "user_id": user_id,
            "expected_orders": value.orders,
            "expected_cents": round(value.cents),
            "low_cents": round(value.low_cents),
            "high_cents": round(value.high_cents),
            "days": days,
            "interval": SHARE,
            **_dates(value, as_of),
        },
        buttons=(
            Button(_("What to offer?"), _("recommend for user {user}").format(user=user)),
            Button(_("Risk"), _("churn risk for user {user}").format(user=user)),
            Button(_("Profile"), _("tell me about user {user}").format(user=user)),
        ),
        provenance=value_provenance(record, as_of, days),
    )


def segments_value_reply(question: Question, desk: Desk) -> Reply:
    """What the users of each segment are expected to spend and to order together."""
    days = days_asked(question)
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        record = valuer_in_use(connection)
        settings = desk.settings
        refresh_segments(
            connection,
            horizon_days=settings.horizon_days,
            active_days=settings.active_days,
            progress=desk.progress,
        )
        groups = value_of_groups(connection, desk.home.models, as_of, days)
        title = _("{money} expected of all {users} users within {days} days; most of {name}.").format(
            money=desk.money(connection, sum(each.cents for each in groups)),
            users=formats.count(sum(each.users for each in groups)),
            days=formats.count(days),
            name=group_name("segment", groups[0].key),
        )
        return Reply(
            title=title,
            lines=[
                *carried_on(record, days),
                how_good_line(record, desk, connection),
                *desk.stale_line(as_of),
            ],
            facts={
                "days": days,
                "expected_orders": sum(each.orders for each in groups),
                "expected_cents": round(sum(each.cents for each in groups)),
            },
            table=_table(groups, desk, connection),
            buttons=(Button(_("Segments"), _("show segments")),),
            provenance=value_provenance(record, as_of, days),
        )


def how_good_line(record: ModelRecord, desk: Desk, connection: sqlite3.Connection) -> str:
    """What was expected of everybody in the back-test beside what came, and how many were within."""
    card = record.card
    return _(
        "Back-test over {window} days: {predicted} expected, {actual} came; {covered} of {users} users lay"
        " within their {share} interval."
    ).format(
        window=formats.count(card["window_days"]),
        predicted=desk.money(connection, card["cents_predicted"]),
        actual=desk.money(connection, card["cents_actual"]),
        covered=formats.percent(card["interval_coverage"]),
        users=formats.count(card["users_tested"]),
        share=formats.percent(SHARE),
    )


def days_asked(question: Question) -> int:
    """Over how many days: a year where nothing is said; raises TooFarError."""
    said = question.args.get("days")
    days = said if isinstance(said, int) else VALUE_DAYS
    if days > LONGEST_DAYS:
        raise TooFarError(
            "{days} days are further than anybody can see.",
            next_step="Ask for up to {longest} days, or leave the time out for a year.",
            days=days,
            longest=LONGEST_DAYS,
        )
    return days


def _dates(value: Value, as_of: date) -> dict[str, object]:
    names = ("next_order_from", "next_order_on", "next_order_until")
    if value.next_days is None:
        return dict.fromkeys(names)
    days = [as_of + timedelta(days=1 + min(int(each), LONGEST_DAYS)) for each in value.next_days]
    return {name: day.isoformat() for name, day in zip(names, days, strict=True)}


def _next_order(value: Value, as_of: date, record: ModelRecord) -> tuple[str, ...]:
    """When the next order comes, if one does; of who is lapsed, that it may not."""
    dates = [day for day in _dates(value, as_of).values() if isinstance(day, str)]
    if not dates:
        return ()
    first, middle, last = (formats.near_day(date.fromisoformat(day), as_of) for day in dates)
    if value.recency_days > record.active_days:
        text = _(
            "Lapsed: no order for {silence} days. If one comes at all: about {middle} ({first} to {last})."
        )
    else:
        text = _("Next order about {middle} (between {first} and {last}), if one comes.")
    return (text.format(silence=formats.age(value.recency_days), middle=middle, first=first, last=last),)


def _little_known(value: Value) -> tuple[str, ...]:
    if value.past_orders > 1:
        return ()
    return (_("One order so far: this is mostly what such users of this shop go on to spend."),)


def carried_on(record: ModelRecord, days: int) -> tuple[str, ...]:
    """That the time is longer than any that could be tested."""
    window, history = record.card["window_days"], record.card["history_days"]
    if days <= window:
        return ()
    return (
        _(
            "Carried on beyond what could be tested: windows of {window} days, of {history} days of orders."
        ).format(window=formats.count(window), history=formats.count(history)),
    )


def _track_line(
    tested: Mapping[str, Any], record: ModelRecord, desk: Desk, connection: sqlite3.Connection
) -> tuple[str, ...]:
    return (
        _(
            "Of {users} users given {low} to {high} over {window} days in the back-test, the average spent"
            " {actual}."
        ).format(
            users=formats.count(tested["users"]),
            low=desk.money(connection, tested["from_cents"]),
            high=desk.money(connection, tested["to_cents"]),
            window=formats.count(record.card["window_days"]),
            actual=desk.money(connection, tested["actual_cents"]),
        ),
    )


def _no_value(
    desk: Desk,
    connection: sqlite3.Connection,
    user_id: str,
    as_of: date,
    record: ModelRecord,
    who: tuple[str, ...],
    days: int,
) -> Reply:
    excluded = exclusion_of(connection, user_id) is not None
    last = last_order(desk.snapshot(connection), user_id)
    return Reply(
        title=_("User {user} is excluded, so there is no value.").format(user=user_id)
        if excluded
        else not_scored(last, as_of, record.active_days),
        lines=[*who, *desk.stale_line(as_of)],
        facts={
            "user_id": user_id,
            "expected_orders": None,
            "expected_cents": None,
            "low_cents": None,
            "high_cents": None,
            "days": days,
        },
        buttons=(Button(_("Profile"), _("tell me about user {user}").format(user=in_a_question(user_id))),),
        provenance=value_provenance(record, as_of, days),
    )


def _table(groups: list[GroupValue], desk: Desk, connection: sqlite3.Connection) -> Table:
    return Table(
        columns=("segment", "users", "expected_orders", "expected_cents", "low_cents", "high_cents"),
        rows=tuple(
            (
                group_name("segment", each.key),
                each.users,
                round(each.orders, 1),
                round(each.cents),
                round(each.cents_interval[0]),
                round(each.cents_interval[1]),
            )
            for each in groups
        ),
        headings=(_("segment"), _("users"), _("orders"), _("expected"), _("at least"), _("at most")),
        shown=tuple(
            (
                group_name("segment", each.key),
                formats.count(each.users),
                formats.count(each.orders),
                *(desk.money(connection, cents) for cents in (each.cents, *each.cents_interval)),
            )
            for each in groups
        ),
        narrow=frozenset({0, 1, 3}),
    )


def value_provenance(record: ModelRecord, as_of: date, days: int) -> Provenance:
    """What a value rests on."""
    return Provenance(
        as_of=as_of.isoformat(),
        data_through=as_of.isoformat(),
        model=record.version,
        horizon_days=days,
        definition=_("value: net revenue of the orders expected within {days} days").format(days=days),
    )
