"""The parts of a profile beside orders: value, trend of the risk, last review, contacts, what to do next."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot import formats
from bot.desk import Desk
from bot.i18n import N_, _
from bot.reply import Button
from bot.users import in_a_question
from bot.worklist_reply import held_out_warning
from predictor.next_action import ActionName, Rule, Situation, next_action
from predictor.recommendations import DUE, Recommendation, recommendations
from predictor.scoring import Risk, band, risk_of
from predictor.tone import complains
from predictor.value import VALUE_DAYS, value_of
from storage import worklist
from storage.errors import OpsbotError
from storage.identities import ids_of
from storage.masking import mask
from storage.moments import DAY_SECONDS, day_of
from storage.snapshot import KNOWN_REVIEWS, Snapshot

TREND_DAYS = 30
NOTEWORTHY = 0.05  # a smaller difference is said to be none
REVIEW_SHOWN = 120  # characters

_LAST_REVIEW = """
SELECT written_at, rating, text FROM known_reviews ORDER BY written_at DESC, review_key LIMIT 1
"""
_CONTACTS = """
SELECT COUNT(*) AS contacts, MAX(sent_at) AS last_at FROM contacts
WHERE user_id IN (SELECT value FROM json_each(:users)) AND COALESCE(arm, 'contact') = 'contact'
    AND sent_at < :at
