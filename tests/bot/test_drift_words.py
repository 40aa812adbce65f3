"""Reality beside the promise: in the answer about a risk, about the model, and in the digest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.digest_reply import digest
from bot.nightly_reply import nightly_reply
from bot.render import plain
from bot.reply import Reply
from predictor.scoring import promoted_model, refresh_scores
from storage import given_scores
from storage.database import transaction
from storage.given_scores import Given
from tests.bot.conftest import Shop
from tests.conftest import LAST_DAY


def facts(reply: Reply) -> dict[str, Any]:
    return dict(reply.facts)


def promised(shop: Shop, probability: float | None = None) -> int:
    """Scores of a horizon ago, settled by the night: as today's or all `probability`; how many."""
    with shop.home.store() as store:
        record = refresh_scores(store, shop.home.models, LAST_DAY)
        rows = store.execute("SELECT user_id, probability FROM scores ORDER BY user_id").fetchall()
        store.execute("DELETE FROM given_scores")
        store.execute("DELETE FROM given_score_days")
        with transaction(store):
            day = LAST_DAY - timedelta(days=record.horizon_days)
            given_scores.keep(
                store,
                Given(day, record.version, record.horizon_days),
                [(user, p if probability is None else probability) for user, p in rows],
            )
    nightly_reply(shop.desk)
    return len(rows)


def test_what_really_came_of_such_scores_takes_the_place_of_the_back_test(shop: Shop) -> None:
    with shop.home.store() as store:
        refresh_scores(store, shop.home.models, LAST_DAY)
        user, p = store.execute("SELECT user_id, probability FROM scores ORDER BY user_id LIMIT 1").fetchone()
    before = shop.answer(f"risk {user}")
    users = promised(shop, p)
    after = shop.answer(f"risk {user}")

    assert "reliability_of" not in facts(before)
    assert facts(after)["reliability_of"] == "given_scores"
    assert facts(after)["reliability"]["users"] == users
    assert f"Of {users} users really scored" in plain(after)
    assert "users really scored" not in plain(before)


def test_the_digest_says_that_reality_has_left_the_promise_and_proposes_a_training(shop: Shop) -> None:
    promised(shop)
    kept = digest(shop.desk, None).reply
    promised(shop, 0.99)
    broken = digest(shop.desk, None).reply

    assert "were expected" not in plain(kept)
    assert "99 % were expected" in plain(broken)
    assert "Train the model anew." in plain(broken)
    assert "train the model" in [each.question for each in broken.buttons]
    assert "train the model" not in [each.question for each in kept.buttons]


def test_the_model_tells_what_came_of_the_scores_it_gave(shop: Shop) -> None:
    users = promised(shop, 0.99)
    told = shop.answer("how good is the model")

    assert f"Of {users} scores really given, users not contacted:" in plain(told)
    assert facts(told)["given_scores"]["untouched"][9]["users"] == users


@pytest.mark.parametrize("question", ["how good is the model", "模型效果如何"])
def test_before_anything_came_of_scores_nothing_is_said_of_them(shop: Shop, question: str) -> None:
    with shop.home.store() as store:
        assert promoted_model(store)

    assert "really given" not in plain(shop.answer(question))
    assert "实际给出" not in plain(shop.answer(question))
