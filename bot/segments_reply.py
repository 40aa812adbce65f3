"""The segments of the users and the RFM groups: how large, worth how much, and what sets each apart."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from bot import formats
from bot.chart import GroupShares
from bot.command import Question
from bot.desk import Desk
from bot.i18n import LANGUAGES, N_, _, joined, using
from bot.reply import Button, Provenance, Reply, Table
from bot.segment_words import group_description, group_name
from predictor.filters import Scheme
from predictor.scoring import refresh_scores
from predictor.segments import GroupFigures, Segmented, refresh_segments
from storage.errors import NoModelError
from storage.model_store import ModelRecord

# What is said of a group, strongest first, where it lies so far from what is usual.
TOLD_FROM = 0.5
MOST_TOLD = 2
_AGAINST = {
    "frequency": N_("orders: {value} ({among}: {usual})"),
    "mean_order_cents": N_("per order: {value} ({among}: {usual})"),
    "recency_days": N_("days since the last order: {value} ({among}: {usual})"),
    "tenure_days": N_("days since the first order: {value} ({among}: {usual})"),
    "discount_share": N_("off the price: {value} ({among}: {usual})"),
    "returned_share": N_("sent back: {value} ({among}: {usual})"),
}
_AMONG = {"active": N_("active users"), "lapsed": N_("lapsed users"), "all": N_("all")}
LEAST_SHARE = 0.03  # of the money at a discount or sent back: a smaller difference is not told


def segments_reply(question: Question, desk: Desk) -> Reply:
    """The segments found by behaviour."""
    return _reply(desk, "segment")


def rfm_reply(question: Question, desk: Desk) -> Reply:
    """The RFM groups, in the same form."""
    return _reply(desk, "rfm")


def refit_reply(question: Question, desk: Desk) -> Reply:
    """The segments found anew, and how far they agree with those before."""
    settings = desk.settings
    with desk.store() as connection:
        refreshed = refresh_segments(
            connection,
            horizon_days=settings.horizon_days,
            active_days=settings.active_days,
            refit=True,
            progress=desk.progress,
        )
    before = refreshed.model.before
    reply = _reply(desk, "segment")
    if before is None:
        return reply
    line = _("Against the segments before: {agreement} (1 is the same).").format(
        agreement=formats.decimal(before, 2)
    )
    return replace(reply, lines=[*reply.lines, line])


def up_to_date(desk: Desk, connection: sqlite3.Connection) -> tuple[Segmented, ModelRecord | None]:
    """Everybody's segment by the newest data and scores, and the churn model, None where none is trained."""
    as_of = desk.as_of(connection)
    try:
        record = refresh_scores(connection, desk.home.models, as_of, desk.settings.flag_at)
    except NoModelError:
        record = None
    settings = desk.settings
    segmented = refresh_segments(
        connection,
        horizon_days=settings.horizon_days,
        active_days=settings.active_days,
        progress=desk.progress,
    )
    return segmented, record


def provenance_of(desk: Desk, connection: sqlite3.Connection, record: ModelRecord | None) -> Provenance:
    """Where the figures come from; the definition is that of churn, where there is a model."""
    as_of = desk.as_of(connection)
    if record is not None:
        return desk.provenance(as_of, record)
    return Provenance(as_of.isoformat(), as_of.isoformat(), None, None, None)


def no_risk_line(record: ModelRecord | None) -> tuple[str, ...]:
    """That there is no probability of churn before a model is trained."""
    return () if record else (_("No model is trained yet, so nothing is said about the risk of leaving."),)


def _reply(desk: Desk, scheme: Scheme) -> Reply:
    with desk.store() as connection:
        segmented, record = up_to_date(desk, connection)
        groups = segmented.groups[scheme]
        lines = [
            *(
                _("{name}: {traits}").format(
                    name=group_name(scheme, group.key),
                    traits=_("; ").join(_traits(group, scheme, desk, connection)),
                )
                for group in groups
            ),
            *(_stability_lines(segmented) if scheme == "segment" else ()),
            *no_risk_line(record),
            *desk.stale_line(desk.as_of(connection)),
        ]
        table = _table(groups, scheme, desk, connection)
        provenance = provenance_of(desk, connection, record)
    best = groups[0]
    title = (
        _("{groups} segments of {users} users; {name} bring {share} of the revenue.")
        if scheme == "segment"
        else _("{groups} RFM groups of {users} users; {name} bring {share} of the revenue.")
    ).format(
        groups=len(groups),
        users=formats.count(segmented.users),
        name=group_name(scheme, best.key),
        share=formats.percent(best.revenue_share),
    )
    return Reply(
        title=title,
        lines=lines,
        facts=_facts(segmented, scheme),
        table=table,
        chart=GroupShares(
            _("Segments") if scheme == "segment" else _("RFM groups"),
            tuple(
                (group_name(scheme, each.key), each.share, each.revenue_share, each.churn_probability)
                for each in groups
            ),
        ),
        buttons=_buttons(groups, scheme),
        provenance=provenance,
    )


