"""Who should get a promotion: the answer, its file, who is left out, and what makes no list."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.command import Asker
from bot.registry import commands
from bot.understanding import understand
from storage import audiences
from storage.database import transaction
from tests.bot.conftest import Program, Shop

GROUP = Asker(operator="1", transport="telegram", chat="-100")


def consenting(shop: Shop, **channels: int) -> Shop:
    """Everybody who ever ordered agrees (1) or refuses (0)."""
    names = ", ".join(f"consent_{channel}" for channel in channels)
    marks = ", ".join(str(value) for value in channels.values())
    with shop.home.store() as connection, transaction(connection):
        connection.execute(
            f"INSERT OR REPLACE INTO users (user_id, import_id, {names})"
            f" SELECT DISTINCT user_id, 1, {marks} FROM lines WHERE user_id <> ''"
        )
    return shop


def rows_of(path: object) -> list[list[str]]:
    with Path(str(path)).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def open_shop(shop: Shop) -> Shop:
    return consenting(shop, email=1)


def test_an_audience_may_be_drawn_from_some_users_only(open_shop: Shop) -> None:
    everybody = open_shop.answer("segment for promo 5")
    for asked in ("segment for promo for users who spent more than 300 €", "给消费超过300元的用户做促销"):
        reply = open_shop.answer(asked)
        assert 0 < int(str(reply.facts["eligible"])) < int(str(everybody.facts["eligible"]))
        with open_shop.home.store() as connection:
            rows = connection.execute("SELECT user_id FROM user_segments WHERE monetary_cents >= 30000")
            spent = {row[0] for row in rows}
        assert {row[0] for row in rows_of(reply.facts["attachment"])[1:]} <= spent
        assert reply.lines[0].startswith(("Only users who", "筛选条件"))


def test_a_filter_that_nobody_fits_says_so_and_keeps_nothing(open_shop: Shop) -> None:
    reply = open_shop.answer("segment for promo for users who spent more than 9999999 €")
    assert reply.title == "Nobody whom this goal is for fits the filter: a promotion."
    assert reply.facts["audience"] is None
    assert not reply.attachments


def test_the_audience_is_counted_explained_and_kept_as_a_file(open_shop: Shop) -> None:
    reply = open_shop.answer("segment for promo 30")
    assert (reply.facts["goal"], reply.facts["size"]) == ("promo", 30)
    assert reply.facts["contact"] + reply.facts["holdout"] == 30  # type: ignore[operator]
    assert reply.facts["holdout"] > 0  # type: ignore[operator]
    assert reply.facts["method"] == "value"
    assert reply.table is not None
    assert reply.table.columns == ("user_id", "score")
    assert len(reply.table.rows) == 10
    (attachment,) = reply.attachments
    assert attachment.path == reply.facts["attachment"]
    written = rows_of(attachment.path)
    assert written[0][:2] == ["user_id", "score"]
    assert len(written) == 31
    assert reply.facts["expected_orders_low"] <= reply.facts["expected_orders"]  # type: ignore[operator]
    with open_shop.home.store() as connection:
        kept = audiences.audience(connection)
    assert [each.user_id for each in kept.users] == [row[0].removeprefix("'") for row in written[1:]]
    start = next(button for button in reply.buttons if "campaign" in button.question)
    assert understand(start.question, commands()).args == {"audience": kept.audience_id}
    json.dumps(reply.as_json(""), allow_nan=False)


def test_snoozed_contacted_and_refusing_users_are_left_out_and_counted(open_shop: Shop) -> None:
    first = open_shop.answer("segment for vip 5")
    assert first.table is not None
    snoozed, contacted, refuses = (str(row[0]) for row in first.table.rows[:3])
    open_shop.answer(f"snooze user {snoozed} for 3 days")
    open_shop.answer(f"contacted user {contacted}")
    with open_shop.home.store() as connection, transaction(connection):
        connection.execute("UPDATE users SET consent_email = 0 WHERE user_id = ?", (refuses,))
    again = open_shop.answer("segment for vip 5")
    assert again.facts["left_out"] == {"snoozed": 1, "contacted": 1, "refused": 1}
    assert again.table is not None
    assert not {snoozed, contacted, refuses} & {row[0] for row in again.table.rows}
    assert any("snoozed: 1" in line and "no consent to e-mail: 1" in line for line in again.lines)


def test_unknown_consent_is_out_and_the_way_out_is_offered(shop: Shop) -> None:
    reply = shop.answer("segment for promo 20")
    assert (reply.facts["size"], reply.facts["attachment"], reply.facts["audience"]) == (0, None, None)
    assert reply.table is None
    assert any("consent_email" in line for line in reply.lines)
    button = next(each for each in reply.buttons if "consent" in each.question)
    anyway = shop.answer(button.question)
    assert anyway.facts["size"] == 20
    assert any("Consent was not looked at" in line for line in anyway.lines)


def test_consent_is_that_of_the_channel(shop: Shop) -> None:
    consenting(shop, email=0, sms=1)
    assert shop.answer("segment for promo 20").facts["channel"] == "sms"
    by_mail = shop.answer("segment for promo 20 by email")
    assert by_mail.facts["size"] == 0
    assert by_mail.facts["left_out"]["refused"] > 0  # type: ignore[index]


@pytest.mark.parametrize("goal", ["promo", "winback", "upsell", "vip", "new"])
def test_every_goal_has_an_answer_in_both_languages(open_shop: Shop, goal: str) -> None:
    reply = open_shop.answer(f"segment for {goal} 10")
    assert reply.facts["goal"] == goal
    chinese = open_shop.answer(f"圈选{goal}人群 10人")
    assert chinese.facts["goal"] == goal
    assert "人群" in chinese.title or "没有" in chinese.title


def test_a_budget_buys_as_many_contacts_as_it_pays_for(open_shop: Shop) -> None:
    reply = open_shop.answer("segment for promo for 50 €, 2 € a contact, 10 % off")
    assert reply.facts["size"] == 25
    assert any("10 % off" in line for line in reply.lines)
    assert open_shop.answer("圈选促销人群，预算5元，每条0.035元").facts["size"] == 142


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("segment for christmas", "segment for"),
        ("segment for promo 0", "A list of nobody"),
        ("segment for promo for 1 €, 2 € a contact", "does not pay for one contact"),
        ("segment for promo for 100 €", "one contact costs"),
    ],
)
def test_what_makes_no_list_is_said_in_one_sentence_and_changes_nothing(
    open_shop: Shop, question: str, said: str
) -> None:
    reply = open_shop.ask(question)
    assert reply.failure is not None
    assert reply.failure.kind == "segment"
    assert said in f"{reply.failure.message} {reply.failure.next_step}"
    assert not open_shop.home.exports.exists() or not list(open_shop.home.exports.glob("audience*"))
    with open_shop.home.store() as connection:
        assert connection.execute("SELECT COUNT(*) FROM audiences").fetchone()[0] == 0


def test_the_nearest_goals_are_offered_first(open_shop: Shop) -> None:
    reply = open_shop.ask("segment for promotio")
    assert reply.failure is not None
    assert reply.failure.next_step.startswith("Try: segment for promo")


def test_before_a_model_there_is_none(empty_shop: Shop) -> None:
    reply = empty_shop.ask("segment for promo")
    assert reply.failure is not None
    assert reply.failure.kind == "empty_store"


# -- files ---------------------------------------------------------------------------------------------


def test_the_last_list_becomes_a_file(shop: Shop) -> None:
    listed = shop.answer("top 7 customers at risk")
    assert listed.table is not None
    reply = shop.answer("csv")
    written = rows_of(reply.facts["attachment"])
    assert tuple(written[0]) == listed.table.columns
    assert [row[0].removeprefix("'") for row in written[1:]] == [row[0] for row in listed.table.rows]
    book = shop.answer("导出excel").attachments[0]
    assert book.name.endswith(".xlsx")
    sheet = load_workbook(book.path).active
    assert sheet is not None
    assert sheet.max_row == 8


def test_each_chat_has_its_own_last_list(shop: Shop) -> None:
    shop.answer("top 7 customers at risk")
    reply = shop.ask("csv", asker=GROUP)
    assert reply.failure is not None
    assert reply.failure.kind == "no_list"
    shop.answer("who is at risk", asker=GROUP)
    assert shop.answer("csv", asker=GROUP).attachments


def test_an_audience_as_the_file_of_a_tool(open_shop: Shop) -> None:
    open_shop.answer("segment for promo 12")
    reply = open_shop.answer("csv for klaviyo")
    written = rows_of(reply.attachments[0].path)
    assert written[0] == ["External ID", "opsbot_goal", "opsbot_score", "opsbot_as_of"]
    assert len(written) == 13
    assert any("Email, Phone Number" in line for line in reply.lines)
    wecom = open_shop.answer("圈选促销人群 5人 导出企业微信名单").attachments[0]
    assert wecom.name.endswith("-wecom.xlsx")


def test_a_list_without_users_is_no_file_for_a_tool(shop: Shop) -> None:
    shop.answer("retention by month")
    reply = shop.ask("csv for klaviyo")
    assert reply.failure is not None
    assert "Klaviyo" in reply.failure.message
    assert shop.answer("csv").attachments


# -- the program ---------------------------------------------------------------------------------------


def test_promo_scores_are_those_of_active_users_with_ids_as_they_are(program: Program) -> None:
    churn = program("score")
    promo = program("score", "--task", "promo")
    scored = list(csv.reader(promo.stdout.splitlines()))
    assert scored[0] == ["user_id", "score"]
    assert {row[0] for row in scored[1:]} == {
        row[0] for row in list(csv.reader(churn.stdout.splitlines()))[1:]
    }
    assert "no past campaign" in promo.stderr
    assert len(program("score", "--task", "promo", "--k", 3).stdout.splitlines()) == 4
    assert [float(row[1]) for row in scored[1:]] == sorted(
        (float(row[1]) for row in scored[1:]), reverse=True
    )
