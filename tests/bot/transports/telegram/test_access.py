"""Who is answered, where, and what a stranger hears."""

from __future__ import annotations

from tests.bot.transports.telegram.conftest import ADMIN_ID, GROUP_ID, OPERATOR_ID, STRANGER_ID, Telegram
from tests.bot_api import Chat, Person

RISK = "churn risk for user regular-9"


def said_nothing(telegram: Telegram, chat: Chat, sentinel: Person | None = None) -> bool:
    """Whether the bot wrote nothing there by the time it answered a later question elsewhere."""
    written = len(chat.from_bot)
    telegram.ask("help", sentinel or telegram.admin)
    return len(chat.from_bot) == written


def test_a_stranger_is_refused_once_a_day_with_their_id(telegram: Telegram) -> None:
    refusal = telegram.ask(RISK, telegram.stranger)
    assert str(STRANGER_ID) in refusal.text
    assert "regular-9" not in refusal.text
    for text in (RISK, "/start", "please!"):
        telegram.stranger.says(text)
    assert said_nothing(telegram, telegram.stranger.private)


def test_the_next_day_a_stranger_hears_it_again(telegram: Telegram) -> None:
    telegram.ask("hello", telegram.stranger)
    with telegram.shop.home.bot() as connection:
        connection.execute("UPDATE refusals SET local_date = '2024-02-03'")
    assert str(STRANGER_ID) in telegram.ask("hello again", telegram.stranger).text


def test_nothing_of_what_a_stranger_says_is_kept(telegram: Telegram) -> None:
    telegram.ask("my secret is hunter2", telegram.stranger)
    (entry,) = [each for each in telegram.shop.audited() if each["operator"] == str(STRANGER_ID)]
    assert (entry["role"], entry["command"], entry["outcome"]) == ("stranger", "refused", "not_allowed")
    assert "hunter2" not in (telegram.shop.home.path / "bot.db").read_bytes().decode("utf-8", "replace")


def test_every_question_is_audited_with_who_asked(telegram: Telegram) -> None:
    telegram.ask(RISK)
    assert {
        "transport": "telegram",
        "operator": str(OPERATOR_ID),
        "role": "operator",
        "command": "risk",
        "outcome": "ok",
    }.items() <= telegram.shop.audited()[-1].items()


def test_an_operator_may_not_train(telegram: Telegram) -> None:
    assert telegram.ask("train").text.startswith("Only an admin may do this.")


def test_an_edited_message_is_no_question(telegram: Telegram) -> None:
    message = telegram.operator.says("good morning")
    telegram.operator.private.next_message()
    telegram.operator.edits(message, RISK)
    assert said_nothing(telegram, telegram.operator.private)


def test_an_operator_added_by_message_may_ask_and_a_removed_one_may_not(telegram: Telegram) -> None:
    # That they were let in, and later that they were not any more, is said beside the answers.
    def answers(question: str, holds: str) -> None:
        telegram.ask(question, telegram.stranger)
        chat = telegram.stranger.private
        telegram.api.wait_for(
            lambda: any(holds in each.text for each in chat.from_bot), timeout=90, about=holds
        )

    telegram.ask(f"add operator {STRANGER_ID} as Mei", telegram.admin)
    answers(RISK, "regular-9")
    sure = telegram.ask(f"remove operator {STRANGER_ID}", telegram.admin)
    telegram.admin.presses(sure, "Yes")
    telegram.admin.private.next_message()
    answers(RISK, str(STRANGER_ID))


def test_whoami_names_operator_chat_and_topic(telegram: Telegram) -> None:
    forum = telegram.api.group(GROUP_ID - 1, "Forum", forum=True)
    topic = telegram.api.topic(forum, 77, "Risks")
    telegram.ask("whoami", telegram.admin)
    with telegram.shop.home.bot() as connection:
        connection.execute("INSERT INTO moved_chats VALUES (?, ?)", (str(GROUP_ID), str(forum.id)))
    telegram.admin.says("/whoami", chat=forum, thread=topic.id)
    answer = forum.next_message()
    assert answer.thread_id == 77
    for part in (str(ADMIN_ID), str(forum.id), "77"):
        assert part in answer.text


class TestGroups:
    def test_only_what_is_addressed_to_the_bot_is_answered(self, telegram: Telegram) -> None:
        telegram.api.privacy_mode = False
        for text in ("churn risk for user 42", "/risk@OtherBot 42", "hello @somebody_else"):
            telegram.operator.says(text, chat=telegram.group)
        assert said_nothing(telegram, telegram.group)

    def test_a_command_a_mention_or_a_reply_is_answered_as_a_reply(self, telegram: Telegram) -> None:
        name = telegram.api.bot.username
        first = telegram.operator.says("/risk regular-9", chat=telegram.group)
        answer = telegram.group.next_message()
        assert answer.reply_to is not None and answer.reply_to.message_id == first.message_id
        assert "regular-9" in telegram.ask(f"@{name} {RISK}", chat=telegram.group).text
        assert "regular-9" in telegram.ask(f"/risk@{name} regular-9", chat=telegram.group).text
        telegram.operator.says("why?", chat=telegram.group, reply_to=answer)
        assert "average user" in telegram.group.next_message().text

    def test_a_group_that_is_not_on_the_list_is_told_its_id_once(self, telegram: Telegram) -> None:
        other = telegram.api.group(-1_000_000_009_009, "Elsewhere")
        assert str(other.id) in telegram.ask("/risk regular-9", chat=other).text
        telegram.operator.says("/risk regular-9", chat=other)
        assert said_nothing(telegram, other)

    def test_a_stranger_in_an_allowed_group_is_refused(self, telegram: Telegram) -> None:
        refusal = telegram.ask("/risk regular-9", telegram.stranger, telegram.group)
        assert str(STRANGER_ID) in refusal.text


def test_more_questions_than_granted_are_told_how_long_to_wait(telegram: Telegram) -> None:
    from bot.access import RateLimit

    now = [0.0]
    limit = RateLimit(2, clock=lambda: now[0])
    assert [limit.wait_seconds("a"), limit.wait_seconds("a"), limit.wait_seconds("b")] == [0, 0, 0]
    now[0] = 45.0
    assert limit.wait_seconds("a") == 15.0
    now[0] = 60.0
    assert limit.wait_seconds("a") == 0
