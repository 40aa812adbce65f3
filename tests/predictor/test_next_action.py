"""The next best action: the first rule that holds, and none that does harm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from predictor.next_action import Rule, Situation, next_action

REGULAR = Situation(orders=12, active=True)


@pytest.mark.parametrize(
    ("known", "action"),
    [
        (REGULAR, "none"),
        (replace(REGULAR, due_item="tea"), "offer"),
        (replace(REGULAR, high_risk=True, due_item="tea"), "win_back"),
        (replace(REGULAR, flagged=True), "win_back"),
        (replace(REGULAR, active=False), "win_back"),
        (Situation(), "welcome"),
        (replace(REGULAR, high_risk=True, complained_days=30), "apologise"),
        (replace(REGULAR, high_risk=True, complained_days=31), "win_back"),
        (replace(REGULAR, complained_days=1, contacted_days=13), "wait"),
        (replace(REGULAR, complained_days=1, contacted_days=14), "apologise"),
        (replace(REGULAR, flagged=True, snoozed=True), "wait"),
        (replace(REGULAR, flagged=True, snoozed=True, held_out=True), "hold"),
        (replace(REGULAR, flagged=True, held_out=True, excluded=True), "none"),
    ],
)
def test_the_first_rule_that_holds_decides(known: Situation, action: str) -> None:
    assert next_action(known, Rule()) == action


def test_how_long_nobody_is_written_to_again_is_the_shops_own() -> None:
    contacted = replace(REGULAR, flagged=True, contacted_days=20)
    assert next_action(contacted, Rule(pause_days=30)) == "wait"
    assert next_action(contacted, Rule(pause_days=0)) == "win_back"
