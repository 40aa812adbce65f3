"""Campaigns in the conversation: the plan, the draw, its files, the report, and the digest's holdout."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from bot.digest_reply import digest
from bot.reply import Reply
from storage import audiences, campaigns, warning_holdouts
from storage.moments import DAY_SECONDS, known_before
from storage.warning_holdouts import WarnedUser
from tests.bot.conftest import Shop
from tests.conftest import LAST_DAY


@pytest.fixture
def with_audience(shop: Shop) -> Shop:
    """The shop with an audience of 60 of its active users."""
    shop.answer("who is at risk")  # scores everybody
    with shop.home.store() as connection:
        users = connection.execute(
            "SELECT user_id, probability FROM scores ORDER BY probability DESC LIMIT 60"
        ).fetchall()
        audiences.keep(connection, "winback", LAST_DAY, shop.desk.moment(), map(tuple, users))
    return shop


@pytest.fixture
def started(with_audience: Shop) -> Shop:
    """The shop with a campaign."""
    with_audience.answer("start a campaign and 50% held out", "admin", confirmed=True)
    return with_audience


def arms(shop: Shop) -> dict[str, str]:
    with shop.home.store() as connection:
        return {
            each.user_id: each.arm
            for each in campaigns.drawn(connection, campaigns.every(connection)[0].campaign_id)
        }


def reported(reply: Reply) -> list[dict[str, Any]]:
    found = reply.facts["campaigns"]
    assert isinstance(found, list)
    return found


def failed(reply: Reply, kind: str) -> str:
    assert reply.failure is not None
    assert reply.failure.kind == kind
    return reply.failure.message


def test_the_plan_comes_before_the_draw(with_audience: Shop) -> None:
    reply = with_audience.ask("start a campaign with audience 1", "admin")
    message = failed(reply, "needs_confirmation")
    assert message.startswith("With 60 users, ")
    assert "it can show a difference of" in message
    assert "reported on Mar 5" in message
    assert any(line.startswith("That is too little for a verdict") for line in reply.lines)
    assert reply.buttons[0].confirms
    assert reply.buttons[0].question == "start a campaign with audience 1"
    assert arms_are_empty(with_audience)


def arms_are_empty(shop: Shop) -> bool:
    with shop.home.store() as connection:
        return not campaigns.every(connection)


def test_operators_plan_and_admins_start(with_audience: Shop) -> None:
    plan = with_audience.answer("用人群1开始活动，预留50%对照")
    assert (plan.facts["contact"], plan.facts["holdout"]) == (30, 30)
    assert not plan.buttons
    failed(with_audience.ask("start a campaign", confirmed=True), "not_allowed")
    assert arms_are_empty(with_audience)


def test_a_started_campaign_comes_with_both_lists(started: Shop) -> None:
    reply = started.answer("files of the last campaign")
    contact, holdout = (read(Path(each.path)) for each in reply.attachments)
    drawn = arms(started)
    assert set(contact) == {user for user, arm in drawn.items() if arm == "contact"}
    assert set(holdout) == {user for user, arm in drawn.items() if arm == "holdout"}
    assert reply.facts["campaign_id"] == f"winback-{LAST_DAY}"


def read(path: Path) -> list[str]:
    assert path.stat().st_mode & 0o077 == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["user_id"] for row in csv.DictReader(file)]


def test_a_user_is_left_out_before_the_draw_and_not_after(with_audience: Shop) -> None:
    with with_audience.home.store() as connection:
        one, two = (each.user_id for each in audiences.audience(connection).users[:2])
    reply = with_audience.answer(f"leave out user {one}")
    assert reply.title == f"User {one} is left out of audience 1: neither written to nor held out."
    with_audience.answer(reply.buttons[0].question, "admin", confirmed=True)
    assert one not in arms(with_audience)
    message = failed(with_audience.ask(f"leave out user {two} from audience 1"), "campaign")
    assert "a draw is never changed" in message
    assert two in arms(with_audience)


@pytest.mark.parametrize("text", ["start a campaign and 0% held out", "start a campaign and 90% held out"])
def test_shares_that_cannot_be_are_refused(with_audience: Shop, text: str) -> None:
    failed(with_audience.ask(text, "admin", confirmed=True), "campaign")
    assert arms_are_empty(with_audience)


def test_the_limit_of_the_holdout_is_a_setting(with_audience: Shop) -> None:
    capped = with_audience.with_settings(holdout_limit=0.2)
    assert capped.answer("start a campaign").facts["holdout"] == 9  # 15 %: more would show hardly more
    failed(capped.ask("start a campaign and 30% held out"), "campaign")


def test_contacting_who_is_held_out_is_asked_about_first(started: Shop) -> None:
    drawn = arms(started)
    held = next(user for user, arm in drawn.items() if arm == "holdout")
    told = next(user for user, arm in drawn.items() if arm == "contact")
    message = failed(started.ask(f"contacted user {held}"), "needs_confirmation")
    assert f"held out by the campaign winback-{LAST_DAY}" in message
    started.answer(f"contacted user {told}")
    assert any("held out by the campaign" in line.lower() for line in started.answer(f"risk {held}").lines)
    started.days_later(31).answer(f"contacted user {held}")


def test_did_the_last_campaign_work(started: Shop) -> None:
    reply = started.answer("did the last campaign work")
    (campaign,) = reported(reply)
    assert campaign["campaign_id"] == f"winback-{LAST_DAY}"
    assert (campaign["contact"], campaign["holdout"], campaign["verdict"]) == (30, 30, None)
    assert campaign["low"] <= campaign["effect"] <= campaign["high"]
    assert campaign["sent_at"] == f"{LAST_DAY}T12:00:00Z"
    assert reply.title.startswith(f"No verdict yet on the last campaign, winback-{LAST_DAY}")
    assert reply.table is not None
    late = started.days_later(60).answer("上次活动有效吗")
    assert "订单数据只到" in late.title


def imported(shop: Shop, count: int = 150) -> Shop:
    """Past orders of the shop, with a campaign that wrote to those who ordered then: it worked, it seems."""
    launch = known_before(LAST_DAY) - 60 * DAY_SECONDS
    with shop.home.store() as connection:
        found = connection.execute(
            "SELECT user_id, MAX(ordered_at > ? AND ordered_at <= ?) FROM lines"
            " WHERE user_id <> '' GROUP BY user_id ORDER BY 2 DESC, 1",
            (launch, launch + 30 * DAY_SECONDS),
        ).fetchall()
        rows = [*found[:count], *found[-count:]]
        connection.executemany(
            "INSERT INTO contacts (campaign_id, user_id, occurrence, sent_at, arm, import_id)"
            " VALUES ('spring', ?, 1, ?, ?, 1)",
            [(row[0], launch, "contact" if place < count else "holdout") for place, row in enumerate(rows)],
        )
    return shop


def test_an_imported_campaign_has_a_verdict_and_uses_the_horizon_in_force(shop: Shop) -> None:
    imported(shop)
    reply = shop.answer("did the last campaign work")
    assert reply.title.startswith("The last campaign, spring, worked: ")
    (campaign,) = reported(reply)
    assert (campaign["verdict"], campaign["horizon_days"]) == ("worked", 30)
    assert reply.provenance is not None
    assert reply.provenance.model is None
    assert reply.chart is not None
    assert reply.chart.alt.startswith("Effect on the order rate, spring: +")
    (shorter,) = reported(shop.with_settings(horizon_days=7).answer("did the last campaign work"))
    assert shorter["closes_at"] < campaign["closes_at"]
    assert "有效" in shop.answer("活动效果怎么样").title


def test_a_campaign_is_asked_for_by_name(started: Shop) -> None:
    imported(started)
    ours = f"winback-{LAST_DAY}"
    reply = started.answer("did campaign spring work")
    assert reply.title.startswith("Campaign spring worked: ")
    assert [each["campaign_id"] for each in reported(reply)] == ["spring"]
    assert started.answer("did the last campaign work").title.startswith(
        f"No verdict yet on the last campaign, {ours}"
    )
    assert started.answer(f"活动{ours}有效果吗").title.startswith(f"活动{ours}尚无结论")
    files = started.answer(f"files of campaign {ours}")
    assert files.facts == started.answer("files of the last campaign").facts
    assert [each["campaign_id"] for each in reported(started.answer(files.buttons[0].question))] == [ours]
    message = failed(started.ask("files of campaign spring"), "campaign")
    assert message == "The campaign spring was imported: its lists were not drawn here, so it has no files."


@pytest.mark.parametrize("text", ["did campaign sprin work", "files of campaign Spring", "活动sprin的名单"])
def test_of_an_unknown_campaign_the_nearest_are_offered_and_none_is_taken(shop: Shop, text: str) -> None:
    reply = imported(shop).ask(text)
    failed(reply, "unknown_campaign")
    assert reply.failure is not None
    assert "spring" in str(reply.failure.next_step)
    assert reply.attachments == ()


def test_campaigns_are_listed_with_their_state(started: Shop) -> None:
    reply = imported(started).answer("list campaigns")
    assert reply.title == "Campaigns: 2; still being measured: 1."
    assert reply.table is not None
    assert [row[:2] for row in reply.table.rows] == [(f"winback-{LAST_DAY}", "winback"), ("spring", None)]
    assert [row[3:] for row in reply.table.rows] == [(30, 30, "open"), (150, 150, "worked")]
    assert reply.table.shown is not None
    assert reply.table.shown[0][-1].startswith("running until ")
    assert started.answer("活动列表").table.shown[1][1::4] == ("导入", "有效")  # type: ignore[union-attr]
    asked = started.answer(reply.buttons[1].question)
    assert [each["campaign_id"] for each in reported(asked)] == ["spring"]


def test_without_campaigns_it_says_so(empty_shop: Shop) -> None:
    assert empty_shop.answer("campaigns").title == "There is no campaign yet."
    failed(empty_shop.ask("did campaign spring-2 work"), "unknown_campaign")
    reply = empty_shop.answer("did the last campaign work")
    assert reply.facts == {"campaigns": [], "total": None}
    assert failed(empty_shop.ask("files of the last campaign"), "campaign")
    assert failed(empty_shop.ask("start a campaign"), "no_audience")


def test_the_cost_of_a_holdout_is_shown_before_it_is_switched_on(shop: Shop) -> None:
    assert failed(shop.ask("holdout 20%"), "not_allowed")
    reply = shop.ask("holdout 20 %", "admin")
    assert "to measure what the warnings are worth?" in failed(reply, "needs_confirmation")
    assert any("newly flagged a week" in line for line in reply.lines)
    assert any("To stop at any time: digest holdout off" in line for line in reply.lines)
    assert [each["points"] for each in reply.facts["milestones"]] == [0.15, 0.1, 0.05]  # type: ignore[attr-defined]
    with shop.home.store() as connection:
        assert warning_holdouts.current(connection) is None
    shop.answer("日报预留20%对照", "admin", confirmed=True)
    assert "already" in shop.answer("holdout 20%", "admin").title
    for share in ("0%", "90%"):
        assert failed(shop.ask(f"holdout {share}", "admin"), "campaign")


def hold_out(shop: Shop, *user_ids: object) -> None:
    """Draw these users as held out to measure the warnings."""
    shop.answer("holdout 20%", "admin", confirmed=True)
    end = known_before(LAST_DAY) - DAY_SECONDS
    with shop.home.store() as connection:
        setting = warning_holdouts.current(connection)
        assert setting is not None
        warning_holdouts.keep(
            connection,
            [
                WarnedUser(
                    str(each), LAST_DAY, "holdout", setting.setting_id, end, end, end + 30 * DAY_SECONDS
                )
                for each in user_ids
            ],
        )


def listed(reply: Reply) -> list[object]:
    return [row[0] for row in reply.table.rows] if reply.table else []


def test_who_is_held_out_is_counted_and_nowhere_listed_until_it_is_stopped(shop: Shop) -> None:
    shop = shop.with_settings(flag_at=0.5)
    one, two = listed(digest(shop.desk, None).reply)[:2]
    hold_out(shop, one)
    reply = digest(shop.desk, None).reply
    assert one not in listed(reply)
    assert reply.facts["held_out"] == 1
    assert "Not listed: held out to measure the warnings: 1." in reply.lines
    assert one not in {row["user_id"] for row in rest_of(reply)}
    at_risk = shop.answer("top 1000 at risk")
    assert one not in listed(at_risk)
    assert two in listed(at_risk)
    assert "Held out to measure the warnings, and not listed: 1." in at_risk.lines
    assert one not in listed(shop.answer("open cases"))
    assert failed(shop.ask(f"contacted user {one}"), "needs_confirmation")
    off = shop.answer("digest holdout off", "admin", confirmed=True)
    assert off.facts["listed_again"] == 1
    assert one in listed(digest(shop.desk, None).reply)
    assert shop.answer("关闭日报对照", "admin", confirmed=True).title == "日报当前没有对照组，未作改动。"


def rest_of(reply: Reply) -> list[dict[str, str]]:
    (attachment,) = reply.attachments
    with Path(attachment.path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_what_the_warnings_are_worth_is_not_said_too_early(shop: Shop) -> None:
    assert shop.answer("what are the warnings worth").title.startswith("Nobody knows yet")
    shop = shop.with_settings(flag_at=0.5)
    one, *_ = listed(digest(shop.desk, None).reply)
    hold_out(shop, one)
    reply = shop.answer("预警有用吗")
    assert (reply.facts["drawn"], reply.facts["verdict"], reply.facts["share"]) == (1, None, 0.2)
    assert reply.title == "暂无可比较的数据：已抽取1人，其中对照1人，观察期均未结束。"
    assert shop.days_later(400).answer("digest holdout").facts["verdict"] is None
