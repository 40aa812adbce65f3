"""Everybody has a segment, the same one until the data changes; new ones are found only when asked for."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from predictor.filters import Scheme
from predictor.scoring import refresh_scores
from predictor.segment_model import model_in_use
from predictor.segments import NO_RHYTHM, Segmented, refresh_segments, segment_of
from storage.database import Home
from storage.errors import EmptyStoreError
from storage.identities import LATEST
from storage.moments import DAY_SECONDS, day_start
from tests.conftest import LAST_DAY, SHOP_HORIZON, Line, TrainedHome, write

END = day_start(LAST_DAY)
SCHEMES: tuple[Scheme, ...] = ("segment", "rfm")


def kept(store: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    return {
        row[0]: (row[1], row[2]) for row in store.execute("SELECT user_id, segment, rfm FROM user_segments")
    }


def segmentings(store: sqlite3.Connection) -> int:
    return int(store.execute("SELECT COUNT(*) FROM segmentings").fetchone()[0])


def shares(segmented: Segmented, scheme: Scheme) -> list[float]:
    return [each.share for each in segmented.groups[scheme]]


@pytest.fixture(scope="module")
def kept_segmented_home(kept_trained_home: TrainedHome, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The trained shop with scores and segments: only copy it."""
    path = tmp_path_factory.mktemp("segmented") / "home"
    shutil.copytree(kept_trained_home.home.path, path)
    home = Home(path)
    with home.store() as store:
        refresh_scores(store, home.models, LAST_DAY)
        refresh_segments(store)
    return home


@pytest.fixture
def models(kept_segmented_home: Home) -> Path:
    return kept_segmented_home.models


