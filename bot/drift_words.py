"""Whether reality kept what a model promised, in words, and whether to train anew."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date

from bot import formats
from bot.i18n import N_, _
from predictor.features import EXTRA_FEATURES, FEATURES
from predictor.order_volume import order_volume
from predictor.track_record import FEWEST, drift, reliability, shifted_features
from storage.model_store import ModelRecord

_DESCRIBED = {each.name: each for each in (*FEATURES, *EXTRA_FEATURES)}
_NAMED = 2
_GIVEN = {
    "untouched": N_(
        "Of {users} scores really given, users not contacted: {actual} placed no order; expected {expected}."
    ),
    "contacted": N_("Of {users} given to users who were then contacted: {actual}; expected {expected}."),
}


@dataclass(frozen=True)
class Warned:
    """What to say, nothing where all is as promised, and whether training anew would help."""

    lines: tuple[str, ...]
    retrain: bool


def drift_lines(connection: sqlite3.Connection, record: ModelRecord, as_of: date) -> Warned:
    """Outcomes that are not as predicted, users who look different, orders that stay away."""
    lines = []
    found = drift(connection, record, as_of)
    if found is not None and found.significant:
        lines.append(
            _(
                "Of {users} users scored on {day} and not contacted, {actual} placed no order;"
                " {expected} were expected."
            ).format(
                users=formats.count(found.users),
                day=formats.day(found.as_of),
                actual=formats.percent(found.actual),
                expected=formats.percent(found.expected),
            )
        )
    moved = shifted_features(connection, record)
    if moved:
        lines.append(
            _("Users look different from those the model learned from, most in: {features}.").format(
                features=_(", ").join(_described(name) for name in moved[:_NAMED])
            )
        )
    retrain = bool(lines)
    if retrain:
        lines.append(_("Train the model anew."))
    volume = order_volume(connection, as_of)
    if volume.fell:
        lines.append(
            _(
                "Orders in the last 7 days: {orders}; usual are {usual} a week. Is the import complete?"
            ).format(orders=formats.count(volume.orders), usual=formats.count(round(volume.usual)))
        )
    return Warned(tuple(lines), retrain)


def given_lines(connection: sqlite3.Connection, record: ModelRecord, as_of: date) -> list[str]:
    """What came of the scores really given, of users nobody contacted and, apart, of the contacted."""
    lines = []
    for of, sentence in _GIVEN.items():
        ranges = [each for each in reliability(connection, record.horizon_days, as_of, of) if each["users"]]
        users = sum(each["users"] for each in ranges)
        if users >= FEWEST:
            expected = sum(each["users"] * each["mean_probability"] for each in ranges) / users
            lines.append(
                _(sentence).format(
                    users=formats.count(users),
                    actual=formats.percent(sum(each["churned"] for each in ranges) / users),
                    expected=formats.percent(expected),
                )
            )
    return lines


def _described(name: str) -> str:
    feature = _DESCRIBED.get(name)
    return name if feature is None else _(feature.description).format(**feature.description_values)
