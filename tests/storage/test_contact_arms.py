"""What a contacts file may say of arms: those given once stay, a draw of ours is never touched."""

from __future__ import annotations

import pytest

from predictor.campaigns import plan_campaign, start_campaign
from storage import audiences, campaigns
from storage.moments import day_of
from tests.conftest import at
from tests.storage.imports import Desk, contents, counts

HEADER = "campaign_id,user_id,sent_at,arm\n"
ORDERS = "order_id,user_id,ordered_at,item_id,total\n1,u1,2024-01-02,cup,10\n"
LAUNCH = at("2024-05-01")
ARMS = "SELECT user_id, arm FROM contacts ORDER BY user_id, occurrence"


@pytest.fixture
def drawn(desk: Desk) -> dict[str, str]:
    """A campaign of ours by the name of `ours`: the arm of each user."""
    with desk.home.store() as connection:
        rows = [(f"d{number}", 1.0) for number in range(40)]
        audiences.keep(connection, "promo", day_of(LAUNCH), LAUNCH, rows, expected_rate=0.2)
        plan = plan_campaign(connection, now=LAUNCH, horizon_days=30, share=0.5)
        start_campaign(connection, plan, now=LAUNCH, campaign_id="ours", operator="7", seed=1)
        return {each.user_id: each.arm for each in campaigns.drawn(connection, "ours")}


def said(desk: Desk, text: str) -> list[str]:
    return list(map(str, desk.take(text).warnings))


def test_a_campaign_file_sent_twice_adds_nothing(desk: Desk) -> None:
    text = HEADER + "c,u1,2024-05-01,contact\nc,u2,2024-05-01,holdout\n"
    desk.take(text)
    before = contents(desk.home)
    assert counts(desk.take(text)) == (2, 0, 0, 2, 0)
    assert contents(desk.home) == before


@pytest.mark.parametrize("later", ["holdout", ""])
def test_an_arm_that_is_changed_afterwards_is_said_and_stays(desk: Desk, later: str) -> None:
    desk.take(HEADER + "c,u1,2024-05-01,contact\nc,u2,2024-05-01,holdout\n")
    before = contents(desk.home)
    changed = HEADER + f"c,u1,2024-05-01,{later}\nc,u2,2024-05-01,holdout\n"
    assert said(desk, changed) == [
        "Rows that name another arm than an earlier file: 1; the arm given first stays."
    ]
    assert contents(desk.home) == before


def test_an_arm_that_was_not_known_can_be_given(desk: Desk) -> None:
    desk.take("campaign_id,user_id,sent_at\nc,u1,2024-05-01\n")
    assert said(desk, HEADER + "c,u1,2024-05-01,holdout\n") == []
    assert desk.rows(ARMS) == [("u1", "holdout")]


def test_a_user_in_both_arms_of_one_file_is_said(desk: Desk) -> None:
    text = HEADER + "c,u1,2024-05-01,holdout\nc,u1,2024-05-02,contact\nc,u2,2024-05-01,contact\n"
    assert said(desk, text) == ["Users in both arms of a campaign: 1; they count as held out."]
    assert said(desk, text) == ["Users in both arms of a campaign: 1; they count as held out."]


def test_contacts_dated_before_any_order_are_said(desk: Desk) -> None:
    desk.take(ORDERS, name="orders.csv")
    (sentence,) = said(desk, HEADER + "c,u1,2001-05-01,contact\nc,u2,2024-05-01,holdout\n")
    assert sentence.startswith("Contacts dated before the first order here, on 2024-01-02: 1.")


def test_what_was_sent_never_moves_anybody_of_a_draw(desk: Desk, drawn: dict[str, str]) -> None:
    held = [user_id for user_id, arm in drawn.items() if arm == "holdout"]
    told = [user_id for user_id, arm in drawn.items() if arm == "contact"]
    found = said(
        desk,
        HEADER
        + f"ours,{held[0]},2024-05-02,contact\nours,{held[1]},2024-05-02,\n"
        + f"ours,{told[0]},2024-05-02,holdout\nours,{told[1]},2024-04-02,contact\n"
        + f"ours,stranger,2024-05-02,contact\nours,{held[2]},2024-05-02,holdout\n",
    )
    assert found == [
        "Users written to who are held out by a campaign of ours: 2; they count as held out.",
        "Users called held out who were drawn to be written to: 1; the draw stands.",
        "Users of a campaign of ours who were not drawn for it: 1; they are not measured.",
        "Contacts dated before the start of their campaign: 1; it is measured from its start.",
    ]
    with desk.home.store() as connection:
        assert {each.user_id: each.arm for each in campaigns.drawn(connection, "ours")} == drawn
