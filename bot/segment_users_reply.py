"""Who is in a segment, as a list with a file, and which segment one user is in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from bot import formats
from bot.command import Question
from bot.desk import Desk
from bot.i18n import _
from bot.list_file import list_file
from bot.reply import Attachment, Button, Reply, Table
from bot.segment_words import group_description, group_name, present_groups
from bot.segments_reply import no_risk_line, provenance_of, up_to_date
from bot.user_filters import asked_filter, filter_lines
from bot.users import MissingArgumentError, asked_user, in_a_question, who_is_who
from predictor.filters import condition
from predictor.segments import segment_of

DEFAULT_LIMIT = 10
MOST_ROWS = 1_000

COLUMNS = ("user_id", "probability", "recency_days", "frequency", "monetary_cents")
_WHO = """
SELECT u.user_id, s.probability, u.recency_days, u.frequency, u.monetary_cents
FROM user_segments u LEFT JOIN scores s ON s.task = 'churn' AND s.user_id = u.user_id
WHERE {chosen}
ORDER BY u.monetary_cents DESC, u.user_id
"""
_HOW_MANY = "SELECT COUNT(*), COALESCE(SUM(u.monetary_cents), 0) FROM user_segments u WHERE {chosen}"


def segment_users_reply(question: Question, desk: Desk) -> Reply:
    """The users of a segment, or of any filter: those first who spent most; all of them as a file."""
    limit = question.args.get("limit")
    shown = min(int(limit), MOST_ROWS) if isinstance(limit, int | float) else DEFAULT_LIMIT
    with desk.store() as connection:
        _segmented, record = up_to_date(desk, connection)
        wanted = asked_filter(question.args, desk, connection)
        if not wanted:
            names = " · ".join(group_name(each.scheme, each.key) for each in present_groups(connection))
            raise MissingArgumentError("Which segment?", next_step="There are: {names}.", names=names)
        chosen = condition(desk.snapshot(connection), wanted, user_id="u.user_id")
        users, cents = connection.execute(_HOW_MANY.format(chosen=chosen.sql), chosen.parameters).fetchone()
        found = connection.execute(_WHO.format(chosen=chosen.sql), chosen.parameters)
        rows = found.fetchmany(shown)
        table = _table(rows, desk, connection)
        as_of = desk.as_of(connection)
        attachments = _file(desk, [*rows, *found], as_of) if users > len(rows) else ()
        lines = [
            *filter_lines(replace(wanted, segment=None), desk, connection),
            *([_("Those first who spent most:")] if rows else []),
            *no_risk_line(record),
            *desk.stale_line(as_of),
        ]
        money = desk.money(connection, cents)
        provenance = provenance_of(desk, connection, record)
    named = wanted.segment
    title = (
        _("{users} users in {segment}, who spent {money} together.").format(
            users=formats.count(users), segment=group_name(named.scheme, named.key), money=money
        )
        if named is not None
        else _("{users} users, who spent {money} together.").format(users=formats.count(users), money=money)
    )
    return Reply(
        title=title,
        lines=lines,
        facts={
            "segment": named.key if named else None,
            "scheme": named.scheme if named else None,
            "users": users,
            "monetary_cents": cents,
        },
        table=table,
        attachments=attachments,
        buttons=(
            Button(
                _("At risk among them"),
                _("at risk in segment {name}").format(name=f'"{group_name(named.scheme, named.key)}"'),
            ),
        )
        if named is not None and record is not None
        else (),
        provenance=provenance,
    )


def segment_of_reply(question: Question, desk: Desk) -> Reply:
    """The segment and the RFM group of one user."""
    with desk.store() as connection:
        user_id = asked_user(question, desk, connection)
        _segmented, record = up_to_date(desk, connection)
        found = segment_of(connection, user_id)
        lines = [*who_is_who(question, desk, connection), *desk.stale_line(desk.as_of(connection))]
        provenance = provenance_of(desk, connection, record)
    title = (
        segment_line(user_id, found)
        if found
        else _("User {user} is in no segment: only users with orders are, and nobody excluded.").format(
            user=user_id
        )
    )
    return Reply(
        title=title,
        lines=[group_sentence("segment", found[0]), group_sentence("rfm", found[1]), *lines]
        if found
        else lines,
        facts={
            "user_id": user_id,
            "segment": found[0] if found else None,
            "segment_name": group_name("segment", found[0]) if found else None,
            "rfm": found[1] if found else None,
            "rfm_name": group_name("rfm", found[1]) if found else None,
        },
        buttons=(
            Button(_("Profile"), _("tell me about user {user}").format(user=in_a_question(user_id))),
            Button(_("Segments"), _("show segments")),
        ),
        provenance=provenance,
    )


def segment_line(user_id: str, found: tuple[str, str]) -> str:
    """Which segment and RFM group a user is in."""
    return _("User {user} is in the segment {segment}; RFM: {rfm}.").format(
        user=user_id, segment=group_name("segment", found[0]), rfm=group_name("rfm", found[1])
    )


def group_sentence(scheme: str, key: str) -> str:
    """A group with what its users are like."""
    return _("{name}: {traits}").format(name=group_name(scheme, key), traits=group_description(scheme, key))


def _table(rows: Iterable[sqlite3.Row], desk: Desk, connection: sqlite3.Connection) -> Table:
    rows = list(rows)
    return Table(
        columns=COLUMNS,
        rows=tuple(tuple(row) for row in rows),
        headings=(_("user"), _("risk"), _("days since last order"), _("orders"), _("spent")),
        shown=tuple(
            (
                row["user_id"],
                "–" if row["probability"] is None else formats.percent(row["probability"]),
                formats.age(row["recency_days"]),
                formats.count(row["frequency"]),
                desk.money(connection, row["monetary_cents"]),
            )
            for row in rows
        ),
        narrow=frozenset({0, 1, 4}),
    )


def _file(desk: Desk, rows: Iterable[sqlite3.Row], as_of: date) -> tuple[Attachment, ...]:
    """All of them, in the home's exports."""
    return (list_file(desk, f"segment-users-{as_of.isoformat()}", COLUMNS, rows, kind="segment_users"),)
