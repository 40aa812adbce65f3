"""Operators are answered while a model is trained: a short form of `tests.benchmarks.chat`."""

from __future__ import annotations

from tests.benchmarks.chat import Load, report, run
from tests.bot.conftest import Shop


def test_operators_are_answered_idle_and_during_a_training(shop: Shop) -> None:
    loads = (Load(1), Load(3))
    results = run(shop.home.path, ["regular-0", "leaving-14"], 1.0, loads)
    assert [(one.load, one.training) for one in results] == [
        (load, training) for training in (False, True) for load in loads
    ]
    assert all(one.seconds for one in results)
    table = report(results, "the shop of the tests")
    assert all(load.name in table for load in loads)
