"""Whether campaigns worked: the newest first, each beside those who were held out, and all taken together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot import formats
from bot.campaign_names import asked_campaign
from bot.chart import Effect, Effects
from bot.command import Question
from bot.desk import Desk
from bot.horizon import horizon_days
from bot.i18n import N_, _
from bot.reply import Provenance, Reply, Table
from predictor.campaign_results import Result, Total, campaign_results, running_total

_SHOWN = 10
_DRAWN = 7

_VERDICTS = {
    "worked": N_(
        "{which} worked: {contact} ordered with the message, {holdout} without;"
        " {effect} points (95 %: {low} to {high})."
    ),
    "harmed": N_(
        "{which} did harm: {contact} ordered with the message, {holdout} without;"
        " {effect} points (95 %: {low} to {high})."
    ),
    "not_shown": N_(
        "{which} shows no effect: {contact} ordered with the message, {holdout}"
        " without; {effect} points (95 %: {low} to {high}). It would have shown {power} points."
    ),
}
_WITHHELD = {
    "open": N_(
        "No verdict yet on {which}: its window closes on {closes}. So far {contact}"
        " ordered with the message, {holdout} without."
    ),
    "behind": N_(
        "No verdict yet on {which}: its window closed on {closes}, and orders are known"
        " up to {known} only. Import newer ones."
    ),
    "too_small": N_(
        "No verdict on {which}: it was too small, and would only have shown {power}"
        " points or more. {contact} ordered with the message, {holdout} without (95 %: {low} to {high})."
    ),
    "no_holdout": N_(
        "No verdict on {which}: nobody was held out, so there is nothing to compare the"
        " {contact} who ordered with."
    ),
    "no_contact": N_("No verdict on {which}: nobody was written to."),
    "before_orders": N_("No verdict on {which}: its messages are dated {sent}, before the first order here."),
}
# As the subject of a sentence, and within one.
_LAST = (N_("The last campaign, {campaign},"), N_("the last campaign, {campaign}"))
_NAMED = (N_("Campaign {campaign}"), N_("campaign {campaign}"))
_NOTHING_YET = N_(
    "No verdict yet on {which}: its window closes on {closes}, and no order since its launch is here yet."
)
_SHORT = {
    "worked": N_("worked"),
    "harmed": N_("did harm"),
    "not_shown": N_("no effect shown"),
    "open": N_("still open"),
    "behind": N_("orders missing"),
    "too_small": N_("too small"),
    "no_holdout": N_("nobody held out"),
    "no_contact": N_("nobody written to"),
    "before_orders": N_("before any order"),
}


def campaign_report_reply(question: Question, desk: Desk) -> Reply:
    """The newest campaign in words, the others in a table, and the running total; or the one that is named.

    Raises UnknownCampaignError.
    """
    with desk.store() as connection:
        named = asked_campaign(question, desk, connection)
        days = horizon_days(desk, connection)
        results = campaign_results(connection, now=desk.moment(), horizon_days=days, campaign_id=named)
        if not results:
            return no_campaign()
        as_of = desk.as_of(connection)
        currency = desk.currency(connection)
    total = running_total(results)
    newest = results[0]
    return Reply(
        title=_sentence(newest, _NAMED if named else _LAST, desk),
        lines=[*desk.stale_line(as_of), *_details(newest, currency), *_total_line(total)],
        facts={"campaigns": [_facts(each) for each in results], "total": vars(total) if total else None},
        table=None if named else _table(results[:_SHOWN], desk),
        chart=_chart(results, total, desk),
        provenance=Provenance(
            as_of=as_of.isoformat(),
            data_through=as_of.isoformat(),
            model=None,
            horizon_days=newest.horizon_days,
            definition=_(
                "who ordered within {days} days of the launch, those written to less those held out,"
                " everybody in the arm they were drawn into"
            ).format(days=newest.horizon_days),
        ),
    )


def signed_points(difference: float | None) -> str:
    """A difference of rates in points with its sign; a dash where there is none."""
    if difference is None:
        return "–"
    number = formats.decimal(100 * abs(difference), 1)
    return number if number == "0" else ("+" if difference > 0 else "-") + number


def state(result: Result) -> str:
    """The verdict in a word or two, or why there is none."""
    return _(_SHORT[result.verdict or result.withheld or "open"])


def rate(value: float | None) -> str:
    """An order rate in percent; a dash where there is none."""
    return "–" if value is None else formats.percent(value, places=1)


def money_line(
    cents: float | None, low: float | None, high: float | None, currency: str | None
) -> tuple[str, ...]:
    """The difference of net money per user with its interval; nothing where there is none."""
    if cents is None or low is None or high is None:
        return ()
    return (
        _("Net revenue per user: {cents} (95 %: {low} to {high}).").format(
            cents=_signed_money(cents, currency),
            low=_signed_money(low, currency),
            high=_signed_money(high, currency),
        ),
    )


def no_campaign() -> Reply:
    """That there is none, and how to come by one."""
    return Reply(
        title=_("There is no campaign yet."),
        lines=[
            _(
                "Start one from an audience, or import what was sent: a contacts file with campaign_id,"
                " user_id, sent_at and arm (contact or holdout)."
            )
        ],
        facts={"campaigns": [], "total": None},
    )


def _sentence(result: Result, which: tuple[str, str], desk: Desk) -> str:
    today = desk.local_day(desk.moment())
    sentence = _VERDICTS[result.verdict] if result.verdict else _WITHHELD[result.withheld or "open"]
    if result.withheld == "open" and result.known_until <= result.launched_at:
        sentence = _NOTHING_YET
    said = which[0 if result.verdict else 1]
    return _(sentence).format(
        which=_(said).format(campaign=result.campaign_id),
        contact=rate(result.contact.rate),
        holdout=rate(result.holdout.rate),
        effect=signed_points(result.effect),
        low=signed_points(result.low),
        high=signed_points(result.high),
        power=formats.decimal(100 * (result.power or 0), 1),
        closes=formats.near_day(desk.local_day(result.closes_at), today),
        sent=formats.day(desk.local_day(result.launched_at)),
        known=formats.near_day(desk.local_day(result.known_until), today),
    )


def _details(result: Result, currency: str | None) -> list[str]:
    lines: list[str] = []
    if result.withheld in (None, "open", "too_small") and result.known_until > result.launched_at:
        lines += money_line(result.cents, result.cents_low, result.cents_high, currency)
    if result.withheld == "no_holdout":
        lines.append(_("Next time start it from an audience: part of it is held out by lot."))
    if result.sent or result.spoiled:
        lines.append(
            _(
                "Sent, as imported: to {sent} of the {contact} drawn for it, and to {spoiled} of the"
                " {holdout} held out. Everybody counts in the arm they were drawn into."
            ).format(
                sent=formats.count(result.sent),
                contact=formats.count(result.contact.users),
                spoiled=formats.count(result.spoiled),
                holdout=formats.count(result.holdout.users),
            )
        )
    return lines


def _total_line(total: Total | None) -> tuple[str, ...]:
    if total is None:
        return ()
    return (
        _(
            "All {campaigns} campaigns that are over together: {effect} points (95 %: {low} to {high}),"
            " {users} users."
        ).format(
            campaigns=formats.count(total.campaigns),
            effect=signed_points(total.effect),
            low=signed_points(total.low),
            high=signed_points(total.high),
            users=formats.count(total.users),
        ),
    )


def _facts(result: Result) -> dict[str, object]:
    return {
        "campaign_id": result.campaign_id,
        "sent_at": iso(result.launched_at),
        "closes_at": iso(result.closes_at),
        "contact": result.contact.users,
        "holdout": result.holdout.users,
        "contact_rate": result.contact.rate,
        "holdout_rate": result.holdout.rate,
        "effect": result.effect,
        "low": result.low,
        "high": result.high,
        "verdict": result.verdict,
        "power": result.power,
        "withheld": result.withheld,
        "horizon_days": result.horizon_days,
        "cents_per_user": result.cents,
        "cents_low": result.cents_low,
        "cents_high": result.cents_high,
        "sent": result.sent if result.ours else None,
        "spoiled": result.spoiled if result.ours else None,
    }


def _table(results: Sequence[Result], desk: Desk) -> Table:
    today = desk.local_day(desk.moment())
    return Table(
        columns=("campaign_id", "sent_at", "contact", "holdout", "effect", "low", "high", "verdict"),
        rows=tuple(
            (
                each.campaign_id,
                iso(each.launched_at),
                each.contact.users,
                each.holdout.users,
                each.effect,
                each.low,
                each.high,
                each.verdict,
            )
            for each in results
        ),
        headings=(
            _("campaign"),
            _("launched"),
            _("written to (ordered)"),
            _("held out (ordered)"),
            _("effect in points"),
            _("from"),
            _("to"),
            _("verdict"),
        ),
        shown=tuple(
            (
                each.campaign_id,
                formats.near_day(desk.local_day(each.launched_at), today),
                f"{formats.count(each.contact.users)} ({rate(each.contact.rate)})",
                f"{formats.count(each.holdout.users)} ({rate(each.holdout.rate)})",
                signed_points(each.effect),
                signed_points(each.low),
                signed_points(each.high),
                state(each),
            )
            for each in results
        ),
        narrow=frozenset({0, 1, 4, 7}),
    )


def _chart(results: Sequence[Result], total: Total | None, desk: Desk) -> Effects | None:
    today = desk.local_day(desk.moment())
    drawn = [
        Effect(
            each.campaign_id,
            formats.near_day(desk.local_day(each.launched_at), today),
            each.effect,
            each.low,
            each.high,
            over=each.withheld != "open",
        )
        for each in results
        if each.effect is not None and each.low is not None and each.high is not None
    ][:_DRAWN]
    if not drawn:
        return None
    whole = Effect(_("all together"), "", total.effect, total.low, total.high, over=True) if total else None
    return Effects(drawn, whole)


def _signed_money(cents: float, currency: str | None) -> str:
    return ("+" if cents > 0 else "-" if cents < 0 else "") + formats.money(abs(cents), currency)


def iso(epoch_seconds: int) -> str:
    """The moment as facts have it."""
    return datetime.fromtimestamp(epoch_seconds, UTC).isoformat().replace("+00:00", "Z")
