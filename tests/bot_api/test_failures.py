"""Failures come when they are called for, and say afterwards what they did."""

from __future__ import annotations

import httpx
import pytest

from tests.bot_api import BotApi, Failure
from tests.bot_api.conftest import Raw


def test_a_refusal_comes_once_and_changes_nothing(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    bot_api.fail_next("sendMessage", Failure.too_many_requests(retry_after=3))
    bot_api.fail_next("sendMessage", Failure.server_error())
    assert raw.call("sendMessage", chat_id=ann.id, text="a") == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    }
    assert raw.refusal("sendMessage", chat_id=ann.id, text="a") == "Internal Server Error"
    assert bot_api.messages() == []
    raw.result("sendMessage", chat_id=ann.id, text="a")
    assert [call.outcome for call in bot_api.calls_of("sendMessage", ann.private)] == [
        "too_many_requests",
        "server_error",
        "ok",
    ]
    assert bot_api.injected == {"too_many_requests": 1, "server_error": 1}


def test_a_failure_can_wait_for_its_chat(bot_api: BotApi, raw: Raw) -> None:
    ann, bob = bot_api.person(1001), bot_api.person(1002, "Bob")
    bot_api.fail_next("sendMessage", Failure.server_error(), times=2, chat=bob.private)
    raw.result("sendMessage", chat_id=ann.id, text="a")
    assert [raw.call("sendMessage", chat_id=bob.id, text="b")["ok"] for _ in range(3)] == [False, False, True]


def test_a_bad_gateway_answers_with_a_page(bot_api: BotApi, raw: Raw) -> None:
    bot_api.fail_next("getMe", Failure.bad_gateway_html())
    response = raw.client.get(f"{bot_api.root}/bot{bot_api.token}/getMe")
    assert response.status_code == 502
    assert response.headers["Content-Type"].startswith("text/html")
    assert "<h1>502 Bad Gateway</h1>" in response.text


def test_a_connection_cut_before_carries_nothing_out(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    bot_api.fail_next("sendMessage", Failure.cut_before())
    with pytest.raises(httpx.RemoteProtocolError):
        raw.call("sendMessage", chat_id=ann.id, text="a")
    assert not bot_api.messages() and not bot_api.cut_after_acceptance
    assert raw.result("sendMessage", chat_id=ann.id, text="b")["text"] == "b"


def test_a_connection_cut_after_has_carried_it_out(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    bot_api.fail_next("sendMessage", Failure.cut_after())
    with pytest.raises(httpx.RemoteProtocolError):
        raw.call("sendMessage", chat_id=ann.id, text="a")
    (message,) = bot_api.messages(ann.private)
    assert bot_api.cut_after_acceptance == [message.message_id]
    assert bot_api.injected == {"cut_after": 1}


def test_what_hangs_is_carried_out_later_even_unheard(bot_api: BotApi, raw: Raw) -> None:
    ann = bot_api.person(1001)
    bot_api.fail_next("sendMessage", Failure.hang(0.3))
    url = f"{bot_api.root}/bot{bot_api.token}/sendMessage"
    with pytest.raises(httpx.ReadTimeout):
        raw.client.post(url, data={"chat_id": "1001", "text": "a"}, timeout=0.1)
    message = ann.private.next_message()
    bot_api.wait_for(lambda: bot_api.cut_after_acceptance == [message.message_id])
    bot_api.fail_next("sendMessage", Failure.hang(0.1))
    assert raw.result("sendMessage", chat_id=ann.id, text="b")["text"] == "b"
    assert len(bot_api.cut_after_acceptance) == 1


def test_a_download_can_fail(bot_api: BotApi, raw: Raw) -> None:
    file = bot_api.person(1001).sends_document("a.csv", b"a,b").document
    assert file
    bot_api.fail_next("download", Failure.cut_before())
    url = f"{bot_api.root}/file/bot{bot_api.token}/{file.path}"
    with pytest.raises(httpx.RemoteProtocolError):
        raw.client.get(url)
    assert raw.client.get(url).content == b"a,b"
    assert raw.client.get(url + "x").status_code == 404


def outcomes_of_a_mix(api: BotApi, raw: Raw, seed: int) -> list[str]:
    rates = {"too_many_requests": 0.10, "server_error": 0.05, "cut_before": 0.02, "cut_after": 0.02}
    api.faults(seed=seed, rates=rates)
    before = len(api.calls)
    for number in range(300):
        try:
            raw.call("sendMessage", chat_id=1001, text=str(number))
        except httpx.RemoteProtocolError:
            continue
    api.faults()
    return [call.outcome for call in api.calls[before:]]


def test_a_mix_of_failures_is_the_same_for_the_same_seed(bot_api: BotApi, raw: Raw) -> None:
    bot_api.person(1001)
    first = outcomes_of_a_mix(bot_api, raw, seed=1)
    assert {kind: first.count(kind) for kind in set(first) - {"ok"}} == bot_api.injected
    assert len(bot_api.injected) == 4
    accepted = first.count("ok") + first.count("cut_after")
    assert len(bot_api.messages()) == accepted
    assert len(bot_api.cut_after_acceptance) == first.count("cut_after")
    assert outcomes_of_a_mix(bot_api, raw, seed=1) == first
    assert outcomes_of_a_mix(bot_api, raw, seed=2) != first


def test_a_mix_spares_what_it_was_not_asked_to_hurt(bot_api: BotApi, raw: Raw) -> None:
    bot_api.person(1001)
    bot_api.faults(rates={"server_error": 1.0})
    raw.result("getMe")
    raw.result("getUpdates")
    raw.refusal("sendMessage", chat_id=1001, text="a")
    bot_api.faults(rates={"server_error": 1.0}, methods={"getUpdates"})
    raw.refusal("getUpdates")
    raw.result("sendMessage", chat_id=1001, text="a")
    with pytest.raises(ValueError, match="sever_error"):
        bot_api.faults(rates={"sever_error": 1.0})


def test_the_pace_of_one_chat_and_of_all(bot_api: BotApi, raw: Raw) -> None:
    people = [bot_api.person(1000 + number) for number in range(4)]
    bot_api.pace(per_chat_per_second=1, overall=3)
    answers = [raw.call("sendMessage", chat_id=1000, text="a") for _ in range(2)]
    assert [answer["ok"] for answer in answers] == [True, False]
    assert answers[1]["parameters"] == {"retry_after": 1}
    others = [raw.call("sendMessage", chat_id=person.id, text="a")["ok"] for person in people[1:]]
    assert others == [True, True, False]
    # What writes nothing is not held up.
    raw.result("sendChatAction", chat_id=1000, action="typing")
    bot_api.wait_for(lambda: raw.call("sendMessage", chat_id=1003, text="a")["ok"])


def test_the_pace_of_a_group(bot_api: BotApi, raw: Raw) -> None:
    bot_api.group(-5)
    bot_api.pace(per_chat_per_second=100, overall=100, per_group_per_minute=2)
    answers = [raw.call("sendMessage", chat_id=-5, text="a") for _ in range(3)]
    assert [answer["ok"] for answer in answers] == [True, True, False]
    assert answers[2]["parameters"]["retry_after"] > 50


def test_the_server_stops_while_a_request_hangs() -> None:
    with BotApi() as api:
        api.fail_next("getMe", Failure.hang(3600))
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{api.root}/bot{api.token}/getMe", timeout=0.1)
    assert [call.outcome for call in api.calls] == ["hang"]