"""
_ACTIONS: dict[ActionName, str] = {
    "none": N_("Next: nothing to do now."),
    "hold": N_("Next: leave alone, a measurement holds this user out."),
    "wait": N_("Next: wait – written to just now, or snoozed."),
    "apologise": N_("Next: answer the complaint before offering anything."),
    "win_back": N_("Next: write to win this user back – {reason}."),
    "offer": N_("Next: offer {item}, it is due now."),
    "welcome": N_("Next: welcome this user with a first offer."),
}


@dataclass(frozen=True)
class Parts:
    """Lines, facts and buttons of a profile that need more than the orders."""

    lines: Sequence[str]
    facts: dict[str, object]
    buttons: Sequence[Button]


@dataclass(frozen=True)
class _Review:
    day: date
    rating: float | None
    text: str


def profile_parts(
    desk: Desk, snapshot: Snapshot, user_id: str, *, orders: int, excluded: bool, risk: Risk | None
) -> Parts:
    """What models, reviews, campaigns and colleagues say of a user; nothing for what is not known."""
    connection, as_of = snapshot.connection, snapshot.as_of
    lines: list[str] = []
    facts: dict[str, object] = {}
    before = _risk_before(connection, desk, user_id, as_of) if risk else None
    if risk and before is not None:
        lines.append(_trend_line(risk.probability, before))
        facts["probability_before"] = before
    value_line, facts["expected_cents"] = _value(connection, desk, user_id, as_of)
    lines += value_line
    review = _last_review(snapshot, user_id)
    if review:
        lines.append(_review_line(review, as_of))
        facts["last_review_on"] = review.day.isoformat()
    contacted_days = _contacts(connection, desk, user_id, lines, facts)
    due = _due_item(connection, desk, user_id, as_of) if orders and not excluded else None
    standing = _standing(connection, desk, user_id)
    action = next_action(
        Situation(
            excluded=excluded,
            held_out=bool(held_out_warning(user_id, desk, connection)),
            orders=orders,
            active=risk is not None,
            flagged=bool(risk and risk.flagged),
            high_risk=bool(risk and band(risk.probability) == "high"),
            contacted_days=contacted_days,
            snoozed=standing.snoozed is not None,
            # The tone of words takes weights; here only the stars speak.
            complained_days=(as_of - review.day).days
            if review and review.rating is not None and complains(review.rating, 0.0)
            else None,
            due_item=due.name if due else None,
        ),
        Rule(pause_days=desk.settings.contact_pause_days),
    )
    reason = _("the risk of no order is high") if risk else _("no order for a long time")
    lines.append(_(_ACTIONS[action]).format(item=due.name if due else "", reason=reason))
    facts["next_action"] = action
    return Parts(lines, facts, _buttons(action, user_id))


def _risk_before(connection: sqlite3.Connection, desk: Desk, user_id: str, as_of: date) -> float | None:
    """The risk by the same model on what was known a month before; None for who was not active then."""
    past = risk_of(
        connection, desk.home.models, user_id, as_of - timedelta(days=TREND_DAYS), desk.settings.flag_at
    )
    return past.probability if past else None


def _trend_line(now: float, before: float) -> str:
    change = now - before
    if abs(change) < NOTEWORTHY:
        said = N_("About the same as {days} days before ({before}).")
    elif change > 0:
        said = N_("Up from {before} {days} days before.")
    else:
        said = N_("Down from {before} {days} days before.")
    return _(said).format(days=TREND_DAYS, before=formats.percent(before))


def _value(
    connection: sqlite3.Connection, desk: Desk, user_id: str, as_of: date
) -> tuple[Sequence[str], float | None]:
    """What is expected of the user; nothing where no model of values was trained."""
    try:
        value = value_of(connection, desk.home.models, user_id, as_of)
    except OpsbotError:
        return (), None
    if value is None:
        return (), None
    line = _("Expected within {days} days: {money} in {orders} orders.").format(
        days=formats.count(VALUE_DAYS),
        money=desk.money(connection, value.cents),
        orders=formats.decimal(value.orders),
    )
    return (line,), value.cents


def _last_review(snapshot: Snapshot, user_id: str) -> _Review | None:
    row = snapshot.query(_LAST_REVIEW, user_id=user_id, known=KNOWN_REVIEWS).fetchone()
    return _Review(day_of(row["written_at"]), row["rating"], mask(row["text"])) if row else None


def _review_line(review: _Review, as_of: date) -> str:
    text = " ".join(review.text.split())
    short = text if len(text) <= REVIEW_SHOWN else text[: REVIEW_SHOWN - 1].rstrip() + "…"
    ago = formats.days_ago((as_of - review.day).days)
    if review.rating is None:
        return _("Last review, {ago}: “{text}”").format(ago=ago, text=short)
    return _("Last review, {ago}, {stars}★: “{text}”").format(ago=ago, stars=f"{review.rating:g}", text=short)


def _contacts(
    connection: sqlite3.Connection, desk: Desk, user_id: str, lines: list[str], facts: dict[str, object]
) -> int | None:
    """Says how often the shop or a colleague wrote, and when last; returns the days since."""
    ids = ids_of(connection, user_id)
    sent = connection.execute(_CONTACTS, {"users": json.dumps(ids), "at": desk.moment()}).fetchone()
    with desk.home.bot() as bot:
        acts = worklist.history(bot, *ids)
    by_hand = [entry.act.at for entry in acts if entry.name == "contacted"]
    notes = sum(entry.name == "note" for entry in acts)
    times = [*by_hand, *([sent["last_at"]] if sent["contacts"] else [])]
    contacts = sent["contacts"] + len(by_hand)
    facts |= {"contacts": contacts, "notes": notes}
    if contacts:
        lines.append(
            _("Written to so far: {count}, last on {day}.").format(
                count=formats.count(contacts),
                day=formats.near_day(desk.local_day(max(times)), desk.local_day(desk.moment())),
            )
        )
    if notes:
        lines.append(_("Notes: {count}.").format(count=formats.count(notes)))
    return (desk.moment() - max(times)) // DAY_SECONDS if times else None


def _due_item(connection: sqlite3.Connection, desk: Desk, user_id: str, as_of: date) -> Recommendation | None:
    """The best item that the user buys in a rhythm and that is due; None without a model."""
    try:
        found = recommendations(connection, desk.home.models, user_id, as_of, 5)
    except OpsbotError:
        return None
    return next((each for each in found if each.reason == DUE), None)


def _standing(connection: sqlite3.Connection, desk: Desk, user_id: str) -> worklist.Standing:
    with desk.home.bot() as bot:
        return worklist.standing(bot, *ids_of(connection, user_id), at=desk.moment())


def _buttons(action: ActionName, user_id: str) -> Sequence[Button]:
    user = in_a_question(user_id)
    asked = {
        "apologise": (_("Notes"), _("notes on user {user}")),
        "win_back": (_("Draft"), _("draft a win-back message for user {user}")),
        "offer": (_("Offer"), _("recommend for user {user}")),
        "welcome": (_("Offer"), _("recommend for user {user}")),
    }.get(action)
    return (Button(asked[0], asked[1].format(user=user)),) if asked else ()
