"""The outbox: what is due is sent, once, whatever fails on the way."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.outbox import ClosedError, NotArrivedError, Outbox, RefusedError, Sent, UnsureError
from bot.reply import Reply
from storage import ledger, subscriptions
from storage.database import Home
from storage.ledger import Part
from storage.subscriptions import Subscription
from tests.bot.conftest import NOON, Shop


@dataclass
class Chat:
    """A target that keeps what arrives; `fails` is what happens to the next parts, None for nothing."""

    fails: list[BaseException | None] = field(default_factory=list)
    lost_answers: int = 0
    arrived: list[tuple[str, bool]] = field(default_factory=list)
    pieces: int = 3

    async def parts(self, subscription: Subscription, reply: Reply) -> list[Part]:
        lines = "\n".join([reply.title, *reply.lines])
        return [Part("text", lines), *(Part("document", name=f"{n}") for n in range(1, self.pieces))]

    async def send(self, subscription: Subscription, part: Part, *, repeat: bool) -> None:
        failure = self.fails.pop(0) if self.fails else None
        # Where the answer is lost, or the program ends after that, the part has arrived all the same.
        if failure is None or getattr(failure, "arrives", False):
            self.arrived.append((part.text or part.name, repeat))
        if failure is not None:
            raise failure


class Killed(BaseException):
    """The program ends here."""

    def __init__(self, arrives: bool) -> None:
        self.arrives = arrives


def lost(arrives: bool) -> UnsureError:
    error = UnsureError()
    error.arrives = arrives  # type: ignore[attr-defined]
    return error


async def no_night() -> Mapping[str, object]:
    return {}


def outbox(shop: Shop, chat: Chat) -> Outbox:
    return Outbox(shop.desk, {"telegram": chat}, no_night)


def wants(shop: Shop, question: str = "help", **others: object) -> int:
    wanted = Subscription(
        "question" if question else "digest",
        "09:00",
        "en",
        "1",
        "Ada",
        int((NOON - timedelta(days=2)).timestamp()),
        chat="5",
        question=question,
    )
    with shop.home.bot() as connection:
        return subscriptions.subscribe(connection, replace(wanted, **others)).subscription_id  # type: ignore[arg-type]


def send(shop: Shop, chat: Chat) -> Sent:
    async def run() -> Sent:
        box = outbox(shop, chat)
        first = await box.send_due()
        await box.finish_the_night()
        second = await box.send_due()
        return Sent(first.sent + second.sent, second.left)

    return asyncio.run(run())


def test_what_is_due_is_sent_once_a_day(empty_shop: Shop) -> None:
    wants(empty_shop)
    chat = Chat()
    assert send(empty_shop, chat) == Sent(1, 0)
    assert send(empty_shop, chat) == Sent(0, 0)
    assert [repeat for _, repeat in chat.arrived] == [False] * 3
    assert send(empty_shop.days_later(1), chat) == Sent(1, 0)
    assert len(chat.arrived) == 6


def test_nothing_is_sent_before_its_time(empty_shop: Shop) -> None:
    wants(empty_shop, local_time="13:00", created_at=int(NOON.timestamp()))
    assert send(empty_shop, Chat()) == Sent(0, 0)


def test_what_comes_late_says_so(empty_shop: Shop) -> None:
    wants(empty_shop)
    late, in_time = Chat(), Chat()
    send(empty_shop, late)
    assert "Late: this was due on" in late.arrived[0][0]
    send(replace(empty_shop, now=NOON - timedelta(hours=2, minutes=59) + timedelta(days=1)), in_time)
    assert "Late" not in in_time.arrived[0][0]


def test_after_days_without_the_bot_one_is_sent_and_the_others_are_counted(empty_shop: Shop) -> None:
    wants(empty_shop)
    chat = Chat(pieces=1)
    send(empty_shop, chat)
    send(empty_shop.days_later(4), chat)
    assert len(chat.arrived) == 2
    assert "Not sent meanwhile: 3; this one covers them." in chat.arrived[1][0]


def test_a_part_that_did_not_arrive_is_sent_again_without_a_word(empty_shop: Shop) -> None:
    wants(empty_shop)
    chat = Chat(fails=[None, NotArrivedError(0)])
    assert send(empty_shop, chat) == Sent(1, 0)
    assert [repeat for _, repeat in chat.arrived] == [False] * 3


def test_a_part_that_may_have_arrived_is_sent_again_and_says_so(empty_shop: Shop) -> None:
    wants(empty_shop)
    chat = Chat(fails=[None, lost(arrives=True)])
    send(empty_shop, chat)
    assert send(replace(empty_shop, now=NOON + timedelta(minutes=1)), chat) == Sent(1, 0)
    assert [(text[:1], repeat) for text, repeat in chat.arrived[1:]] == [
        ("1", False),
        ("1", True),
        ("2", False),
    ]


def test_tries_are_ever_further_apart(empty_shop: Shop) -> None:
    wants(empty_shop)
    waits = []
    chat, now = Chat(fails=[NotArrivedError() for _ in range(12)]), NOON
    for _ in range(5):
        asyncio.run(outbox(replace(empty_shop, now=now), chat).send_due())
        with empty_shop.home.bot() as connection:
            (delivery,) = ledger.under_way(connection, 2**40)
        waits.append(delivery.next_try_at - int(now.timestamp()))
        now = datetime.fromtimestamp(delivery.next_try_at, NOON.tzinfo)
    assert waits == [10, 20, 40, 80, 160]


def test_a_closed_chat_gets_nothing_any_more(empty_shop: Shop) -> None:
    wants(empty_shop)
    send(empty_shop, Chat(fails=[ClosedError()]))
    with empty_shop.home.bot() as connection:
        assert not subscriptions.active(connection)
    assert empty_shop.audited()[-1]["outcome"] == "chat_closed"


def test_what_is_refused_today_may_be_taken_tomorrow(empty_shop: Shop) -> None:
    wants(empty_shop)
    assert send(empty_shop, Chat(fails=[RefusedError()])) == Sent(1, 0)
    assert send(empty_shop.days_later(1), Chat()) == Sent(1, 0)


def test_a_subscription_that_ended_meanwhile_is_not_sent(empty_shop: Shop) -> None:
    number = wants(empty_shop)
    send(empty_shop, Chat(fails=[NotArrivedError(3600)]))
    with empty_shop.home.bot() as connection:
        subscriptions.end(connection, [number], int(NOON.timestamp()))
    chat = Chat()
    send(replace(empty_shop, now=NOON + timedelta(hours=2)), chat)
    assert not chat.arrived


def test_a_new_time_on_the_same_day_does_not_send_it_twice(empty_shop: Shop) -> None:
    wants(empty_shop)
    chat = Chat(pieces=1)
    send(empty_shop, chat)
    wants(empty_shop, local_time="12:30", created_at=int(NOON.timestamp()))
    send(replace(empty_shop, now=NOON + timedelta(hours=1)), chat)
    assert len(chat.arrived) == 1


def test_the_digest_waits_for_the_work_of_the_night(shop: Shop) -> None:
    wants(shop, "")
    done = []

    async def night() -> Mapping[str, object]:
        done.append(await asyncio.sleep(0, result=True))
        return {"imported": "orders.csv", "failed": "", "problems": []}

    async def run(chat: Chat) -> None:
        box = Outbox(shop.desk, {"telegram": chat}, night)
        assert await box.send_due() == Sent(0, 1)
        assert not chat.arrived
        await box.finish_the_night()
        assert await box.send_due() == Sent(1, 0)

    chat = Chat()
    asyncio.run(run(chat))
    assert done == [True]
    assert "Imported last night: orders.csv." in chat.arrived[0][0]


def test_a_night_that_fails_does_not_keep_the_digest(shop: Shop) -> None:
    wants(shop, "")
    chat = Chat()

    async def fails() -> Mapping[str, object]:
        raise ZeroDivisionError

    async def run() -> None:
        box = Outbox(shop.desk, {"telegram": chat}, fails)
        await box.send_due()
        await box.finish_the_night()
        await box.send_due()

    asyncio.run(run())
    assert "The work of the night failed: Something went wrong here (incident" in chat.arrived[0][0]


def test_a_bug_in_one_delivery_stops_no_other(empty_shop: Shop) -> None:
    wants(empty_shop)
    wants(empty_shop, "who am i")
    chat = Chat(fails=[ZeroDivisionError()])
    assert asyncio.run(outbox(empty_shop, chat).send_due()) == Sent(1, 1)


failures = st.one_of(
    st.none(),
    st.builds(NotArrivedError, st.just(0)),
    st.builds(lost, st.booleans()),
    st.builds(Killed, st.booleans()),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fails=st.lists(failures, max_size=12))
def test_nothing_is_lost_and_only_what_may_have_arrived_is_repeated(
    tmp_path_factory: pytest.TempPathFactory, fails: list[BaseException | None]
) -> None:
    shop = Shop(Home(Path(tmp_path_factory.mktemp("outbox")) / "home").create())
    wants(shop)
    chat = Chat(fails=list(fails))
    for tick in range(20):
        now = replace(shop, now=NOON + timedelta(minutes=11 * tick))
        try:
            asyncio.run(outbox(now, chat).send_due())
        except Killed:
            continue
    arrived = Counter(text for text, _ in chat.arrived)
    assert len(arrived) == 3
    unmarked = Counter(text for text, repeat in chat.arrived if not repeat)
    assert all(count <= 1 for count in unmarked.values())


def test_the_ledger_keeps_one_delivery_a_day(home: Home) -> None:
    with home.bot() as connection:
        number = subscriptions.subscribe(
            connection, Subscription("digest", "09:00", "en", "1", "", 0)
        ).subscription_id
        day = date(2026, 11, 24)
        assert ledger.open_delivery(connection, number, day, 100)
        assert not ledger.open_delivery(connection, number, day, 100)
        assert ledger.open_delivery(connection, number, day + timedelta(days=1), 200)
        (left,) = ledger.under_way(connection, 10**10)
        assert left.local_date == day + timedelta(days=1)
