"""What users write: tone and drift, fitted on the training period and on nobody's own outcome."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import skops.io

from predictor.embeddings import embed
from predictor.encoder import EncoderKey, load_encoder
from predictor.families import optional_families
from predictor.families.family import Cutoff
from predictor.families.reviews import Reviews
from predictor.families.text import FEATURES, FEWEST_RATED, ReadReviews, Text
from storage.database import Home
from storage.moments import DAY_SECONDS, known_before
from storage.snapshot import Snapshot
from tests.reviews import Review, write_reviews

TEXT = Text(EncoderKey("a model", "1", "", "mean", 512, "fp32"))
USERS = 200
NAMES = [feature.name for feature in FEATURES]
DRIFT = NAMES.index("drift")
DAY = DAY_SECONDS
AS_OF = date(2024, 3, 10)


def made_up(seed: int = 0, *, stars: bool = True) -> tuple[ReadReviews, list[Cutoff]]:
    """One review of each user at day 10; the first number of its vector is how bad it is, and who wrote a
    bad one leaves. Cut-offs at days 20 and 40; one more review after both.
    """
    random = np.random.default_rng(seed)
    bad = random.random(USERS) < 0.4
    ids = np.array([f"u{n:03}" for n in range(USERS)], dtype=object)
    vectors = random.normal(0, 0.3, (USERS + 1, 6))
    vectors[:USERS, 0] += np.where(bad, 1.0, -1.0)
    vectors[USERS] = [9, 9, 9, 9, 9, 9]
    rating = np.where(bad, 1.0, 5.0) if stars else np.full(USERS, np.nan)
    reviews = Reviews(
        np.append(ids, "u999"),
        np.append(np.full(USERS, 10 * DAY), 50 * DAY),
        np.append(rating, 5.0),
        tuple("…" for _ in range(USERS + 1)),
    )
    churned = np.where(random.random(USERS) < 0.1, ~bad, bad).astype(np.int8)
    cutoffs = [Cutoff(day * DAY, ids, churned) for day in (20, 40)]
    return ReadReviews(reviews, vectors.astype(np.float32)), cutoffs


def test_the_tone_tells_complaints_from_praise() -> None:
    material, cutoffs = made_up()
    fitted, _ = TEXT.fit(material, cutoffs)

    found = fitted.columns(material, 40 * DAY, cutoffs[0].user_ids)
    bad = material.reviews.rating[:USERS] == 1

    tone, age, recent = (found[:, NAMES.index(name)] for name in NAMES[:3])
    assert ((tone > 0.5) == bad).mean() > 0.97
    assert np.array_equal(~np.isnan(age), tone >= 0.5)
    assert np.nanmax(age) == np.nanmin(age) == 30
    assert np.array_equal(recent == 1, tone >= 0.5)


def test_without_stars_there_is_no_tone_and_the_drift_still_tells() -> None:
    material, cutoffs = made_up(stars=False)
    fitted, columns = TEXT.fit(material, cutoffs)

    found = fitted.columns(material, 40 * DAY, cutoffs[0].user_ids)

    assert np.isnan(found[:, : len(NAMES) - 1]).all()
    for drift in (found[:, DRIFT], columns[1][:, DRIFT]):
        assert np.corrcoef(drift, cutoffs[1].churned)[0, 1] > 0.6


def test_too_few_stars_are_no_tone() -> None:
    material, cutoffs = made_up()
    rating = material.reviews.rating.copy()
    rating[np.flatnonzero(rating == 1)[FEWEST_RATED - 1 :]] = np.nan
    few = replace(material, reviews=replace(material.reviews, rating=rating))

    assert np.isnan(TEXT.fit(few, cutoffs)[0].columns(few, 40 * DAY, cutoffs[0].user_ids)[:, 0]).all()


def test_nothing_is_fitted_on_reviews_after_the_last_cutoff() -> None:
    material, cutoffs = made_up()
    earlier = ReadReviews(material.reviews.only(np.arange(USERS + 1) < USERS), material.vectors[:USERS])

    with_it, without = TEXT.fit(material, cutoffs)[0], TEXT.fit(earlier, cutoffs)[0]

    for name, part in with_it.parts().items():
        assert np.array_equal(part, without.parts()[name])


def test_the_drift_of_a_training_row_does_not_know_the_users_own_outcome() -> None:
    material, cutoffs = made_up()
    turned = [
        replace(each, churned=np.append(1 - each.churned[:1], each.churned[1:]).astype(np.int8))
        for each in cutoffs
    ]

    columns, other = TEXT.fit(material, cutoffs)[1], TEXT.fit(material, turned)[1]

    for mine, theirs in zip(columns, other, strict=True):
        assert mine[0, DRIFT] == theirs[0, DRIFT]
        assert (mine[1:, DRIFT] != theirs[1:, DRIFT]).any()


def test_words_that_mean_nothing_have_no_drift_in_training() -> None:
    material, cutoffs = made_up()
    random = np.random.default_rng(1)
    noise = replace(material, vectors=random.normal(size=(USERS + 1, 100)).astype(np.float32))

    _, columns = TEXT.fit(noise, cutoffs)

    assert abs(np.corrcoef(columns[1][:, DRIFT], cutoffs[1].churned)[0, 1]) < 0.2


def test_who_wrote_nothing_is_unknown() -> None:
    material, cutoffs = made_up()
    fitted, _ = TEXT.fit(material, cutoffs)

    found = dict(
        zip(NAMES, fitted.columns(material, 40 * DAY, np.array(["silent"], dtype=object))[0], strict=True)
    )

    assert np.isnan([found["tone"], found["complaint_age_days"], found["drift"]]).all()
    assert (found["recent_complaints"], found["decayed_complaints"]) == (0, 0)


def test_a_fitted_family_comes_back_from_a_model_file() -> None:
    material, cutoffs = made_up()
    fitted, _ = TEXT.fit(material, cutoffs)

    parts = skops.io.loads(skops.io.dumps(fitted.parts()), trusted=[])
    loaded = Text(None).load(parts)

    assert loaded.family == TEXT
    for each in (fitted, loaded):
        found = each.columns(material, 40 * DAY, cutoffs[0].user_ids)
        assert np.array_equal(found, fitted.columns(material, 40 * DAY, cutoffs[0].user_ids), equal_nan=True)


def test_reviews_are_embedded_once_and_those_that_are_not_count_as_not_written(
    store: sqlite3.Connection,
) -> None:
    end = known_before(AS_OF)
    snapshot = Snapshot(store, AS_OF)
    write_reviews(store, [Review("a", end - DAY, "The parcel came two weeks late.", 1)])
    _, text, _ = optional_families(store, device="cpu")
    assert text.lacks(text.read(snapshot)) == "there are no reviews"

    assert text.prepare(snapshot, lambda done, total: None)
    assert not text.prepare(snapshot, lambda done, total: None)
    write_reviews(store, [Review("a", end - DAY, "送货太慢了，等了两个星期。", 1)])
    material = text.read(snapshot)

    assert material.reviews.texts == ("The parcel came two weeks late.",)
    expected = embed(store, load_encoder(None, "cpu"), material.reviews.texts)
    assert np.array_equal(material.vectors, expected)
    assert np.array_equal(text.read(snapshot, user_id="a").vectors, expected)
    assert len(text.read(snapshot, user_id="b").reviews) == 0


def test_an_answer_about_one_user_loads_no_language_model(home: Home, store: sqlite3.Connection) -> None:
    write_reviews(store, [Review("a", known_before(AS_OF) - DAY, "Broken on arrival.", 1)])
    script = f"""
import sys
from datetime import date
from pathlib import Path
from predictor.encoder import EncoderKey
from predictor.families.text import Text
from storage.database import Home
from storage.snapshot import Snapshot
with Home(Path({str(home.path)!r})).store() as store:
    Text(EncoderKey("m", "1", "", "mean", 512, "fp32")).read(Snapshot(store, date(2024, 3, 10)), user_id="a")
print(*sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert {"torch", "transformers"}.isdisjoint(run.stdout.split())


def test_without_the_packages_the_family_says_so(
    store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_reviews(store, [Review("a", known_before(AS_OF) - DAY)])
    monkeypatch.setattr("predictor.families.find_spec", lambda name: None)

    _, text, _ = optional_families(store)

    assert text.lacks(text.read(Snapshot(store, AS_OF))) == "the packages for reading text are not installed"
    assert not text.prepare(Snapshot(store, AS_OF), lambda done, total: None)
