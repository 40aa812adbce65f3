"""What is said of an audience: why these users, what they are expected to order, who is left out."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from bot import formats
from bot.desk import Desk
from bot.i18n import N_, _, joined
from bot.segment_wishes import Wishes
from predictor.audience import BUYS_ANYWAY, Audience
from predictor.goals import GOALS
from predictor.promo import Ranking
from predictor.qini import Qini
from predictor.uplift import Comparison
from storage.model_store import ModelRecord

_GOALS = {
    "promo": N_("a promotion"),
    "winback": N_("winning back"),
    "upsell": N_("upselling"),
    "vip": N_("VIP treatment"),
    "new": N_("new customers"),
}
_CHANNELS = {"email": N_("e-mail"), "sms": N_("text messages"), "chat": N_("chat messages")}
_OWN_RANKING = {
    "upsell": N_(
        "Ranked by probability of an order × how far the user's mean order lies below the upper quarter of"
        " repeat buyers."
    ),
    "vip": N_("Ranked by probability of an order × money spent in the last 365 days."),
    "new": N_("Ranked by the probability of a next order: one order so far, or registered and none yet."),
}
_REASONS = {
    "snoozed": N_("snoozed: {count}"),
    "contacted": N_("contacted in the last {days} days: {count}"),
    "held_out": N_("held out by a campaign: {count}"),
    "refused": N_("no consent to {channel}: {count}"),
    "unknown_consent": N_("consent to {channel} unknown: {count}"),
    BUYS_ANYWAY: N_("order anyway, or are put off: {count}"),
    "excluded": N_("excluded: {count}"),
}


def said_goal(goal: str) -> str:
    """The goal in words."""
    return _(_GOALS[goal])


def said_channel(channel: str) -> str:
    """The channel in words."""
    return _(_CHANNELS[channel])


def left_out_line(counts: Mapping[str, int], desk: Desk, channel: str) -> tuple[str, ...]:
    """Who is left out, by reason, in one line; nothing where nobody is."""
    parts = [
        _(sentence).format(
            count=formats.count(counts[reason]),
            days=desk.settings.contact_pause_days,
            channel=_(_CHANNELS[channel]),
        )
        for reason, sentence in _REASONS.items()
        if counts.get(reason)
    ]
    return (_("Left out: {parts}.").format(parts=" · ".join(parts)),) if parts else ()


def method_lines(found: Audience) -> list[str]:
    """What the ranking goes by and why, with its warning."""
    if GOALS[found.goal].ranks is not None:
        return [_(_OWN_RANKING[found.goal])]
    ranking = found.ranking
    comparison = ranking.comparison
    if ranking.method == "uplift" and comparison is not None:
        return [_uplift_line(comparison)]
    tried = [_no_uplift_line(comparison)] if comparison is not None else []
    if ranking.method == "response":
        return [
            *tried,
            _response_line(ranking),
            _(
                "Beware: this finds bargain hunters, too. Who answers every offer may have ordered without"
                " one;"
                " only a campaign with a holdout shows whom it moves."
            ),
        ]
    return [
        *tried,
        _(
            "No past campaign to learn from ({contacts} messages, {responses} answers known): ranked by"
            " probability of an order × value of an order. Many of these would order anyway; import contacts"
            " with responded_at, or start a campaign with a holdout."
        ).format(contacts=formats.count(ranking.contacts), responses=formats.count(ranking.responses)),
    ]


def _uplift_line(comparison: Comparison) -> str:
    qini = comparison.qinis[str(comparison.chosen)]
    return _(
        "Ranked by uplift, who orders because of the message: campaigns with a holdout: {campaigns}, users:"
        " {users}. Of T-, S- and X-learner the {learner}-learner did best on users it had not seen: Qini"
        " {qini}, ranking by response {response} (orders per 100 users)."
    ).format(
        campaigns=formats.count(comparison.campaigns),
        users=formats.count(comparison.users),
        learner=comparison.chosen,
        qini=_hundred(qini),
        response=formats.decimal(100 * comparison.response.value, 2),
    )


def _no_uplift_line(comparison: Comparison) -> str:
    best = max(comparison.qinis.values(), key=lambda qini: qini.value)
    return _(
        "Not by uplift: in {campaigns} campaigns with a holdout no learner finds users whom the message moves"
        " more than others (best Qini {qini} orders per 100 users)."
    ).format(campaigns=formats.count(comparison.campaigns), qini=_hundred(best))


def _response_line(ranking: Ranking) -> str:
    values = {
        "responses": formats.count(ranking.responses),
        "contacts": formats.count(ranking.contacts),
        "campaigns": formats.count(ranking.campaigns),
    }
    line = (
        _("Ranked by response: {responses} answers to {contacts} messages of {campaigns} campaigns.")
        if ranking.by_response
        else _("Ranked by orders after a message: {responses} after {contacts} of {campaigns} campaigns.")
    ).format(**values)
    if ranking.auroc is None:
        return line
    seen = _("Within campaigns it had not seen: AUROC {auroc}.").format(
        auroc=formats.decimal(ranking.auroc, 3)
    )
    return joined(line, seen)


def expected_lines(
    desk: Desk,
    connection: sqlite3.Connection,
    found: Audience,
    wishes: Wishes,
    record: ModelRecord,
    contact: int,
) -> list[str]:
    """What these users are expected to order, what of it the message adds, and what it costs."""
    if not len(found):
        return []
    orders, cents = found.orders, found.cents
    lines = [
        _(
            "Expected of these users within {days} days, if all goes on as before: {orders} orders"
            " ({low}–{high}), {money} ({low_money}–{high_money})."
        ).format(
            days=record.horizon_days,
            orders=formats.count(orders.value),
            low=formats.count(orders.low),
            high=formats.count(orders.high),
            money=desk.money(connection, cents.value),
            low_money=desk.money(connection, cents.low),
            high_money=desk.money(connection, cents.high),
        ),
        _added_line(found.added, contact),
    ]
    if wishes.discount:
        lines.append(
            _("{discount} off all of these orders would cost about {money}.").format(
                discount=formats.percent(wishes.discount, places=1),
                money=desk.money(connection, wishes.discount * cents.value),
            )
        )
    if wishes.per_contact:
        spent = desk.money(connection, wishes.per_contact * len(found))
        lines.append(
            _("Writing to all of them costs {spent} of {budget}.").format(
                spent=spent, budget=desk.money(connection, wishes.budget)
            )
            if wishes.budget
            else _("Writing to all of them costs {spent}.").format(spent=spent)
        )
    return lines


def _added_line(added: Qini | None, contact: int) -> str:
    if added is None:
        return _("How much of that a message adds is not measured: no campaign had a holdout.")
    if added.low <= 0:
        return _(
            "Earlier campaigns measured that a message adds {added} orders per 100: none that is shown beyond"
            " chance."
        ).format(added=_hundred(added))
    return _(
        "Measured on earlier campaigns, a message adds {added} orders per 100: about {orders} if {contact}"
        " are contacted."
    ).format(
        added=_hundred(added), orders=formats.count(added.value * contact), contact=formats.count(contact)
    )


def _hundred(qini: Qini) -> str:
    """A number per user as one per 100 users, with its interval."""
    return _("{value} ({low} to {high})").format(
        value=formats.decimal(100 * qini.value, 2),
        low=formats.decimal(100 * qini.low, 2),
        high=formats.decimal(100 * qini.high, 2),
    )