def _traits(group: GroupFigures, scheme: Scheme, desk: Desk, connection: sqlite3.Connection) -> list[str]:
    """What the group is, and the medians that set it most apart beside those of everybody."""
    strongest = sorted(
        [name for name in group.apart if _tells(group, name)], key=lambda name: -abs(group.apart[name])
    )
    told = [
        _(_AGAINST[name]).format(
            value=_shown(name, group.medians[name], desk, connection),
            among=_(_AMONG[group.among]),
            usual=_shown(name, group.usual[name], desk, connection),
        )
        for name in strongest[:MOST_TOLD]
    ]
    return [each for each in (group_description(scheme, group.key), *told) if each]


def _tells(group: GroupFigures, name: str) -> bool:
    """Whether a difference is large enough to be told."""
    difference = abs(group.medians[name] - group.usual[name])
    return abs(group.apart[name]) >= TOLD_FROM and (not name.endswith("_share") or difference >= LEAST_SHARE)


def _shown(name: str, value: float, desk: Desk, connection: sqlite3.Connection) -> str:
    if name.endswith("_cents"):
        return desk.money(connection, value)
    return formats.percent(value) if name.endswith("_share") else formats.count(value)


def _stability_lines(segmented: Segmented) -> list[str]:
    """How repeatable the segments are; nothing where there was nothing to compare."""
    clusters = segmented.model.clusters
    found = [each.chosen.mean for each in clusters.values() if each.chosen is not None]
    lines = []
    if found:
        lines.append(
            _("Found again in resampled data with an agreement of {low} or more (1 is the same).").format(
                low=formats.decimal(min(found), 2)
            )
        )
    if segmented.model.week_to_week is not None:
        lines.append(
            _("Against a week before: {agreement}.").format(
                agreement=formats.decimal(segmented.model.week_to_week, 2)
            )
        )
    return [joined(*lines)] if lines else []


def _table(
    groups: Sequence[GroupFigures], scheme: Scheme, desk: Desk, connection: sqlite3.Connection
) -> Table:
    rows, shown = [], []
    for each in groups:
        name, risk = group_name(scheme, each.key), each.churn_probability
        rows.append((name, each.users, round(each.share, 6), each.monetary_cents, risk))
        shown.append(
            (
                name,
                formats.count(each.users),
                formats.percent(each.share),
                desk.money(connection, each.monetary_cents),
                formats.percent(each.revenue_share),
                "–" if risk is None else formats.percent(risk),
            )
        )
    return Table(
        columns=("segment", "users", "share", "monetary_cents", "churn_probability"),
        rows=tuple(rows),
        headings=(_("segment"), _("users"), _("share"), _("spent"), _("risk")),
        shown=tuple((*row[:4], row[5]) for row in shown),
        narrow=frozenset({0, 1, 3, 4}),
    )


def _facts(segmented: Segmented, scheme: Scheme) -> dict[str, object]:
    facts: dict[str, object] = {
        "scheme": scheme,
        "users": segmented.users,
        "segments": [
            {
                "segment": each.key,
                "name": _in_every_language(scheme, each.key),
                "description": group_description(scheme, each.key),
                "users": each.users,
                "active": each.active,
                "share": round(each.share, 6),
                "monetary_cents": each.monetary_cents,
                "revenue_share": round(each.revenue_share, 6),
                "churn_probability": each.churn_probability,
                "among": each.among,
                "medians": dict(each.medians),
                "usual": dict(each.usual),
                "apart": dict(each.apart),
            }
            for each in segmented.groups[scheme]
        ],
    }
    if scheme == "segment":
        facts["stability"] = segmented.model.stability()
        facts["segment_model"] = segmented.model.version
        facts["fitted_as_of"] = segmented.model.as_of.isoformat()
    return facts


def _in_every_language(scheme: Scheme, key: str) -> dict[str, str]:
    names = {}
    for each in LANGUAGES:
        with using(each):
            names[each] = group_name(scheme, key)
    return names


def _buttons(groups: Sequence[GroupFigures], scheme: Scheme) -> tuple[Button, ...]:
    best = group_name(scheme, groups[0].key)
    other = (
        Button(_("RFM groups"), _("rfm segments"))
        if scheme == "segment"
        else Button(_("Segments"), _("show segments"))
    )
    return (
        Button(_("Who: {name}").format(name=best), _("who is in segment {name}").format(name=f'"{best}"')),
        other,
    )
