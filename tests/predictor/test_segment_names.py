"""Names say what sets a segment apart, are true, and never given twice."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from predictor.segment_names import NOTABLE, SEGMENT_WORDS, name_segments, parts_of_name
from predictor.segment_traits import TRAITS


def apart(*groups: dict[str, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[group.get(trait, 0.0) for trait in TRAITS] for group in groups])


def named(
    *groups: dict[str, float], standing: str = "active", kept: dict[int, str] | None = None
) -> list[str]:
    count = len(groups)
    return name_segments(standing, apart(*groups), np.zeros(count), [1] * count, kept or {})


def test_a_name_says_what_sets_a_segment_apart() -> None:
    assert named(
        {"frequency": 1.5, "order_value": 1.2},
        {"frequency": 1.4, "order_value": -1.3},
        {"frequency": -1.1, "tenure": -1.6},
        {"discount": 2.0},
    ) == ["best", "small_often", "newcomers", "discount"]


def test_most_of_them_having_ordered_once_is_said_before_all() -> None:
    groups = apart({"frequency": -0.9, "tenure": -1.0}, {"frequency": 1.0})
    assert name_segments("lapsed", groups, np.array([0.95, 0.0]), [5, 5], {})[0] == "lapsed_once"


def test_a_group_like_all_is_average() -> None:
    assert named({"frequency": 1.0}, {"frequency": 0.1}) == ["regulars", "active_average"]


def test_one_group_is_everybody() -> None:
    assert [named({}), named({}, standing="lapsed")] == [["active"], ["lapsed"]]


def test_a_group_keeps_its_name_as_long_as_that_is_true() -> None:
    groups = ({"frequency": 1.0, "order_value": 1.0}, {"frequency": -1.0})
    assert named(*groups, kept={0: "regulars"})[0] == "regulars"
    assert named(*groups, kept={0: "discount"})[0] == "best"


@given(
    st.sampled_from(("active", "lapsed")),
    st.integers(2, 9).flatmap(
        lambda count: st.lists(
            st.lists(st.floats(-3, 3), min_size=len(TRAITS), max_size=len(TRAITS)),
            min_size=count,
            max_size=count,
        )
    ),
)
def test_no_two_segments_are_called_the_same_and_every_name_can_be_said(
    standing: str, groups: list[list[float]]
) -> None:
    keys = name_segments(standing, np.array(groups), np.zeros(len(groups)), [1] * len(groups), {})
    assert len(set(keys)) == len(keys) == len(groups)
    said = [SEGMENT_WORDS[key].name if key in SEGMENT_WORDS else tuple(parts_of_name(key)) for key in keys]
    assert len(set(said)) == len(said)


@given(st.lists(st.floats(-3, 3), min_size=len(TRAITS), max_size=len(TRAITS)))
def test_a_name_that_is_put_together_says_notable_traits_only(values: list[float]) -> None:
    # Twenty equal groups use up all other names.
    keys = name_segments("active", np.array([values] * 20), np.zeros(20), [1] * 20, {})
    for key in keys:
        for trait, value in zip(TRAITS, values, strict=True):
            assert f"{trait}+" not in key or value >= NOTABLE
            assert f"{trait}-" not in key or value <= -NOTABLE
