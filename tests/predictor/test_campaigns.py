"""From an audience to a campaign: the plan, the draw, and that it is never changed."""

from __future__ import annotations

import sqlite3

import pytest

from predictor.campaigns import CampaignError, Plan, plan_campaign, proposed_share, start_campaign
from predictor.draw import drawn
from predictor.rate_difference import detectable
from storage import audiences, campaigns
from storage.audiences import NoAudienceError
from storage.campaigns import Campaign
from storage.holdouts import held_out, held_out_since, holdout_of
from storage.identity_changes import merge
from storage.moments import DAY_SECONDS, day_of
from tests.conftest import at

NOW = at("2024-03-01T10:00")


def audience(
    connection: sqlite3.Connection, users: int = 400, made_at: int = NOW, rate: float | None = 0.2
) -> int:
    rows = [(f"u{number}", 1 - number / 1_000) for number in range(users)]
    return audiences.keep(connection, "promo", day_of(NOW), made_at, rows, expected_rate=rate)


def planned(connection: sqlite3.Connection, share: float | None = 0.25, now: int = NOW) -> Plan:
    return plan_campaign(connection, now=now, horizon_days=30, share=share)


def started(connection: sqlite3.Connection, plan: Plan, name: str = "c1", now: int = NOW) -> Campaign:
    return start_campaign(connection, plan, now=now, campaign_id=name, operator="7", seed=11)


def arms(connection: sqlite3.Connection, name: str = "c1") -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"contact": set(), "holdout": set(), "exempt": set()}
    for each in campaigns.drawn(connection, name):
        found[each.arm].add(each.user_id)
    return found


def test_the_plan_says_what_it_can_show_and_keeps_nothing(store: sqlite3.Connection) -> None:
    audience(store)
    plan = planned(store, 0.5)
    assert (plan.contact, plan.holdout, plan.share) == (200, 200, 0.5)
    assert plan.detectable == pytest.approx(float(detectable(200, 200, 0.2)))
    assert not campaigns.every(store)


def test_a_campaign_is_drawn_once_and_for_good(store: sqlite3.Connection) -> None:
    number = audience(store)
    campaign = started(store, planned(store))
    first = arms(store)
    assert (len(first["contact"]), len(first["holdout"])) == (300, 100)
    assert campaigns.of_audience(store, number) == campaigns.named(store, "c1") == campaign
    assert campaign.closes_at == NOW + 30 * DAY_SECONDS
    for change in (
        "UPDATE campaign_users SET arm = 'contact' WHERE arm = 'holdout'",
        "UPDATE campaign_users SET user_id = 'u999' WHERE user_id = 'u1'",
        "DELETE FROM campaign_users WHERE user_id = 'u1'",
        "INSERT INTO campaign_users VALUES ('c1', 'late', 'contact', 1, 1, 0.5)",
        "INSERT OR REPLACE INTO campaign_users VALUES ('c1', 'u1', 'holdout', 1, 1, 0.5)",
        "UPDATE campaigns SET launched_at = 0",
        "DELETE FROM campaigns",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="a draw is never changed"):
            store.execute(change)
    assert arms(store) == first
    # But a name can be erased.
    store.execute("UPDATE campaign_users SET user_id = 'erased-1' WHERE user_id = 'u1'")


def test_the_seed_that_is_kept_draws_the_same_again(store: sqlite3.Connection) -> None:
    audience(store)
    campaign = started(store, planned(store))
    kept = campaigns.drawn(store, "c1")
    again = drawn([each.user_id for each in kept], 100, campaign.seed)
    assert again == [each.arm == "holdout" for each in kept]


def test_an_audience_is_drawn_from_once(store: sqlite3.Connection) -> None:
    audience(store)
    plan = planned(store)
    started(store, plan)
    for again in (lambda: planned(store), lambda: started(store, plan, "c2")):
        with pytest.raises(CampaignError, match="was drawn from already, for the campaign c1"):
            again()
    assert len(campaigns.every(store)) == 1


