"""What each command answers, on a small shop with a real model."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import i18n, risk_reply
from bot.registry import commands
from bot.render import plain
from bot.reply import Reply
from bot.understanding import understand
from bot.users import in_a_question
from predictor import scoring
from predictor.scoring import HIGH_FROM, MEDIUM_FROM, Risk, band
from storage.moments import DAY_SECONDS, day_start
from storage.snapshot import Snapshot
from tests.bot.conftest import LAPSED, LAPSED_DAYS, NEW, ODD_IDS, ONE_ORDER, Shop
from tests.conftest import LAST_DAY, SHOP_HORIZON, Line, write

RISK_FACTS = {"user_id", "probability", "band", "flagged", "reasons", "reliability"}
AT_RISK_COLUMNS = ("user_id", "probability", "recency_days", "monetary_cents", "reason")
MODEL_FACTS = {
    *("version", "auroc", "average_precision", "accuracy", "majority_accuracy", "recall", "brier"),
    *("ece", "ece_floor", "baselines"),
}
REPLY_KEYS = {
    *("ok", "command", "args", "title", "facts", "table", "buttons", "attachments", "provenance", "error"),
    "text",
}


@pytest.fixture
def store(shop: Shop) -> Iterator[sqlite3.Connection]:
    with shop.home.store() as connection:
        yield connection


def facts(reply: Reply) -> dict[str, Any]:
    return dict(reply.facts)


def rows(reply: Reply) -> list[dict[str, Any]]:
    assert reply.table is not None
    return [dict(zip(reply.table.columns, row, strict=True)) for row in reply.table.rows]


def scored(shop: Shop) -> dict[str, float]:
    """The kept probability of every active user."""
    shop.answer("who is at risk")
    with shop.home.store() as connection:
        return dict(connection.execute("SELECT user_id, probability FROM scores").fetchall())


def without_model(shop: Shop) -> Shop:
    with shop.home.store() as connection:
        connection.execute("UPDATE models SET stage = 'candidate'")
    return shop


def whole_text(reply: Reply) -> str:
    return plain(reply) + json.dumps(reply.as_json(""), ensure_ascii=False, allow_nan=False)


# -- risk ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", ["regular-9", "007", "用户A"])
def test_a_risk_states_its_facts_and_nothing_else(shop: Shop, user: str) -> None:
    reply = shop.answer(f"churn risk for user {user}")
    told = facts(reply)
    assert set(told) == RISK_FACTS
    assert told["user_id"] == user
    assert 0 <= told["probability"] <= 1
    assert told["band"] == band(told["probability"])
    assert told["flagged"] in (True, False)
    assert told["reasons"]
    assert all(set(reason) == {"feature", "text", "effect"} for reason in told["reasons"])
    seen = told["reliability"]
    assert set(seen) == {"from", "to", "users", "churned"}
    assert seen["from"] <= told["probability"] <= seen["to"]
    assert 0 <= seen["churned"] <= seen["users"]


def test_a_risk_as_json_has_the_keys_of_every_reply(shop: Shop) -> None:
    value = shop.answer("churn risk for user 007").as_json("said")
    assert set(value) == REPLY_KEYS
    assert (value["ok"], value["error"], value["table"], value["text"]) == (True, None, None, "said")


def test_the_title_begins_with_the_number(shop: Shop) -> None:
    reply = shop.answer("churn risk for user 007")
    percent = re.match(r"(\d+) % – (low|medium|high):", reply.title)
    assert percent is not None
    assert int(percent[1]) == pytest.approx(100 * facts(reply)["probability"], abs=0.5001)
    assert "user 007" in reply.title
    assert f"within {SHOP_HORIZON} days" in reply.title


def test_a_risk_is_the_score_that_everybody_gets(shop: Shop) -> None:
    kept = scored(shop)
    for user in ("007", "用户A", "regular-9"):
        assert facts(shop.answer(f"churn risk for user {user}"))["probability"] == pytest.approx(
            kept[user], abs=1e-12
        )


def test_a_risk_says_what_it_rests_on(shop: Shop) -> None:
    reply = shop.answer("churn risk for user 007")
    assert reply.as_json("")["provenance"] == {
        "as_of": LAST_DAY.isoformat(),
        "data_through": LAST_DAY.isoformat(),
        "model": 1,
        "horizon_days": SHOP_HORIZON,
        "definition": f"no order within {SHOP_HORIZON} days, of users who ordered in the last"
        f" {3 * SHOP_HORIZON} days",
    }
    assert "model 1" in plain(reply)


def test_the_strongest_reasons_are_said_with_their_points(shop: Shop) -> None:
    reply = shop.answer("churn risk for user regular-9")
    effects = [abs(reason["effect"]) for reason in facts(reply)["reasons"]]
    assert effects == sorted(effects, reverse=True)
    first = facts(reply)["reasons"][0]
    assert reply.lines[0] == f"{100 * first['effect']:+.0f} points – {first['text']}"


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (0.0, "low"),
        (MEDIUM_FROM - 1e-9, "low"),
        (1 / 3, "medium"),
        (HIGH_FROM - 1e-9, "medium"),
        (2 / 3, "high"),
        (1.0, "high"),
    ],
)
def test_bands_meet_at_thirds(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, probability: float, expected: str
) -> None:
    def fixed(*args: Any, **kwargs: Any) -> Risk:
        risk = scoring.risk_of(*args, **kwargs)
        assert risk is not None
        return replace(risk, probability=probability)

    monkeypatch.setattr(risk_reply, "risk_of", fixed)
    reply = shop.answer("churn risk for user 007")
    assert facts(reply)["band"] == expected
    assert f"– {expected}:" in reply.title


def test_who_is_flagged_is_told_so(shop: Shop) -> None:
    kept = scored(shop)
    user = max((name for name in kept if name.isascii() and '"' not in name), key=lambda name: kept[name])
    low = shop.with_settings(flag_at=kept[user]).answer(f"churn risk for user {user}")
    assert facts(low)["flagged"] is True
    assert low.title.endswith("Flagged.")


def test_a_flag_that_is_set_stays_until_a_tenth_below(shop: Shop) -> None:
    kept = scored(shop)
    user = next(name for name, p in kept.items() if 0.15 < p < 0.25)  # far from the top tenth
    question, threshold = f"churn risk for user {user}", kept[user]
    above = threshold + 0.05

    assert facts(shop.with_settings(flag_at=above).answer(question))["flagged"] is False
    shop.with_settings(flag_at=threshold).answer("who is at risk")  # enters
    assert facts(shop.with_settings(flag_at=above).answer(question))["flagged"] is True
    assert facts(shop.with_settings(flag_at=threshold + 0.11).answer(question))["flagged"] is False


def test_old_data_is_said_in_every_reply(shop: Shop) -> None:
    questions = [
        *("churn risk for user 007", "why is 007 at risk", "who is at risk", "tell me about user 007"),
        *(f"churn risk for user {LAPSED}", "how good is the model"),
    ]
    for question in questions:
        assert not [line for line in shop.answer(question).lines if "days old" in line], question
        assert not [line for line in shop.days_later(2).answer(question).lines if "days old" in line], (
            question
        )
        assert [line for line in shop.days_later(3).answer(question).lines if "3 days old" in line], question


# -- users without a score -----------------------------------------------------------------------------


def test_a_lapsed_user_has_no_probability_but_a_last_order(shop: Shop) -> None:
    reply = shop.answer(f"churn risk for user {LAPSED}")
    told = facts(reply)
    assert set(told) == {*RISK_FACTS, "last_order_on"}
    assert told["user_id"] == LAPSED
    assert (told["probability"], told["band"], told["flagged"], told["reasons"]) == (None, None, False, [])
    assert told["reliability"] is None
    last = LAST_DAY - timedelta(days=LAPSED_DAYS)
    assert told["last_order_on"] == last.isoformat()
    assert f"last ordered on {last:%b} {last.day}, {last.year}" in plain(reply)
    assert f"{LAPSED_DAYS} days ago" in reply.title


def test_a_user_of_the_users_file_alone_is_new(shop: Shop) -> None:
    reply = shop.answer(f"churn risk for user {NEW}")
    assert facts(reply)["probability"] is None
    assert facts(reply)["last_order_on"] is None
    assert "has not ordered yet" in reply.title


def test_who_only_cancelled_counts_as_new(shop: Shop, store: sqlite3.Connection) -> None:
    write(store, [Line("never", "undecided-1", day_start(LAST_DAY) - DAY_SECONDS, status="cancelled")])
    assert "has not ordered yet" in shop.answer("churn risk for user undecided-1").title


@pytest.mark.parametrize(
    "question", ["churn risk for user {}", "why is user {} at risk", "tell me about user {}"]
)
def test_an_unknown_user_is_said_to_be_unknown(shop: Shop, question: str) -> None:
    reply = shop.ask(question.format("999999"))
    assert reply.failure is not None
    assert reply.failure.kind == "unknown_user"
    assert reply.failure.message == "There is no user 999999."


def test_one_zero_more_is_another_user(shop: Shop) -> None:
    for other in ("7", "07", "0007"):
        assert shop.ask(f"churn risk for user {other}").failure is not None


@pytest.mark.parametrize(
    "question",
    [
        "churn risk for user 42",
        "why is 42 at risk",
        "tell me about user 42",
        "who is at risk",
        "how good is the model",
    ],
)
def test_an_empty_store_says_to_import_first(empty_shop: Shop, question: str) -> None:
    reply = empty_shop.ask(question)
    assert reply.failure is not None
    assert reply.failure.kind == "empty_store"
    assert "opsbot import" in reply.failure.next_step


@pytest.mark.parametrize(
    "question",
    ["churn risk for user 007", "why is user 007 at risk", "who is at risk", "how good is the model"],
)
def test_without_a_model_the_reply_says_to_train(shop: Shop, question: str) -> None:
    reply = without_model(shop).ask(question)
    assert reply.failure is not None
    assert reply.failure.kind == "no_model"
    assert "opsbot train" in reply.failure.next_step


# -- at risk -------------------------------------------------------------------------------------------


def test_at_risk_lists_repeat_buyers_first_by_probability_times_money(shop: Shop) -> None:
    reply = shop.answer("top 1000 users at risk")
    assert reply.table is not None
    assert reply.table.columns == AT_RISK_COLUMNS
    listed = rows(reply)
    with shop.home.store() as connection:
        once = {row[0] for row in connection.execute("SELECT user_id FROM scores WHERE frequency = 1")}
    single = [row["user_id"] in once for row in listed]
    assert single == sorted(single)
    for group in (
        [row for row in listed if row["user_id"] not in once],
        [row for row in listed if row["user_id"] in once],
    ):
        worth = [row["probability"] * row["monetary_cents"] for row in group]
        assert worth == sorted(worth, reverse=True)
    # The one big order is worth more than anything else, and still comes after all repeat buyers.
    big = next(row for row in listed if row["user_id"] == ONE_ORDER)
    assert big["probability"] * big["monetary_cents"] > listed[0]["probability"] * listed[0]["monetary_cents"]
    assert len([row for row in listed if row["user_id"] not in once]) > 10


def test_at_risk_values_are_those_of_the_store(shop: Shop) -> None:
    listed = rows(shop.answer("who is at risk"))
    assert len(listed) == 10
    for row in listed[:3]:
        user = row["user_id"]
        assert row["probability"] == pytest.approx(
            facts(shop.answer(f"churn risk for user {user}"))["probability"], abs=1e-12
        )
        profile = facts(shop.answer(f"tell me about user {user}"))
        assert row["monetary_cents"] == profile["monetary_cents"]
        assert row["reason"]


def test_at_risk_takes_medium_and_high_unless_told_otherwise(shop: Shop) -> None:
    kept = scored(shop)
    reply = shop.answer("top 1000 users at risk")
    assert {row["user_id"] for row in rows(reply)} == {user for user, p in kept.items() if p >= MEDIUM_FROM}
    assert set(ODD_IDS) <= set(kept)
    for row in rows(reply):
        # Whoever ordered once, as ONE_ORDER did, has no gap to tell of.
        assert row["reason"] and not re.search(r"[{}]|\bnan\b", row["reason"]), row
    assert facts(reply) == {
        "matching": len(rows(reply)),
        "scored": len(kept),
        "flagged": facts(reply)["flagged"],
    }


def test_at_risk_keeps_to_its_bounds(shop: Shop) -> None:
    kept = scored(shop)
    above = rows(shop.answer("users with a churn risk above 70%"))
    assert above
    assert all(row["probability"] >= 0.7 for row in above)
    assert len(above) == min(10, sum(p >= 0.7 for p in kept.values()))


def test_at_risk_keeps_to_its_limit(shop: Shop) -> None:
    first = rows(shop.answer("who is at risk"))
    assert rows(shop.answer("top 3 users at risk")) == first[:3]
    assert rows(shop.answer("list 20 customers about to leave"))[:10] == first
    assert len(rows(shop.answer("list 20 customers about to leave"))) == 20


def test_at_risk_min_value_is_money_in_cents(shop: Shop) -> None:
    everyone = rows(shop.answer("top 1000 users at risk"))
    bound = sorted(row["monetary_cents"] for row in everyone[:10])[5] // 100
    reply = shop.answer(f"users at risk who spent more than {bound}")
    assert reply.args == {"min_value": 100 * bound}
    rich = [row for row in everyone if row["monetary_cents"] >= 100 * bound]
    assert rows(reply) == rich[:10] != everyone[:10]


def test_at_risk_with_nobody_says_so_without_a_table_of_headings(shop: Shop) -> None:
    reply = shop.answer("users with a churn risk above 100%")
    assert rows(reply) == []
    assert reply.title.startswith("0 of ")
    assert "main reason" not in plain(reply)


def test_at_risk_counts_an_order_of_this_minute(shop: Shop, store: sqlite3.Connection) -> None:
    first = rows(shop.answer("who is at risk"))[0]["user_id"]
    write(store, [Line("just-now", first, day_start(LAST_DAY) + 7200)])
    assert first not in [row["user_id"] for row in rows(shop.answer("who is at risk"))]


# -- explain -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", ["007", "regular-9", "irregular-199", ONE_ORDER])
def test_the_effects_add_up_from_the_typical_user_to_this_one(shop: Shop, user: str) -> None:
    reply = shop.answer(f"why is user {user} at risk")
    told = facts(reply)
    assert reply.table is not None
    assert reply.table.columns == ("effect", "reason")
    added = sum(reason["effect"] for reason in told["reasons"])
    assert added == pytest.approx(told["probability"] - told["base_probability"], abs=1e-5)
    assert 0 < told["base_probability"] < 1
    # Shown is what is at least half a point; nothing else is left out.
    assert [row["effect"] for row in rows(reply)] == [
        reason["effect"] for reason in told["reasons"] if abs(reason["effect"]) > 0.005
    ]
    assert plain(reply).count("+0 ") == plain(reply).count("-0 ") == 0


def test_the_typical_user_is_the_same_for_everybody(shop: Shop) -> None:
    bases = {
        facts(shop.answer(f"why is user {user} at risk"))["base_probability"] for user in ("007", "regular-9")
    }
    assert len(bases) == 1


def test_who_is_not_scored_cannot_be_explained_and_is_told_why(shop: Shop) -> None:
    reply = shop.answer(f"why is user {LAPSED} at risk")
    assert facts(reply)["probability"] is None
    assert "last ordered on" in reply.title


# -- profile -------------------------------------------------------------------------------------------


def test_a_profile_counts_what_the_orders_say(shop: Shop, store: sqlite3.Connection) -> None:
    reply = shop.answer("tell me about user 007")
    told = facts(reply)
    frequency, monetary = (
        Snapshot(store, LAST_DAY)
        .query(" SELECT COUNT(*), SUM(total_cents) FROM orders", user_id="007")
        .fetchone()
    )
    assert (told["frequency"], told["monetary_cents"]) == (frequency, monetary) == (12, 30_000)
    assert told["standing"] == "active"
    assert told["first_order_on"] == (LAST_DAY - timedelta(days=77)).isoformat()
    assert told["last_order_on"] == LAST_DAY.isoformat()
    assert "12 orders, 300.00 spent. Active." in reply.title
    assert "Usually every 7 days." in reply.lines
    assert rows(reply) == [
        {"item_id": "item", "name": "item", "orders": 12, "last_ordered_on": LAST_DAY.isoformat()}
    ]


def test_a_profile_names_the_standing(shop: Shop) -> None:
    assert facts(shop.answer(f"tell me about user {LAPSED}"))["standing"] == "lapsed"
    new = shop.answer(f"tell me about user {NEW}")
    assert facts(new)["standing"] == "new"
    assert facts(new)["frequency"] == 0
    assert new.title == f"User {NEW} has not ordered yet."


def test_a_profile_takes_returned_money_off(shop: Shop, store: sqlite3.Connection) -> None:
    when = day_start(LAST_DAY) - 20 * DAY_SECONDS
    bought = Line("r-1", "returning-1", when, 5000)
    write(
        store,
        [bought, replace(bought, ordered_at=when + DAY_SECONDS, quantity=-1, total_cents=-2000, line=2)],
    )
    reply = shop.answer("tell me about user returning-1")
    assert (facts(reply)["monetary_cents"], facts(reply)["returned_cents"]) == (3000, 2000)
    assert "Returned: 20.00." in reply.lines


def test_a_profile_needs_no_model(shop: Shop) -> None:
    reply = without_model(shop).answer("tell me about user 007")
    assert facts(reply)["probability"] is None
    assert reply.as_json("")["provenance"] == {
        "as_of": LAST_DAY.isoformat(),
        "data_through": LAST_DAY.isoformat(),
        "model": None,
        "horizon_days": None,
        "definition": None,
    }
    assert "007" in plain(reply)


def test_a_profile_uses_the_words_of_the_risk(shop: Shop) -> None:
    told = facts(shop.answer("churn risk for user 007"))
    (line,) = [
        line for line in shop.answer("tell me about user 007").lines if line.startswith("Risk of no order")
    ]
    assert line.endswith(f"– {told['band']}.")


# -- model, help, train --------------------------------------------------------------------------------


def test_the_model_states_its_figures_beside_the_baselines(shop: Shop) -> None:
    reply = shop.answer("how good is the model")
    told = facts(reply)
    assert set(told) >= MODEL_FACTS
    assert told["version"] == 1
    assert 0.5 < told["auroc"] <= 1
    assert 0 <= told["ece"] <= 1
    assert "logistic_rfm" in told["baselines"]
    assert set(told["baselines"]["logistic_rfm"]["gain"]["auroc"]) == {"mean", "low", "high"}
    assert f"AUROC {told['auroc']:.3f}" in reply.title
    assert reply.provenance is not None
    assert reply.provenance.data_through == LAST_DAY.isoformat()


def test_help_shows_what_this_role_may_ask(shop: Shop) -> None:
    every = {command.name for command in commands()}
    for_admins = {command.name for command in commands() if command.role == "admin"}
    assert "train" in for_admins
    assert set(facts(shop.answer("help", "admin"))["commands"]) == every
    assert set(facts(shop.answer("help"))["commands"]) == every - for_admins
    assert "train the model" not in plain(shop.answer("help"))
    assert "train the model" in plain(shop.answer("help", "admin"))


def test_help_fits_a_phone_and_its_buttons_lead_to_everything(shop: Shop) -> None:
    for role in ("operator", "admin"):
        reply = shop.ask("help", role)
        assert len(rows(reply)) <= 15
        topics = [shop.ask(button.question, role) for button in reply.buttons]
        named = {understand(row["example"], commands()).command for topic in topics for row in rows(topic)}
        assert named | {"help"} == set(facts(reply)["commands"]) | {"help"}


def test_help_begins_with_what_is_asked_most(shop: Shop) -> None:
    first = [example for row in rows(shop.answer("help")) for example in row["examples"].split(" · ")]
    assert [understand(example, commands()).command for example in first[:2]] == ["at_risk", "risk"]
    assert all(understand(example, commands()).command != "unknown" for example in first)


def test_help_works_before_there_is_anything_else(empty_shop: Shop) -> None:
    assert empty_shop.answer("help").table is not None


# -- every reply ---------------------------------------------------------------------------------------


def every_reply(shop: Shop, language: str) -> Iterator[tuple[str, Reply]]:
    """Replies of all kinds to questions in one language."""
    users = ("007", "regular-9", "irregular-199", LAPSED, NEW, ONE_ORDER, "用户A")
    questions = {
        "en": ("churn risk for user {}", "why is user {} at risk", "tell me about user {}"),
        "zh": ("用户“{}”的流失风险", "为什么用户“{}”会流失", "用户“{}”的资料"),
    }[language]
    shared = {
        "en": ("who is at risk", "how good is the model", "help"),
        "zh": ("谁有流失风险", "模型怎么样", "帮助"),
    }
    for question in questions:
        yield from ((text, shop.answer(text)) for text in (question.format(user) for user in users))
    yield from ((text, shop.answer(text, "admin")) for text in shared[language])
    yield from (
        (text, shop.ask(text)) for text in {"en": ("hello there", "risk"), "zh": ("今天天气好吗",)}[language]
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_button_asks_a_question_that_is_understood(shop: Shop, language: str) -> None:
    pressed = 0
    for text, reply in every_reply(shop.with_settings(language=language), language):
        for button in reply.buttons:
            found = understand(button.question, commands())
            assert found.source == "pattern", (text, button)
            assert button.label
            if "user" in reply.args and "user" in found.args:
                assert found.args["user"] == reply.args["user"], (text, button)
            pressed += 1
    assert pressed > 30


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_reply_has_an_unfilled_place_or_a_nan(shop: Shop, language: str) -> None:
    for text, reply in every_reply(shop.with_settings(language=language), language):
        shown = plain(reply)
        assert shown, text
        assert not re.search(r"[{}]|\bnan\b|\bNone\b|\binf\b", shown), (text, shown)
        json.dumps(reply.as_json(shown), allow_nan=False)


@pytest.mark.parametrize("user", ODD_IDS[:2])
def test_an_odd_id_stays_as_it_is(shop: Shop, user: str) -> None:
    assert facts(shop.answer(f"churn risk for user {user}"))["user_id"] == user


# Ids that look like words, numbers or dates, or hold a space or a quote.
AWKWARD_IDS = ("anna", "Anna Berg", "张三", "O'Neil", 'a"b', "2024-01", "1.5", "10天", "vip", "-5")


def test_the_buttons_of_a_user_whose_id_looks_like_something_else_ask_about_that_user(
    shop: Shop, store: sqlite3.Connection
) -> None:
    days = [day_start(LAST_DAY) - i * 9 * DAY_SECONDS for i in range(5)]
    write(store, [Line(f"{user}-{i}", user, when) for user in AWKWARD_IDS for i, when in enumerate(days)])
    for user in AWKWARD_IDS:
        for language in ("en", "zh"):
            asked = shop.with_settings(language=language)
            for reply in (
                asked.answer(f"churn risk for user {in_a_question(user)}"),
                asked.answer(f"用户{in_a_question(user)}的资料"),
            ):
                assert facts(reply)["user_id"] == user
                for button in reply.buttons:
                    assert understand(button.question, commands()).args == {"user": user}, button


def test_an_email_asked_for_is_looked_up_by_its_pseudonym(shop: Shop, store: sqlite3.Connection) -> None:
    from storage.privacy import Pseudonyms

    hidden = Pseudonyms(shop.home.path).of("anna@example.com")
    write(store, [Line(f"mail-{i}", hidden, day_start(LAST_DAY) - i * 9 * DAY_SECONDS) for i in range(5)])
    reply = shop.answer("churn risk for user Anna@Example.com")
    assert facts(reply)["user_id"] == hidden
    assert "anna" not in whole_text(replace(reply, args={})).lower()


def test_a_chinese_reply_has_chinese_formats(shop: Shop) -> None:
    reply = shop.answer("用户007的流失风险")
    assert re.match(r"\d+%", reply.title)
    with i18n.using("zh"):
        assert f"{LAST_DAY.year}年{LAST_DAY.month}月{LAST_DAY.day}日" in plain(reply)
