"""Training: learn from what was known on a day, test it on earlier days, and promote or keep."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from predictor.backtest import backtest
from predictor.cutoffs import Calendar
from predictor.definition import Definition, choose_definition, definition_of
from predictor.families import OptionalFamily, optional_families
from predictor.families.choice import choose
from predictor.feature_drift import edges
from predictor.feature_table import FEATURE_NAMES, feature_table
from predictor.features.feature import N_
from predictor.flag_threshold import score_counts, set_threshold
from predictor.gate import decide
from predictor.labels import LabelledTables
from predictor.model_changes import changed_most, feature_weights
from predictor.stack import fit, stacked, too_little
from storage import model_store
from storage.errors import EmptyStoreError
from storage.model_store import ModelRecord
from storage.moments import day_of
from storage.snapshot import EVERY_USER, Snapshot, latest_snapshot, sampled

TASK = model_store.CHURN
MOST_USERS = 25_000  # whose history a model is learned and tested on; a larger shop is sampled

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Trained:
    """A newly trained model and what became of it.

    `decision` is a translatable sentence, filled with `decision_values`. `definition_chosen` says that
    horizon and active days were derived from the shop's own gaps in this training.
    """

    record: ModelRecord
    promoted: bool
    decision: str
    decision_values: dict[str, object]
    definition_chosen: bool


def train(
    connection: sqlite3.Connection,
    models: Path,
    *,
    as_of: date | None = None,
    horizon_days: int | None = None,
    active_days: int | None = None,
    flag_at: float | None = None,
    optional: Sequence[OptionalFamily] | None = None,
    progress: Progress = lambda step: None,
    before_storing: Callable[[], None] = lambda: None,
) -> Trained:
    """Train as of a day (default: the day of the latest order), back-test, and promote or keep.

    Everything comes from what was known then, the definition included where none was set; without a day,
    merges and exclusions are those that hold now. `optional` are the families to try, by default all of
    them, texts read with the default encoder. Raises EmptyStoreError or TooLittleHistoryError; nothing is
    stored before the model is complete, and `before_storing` is called.
    """
    # Without a day it is about today, whose merges and exclusions may be later than the latest order.
    snapshot = latest_snapshot(connection) if as_of is None else Snapshot(connection, as_of)
    as_of = snapshot.as_of
    current = model_store.promoted(connection, TASK)
    definition = definition_in_force(snapshot, horizon_days=horizon_days, active_days=active_days)
    calendar = calendar_of(snapshot, definition)
    shop = sampled(snapshot, MOST_USERS)
    tables = LabelledTables(shop, calendar.definition)
    progress(N_("testing on past dates"))
    tested = backtest(calendar, tables)
    families = optional_families(connection) if optional is None else optional
    prepare(families, shop, progress)
    choice = choose(tested, calendar, tables, families)
    tested = choice.tested
    progress(N_("training"))
    stack = stacked(calendar, tables, as_of, choice.families)
    if not stack.enough:
        raise too_little(calendar, tables)
    model = fit(stack)
    progress(N_("comparing with the baselines"))
    default, was_set = tested.flag_threshold(), set_threshold(connection, flag_at)
    card: dict[str, Any] = {
        **tested.summary(default if was_set is None else was_set),
        "flag_at_default": default,
        "score_counts": score_counts(
            np.concatenate([day.probability for day in tested.days]),
            np.concatenate([day.churned for day in tested.days]),
        ),
        "first_day": calendar.first_day.isoformat(),
        "cutoffs": [day.isoformat() for day in calendar.cutoffs(as_of)],
        "rows": len(stack.y),
        "features": list(model.columns),
        "deciles": edges(FEATURE_NAMES, feature_table(tables.snapshot(as_of), calendar.definition).values),
        "families": choice.summary(),
        "sampled": tables.snapshot(as_of).whose != EVERY_USER,
    }
    decision = decide(current, as_of, calendar.definition, tested, tables, models)
    weights = feature_weights(model, tested, tables)
    card |= {"weights": weights, "compared": decision.compared, "code": _code()}
    if decision.in_use is not None:
        card["weights_changed"] = changed_most(feature_weights(decision.in_use, tested, tables), weights)
    before_storing()
    record = model_store.add_candidate(
        connection,
        models,
        task=TASK,
        parts=model.parts(),
        as_of=as_of,
        horizon_days=calendar.definition.horizon_days,
        active_days=calendar.definition.active_days,
        card=card,
    )
    if decision.promote:
        record = model_store.promote(connection, record.version)
    return Trained(
        record=record,
        promoted=decision.promote,
        decision=decision.sentence,
        decision_values=decision.values,
        definition_chosen=horizon_days is None and current is None,
    )


def _code() -> dict[str, str]:
    """The versions of the code that a model was made by."""
    return {name: version(name) for name in ("opsbot", "scikit-learn", "numpy")}


def prepare(families: Sequence[OptionalFamily], snapshot: Snapshot, progress: Progress) -> bool:
    """Let the families do what takes long; returns whether there was anything to do."""
    said: list[int] = []

    def hear(done: int, total: int) -> None:
        if not said:
            progress(N_("reading reviews"))
        said.append(done)

    did = [family.prepare(snapshot, hear) for family in families]
    return any(did)


def definition_in_force(
    snapshot: Snapshot, *, horizon_days: int | None, active_days: int | None
) -> Definition:
    """What was asked for or set, else as the model in use has it, else from the shop's own gaps."""
    current = model_store.promoted(snapshot.connection, TASK)
    return choose_definition(
        snapshot,
        horizon_days=horizon_days,
        active_days=active_days,
        current=definition_of(current) if current else None,
    )


def calendar_of(snapshot: Snapshot, definition: Definition) -> Calendar:
    """The calendar of the shop as known at the snapshot; raises EmptyStoreError before the first order."""
    first = snapshot.query(" SELECT MIN(ordered_at) FROM orders").fetchone()[0]
    if first is None:
        raise EmptyStoreError(
            "There was no order yet as of {as_of}.",
            next_step="Name a later day with --as-of, or import older orders.",
            as_of=snapshot.as_of,
        )
    return Calendar(snapshot.as_of, day_of(first), definition)
