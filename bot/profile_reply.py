"""One user on one screen: what is known, what is expected and what to do next."""

from __future__ import annotations

from bot import formats
from bot.chart_data import order_timeline
from bot.command import Question
from bot.desk import Desk
from bot.i18n import N_, _, joined
from bot.profile_parts import profile_parts
from bot.reply import Button, Provenance, Reply, Table
from bot.risk_reply import BANDS
from bot.segment_words import group_name
from bot.users import asked_user, in_a_question, who_is_who
from bot.worklist_reply import standing_line
from predictor.scoring import Risk, band, risk_of
from predictor.segments import segment_of
from predictor.training import TASK
from storage import model_store
from storage.identities import exclusion_of
from storage.model_store import ModelRecord
from storage.moments import day_of

ITEMS_SHOWN = 5
STANDINGS = {"active": N_("Active."), "lapsed": N_("Lapsed."), "excluded": N_("Excluded.")}

_ORDERS = """
SELECT
    COUNT(ordered_at) AS frequency,
    MIN(ordered_at) AS first_at,
    MAX(ordered_at) AS last_at,
    COALESCE(SUM(total_cents), 0) - COALESCE(SUM(returned_cents), 0) AS monetary_cents,
    COALESCE(SUM(returned_cents), 0) AS returned_cents
FROM order_sums
"""
_ITEMS = """
SELECT
    l.item_id,
    COALESCE(MAX(i.name), MAX(l.item_name), l.item_id) AS name,
    COUNT(DISTINCT l.order_id) AS orders,
    MAX(l.ordered_at) AS last_at
FROM known_lines l LEFT JOIN items i ON i.item_id = l.item_id
WHERE l.bought = 1
GROUP BY l.item_id ORDER BY orders DESC, last_at DESC, l.item_id LIMIT :items
"""


def profile_reply(question: Question, desk: Desk) -> Reply:
    """Orders, money, rhythm and favourites; what models, reviews and colleagues say; what to do next."""
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        user_id = asked_user(question, desk, connection)
        who = who_is_who(question, desk, connection)
        excluded = exclusion_of(connection, user_id) is not None
        snapshot = desk.snapshot(connection)
        sums = snapshot.query(_ORDERS, user_id=user_id).fetchone()
        items = snapshot.query(_ITEMS, {"items": ITEMS_SHOWN}, user_id=user_id).fetchall()
        record = model_store.promoted(connection, TASK)
        risk = (
            risk_of(connection, desk.home.models, user_id, as_of, desk.settings.flag_at) if record else None
        )
        segment = segment_of(connection, user_id)
        spent = desk.money(connection, sums["monetary_cents"])
        returned = desk.money(connection, sums["returned_cents"])
        chart = order_timeline(snapshot, user_id, desk.currency(connection))
        parts = profile_parts(desk, snapshot, user_id, orders=sums["frequency"], excluded=excluded, risk=risk)
    standing = "excluded" if excluded else _standing(sums["last_at"], record, risk)
    lines = []
    if sums["frequency"]:
        lines.append(
            _("First order {first}, last {last} ({ago}).").format(
                first=formats.day(day_of(sums["first_at"])),
                last=formats.day(day_of(sums["last_at"])),
                ago=formats.days_ago((as_of - day_of(sums["last_at"])).days),
            )
        )
    if sums["frequency"] > 1:
        gap = (sums["last_at"] - sums["first_at"]) / 86_400 / (sums["frequency"] - 1)
        lines.append(_("Usually every {gap} days.").format(gap=formats.decimal(gap)))
    if sums["returned_cents"]:
        lines.append(_("Returned: {money}.").format(money=returned))
    if segment:
        lines.append(
            _("Segment: {segment}; RFM: {rfm}.").format(
                segment=group_name("segment", segment[0]), rfm=group_name("rfm", segment[1])
            )
        )
    if risk:
        lines.append(
            _("Risk of no order within {horizon} days: {probability} – {band}.").format(
                horizon=risk.record.horizon_days,
                probability=formats.percent(risk.probability),
                band=_(BANDS[band(risk.probability)]),
            )
        )
    return Reply(
        title=_title(user_id, standing, sums["frequency"], spent),
        lines=[*who, *lines, *parts.lines, *standing_line(user_id, desk), *desk.stale_line(as_of)],
        facts={
            "user_id": user_id,
            "standing": standing,
            "frequency": sums["frequency"],
            "monetary_cents": sums["monetary_cents"],
            "returned_cents": sums["returned_cents"],
            "first_order_on": _iso(sums["first_at"]),
            "last_order_on": _iso(sums["last_at"]),
            "probability": risk.probability if risk else None,
            "flagged": bool(risk and risk.flagged),
            "segment": segment[0] if segment else None,
            "rfm": segment[1] if segment else None,
            **parts.facts,
        },
        table=Table(
            columns=("item_id", "name", "orders", "last_ordered_on"),
            rows=tuple((row["item_id"], row["name"], row["orders"], _iso(row["last_at"])) for row in items),
            headings=(_("item"), _("name"), _("orders"), _("last on")),
            shown=tuple(
                (
                    row["item_id"],
                    row["name"],
                    formats.count(row["orders"]),
                    formats.day(day_of(row["last_at"])),
                )
                for row in items
            ),
        ),
        chart=chart,
        buttons=(
            *parts.buttons,
            *(
                (Button(_("Risk"), _("churn risk for user {user}").format(user=in_a_question(user_id))),)
                if record
                else ()
            ),
        ),
        provenance=desk.provenance(as_of, record)
        if record
        else Provenance(as_of.isoformat(), as_of.isoformat(), None, None, None),
    )


def _standing(last_at: int | None, record: ModelRecord | None, risk: Risk | None) -> str | None:
    """active, lapsed or new; None where no model says yet how long a user counts as active."""
    if last_at is None:
        return "new"
    if record is None:
        return None
    return "active" if risk else "lapsed"


def _title(user_id: str, standing: str | None, frequency: int, spent: str) -> str:
    if not frequency:
        return _("User {user} has not ordered yet.").format(user=user_id)
    title = (
        _("User {user}: {count} orders, {money} spent.")
        if frequency > 1
        else _("User {user}: one order, {money} spent.")
    ).format(user=user_id, count=formats.count(frequency), money=spent)
    return joined(title, _(STANDINGS[standing])) if standing else title


def _iso(epoch_seconds: int | None) -> str | None:
    return day_of(epoch_seconds).isoformat() if epoch_seconds is not None else None
