"""Taking, having contacted and snoozing a user, and where the team sees it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.command import Asker
from bot.render import plain
from bot.reply import Reply
from storage.privacy import Pseudonyms
from tests.bot.conftest import LAPSED, NEW, Shop

MEI = Asker("7", "Mei", "telegram", "-100")
BO = Asker("8", "Bo", "telegram", "-100")


def listed(reply: Reply) -> list[object]:
    assert reply.table is not None
    return [row[0] for row in reply.table.rows]


# -- take ----------------------------------------------------------------------------------------------


def test_taking_says_who_has_the_user(shop: Shop) -> None:
    reply = shop.answer("take user 007", asker=MEI)
    assert reply.title == "User 007 is taken by Mei."
    assert list(reply.lines) == []
    assert (reply.facts["user_id"], reply.facts["act"], reply.facts["operator"]) == ("007", "take", "7")


def test_taking_from_a_colleague_says_since_when_they_had_the_user(shop: Shop) -> None:
    shop.answer("take user 007", asker=BO)
    reply = shop.days_later(1).answer("我来跟进用户007", asker=MEI)
    assert reply.title == "用户007由Mei跟进。"
    assert list(reply.lines) == ["Bo已于2月4日接手该用户。"]
    assert "Taken by Mei on Feb 5" in shop.days_later(1).answer("tell me about user 007").lines


def test_what_one_did_oneself_is_not_told_again(shop: Shop) -> None:
    shop.answer("take user 007", asker=MEI)
    shop.answer("contacted user 007", asker=MEI)
    assert list(shop.answer("take user 007", asker=MEI).lines) == []


def test_taking_tells_of_a_call_and_a_snooze(shop: Shop) -> None:
    shop.answer("i called user 007", asker=BO)
    shop.answer("snooze user 007", asker=BO)
    assert list(shop.answer("take user 007", asker=MEI).lines) == [
        "Bo contacted this user on Feb 4.",
        "Snoozed until Feb 18.",
    ]


def test_in_the_terminal_nobody_has_a_name(shop: Shop) -> None:
    assert shop.answer("take user 007").title == "User 007 is taken by somebody at the terminal."
    reply = shop.answer("take user 007", asker=Asker("9", "", "telegram", "9"))
    assert reply.title == "User 007 is taken by 9."
    assert list(reply.lines) == ["Somebody at the terminal took this user on Feb 4."]


@pytest.mark.parametrize("question", ["take user 999999", "contacted user 999999", "snooze user 999999"])
def test_nothing_is_noted_about_a_user_who_does_not_exist(shop: Shop, question: str) -> None:
    failure = shop.ask(question, asker=MEI).failure
    assert failure is not None
    assert failure.kind == "unknown_user"
    with shop.home.bot() as connection:
        assert connection.execute("SELECT COUNT(*) FROM worklist").fetchone()[0] == 0


def test_who_has_no_score_can_be_taken_all_the_same(shop: Shop) -> None:
    for user in (LAPSED, NEW):
        assert shop.answer(f"take user {user}", asker=MEI).title == f"User {user} is taken by Mei."


def test_the_worklist_keeps_an_email_by_its_pseudonym_only(shop: Shop) -> None:
    hidden = Pseudonyms(shop.home.path).of("anna@example.com")
    with shop.home.store() as connection:
        connection.execute("INSERT INTO users (user_id, import_id) VALUES (?, 1)", (hidden,))
    shop.answer("take user anna@example.com", asker=MEI)
    with shop.home.bot() as connection:
        assert [row[0] for row in connection.execute("SELECT user_id FROM worklist")] == [hidden]


# -- contacted -----------------------------------------------------------------------------------------


def test_having_contacted_says_who_and_when(shop: Shop) -> None:
    reply = shop.answer("contacted user 007", asker=MEI)
    assert reply.title == "User 007 was contacted by Mei on Feb 4."
    assert [button.label for button in reply.buttons] == ["Snooze 14 days", "Who is at risk?", "Undo"]


def test_the_day_is_the_shops(shop: Shop) -> None:
    late = datetime(2024, 2, 4, 20, tzinfo=UTC)
    for zone, day in (("UTC", "Feb 4"), ("Asia/Shanghai", "Feb 5")):
        east = shop.with_settings(timezone=zone)
        east.now = late
        assert east.answer("contacted user 007", asker=MEI).title.endswith(f"on {day}.")


# -- snooze --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "until"),
    [
        ("snooze user 007", "2024-02-18"),
        ("snooze user 007 for 14 days", "2024-02-18"),
        ("snooze user 007 for a day", "2024-02-05"),
        ("用户007先放两周", "2024-02-18"),
        ("snooze user 007 for 365 days", "2025-02-03"),
    ],
)
def test_a_snooze_lasts_so_many_days(shop: Shop, question: str, until: str) -> None:
    assert shop.answer(question, asker=MEI).facts["until"] == until


def test_a_snooze_ends_when_the_day_begins_in_the_shop(shop: Shop) -> None:
    berlin = shop.with_settings(timezone="Europe/Berlin")
    berlin.answer("snooze user 007 for 2 days", asker=MEI)
    with shop.home.bot() as connection:
        until = connection.execute("SELECT until FROM worklist").fetchone()[0]
    assert datetime.fromtimestamp(until, UTC) == datetime(2024, 2, 5, 23, tzinfo=UTC)


@pytest.mark.parametrize("question", ["snooze user 007 for 366 days", "用户007先放两年"])
def test_a_snooze_of_more_than_a_year_is_refused(shop: Shop, question: str) -> None:
    failure = shop.ask(question, asker=MEI).failure
    assert failure is not None
    assert failure.kind == "snooze_days"
    assert "365" in failure.message
    assert not [line for line in shop.answer("tell me about user 007").lines if "Snoozed" in line]


def test_a_day_of_another_year_is_said_with_its_year(shop: Shop) -> None:
    assert shop.answer("snooze user 007 for 360 days", asker=MEI).title.endswith("until Jan 29, 2025.")


# -- where it is seen ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question", ["churn risk for user {}", "why is user {} at risk", "tell me about user {}"]
)
@pytest.mark.parametrize("user", ["007", LAPSED])
def test_how_things_stand_is_one_line_of_a_users_replies(shop: Shop, question: str, user: str) -> None:
    asked = question.format(user)
    assert "taken" not in plain(shop.answer(asked)).lower()
    shop.answer(f"contacted user {user}", asker=BO)
    assert "Contacted Feb 4 by Bo" in shop.answer(asked).lines
    shop.answer(f"take user {user}", asker=MEI)
    shop.answer(f"snooze user {user}", asker=MEI)
    assert "Taken by Mei on Feb 4 · contacted Feb 4 by Bo · snoozed until Feb 18" in shop.answer(asked).lines
    later = shop.days_later(14).answer(asked)
    assert "Taken by Mei on Feb 4 · contacted Feb 4 by Bo" in later.lines


@pytest.mark.parametrize("user", ["007", LAPSED])
def test_a_risk_and_its_reasons_can_be_worked_on_by_the_whole_team(shop: Shop, user: str) -> None:
    for question, first in (
        (f"churn risk for user {user}", ["Why?", "Profile"] if user == "007" else ["Profile"]),
        (f"why is user {user} at risk", ["Profile"]),
    ):
        buttons = shop.answer(question).buttons
        assert [button.label for button in buttons] == [*first, "Take", "Contacted", "Snooze 14 days"]
        assert [button.team for button in buttons] == [*(False for _ in first), True, True, True]


def test_each_button_does_what_it_says(shop: Shop) -> None:
    *_, take, contacted, snooze = shop.answer("churn risk for user 007").buttons
    assert shop.answer(take.question, asker=MEI).command == "take"
    assert shop.answer(contacted.question, asker=MEI).command == "contacted"
    week = shop.answer(snooze.question, asker=MEI)
    assert week.facts["until"] == (shop.now + timedelta(days=14)).date().isoformat()


def test_who_is_snoozed_is_left_out_of_the_list_and_counted(shop: Shop) -> None:
    before = shop.answer("top 1000 users at risk")
    first, second, *others = listed(before)
    shop.answer(f"snooze user {first}", asker=MEI)
    after = shop.answer("top 1000 users at risk")
    assert listed(after) == [second, *others]
    assert "One snoozed user is not listed." in after.lines
    assert after.facts == before.facts
    shop.answer(f"snooze user {second}", asker=MEI)
    both = shop.answer("top 1000 users at risk")
    assert listed(both) == others
    assert "2 snoozed users are not listed." in both.lines
    assert listed(shop.days_later(14).answer("top 1000 users at risk")) == [first, second, *others]


def test_only_who_would_be_listed_counts_as_left_out(shop: Shop) -> None:
    everybody = shop.answer("top 1000 users at risk")
    assert everybody.table is not None
    low = min(everybody.table.rows, key=lambda row: float(str(row[1])))
    shop.answer(f"snooze user {low[0]}", asker=MEI)
    bound = round(100 * float(str(low[1]))) + 2
    reply = shop.answer(f"users with a churn risk above {bound}%")
    assert not [line for line in reply.lines if "snoozed" in line]


def test_with_everybody_snoozed_the_list_is_empty_and_says_why(shop: Shop) -> None:
    risky = listed(shop.answer("top 1000 users with a churn risk above 70%"))
    assert len(risky) > 1
    for user in risky:
        shop.answer(f'snooze user "{user}"', asker=MEI)
    reply = shop.answer("users with a churn risk above 70%")
    assert listed(reply) == []
    assert reply.facts["matching"] == len(risky)
    assert f"{len(risky)} snoozed users are not listed." in reply.lines
