"""From which risk on users are flagged: what a threshold would find, that it holds, and who set it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from bot import formats
from bot.command import Question
from bot.desk import Desk
from bot.i18n import N_, _
from bot.reply import NEEDS_CONFIRMATION, Button, Failure, Reply
from bot.threshold_words import (
    Outlook,
    capacity_line,
    flagged_line,
    found_lines,
    money_line,
    outlook_of,
    share,
    why_line,
)
from bot.users import example_of
from bot.worklist_reply import operator_name
from predictor.flag_capacity import LastWeeks, last_weeks
from predictor.flag_changes import flagged_users
from predictor.flag_threshold import cost_threshold, flag_threshold, leave_below
from predictor.scoring import refresh_scores
from storage import flag_settings, operators
from storage.errors import OpsbotError
from storage.flag_settings import FlagRule, FlagSetting


class ThresholdError(OpsbotError):
    """A threshold lacks a part, makes no sense, or is set elsewhere."""

    kind = "threshold"


def set_threshold_reply(question: Question, desk: Desk) -> Reply:
    """What the threshold that was said would find; once confirmed, that it holds. Raises ThresholdError."""
    if desk.settings.flag_at is not None:
        raise ThresholdError(
            "OPSBOT_FLAG_AT is set to {flag_at:.0%}, and it wins over what is said here.",
            next_step="Take it out of .env or the environment, start again, and say it once more.",
            flag_at=desk.settings.flag_at,
        )
    said = _said(question)
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        record = refresh_scores(connection, desk.home.models, as_of)
        weeks = last_weeks(connection, desk.home.models, record, as_of)
        rule = said if said.per_day is None else _by_capacity(said, weeks, question)
        before = flag_threshold(connection, record, None)
        outlook = outlook_of(desk, connection, record, rule, weeks, moved=True)
        flagged_before = len(flagged_users(connection))
        if question.confirmed:
            flag_settings.keep(connection, rule, at=desk.moment(), by=question.asker.operator)
            refresh_scores(connection, desk.home.models, as_of, moved=True)
        currency = desk.currency(connection)
    lines = [
        *why_line(outlook, currency),
        flagged_line(outlook, before, flagged_before, done=question.confirmed),
        *found_lines(outlook),
        *money_line(outlook, currency),
        *capacity_line(outlook, desk),
        _("A flag raised from {flag_at} on is kept down to {leave}.").format(
            flag_at=share(rule.flag_at), leave=share(leave_below(rule.flag_at))
        ),
        *desk.stale_line(as_of),
    ]
    return _set_or_sure(question, desk, outlook, lines)


def undo_threshold_reply(question: Question, desk: Desk) -> Reply:
    """Which threshold holds again, or that none was set."""
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        taken = flag_settings.undo(connection, at=desk.moment(), by=question.asker.operator)
        if taken is None:
            return replace(
                threshold_reply(desk), title=_("No threshold was set by message; nothing was changed.")
            )
        record = refresh_scores(connection, desk.home.models, as_of, desk.settings.flag_at, moved=True)
        threshold = flag_threshold(connection, record, desk.settings.flag_at)
        flagged = len(flagged_users(connection))
        source = _source_lines(desk, flag_settings.current(connection), connection)
    return Reply(
        title=_("{taken} is taken back: users are flagged from {flag_at} on again.").format(
            taken=share(taken.rule.flag_at), flag_at=share(threshold)
        ),
        lines=[*source, _("Flagged now: {now}.").format(now=formats.count(flagged)), *desk.stale_line(as_of)],
        facts={"flag_at": threshold, "taken_back": taken.rule.flag_at, "flagged": flagged},
        buttons=_next_steps(),
        provenance=desk.provenance(as_of, record),
    )


def threshold_reply(desk: Desk) -> Reply:
    """The threshold in force, where it comes from, and what it finds."""
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        record = refresh_scores(connection, desk.home.models, as_of, desk.settings.flag_at)
        threshold = flag_threshold(connection, record, desk.settings.flag_at)
        setting = flag_settings.current(connection)
        ours = setting is not None and desk.settings.flag_at is None
        rule = setting.rule if setting and ours else FlagRule(threshold)
        weeks = last_weeks(connection, desk.home.models, record, as_of)
        outlook = outlook_of(desk, connection, record, rule, weeks, moved=False)
        source = _source_lines(desk, setting, connection)
        currency = desk.currency(connection)
    return Reply(
        title=_("Users are flagged from {flag_at} on; flagged now: {flagged} of {active}.").format(
            flag_at=share(threshold),
            flagged=formats.count(outlook.changes.flagged),
            active=formats.count(outlook.active),
        ),
        lines=[
            *source,
            *(why_line(outlook, currency) if ours else ()),
            *found_lines(outlook),
            *money_line(outlook, currency),
            *capacity_line(outlook, desk),
            *desk.stale_line(as_of),
        ],
        facts={
            **outlook.facts,
            "set_by": setting.set_by if setting and ours else None,
            "set_at": setting.set_at if setting and ours else None,
        },
        buttons=_next_steps(),
        provenance=desk.provenance(as_of, record),
    )


def _said(question: Question) -> FlagRule:
    """The rule that was said; of capacity, its threshold is found later. Raises ThresholdError."""
    args = question.args
    if "per_day" in args:
        return FlagRule(0.0, "capacity", per_day=int(str(args["per_day"])))
    if "at" in args:
        flag_at = float(str(args["at"]))
        if not 0 < flag_at < 1:
            raise ThresholdError(
                "A threshold lies between 0 % and 100 %.", next_step=_EXAMPLES, example=example_of(question)
            )
        return FlagRule(flag_at)
    missing = [name for name in _PARTS if name not in args]
    if missing:
        raise ThresholdError(
            "A threshold by costs takes three parts: what a contact costs, what a kept user is worth, and how"
            " many of those about to leave a contact keeps."
            if len(missing) < len(_PARTS)
            else "From which risk on should users be flagged?",
            next_step=_EXAMPLES,
            example=example_of(question),
        )
    cost, value, success = (float(str(args[name])) for name in _PARTS)
    if min(cost, value, success) <= 0:
        raise ThresholdError(
            "With a part that is nothing there is no threshold: everybody, or nobody, would be flagged.",
            next_step=_EXAMPLES,
            example=example_of(question),
        )
    flag_at = cost_threshold(cost, value, success)
    if flag_at >= 1:
        raise ThresholdError(
            "A contact never pays: it costs more than the {success:.0%} of users whom it keeps are worth.",
            next_step="Look for a cheaper contact, or one that keeps more; nothing was changed.",
            success=success,
        )
    return FlagRule(flag_at, "economics", cost_cents=cost, value_cents=round(value), success=success)


_PARTS = ("cost", "value", "success")
_EXAMPLES = N_(
    "Say: {example}; or: a contact costs 2 €, a kept user is worth 40 €, one in five comes back; or:"
    " I can call 30 a day"
)


def _by_capacity(said: FlagRule, weeks: LastWeeks, question: Question) -> FlagRule:
    per_day = said.per_day or 0
    flag_at = weeks.threshold_for(per_day)
    if not flag_at:
        raise ThresholdError(
            "Your {per_day} a day are enough for all: whatever the threshold, no more than {most:.1f} users"
            " become newly flagged on a working day.",
            next_step="Say what a contact costs and brings: a contact costs 2 €, a kept user is worth 40 €,"
            " one in five comes back",
            per_day=per_day,
            most=weeks.most_newly_flagged(),
        )
    if flag_at >= 1:
        raise ThresholdError(
            "Even from 99 % on more than {per_day} users become newly flagged on a working day.",
            next_step="Set a threshold, and take the first of the digest: it is sorted by what is at stake.",
            per_day=per_day,
        )
    return replace(said, flag_at=flag_at)


def _source_lines(desk: Desk, setting: FlagSetting | None, connection: sqlite3.Connection) -> tuple[str, ...]:
    """Who set the threshold in force, and what is set and does not hold."""
    lines = []
    if desk.settings.flag_at is not None:
        lines.append(_("OPSBOT_FLAG_AT sets it, and wins over what is said here."))
    elif setting is None:
        return (_("Nobody set it: it is what flagged the top tenth in the model's back-test."),)
    if setting is not None:
        with desk.home.bot() as bot:
            name = operators.names(bot).get(setting.set_by, "")
        lines.append(
            _("{flag_at} was set by {name} on {day}; it is kept over retrainings.").format(
                flag_at=share(setting.rule.flag_at),
                name=operator_name(setting.set_by, name),
                day=formats.day(desk.local_day(setting.set_at)),
            )
        )
    return tuple(lines)


def _set_or_sure(question: Question, desk: Desk, outlook: Outlook, lines: Sequence[str]) -> Reply:
    flag_at = share(outlook.rule.flag_at)
    reply = Reply(
        title=_("From now on users are flagged from {flag_at} on.").format(flag_at=flag_at),
        lines=lines,
        facts=outlook.facts,
        buttons=(
            Button(_("Who is at risk?"), _("who is at risk")),
            Button(_("Undo"), _("undo the flag threshold")),
        ),
        provenance=desk.provenance(outlook.record.as_of, outlook.record),
    )
    if question.confirmed:
        return reply
    title = _("Flag users from {flag_at} on?").format(flag_at=flag_at)
    return replace(
        reply,
        title=title,
        buttons=(Button(_("Flag from {flag_at}").format(flag_at=flag_at), question.text, confirms=True),),
        failure=Failure(NEEDS_CONFIRMATION, title, _("Ask again with --yes.")),
    )


def _next_steps() -> tuple[Button, ...]:
    return (
        Button(_("Who is at risk?"), _("who is at risk")),
        Button(_("How good is it?"), _("how good is the model")),
    )
