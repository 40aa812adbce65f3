"""What a picture shows, as plain data: a reply carries it, `bot.charts` draws it where one can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot import formats
from bot.i18n import _, joined
from predictor.scoring import band


@dataclass(frozen=True)
class RiskDistribution:
    """How the probabilities of churn of all active users lie between 0 and 1.

    `flag_at` is the probability from which a user is flagged, None where no line is to be drawn;
    `flagged` is how many users are, among them those who fell a little below it.
    """

    probabilities: Sequence[float]
    flag_at: float | None
    flagged: int

    def in_band(self, name: str) -> int:
        """How many users are at a low, medium or high risk."""
        return sum(band(probability) == name for probability in self.probabilities)

    @property
    def alt(self) -> str:
        """What the picture shows, in a sentence of the language in use."""
        return _(
            "Risk of the {users} active users: low for {low}, medium for {medium}, high for {high};"
            " flagged: {flagged}."
        ).format(
            users=formats.count(len(self.probabilities)),
            low=formats.count(self.in_band("low")),
            medium=formats.count(self.in_band("medium")),
            high=formats.count(self.in_band("high")),
            flagged=formats.count(self.flagged),
        )


@dataclass(frozen=True)
class OrderTimeline:
    """One user's orders up to `as_of`, oldest first: days with the cents paid, and with the cents returned.

    An order keeps its money in `orders` when some of it comes back: that stands in `returns`, at its own
    day. `usual_gap_days` is None where there are too few orders for a rhythm.
    """

    user: str
    orders: Sequence[tuple[date, int]]
    returns: Sequence[tuple[date, int]]
    as_of: date
    currency: str | None
    usual_gap_days: float | None

    @property
    def silence_days(self) -> int:
        """Whole days from the last order to `as_of`; 0 where there is no order."""
        return (self.as_of - self.orders[-1][0]).days if self.orders else 0

    @property
    def alt(self) -> str:
        """What the picture shows, in a sentence of the language in use."""
        if not self.orders:
            return _("User {user} has not ordered yet.").format(user=self.user)
        sentence = (
            _("Orders of user {user} over time: {count} since {first}, the last on {last} ({ago}).")
            if len(self.orders) > 1
            else _("The one order of user {user}, on {last} ({ago}).")
        )
        return sentence.format(
            user=self.user,
            count=formats.count(len(self.orders)),
            first=formats.day(self.orders[0][0]),
            last=formats.day(self.orders[-1][0]),
            ago=formats.days_ago(self.silence_days),
        )


FIFTH = 0.2  # of the users, the riskiest first: what a gain curve is read off at


@dataclass(frozen=True)
class ReliabilityBin:
    """Users scored in one range: their mean probability, and the share that then placed no order.

    `low` and `high` are the 95 % interval of that share.
    """

    mean_predicted: float
    observed: float
    users: int
    low: float
    high: float


@dataclass(frozen=True)
class Reliability:
    """Predicted beside observed, the lowest range first; ranges without users are left out.

    `found` is the gain curve beside it, where it is known: shares of users, the first by risk, and the
    share of all churners among them.
    """

    bins: Sequence[ReliabilityBin]
    found: Sequence[tuple[float, float]] = ()

    @property
    def users(self) -> int:
        """How many scores the ranges hold together."""
        return sum(one.users for one in self.bins)

    @property
    def alt(self) -> str:
        """What the picture shows, in a sentence of the language in use."""
        apart = sum(one.users * abs(one.mean_predicted - one.observed) for one in self.bins)
        said = _(
            "Predicted risk beside what happened, over {users} scores in the back-test:"
            " {points} points apart on average."
        ).format(users=formats.count(self.users), points=formats.decimal(100 * apart / max(1, self.users)))
        return joined(said, self.first_fifth)

    @property
    def first_fifth(self) -> str:
        """How many of the churners the riskiest fifth holds; nothing where that is not known."""
        found = dict(self.found).get(FIFTH)
        if found is None:
            return ""
        return _("The riskiest {fifth} of users hold {found} of those who left.").format(
            fifth=formats.percent(FIFTH), found=formats.percent(found)
        )


@dataclass(frozen=True)
class SalesBars:
    """Net cents of each part of a period, a day or a month, beside those of the period before.

    `labels` name the parts; there may be more parts before than now.
    """

    title: str
    labels: Sequence[str]
    cents: Sequence[int]
    cents_before: Sequence[int]
    currency: str | None

    @property
    def alt(self) -> str:
        """What the picture shows, in a sentence of the language in use."""
        return _("{title}: {now}; before: {before}.").format(
            title=self.title,
            now=formats.money(sum(self.cents), self.currency),
            before=formats.money(sum(self.cents_before), self.currency),
        )


@dataclass(frozen=True)
class Cohorts:
    """Of the users whose first order lies in a month, the share that ordered in each month after it.

    `rows` hold the month, how many users, and the shares from the month after the first on; the last month
    may be incomplete.
    """

    rows: Sequence[tuple[date, int, Sequence[float]]]

    @property
    def alt(self) -> str:
        """What the picture shows, in a sentence of the language in use."""
        first = [shares[0] for _month, _users, shares in self.rows if shares]
        return _(
            "Of the users who came in {months} months, {share} on average ordered in the month after."
        ).format(months=formats.count(len(self.rows)), share=formats.percent(sum(first) / max(1, len(first))))


@dataclass(frozen=True)
class Effect:
    """A difference of order rates with its 95 % interval; `over` is False while it may still change."""

    name: str
    when: str
    effect: float
    low: float
    high: float
    over: bool


@dataclass(frozen=True)
class Effects:
    """What was measured, the newest first, and all of it together where that is known."""

    effects: Sequence[Effect]
    total: Effect | None

    @property
    def alt(self) -> str:
        """What the picture shows, in a sentence of the language in use."""
        shown = self.total or self.effects[0]
        return _("Effect on the order rate, {name}: {points} points, from {low} to {high}.").format(
            name=shown.name,
            points=formats.points(shown.effect),
            low=formats.points(shown.low),
            high=formats.points(shown.high),
        )


@dataclass(frozen=True)
class GroupShares:
    """Groups of users, each with its share of all users and of all revenue, and its mean risk.

    `rows` hold the name, both shares, and the mean probability of churn, None for who has none.
    """

    title: str
    rows: Sequence[tuple[str, float, float, float | None]]

    @property
    def alt(self) -> str:
        """What the picture shows, in a sentence of the language in use."""
        named = [
            _("{name}: {users} of the users, {revenue} of the revenue").format(
                name=name, users=formats.percent(users), revenue=formats.percent(revenue)
            )
            for name, users, revenue, _probability in self.rows
        ]
        return _("{title}. {groups}.").format(title=self.title, groups=_("; ").join(named))


Chart = RiskDistribution | OrderTimeline | Reliability | SalesBars | Cohorts | Effects | GroupShares
