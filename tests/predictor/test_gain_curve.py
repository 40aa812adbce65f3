"""The gain curve: how many churners are found among the first users of a list."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.gain_curve import STEPS, share_found


def test_a_perfect_list_finds_all_churners_first() -> None:
    y = np.array([1] * 5 + [0] * 15)

    found = share_found(y, y.astype(float))

    assert found[0] == 0 and found[1] == pytest.approx(0.2)
    assert found[5] == pytest.approx(1) and (found[5:] == pytest.approx(1))


def test_one_score_for_everybody_finds_as_many_as_chance() -> None:
    found = share_found(np.array([1, 1, 0, 0, 0, 1, 0]), np.full(7, 0.4))

    assert found == pytest.approx(np.linspace(0, 1, STEPS + 1))


def test_the_order_of_ties_does_not_matter() -> None:
    y, p = np.array([1, 0, 1, 0, 0, 0]), np.array([0.9, 0.9, 0.2, 0.2, 0.2, 0.1])

    assert share_found(y, p) == pytest.approx(share_found(y[::-1], p[::-1]))


@pytest.mark.parametrize("y", [[], [0, 0, 0]])
def test_without_churners_there_is_no_curve(y: list[int]) -> None:
    assert np.isnan(share_found(y, np.linspace(0, 1, len(y)))).all()
