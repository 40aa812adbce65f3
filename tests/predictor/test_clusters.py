"""Groups that are there are found, in the number in which they come back, and the same every time."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from predictor.clusters import Clusters, Floats, adjusted_rand, find_clusters, matched

CHOICES = range(2, 6)


def blobs(*centres: tuple[float, float], rows: int = 120, spread: float = 0.2) -> Floats:
    random = np.random.default_rng(3)
    return np.concatenate([random.normal(centre, spread, (rows, 2)) for centre in centres])


@pytest.fixture(scope="module")
def three() -> Clusters:
    return find_clusters(blobs((0, 0), (4, 0), (0, 4)), CHOICES)


def test_as_many_groups_are_found_as_come_back_in_resamples(three: Clusters) -> None:
    assert len(three) == 3
    assert three.chosen is not None
    assert three.chosen.mean > 0.98
    # Four groups would split one at random.
    assert {each.groups: each.mean for each in three.stability}[4] < three.chosen.mean - 0.05


def test_rows_of_one_group_get_one_number(three: Clusters) -> None:
    labels = three.assign(blobs((0, 0), (4, 0), (0, 4)))
    assert adjusted_rand(labels, np.repeat([0, 1, 2], 120)) > 0.98


def test_the_same_values_give_the_same_groups(three: Clusters) -> None:
    again = find_clusters(blobs((0, 0), (4, 0), (0, 4)), CHOICES)
    assert again.as_json() == three.as_json()


def test_the_largest_group_comes_first() -> None:
    values = np.concatenate([blobs((0, 0), rows=50), blobs((5, 0), rows=200), blobs((0, 5), rows=100)])
    found = find_clusters(values, CHOICES)
    sizes = np.bincount(found.assign(values))
    assert all(one >= other for one, other in pairwise(sizes))


def test_one_giant_is_no_group_of_its_own() -> None:
    values = np.concatenate([blobs((0, 0), (4, 0)), [[1e9, 1e9]]])
    found = find_clusters(values, CHOICES)
    assert np.bincount(found.assign(values)).min() > 50
    assert np.abs(found.centres).max() < 10


@pytest.mark.parametrize(
    "values",
    [np.zeros((200, 2)), blobs((0, 0), rows=3), np.repeat([[0.0, 0.0], [1.0, 1.0]], 2, axis=0)],
    ids=["all the same", "three rows", "four rows"],
)
def test_where_there_is_nothing_to_tell_apart_there_is_one_group(values: Floats) -> None:
    found = find_clusters(values, CHOICES)
    assert (len(found), found.stability, found.chosen) == (1, (), None)
    assert not found.assign(values).any()


def test_groups_come_back_from_json_as_they_were(three: Clusters) -> None:
    kept = Clusters.from_json(json.loads(json.dumps(three.as_json())))
    values = blobs((0, 0), (4, 0), (0, 4))
    assert (kept.assign(values) == three.assign(values)).all()
    assert kept.chosen == three.chosen


def test_groups_are_matched_by_what_they_share() -> None:
    one = np.array([0, 0, 0, 1, 1, 2])
    other = np.array([1, 1, 1, 0, 0, 0])
    assert matched(one, other, 3, 2) == {0: (1, 1.0), 1: (0, 2 / 3)}
