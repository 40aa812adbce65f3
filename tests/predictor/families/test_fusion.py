"""Reviews join the model where complaints precede leaving, and stay out where they are shuffled."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from predictor.backtest import BackTest, backtest
from predictor.churn_model import ChurnModel, sigmoid
from predictor.cutoffs import Calendar
from predictor.definition import Definition
from predictor.families import optional_families
from predictor.families.choice import Choice, choose
from predictor.families.mentions import SENTENCES
from predictor.feature_table import FEATURE_NAMES
from predictor.gate import decide
from predictor.labels import LabelledTables
from predictor.reasons import Explainer
from predictor.scoring import prepare_scoring, risk_of, score_everybody
from predictor.stack import fit, stacked
from predictor.training import TASK, calendar_of, prepare
from storage import model_store
from storage.database import Home, transaction
from storage.demo import truths
from storage.demo.shop import write_demo_shop
from storage.ingest import ImportOptions, import_file
from storage.model_store import ModelRecord
from storage.moments import DAY_SECONDS
from storage.snapshot import Snapshot, latest_snapshot
from tests.reviews import Review, write_reviews

USERS = 1_000
DEFINITION = Definition(60, 180)
# The newest: the shop grew, so that they hold most of the users.
DATES = 3


@dataclass(frozen=True)
class Shop:
    """A fifth of the demo shop, and the back-test of the core features."""

    home: Home
    store: sqlite3.Connection
    snapshot: Snapshot
    calendar: Calendar
    tested: BackTest

    def choose(self) -> Choice:
        """Try all families on the reviews as they stand now."""
        families = optional_families(self.store, device="cpu")
        prepare(families, self.snapshot, lambda step: None)
        return choose(self.tested, self.calendar, LabelledTables(self.snapshot, DEFINITION), families)

    def reviews_of(self, user_id: str) -> int:
        found = self.store.execute("SELECT COUNT(*) FROM reviews WHERE user_id = ?", (user_id,)).fetchone()
        return int(found[0])

    def shuffle(self, *columns: str) -> None:
        """Deal these columns of the reviews out anew among all of them."""
        keys = self.store.execute("SELECT review_key FROM reviews ORDER BY review_key").fetchall()
        rows = self.store.execute(f"SELECT {', '.join(columns)} FROM reviews ORDER BY review_key").fetchall()
        order = np.random.default_rng(0).permutation(len(rows))
        assign = ", ".join(f"{column} = ?" for column in columns)
        with transaction(self.store):
            self.store.executemany(
                f"UPDATE reviews SET {assign} WHERE review_key = ?",
                [(*rows[place], key[0]) for place, key in zip(order.tolist(), keys, strict=True)],
            )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("fusion")
    home = Home(folder / "home").create()
    files = write_demo_shop(folder, users=USERS)
    for table, file in (("users", files.users), ("lines", files.lines), ("reviews", files.reviews)):
        import_file(home, file, ImportOptions(table=table))
    with home.store() as store:
        snapshot = latest_snapshot(store)
        calendar = calendar_of(snapshot, DEFINITION)
        tested = backtest(calendar, LabelledTables(snapshot, DEFINITION), calendar.test_dates()[:DATES])
        yield Shop(home, store, snapshot, calendar, tested)


@pytest.fixture(scope="module")
def chosen(shop: Shop) -> Choice:
    """What the shop as it is leads to."""
    return shop.choose()


@dataclass(frozen=True)
class Fused:
    """A model of the families that entered, in use."""

    record: ModelRecord
    model: ChurnModel


@pytest.fixture(scope="module")
def fused(shop: Shop, chosen: Choice) -> Fused:
    tables = LabelledTables(shop.snapshot, DEFINITION)
    model = fit(stacked(shop.calendar, tables, shop.snapshot.as_of, chosen.families))
    record = model_store.add_candidate(
        shop.store,
        shop.home.models,
        task=TASK,
        parts=model.parts(),
        as_of=shop.snapshot.as_of,
        horizon_days=DEFINITION.horizon_days,
        active_days=DEFINITION.active_days,
        card=chosen.tested.summary(0.9, draws=20),
    )
    return Fused(model_store.promote(shop.store, record.version), model)


def states(choice: Choice) -> dict[str, str]:
    return {each["family"]: each["state"] for each in choice.summary()}


def everybody(shop: Shop, record: ModelRecord) -> dict[str, float]:
    scores = score_everybody(shop.store, shop.home.models, record, shop.snapshot.as_of, now=True)
    return dict(zip(scores.table.user_ids.tolist(), scores.probability.tolist(), strict=True))


def test_where_complaints_precede_leaving_what_users_write_enters(chosen: Choice) -> None:
    text = next(trial for trial in chosen.trials if trial.family.name == "text")

    assert text.enters, chosen.summary()
    assert text.auroc is not None and text.auroc.mean > 0.005


def test_a_model_knows_its_columns_after_the_round_trip_through_a_file(shop: Shop, fused: Fused) -> None:
    loaded = ChurnModel.from_parts(model_store.load_parts(fused.record, shop.home.models))

    assert loaded.columns == fused.model.columns
    assert loaded.columns[: len(FEATURE_NAMES)] == FEATURE_NAMES
    assert "complaint_age_days" in loaded.columns
    tables = [model.table(shop.snapshot, DEFINITION) for model in (loaded, fused.model)]
    assert tables[0].names == loaded.columns
    assert np.array_equal(tables[0].values, tables[1].values, equal_nan=True)


def test_one_user_live_is_as_likely_to_leave_as_in_the_scores_of_everybody(shop: Shop, fused: Fused) -> None:
    known = everybody(shop, fused.record)
    writers = [row[0] for row in shop.store.execute("SELECT DISTINCT user_id FROM reviews WHERE rating < 3")]
    asked = [user_id for user_id in (*writers, *known) if user_id in known][:40]

    for user_id in asked:
        risk = risk_of(shop.store, shop.home.models, user_id, shop.snapshot.as_of)
        assert risk is not None
        assert risk.probability == pytest.approx(known[user_id], abs=1e-9)
        assert tuple(risk.values) == fused.model.columns


def test_reasons_still_add_up_and_say_that_somebody_complained(shop: Shop, fused: Fused) -> None:
    base = float(sigmoid(np.array(Explainer(fused.model).base)))

    risk = risk_of(shop.store, shop.home.models, str(truths.STAR_USER), shop.snapshot.as_of)

    assert risk is not None
    assert base + sum(reason.effect for reason in risk.reasons) == pytest.approx(risk.probability, abs=1e-9)
    first = risk.reasons[0]
    assert (first.family, first.text) == ("words", SENTENCES["late"])
    assert risk.values["late_mentions"] >= 1
    assert first.effect > 0.1
    written_at = shop.store.execute(
        "SELECT MAX(written_at) FROM reviews WHERE user_id = ?", (str(truths.STAR_USER),)
    ).fetchone()[0]
    age = (shop.snapshot.known_before - written_at) / DAY_SECONDS
    assert risk.values["complaint_age_days"] == pytest.approx(age)


def test_a_review_that_is_not_read_yet_changes_nothing_until_it_is(shop: Shop, fused: Fused) -> None:
    before = everybody(shop, fused.record)
    user_id = next(each for each in before if shop.reviews_of(each) == 0)
    day = shop.snapshot.known_before - 3 * DAY_SECONDS
    write_reviews(shop.store, [Review(user_id, day, "Arrived broken, nobody answers. Never again.", 1)])
    families = optional_families(shop.store, device="cpu")

    # That a review was written is known at once, what stands in it is not.
    unread = risk_of(shop.store, shop.home.models, user_id, shop.snapshot.as_of)
    assert prepare_scoring(shop.store, shop.home.models, fused.record, families)
    assert not prepare_scoring(shop.store, shop.home.models, fused.record, families)
    read = risk_of(shop.store, shop.home.models, user_id, shop.snapshot.as_of)

    assert unread is not None and read is not None
    assert np.isnan(unread.values["complaint_age_days"])
    assert read.values["complaint_age_days"] == pytest.approx(3)
    assert read.probability > unread.probability
    assert everybody(shop, fused.record)[user_id] == pytest.approx(read.probability, abs=1e-9)


def test_the_gate_gives_each_model_its_own_columns(shop: Shop, fused: Fused) -> None:
    tables = LabelledTables(shop.snapshot, DEFINITION)
    in_use = replace(fused.record, as_of=shop.tested.days[-1].as_of)

    # Those without reviews against one that has seen the dates, and reads them: it has to be kept.
    decision = decide(in_use, shop.snapshot.as_of, DEFINITION, shop.tested, tables, shop.home.models)

    assert not decision.promote
    assert "its Brier score is worse by" in decision.sentence
    for day in shop.tested.days:
        own = tables.with_families(day.as_of, fused.model.families)
        assert own.names == fused.model.columns
        assert own.user_ids.tolist() == day.user_ids


def test_the_same_words_dealt_out_anew_stay_out_and_the_stars_enter_in_their_place(shop: Shop) -> None:
    shop.shuffle("text")

    found = states(shop.choose())
    assert (found["text"], found["stars"]) == ("out", "in")


def test_words_and_stars_dealt_out_anew_both_stay_out(shop: Shop) -> None:
    shop.shuffle("text", "rating")

    found = states(shop.choose())
    assert (found["text"], found["stars"]) == ("out", "out")
