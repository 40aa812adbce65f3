"""What to offer a user and what sells with what, asked by message, on a shop with habits."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.command import About
from bot.commands import goes_with as goes_with_command
from bot.context import understand_about
from bot.goes_with_reply import goes_with_question
from bot.i18n import using
from bot.registry import commands
from bot.reply import Reply
from bot.training_reply import run_training, trained_reply
from bot.understanding import understand
from predictor import recommendations
from predictor.recommendations import train_recommender
from storage.database import Home, transaction
from storage.moments import DAY_SECONDS, day_start
from tests.bot.conftest import BorrowedModels, Program, Shop
from tests.conftest import LAST_DAY, Line, write
from tests.habits import shop_with_habits

COLUMNS = ("item_id", "name", "score", "reason")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("habits") / "home").create()
    with home.store() as connection:
        write(connection, [*shop_with_habits(), Line("odd", "007", day_start(LAST_DAY), item_id='a"b,c')])
        with transaction(connection):
            connection.execute("INSERT INTO users (user_id, import_id) VALUES ('new-1', 1)")
            connection.executemany(
                "INSERT INTO items (item_id, name, available, import_id) VALUES (?, ?, 1, 1)",
                [("i0", "Longjing tea / 龙井茶"), ("i1", "Filter paper"), ("i2", "Black tea")],
            )
        train_recommender(connection, home.models, as_of=None, active_days=60)
    return home


@pytest.fixture
def shop(kept: Home, tmp_path: Path) -> Shop:
    shutil.copytree(kept.path, tmp_path / "shop")
    return Shop(BorrowedModels(tmp_path / "shop", kept))


def rows(reply: Reply) -> list[dict[str, Any]]:
    assert reply.table is not None
    return [dict(zip(reply.table.columns, row, strict=True)) for row in reply.table.rows]


# -- recommend -----------------------------------------------------------------------------------------


def test_a_user_is_offered_items_with_reasons(shop: Shop) -> None:
    reply = shop.answer('recommend for user "steady"')
    assert reply.table is not None
    assert reply.table.columns == COLUMNS
    assert [row["item_id"] for row in rows(reply)][:2] in (["i0", "i1"], ["i1", "i0"])
    assert {row["name"] for row in rows(reply)[:2]} == {"Longjing tea / 龙井茶", "Filter paper"}
    assert rows(reply)[0]["reason"].startswith("bought 12 times, last 1 days ago")
    assert reply.provenance is not None
    assert reply.provenance.horizon_days == 30


def test_it_says_how_good_such_a_list_is(shop: Shop) -> None:
    reply = shop.answer("recommend for user 007")
    assert reply.facts["hit_rate"] > reply.facts["hit_rate_popular"]  # type: ignore[operator]
    assert f"{100 * reply.facts['hit_rate']:.0f} % of users who bought anything" in reply.lines[0]  # type: ignore[operator]


def test_as_many_as_asked_for_and_only_new_ones(shop: Shop) -> None:
    assert len(rows(shop.answer("给用户007推荐3个商品"))) == 3
    offered = rows(shop.answer('only new items for user "steady"'))
    assert offered
    assert not {"i0", "i1"} & {row["item_id"] for row in offered}


def test_a_new_user_is_offered_what_others_start_with(shop: Shop) -> None:
    reply = shop.answer("what should we offer user new-1")
    assert "new users start with" in reply.title
    assert all(row["score"] is None for row in rows(reply))


def test_the_whole_answer_is_chinese_where_the_question_is(shop: Shop) -> None:
    reply = shop.answer("给用户007推荐商品")
    assert reply.title.startswith("给用户007首推")
    assert any("天前买过一次" in row["reason"] for row in rows(reply))
    assert "30天内购买" in reply.table.headings if reply.table else False


def test_its_buttons_are_questions_that_are_understood(shop: Shop) -> None:
    for question in ("recommend for user 007", "给用户007推荐商品"):
        reply = shop.answer(question)
        asked = [understand(button.question, commands()) for button in reply.buttons]
        assert [each.command for each in asked] == ["goes_with", "recommend", "profile"]
        assert asked[0].args == {"product": rows(reply)[0]["item_id"]}
        assert asked[1].args == {"user": "007", "only_new": True}


def test_what_should_we_offer_them_is_about_the_user_before() -> None:
    about = About("risk", {"user": "42"})
    for text in ("what should we offer them", "recommend 3 items for him", "给他推荐商品", "推荐商品给她"):
        found = understand_about(text, about, commands())
        assert (found.command, found.args["user"], found.source) == ("recommend", "42", "context")


def test_unknown_users_and_a_shop_without_a_recommender_are_told_the_next_step(shop: Shop) -> None:
    unknown = shop.ask("recommend for user 404").failure
    assert unknown is not None
    assert unknown.kind == "unknown_user"
    with shop.home.store() as connection:
        connection.execute("UPDATE models SET stage = 'retired'")
    without = shop.ask("recommend for user 007").failure
    assert without is not None
    assert "too little was bought in the last 30 days" in without.message
    assert "opsbot train" in without.next_step


# -- training and scoring ------------------------------------------------------------------------------


def test_training_goes_on_to_recommendations(own_shop: Shop) -> None:
    with own_shop.home.store() as connection:
        write(connection, shop_with_habits())
    report = run_training(own_shop.desk, horizon_days=90, active_days=270)
    assert report.recommender is not None
    assert own_shop.steps[-2:] == ["learning what to recommend", "learning what users are worth"]
    assert report.recommender.as_of == report.trained.record.as_of
    assert report.recommender.active_days == report.trained.record.active_days
    assert "recommended items" in trained_reply(report, own_shop.desk).lines[-1]


def test_a_failure_there_leaves_the_churn_model_in_use(
    own_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(recommendations, "train_recommender", broken)
    report = run_training(own_shop.desk, horizon_days=90, active_days=270)
    assert report.recommender is None
    assert report.trained.record.task == "churn"
    assert own_shop.answer("who is at risk").table is not None
    assert "No recommendations" in trained_reply(report, own_shop.desk).lines[-1]


@pytest.fixture
def program(shop: Shop, kept: Home) -> Program:
    shutil.copytree(kept.models, shop.home.path / "models", dirs_exist_ok=True)
    return Program(shop.home.path)


def test_scores_of_all_users_are_a_csv_with_ids_as_they_are(program: Program) -> None:
    table = list(csv.DictReader(io.StringIO(program("score", "--task", "recommend").stdout)))
    assert list(table[0]) == ["user_id", "rank", "item_id", "score"]
    own = [row for row in table if row["user_id"] == "007"]
    assert [row["rank"] for row in own] == [str(rank) for rank in range(1, 11)]
    assert 'a"b,c' in {row["item_id"] for row in own}
    scores = [float(row["score"]) for row in own]
    assert scores == sorted(scores, reverse=True)


def test_scores_go_to_a_file_with_as_many_items_as_asked_for(program: Program, tmp_path: Path) -> None:
    out = tmp_path / "offers.csv"
    said = program("score", "--task", "recommend", "--k", 2, "--as-of", LAST_DAY, "--out", out)
    assert said.stdout == ""
    assert "model 1 (promoted)" in said.stderr
    assert {row["rank"] for row in csv.DictReader(io.StringIO(out.read_text(encoding="utf-8")))} == {"1", "2"}
    refused = program("score", "--task", "recommend", "--as-of", "2020-01-01", code=1)
    assert "opsbot train --as-of 2020-01-01" in refused.stderr


def test_models_are_listed_and_rolled_back_by_task(program: Program) -> None:
    assert "recommend  promoted" in program("models", "list").stdout
    refused = json.loads(program("models", "rollback", "--json", code=1).stdout)
    assert refused["error"]["kind"] == "no_model"
    assert [model["stage"] for model in program.json("models", "list")["models"]] == ["promoted"]


# -- goes with -----------------------------------------------------------------------------------------


def test_what_sells_with_a_product_by_id_and_by_name(shop: Shop) -> None:
    by_id = shop.answer("what sells with i0")
    assert by_id.table is not None
    assert by_id.table.columns == ("item_id", "name", "support", "confidence", "lift")
    first = rows(by_id)[0]
    assert 0 < first["support"] < first["confidence"] <= 1 < first["lift"]
    for text in ("what sells with longjing", "和龙井茶一起买的商品", 'goes with "Longjing tea / 龙井茶"'):
        assert rows(shop.answer(text)) == rows(by_id)


def test_several_products_of_a_name_are_offered(shop: Shop) -> None:
    reply = shop.answer("what sells with tea")
    assert reply.facts["item_id"] in ("i0", "i2")
    assert {button.label for button in reply.buttons} < {"Longjing tea / 龙井茶", "Black tea"}


def test_an_unknown_product_is_answered_with_the_nearest(shop: Shop) -> None:
    failure = shop.ask("what sells with filtre papper").failure
    assert failure is not None
    assert failure.kind == "unknown_product"
    assert "i1 (Filter paper)" in failure.next_step


def test_an_item_nobody_buys_with_others_is_said_so(shop: Shop) -> None:
    reply = shop.answer('what sells with a"b,c')
    assert reply.title.startswith("Nothing is bought with")
    assert reply.table is None


def test_a_category_has_rules_of_its_own(shop: Shop) -> None:
    reply = shop.answer("what sells with category group 0")
    assert reply.facts["category"] == "group 0"
    failure = shop.ask("rules for category grup 0").failure
    assert failure is not None
    assert "group 0" in failure.next_step


def test_the_rules_of_the_whole_shop_are_a_file(shop: Shop) -> None:
    reply = shop.answer("what sells together")
    path = Path(reply.attachments[0].path)
    table = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert len(table) == reply.facts["rules"]
    assert {("i0", "i1"), ("i1", "i0")} <= {(row["with_item_id"], row["item_id"]) for row in table}
    assert all(float(row["lift_low"]) > 1 and int(row["baskets"]) >= 5 for row in table)


def test_baskets_of_a_new_import_count_at_once(shop: Shop) -> None:
    before = shop.answer("what sells with i0").facts["baskets"]
    with shop.home.store() as connection:
        write(connection, [Line("more", "steady", day_start(LAST_DAY) + DAY_SECONDS, item_id="i0")])
    assert shop.answer("what sells with i0").facts["baskets"] == int(str(before)) + 1


@pytest.mark.parametrize("item_id", ["85123A", "a b", 'a"b,c', "用户A", "15 cm", "i0"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_button_names_any_product(item_id: str, language: str) -> None:
    with using(language):
        found = understand(goes_with_question(item_id), commands())
    assert (found.command, found.args) == (goes_with_command.COMMAND.name, {"product": item_id})
