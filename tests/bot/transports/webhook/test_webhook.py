"""Digests go to the group bots of other chats, signed as each wants it, and through the same ledger."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.outbox import Outbox, Sent
from bot.program.digest import send_due
from bot.reply import Reply, Table
from bot.reply_codec import from_json, to_json
from bot.settings import SettingError, Settings
from bot.transports.webhook import dingtalk, feishu, slack, wecom
from bot.transports.webhook.errors import NotDeliveredError, RefusedError
from bot.transports.webhook.scheduled import WebhookTarget
from bot.transports.webhook.sender import Patience, Webhook
from bot.transports.webhook.service import Outgoing
from bot.transports.webhook.targets import targets
from storage import ledger, subscriptions
from tests.bot.conftest import NOON, Program, Shop
from tests.bot.transports.webhook.receivers import CHECKS, SECRETS, Receiver, receiver

every_service = pytest.mark.parametrize("name", CHECKS)
LINE = Reply("Newly flagged: 3; flagged in all: 20.", lines=["one", "two"], command="digest")
QUICK = Patience(most_tries=3, first_wait=0.01, longest_wait=0.02, one_try=2, altogether=5)


def settings_of(name: str, found: Receiver, **others: Any) -> Settings:
    return made(notify_url=found.url, notify_format=name, notify_secret=SECRETS.get(name, ""), **others)


def made(**given: Any) -> Settings:
    """Settings as they are written in .env."""
    return Settings(**given)


def send(name: str, found: Receiver, reply: Reply = LINE, **options: Any) -> None:
    (target,) = targets(settings_of(name, found))
    asyncio.run(Webhook(target, patience=QUICK).send(reply, delivery_id="d1", **options))


@every_service
def test_a_message_is_taken_by_each_service_signed_where_it_signs(name: str) -> None:
    with receiver(name) as found:
        send(name, found)
    (text,) = found.texts()
    for words in ("Newly flagged: 3", "two"):
        assert words in text


@pytest.mark.parametrize("name", SECRETS)
def test_a_wrong_secret_is_told_with_what_to_do(name: str) -> None:
    with receiver(name) as found:
        wrong = "whsec_AAAA" if name == "json" else "another"
        (target,) = targets(settings_of(name, found).model_copy(update={"notify_secret": (_secret(wrong),)}))
        with pytest.raises(RefusedError) as refused:
            asyncio.run(Webhook(target, patience=QUICK).send(LINE, delivery_id="d1"))
    assert not found.taken
    assert "OPSBOT_NOTIFY_SECRET" in refused.value.next_step


@every_service
def test_a_failure_of_the_service_is_tried_again(name: str) -> None:
    with receiver(name) as found:
        found.next_answers = [(503, b"busy"), (429, b"slow down")]
        send(name, found)
        assert len(found.taken) == 1


@every_service
def test_a_lost_answer_is_repeated_and_the_repeat_is_known(name: str) -> None:
    with receiver(name) as found:
        found.next_answers = [None]
        send(name, found)
    first, second = found.texts()
    if name == "json":
        assert found.ids == ["d1", "d1"]
    else:
        assert "second time" not in first
        assert "Perhaps for the second time" in second


@every_service
def test_no_address_and_no_secret_reaches_the_log(name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with receiver(name) as found:
        found.next_answers = [(500, b"a-key-of-many-letters"), (400, b"a-key-of-many-letters")]
        with pytest.raises(NotDeliveredError) as failure:
            send(name, found)
    for secret in ("a-key-of-many-letters", SECRETS.get(name, "a-key-of-many-letters")):
        assert secret not in caplog.text + str(failure.value)


IDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn"]), min_size=1, max_size=20
)


@settings(deadline=None, max_examples=60)
@given(ids=st.lists(IDS, min_size=1, max_size=60), line=st.text(max_size=3000))
def test_any_reply_fits_and_keeps_its_first_id(ids: list[str], line: str) -> None:
    ids = [f"<{each}>&*_" for each in ids]
    rows = tuple((each, 0.5) for each in ids)
    table = Table(("user_id", "p"), rows, ("user", "risk"), tuple((each, "50 %") for each in ids))
    message = Outgoing(Reply("Title", lines=[line], table=table), "d", NOON, NOON)
    bodies = {
        "wecom": wecom.request(message, "http://x/", None).body,
        "dingtalk": dingtalk.request(message, "http://x/", None).body,
        "feishu": feishu.request(message, "http://x/", None).body,
        "slack": slack.request(message, "http://x/", None).body,
    }
    assert CHECKS["wecom"]({}, "", bodies["wecom"])[1] == b'{"errcode": 0, "errmsg": "ok"}'
    assert CHECKS["slack"]({}, "", bodies["slack"]) == (200, b"ok")
    assert len(bodies["dingtalk"]) <= 20_000
    assert len(bodies["feishu"]) <= 20_000
    assert f"1. {ids[0]}" in json.loads(bodies["dingtalk"])["text"]["content"]


def test_a_reply_is_the_same_after_it_was_written_down() -> None:
    table = Table(("user_id", "p"), (("a", 0.5),), ("user", "risk"), (("a", "50 %"),), narrow=frozenset({0}))
    reply = replace(LINE, table=table, facts={"flagged": 20})
    assert from_json(to_json(reply)) == replace(reply, lines=list(reply.lines))


# -- through the ledger ------------------------------------------------------------------------------------


async def no_night() -> Mapping[str, object]:
    return {}


def outbox(shop: Shop) -> Outbox:
    return Outbox(shop.desk, {"webhook": WebhookTarget(shop.desk)}, no_night)


@pytest.fixture
def quiet_night(shop: Shop) -> Shop:
    """The shop, the day after its latest order, with the work of that night done."""
    later = shop.days_later(1)
    with shop.home.bot() as connection:
        ledger.note_night(connection, later.now.date(), 0, {})
    return later


@every_service
def test_the_digest_comes_once_a_day(quiet_night: Shop, name: str) -> None:
    with receiver(name) as found:
        shop = replace(quiet_night, settings=settings_of(name, found, flag_at=0.5))
        WebhookTarget(replace(shop, now=shop.now - timedelta(hours=12)).desk)  # the bot ran since midnight
        for _ in range(2):
            asyncio.run(outbox(shop).send_due())
    (text,) = found.texts()
    chinese = name in ("wecom", "dingtalk", "feishu")
    assert ("新增预警" if chinese else "Newly flagged") in text


@every_service
def test_an_alert_comes_at_once_in_the_form_of_each_service(quiet_night: Shop, name: str) -> None:
    failed = quiet_night.home.create().inbox / "failed"
    failed.mkdir(parents=True)
    (failed / "orders.csv").write_text("?")
    with receiver(name) as found:
        shop = replace(quiet_night, settings=settings_of(name, found))
        for _ in range(2):
            assert asyncio.run(outbox(shop).send_due()).left == 0
    (text,) = found.texts()
    chinese = name in ("wecom", "dingtalk", "feishu")
    assert ("告警：未能导入：orders.csv" if chinese else "Alert: Not imported: orders.csv") in text
    if name == "json":
        assert found.taken[0]["type"] == "opsbot.alert"
        assert found.taken[0]["data"]["facts"]["alerts"] == [{"kind": "inbox", "subject": "orders.csv"}]


def test_an_address_that_comes_late_still_gets_its_digest_where_an_alert_waits(quiet_night: Shop) -> None:
    failed = quiet_night.home.create().inbox / "failed"
    failed.mkdir(parents=True)
    (failed / "orders.csv").write_text("?")
    with receiver("slack") as found:
        shop = replace(quiet_night, settings=settings_of("slack", found))
        found.next_answers = [(503, b"busy")]
        assert asyncio.run(outbox(shop).send_due()) == Sent(0, 1)
        WebhookTarget(shop.desk)  # the bot is started again
        with shop.home.bot() as connection:
            assert sorted(each.kind for each in subscriptions.active(connection)) == ["digest", "question"]


def test_a_lost_answer_is_a_repeat_in_the_ledger_too(quiet_night: Shop) -> None:
    with receiver("slack") as found:
        shop = replace(quiet_night, settings=settings_of("slack", found, flag_at=0.5))
        WebhookTarget(replace(shop, now=shop.now - timedelta(hours=12)).desk)
        found.next_answers = [None]
        assert asyncio.run(outbox(shop).send_due()) == Sent(0, 1)
        later = replace(shop, now=shop.now + timedelta(minutes=1))
        assert asyncio.run(outbox(later).send_due()) == Sent(1, 0)
    first, second = found.texts()
    assert "second time" not in first
    assert "Perhaps for the second time" in second


def test_an_address_that_is_taken_out_gets_nothing_any_more(quiet_night: Shop) -> None:
    with receiver("slack") as found:
        shop = replace(quiet_night, settings=settings_of("slack", found))
        WebhookTarget(shop.desk)
        WebhookTarget(replace(shop, settings=Settings()).desk)
        with shop.home.bot() as connection:
            assert not subscriptions.active(connection)


def test_a_shop_without_telegram_sends_from_the_command_line(own_shop: Shop) -> None:
    own_shop = own_shop.days_later(1)
    with receiver("wecom") as found:
        shop = replace(own_shop, settings=settings_of("wecom", found, flag_at=0.5))
        WebhookTarget(replace(shop, now=shop.now - timedelta(hours=12)).desk)
        assert asyncio.run(send_due(shop.desk)) == Sent(1, 0)
    assert len(found.taken) == 1


def test_a_test_message_says_who_took_it(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver("dingtalk") as found:
        monkeypatch.setenv("OPSBOT_NOTIFY_URL", found.url)
        monkeypatch.setenv("OPSBOT_NOTIFY_FORMAT", "dingtalk")
        monkeypatch.setenv("OPSBOT_NOTIFY_SECRET", SECRETS["dingtalk"])
        said = program("notify").stdout
        assert said.startswith("DingTalk (127.0.0.1:")
        assert said.endswith("accepted the message.\n")
        monkeypatch.setenv("OPSBOT_NOTIFY_SECRET", "wrong")
        assert "OPSBOT_NOTIFY_SECRET" in program("notify", code=1).stderr


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", "WeCom"),
        ("https://oapi.dingtalk.com/robot/send?access_token=t", "DingTalk"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/x", "Feishu"),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/x", "Feishu"),
        ("https://hooks.slack.com/services/T/B/x", "Slack"),
        ("https://shop.example/hook", "JSON"),
    ],
)
def test_a_service_is_known_by_its_address(url: str, name: str) -> None:
    (target,) = targets(made(notify_url=url))
    assert target.service.name == name


def test_a_secret_for_a_service_without_signatures_is_refused() -> None:
    with pytest.raises(SettingError):
        targets(made(notify_url="https://hooks.slack.com/services/T/B/x", notify_secret="abc"))


def _secret(value: str) -> Any:
    from pydantic import SecretStr

    return SecretStr(value)


def test_no_file_is_left_in_the_working_directory(quiet_place: Path) -> None:
    assert list(quiet_place.iterdir()) == []
