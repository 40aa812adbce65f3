"""The retrain gate: whether a newly trained model takes the place of the one in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from predictor.backtest import BackTest
from predictor.churn_model import ChurnModel
from predictor.definition import Definition, definition_of
from predictor.features.feature import N_
from predictor.labels import LabelledTables
from predictor.model_changes import Comparison, by_back_tests, on_new_dates
from storage import model_store
from storage.errors import ModelFileError
from storage.model_store import ModelRecord


@dataclass(frozen=True)
class Decision:
    """Promote or keep, and the translatable sentence that says why, to be filled with `values`.

    `compared` are both models on the same dates, as `model_changes` has it; None where there is nothing to
    compare. `in_use` is the other one, where it can be loaded.
    """

    promote: bool
    sentence: str
    values: dict[str, object]
    compared: Comparison | None = None
    in_use: ChurnModel | None = None


def decide(
    current: ModelRecord | None,
    as_of: date,
    definition: Definition,
    tested: BackTest,
    tables: LabelledTables,
    models: Path,
) -> Decision:
    """The rule: promote unless the model in use knows newer data or was better on dates new to both.

    Dates new to both are those since the model in use was trained: the back-test scores them with a
    model trained before each, and the model in use had not seen them either. Each is given its own
    columns of the same users, so that it does not matter which optional families the other has.
    """
    if current is None:
        return Decision(True, N_("Promoted: it is the first model."), {})
    values: dict[str, object] = {"current": current.version, "current_as_of": current.as_of}
    if as_of < current.as_of:
        return Decision(
            False, N_("Kept as a candidate: model {current} knows the data up to {current_as_of}."), values
        )
    if definition_of(current) != definition:
        return Decision(True, N_("Promoted: the definition was changed."), values)
    try:
        in_use = ChurnModel.from_parts(model_store.load_parts(current, models))
    except ModelFileError:
        # Training is the remedy that such an error names, so it must not fail of it.
        return Decision(
            True,
            N_("Promoted: model {current} can no longer be used."),
            values,
            by_back_tests(tested, current),
        )
    theirs = {
        day.as_of.isoformat(): in_use.probability(tables.with_families(day.as_of, in_use.families).values)
        for day in tested.days
        if day.as_of >= current.as_of
    }
    if not theirs:
        return Decision(
            True,
            N_("Promoted: it knows no older data, and no date is new to both models yet."),
            values,
            by_back_tests(tested, current),
            in_use,
        )
    compared = on_new_dates(tested, current, theirs)
    gain = compared["brier_gain"]
    values["gain"] = f"{gain['mean']:+.4f} [{gain['low']:+.4f}, {gain['high']:+.4f}]"
    values["dates"] = ", ".join(compared["dates"])
    if gain["low"] > 0:
        return Decision(
            False,
            N_(
                "Kept as a candidate: tested on data new to both ({dates}),"
                " its Brier score is worse by {gain}."
            ),
            values,
            compared,
            in_use,
        )
    return Decision(
        True,
        N_("Promoted: tested on data new to both ({dates}), its Brier score differs by {gain}."),
        values,
        compared,
        in_use,
    )
