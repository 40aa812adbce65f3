"""What campaigns did: windows, arms, and verdicts only where one is due."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from predictor.campaign_results import Result, campaign_results, running_total
from predictor.campaigns import plan_campaign, start_campaign
from predictor.rate_difference import newcombe
from storage import audiences, campaigns
from storage.errors import EmptyStoreError
from storage.identity_changes import exclude, merge
from storage.moments import DAY_SECONDS, day_of
from tests.conftest import Line, at, write

LAUNCH = at("2024-03-01T09:00")
CLOSE = LAUNCH + 30 * DAY_SECONDS
NOW = at("2024-06-01")


def contacts(
    connection: sqlite3.Connection,
    arms: Iterable[tuple[str, str | None]],
    campaign_id: str = "spring",
    sent_at: int = LAUNCH,
) -> None:
    """The rows of a campaign as an import leaves them."""
    import_id = connection.execute(
        "INSERT INTO imports VALUES (NULL, 'contacts', 'c.csv', 0, 1, 1, 0, 0, 0, 0)"
    ).lastrowid
    connection.executemany(
        "INSERT INTO contacts (campaign_id, user_id, occurrence, sent_at, arm, import_id)"
        " VALUES (?, ?, 1, ?, ?, ?)",
        [(campaign_id, user_id, sent_at, arm, import_id) for user_id, arm in arms],
    )


def orders(connection: sqlite3.Connection, *lines: tuple[str, int], cents: int = 1000) -> None:
    write(
        connection,
        [
            Line(f"o-{user_id}-{when}-{number}", user_id, when, cents)
            for number, (user_id, when) in enumerate(lines)
        ],
    )


def shop(connection: sqlite3.Connection, ordering: Sequence[str]) -> None:
    """A shop with orders before the campaign and after its window, and those within it."""
    orders(
        connection,
        ("before", LAUNCH - 400 * DAY_SECONDS),
        ("after", CLOSE + DAY_SECONDS),
        *((user_id, LAUNCH + DAY_SECONDS) for user_id in ordering),
    )


def names(arm: str, count: int) -> list[str]:
    return [f"{arm}{number}" for number in range(count)]


def halves(count: int) -> list[tuple[str, str | None]]:
    return [(name, arm) for arm in ("contact", "holdout") for name in names(arm, count)]


def only(connection: sqlite3.Connection, horizon_days: int = 30, now: int = NOW) -> Result:
    (found,) = campaign_results(connection, now=now, horizon_days=horizon_days)
    return found


def test_the_effect_is_the_difference_of_the_order_rates(store: sqlite3.Connection) -> None:
    contacts(store, halves(200))
    shop(store, [*names("contact", 80), *names("holdout", 50)])
    found = only(store)
    assert (found.contact.rate, found.holdout.rate) == (0.4, 0.25)
    assert found.effect == pytest.approx(0.15)
    assert (found.low, found.high) == pytest.approx(newcombe(80, 200, 50, 200))
    assert (found.verdict, found.withheld) == ("worked", None)
    assert found.cents == pytest.approx(150)
    assert found.cents_low is not None
    assert found.cents_low > 0


def test_the_window_is_after_the_launch_up_to_the_end(store: sqlite3.Connection) -> None:
    contacts(store, [*halves(3), ("contact9", "contact")])
    orders(
        store,
        ("before", LAUNCH - DAY_SECONDS),
        ("contact0", LAUNCH),
        ("contact1", LAUNCH + 1),
        ("contact2", CLOSE),
        ("contact9", CLOSE + 1),
    )
    assert only(store).contact.ordered == 2


def test_both_arms_are_launched_by_the_first_message(store: sqlite3.Connection) -> None:
    contacts(store, [("contact0", "contact")], sent_at=LAUNCH + 5 * DAY_SECONDS)
    contacts(store, [("holdout0", "holdout")])
    shop(store, ["contact0"])
    found = only(store)
    assert (found.launched_at, found.contact.ordered) == (LAUNCH, 1)


def test_an_unnamed_arm_was_written_to_and_both_arms_are_held_out(store: sqlite3.Connection) -> None:
    contacts(store, [("a", None), ("b", "holdout")])
    store.execute(
        "INSERT INTO contacts (campaign_id, user_id, occurrence, sent_at, arm, import_id)"
        " VALUES ('spring', 'b', 2, ?, 'contact', 1)",
        (LAUNCH,),
    )
    shop(store, [])
    found = only(store)
    assert (found.contact.users, found.holdout.users) == (1, 1)


def test_cancelled_orders_and_returns_do_not_count(store: sqlite3.Connection) -> None:
    contacts(store, halves(2))
    shop(store, [])
    write(
        store,
        [
            Line("x", "contact0", LAUNCH + 5, status="cancelled"),
            Line("y", "contact1", LAUNCH + 5, 900),
            Line("z", "contact1", LAUNCH + 9, -400, quantity=-1),
        ],
    )
    found = only(store)
    assert found.contact.ordered == 1
    assert found.cents == pytest.approx(250)


def test_an_open_window_has_an_interval_and_no_verdict(store: sqlite3.Connection) -> None:
    contacts(store, halves(200))
    shop(store, names("contact", 100))
    found = only(store, now=CLOSE - DAY_SECONDS)
    assert (found.verdict, found.withheld) == (None, "open")
    assert found.low is not None
    assert found.low > 0
    # The clock is past the window, the orders are not.
    assert only(store, horizon_days=40, now=NOW).withheld == "behind"


@pytest.mark.parametrize(
    ("arms", "withheld"),
    [
        (halves(10), "too_small"),
        ([(name, "contact") for name in names("contact", 50)], "no_holdout"),
        ([(name, "holdout") for name in names("holdout", 50)], "no_contact"),
    ],
)
def test_no_verdict_is_given_where_none_is_possible(
    store: sqlite3.Connection, arms: list[tuple[str, str | None]], withheld: str
) -> None:
    contacts(store, arms)
    shop(store, names("contact", 10))
    found = only(store)
    assert (found.verdict, found.withheld) == (None, withheld)
    assert (found.effect is None) == (withheld != "too_small")


def test_contacts_before_any_order_get_no_verdict(store: sqlite3.Connection) -> None:
    contacts(store, halves(200), sent_at=at("2001-01-01"))
    shop(store, [])
    assert only(store).withheld == "before_orders"


def test_without_campaigns_there_is_nothing_and_without_orders_an_error(store: sqlite3.Connection) -> None:
    assert campaign_results(store, now=NOW, horizon_days=30) == []
    contacts(store, halves(1))
    with pytest.raises(EmptyStoreError):
        only(store)


def test_who_was_merged_or_excluded_since_stays_in_their_arm(store: sqlite3.Connection) -> None:
    contacts(store, halves(200))
    shop(store, [*names("contact", 80), "other-id", "holdout1"])
    before = only(store)
    merge(store, "contact150", ["other-id"], NOW - 5)
    exclude(store, "holdout1", "staff", NOW - 5)
    found = only(store)
    assert (found.contact.users, found.holdout.users) == (200, 200)
    assert found.contact.ordered == before.contact.ordered + 1  # what the other id ordered is theirs
    assert found.holdout.ordered == before.holdout.ordered == 1


def ours(connection: sqlite3.Connection, users: int = 400) -> None:
    audiences.keep(
        connection,
        "promo",
        day_of(LAUNCH),
        LAUNCH,
        [(f"u{number}", -number) for number in range(users)],
        expected_rate=0.3,
    )
    plan = plan_campaign(connection, now=LAUNCH, horizon_days=30, share=0.5)
    start_campaign(connection, plan, now=LAUNCH, campaign_id="ours", operator="7", seed=1)


def test_our_own_keep_their_horizon_and_their_arms_whatever_was_sent(store: sqlite3.Connection) -> None:
    ours(store)
    drawn = {each.user_id: each.arm for each in campaigns.drawn(store, "ours")}
    held = [user_id for user_id, arm in drawn.items() if arm == "holdout"]
    told = [user_id for user_id, arm in drawn.items() if arm == "contact"]
    contacts(store, [(held[0], "contact"), (told[0], None), (told[1], "holdout")], "ours", LAUNCH + 99)
    shop(store, [*told[:120], *held[:40]])
    found = only(store, horizon_days=7)
    assert (found.horizon_days, found.launched_at) == (30, LAUNCH)
    assert (found.contact.users, found.holdout.users) == (200, 200)
    assert (found.sent, found.spoiled) == (1, 1)
    assert found.effect == pytest.approx(0.4)
    assert found.verdict == "worked"


def test_the_newest_comes_first_and_those_over_are_taken_together(store: sqlite3.Connection) -> None:
    contacts(store, halves(200), "early", LAUNCH - 90 * DAY_SECONDS)
    contacts(store, halves(100))
    contacts(store, halves(50), "late", NOW - DAY_SECONDS)
    shop(store, names("contact", 50))
    found = campaign_results(store, now=NOW, horizon_days=30)
    assert [each.campaign_id for each in found] == ["late", "spring", "early"]
    total = running_total(found)
    assert total is not None
    assert (total.campaigns, total.users) == (2, 600)
    assert total.low < total.effect < total.high
    assert running_total(found[:1]) is None


def test_of_60_campaigns_without_effect_few_are_said_to_have_worked(store: sqlite3.Connection) -> None:
    # The verdicts themselves, on orders in a store: 60 draws among the same users.
    random = np.random.default_rng(5)
    users = [f"n{number}" for number in range(240)]
    for number in range(60):
        held = set(random.choice(users, 120, replace=False))
        contacts(store, [(each, "holdout" if each in held else "contact") for each in users], f"c{number}")
    shop(store, [user for user in users if random.random() < 0.3])
    found = campaign_results(store, now=NOW, horizon_days=30)
    told = sum(each.verdict in ("worked", "harmed") for each in found)
    assert {each.withheld for each in found} == {None}
    assert told <= 9  # 3 are to be expected, more than 9 once in 2,000 times
