"""How the shop did in a period, beside the one before and the same one a year ago."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot import formats
from bot.chart import Cohorts, SalesBars
from bot.command import Question
from bot.desk import Desk
from bot.i18n import N_, _
from bot.periods import Period, compared_with, period_of, year_before
from bot.reply import Button, Reply, Table
from predictor.overview import Sales, Totals, sales
from storage import flag_events

USUAL_PERIOD = "this_week"
COHORT_MONTHS = 12
MOST_DAYS_BY_DAY = 45

_NAMES = {
    "today": N_("Today"),
    "yesterday": N_("Yesterday"),
    "this_week": N_("This week"),
    "last_week": N_("Last week"),
    "this_month": N_("This month"),
    "last_month": N_("Last month"),
    "this_quarter": N_("This quarter"),
    "last_quarter": N_("Last quarter"),
    "this_year": N_("This year"),
    "last_year": N_("Last year"),
}


@dataclass(frozen=True)
class _Measured:
    period: Period
    totals: Totals
    flagged: int | None


def overview_reply(question: Question, desk: Desk) -> Reply:
    """Orders, net revenue, users and complaints; raises EmptyStoreError."""
    slug = str(question.args.get("period", USUAL_PERIOD))
    now = desk.moment()
    with desk.store() as connection:
        newest = _latest_day(desk, connection)
        asked = period_of(slug, desk.local_day(now))
        if asked.first > newest:
            return _without_data(asked, newest)
        period = _as_far_as(asked, newest)
        with sales(connection, desk.now().date()) as sold:
            compare = str(question.args.get("compare", "previous"))
            other = compared_with(period, compare, desk.local_day(now))
            periods = (period, _as_far_as(other, newest), year_before(period))
            measured = [_measure(each, sold, desk, connection) for each in periods]
            chart = _chart(measured[0].period, measured[1].period, sold, desk, connection)
        currency = desk.currency(connection)
    current, previous, last_year = measured
    return Reply(
        title=_("{period}: {orders} orders, {net} net.").format(
            period=_named(period),
            orders=formats.count(current.totals.orders),
            net=formats.money(current.totals.net_cents, currency),
        ),
        lines=[
            *_cut_line(asked, newest),
            _compared(_("Against {period}: {changes}."), current, previous),
            *_year_line(current, previous, last_year),
            *_users_lines(current.totals, previous.totals),
            *_others_lines(current, previous),
        ],
        facts={
            **_facts(current),
            **{f"previous_{name}": value for name, value in _facts(previous).items()},
            **{f"last_year_{name}": value for name, value in _facts(last_year).items()},
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
        },
        chart=chart,
        buttons=(
            Button(_("Last week"), _("how was last week")),
            Button(_("Last month"), _("how was last month")),
            Button(_("Who comes back?"), _("retention by month")),
        ),
    )


def cohorts_reply(_question: Question, desk: Desk) -> Reply:
    """Of the users who first ordered in a month, how many ordered in each month after; the last 12 months."""
    with desk.store() as connection, sales(connection, desk.now().date()) as sold:
        newest = _latest_day(desk, connection)
        rows = _cohorts(sold, desk, newest)
    shown = tuple(
        (f"{month:%Y-%m}", formats.count(users), *(formats.percent(share) for share in shares[:6]))
        + ("",) * (6 - len(shares[:6]))
        for month, users, shares in rows
    )
    after = [shares[0] for _month, users, shares in rows if shares and users]
    return Reply(
        title=_("Of new users, {share} order again in the month after their first order.").format(
            share=formats.percent(sum(after) / len(after)) if after else "–"
        ),
        lines=[_("The newest month is not over, so the last share of each row is low.")]
        if (newest + timedelta(days=1)).day != 1
        else [],
        facts={
            "cohorts": [
                {"month": f"{month:%Y-%m}", "users": users, "shares": list(shares)}
                for month, users, shares in rows
            ]
        },
        table=Table(
            columns=("month", "users", *(f"month_{number}" for number in range(1, 7))),
            rows=tuple((f"{month:%Y-%m}", users, *_padded(shares)) for month, users, shares in rows),
            headings=(_("first order"), _("users"), *(f"+{number}" for number in range(1, 7))),
            shown=shown,
            narrow=frozenset({0, 1, 2, 3}),
        ),
        chart=Cohorts(rows),
        buttons=(Button(_("This month"), _("how are we doing this month")),),
    )


def _latest_day(desk: Desk, connection: sqlite3.Connection) -> date:
    desk.as_of(connection)  # raises where there is no order
    return desk.local_day(connection.execute("SELECT last_ordered_at FROM shop").fetchone()[0])


def _as_far_as(period: Period, newest: date) -> Period:
    """The period up to the day of the latest order: what is not imported yet is not zero."""
    if period.last <= newest:
        return period
    return Period(period.slug, period.first, newest, so_far=True)


def _edge(day: date, desk: Desk) -> int:
    return int(datetime.combine(day, time(), desk.settings.zone).timestamp())


def _measure(period: Period, sold: Sales, desk: Desk, connection: sqlite3.Connection) -> _Measured:
    start, end = _edge(period.first, desk), _edge(period.last + timedelta(days=1), desk)
    # The data of a day ends at midnight UTC.
    as_of = datetime.fromtimestamp(end - 1, UTC).date()
    return _Measured(period, sold.totals(start, end), flag_events.flagged_on(connection, as_of))


def _facts(measured: _Measured) -> dict[str, object]:
    totals = measured.totals
    return {
        "orders": totals.orders,
        "net_cents": totals.net_cents,
        "new_users": totals.new_users,
        "returning_users": totals.returning_users,
        "due_users": totals.due,
        "due_users_ordered": totals.came,
        "flagged": measured.flagged,
        "complaints": totals.complaints,
    }


def _named(period: Period) -> str:
    days = _days(period)
    name = _NAMES.get(period.slug)
    if name is None:
        return days
    so_far = _("{period} so far ({days})") if period.so_far else _("{period} ({days})")
    return so_far.format(period=_(name), days=days)


def _days(period: Period) -> str:
    if period.first == period.last:
        return formats.day(period.first)
    return _("{first} to {last}").format(first=formats.day(period.first), last=formats.day(period.last))


def _year_line(current: _Measured, previous: _Measured, last_year: _Measured) -> tuple[str, ...]:
    if not last_year.totals.orders or last_year.period == previous.period:
        return ()
    return (_compared(_("Against a year before, {period}: {changes}."), current, last_year),)


def _compared(sentence: str, current: _Measured, other: _Measured) -> str:
    changes = [
        _("orders {change}").format(change=_change(current.totals.orders, other.totals.orders)),
        _("net {change}").format(change=_change(current.totals.net_cents, other.totals.net_cents)),
    ]
    return sentence.format(period=_days(other.period), changes=" · ".join(changes))


def _change(now: int, then: int) -> str:
    if then <= 0:
        return _("from {then} to {now}").format(then=formats.count(then), now=formats.count(now))
    share = (now - then) / then
    if abs(share) < 0.005:
        return "±" + formats.percent(0)
    return ("+" if share >= 0 else "−") + formats.percent(abs(share))


def _users_lines(now: Totals, then: Totals) -> list[str]:
    lines = [
        _("Users: {new} new, {returning} returning (before: {new_before}, {returning_before}).").format(
            new=formats.count(now.new_users),
            returning=formats.count(now.returning_users),
            new_before=formats.count(then.new_users),
            returning_before=formats.count(then.returning_users),
        )
    ]
    if now.due:
        lines.append(
            _(
                "Of {due} users who were due by their own rhythm, {share} ordered (before: {share_before})."
            ).format(
                due=formats.count(now.due),
                share=formats.percent(now.came / now.due),
                share_before=formats.percent(then.came / then.due) if then.due else "–",
            )
        )
    return lines


def _others_lines(current: _Measured, previous: _Measured) -> list[str]:
    lines = []
    if current.flagged is not None:
        lines.append(
            _("Flagged at the end: {now} (before: {then}).").format(
                now=formats.count(current.flagged),
                then=formats.count(previous.flagged) if previous.flagged is not None else "–",
            )
        )
    if current.totals.complaints is not None:
        lines.append(
            _("Complaints (reviews of 1 or 2 stars): {now} (before: {then}).").format(
                now=formats.count(current.totals.complaints),
                then=formats.count(previous.totals.complaints or 0),
            )
        )
    return lines


def _cut_line(asked: Period, newest: date) -> tuple[str, ...]:
    if asked.last <= newest:
        return ()
    return (_("The latest order is of {day}: measured up to then.").format(day=formats.day(newest)),)


def _without_data(asked: Period, newest: date) -> Reply:
    month = f"{newest:%Y-%m}"
    return Reply(
        title=_("There are no orders yet for {days}: the latest is of {day}.").format(
            days=_days(asked), day=formats.day(newest)
        ),
        facts={"orders": None, "from": asked.first.isoformat(), "to": asked.last.isoformat()},
        buttons=(Button(month, _("how was {month}").format(month=month)),),
    )


def _chart(
    period: Period, previous: Period, sold: Sales, desk: Desk, connection: sqlite3.Connection
) -> SalesBars | None:
    """By day, or for long periods by month; nothing for a single day."""
    if period.days < 2:
        return None
    days = _parts(period)
    named = formats.day_of_month if period.days <= MOST_DAYS_BY_DAY else formats.month
    return SalesBars(
        title=_named(period),
        labels=[named(day) for day in days],
        cents=sold.cents_between(_edges(days, period, desk)),
        cents_before=sold.cents_between(_edges(_parts(previous), previous, desk)),
        currency=desk.currency(connection),
    )


def _edges(days: Sequence[date], period: Period, desk: Desk) -> list[int]:
    return [*(_edge(day, desk) for day in days), _edge(period.last + timedelta(days=1), desk)]


def _parts(period: Period) -> list[date]:
    """The first days of the parts."""
    days = [period.first + timedelta(days=each) for each in range(period.days)]
    if period.days <= MOST_DAYS_BY_DAY:
        return days
    return [day for day in days if day.day == 1 or day == period.first]


def _cohorts(sold: Sales, desk: Desk, newest: date) -> list[tuple[date, int, tuple[float, ...]]]:
    months = newest.year * 12 + newest.month - 1
    first_of: dict[str, int] = {}
    seen: dict[int, dict[int, set[str]]] = {}
    for user_id, at in sold.orders_by_user():
        day = desk.local_day(at)
        month = day.year * 12 + day.month - 1
        first = first_of.setdefault(user_id, month)
        if months - first < COHORT_MONTHS:
            seen.setdefault(first, {}).setdefault(month - first, set()).add(user_id)
    rows = []
    for first, by_month in sorted(seen.items()):
        users = len(by_month[0])
        shares = tuple(len(by_month.get(after, ())) / users for after in range(1, months - first + 1))
        rows.append((date(first // 12, first % 12 + 1, 1), users, shares))
    return rows


def _padded(shares: Sequence[float]) -> tuple[float | None, ...]:
    return (*shares[:6], *(None,) * (6 - len(shares[:6])))