def test_nobody_is_held_out_twice_in_90_days(store: sqlite3.Connection) -> None:
    audience(store, 100)
    started(store, planned(store))
    held = arms(store)["holdout"]
    # Still measured: they get nothing, so that it is not spoiled.
    soon = NOW + 10 * DAY_SECONDS
    audience(store, 100, soon)
    plan = planned(store, now=soon)
    assert (len(plan.users), plan.running, len(plan.exempt)) == (75, 25, 0)
    # Over, and not 90 days ago: they get the message without a draw.
    later = NOW + 60 * DAY_SECONDS
    audience(store, 100, later)
    plan = planned(store, now=later)
    assert (len(plan.users), plan.running) == (75, 0)
    assert {user_id for user_id, _ in plan.exempt} == held
    started(store, plan, "c2", later)
    assert arms(store, "c2")["exempt"] == held
    # Long ago: drawn as anybody.
    after = NOW + 91 * DAY_SECONDS
    audience(store, 100, after)
    assert held <= {user_id for user_id, _ in planned(store, now=after).users}


def test_who_is_left_out_by_hand_is_in_no_arm(store: sqlite3.Connection) -> None:
    number = audience(store)
    assert audiences.leave_out(store, number, ["u5"])
    assert not audiences.leave_out(store, number, ["nobody"])
    plan = planned(store)
    assert (len(plan.users), plan.left_out) == (399, 1)
    started(store, plan)
    assert not any("u5" in users for users in arms(store).values())


def test_two_ids_of_one_user_are_drawn_once(store: sqlite3.Connection) -> None:
    store.execute("INSERT INTO imports VALUES (NULL, 'users', 'u.csv', 0, 1, 1, 0, 0, 0, 0)")
    store.executemany("INSERT INTO users (user_id, import_id) VALUES (?, 1)", [("u1",), ("u2",)])
    audience(store)
    merge(store, "u1", ["u2"], NOW)
    assert len(planned(store).users) == 399


@pytest.mark.parametrize(
    ("users", "made_at", "share", "sentence"),
    [
        (0, NOW, None, "is empty"),
        (3, NOW, None, "Only 3 users can be drawn from"),
        (400, NOW - 8 * DAY_SECONDS, None, "is more than 7 days old"),
        (400, NOW, 0.0, "nothing to compare with"),
        (400, NOW, 0.9, "90% cannot be held out"),
        (400, NOW, 0.01, "1% cannot be held out"),
    ],
)
def test_what_cannot_be_a_campaign_is_refused(
    store: sqlite3.Connection, users: int, made_at: int, share: float | None, sentence: str
) -> None:
    audience(store, users, made_at)
    with pytest.raises(CampaignError, match=sentence):
        planned(store, share)
    assert not campaigns.every(store)


def test_without_an_audience_it_says_how_to_make_one(store: sqlite3.Connection) -> None:
    with pytest.raises(NoAudienceError, match="There is no audience yet"):
        planned(store)
    audience(store)
    with pytest.raises(NoAudienceError, match="There is no audience 9"):
        plan_campaign(store, 9, now=NOW, horizon_days=30)


def test_the_share_is_proposed_from_power_and_capped() -> None:
    assert proposed_share(50_000, 0.2, 0.5) == 0.1
    assert 0.1 < proposed_share(3_000, 0.2, 0.5) < 0.5
    small = proposed_share(400, 0.2, 0.5)
    assert small >= 0.3
    assert proposed_share(400, 0.2, 0.15) == 0.15
    assert proposed_share(400, 0.2, 0.05) == 0.05


def test_without_an_estimate_the_rate_comes_from_the_shop(store: sqlite3.Connection) -> None:
    audience(store, rate=None)
    assert planned(store).expected_rate == pytest.approx(0.2)  # nothing is known yet


def test_who_is_held_out_is_known_until_the_window_closes(store: sqlite3.Connection) -> None:
    audience(store)
    campaign = started(store, planned(store))
    one = min(arms(store)["holdout"])
    found = holdout_of(store, [one], at=NOW, days=365)
    assert found is not None
    assert (found.campaign_id, found.closes_at) == ("c1", campaign.closes_at)
    assert holdout_of(store, [one], at=campaign.closes_at, days=365) is None
    assert held_out(store, at=NOW, days=1) == held_out_since(store, NOW - 1) == arms(store)["holdout"]