@pytest.fixture
def trained_store(kept_segmented_home: Home, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The store of a copy, with its segments."""
    shutil.copytree(kept_segmented_home.path, tmp_path / "segmented")
    with Home(tmp_path / "segmented").store() as connection:
        yield connection


@pytest.fixture
def segmented(trained_store: sqlite3.Connection) -> Segmented:
    return refresh_segments(trained_store)


def test_everybody_who_ordered_is_in_one_segment_and_one_rfm_group(
    trained_store: sqlite3.Connection, segmented: Segmented
) -> None:
    buyers = trained_store.execute("SELECT COUNT(*) FROM user_segments").fetchone()[0]
    assert segmented.users == buyers
    for scheme in SCHEMES:
        groups = segmented.groups[scheme]
        assert sum(each.users for each in groups) == buyers
        assert sum(shares(segmented, scheme)) == pytest.approx(1.0)
        assert sum(each.revenue_share for each in groups) == pytest.approx(1.0)
        assert len({each.key for each in groups}) == len(groups)
    assert 3 <= len(segmented.groups["segment"]) <= 10


def test_active_and_lapsed_users_are_in_segments_of_their_own(segmented: Segmented) -> None:
    for each in segmented.groups["segment"]:
        assert each.active in (0, each.users)
        assert (each.churn_probability is None) == (each.active == 0)
    assert {bool(each.active) for each in segmented.groups["segment"]} == {True, False}


def test_the_risk_of_a_segment_is_the_mean_of_its_scores(
    trained_store: sqlite3.Connection, segmented: Segmented
) -> None:
    for each in segmented.groups["segment"]:
        mean = trained_store.execute(
            "SELECT AVG(probability) FROM scores s JOIN user_segments u ON u.user_id = s.user_id"
            " WHERE u.segment = ?",
            (each.key,),
        ).fetchone()[0]
        assert each.churn_probability == (pytest.approx(mean) if mean is not None else None)


def test_nothing_is_done_twice_for_one_state(trained_store: sqlite3.Connection, segmented: Segmented) -> None:
    before = kept(trained_store)
    assert refresh_segments(trained_store).groups == segmented.groups
    assert segmentings(trained_store) == 1

    write(trained_store, [Line("x", "newcomer", END)])
    again = refresh_segments(trained_store)

    assert segmentings(trained_store) == 2
    assert again.model.version == segmented.model.version
    assert segment_of(trained_store, "newcomer") is not None
    # Those of whom nothing is new stay where they were.
    after = kept(trained_store)
    assert sum(after[user][0] == groups[0] for user, groups in before.items()) == len(before)


def test_newer_scores_change_the_risks_only(
    trained_store: sqlite3.Connection, models: Path, segmented: Segmented
) -> None:
    with_half = "UPDATE scores SET probability = 0.5"
    refresh_scores(trained_store, models, LAST_DAY, flag_at=0.5)
    trained_store.execute(with_half)
    again = refresh_segments(trained_store)
    assert segmentings(trained_store) == 1
    risks = {each.churn_probability for each in again.groups["segment"]}
    assert risks == {0.5, None}


def test_segments_that_are_found_anew_in_the_same_data_are_the_same(
    trained_store: sqlite3.Connection, segmented: Segmented
) -> None:
    before = kept(trained_store)
    again = refresh_segments(trained_store, refit=True)
    assert again.model.version == segmented.model.version + 1
    assert again.model.before == 1.0
    assert kept(trained_store) == before
    assert again.model.seed == segmented.model.seed


def test_how_repeatable_they_are_is_kept(trained_store: sqlite3.Connection, segmented: Segmented) -> None:
    stability = model_in_use(trained_store)
    assert stability is not None
    told = stability.stability()
    assert told["bootstrap"]["active"]["adjusted_rand"] > 0.5
    assert 0.5 < told["week_to_week"] <= 1.0
    assert told["groups"] == len(segmented.groups["segment"])


def test_segments_need_no_model(store: sqlite3.Connection) -> None:
    lines = [
        Line(
            f"{user}-{n}",
            f"u{user}",
            END - (n * (5 + user % 7) + user) * DAY_SECONDS,
            1000 + 400 * (user % 5),
        )
        for user in range(60)
        for n in range(1 + user % 6)
    ]
    write(store, lines)
    found = refresh_segments(store)
    assert all(each.churn_probability is None for each in found.groups["segment"])
    assert found.users == 60


def test_the_horizon_and_active_days_are_those_of_the_model(segmented: Segmented) -> None:
    assert segmented.model.definition.horizon_days == SHOP_HORIZON


def test_an_empty_store_is_said(store: sqlite3.Connection) -> None:
    with pytest.raises(EmptyStoreError):
        refresh_segments(store)
    assert model_in_use(store) is None


def test_a_store_of_which_every_user_is_excluded_is_said(store: sqlite3.Connection) -> None:
    write(store, [Line("1", "a", END)])
    store.execute("INSERT INTO user_exclusions (user_id, from_at) VALUES ('a', ?)", (LATEST // 2,))
    store.execute("UPDATE user_exclusions SET from_at = 1")
    with pytest.raises(EmptyStoreError):
        refresh_segments(store)
    assert segmentings(store) == 0


def test_three_users_make_one_segment_of_the_active_and_one_of_the_lapsed(store: sqlite3.Connection) -> None:
    write(store, [Line("1", "a", END), Line("2", "b", END), Line("3", "c", END - 900 * DAY_SECONDS)])
    found = refresh_segments(store)
    assert found.model.definition == NO_RHYTHM
    assert {each.key: each.users for each in found.groups["segment"]} == {"active": 2, "lapsed": 1}


def test_users_who_are_all_the_same_make_one_segment(store: sqlite3.Connection) -> None:
    write(store, [Line(str(n), f"u{n}", END) for n in range(80)])
    found = refresh_segments(store)
    assert [(each.key, each.users) for each in found.groups["segment"]] == [("active", 80)]
    assert len(found.groups["rfm"]) == 1


def test_one_giant_does_not_take_a_segment(trained_store: sqlite3.Connection) -> None:
    write(trained_store, [Line("giant", "giant", END, 10**13)])
    found = refresh_segments(trained_store)
    assert min(each.users for each in found.groups["segment"]) > 5
    assert segment_of(trained_store, "giant") is not None


def test_nothing_bought_but_returns_has_no_share(store: sqlite3.Connection) -> None:
    bought = [Line(str(n), f"u{n}", END, 0) for n in range(3)]
    back = [Line(f"r{n}", f"u{n}", END, -100, quantity=-1) for n in range(3)]
    write(store, [*bought, *back])
    found = refresh_segments(store)
    assert {each.revenue_share for each in found.groups["segment"]} == {0.0}


def test_what_comes_a_week_later_moves_few(trained_store: sqlite3.Connection, segmented: Segmented) -> None:
    before = kept(trained_store)
    write(trained_store, [Line("later", "regular-last", END + 7 * DAY_SECONDS)])
    refresh_segments(trained_store)
    after = kept(trained_store)
    stayed = sum(after[user][0] == groups[0] for user, groups in before.items())
    assert stayed > 0.8 * len(before)
    assert LAST_DAY + timedelta(days=7) != segmented.model.as_of
