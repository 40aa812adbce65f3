"""The warnings measured: the draw at flag time, the pool, and looks that are planned beforehand."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import numpy as np
import pytest

from predictor.warning_draw import draw_warnings
from predictor.warning_effect import look, milestones, pool_sizes, warning_effect
from storage import warning_holdouts
from storage.moments import DAY_SECONDS, known_before
from storage.warning_holdouts import WarnedUser
from tests.conftest import Line, at, write

DAY = date(2024, 3, 1)
HORIZON = 30
NOW = at("2025-01-01")


def switch(connection: sqlite3.Connection, share: float, when: date = DAY - timedelta(days=1)) -> None:
    warning_holdouts.set_share(
        connection,
        share,
        seed=5,
        horizon_days=HORIZON,
        expected_rate=0.3,
        at=known_before(when),
        by="7",
    )


def flag(connection: sqlite3.Connection, users: list[str], day: date = DAY) -> None:
    draw_warnings(connection, users, day, known_before(day), HORIZON)


def names(count: int, first: int = 0) -> list[str]:
    return [f"w{number}" for number in range(first, first + count)]


def arm(connection: sqlite3.Connection, name: str) -> set[str]:
    return {each.user_id for each in warning_holdouts.drawn(connection) if each.arm == name}


def test_nobody_is_drawn_before_it_is_switched_on(store: sqlite3.Connection) -> None:
    flag(store, names(50))
    assert not warning_holdouts.drawn(store)


def test_a_share_of_the_newly_flagged_is_held_out_for_the_horizon(store: sqlite3.Connection) -> None:
    switch(store, 0.2)
    flag(store, names(1_000))
    held = arm(store, "holdout")
    assert len(held) == pytest.approx(200, abs=50)
    assert held | arm(store, "listed") == set(names(1_000))
    end = known_before(DAY)
    assert warning_holdouts.held_out(store, at=end) == held
    assert warning_holdouts.held_out(store, at=end + HORIZON * DAY_SECONDS) == frozenset()


def test_an_id_draws_the_same_with_whomever_it_is_flagged(store: sqlite3.Connection) -> None:
    switch(store, 0.5)
    flag(store, names(20))
    flag(store, names(20, first=20))
    drawn = arm(store, "holdout")
    store.execute("DROP TRIGGER warning_users_refuses_delete")
    store.execute("DELETE FROM warning_users")
    flag(store, names(40))
    assert arm(store, "holdout") == drawn


def test_who_is_measured_or_was_held_out_lately_is_not_drawn_again(store: sqlite3.Connection) -> None:
    switch(store, 0.5)
    flag(store, names(40))
    held, count = arm(store, "holdout"), len(warning_holdouts.drawn(store))
    flag(store, names(40), DAY + timedelta(days=5))
    assert len(warning_holdouts.drawn(store)) == count
    flag(store, names(40), DAY + timedelta(days=40))
    again = {each.user_id for each in warning_holdouts.drawn(store) if each.as_of > DAY}
    assert again == set(names(40)) - held


def test_a_draw_is_never_changed(store: sqlite3.Connection) -> None:
    switch(store, 0.5)
    flag(store, names(10))
    for change in (
        "UPDATE warning_users SET arm = 'listed'",
        "DELETE FROM warning_users",
        "UPDATE warning_holdouts SET share = 0.1",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="a draw is never changed"):
            store.execute(change)


def test_stopping_lists_everybody_again_and_keeps_what_was_over(store: sqlite3.Connection) -> None:
    switch(store, 0.5)
    flag(store, names(10))
    flag(store, names(10, first=10), DAY + timedelta(days=40))
    switch(store, 0, DAY + timedelta(days=45))
    assert warning_holdouts.current(store) is None
    assert {each.user_id for each in warning_holdouts.drawn(store)} == set(names(10))
    assert warning_holdouts.held_out(store, at=known_before(DAY + timedelta(days=46))) == frozenset()
    # On again: who is listed now stays listed.
    switch(store, 0.5, DAY + timedelta(days=47))
    assert warning_holdouts.held_out(store, at=known_before(DAY + timedelta(days=48))) == frozenset()


def test_it_says_what_being_listed_and_contacted_is_worth(store: sqlite3.Connection) -> None:
    switch(store, 0.4)
    flag(store, names(700))
    listed, held = sorted(arm(store, "listed")), sorted(arm(store, "holdout"))
    ordering = [*listed[: len(listed) * 6 // 10], *held[: len(held) * 2 // 10]]
    start = known_before(DAY)
    write(
        store,
        [
            *(Line(f"o{user}", user, start + DAY_SECONDS) for user in ordering),
            Line("first", "x", start - 99 * DAY_SECONDS),
            Line("late", "x", start + 60 * DAY_SECONDS),
        ],
    )
    contacts = {user: [start + 60] for user in listed[: len(listed) // 2]}
    found = warning_effect(store, contacts, now=NOW, drawn=[20.0])
    assert (found.listed.users, found.holdout.users) == (len(listed), len(held))
    assert found.effect == pytest.approx(0.4, abs=0.01)
    assert found.listed_contacted == pytest.approx(0.5, abs=0.01)
    assert found.holdout_contacted == 0
    assert found.per_contact == pytest.approx(0.8, abs=0.03)
    assert found.cents is not None
    assert found.cents > 0
    assert (found.verdict, found.looked_at) == ("worked", 0.15)


def test_a_changed_share_turns_no_sign(store: sqlite3.Connection) -> None:
    """Few held out in a good season, most in a bad one: added up, listing seems to help while it harms."""
    start = known_before(DAY)
    later = DAY + timedelta(days=60)
    ordering: list[tuple[str, int]] = []
    contacts: dict[str, list[int]] = {}
    for share, day, first, listed_rate, held_rate in (
        (0.1, DAY, 0, 0.7, 0.9),
        (0.5, later, 2_000, 0.1, 0.3),
    ):
        switch(store, share, day - timedelta(days=1))
        new = names(2_000, first=first)
        flag(store, new, day)
        for which, rate in (("listed", listed_rate), ("holdout", held_rate)):
            users = sorted(arm(store, which) & set(new))
            ordering += [(user, known_before(day)) for user in users[: round(rate * len(users))]]
            contacts |= {user: [known_before(day) + 60] for user in users[: round((1 - rate) * len(users))]}
    write(
        store,
        [
            *(Line(f"o{user}", user, when + DAY_SECONDS) for user, when in ordering),
            Line("first", "x", start - 99 * DAY_SECONDS),
            Line("late", "x", start + 120 * DAY_SECONDS),
        ],
    )
    found = warning_effect(store, contacts, now=NOW)
    assert found.listed.rate is not None
    assert found.holdout.rate is not None
    assert found.listed.rate > found.holdout.rate  # what adding up would say
    assert found.settings == 2
    assert found.effect == pytest.approx(-0.2, abs=0.01)
    assert found.listed_rate is not None
    assert found.holdout_rate is not None
    assert found.listed_rate - found.holdout_rate == pytest.approx(found.effect)
    assert found.listed_contacted is not None
    assert found.holdout_contacted is not None
    assert found.listed_contacted - found.holdout_contacted == pytest.approx(0.2, abs=0.01)
    assert (found.cents, found.cents_low, found.cents_high) == (None, None, None)


def test_a_look_over_two_shares_pools_them_as_the_effect_does() -> None:
    units = []
    for user, users, ordered in (
        (WarnedUser("u", DAY, "listed", 1, 0, 0, 1), 900, 630),
        (WarnedUser("u", DAY, "holdout", 1, 0, 0, 1), 100, 90),
        (WarnedUser("u", DAY, "listed", 2, 0, 0, 2), 500, 50),
        (WarnedUser("u", DAY, "holdout", 2, 0, 0, 2), 500, 150),
    ):
        units += [(user, (number < ordered, 0)) for number in range(users)]
    assert (630 + 50) / 1_400 > (90 + 150) / 600  # added up the listed order more
    assert look(units, [(0.10, len(units))]) == ("harmed", 0.10)
    assert look(units[:1_000], [(0.10, 1_000)]) == ("harmed", 0.10)  # the first share alone


def test_before_a_window_is_over_there_is_nothing_to_compare(store: sqlite3.Connection) -> None:
    switch(store, 0.4)
    flag(store, names(400))
    write(store, [Line("o", "w1", known_before(DAY) + 5)])
    found = warning_effect(store, {}, now=NOW)
    assert (found.drawn, found.listed.users, found.effect, found.verdict) == (400, 0, None, None)


def test_the_pool_says_when_it_can_show_what() -> None:
    sizes = pool_sizes(0.3, 0.2)
    assert [points for points, _ in sizes] == [0.15, 0.10, 0.05]
    needed = [users for _, users in sizes]
    assert needed == sorted(needed)
    ahead = milestones(sizes, [known_before(DAY)] * needed[0], drawn=[50.0], horizon_days=HORIZON, today=DAY)
    assert ahead[0].day == DAY + timedelta(days=1)
    weeks = (needed[1] - needed[0]) / 50
    assert ahead[1].day is not None
    assert (ahead[1].day - DAY).days == pytest.approx(7 * weeks + HORIZON, abs=1)
    assert all(each.day is None for each in milestones(sizes, (), drawn=[0.0], horizon_days=30, today=DAY))


def test_without_an_effect_at_most_5_in_100_pools_ever_get_a_false_verdict() -> None:
    sizes = [(0.15, 200), (0.10, 450), (0.05, 1_800)]
    random = np.random.default_rng(3)
    wrong = 0
    both = [WarnedUser("u", DAY, "listed", 1, 0, 0, 1), WarnedUser("u", DAY, "holdout", 1, 0, 0, 1)]
    for _ in range(400):
        ordered, held = random.random(1_800) < 0.3, random.random(1_800) < 0.3
        units = [(both[out], (came, 0)) for out, came in zip(held.tolist(), ordered.tolist(), strict=True)]
        # Looked at again and again: the verdict may only come at the planned sizes.
        wrong += any(look(units[:size], sizes)[0] in ("worked", "harmed") for size in (250, 900, 1_800))
    assert wrong / 400 <= 0.05 + 0.02
