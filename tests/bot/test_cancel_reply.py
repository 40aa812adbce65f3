"""Ending what runs: one's own, or as an admin anybody's; in the terminal there is nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.assistant import Asked, Assistant
from bot.command import Asker, Role
from bot.desk import Running
from bot.reply import Reply
from tests.bot.conftest import Shop

MEI = Asker("7", "Mei", "telegram", "-100")
BO = Asker("8", "Bo", "telegram", "-100")


@dataclass
class Work:
    """Commands at work, and those that were told to stop."""

    running: list[Running] = field(default_factory=list)
    stopped: list[tuple[str, str]] = field(default_factory=list)

    def start(self, command: str, asker: Asker, *, in_time: bool = True) -> None:
        def stop() -> bool:
            self.stopped.append((command, asker.name))
            return in_time

        self.running.append(Running(command, asker, stop))

    def ask(self, shop: Shop, text: str, asker: Asker, role: Role = "operator") -> Reply:
        desk = replace(shop.desk, running=lambda: tuple(self.running))
        return Assistant(desk).ask(Asked(text, role, asker=asker))


def test_in_the_terminal_nothing_runs(shop: Shop) -> None:
    reply = shop.answer("cancel")
    assert (reply.title, reply.facts) == ("Nothing is running.", {"cancelled": []})
    assert shop.answer("取消训练").title == "当前没有正在运行的任务。"


def test_who_asked_for_it_can_end_it(shop: Shop) -> None:
    work = Work()
    work.start("train", MEI)
    reply = work.ask(shop, "stop training", MEI)
    assert work.stopped == [("train", "Mei")]
    assert (reply.title, reply.facts) == ("Cancelled: train the model.", {"cancelled": ["train"]})


def test_another_operator_cannot(shop: Shop) -> None:
    work = Work()
    work.start("train", MEI)
    failure = work.ask(shop, "cancel", BO).failure
    assert failure is not None
    assert failure.kind == "not_allowed"
    assert "Mei" in failure.next_step
    assert work.stopped == []


def test_an_admin_can(shop: Shop) -> None:
    work = Work()
    work.start("train", MEI)
    assert work.ask(shop, "cancel", BO, "admin").facts == {"cancelled": ["train"]}
    assert work.stopped == [("train", "Mei")]


def test_ones_own_comes_before_what_others_do(shop: Shop) -> None:
    work = Work()
    work.start("train", MEI)
    work.start("rollback", BO)
    work.ask(shop, "cancel", BO, "admin")
    assert work.stopped == [("rollback", "Bo")]


def test_the_same_id_of_another_service_is_somebody_else(shop: Shop) -> None:
    work = Work()
    work.start("train", MEI)
    assert work.ask(shop, "cancel", replace(MEI, transport="other")).failure is not None
    assert work.stopped == []


def test_what_was_done_already_is_not_called_cancelled(shop: Shop) -> None:
    work = Work()
    work.start("train", MEI, in_time=False)
    reply = work.ask(shop, "cancel", MEI)
    assert reply.facts == {"cancelled": []}
    assert reply.title == "Too late to cancel: it is done, or just being finished."
