"""Who may use the bot: as settings and messages say, and who is told so."""

from __future__ import annotations

import pytest

from bot.command import Asker
from bot.render import plain
from bot.reply import Failure, Reply
from tests.bot.conftest import Shop

BOSS = Asker("1", "Boss", "telegram", "1")


@pytest.fixture
def team(shop: Shop) -> Shop:
    """A shop with an admin, an operator and a group in its settings."""
    return shop.with_settings(admins="1", operators="2,3", chats="-100")


def do(shop: Shop, text: str) -> Reply:
    return shop.answer(text, "admin", confirmed=True, asker=BOSS)


def refused(shop: Shop, text: str) -> Failure:
    failure = shop.ask(text, "admin", confirmed=True, asker=BOSS).failure
    assert failure is not None
    return failure


def rows(shop: Shop) -> list[tuple[object, ...]]:
    table = do(shop, "who are the operators").table
    return list(table.rows) if table else []


def test_everybody_is_listed_with_where_they_come_from(team: Shop) -> None:
    do(team, "add operator 123456 as Mei")
    assert rows(team) == [
        ("1", "Boss", "admin", "OPSBOT_ADMINS"),
        ("2", "", "operator", "OPSBOT_OPERATORS"),
        ("3", "", "operator", "OPSBOT_OPERATORS"),
        ("123456", "Mei", "operator", "message"),
    ]
    reply = do(team, "who are the operators")
    assert reply.title == "Admins: 1; operators: 3."
    assert reply.facts == {"admins": ["1"], "operators": ["2", "3", "123456"], "chats": ["-100"]}
    assert "Groups: -100." in reply.lines
    assert "message of Feb 4, 2024" in plain(reply)


def test_who_stands_in_both_settings_is_an_admin_once(shop: Shop) -> None:
    assert rows(shop.with_settings(admins="1", operators="1")) == [("1", "", "admin", "OPSBOT_ADMINS")]


def test_without_anybody_it_says_how_to_add_one(shop: Shop) -> None:
    reply = do(shop, "who are the operators")
    assert reply.table is None
    assert "Add one: add operator 123456 as Mei" in reply.lines


def test_who_is_added_may_use_the_bot(team: Shop) -> None:
    reply = do(team, "add operator 123456 as Mei")
    assert reply.title == "Mei (123456) may use this bot now."
    assert reply.facts == {"operator": "123456", "name": "Mei", "added": True}
    assert do(team, "添加操作员 123456 叫小美").title == "小美 (123456)已经可以使用本机器人。"
    assert ("123456", "小美", "operator", "message") in rows(team)


def test_who_stands_in_the_settings_need_not_be_added(team: Shop) -> None:
    reply = do(team, "add operator 2 as Bo")
    assert reply.title == "Bo (2) may use this bot already: the setting OPSBOT_OPERATORS says so."
    assert reply.facts["added"] is False
    with team.home.bot() as connection:
        assert connection.execute("SELECT COUNT(*) FROM operators").fetchone()[0] == 0


def test_who_is_removed_may_come_back(team: Shop) -> None:
    do(team, "add operator 123456 as Mei")
    assert do(team, "remove operator 123456").title == "Mei (123456) may use this bot no more."
    assert "123456" not in [row[0] for row in rows(team)]
    assert do(team, "add operator 123456").title == "Mei (123456) may use this bot now."
    assert "123456" in [row[0] for row in rows(team)]


def test_an_operator_can_be_removed_by_name_whatever_its_case(team: Shop) -> None:
    do(team, "add operator 123456 as Mei")
    assert do(team, "remove operator mei").facts == {"operator": "123456", "name": "Mei"}


def test_a_name_that_two_have_is_not_enough(team: Shop) -> None:
    do(team, "add operator 123456 as Mei")
    do(team, "add operator 234567 as Mei")
    failure = refused(team, "remove operator Mei")
    assert failure.kind == "ambiguous_operator"
    assert "123456, 234567" in failure.message
    assert len(rows(team)) == 5


def test_who_is_no_operator_cannot_be_removed(team: Shop) -> None:
    assert refused(team, "remove operator 999").kind == "unknown_operator"
    assert refused(team, "remove operator Zoe").message == "There is no operator Zoe."


@pytest.mark.parametrize(("operator", "setting"), [("1", "OPSBOT_ADMINS"), ("2", "OPSBOT_OPERATORS")])
def test_no_message_removes_who_stands_in_the_settings(team: Shop, operator: str, setting: str) -> None:
    failure = refused(team, f"remove operator {operator}")
    assert failure.kind == "in_settings"
    assert setting in failure.message
    assert ".env" in failure.next_step
    assert operator in [row[0] for row in rows(team)]


@pytest.mark.parametrize("text", ["/add_operator", "add operator Mei", "/remove_operator"])
def test_what_is_missing_is_asked_for_with_an_example(team: Shop, text: str) -> None:
    failure = refused(team, text)
    assert failure.kind == "missing_argument"
    assert "operator 123456" in failure.next_step


@pytest.mark.parametrize(
    "text",
    ["who are the operators", "add operator 123456 as Mei", "remove operator 2", "roll back the model"],
)
def test_operators_may_not_change_who_may_do_what(team: Shop, text: str) -> None:
    failure = team.ask(text, confirmed=True).failure
    assert failure is not None
    assert failure.kind == "not_allowed"


def test_removing_asks_for_a_yes(team: Shop) -> None:
    do(team, "add operator 123456 as Mei")
    failure = team.ask("remove operator 123456", "admin", asker=BOSS).failure
    assert failure is not None
    assert failure.kind == "needs_confirmation"
    assert failure.message == "Let operator 123456 use the bot no more?"
    assert "123456" in [row[0] for row in rows(team)]


def test_who_let_whom_in_and_out_is_on_record(team: Shop) -> None:
    do(team, "add operator 123456 as Mei")
    do(team, "remove operator 123456")
    assert [(row["operator"], row["command"], row["outcome"]) for row in team.audited()] == [
        ("1", "add_operator", "ok"),
        ("1", "remove_operator", "ok"),
    ]


# -- who am i ------------------------------------------------------------------------------------------


def test_who_asks_is_told_id_name_role_and_place(shop: Shop) -> None:
    reply = shop.answer("/whoami", asker=Asker("7", "Mei", "telegram", "-100", "5"))
    assert reply.title == "You are Mei. Your role: operator. Your id: 7."
    assert list(reply.lines) == ["This chat's id: -100.", "This topic's id: 5."]
    assert reply.facts == {
        "operator": "7",
        "name": "Mei",
        "role": "operator",
        "transport": "telegram",
        "chat": "-100",
        "thread": "5",
    }


def test_what_there_is_not_is_left_out(shop: Shop) -> None:
    reply = shop.answer("who am i", "admin", asker=Asker("7", "", "telegram", "7"))
    assert reply.title == "Your role: admin. Your id: 7."
    assert set(reply.facts) == {"operator", "role", "transport", "chat"}


def test_the_terminal_says_that_it_is_one(shop: Shop) -> None:
    assert shop.answer("我是谁").title == "您正在终端中提问。您的角色：操作员。"
    assert shop.answer("who am i", "admin").title == "You ask in the terminal. Your role: admin."
