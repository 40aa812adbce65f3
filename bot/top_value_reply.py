"""The users who are expected to spend most, as a list with a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bot import formats
from bot.command import Question
from bot.desk import Desk
from bot.i18n import _
from bot.list_file import list_file
from bot.reply import Button, Reply, Table
from bot.user_filters import asked_filter, filter_lines
from bot.users import in_a_question
from bot.value_reply import carried_on, days_asked, how_good_line, value_provenance
from predictor.filters import fitting
from predictor.value import UserWorth, most_valuable, valuer_in_use

DEFAULT_LIMIT = 10
MOST_ROWS = 1_000
COLUMNS = (
    "user_id",
    "expected_cents",
    "low_cents",
    "high_cents",
    "expected_orders",
    "monetary_cents",
    "recency_days",
)


def top_value_reply(question: Question, desk: Desk) -> Reply:
    """Those first who are expected to spend most within the time; lapsed users too, excluded ones not."""
    limit = question.args.get("limit")
    shown = min(int(limit), MOST_ROWS) if isinstance(limit, int | float) else DEFAULT_LIMIT
    days = days_asked(question)
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        record = valuer_in_use(connection)
        wanted = asked_filter(question.args, desk, connection)
        found = most_valuable(connection, desk.home.models, as_of, days)
        if wanted:
            kept = fitting(desk.snapshot(connection), wanted, [each.user_id for each in found])
            found = [each for each in found if each.user_id in kept]
        top = found[:shown]
        together = sum(each.cents for each in found)
        of_top = sum(each.cents for each in top)
        title = (
            _(
                "{top} users are expected to spend {money} within {days} days, {share} of what all"
                " {users} will."
            )
            if top
            else _("There is no such user.")
        ).format(
            top=formats.count(len(top)),
            money=desk.money(connection, of_top),
            days=formats.count(days),
            share=formats.percent(of_top / together if together else 0.0),
            users=formats.count(len(found)),
        )
        lines = [
            *filter_lines(wanted, desk, connection),
            *carried_on(record, days),
            how_good_line(record, desk, connection),
            *desk.stale_line(as_of),
        ]
        table = _table(top, desk, connection) if top else None
    attachments = (
        (
            list_file(
                desk,
                f"most-valuable-{as_of.isoformat()}-{days}-days",
                COLUMNS,
                map(_row, found),
                kind="top_value",
            ),
        )
        if len(found) > len(top)
        else ()
    )
    return Reply(
        title=title,
        lines=lines,
        facts={
            "days": days,
            "users": len(found),
            "expected_cents": round(together),
            "top_expected_cents": round(of_top),
        },
        table=table,
        attachments=attachments,
        buttons=tuple(
            Button(each.user_id, _("tell me about user {user}").format(user=in_a_question(each.user_id)))
            for each in top[:3]
        ),
        provenance=value_provenance(record, as_of, days),
    )


def _row(each: UserWorth) -> tuple[object, ...]:
    return (
        each.user_id,
        round(each.cents),
        round(each.low_cents),
        round(each.high_cents),
        round(each.orders, 2),
        each.past_cents,
        round(each.recency_days, 1),
    )


def _table(top: Sequence[UserWorth], desk: Desk, connection: sqlite3.Connection) -> Table:
    return Table(
        columns=COLUMNS,
        rows=tuple(map(_row, top)),
        headings=(
            _("user"),
            _("expected"),
            _("at least"),
            _("at most"),
            _("orders"),
            _("spent"),
            _("days since last order"),
        ),
        shown=tuple(
            (
                each.user_id,
                *(desk.money(connection, cents) for cents in (each.cents, each.low_cents, each.high_cents)),
                formats.decimal(each.orders),
                desk.money(connection, each.past_cents),
                formats.age(each.recency_days),
            )
            for each in top
        ),
        narrow=frozenset({0, 1, 5}),
    )
