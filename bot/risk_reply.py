"""One user's risk: the short answer, and the long one that explains it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot import formats
from bot.command import Question
from bot.desk import Desk
from bot.i18n import N_, _, joined
from bot.reasons_text import reason_text
from bot.reply import Button, Reply, Table
from bot.users import asked_user, in_a_question, last_order, not_scored, who_is_who
from bot.worklist_reply import standing_line, worklist_buttons
from predictor.one_time_buyers import Standing, standing
from predictor.scoring import Risk, band, promoted_model, risk_of
from storage.identities import exclusion_of
from storage.model_store import ModelRecord

REASONS_SHOWN = 3
Parts = list[tuple[str, str, float]]  # feature, sentence, effect in probability
BANDS = {"low": N_("low"), "medium": N_("medium"), "high": N_("high")}


def risk_reply(question: Question, desk: Desk) -> Reply:
    """The probability, the strongest reasons, and how often such a score came true."""
    return _scored(question, desk, _short)


def explain_reply(question: Question, desk: Desk) -> Reply:
    """All parts of the probability, which add up to it from the average user's."""
    return _scored(question, desk, _whole)


def _scored(question: Question, desk: Desk, answer: Callable[[Risk, Parts, Desk], Reply]) -> Reply:
    """`answer` for the user asked about, or why that user has no probability."""
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        user_id = asked_user(question, desk, connection)
        record = promoted_model(connection)
        who = who_is_who(question, desk, connection)
        risk = risk_of(connection, desk.home.models, user_id, as_of, desk.settings.flag_at)
        if risk is None:
            reply = _no_probability(desk, connection, user_id, as_of, record)
            return replace(reply, lines=[*who, *reply.lines])
        parts = [
            (reason.feature, reason_text(reason, desk, connection), reason.effect) for reason in risk.reasons
        ]
        among = standing(connection, user_id, risk.probability)
    reply = answer(risk, parts, desk)
    facts = {**reply.facts, "one_time_buyers": vars(among)} if among else reply.facts
    return replace(reply, lines=[*who, *_among_one_time_buyers(among), *reply.lines], facts=facts)


def _among_one_time_buyers(among: Standing | None) -> list[str]:
    """Where nearly all are high: how many of them, and which place this one has."""
    if among is None:
        return []
    return [
        _("{share} of users who ordered once are high; among these {users}, number {rank} by risk.").format(
            share=formats.percent(among.high / among.users),
            users=formats.count(among.users),
            rank=formats.count(among.rank),
        )
    ]


def _short(risk: Risk, parts: Parts, desk: Desk) -> Reply:
    lines = [
        _("{points} points – {reason}").format(points=formats.points(effect), reason=text)
        for _name, text, effect in parts[:REASONS_SHOWN]
    ]
    user = in_a_question(risk.user_id)
    return Reply(
        title=_title(risk),
        lines=[
            *lines,
            _reliability_line(risk),
            *standing_line(risk.user_id, desk),
            *desk.stale_line(risk.as_of),
        ],
        facts=_facts(risk, parts),
        buttons=(
            Button(_("Why?"), _("why is user {user} at risk").format(user=user)),
            Button(_("Profile"), _("tell me about user {user}").format(user=user)),
            *worklist_buttons(risk.user_id),
        ),
        provenance=desk.provenance(risk.as_of, risk.record),
    )


def _whole(risk: Risk, parts: Parts, desk: Desk) -> Reply:
    base = risk.probability - sum(effect for _name, _text, effect in parts)
    shown = [part for part in parts if formats.points(part[-1]) not in ("+0", "-0")]
    return Reply(
        title=_title(risk),
        lines=[
            *standing_line(risk.user_id, desk),
            *desk.stale_line(risk.as_of),
            _("The average user stands at {base}; these add up to the difference, in points:").format(
                base=formats.percent(base)
            ),
        ],
        facts={**_facts(risk, parts), "base_probability": round(base, 6)},
        table=Table(
            ("effect", "reason"),
            tuple((round(effect, 6), text) for _name, text, effect in shown),
            (_("points"), _("what is seen")),
            tuple((formats.points(effect), text) for _name, text, effect in shown),
        ),
        buttons=(
            Button(_("Profile"), _("tell me about user {user}").format(user=in_a_question(risk.user_id))),
            *worklist_buttons(risk.user_id),
        ),
        provenance=desk.provenance(risk.as_of, risk.record),
    )


def _title(risk: Risk) -> str:
    title = _(
        "{probability} – {band}: the risk that user {user} places no order within {horizon} days."
    ).format(
        probability=formats.percent(risk.probability),
        band=_(BANDS[band(risk.probability)]),
        user=risk.user_id,
        horizon=risk.record.horizon_days,
    )
    return joined(title, _("Flagged.") if risk.flagged else "")


def _facts(risk: Risk, parts: Parts) -> dict[str, object]:
    return {
        "user_id": risk.user_id,
        "probability": risk.probability,
        "band": band(risk.probability),
        "flagged": risk.flagged,
        "reasons": [
            {"feature": name, "text": text, "effect": round(effect, 6)} for name, text, effect in parts
        ],
        "reliability": {name: risk.reliability[name] for name in ("from", "to", "users", "churned")},
        **({"reliability_of": "given_scores"} if risk.realised else {}),
    }


def _no_probability(
    desk: Desk, connection: sqlite3.Connection, user_id: str, as_of: date, record: ModelRecord
) -> Reply:
    last = last_order(desk.snapshot(connection), user_id)
    excluded = exclusion_of(connection, user_id) is not None
    return Reply(
        title=_("User {user} is excluded, so there is no score.").format(user=user_id)
        if excluded
        else not_scored(last, as_of, record.active_days),
        lines=[*standing_line(user_id, desk), *desk.stale_line(as_of)],
        facts={
            "user_id": user_id,
            "probability": None,
            "band": None,
            "flagged": False,
            "reasons": [],
            "reliability": None,
            "last_order_on": last.day.isoformat() if last.day else None,
        },
        buttons=(
            Button(_("Profile"), _("tell me about user {user}").format(user=in_a_question(user_id))),
            *worklist_buttons(user_id),
        ),
        provenance=desk.provenance(as_of, record),
    )


def _reliability_line(risk: Risk) -> str:
    seen = risk.reliability
    if not seen["users"]:
        return _("In the back-test nobody was scored this high or low, so there is no track record yet.")
    sentence = (
        _(
            "Of {users} users really scored {low}–{high} and not contacted,"
            " {churned} placed no order within {horizon} days."
        )
        if risk.realised
        else _(
            "Of {users} users scored {low}–{high} in the back-test,"
            " {churned} placed no order within {horizon} days."
        )
    )
    return sentence.format(
        users=formats.count(seen["users"]),
        low=formats.count(100 * seen["from"]),
        high=formats.percent(seen["to"]),
        churned=formats.count(seen["churned"]),
        horizon=risk.record.horizon_days,
    )
