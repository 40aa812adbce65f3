"""Who becomes flagged week by week, and how many of them a draw takes."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from predictor.flag_stream import STEADY_WEEKS, FlagStream, flag_stream
from predictor.scoring import promoted_model
from storage import flag_events
from tests.conftest import LAST_DAY, TrainedHome

HORIZON = 30


def test_a_draw_takes_everybody_who_is_new() -> None:
    stream = FlagStream([[f"{week}-{user}" for user in range(5)] for week in range(20)], 2.0)
    assert stream.weekly == 10
    assert stream.drawn(0.2, HORIZON) == pytest.approx([10.0] * 21)


def test_who_is_being_measured_is_not_drawn_again() -> None:
    # The same ten are flagged anew each week: who is listed is free after 30 days, so in the fifth week from
    # then, and who is held out after 90, in the thirteenth.
    stream = FlagStream([[str(user) for user in range(10)]] * 40, 1.0)
    drawn = stream.drawn(0.0, HORIZON)
    assert drawn[:6] == pytest.approx([10, 0, 0, 0, 0, 10])
    assert drawn[-1] == pytest.approx(10 / STEADY_WEEKS)
    assert stream.weekly == 10
    fewer = stream.drawn(0.5, HORIZON)
    assert fewer[:5] == pytest.approx([10, 0, 0, 0, 0])
    assert 3 < fewer[5] < 7
    assert fewer == stream.drawn(0.5, HORIZON)


def test_without_anybody_nothing_is_drawn() -> None:
    assert FlagStream([], 1.0).drawn(0.2, HORIZON) == [0.0]
    assert FlagStream([], 1.0).weekly == 0


def test_flags_that_were_noted_are_taken_as_they_were(trained_home: TrainedHome) -> None:
    home = trained_home.home
    with home.store() as store:
        record = promoted_model(store)
        connection = noted(store)
        stream = flag_stream(connection, home.models, record, LAST_DAY, None)
        weeks = len(stream.weeks)
        assert stream.scale == 1.0
        assert stream.weeks[-1] == ["a", "b"]
        assert stream.weeks[-2] == ["a"]
        assert stream.weeks[0] == []
        assert weeks == 13 + STEADY_WEEKS


def noted(store: sqlite3.Connection) -> sqlite3.Connection:
    for days, user in ((150, "old"), (8, "a"), (3, "a"), (0, "b")):
        flag_events.record(store, LAST_DAY - timedelta(days=days), 0, entered=[user], left=[])
    return store


def test_where_none_were_noted_past_weeks_are_scored(trained_home: TrainedHome) -> None:
    home = trained_home.home
    with home.store() as store:
        record = promoted_model(store)
        stream = flag_stream(store, home.models, record, LAST_DAY, 0.5)
        assert stream.scale == 1.0  # fewer users than the sample would have
        assert stream.weekly > 0
        assert flag_stream(store, home.models, record, LAST_DAY, 0.5) is stream
