"""The audience for a goal as an answer: how many, what they will order, why these, and the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from bot import formats
from bot.audience_file import audience_file
from bot.audience_words import expected_lines, left_out_line, method_lines, said_goal
from bot.command import Question
from bot.desk import Desk
from bot.i18n import N_, _, language
from bot.promo_words import ANY_CONSENT
from bot.reply import Attachment, Button, Provenance, Reply, Table
from bot.segment_wishes import Wishes, wishes_of
from bot.user_filters import asked_filter, filter_lines
from bot.users import in_a_question
from predictor.audience import Audience, audience, learned
from predictor.campaigns import CampaignError, plan_campaign
from predictor.definition import definition_of
from predictor.filters import fitting
from predictor.goals import GOALS
from predictor.scoring import promoted_model
from storage import audiences, worklist
from storage.consent import CHANNELS, Consent, consents
from storage.holdouts import held_out
from storage.identities import user_of
from storage.model_store import ModelRecord
from storage.moments import DAY_SECONDS
from storage.recent_contacts import contacted_since

TOP = 10


@dataclass(frozen=True)
class _Kept:
    """An audience in the store: its number, None for an empty one, and how a campaign would split it."""

    number: int | None
    contact: int
    holdout: int
    detectable: float | None


def segment_reply(question: Question, desk: Desk) -> Reply:
    """The list for the goal asked for; raises where what was asked makes none, and changes nothing then."""
    wishes = wishes_of(question)
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        record = promoted_model(connection)
        desk.progress(N_("ranking users by past campaigns"))
        wanted = asked_filter(question.args, desk, connection)
        snapshot = desk.snapshot(connection)
        what = learned(snapshot, definition_of(record))
        channel, consent = _channel(connection, wishes)
        found = audience(
            what,
            GOALS[wishes.goal],
            wishes.size,
            _not_to_be_written_to(desk, connection, wishes, record, consent),
            fitting(snapshot, wanted, what.ranking.table.user_ids) if wanted else None,
        )
        kept = _keep(desk, connection, found, record) if len(found) else _Kept(None, 0, 0, None)
        attachment, file_lines = (
            audience_file(desk, found, wishes, kept.number or 0, as_of) if len(found) else (None, ())
        )
        excluded = connection.execute(
            "SELECT COUNT(DISTINCT user_id) FROM user_exclusions WHERE undone_at IS NULL"
        ).fetchone()[0]
        lines = [
            *filter_lines(wanted, desk, connection),
            *desk.stale_line(as_of),
            *expected_lines(desk, connection, found, wishes, record, kept.contact),
            *_plan_lines(kept, record),
            *method_lines(found),
            *left_out_line({**found.left_out, "excluded": excluded}, desk, channel),
            *_consent_lines(wishes, channel, consent, found),
            *file_lines,
        ]
    return Reply(
        title=_title(found, wishes, filtered=bool(wanted)),
        lines=lines,
        facts=_facts(found, wishes, kept, channel, attachment),
        table=_table(found) if len(found) else None,
        buttons=_buttons(question, kept, found, consent, wishes),
        attachments=(attachment,) if attachment else (),
        provenance=Provenance(
            as_of=as_of.isoformat(),
            data_through=as_of.isoformat(),
            model=record.version,
            horizon_days=record.horizon_days,
            definition=_(
                "orders within {horizon} days; active is who ordered in the last {active} days"
            ).format(horizon=record.horizon_days, active=record.active_days),
        ),
    )


def _title(found: Audience, wishes: Wishes, *, filtered: bool) -> str:
    if not found.drawn_from and filtered:
        return _("Nobody whom this goal is for fits the filter: {goal}.").format(goal=said_goal(wishes.goal))
    if not found.drawn_from:
        return _("Nobody fits this goal: {goal}.").format(goal=said_goal(wishes.goal))
    if not len(found):
        return _("Audience for {goal}: nobody. All {count} who fit are left out.").format(
            goal=said_goal(wishes.goal), count=formats.count(found.drawn_from)
        )
    return _("Audience for {goal}: {size} users, of {eligible} who may be written to.").format(
        goal=said_goal(wishes.goal), size=formats.count(len(found)), eligible=formats.count(found.eligible)
    )


def _channel(connection: sqlite3.Connection, wishes: Wishes) -> tuple[str, Consent]:
    """The channel asked for, or the one for which most users have agreed."""
    known = consents(connection)
    channel = wishes.channel or max(CHANNELS, key=lambda each: len(known[each].given))
    return channel, known[channel]


def _not_to_be_written_to(
    desk: Desk, connection: sqlite3.Connection, wishes: Wishes, record: ModelRecord, consent: Consent
) -> Mapping[str, frozenset[str]]:
    """The ids of users by the reason that keeps them out."""
    now = desk.moment()
    since = now - desk.settings.contact_pause_days * DAY_SECONDS
    with desk.home.bot() as bot:
        snoozed = worklist.snoozed(bot, at=now)
        contacted = contacted_since(connection, bot, since)
    held = held_out(connection, at=now, days=record.horizon_days)
    out = {
        name: frozenset(user_of(connection, each) for each in user_ids)
        for name, user_ids in (("snoozed", snoozed), ("contacted", contacted), ("held_out", held))
    }
    if not wishes.any_consent:
        out["refused"] = consent.refused
        out["unknown_consent"] = _Others(consent.given)
    return out


class _Others(frozenset[str]):
    """All ids but these."""

    def __contains__(self, user_id: object) -> bool:
        return not super().__contains__(user_id)


def _keep(desk: Desk, connection: sqlite3.Connection, found: Audience, record: ModelRecord) -> _Kept:
    """The audience in the store, for a campaign to be drawn from, and how one would split it."""
    now = desk.moment()
    number = audiences.keep(
        connection,
        found.goal,
        desk.as_of(connection),
        now,
        zip(found.user_ids, found.score.tolist(), strict=True),
        expected_rate=found.order_rate,
    )
    try:
        plan = plan_campaign(
            connection,
            number,
            now=now,
            horizon_days=record.horizon_days,
            limit=desk.settings.holdout_limit,
        )
    except CampaignError:
        return _Kept(number, len(found), 0, None)  # too few to hold anybody out
    return _Kept(number, plan.contact + len(plan.exempt), plan.holdout, plan.detectable)


def _plan_lines(kept: _Kept, record: ModelRecord) -> tuple[str, ...]:
    if kept.number is None:
        return ()
    if kept.detectable is None:
        return (_("Too few to hold anybody out: whatever they order, nobody could say why."),)
    return (
        _(
            "As a campaign: {contact} written to, {holdout} held out; that shows a difference of {points}"
            " points"
            " or more within {days} days."
        ).format(
            contact=formats.count(kept.contact),
            holdout=formats.count(kept.holdout),
            points=formats.decimal(100 * kept.detectable),
            days=record.horizon_days,
        ),
    )


def _consent_lines(wishes: Wishes, channel: str, consent: Consent, found: Audience) -> tuple[str, ...]:
    if wishes.any_consent:
        return (
            _("Consent was not looked at, as you asked: see to it before anything is sent to these users."),
        )
    if not consent.known and found.drawn_from:
        return (
            _(
                "This shop has no consent on file, and who has not agreed is not written to: import users"
                " with"
                " consent_{channel}, or ask for the list regardless of consent to check it yourself."
            ).format(channel=channel),
        )
    return ()


def _facts(
    found: Audience, wishes: Wishes, kept: _Kept, channel: str, attachment: Attachment | None
) -> dict[str, object]:
    return {
        "goal": found.goal,
        "size": len(found),
        "contact": kept.contact,
        "holdout": kept.holdout,
        "attachment": attachment.path if attachment else None,
        "audience": kept.number,
        "eligible": found.eligible,
        "left_out": dict(found.left_out),
        "channel": channel,
        "method": found.ranking.method if GOALS[found.goal].ranks is None else found.goal,
        "learner": found.ranking.comparison.chosen if found.ranking.comparison else None,
        "auroc": found.ranking.auroc,
        "expected_orders": found.orders.value,
        "expected_orders_low": found.orders.low,
        "expected_orders_high": found.orders.high,
        "expected_cents": found.cents.value,
        "expected_cents_low": found.cents.low,
        "expected_cents_high": found.cents.high,
        "added_per_contact": found.added.value if found.added else None,
        "added_low": found.added.low if found.added else None,
        "added_high": found.added.high if found.added else None,
        "cost_cents": round(wishes.per_contact * kept.contact) if wishes.per_contact else None,
    }


def _table(found: Audience) -> Table:
    pairs = list(zip(found.user_ids[:TOP], found.score[:TOP].tolist(), strict=True))
    return Table(
        columns=("user_id", "score"),
        rows=tuple(pairs),
        headings=(_("user"), _("score")),
        shown=tuple((user_id, f"{score:.4g}") for user_id, score in pairs),
    )


def _buttons(
    question: Question, kept: _Kept, found: Audience, consent: Consent, wishes: Wishes
) -> tuple[Button, ...]:
    buttons = []
    if kept.number is not None and kept.holdout:
        buttons.append(
            Button(
                _("Start a campaign"),
                _("start a campaign with audience {number}").format(number=kept.number),
            )
        )
    if not consent.known and not wishes.any_consent and found.drawn_from and question.text:
        asked = f"{question.text} {ANY_CONSENT.write('any', language() == 'zh')}"
        buttons.append(Button(_("Regardless of consent"), asked))
    buttons += [
        Button(
            _("Who is {user}?").format(user=user_id),
            _("tell me about user {user}").format(user=in_a_question(user_id)),
        )
        for user_id in found.user_ids[:1]
    ]
    return tuple(buttons)
