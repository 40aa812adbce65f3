"""A list that a team shares: who has whom, notes, reminders, taking back; and the funnel."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.command import Asker
from bot.digest_reply import digest
from bot.moments import moment
from bot.outbox import Outbox
from storage.moments import day_start
from tests.bot.conftest import LAPSED, NOON, ODD_IDS, Shop
from tests.bot.test_outbox import Chat
from tests.conftest import LAST_DAY

MEI, BO = Asker("7", "Mei", "telegram", "5"), Asker("8", "Bo", "telegram", "5")
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def team(shop: Shop) -> Shop:
    """The shop with a team of two, who have both asked something."""
    shop = shop.with_settings(operators=("7", "8"), flag_at=0.5)
    for asker in (MEI, BO):
        shop.answer("who am i", asker=asker)
    return shop


@pytest.fixture
def flagged(team: Shop) -> list[str]:
    """The users that are flagged, those first who cost most."""
    table = digest(team.desk, None).reply.table
    with team.home.store() as connection:
        connection.execute("UPDATE flag_events SET at = ?", (day_start(LAST_DAY),))
    assert table is not None
    return [str(row[0]) for row in table.rows]


def test_a_user_is_given_to_a_colleague_by_name(team: Shop) -> None:
    reply = team.answer("give user 007 to Mei", asker=BO)
    assert reply.title == "User 007 is taken by Mei."
    assert team.answer("my list", asker=MEI).facts["users"] == ["007"]
    assert team.answer("my list", asker=BO).facts["users"] == []
    assert team.answer("notes on user 007").lines == ["Feb 4: given to Mei by Bo"]


def test_ones_own_list_takes_filters(team: Shop) -> None:
    for user in ("007", LAPSED):
        team.answer(f"give user {user} to Mei", asker=BO)
    reply = team.answer("my customers who spent over 200", asker=MEI)
    assert reply.facts["users"] == ["007"]
    assert reply.lines == ["Only users who: spent 200.00 or more."]
    assert team.answer("我的消费超过1000000元的客户", asker=MEI).title == "您的列表中没有符合条件的用户。"
    assert team.answer("my list", asker=MEI).facts["users"] == ["007", LAPSED]


def test_a_name_that_nobody_has_is_told(team: Shop) -> None:
    failure = team.ask("give user 007 to Zoe", asker=BO).failure
    assert failure is not None
    assert failure.message == "There is no operator Zoe."


def test_notes_are_kept_with_who_and_when_and_stay_out_of_the_audit(team: Shop) -> None:
    team.answer("note on user 007: asked for an invoice", asker=MEI)
    team.days_later(1).answer("给用户007备注：要求五月来电", asker=BO)
    lines = team.answer("notes on user 007").lines
    assert lines == ["Feb 5: Bo: 要求五月来电", "Feb 4: Mei: asked for an invoice"]
    assert "invoice" not in str(team.audited())


def test_the_last_act_is_taken_back_by_who_did_it(team: Shop) -> None:
    team.answer("take user 007", asker=MEI)
    team.answer("contacted user 007", asker=BO)
    assert team.answer("undo", asker=MEI).title == "Taken back: that Mei has user 007."
    assert team.answer("my list", asker=MEI).facts["users"] == []
    assert len(team.answer("notes on user 007").lines) == 1
    failure = team.ask("undo", asker=MEI).failure
    assert failure is not None
    assert failure.kind == "nothing_to_undo"


def test_yesterday_is_not_taken_back(team: Shop) -> None:
    team.answer("take user 007", asker=MEI)
    assert team.days_later(2).ask("undo", asker=MEI).failure is not None


def test_who_is_given_back_is_nobodys(team: Shop, flagged: list[str]) -> None:
    team.answer(f"take user {flagged[0]}", asker=MEI)
    before = team.answer("open cases").facts
    team.answer(f"release user {flagged[0]}", asker=MEI)
    after = team.answer("open cases").facts
    assert (before["waiting"], after["waiting"]) == (1, 0)
    assert after["untaken"] == before["untaken"] + 1  # type: ignore[operator]


def test_open_cases_say_who_waits_for_whom(team: Shop, flagged: list[str]) -> None:
    team.answer(f"take user {flagged[1]}", asker=MEI)
    team.answer(f"contacted user {flagged[2]}", asker=BO)
    table = team.answer("open cases").table
    assert table is not None
    assert table.rows[0][0] == flagged[1]
    assert table.shown[0][3] == "Mei, since Feb 4"
    assert table.rows[1][0] == flagged[0]
    assert flagged[2] not in [row[0] for row in table.rows]


def test_contacting_who_is_held_out_is_asked_about_first(team: Shop) -> None:
    with team.home.store() as connection:
        connection.execute(
            "INSERT INTO contacts (campaign_id, user_id, occurrence, sent_at, arm, import_id)"
            " VALUES ('spring', '007', 1, ?, 'holdout', 1)",
            (day_start(LAST_DAY),),
        )
    reply = team.ask("contacted user 007", asker=MEI)
    assert reply.failure is not None
    assert reply.failure.kind == "needs_confirmation"
    assert "held out by the campaign spring" in reply.title
    assert team.answer("notes on user 007").facts["entries"] == 0
    (button,) = reply.buttons
    assert button.confirms
    assert team.answer(button.question, confirmed=True, asker=MEI).facts["act"] == "contacted"
    assert team.days_later(60).answer("contacted user 007", asker=BO)


def test_a_reminder_comes_once_with_what_to_think_of_and_how_the_user_stands(team: Shop) -> None:
    reply = team.answer("remind me tomorrow at 9:00 about user 007: call", asker=MEI)
    assert reply.title == "Reminder of user 007 on Feb 5 at 09:00."
    assert "Reminder 1: user 007 on Feb 5, 2024 at 09:00 – call" in team.answer("my list", asker=MEI).lines
    chat = Chat(pieces=1)

    async def night() -> Mapping[str, object]:
        return {}

    for hours in (20, 21, 22):
        now = replace(team, now=NOON + timedelta(hours=hours))
        asyncio.run(Outbox(now.desk, {"telegram": chat}, night).send_due())
    (sent,) = chat.arrived
    assert sent[0].startswith("Reminder for Mei: user 007 – call\n")
    assert "the risk that user 007 places no order" in sent[0]


def test_a_reminder_for_a_moment_that_is_over_is_refused(team: Shop) -> None:
    failure = team.ask("remind me today at 9:00 about user 007", asker=MEI).failure
    assert failure is not None
    assert failure.message.endswith("09:00 is over already.")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Friday", "2026-11-27 09:00"),
        ("in 60 minutes", f"{TUESDAY + timedelta(hours=1):%Y-%m-%d %H:%M}"),
        ("60分钟后", f"{TUESDAY + timedelta(hours=1):%Y-%m-%d %H:%M}"),
        ("next Monday", "2026-11-30 09:00"),
        ("tomorrow at 9:30", "2026-11-25 09:30"),
        ("in two weeks at 8am", "2026-12-08 08:00"),
        ("in 2 hours", "2026-11-24 12:00"),
        ("17:00", "2026-11-24 17:00"),
        ("9:00", "2026-11-25 09:00"),
        ("tonight", "2026-11-24 20:00"),
        ("Oct 14 at 15:00", "2027-10-14 15:00"),
        ("2026-12-01", "2026-12-01 09:00"),
        ("next month", "2026-12-01 09:00"),
        ("周五", "2026-11-27 09:00"),
        ("下周一", "2026-11-30 09:00"),
        ("明天上午9点", "2026-11-25 09:00"),
        ("后天", "2026-11-26 09:00"),
        ("3天后", "2026-11-27 09:00"),
        ("今晚8点", "2026-11-24 20:00"),
        ("10月14日下午3点", "2027-10-14 15:00"),
    ],
)
def test_moments_as_people_say_them(said: str, meant: str) -> None:
    assert f"{moment(said, TUESDAY):%Y-%m-%d %H:%M}" == meant


def test_the_funnel_counts_how_far_each_week_came(team: Shop, flagged: list[str]) -> None:
    one, two = flagged[:2]
    team.answer(f"take user {one}", asker=MEI)
    team.answer(f"contacted user {one}", asker=MEI)
    team.answer(f"take user {two}", asker=BO)
    weeks = team.answer("funnel last 3 weeks").facts["weeks"]
    assert isinstance(weeks, list)
    assert len(weeks) == 3
    assert (weeks[0]["taken"], weeks[0]["contacted"], weeks[0]["ordered"]) == (2, 1, 0)
    assert weeks[0]["flagged"] > 10


def test_who_ordered_after_being_flagged_counts_as_ordered(team: Shop) -> None:
    with team.home.store() as connection:
        connection.execute("DELETE FROM flag_events")
        connection.execute(
            "INSERT INTO flag_events (user_id, change, as_of, at) VALUES (?, 'entered', '2024-01-20', ?)",
            (ODD_IDS[0], day_start(LAST_DAY) - 10 * 86_400),
        )
    digest(team.desk, None)
    weeks = team.answer("funnel").facts["weeks"]
    assert isinstance(weeks, list)
    assert sum(week["ordered"] for week in weeks) == 1
    assert sum(week["after_contact"] for week in weeks) == 0
