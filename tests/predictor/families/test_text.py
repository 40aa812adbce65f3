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
from threadpoolctl import threadpool_limits

from predictor.embeddings import embed
from predictor.encoder import EncoderKey, load_encoder
from predictor.families import optional_families
from predictor.families.family import Cutoff
from predictor.families.mentions import PLACES, RECENT_DAYS, SENTENCES
from predictor.families.reviews import Reviews
from predictor.families.text import FEATURES, WORDS, ReadReviews, Text
from predictor.said import sayings
from predictor.tone import ANCHORS, BLAME, FEWEST_RATED
from predictor.topics import topics
from predictor.yardsticks import EXAMPLES, YARDSTICKS
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
    anchors = np.zeros((len(ANCHORS), 6), dtype=np.float32)
    anchors[:, 0] = np.where(np.arange(len(ANCHORS)) < len(BLAME), 1, -1)
    sentence = np.arange(USERS + 1)
    # Who is bad says so about the first topic, whoever is not about the last.
    topic = np.where(np.append(bad, False), PLACES[0], PLACES[-1])
    return ReadReviews(reviews, vectors.astype(np.float32), topic, sentence, sentence, anchors), cutoffs


def first(material: ReadReviews, count: int) -> ReadReviews:
    """The first so many reviews alone."""
    return replace(
        material,
        reviews=material.reviews.only(np.arange(len(material.reviews)) < count),
        review=material.review[:count],
        text=material.text[:count],
    )


def test_it_is_fitted_alike_whatever_the_number_of_threads() -> None:
    material, cutoffs = made_up()
    more = np.random.default_rng(1).normal(0, 0.3, (USERS + 1, 378)).astype(np.float32)
    wide = replace(
        material,
        vectors=np.hstack([material.vectors, more]),
        anchors=np.pad(material.anchors, ((0, 0), (0, 378))),
    )
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            fitted, columns = TEXT.fit(wide, cutoffs)
        found.append((fitted.drift, np.vstack(columns)))

    for one, two in zip(*found, strict=True):
        assert np.array_equal(one, two, equal_nan=True)


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


def test_a_complaint_counts_for_the_topic_it_is_about() -> None:
    material, cutoffs = made_up()
    fitted, _ = TEXT.fit(material, cutoffs)

    found = fitted.columns(material, 40 * DAY, cutoffs[0].user_ids)
    later = fitted.columns(material, (11 + RECENT_DAYS) * DAY, cutoffs[0].user_ids)

    complained = found[:, NAMES.index("recent_complaints")] == 1
    key, praised = topics()[PLACES[0]].key, topics()[PLACES[-1]].key
    assert complained.any()
    assert np.array_equal(found[:, NAMES.index(f"{key}_mentions")] == 1, complained)
    # Praise about a topic is no complaint about it, and after a while none counts.
    assert found[:, NAMES.index(f"{praised}_mentions")].sum() == 0
    assert later[:, NAMES.index(f"{key}_mentions")].sum() == 0


def test_the_reason_names_what_was_complained_about_most_of_late() -> None:
    own = dict.fromkeys(NAMES, 0.0) | {"complaint_age_days": 3.0}

    assert WORDS.sentence(own) == "complained in a review {complaint_age_days} days ago"
    assert WORDS.sentence(own | {"late_mentions": 2.0, "size_mentions": 1.0}) == SENTENCES["late"]
    assert WORDS.sentence(own | {"complaint_age_days": np.nan}) == WORDS.reason_without


def test_every_topic_has_a_sentence_with_its_number_and_its_days() -> None:
    assert set(SENTENCES) == {topic.key for topic in topics() if not topic.general}
    for key, sentence in SENTENCES.items():
        assert f"{{{key}_mentions}}" in sentence and f" {RECENT_DAYS} days" in sentence


@pytest.mark.parametrize("most", [0, FEWEST_RATED - 1])
def test_with_too_few_stars_plain_blame_and_praise_are_the_tone(most: int) -> None:
    material, cutoffs = made_up()
    bad = material.reviews.rating[:USERS] == 1
    rating = material.reviews.rating.copy()
    rating[np.flatnonzero(rating == 1)[most:]] = np.nan
    few = replace(material, reviews=replace(material.reviews, rating=rating))

    fitted, columns = TEXT.fit(few, cutoffs)
    found = fitted.columns(few, 40 * DAY, cutoffs[0].user_ids)

    assert fitted.tone.rated == 0
    assert ((found[:, 0] > 0.5) == bad).mean() > 0.97
    for drift in (found[:, DRIFT], columns[1][:, DRIFT]):
        assert np.corrcoef(drift, cutoffs[1].churned)[0, 1] > 0.6


def test_nothing_is_fitted_on_reviews_after_the_last_cutoff() -> None:
    material, cutoffs = made_up()

    with_it, without = TEXT.fit(material, cutoffs)[0], TEXT.fit(first(material, USERS), cutoffs)[0]

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
    expected = embed(store, load_encoder(None, "cpu"), ["the parcel came two weeks late."])
    assert np.array_equal(material.vectors, expected)
    assert [topics()[place].key for place in material.topic.tolist()] == ["late"]
    assert np.array_equal(material.anchors, embed(store, load_encoder(None, "cpu"), YARDSTICKS[EXAMPLES:]))
    assert np.array_equal(text.read(snapshot, user_id="a").vectors, expected)
    assert len(text.read(snapshot, user_id="b").reviews) == 0


def test_a_product_that_the_catalogue_gets_later_changes_nothing(store: sqlite3.Connection) -> None:
    # Themes leave the names of products out; nobody knows since when a catalogue has a product.
    written = "The Blue Kettle came 9 days late. Call +49 171 1234567!"
    write_reviews(store, [Review("a", known_before(AS_OF) - DAY, written, 1)])
    _, text, _ = optional_families(store, device="cpu")
    text.prepare(Snapshot(store, AS_OF), lambda done, total: None)
    before = text.read(Snapshot(store, AS_OF))

    store.execute("INSERT INTO items (item_id, name, import_id) VALUES ('1', 'Blue Kettle', 1)")

    assert not text.prepare(Snapshot(store, AS_OF), lambda done, total: None)
    after = text.read(Snapshot(store, AS_OF))
    assert np.array_equal(before.vectors, after.vectors) and len(after.reviews) == 1
    assert sayings([written]) == [["the blue kettle came 5 days late.", "call !"]]


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
