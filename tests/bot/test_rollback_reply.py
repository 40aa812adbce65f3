"""Going back to the model before: in use, everybody scored again, and never a broken one."""

from __future__ import annotations

import pytest

from tests.bot.conftest import Shop


@pytest.fixture
def retrained(own_shop: Shop) -> Shop:
    """A shop whose second model is in use, everybody scored by it."""
    own_shop.ask("train the model", "admin", confirmed=True)
    with own_shop.home.store() as connection:
        connection.execute("UPDATE models SET stage = 'retired', retired_at = 1 WHERE version = 1")
        connection.execute("UPDATE models SET stage = 'promoted' WHERE version = 2")
    own_shop.answer("who is at risk")
    return own_shop


def stages(shop: Shop) -> dict[int, str]:
    with shop.home.store() as connection:
        return dict(connection.execute("SELECT version, stage FROM models WHERE task = 'churn'").fetchall())


def scored_by(shop: Shop) -> int:
    with shop.home.store() as connection:
        found: int = connection.execute(
            "SELECT model_version FROM scorings ORDER BY scoring_id DESC LIMIT 1"
        ).fetchone()[0]
    return found


def test_the_model_before_is_in_use_and_has_scored_everybody(retrained: Shop) -> None:
    assert scored_by(retrained) == 2
    reply = retrained.answer("roll back the model", "admin", confirmed=True)
    assert stages(retrained) == {1: "promoted", 2: "retired"}
    assert scored_by(retrained) == 1
    assert reply.title.startswith("Model 1 is in use again")
    assert (reply.facts["version"], reply.facts["retired"]) == (1, 2)
    assert reply.provenance is not None
    assert reply.provenance.model == 1


def test_it_says_how_good_the_model_is_and_whom_it_flags(retrained: Shop) -> None:
    with retrained.home.store() as connection:
        before = connection.execute("SELECT SUM(flagged) FROM scores").fetchone()[0]
    reply = retrained.answer("go back to the previous model", "admin", confirmed=True)
    with retrained.home.store() as connection:
        after = connection.execute("SELECT SUM(flagged) FROM scores").fetchone()[0]
    assert (reply.facts["flagged_before"], reply.facts["flagged"]) == (before, after)
    assert f"Flagged now: {after}; by the model before: {before}." in reply.lines
    assert f"AUROC {reply.facts['auroc']:.3f}" in reply.lines[0]


def test_it_asks_for_a_yes_first(retrained: Shop) -> None:
    failure = retrained.ask("回滚模型", "admin").failure
    assert failure is not None
    assert failure.kind == "needs_confirmation"
    assert stages(retrained)[2] == "promoted"


def test_without_a_model_before_there_is_nothing_to_go_back_to(shop: Shop) -> None:
    failure = shop.ask("roll back the model", "admin", confirmed=True).failure
    assert failure is not None
    assert failure.kind == "no_model"


def test_a_model_whose_file_is_gone_does_not_come_into_use(retrained: Shop) -> None:
    with retrained.home.store() as connection:
        name = connection.execute("SELECT file_name FROM models WHERE version = 1").fetchone()[0]
    (retrained.home.models / name).unlink()
    failure = retrained.ask("roll back the model", "admin", confirmed=True).failure
    assert failure is not None
    assert failure.kind == "model_file"
    assert stages(retrained) == {1: "retired", 2: "promoted"}
    assert retrained.answer("who is at risk").provenance is not None
