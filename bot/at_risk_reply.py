"""The users most at risk, those first whose leaving would cost most."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from bot import formats
from bot.chart_data import risk_distribution
from bot.command import Question
from bot.desk import Desk
from bot.i18n import _
from bot.reasons_text import reason_text
from bot.reply import Button, Reply, Table
from bot.user_filters import asked_filter, filter_lines
from bot.users import in_a_question
from predictor.filters import condition
from predictor.flag_threshold import flag_threshold
from predictor.scoring import MEDIUM_FROM, reasons_of, refresh_scores
from storage import warning_holdouts, worklist
from storage.identities import user_of

DEFAULT_LIMIT = 10
# A reason takes a millisecond to work out, and nobody reads more of them than this.
MOST_REASONS = 1_000

# Repeat buyers come first: of most shops' one-time buyers nearly all are unlikely to come back, and a
# list of them is of no use to anybody.
_LISTED = """
SELECT user_id, probability, recency_days, monetary_cents, COUNT(*) OVER () AS matching
FROM scores
WHERE task = 'churn' AND probability >= :min_risk AND monetary_cents >= :min_value
    AND user_id NOT IN (SELECT value FROM json_each(:not_listed)) AND {chosen}
ORDER BY frequency > 1 DESC, probability * monetary_cents DESC, user_id
LIMIT :limit
"""
_NOT_LISTED = """
SELECT
    COALESCE(SUM(user_id NOT IN (SELECT value FROM json_each(:held_out))), 0),
    COALESCE(SUM(user_id IN (SELECT value FROM json_each(:held_out))), 0)
FROM scores
WHERE task = 'churn' AND probability >= :min_risk AND monetary_cents >= :min_value
    AND user_id IN (SELECT value FROM json_each(:not_listed)) AND {chosen}
"""


def at_risk_reply(question: Question, desk: Desk) -> Reply:
    """A table ordered by probability × money spent; without a bound, of the medium and high risks."""
    args = question.args
    limit = min(_number(args.get("limit"), DEFAULT_LIMIT), 2**31)
    bounds = {
        "min_risk": _number(args.get("min_risk"), MEDIUM_FROM),
        "min_value": _number(args.get("min_value"), -(2**62)),
        "limit": int(limit),
    }
    with desk.store() as connection:
        held_out = held_out_users(desk, connection)
        not_listed = snoozed_users(desk, connection) | held_out
        wanted: dict[str, object] = {**bounds, "not_listed": json.dumps(sorted(not_listed))}
        as_of = desk.as_of(connection)
        record = refresh_scores(connection, desk.home.models, as_of, desk.settings.flag_at)
        filtered = asked_filter(args, desk, connection)
        # The money spent is among the scores already.
        chosen = condition(desk.snapshot(connection), replace(filtered, min_value=None))
        wanted |= chosen.parameters
        found = connection.execute(_LISTED.format(chosen=chosen.sql), wanted).fetchall()
        snoozed, held = connection.execute(
            _NOT_LISTED.format(chosen=chosen.sql), {**wanted, "held_out": json.dumps(sorted(held_out))}
        ).fetchone()
        scored, flagged = connection.execute(
            "SELECT COUNT(*), COALESCE(SUM(flagged), 0) FROM scores WHERE task = 'churn'"
        ).fetchone()
        reasons = main_reasons(desk, connection, [row["user_id"] for row in found[:MOST_REASONS]])
        reasons += [""] * (len(found) - len(reasons))
        table = risk_table(desk, connection, found, reasons)
        said = filter_lines(filtered, desk, connection)
        chart = risk_distribution(connection, flag_threshold(connection, record, desk.settings.flag_at))
    # Who is snoozed or held out is at risk all the same, and counts.
    matching = snoozed + held + (found[0]["matching"] if found else 0)
    return Reply(
        title=_(
            "{matching} of {scored} active users are at a risk of {min_risk} or more;"
            " flagged in all: {flagged}."
        ).format(
            matching=formats.count(matching),
            scored=formats.count(scored),
            min_risk=formats.percent(bounds["min_risk"], places=0 if "min_risk" not in args else 1),
            flagged=formats.count(flagged),
        ),
        lines=[
            *said,
            *desk.stale_line(as_of),
            *_left_out_line(snoozed),
            *_held_out_line(held),
            *_without_reasons_line(len(found)),
            *([_("By risk × money spent, repeat buyers before one-time buyers:")] if found else []),
        ],
        facts={"matching": matching, "scored": scored, "flagged": flagged},
        table=table,
        chart=chart,
        buttons=tuple(
            Button(
                _("Why user {user}?").format(user=row["user_id"]),
                _("why is user {user} at risk").format(user=in_a_question(row["user_id"])),
            )
            for row in found[:3]
        ),
        provenance=desk.provenance(as_of, record),
    )


def risk_table(
    desk: Desk, connection: sqlite3.Connection, found: Sequence[sqlite3.Row], reasons: Sequence[str]
) -> Table:
    """Users with risk, days since their last order, money spent and main reason: a row of `scores` each."""
    return Table(
        columns=("user_id", "probability", "recency_days", "monetary_cents", "reason"),
        rows=tuple(
            (row["user_id"], row["probability"], row["recency_days"], row["monetary_cents"], reason)
            for row, reason in zip(found, reasons, strict=True)
        ),
        headings=(_("user"), _("risk"), _("days since last order"), _("spent"), _("main reason")),
        shown=tuple(
            (
                row["user_id"],
                formats.percent(row["probability"]),
                formats.age(row["recency_days"]),
                desk.money(connection, row["monetary_cents"]),
                reason,
            )
            for row, reason in zip(found, reasons, strict=True)
        ),
        narrow=frozenset({0, 1, 3, 4}),
    )


def snoozed_users(desk: Desk, connection: sqlite3.Connection) -> frozenset[str]:
    """The ids of who is snoozed now; a snooze stays with who was merged since."""
    with desk.home.bot() as bot:
        snoozed = worklist.snoozed(bot, at=desk.moment())
    return frozenset(user_of(connection, user_id) for user_id in snoozed)


def held_out_users(desk: Desk, connection: sqlite3.Connection) -> frozenset[str]:
    """The ids of who is not listed now, so that it can be measured what being listed does."""
    held_out = warning_holdouts.held_out(connection, at=desk.moment())
    return frozenset(user_of(connection, user_id) for user_id in held_out)


def _held_out_line(held_out: int) -> tuple[str, ...]:
    if not held_out:
        return ()
    return (
        _("Held out to measure the warnings, and not listed: {count}.").format(count=formats.count(held_out)),
    )


def _left_out_line(left_out: int) -> tuple[str, ...]:
    if not left_out:
        return ()
    if left_out == 1:
        return (_("One snoozed user is not listed."),)
    return (_("{count} snoozed users are not listed.").format(count=formats.count(left_out)),)


def _without_reasons_line(rows: int) -> tuple[str, ...]:
    if rows <= MOST_REASONS:
        return ()
    return (_("Reasons stand beside the first {count}.").format(count=formats.count(MOST_REASONS)),)


def main_reasons(desk: Desk, connection: sqlite3.Connection, user_ids: Sequence[str]) -> list[str]:
    """What raises the risk of each most; what lowers it is no reason to be on a list."""
    found = reasons_of(connection, desk.home.models, user_ids, desk.as_of(connection))
    return [
        reason_text(max(found[user_id], key=lambda reason: reason.effect), desk, connection)
        if user_id in found
        else ""
        for user_id in user_ids
    ]


def _number(value: object, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default
