"""The columns made of reviews: what was written before a moment, by whom, with how many stars."""

from __future__ import annotations

import sqlite3
from datetime import date

import numpy as np
import pytest

from predictor.families.reviews import HALF_LIFE_DAYS, read_reviews
from predictor.families.stars import STARS
from predictor.families.writing import WRITING
from storage.identity_changes import exclude, merge
from storage.moments import DAY_SECONDS, known_before
from storage.snapshot import Snapshot
from tests.reviews import Review, write_reviews

AS_OF = date(2024, 3, 10)
END = known_before(AS_OF)
USERS = np.array(["a", "b", "silent"], dtype=object)


def days_before(days: float) -> int:
    return END - int(days * DAY_SECONDS)


@pytest.fixture
def reviewed(store: sqlite3.Connection) -> sqlite3.Connection:
    write_reviews(
        store,
        [
            Review("a", days_before(100), rating=5),
            Review("a", days_before(70), rating=1),
            Review("a", days_before(10), rating=4),
            Review("b", days_before(20)),
            Review("b", days_before(5), rating=2),
            Review("b", END, rating=1),  # the first second of the next day
            Review("somebody else", days_before(1), rating=1),
        ],
    )
    return store


def columns(store: sqlite3.Connection, family: object = WRITING) -> dict[str, list[float]]:
    assert family in (WRITING, STARS)
    each = WRITING if family is WRITING else STARS
    material = each.read(Snapshot(store, AS_OF))
    values = each.columns(material, END, USERS)
    return {feature.name: values[:, i].tolist() for i, feature in enumerate(each.features)}


def test_reviews_are_counted_and_fade(reviewed: sqlite3.Connection) -> None:
    found = columns(reviewed)

    assert found["reviews"] == [3, 2, 0]
    assert found["review_age_days"] == pytest.approx([10, 5, np.nan], nan_ok=True)
    faded = [sum(0.5 ** (age / HALF_LIFE_DAYS) for age in ages) for ages in ((100, 70, 10), (20, 5), ())]
    assert found["decayed_reviews"] == pytest.approx(faded)


def test_stars_are_read_with_their_age(reviewed: sqlite3.Connection) -> None:
    found = columns(reviewed, STARS)

    assert found["low_rating_age_days"] == pytest.approx([70, 5, np.nan], nan_ok=True)
    assert found["recent_low_ratings"] == [0, 1, 0]
    weights = [0.5 ** (age / HALF_LIFE_DAYS) for age in (100, 70, 10)]
    assert found["decayed_low_ratings"] == pytest.approx([weights[1], 0.5 ** (5 / HALF_LIFE_DAYS), 0])
    assert found["mean_stars"] == pytest.approx(
        [np.average([5, 1, 4], weights=weights), 2, np.nan], nan_ok=True
    )
    assert found["stars_trend"] == pytest.approx([4 - (5 + 1) / 2, np.nan, np.nan], nan_ok=True)


def test_reading_one_user_gives_what_reading_all_gives(reviewed: sqlite3.Connection) -> None:
    snapshot = Snapshot(reviewed, AS_OF)
    for family in (WRITING, STARS):
        everybody = family.columns(family.read(snapshot), END, USERS)
        for row, user_id in enumerate(USERS.tolist()):
            own = family.read(snapshot, user_id=user_id)
            assert np.array_equal(
                family.columns(own, END, USERS[row : row + 1])[0], everybody[row], equal_nan=True
            )


def test_a_merged_user_has_written_what_both_ids_wrote(reviewed: sqlite3.Connection) -> None:
    merge(reviewed, "a", ["b"], days_before(2))

    found = read_reviews(Snapshot(reviewed, AS_OF), "a")

    assert found.user_ids.tolist() == ["a"] * 5
    assert found.written_at.tolist() == sorted(found.written_at.tolist())


def test_who_is_excluded_has_written_nothing(reviewed: sqlite3.Connection) -> None:
    exclude(reviewed, "a", "staff", days_before(2))

    assert "a" not in read_reviews(Snapshot(reviewed, AS_OF)).user_ids


def test_without_reviews_or_stars_a_family_says_what_it_lacks(store: sqlite3.Connection) -> None:
    snapshot = Snapshot(store, AS_OF)
    assert (
        WRITING.lacks(WRITING.read(snapshot)) == STARS.lacks(STARS.read(snapshot)) == "there are no reviews"
    )

    write_reviews(store, [Review("a", days_before(1))])

    assert WRITING.lacks(WRITING.read(snapshot)) is None
    assert STARS.lacks(STARS.read(snapshot)) == "no review has a rating"
