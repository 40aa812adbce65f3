"""What is said about segments: their figures, who is in them, and the filter that lists take."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from itertools import combinations
from pathlib import Path

import pytest

from bot.i18n import LANGUAGES, using
from bot.reply import Reply, Table
from bot.segment_words import _every_group, _names, asked_group, group_name
from bot.segments_reply import up_to_date
from predictor.filters import Group
from predictor.segment_names import parts_of_name
from storage.database import Home
from storage.moments import DAY_SECONDS, day_start
from tests.bot.conftest import LAPSED, NEW, BorrowedModels, Shop
from tests.conftest import LAST_DAY, Line, write


@pytest.fixture(scope="module")
def kept_segmented_home(kept_shop_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The shop with its segments: only copy it."""
    path = tmp_path_factory.mktemp("segmented") / "home"
    shutil.copytree(kept_shop_home.path, path)
    shop = Shop(BorrowedModels(path, kept_shop_home))
    with shop.home.store() as connection:
        up_to_date(shop.desk, connection)
    return Home(path)


@pytest.fixture
def shop_home(kept_segmented_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    path = tmp_path_factory.mktemp("copy") / "shop"
    shutil.copytree(kept_segmented_home.path, path)
    return Home(path)


def table(reply: Reply) -> Table:
    assert reply.table is not None
    return reply.table


def column(reply: Reply, name: str) -> list[object]:
    return [row[table(reply).columns.index(name)] for row in table(reply).rows]


def in_store(shop: Shop, query: str, *values: object) -> list[object]:
    with shop.home.store() as connection:
        return [row[0] for row in connection.execute(query, values)]


# -- the segments --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("question", "scheme"), [("show segments", "segment"), ("rfm segments", "rfm")])
def test_the_table_is_as_agreed_and_adds_up(shop: Shop, question: str, scheme: str) -> None:
    reply = shop.answer(question)
    assert table(reply).columns == ("segment", "users", "share", "monetary_cents", "churn_probability")
    assert sum(column(reply, "users")) == len(in_store(shop, "SELECT user_id FROM user_segments"))  # type: ignore[arg-type]
    assert sum(column(reply, "share")) == pytest.approx(1.0, abs=1e-5)  # type: ignore[arg-type]
    assert reply.facts["scheme"] == scheme
    assert reply.chart is not None
    assert reply.provenance is not None


def test_how_repeatable_they_are_is_told(shop: Shop) -> None:
    facts = shop.answer("show segments").facts
    stability = facts["stability"]
    assert isinstance(stability, dict)
    assert stability["bootstrap"]["active"]["adjusted_rand"] is not None
    assert 0 < stability["week_to_week"] <= 1
    assert any("Found again" in line for line in shop.answer("show segments").lines)


def test_chinese_names_and_english_ones_are_of_the_same_segments(shop: Shop) -> None:
    english, chinese = shop.answer("show segments"), shop.answer("用户分群")
    assert column(english, "users") == column(chinese, "users")
    assert not set(column(english, "segment")) & set(column(chinese, "segment"))
    names = [each["name"] for each in english.facts["segments"]]  # type: ignore[attr-defined]
    assert [name["en"] for name in names] == column(english, "segment")
    assert [name["zh"] for name in names] == column(chinese, "segment")


def test_a_segment_of_the_lapsed_has_no_risk(shop: Shop) -> None:
    reply = shop.answer("show segments")
    active = [each["active"] for each in reply.facts["segments"]]  # type: ignore[attr-defined]
    assert [bool(each) for each in active] == [
        risk is not None for risk in column(reply, "churn_probability")
    ]


def test_buttons_ask_what_is_understood(shop: Shop) -> None:
    for question in ("show segments", "用户分群", "rfm segments"):
        for button in shop.answer(question).buttons:
            assert shop.ask(button.question).failure is None


def test_without_a_model_there_are_segments_and_no_risk(empty_shop: Shop) -> None:
    with empty_shop.home.store() as connection:
        write(
            connection,
            [
                Line(
                    f"{user}-{n}", f"u{user}", day_start(LAST_DAY) - n * (user + 1) * DAY_SECONDS, 900 * user
                )
                for user in range(9)
                for n in range(3)
            ],
        )
    reply = empty_shop.answer("show segments")
    assert set(column(reply, "churn_probability")) == {None}
    assert any("No model is trained yet" in line for line in reply.lines)
    assert reply.provenance is not None
    assert reply.provenance.model is None


def test_an_empty_shop_is_told_what_to_do(empty_shop: Shop) -> None:
    for question in ("show segments", "rfm segments", "who is in segment Champions"):
        reply = empty_shop.ask(question)
        assert reply.failure is not None
        assert reply.failure.kind == "empty_store"


def test_only_an_admin_finds_new_ones_and_the_same_data_gives_the_same(shop: Shop) -> None:
    assert shop.ask("find new segments", confirmed=True).failure is not None
    assert shop.ask("find new segments", "admin").failure is not None  # not confirmed yet
    before = shop.answer("show segments")
    after = shop.answer("find new segments", "admin", confirmed=True)
    assert table(after) == table(before)
    assert any("segments before: 1 " in line for line in after.lines)


# -- who is in one -------------------------------------------------------------------------------------


def test_the_users_of_a_segment_come_with_all_of_them_as_a_file(shop: Shop) -> None:
    reply = shop.answer("top 3 users in segment champions")
    expected = in_store(
        shop,
        "SELECT user_id FROM user_segments WHERE rfm = 'champions' ORDER BY monetary_cents DESC, user_id",
    )
    assert column(reply, "user_id") == expected[:3]
    assert reply.facts["users"] == len(expected)
    with Path(reply.attachments[0].path).open(encoding="utf-8-sig", newline="") as file:
        assert [row["user_id"] for row in csv.DictReader(file)] == expected


def test_every_name_in_the_table_can_be_asked_for(shop: Shop) -> None:
    for question in ("show segments", "用户分群", "rfm segments", "rfm分群"):
        reply = shop.answer(question)
        for name, users in zip(column(reply, "segment"), column(reply, "users"), strict=True):
            asked = shop.answer(f'who is in segment "{name}"')
            assert asked.facts["users"] == users


def test_an_unknown_segment_is_answered_with_those_there_are(shop: Shop) -> None:
    for question in ("who is in segment Unicorns", "at risk in segment Unicorns"):
        failure = shop.ask(question).failure
        assert failure is not None
        assert failure.kind == "unknown_segment"
        assert "Champions" in failure.next_step
    failure = shop.ask("分群独角兽有哪些用户").failure
    assert failure is not None
    assert "冠军客户" in failure.next_step


def test_one_users_segment_stands_in_the_answer_and_in_the_profile(shop: Shop) -> None:
    facts = shop.answer(f"which segment is {LAPSED} in").facts
    assert [facts["segment"]] == in_store(shop, "SELECT segment FROM user_segments WHERE user_id = ?", LAPSED)
    assert shop.answer(f"profile of {LAPSED}").facts["segment"] == facts["segment"]
    name = str(facts["segment_name"])
    assert any(name in line for line in shop.answer(f"profile of {LAPSED}").lines)
    assert shop.answer(f"which segment is {NEW} in").facts["segment"] is None
    unknown = shop.ask("which segment is user 999999 in").failure
    assert unknown is not None
    assert unknown.kind == "unknown_user"


# -- the filter of lists -------------------------------------------------------------------------------


def test_those_at_risk_are_narrowed_to_a_segment(shop: Shop) -> None:
    everybody = set(column(shop.answer("top 1000 at risk"), "user_id"))
    loyal = set(in_store(shop, "SELECT user_id FROM user_segments WHERE rfm = 'loyal'"))
    narrowed = shop.answer("top 1000 at risk in segment Loyal customers")
    assert set(column(narrowed, "user_id")) == everybody & loyal != set()
    assert narrowed.facts["matching"] == len(everybody & loyal)
    assert any("Loyal customers" in line for line in narrowed.lines)
    assert column(shop.answer("top 1000 at risk in segment 忠诚客户"), "user_id") == column(
        narrowed, "user_id"
    )


def test_those_at_risk_are_narrowed_to_what_they_bought(shop: Shop) -> None:
    bought = "SELECT DISTINCT user_id FROM lines WHERE category = ? AND quantity > 0"
    other, zero = set(in_store(shop, bought, "other")), set(in_store(shop, bought, "0"))
    reply = shop.answer("top 1000 at risk who bought other")
    found = set(column(reply, "user_id"))
    assert found
    assert found <= other
    without = set(column(shop.answer('top 1000 at risk who bought other but not "0"'), "user_id"))
    # What was cancelled later stands among the lines, too.
    assert found - zero <= without < found


def test_a_segment_of_the_lapsed_has_nobody_at_risk(shop: Shop) -> None:
    reply = shop.answer("show segments")
    lapsed = next(each for each in reply.facts["segments"] if not each["active"])  # type: ignore[attr-defined]
    assert shop.answer(f'at risk in segment "{lapsed["name"]["en"]}"').facts["matching"] == 0


def test_an_unknown_category_is_answered_with_those_there_are(shop: Shop) -> None:
    failure = shop.ask("at risk who bought shampoo").failure
    assert failure is not None
    assert failure.kind == "unknown_category"
    assert "other" in failure.next_step


def test_high_value_is_the_fifth_who_spent_most(shop: Shop) -> None:
    reply = shop.answer("high value customers")
    most = in_store(shop, "SELECT monetary_cents FROM user_segments ORDER BY 1 DESC")
    assert reply.facts["users"] == pytest.approx(len(most) / 5, abs=2)
    assert column(reply, "monetary_cents")[0] == most[0]


# -- names ---------------------------------------------------------------------------------------------


def test_no_two_groups_answer_to_one_name() -> None:
    for one, other in combinations(_every_group(), 2):
        assert not _names(one) & _names(other), (one, other)


def test_a_name_is_found_whatever_its_case_and_language(shop: Shop) -> None:
    with shop.home.store() as connection:
        for said in (
            "champions",
            "CHAMPIONS",
            "the Champion customers",
            "冠军客户",
            "冠军",
            "Champions segment",
        ):
            assert asked_group(said, connection) == Group("rfm", "champions")


def test_a_name_that_is_put_together_is_said_in_both_languages(shop: Shop) -> None:
    key = "lapsed:frequency-,order_value+"
    with shop.home.store() as connection:
        _put_everybody_into(connection, key)
        said = []
        for tongue in LANGUAGES:
            with using(tongue):
                said.append(group_name("segment", key))
        assert said[0] == "Lapsed: few orders, large orders"
        assert len(set(said)) == len(LANGUAGES)
        assert {asked_group(name, connection) for name in said} == {Group("segment", key)}
    assert len(parts_of_name(key)) == 3


def _put_everybody_into(connection: sqlite3.Connection, key: str) -> None:
    connection.execute("UPDATE user_segments SET segment = ?", (key,))
