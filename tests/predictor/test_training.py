"""Training: what is refused, what is promoted, what is kept as a candidate, and that it can be repeated."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from predictor.churn_model import ChurnModel
from predictor.cutoffs import Calendar
from predictor.definition import Definition, definition_of
from predictor.errors import TooLittleHistoryError
from predictor.feature_table import FEATURE_NAMES
from predictor.flag_threshold import flag_threshold
from predictor.labels import LabelledTables
from predictor.scoring import score_everybody
from predictor.training import TASK, calendar_of, train
from storage import flag_settings, model_store
from storage.database import Home
from storage.errors import EmptyStoreError
from storage.flag_settings import FlagRule
from storage.model_store import ModelRecord
from storage.snapshot import Snapshot
from tests.conftest import FIRST_DAY, LAST_DAY, SHOP_HORIZON, Line, TrainedHome, at, small_shop, write

LONG = Definition(90, 270)  # leaves few test dates and cut-offs, and so trains quickly
NEW_DATE = date(2023, 11, 6)  # the one test date of LAST_DAY since IN_USE_AS_OF
IN_USE_AS_OF = date(2023, 11, 1)


@pytest.fixture
def shop(home: Home, store: sqlite3.Connection) -> Home:
    """A home with a third of the small shop, without a model."""
    write(store, small_shop(users=130))
    return home


def put_in_use(
    store: sqlite3.Connection, home: Home, *, turned: bool, as_of: date = IN_USE_AS_OF
) -> ModelRecord:
    """Promote a model that was shown the outcomes of NEW_DATE, or their opposite: hard or easy to beat."""
    labelled = LabelledTables(Snapshot(store, NEW_DATE), LONG).at(NEW_DATE)
    churned = np.tile(1 - labelled.churned if turned else labelled.churned, 60)
    model = ChurnModel.fit(np.tile(labelled.table.values, (60, 1)), churned)
    record = model_store.add_candidate(
        store,
        home.models,
        task=TASK,
        parts=model.parts(),
        as_of=as_of,
        horizon_days=LONG.horizon_days,
        active_days=LONG.active_days,
        card={"flag_at": 0.5},
    )
    return model_store.promote(store, record.version)


def said(sentence: str, values: dict[str, object]) -> str:
    return sentence.format(**values)


def nothing_is_stored(store: sqlite3.Connection, home: Home) -> bool:
    return not model_store.every(store) and not list(home.models.iterdir())


def test_the_first_model_is_promoted(kept_trained_home: TrainedHome) -> None:
    trained = kept_trained_home.trained

    assert trained.promoted
    assert (trained.record.stage, trained.record.version) == ("promoted", 1)
    assert trained.decision == "Promoted: it is the first model."
    assert (trained.record.as_of, definition_of(trained.record)) == (
        LAST_DAY,
        Definition(SHOP_HORIZON, 3 * SHOP_HORIZON),
    )
    assert not trained.definition_chosen


def test_the_card_says_what_the_model_learnt_from(kept_trained_home: TrainedHome) -> None:
    card = kept_trained_home.trained.record.card
    calendar = Calendar(LAST_DAY, FIRST_DAY, definition_of(kept_trained_home.trained.record))

    assert card["first_day"] == FIRST_DAY.isoformat()
    assert card["cutoffs"] == [day.isoformat() for day in calendar.cutoffs(LAST_DAY)]
    assert card["rows"] > 2000
    assert card["features"] == list(FEATURE_NAMES)
    assert 0 < card["flag_at"] < 1
    assert set(card["weights"]) == set(FEATURE_NAMES)
    assert sum(card["weights"].values()) == pytest.approx(1, abs=1e-4)
    assert card["compared"] is None
    assert card["code"]["opsbot"] == version("opsbot")


def test_the_definition_comes_from_the_shops_own_gaps_at_the_first_training(
    shop: Home, store: sqlite3.Connection
) -> None:
    trained = train(store, shop.models)

    assert trained.definition_chosen
    assert definition_of(trained.record) == Definition(30, 90)


def test_the_same_data_gives_the_same_scores_and_the_same_card(shop: Home, store: sqlite3.Connection) -> None:
    first, again = (train(store, shop.models, horizon_days=LONG.horizon_days) for _ in range(2))
    scores = [score_everybody(store, shop.models, trained.record, LAST_DAY) for trained in (first, again)]

    assert (first.record.version, again.record.version) == (1, 2)
    cards = [dict(trained.record.card) for trained in (first, again)]
    compared = [card.pop("compared") for card in cards]
    changed = [card.pop("weights_changed", None) for card in cards]
    assert cards[0] == cards[1]
    parts = [model_store.load_parts(trained.record, shop.models) for trained in (first, again)]
    for one, other in zip(*(each["boosted"]._predictors for each in parts), strict=True):
        assert np.array_equal(one[0].nodes, other[0].nodes)
    assert np.array_equal(*(each["logistic"]["model"].coef_ for each in parts))
    # Beside itself it is as good, by the same dates.
    assert compared[0] is None
    assert (compared[1]["by"], compared[1]["version"]) == ("back_tests", 1)
    assert compared[1]["dates"] == first.record.card["test_dates"]
    assert compared[1]["candidate"] == pytest.approx(compared[1]["current"], abs=1e-6)
    assert changed[0] is None
    assert [each["before"] for each in changed[1]] == [each["after"] for each in changed[1]]
    assert len(scores[0].probability) > 80
    assert np.array_equal(scores[0].probability, scores[1].probability)
    assert again.promoted
    assert not again.definition_chosen


def test_a_threshold_that_was_set_stands_in_the_card(shop: Home, store: sqlite3.Connection) -> None:
    steps: list[str] = []
    flag_settings.keep(store, FlagRule(0.6), at=1, by="7")
    trained = train(store, shop.models, horizon_days=LONG.horizon_days, flag_at=0.73, progress=steps.append)

    assert trained.record.card["flag_at"] == 0.73
    assert 0 < trained.record.card["flag_at_default"] != 0.73
    assert flag_threshold(store, trained.record, None) == 0.6
    assert steps == ["testing on past dates", "training", "comparing with the baselines"]


def test_an_older_day_never_promotes(shop: Home, store: sqlite3.Connection) -> None:
    put_in_use(store, shop, turned=True, as_of=LAST_DAY)

    older = train(store, shop.models, as_of=LAST_DAY - timedelta(days=1), horizon_days=LONG.horizon_days)

    assert (older.promoted, older.record.stage) == (False, "candidate")
    assert "model 1 knows the data up to 2024-02-04" in said(older.decision, older.decision_values)
    in_use = model_store.promoted(store, TASK)
    assert in_use is not None
    assert in_use.version == 1


def test_a_changed_definition_promotes(shop: Home, store: sqlite3.Connection) -> None:
    put_in_use(store, shop, turned=False)

    changed = train(store, shop.models, active_days=200)

    assert changed.promoted
    assert changed.decision == "Promoted: the definition was changed."
    assert definition_of(changed.record) == Definition(LONG.horizon_days, 200)
    assert [record.stage for record in model_store.every(store)] == ["promoted", "retired"]


def test_a_worse_candidate_is_kept(shop: Home, store: sqlite3.Connection) -> None:
    put_in_use(store, shop, turned=False)

    worse = train(store, shop.models)

    assert (worse.promoted, worse.record.stage) == (False, "candidate")
    told = said(worse.decision, worse.decision_values)
    assert told.startswith("Kept as a candidate: tested on data new to both (")
    assert "its Brier score is worse by +0." in told
    assert [record.stage for record in model_store.every(store)] == ["candidate", "promoted"]


def test_a_better_candidate_is_promoted(shop: Home, store: sqlite3.Connection) -> None:
    put_in_use(store, shop, turned=True)

    better = train(store, shop.models)

    assert better.promoted
    told = said(better.decision, better.decision_values)
    assert told.startswith("Promoted: tested on data new to both (")
    assert "its Brier score differs by -0." in told
    compared = better.record.card["compared"]
    assert (compared["by"], compared["dates"]) == ("new_dates", [NEW_DATE.isoformat()])
    difference = compared["candidate"]["brier"] - compared["current"]["brier"]
    assert compared["brier_gain"]["mean"] == pytest.approx(difference, abs=2e-6) and difference < 0
    assert compared["candidate"]["auroc"] > 0.5 > compared["current"]["auroc"]
    changed = better.record.card["weights_changed"]
    sizes = [abs(each["after"] - each["before"]) for each in changed]
    assert len(changed) == 3
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0
    assert all(each["after"] == better.record.card["weights"][each["feature"]] for each in changed)


def test_without_a_date_that_is_new_to_both_the_newer_data_decide(
    shop: Home, store: sqlite3.Connection
) -> None:
    put_in_use(store, shop, turned=False, as_of=NEW_DATE + timedelta(days=1))

    newer = train(store, shop.models)

    assert newer.promoted
    assert "no date is new to both" in newer.decision


def test_a_model_in_use_whose_file_is_gone_is_replaced(shop: Home, store: sqlite3.Connection) -> None:
    in_use = put_in_use(store, shop, turned=False)
    (shop.models / in_use.file_name).unlink()

    trained = train(store, shop.models)

    assert trained.promoted
    assert said(trained.decision, trained.decision_values) == "Promoted: model 1 can no longer be used."


def test_an_empty_store_is_refused(home: Home, store: sqlite3.Connection) -> None:
    with pytest.raises(EmptyStoreError):
        train(store, home.models)

    assert nothing_is_stored(store, home)


def test_a_day_before_the_first_order_is_refused(home: Home, store: sqlite3.Connection) -> None:
    write(store, [Line("A", "42", at("2024-03-01"))])

    with pytest.raises(EmptyStoreError, match="no order yet as of 2024-02-29"):
        train(store, home.models, as_of=date(2024, 2, 29), horizon_days=30)

    assert nothing_is_stored(store, home)


def test_too_little_history_is_refused_and_nothing_is_stored(home: Home, store: sqlite3.Connection) -> None:
    write(store, small_shop(users=30))

    with pytest.raises(
        TooLittleHistoryError, match=r"there are \d\d days of orders .* needed are 90 days, 50 users"
    ):
        train(store, home.models, as_of=FIRST_DAY + timedelta(days=59), horizon_days=30)

    assert nothing_is_stored(store, home)


def test_nobody_who_ordered_twice_is_too_little_history(home: Home, store: sqlite3.Connection) -> None:
    write(store, [Line(str(i), str(i), at("2024-03-01")) for i in range(60)])

    with pytest.raises(TooLittleHistoryError, match="Nobody has ordered twice"):
        train(store, home.models)

    assert nothing_is_stored(store, home)


def test_a_model_that_cannot_be_written_is_not_recorded(
    shop: Home, store: sqlite3.Connection, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        train(store, tmp_path / "no such folder", horizon_days=LONG.horizon_days)

    assert nothing_is_stored(store, shop)


def test_the_calendar_begins_with_the_first_order_known_then(store: sqlite3.Connection) -> None:
    paid_late = Line("A", "42", at("2024-03-01"), status="unpaid", changes=((at("2024-03-09"), "paid"),))
    write(store, [paid_late, Line("B", "42", at("2024-03-05 23:00"))])

    first_days = [calendar_of(Snapshot(store, date(2024, 3, day)), LONG).first_day for day in (8, 9)]

    assert first_days == [date(2024, 3, 5), date(2024, 3, 1)]
