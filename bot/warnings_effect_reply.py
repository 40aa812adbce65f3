"""The warnings measured: what being listed, and being contacted, has been worth so far."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bot import formats
from bot.campaign_report_reply import money_line, signed_points
from bot.chart import Effect, Effects
from bot.command import Question
from bot.desk import Desk
from bot.i18n import N_, _
from bot.reply import Button, Provenance, Reply
from predictor.flag_stream import flag_stream
from predictor.warning_effect import Milestone, WarningEffect, warning_effect
from storage import warning_holdouts
from storage.model_store import CHURN, promoted
from storage.recent_contacts import contact_times

_VERDICTS = {
    "worked": N_(
        "The warnings work: {listed} of those listed ordered, {holdout} of those held out; {effect} points"
        " (95 %: {low} to {high})."
    ),
    "harmed": N_(
        "The warnings do harm: {listed} of those listed ordered, {holdout} of those held out; {effect} points"
        " (95 %: {low} to {high})."
    ),
    "not_shown": N_(
        "The warnings show no effect of {looked} points or more: {listed} of those listed ordered, {holdout}"
        " of those held out; {effect} points (95 %: {low} to {high})."
    ),
}


def warnings_effect_reply(_question: Question, desk: Desk) -> Reply:
    """What is measured so far, and when the pool can show 15, 10 or 5 points."""
    with desk.store() as connection:
        setting = warning_holdouts.current(connection)
        if warning_holdouts.first(connection) is None:
            return _never()
        as_of = desk.as_of(connection)
        with desk.home.bot() as bot:
            contacts = contact_times(connection, bot)
        share = setting.share if setting else 0.0
        drawn = _drawn(desk, connection, share)
        found = warning_effect(connection, contacts, now=desk.moment(), drawn=drawn)
        currency = desk.currency(connection)
    return Reply(
        title=_title(found, desk),
        lines=[
            *desk.stale_line(as_of),
            *_settings_line(found),
            *_contacts_lines(found),
            *money_line(found.cents, found.cents_low, found.cents_high, currency),
            *ahead_line(found.milestones, desk),
            _("Held out now: {share} of the newly flagged. To stop: digest holdout off").format(
                share=formats.percent(share)
            )
            if setting
            else _("Nobody is held out any more. To go on: holdout 20%"),
        ],
        facts=_facts(found, share),
        chart=_chart(found),
        provenance=Provenance(
            as_of=as_of.isoformat(),
            data_through=as_of.isoformat(),
            model=None,
            horizon_days=setting.horizon_days if setting else None,
            definition=_(
                "who ordered within the horizon of being flagged, those listed less those held out,"
                " everybody in the arm they were drawn into"
            ),
        ),
    )


def _never() -> Reply:
    return Reply(
        title=_("Nobody knows yet: everybody who is flagged is listed, so there is nothing to compare with."),
        lines=[
            _(
                "With a holdout a part of the newly flagged, drawn by lot, is not listed; the difference says"
                " what the warnings are worth. What it costs is shown before it begins."
            )
        ],
        facts=_facts(None, 0.0),
        buttons=(Button(_("Hold out 20 %"), _("holdout 20%")),),
    )


def _title(found: WarningEffect, desk: Desk) -> str:
    if found.verdict is not None:
        return _(_VERDICTS[found.verdict]).format(
            listed=_rate(found.listed_rate),
            holdout=_rate(found.holdout_rate),
            effect=signed_points(found.effect),
            low=signed_points(found.low),
            high=signed_points(found.high),
            looked=formats.decimal(100 * (found.looked_at or 0)),
        )
    over = found.listed.users + found.holdout.users
    if not over:
        return _("Nothing to compare yet: {drawn} drawn, {out} of them held out; no window is over.").format(
            drawn=formats.count(found.drawn), out=formats.count(found.drawn_out)
        )
    return _(
        "No verdict yet, with {over} of {needed} users whose window is over: {listed} of those listed"
        " ordered, {holdout} of those held out."
    ).format(
        over=formats.count(over),
        needed=formats.count(found.milestones[0].users),
        listed=_rate(found.listed_rate),
        holdout=_rate(found.holdout_rate),
    )


def _settings_line(found: WarningEffect) -> tuple[str, ...]:
    if found.settings < 2:
        return ()
    return (
        _(
            "The share held out was changed: each share is compared by itself and the differences are pooled,"
            " rates and contacts as their weighted means. Money is not compared over several shares."
        ),
    )


def _contacts_lines(found: WarningEffect) -> list[str]:
    if found.listed_contacted is None or found.holdout_contacted is None:
        return []
    lines = [
        _("Contacted: {listed} of those listed, {holdout} of those held out.").format(
            listed=formats.percent(found.listed_contacted), holdout=formats.percent(found.holdout_contacted)
        )
    ]
    if found.per_contact is not None:
        lines.append(
            _(
                "For each 100 contacted that is {effect} orderers more (95 %: {low} to {high}), if being"
                " listed works through contacts alone."
            ).format(
                effect=signed_points(found.per_contact),
                low=signed_points(found.per_contact_low),
                high=signed_points(found.per_contact_high),
            )
        )
    return lines


def ahead_line(ahead: Sequence[Milestone], desk: Desk) -> tuple[str, ...]:
    """When the pool can show which difference; nothing where nothing was ever planned."""
    if not ahead:
        return ()
    today = desk.local_day(desk.moment())
    parts = [
        _("{points} points {day} ({users} users)").format(
            points=formats.decimal(100 * each.points),
            day=_("some day, nobody is newly flagged now")
            if each.day is None
            else _("more than five years from now")
            if (each.day - today).days > 5 * 365
            else _("since {day}").format(day=formats.near_day(each.day, today))
            if each.day <= today
            else _("from about {day}").format(day=formats.near_day(each.day, today)),
            users=formats.count(each.users),
        )
        for each in ahead
    ]
    return (_("It can show a difference of {parts}.").format(parts=" · ".join(parts)),)


def _drawn(desk: Desk, connection: sqlite3.Connection, share: float) -> list[float]:
    """How many are drawn week by week, as the flags of late have it; empty where nothing is flagged."""
    record = promoted(connection, CHURN)
    if record is None or not share:
        return []
    stream = flag_stream(connection, desk.home.models, record, desk.as_of(connection), desk.settings.flag_at)
    return stream.drawn(share, record.horizon_days)


def facts_ahead(ahead: Sequence[Milestone]) -> list[dict[str, object]]:
    """The same for programs."""
    return [
        {"points": each.points, "users": each.users, "day": each.day.isoformat() if each.day else None}
        for each in ahead
    ]


def _facts(found: WarningEffect | None, share: float) -> dict[str, object]:
    if found is None:
        return {"share": share, "drawn": 0, "verdict": None, "effect": None, "low": None, "high": None}
    return {
        "share": share,
        "drawn": found.drawn,
        "drawn_out": found.drawn_out,
        "listed": found.listed.users,
        "holdout": found.holdout.users,
        "listed_rate": found.listed_rate,
        "holdout_rate": found.holdout_rate,
        "settings": found.settings,
        **{
            name: getattr(found, name)
            for name in (
                *("listed_contacted", "holdout_contacted", "effect", "low", "high", "cents", "cents_low"),
                *("cents_high", "per_contact", "per_contact_low", "per_contact_high", "verdict", "looked_at"),
            )
        },
        "milestones": facts_ahead(found.milestones),
    }


def _chart(found: WarningEffect) -> Effects | None:
    if found.effect is None or found.low is None or found.high is None:
        return None
    rows = [Effect(_("being listed"), "", found.effect, found.low, found.high, found.verdict is not None)]
    if found.per_contact is not None and found.per_contact_low is not None:
        assert found.per_contact_high is not None
        rows.append(
            Effect(
                _("per contact"), "", found.per_contact, found.per_contact_low, found.per_contact_high,
                found.verdict is not None,
            )
        )  # fmt: skip
    return Effects(rows, None)


def _rate(rate: float | None) -> str:
    return "–" if rate is None else formats.percent(rate, places=1)
