"""The digest: who is newly flagged, what became of earlier ones, and whom to write to today."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot import formats
from bot.at_risk_reply import held_out_users, main_reasons, risk_table, snoozed_users
from bot.chart_data import risk_distribution
from bot.desk import Desk
from bot.drift_words import drift_lines
from bot.flag_outcomes import outcomes, takers
from bot.i18n import _
from bot.list_file import list_file
from bot.reply import Attachment, Button, Reply
from bot.users import in_a_question
from bot.worklist_reply import operator_name
from predictor.flag_changes import flagged_users
from predictor.flag_threshold import flag_threshold
from predictor.scoring import refresh_scores
from predictor.training import TASK
from storage import flag_events
from storage.identities import exclusion_of, user_of
from storage.model_store import ModelRecord
from storage.moments import DAY_SECONDS
from storage.recent_contacts import contacted_since

_ROWS = """
SELECT user_id, probability, recency_days, monetary_cents FROM scores WHERE task = ? AND flagged
ORDER BY probability * monetary_cents DESC, user_id
"""
_BUTTONS = 3


@dataclass(frozen=True)
class Seen:
    """How far a chat has been told of flags: up to which event, by the digest of which day."""

    event: int
    day: date


@dataclass(frozen=True)
class Digest:
    """A digest, and how far who reads it knows of flags then."""

    reply: Reply
    event: int


@dataclass(frozen=True)
class _News:
    """Rows of `scores` by the value at risk: who is to be listed, the first of them; who is only counted."""

    new: int
    eligible: Sequence[sqlite3.Row]
    snoozed: int
    contacted: int
    held_out: int


@dataclass(frozen=True)
class _Gone:
    """How many became flagged since the last digest and, before this one, were excluded or lapsed."""

    excluded: int
    lapsed: int


def digest(desk: Desk, seen: Seen | None, *, keep_file: bool = True) -> Digest:
    """What is new since `seen`, or where that is None all that is flagged.

    With `keep_file` the rest of a long list is kept as a file. Raises EmptyStoreError and NoModelError.
    """
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        record = refresh_scores(connection, desk.home.models, as_of, desk.settings.flag_at)
        event = flag_events.last_event(connection)
        flagged = flagged_users(connection)
        before = flag_events.flagged_after(connection, seen.event) if seen else frozenset()
        news = _news(desk, connection, flagged - before)
        gone = _gone(connection, _entered(connection, seen, record, as_of), flagged, before)
        listed = news.eligible[: desk.settings.daily_capacity]
        lines = [
            *_since_line(connection, before - flagged, len(flagged - before), seen),
            *_earlier_line(desk, connection, seen, record, as_of),
            *_not_listed_line(news, gone, desk),
        ]
        warned = drift_lines(connection, record, as_of)
        reasons = main_reasons(desk, connection, [row["user_id"] for row in listed])
        reply = Reply(
            title=_headline(news, gone, len(flagged)),
            lines=[*lines, *warned.lines],
            facts={
                "flagged": len(flagged),
                "entered": news.new,
                "left": len(before - flagged),
                "listed": len(listed),
                "snoozed": news.snoozed,
                "contacted": news.contacted,
                "held_out": news.held_out,
                "excluded": gone.excluded,
                "lapsed": gone.lapsed,
            },
            table=risk_table(desk, connection, listed, reasons) if listed else None,
            chart=risk_distribution(connection, flag_threshold(connection, record, desk.settings.flag_at)),
            attachments=_rest(desk, news.eligible, as_of)
            if keep_file and len(news.eligible) > len(listed)
            else (),
            buttons=(
                *_buttons(listed),
                *((Button(_("Train"), _("train the model"), team=True),) if warned.retrain else ()),
            ),
            provenance=desk.provenance(as_of, record),
        )
    return Digest(_stale_first(reply, desk.stale_line(as_of)), event)


def _news(desk: Desk, connection: sqlite3.Connection, new: Collection[str]) -> _News:
    since = desk.moment() - desk.settings.contact_pause_days * DAY_SECONDS
    snoozed = snoozed_users(desk, connection)
    with desk.home.bot() as bot:
        contacted = {user_of(connection, each) for each in contacted_since(connection, bot, since)}
    held_out = held_out_users(desk, connection)
    rows = [row for row in connection.execute(_ROWS, (TASK,)) if row["user_id"] in new]
    return _News(
        new=len(rows),
        eligible=[row for row in rows if row["user_id"] not in held_out | snoozed | contacted],
        snoozed=sum(row["user_id"] in snoozed - held_out for row in rows),
        contacted=sum(row["user_id"] in contacted - snoozed - held_out for row in rows),
        held_out=sum(row["user_id"] in held_out for row in rows),
    )


def _entered(
    connection: sqlite3.Connection, seen: Seen | None, record: ModelRecord, as_of: date
) -> frozenset[str]:
    """Who became flagged since the last digest, or where there is none within the last horizon."""
    if seen is not None:
        return flag_events.entered_after(connection, seen.event)
    since = as_of - timedelta(days=record.horizon_days)
    found = flag_events.entered_since(connection, since, up_to=flag_events.last_event(connection))
    return frozenset(each.user_id for each in found)


def _gone(
    connection: sqlite3.Connection,
    entered: Collection[str],
    flagged: Collection[str],
    before: Collection[str],
) -> _Gone:
    """Those of `entered` that no digest lists: neither flagged now nor told of before."""
    told = {user_of(connection, each) for each in before}
    left = {user_of(connection, each) for each in entered}.difference(flagged, told)
    excluded = {each for each in left if exclusion_of(connection, each) is not None}
    return _Gone(excluded=len(excluded), lapsed=len(left - excluded - _scored(connection)))


def _scored(connection: sqlite3.Connection) -> frozenset[str]:
    """The active users, as of the last scoring."""
    return frozenset(
        row[0] for row in connection.execute("SELECT user_id FROM scores WHERE task = ?", (TASK,))
    )


def _headline(news: _News, gone: _Gone, flagged: int) -> str:
    numbers = {
        "new": formats.count(news.new),
        "gone": formats.count(gone.excluded + gone.lapsed),
        "flagged": formats.count(flagged),
    }
    if not news.new and gone.excluded + gone.lapsed:
        return _(
            "Nothing to do today: flagged, then excluded or lapsed: {gone}; flagged in all: {flagged}."
        ).format(**numbers)
    if not news.new:
        return _("Nothing to do today: nobody is newly flagged; flagged in all: {flagged}.").format(**numbers)
    if not news.eligible:
        return _("Nothing to do today: newly flagged: {new}, none of them to be listed.").format(**numbers)
    return _("Newly flagged: {new}; flagged in all: {flagged}.").format(**numbers)


def _since_line(
    connection: sqlite3.Connection, left: Collection[str], entered: int, seen: Seen | None
) -> tuple[str, ...]:
    """The change since the last digest, and why those who left are no longer flagged."""
    if seen is None:
        return ()
    active = _scored(connection)
    excluded = sum(exclusion_of(connection, user_of(connection, each)) is not None for each in left)
    inactive = sum(each not in active for each in left) - excluded
    line = _("Since the digest of {day}: {entered} in, {left} out ({change}).").format(
        day=formats.day(seen.day),
        entered=formats.count(entered),
        left=formats.count(len(left)),
        change=f"{entered - len(left):+d}",
    )
    parts = [
        _(sentence).format(count=formats.count(count))
        for sentence, count in (
            (_("at a lower risk: {count}"), len(left) - excluded - inactive),
            (_("lapsed: {count}"), inactive),
            (_("excluded: {count}"), excluded),
        )
        if count > 0
    ]
    return (line, _("Out: {parts}.").format(parts=" · ".join(parts))) if parts else (line,)


def _earlier_line(
    desk: Desk, connection: sqlite3.Connection, seen: Seen | None, record: ModelRecord, as_of: date
) -> tuple[str, ...]:
    """What became of those flagged within the last horizon, up to the last digest."""
    if seen is None:
        return ()
    since = as_of - timedelta(days=record.horizon_days)
    found = outcomes(desk, connection, flag_events.entered_since(connection, since, up_to=seen.event), as_of)
    held_out = held_out_users(desk, connection)
    found = [each for each in found if each.user_id not in held_out]
    if not found:
        return ()
    names = ", ".join(
        f"{operator_name(act.operator, act.operator_name)} {number}" for act, number in takers(found)
    )
    taken = sum(each.taken is not None for each in found)
    return (
        _(
            "Earlier ones, of the last {days} days: {users}. Taken: {taken}, contacted: {contacted},"
            " ordered: {ordered}, still open: {open}."
        ).format(
            days=record.horizon_days,
            users=formats.count(len(found)),
            taken=f"{formats.count(taken)} ({names})" if names else formats.count(taken),
            contacted=formats.count(sum(each.contacted is not None for each in found)),
            ordered=formats.count(sum(each.ordered_at is not None for each in found)),
            open=formats.count(sum(each.open for each in found)),
        ),
    )


def _not_listed_line(news: _News, gone: _Gone, desk: Desk) -> tuple[str, ...]:
    parts = []
    if news.snoozed:
        parts.append(_("snoozed: {count}").format(count=formats.count(news.snoozed)))
    if news.contacted:
        parts.append(
            _("contacted in the last {days} days: {count}").format(
                days=desk.settings.contact_pause_days, count=formats.count(news.contacted)
            )
        )
    if news.held_out:
        parts.append(
            _("held out to measure the warnings: {count}").format(count=formats.count(news.held_out))
        )
    if gone.excluded:
        parts.append(_("flagged, then excluded: {count}").format(count=formats.count(gone.excluded)))
    if gone.lapsed:
        parts.append(_("flagged, then lapsed: {count}").format(count=formats.count(gone.lapsed)))
    return (_("Not listed: {parts}.").format(parts=" · ".join(parts)),) if parts else ()


def _buttons(listed: Sequence[sqlite3.Row]) -> tuple[Button, ...]:
    """To take the first ones, for the whole team, and to see all."""
    take = tuple(
        Button(
            _("Take {user}").format(user=row["user_id"]),
            _("take user {user}").format(user=in_a_question(row["user_id"])),
            team=True,
        )
        for row in listed[:_BUTTONS]
    )
    return (*take, Button(_("Who is at risk?"), _("who is at risk"), team=True))


def _rest(desk: Desk, eligible: Sequence[sqlite3.Row], as_of: date) -> tuple[Attachment, ...]:
    """All who are newly flagged, as a file."""
    columns = ("user_id", "probability", "recency_days", "monetary_cents")
    rows = [tuple(row) for row in eligible]
    return (list_file(desk, f"newly-flagged-{as_of.isoformat()}", columns, rows, kind="newly_flagged"),)


def _stale_first(reply: Reply, stale: Sequence[str]) -> Reply:
    """Where the data is old, that is the first thing to know."""
    if not stale:
        return reply
    return replace(reply, title=stale[0], lines=[*stale[1:], reply.title, *reply.lines])
