"""What operators were seen to write: nothing is done that was not meant, and hardly anything is missed."""

from __future__ import annotations

from bot.registry import commands
from bot.understanding import understand
from tests.benchmarks.utterances import MISSPELT, OUT_OF_SCOPE, WELL_SPELT, Utterance, split_of, utterances

COMMANDS = commands()
# Of those that patterns may be written for; the others are for `make bench-language SPLIT=held`.
SAID = [each for each in utterances() if each.split == "dev"]


def _exact(said: Utterance) -> bool:
    found = understand(said.text, COMMANDS)
    return (found.command, dict(found.args)) == (said.command, dict(said.args))


def test_the_well_spelt_are_understood() -> None:
    said = [each for each in SAID if each.kind == WELL_SPELT and each.way == "hand"]
    missed = [each.text for each in said if not _exact(each)]
    assert len(missed) <= 0.02 * len(said), missed


def test_nothing_is_done_that_was_not_meant() -> None:
    said = [each for each in SAID if each.kind in (MISSPELT, OUT_OF_SCOPE)]
    wrong = [
        each.text for each in said if understand(each.text, COMMANDS).command not in ("unknown", each.command)
    ]
    assert len(said) > 250 and wrong == []


def test_a_third_is_kept_aside_in_both_languages() -> None:
    every = utterances()
    held = [each for each in every if each.split == "held"]
    assert len(every) > 1000 and 0.25 < len(held) / len(every) < 0.4
    assert {each.language for each in held} >= {"en", "zh"}
    assert all(each.split == split_of(each.text) for each in every if each.way == "hand")
