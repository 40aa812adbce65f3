"""Alerts: what is wrong is told once to those who see to it, by a road that works, and is over when it is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.command import Asker
from bot.concerns import token_refused
from bot.outbox import ClosedError, NotArrivedError, Outbox, RefusedError, Sent
from bot.problems import incident_of
from bot.reply import Button, Reply
from bot.reply_codec import from_json, to_json
from storage import alerts, ledger, subscriptions
from storage.errors import OpsbotError
from storage.ledger import Part
from storage.subscriptions import Subscription
from tests.bot.conftest import NOON, Program, Shop
from tests.bot.test_outbox import no_night

ADMIN, OTHER_ADMIN, GROUP = "11", "12", "-100"
IN_ADMINS_CHAT = Asker(ADMIN, "Ada", "telegram", ADMIN)
IN_GROUP = Asker("5", "Olga", "telegram", GROUP, "7")


@dataclass
class Chats:
    """A target that keeps what arrives where; to the chats in `fails` nothing does."""

    fails: dict[str, Exception] = field(default_factory=dict)
    arrived: list[tuple[Subscription, Reply]] = field(default_factory=list)

    async def parts(self, subscription: Subscription, reply: Reply) -> list[Part]:
        return [Part("text", to_json(reply), buttons=[(each.label, each.question) for each in reply.buttons])]

    async def send(self, subscription: Subscription, part: Part, *, repeat: bool) -> None:
        if subscription.chat in self.fails:
            raise self.fails[subscription.chat]
        reply = replace(from_json(part.text), buttons=[Button(*each) for each in part.buttons])
        self.arrived.append((subscription, reply))

    def told(self, chat: str = ADMIN) -> list[str]:
        """What arrived in a chat, from the oldest."""
        return [" ".join([reply.title, *reply.lines]) for to, reply in self.arrived if to.chat == chat]


@pytest.fixture
def morning(empty_shop: Shop) -> Shop:
    """An empty shop with an admin."""
    return empty_shop.with_settings(admins=ADMIN)


def tick(shop: Shop, chats: Chats, **targets: Chats) -> Sent:
    return asyncio.run(Outbox(shop.desk, {"telegram": chats, **targets}, no_night).send_due())


def spoil(shop: Shop, name: str = "orders.csv") -> None:
    """A file that could not be imported, with its report."""
    failed = shop.home.create().inbox / "failed"
    failed.mkdir(exist_ok=True, parents=True)
    (failed / name).write_text("?")
    (failed / f"{name}.txt").write_text("no header")


def test_a_file_that_was_not_imported_is_told_once_and_again_when_it_comes_back(morning: Shop) -> None:
    chats = Chats()
    spoil(morning)
    spoil(morning, "items.csv")
    for minute in range(3):
        tick(replace(morning, now=NOON + timedelta(minutes=minute)), chats)
    assert chats.told() == [
        "Alert: Not imported: items.csv, orders.csv; the reports lie in inbox/failed."
        " Mend them and put them into the inbox again; this is over when inbox/failed is empty."
    ]
    for file in (morning.home.inbox / "failed").iterdir():
        file.unlink()
    tick(morning, chats)
    with morning.home.bot() as connection:
        assert not alerts.still_open(connection)
    spoil(morning)
    tick(morning, chats)
    assert len(chats.told()) == 2


def test_a_night_that_failed_is_told_in_words_and_in_the_language_of_who_reads_it(morning: Shop) -> None:
    chats = Chats()
    morning.ask("打开告警", asker=IN_GROUP)
    with morning.home.bot() as connection:
        ledger.note_night(connection, NOON.date(), 0, {"problems": [incident_of("ab12")]})
    tick(morning, chats)
    tick(morning.days_later(1), chats)
    (english,), (chinese,) = chats.told(), chats.told(GROUP)
    assert english.startswith(
        "Alert: The work of the night of Feb 4, 2024 failed: Something went wrong here ("
    )
    assert chinese.startswith("告警：2024年2月4日的夜间任务失败：")
    assert "ab12" in chinese
    assert [to.thread for to, _ in chats.arrived] == ["", "7"]
    assert chats.arrived[0][1].buttons[0].question == "run the nightly work"
    with morning.home.bot() as connection:
        ledger.note_night(connection, NOON.date() + timedelta(days=1), 0, {"problems": []})
    tick(morning.days_later(1), chats)
    assert morning.answer("alerts").title == "No open alerts."


def test_old_data_is_told_when_answers_begin_to_say_so(shop: Shop) -> None:
    chats = Chats()
    shop = shop.with_settings(admins=ADMIN)
    tick(shop.days_later(2), chats)
    assert not chats.told()
    tick(shop.days_later(3), chats)
    (told,) = chats.told()
    assert told.startswith("Alert: The latest order is of Feb 4, 2024, 3 days ago")


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (RefusedError(), "“help” to chat -100 was refused."),
        (ClosedError(), "“help” to chat -100 was refused."),
        (NotArrivedError(0), "“help” to chat -100 did not get through in 5 tries."),
    ],
)
def test_what_does_not_get_through_is_told_by_another_road(
    morning: Shop, failure: Exception, words: str
) -> None:
    chats = Chats(fails={GROUP: failure})
    morning.ask("alerts on", asker=replace(IN_GROUP, thread=""))
    created = int((NOON - timedelta(days=1)).timestamp())
    wanted = Subscription("question", "11:59", "en", "1", "", created, chat=GROUP, question="help")
    with morning.home.bot() as connection:
        subscriptions.subscribe(connection, wanted)
    for minute in range(8):
        tick(replace(morning, now=NOON + timedelta(minutes=minute)), chats)
    (told,) = chats.told()
    assert f"Alert: Not delivered: {words}" in told
    del chats.fails[GROUP]
    tick(replace(morning, now=NOON + timedelta(minutes=20)), chats)
    assert not any("Not delivered" in said for said in chats.told(GROUP))


def test_a_webhooks_own_words_are_said(morning: Shop) -> None:
    error = NotArrivedError(0)
    error.__cause__ = OpsbotError("{receiver} did not answer.", next_step="Look there.", receiver="Slack (h)")
    created = int((NOON - timedelta(days=1)).timestamp())
    wanted = Subscription("digest", "11:59", "en", "1", "", created, target="webhook", chat="h#1")
    with morning.home.bot() as connection:
        subscriptions.subscribe(connection, wanted)
        ledger.note_night(connection, NOON.date(), 0, {})
    chats, webhooks = Chats(), Chats(fails={"h#1": error})
    for minute in range(8):
        tick(replace(morning, now=NOON + timedelta(minutes=minute)), chats, webhook=webhooks)
    (told,) = chats.told()
    assert told == (
        "Alert: Not delivered: the digest to the webhook of h did not get through in 5 tries."
        " Slack (h) did not answer. Look there."
    )


def test_a_token_that_is_unknown_is_told_to_webhooks_alone(morning: Shop) -> None:
    wanted = Subscription(
        "digest", "11:59", "zh", "1", "", int(NOON.timestamp()), target="webhook", chat="h#1"
    )
    with morning.home.bot() as connection:
        subscriptions.subscribe(connection, wanted)
    chats, webhooks = Chats(), Chats()
    targets = {"telegram": chats, "webhook": webhooks}
    for _ in range(2):
        asyncio.run(Outbox(morning.desk, targets, no_night, also=(token_refused(),)).send_due())
    assert not chats.told()
    (told,) = webhooks.told("h#1")
    assert told.startswith("告警：Telegram不再承认机器人的token")
    tick(morning, chats, webhook=webhooks)  # it is known again
    with morning.home.bot() as connection:
        assert not alerts.still_open(connection)


def test_who_trains_is_answered_and_the_others_are_told(shop: Shop) -> None:
    shop = shop.with_settings(admins=f"{ADMIN},{OTHER_ADMIN}")
    chats = Chats()
    shop.desk.note(IN_ADMINS_CHAT, "admin", "train", "busy")
    shop.desk.note(IN_ADMINS_CHAT, "admin", "train", "ok")
    shop.desk.note(Asker(), "admin", "train", "incident")
    tick(shop, chats)
    tick(shop, chats)
    assert [said.split(".")[0] for said in chats.told()] == [
        "Alert: A training failed: the model in use stays"
    ]
    assert "Model 1 is trained and in use." in chats.told(OTHER_ADMIN)[0]


def test_each_chat_says_whether_alerts_come_and_how(morning: Shop) -> None:
    chats = Chats()
    assert morning.answer("alerts", asker=IN_GROUP).facts["here"] == "off"
    assert morning.answer("alerts", asker=IN_ADMINS_CHAT).facts["here"] == "on"
    assert morning.answer("mute alerts", asker=IN_ADMINS_CHAT).title == "Alerts: without a sound from now on."
    assert morning.answer("打开告警", asker=IN_GROUP).title == "今后告警会发到这里。"
    spoil(morning)
    tick(morning, chats)
    assert {(to.chat, to.silent) for to, _ in chats.arrived} == {(ADMIN, True), (GROUP, False)}
    morning.answer("mute everything", asker=IN_GROUP)
    morning.answer("alerts off", asker=IN_ADMINS_CHAT)
    spoil(morning, "items.csv")
    tick(morning, chats)
    assert [(to.chat, to.silent) for to, _ in chats.arrived[2:]] == [(GROUP, True)]
    assert morning.answer("my subscriptions", asker=IN_GROUP).facts["subscriptions"] == []


def test_the_terminal_shows_what_is_open_and_has_no_chat_to_send_to(program: Program) -> None:
    answer = program.json("ask", "alerts")
    assert answer["title"] == "Open alerts: 1."
    assert answer["facts"]["alerts"][0]["kind"] == "stale"
    assert "no chat here" in program.json("ask", "alerts on", code=1)["error"]["message"]


def test_an_alert_outlives_a_kill_at_every_point(morning: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """The program ends here."""

    fatal = passed = 0

    def point() -> None:
        nonlocal passed
        passed += 1
        if passed == fatal:
            raise Killed

    def around(name: str) -> None:
        original = getattr(ledger, name)

        def wrapped(*arguments: object) -> object:
            point()
            result = original(*arguments)
            point()
            return result

        monkeypatch.setattr(ledger, name, wrapped)

    for name in ("open_delivery", "prepare", "mark", "end"):
        around(name)
    spoil(morning, "0.csv")
    tick(morning, Chats())
    for fatal in range(1, (every_point := passed) + 1):
        passed, chats = 0, Chats()
        spoil(morning, f"{fatal}.csv")
        with pytest.raises(Killed):
            tick(morning, chats)
        passed = -100
        tick(morning, chats)
        assert 1 <= len(chats.told()) <= 2, fatal
        assert f"{fatal}.csv" in chats.told()[0]
    assert every_point >= 10
