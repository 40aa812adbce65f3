"""A mistyped id is answered with the nearest there are, as questions to press; none is taken unasked."""

from __future__ import annotations

import pytest

from bot.reply import Reply
from storage.moments import day_start
from tests.bot.conftest import NEW, ONE_ORDER, Shop
from tests.conftest import LAST_DAY, Line, write


def refused(shop: Shop, text: str) -> Reply:
    reply = shop.ask(text)
    assert reply.failure is not None
    assert reply.buttons
    assert "user_id" not in reply.facts
    return reply


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("churn risk for user new1", f"churn risk for user {NEW}"),
        ("write an sms to user ONE-ORDER-1", f"draft a win-back sms for user {ONE_ORDER}"),
        ("lifetime value of user 07 over 90 days", "lifetime value for user 007 over 90 days"),
        ("用户new-11的流失风险", f"用户{NEW}的流失风险"),
        ("note for user new11: called twice", f"note on user {NEW} : called twice"),
    ],
)
def test_every_command_about_a_user_offers_the_nearest(shop: Shop, text: str, question: str) -> None:
    reply = refused(shop, text)
    assert question in [button.question for button in reply.buttons]
    assert reply.failure is not None and reply.failure.kind == "unknown_user"


def test_an_offered_user_has_an_answer(shop: Shop) -> None:
    reply = refused(shop, "tell me about user one-order-11")
    assert shop.answer(reply.buttons[0].question).facts["user_id"] == ONE_ORDER


def test_an_order_number_leads_to_the_nearest_order(shop: Shop) -> None:
    with shop.home.store() as connection:
        write(connection, [Line("SO-7701", "buyer-1", day_start(LAST_DAY), 1000)])
    reply = refused(shop, "find order SO-7710")
    assert shop.answer(reply.buttons[0].question).facts["user_id"] == "buyer-1"


@pytest.mark.parametrize(
    "text", ["churn risk for user 99999999", "find order 55555", "find Müller", "查找王芳"]
)
def test_where_nothing_is_near_another_question_leads_on(shop: Shop, text: str) -> None:
    reply = refused(shop, text)
    assert shop.ask(reply.buttons[0].question).command == "at_risk"


def test_an_address_is_near_nobody(shop: Shop) -> None:
    reply = refused(shop, f"churn risk for user {NEW}@example.org")
    assert [shop.ask(button.question).command for button in reply.buttons] == ["at_risk"]


def test_a_product_is_offered_by_its_id(shop: Shop) -> None:
    reply = refused(shop, "what sells with itm")
    assert "item" in [button.question.split()[-1] for button in reply.buttons]
