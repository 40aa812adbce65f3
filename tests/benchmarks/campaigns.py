"""Whether campaigns say what is true: 1,000 made-up ones of each kind (`make bench-campaigns`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor import draw
from predictor.campaign_results import LARGEST_DETECTABLE
from predictor.mean_difference import money_interval
from predictor.rate_difference import Interval, detectable, newcombe, pooled
from tests.benchmarks.score_interval import miettinen_nurminen

CAMPAIGNS = 1_000
Counts = tuple[NDArray[np.int64], int, NDArray[np.int64], int]


@dataclass(frozen=True)
class Kind:
    """Campaigns to `users`, a `share` of them held out; `rate` order anyhow, and `effect` more if told."""

    users: int
    share: float
    rate: float
    effect: float

    def __str__(self) -> str:
        return (
            f"{self.users:>6,} users, {self.share:.0%} out, {self.rate:.0%} order, effect {self.effect:+.0%}"
        )


def kinds() -> Iterator[Kind]:
    """Small and large ones, rare and frequent orders; a third of them without any effect."""
    for users in (40, 100, 400, 1_000, 10_000):
        for share in (0.1, 0.2, 0.5):
            for rate in (0.02, 0.1, 0.3, 0.6):
                for effect in (0.0, 0.03, 0.1):
                    yield Kind(users, share, rate, effect)


def simulate(kind: Kind, campaigns: int = CAMPAIGNS, seed: int = 0) -> Counts:
    """How many ordered in the contact arm and in the holdout of each campaign."""
    random = np.random.default_rng([seed, kind.users, int(1000 * kind.share), int(1000 * kind.rate)])
    held = round(kind.users * kind.share)
    told = kind.users - held
    return (
        random.binomial(told, kind.rate + kind.effect, campaigns),
        told,
        random.binomial(held, kind.rate, campaigns),
        held,
    )


def coverage(interval: Interval, truth: float) -> float:
    """The share of intervals that hold the truth."""
    low, high = interval
    return float(np.mean((low <= truth) & (truth <= high)))


def false_verdicts(counts: Counts, interval: Interval, truth: float) -> float:
    """The share of campaigns that are said to have worked, or harmed, and did not."""
    x1, n1, x2, n2 = counts
    low, high = interval
    told = detectable(n1, n2, (x1 + x2 + 1) / (n1 + n2 + 2)) <= LARGEST_DETECTABLE
    return float(np.mean(told & ((low > 0) & (truth <= 0) | (high < 0) & (truth >= 0))))


def drawn_campaigns(
    users: int, share: float, spread: float, effect: float, campaigns: int = CAMPAIGNS, seed: int = 0
) -> Counts:
    """Campaigns drawn as the bot draws them, where the score says who orders: rates from 0.3 ± spread."""
    random = np.random.default_rng([seed, users])
    rates = np.sort(np.clip(random.normal(0.3, spread, users), 0.02, 0.9))[::-1]
    names = [str(number) for number in range(users)]
    held = round(share * users)
    first, second = np.zeros(campaigns, np.int64), np.zeros(campaigns, np.int64)
    for number in range(campaigns):
        out = np.array(draw.drawn(names, held, number))
        ordered = random.random(users) < rates + np.where(out, 0, effect)
        first[number], second[number] = ordered[~out].sum(), ordered[out].sum()
    return first, users - held, second, held


def money_coverage(
    users: int,
    share: float,
    rate: float,
    spread: float,
    campaigns: int,
    draws: int,
    effect: float = 0.05,
) -> float:
    """Coverage of the interval of net money per user: few spend, and of these a few most."""
    random = np.random.default_rng([users, int(10 * spread), int(100 * effect)])
    held = round(share * users)
    truth = effect * np.exp(8 + spread**2 / 2)

    def spent(count: int, ordering: float) -> NDArray[np.float64]:
        amounts = np.round(random.lognormal(8, spread, count))
        return np.where(random.random(count) < ordering, amounts, 0.0)

    hits = 0
    for number in range(campaigns):
        told, quiet = spent(users - held, rate + effect), spent(held, rate)
        _, low, high = money_interval(told, quiet, draws=draws, seed=number)
        hits += low <= truth <= high
    return hits / campaigns


def pooled_coverage(effect: float, series: int = CAMPAIGNS, campaigns: int = 6) -> float:
    """Coverage of the running total over campaigns of many sizes, shares and rates."""
    random = np.random.default_rng(7)
    hits = 0
    for _ in range(series):
        users = random.integers(60, 1_500, campaigns)
        held = np.round(users * random.choice((0.1, 0.2, 0.5), campaigns)).astype(int)
        rates = random.uniform(0.02, 0.5, campaigns)
        first = random.binomial(users - held, rates + effect)
        second = random.binomial(held, rates)
        _, low, high = pooled(first, users - held, second, held)
        hits += low <= effect <= high
    return hits / series


# Users, share held out, order rate, and the standard deviation of the logarithm of amounts.
MONEY_KINDS = (
    (100, 0.5, 0.2, 0.6),
    (400, 0.5, 0.1, 0.8),
    (400, 0.2, 0.3, 1.0),
    (1_000, 0.2, 0.05, 1.0),
    (4_000, 0.2, 0.3, 0.8),
    (100, 0.2, 0.1, 1.0),
    (400, 0.1, 0.1, 1.0),
    (400, 0.2, 0.1, 0.6),
    (400, 0.2, 0.3, 1.4),
    (1_000, 0.1, 0.3, 1.2),
)
INTERVALS: dict[str, Callable[..., Interval]] = {
    "Newcombe": newcombe,
    "Miettinen-Nurminen": miettinen_nurminen,
}


def main() -> None:
    """Print the tables."""
    rows = [(kind, simulate(kind)) for kind in kinds()]
    for name, interval in INTERVALS.items():
        covered = {kind: coverage(interval(*counts), kind.effect) for kind, counts in rows}
        wrong = {
            kind: false_verdicts(counts, interval(*counts), kind.effect)
            for kind, counts in rows
            if not kind.effect
        }
        values = np.array(list(covered.values()))
        worst = min(covered, key=lambda kind: covered[kind])
        print(f"\n{name}: coverage of {len(rows)} kinds of {CAMPAIGNS:,} campaigns")
        print(f"  mean {values.mean():.1%}, lowest {values.min():.1%} ({worst}), highest {values.max():.1%}")
        print(f"  kinds within 93 to 97 %: {np.mean((values >= 0.93) & (values <= 0.97)):.0%}")
        for users in (40, 100, 400, 1_000, 10_000):
            some = np.array([value for kind, value in covered.items() if kind.users == users])
            print(f"  {users:>6,} users: {some.min():.1%} to {some.max():.1%}, mean {some.mean():.1%}")
        errors = np.array(list(wrong.values()))
        print(f"  false verdicts where there is no effect: mean {errors.mean():.1%}, most {errors.max():.1%}")
    print("\nDrawn as the bot draws, along a score that says who orders (Newcombe)")
    for spread in (0.0, 0.1, 0.2):
        for effect in (0.0, 0.08):
            counts = drawn_campaigns(400, 0.3, spread, effect)
            print(f"  spread {spread}, effect {effect:+.0%}: {coverage(newcombe(*counts), effect):.1%}")
    print(
        "\nThe power line: of campaigns with just the effect it names, how many show it (80 % are promised)"
    )
    for users, share, rate in ((400, 0.5, 0.2), (400, 0.2, 0.3), (2_000, 0.2, 0.05), (10_000, 0.1, 0.3)):
        held = round(users * share)
        least = float(detectable(users - held, held, rate))
        low, _ = newcombe(*simulate(Kind(users, share, rate, least), 10_000))
        shown = np.mean(low > 0)
        print(f"  {users:>6,} users, {share:.0%} held out, {rate:.0%}: {least:.1%} shown in {shown:.1%}")
    print("\nNet money per user (log-normal amounts; 0, 5, 10 points more ordering)")
    for users, share, rate, spread in MONEY_KINDS:
        covered_money = " ".join(
            f"{money_coverage(users, share, rate, spread, CAMPAIGNS, 400, effect):.1%}"
            for effect in (0.0, 0.05, 0.1)
        )
        print(f"  {users:>6,} users, {share:.0%} held out, {rate:.0%}, spread {spread}: {covered_money}")
    print("\nThe running total over six campaigns")
    for effect in (0.0, 0.05):
        print(f"  effect {effect:+.0%}: {pooled_coverage(effect):.1%}")


if __name__ == "__main__":
    main()
