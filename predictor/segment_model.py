"""The segments of a shop: found among everybody known on a day, named, and kept until new ones are asked for.

Active users are grouped among themselves and lapsed ones among themselves: who is lapsed has no risk of
leaving any more and is won back in another way, and a group that holds both could be addressed in neither.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.clusters import SEED, Clusters, adjusted_rand, find_clusters, matched
from predictor.definition import Definition
from predictor.segment_names import name_segments
from predictor.segment_traits import SEEN, TRAITS, Traits, traits_of
from storage.database import transaction
from storage.snapshot import Snapshot, sampled

Floats = NDArray[np.float64]
Keys = NDArray[np.object_]

MOST_USERS = 25_000  # whose traits the groups are found among; a larger shop is sampled
# Together from 3 to 10 segments.
CHOICES: Mapping[str, range] = {"active": range(2, 7), "lapsed": range(2, 5)}
STANDINGS = ("active", "lapsed")
SAME = 0.5  # the share of two groups' union that is in both, from which on they are one and keep the name
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class SegmentModel:
    """Which segment a user is in, by the user's traits.

    `keys` are the segments of each standing in the order of its clusters. `week_to_week` is the adjusted Rand
    index of where users active or lapsed now stand by it and where they stood seven days before; `before` is
    that of this model and the one it took the place of. Both are None where there is nothing to compare.
    """

    version: int
    as_of: date
    definition: Definition
    clusters: Mapping[str, Clusters]
    keys: Mapping[str, tuple[str, ...]]
    users: int
    seed: int = SEED
    week_to_week: float | None = None
    before: float | None = None

    @property
    def segments(self) -> tuple[str, ...]:
        """All keys, those of active users first."""
        return tuple(key for standing in STANDINGS for key in self.keys.get(standing, ()))

    def assign(self, traits: Traits) -> Keys:
        """(n_users,) the key of each user's segment."""
        given = np.full(len(traits), "", dtype=object)
        for standing in STANDINGS:
            rows = traits.active if standing == "active" else ~traits.active
            if standing in self.clusters and rows.any():
                names = np.array(self.keys[standing], dtype=object)
                given[rows] = names[self.clusters[standing].assign(traits.values[rows])]
        # Nobody was lapsed, say, when the model was fitted.
        given[given == ""] = np.where(traits.active, "active", "lapsed")[given == ""]
        return given

    def stability(self) -> dict[str, Any]:
        """How repeatable the segments are, in JSON types."""
        return {
            "groups": len(self.segments),
            "bootstrap": {
                standing: {
                    "groups": len(found),
                    "adjusted_rand": round(found.chosen.mean, 4) if found.chosen else None,
                    "tried": {str(each.groups): round(each.mean, 4) for each in found.stability},
                }
                for standing, found in self.clusters.items()
            },
            "week_to_week": self.week_to_week,
            "before": self.before,
            "seed": self.seed,
            "users": self.users,
        }


def fit_segments(snapshot: Snapshot, definition: Definition, previous: SegmentModel | None) -> SegmentModel:
    """The segments of the users known at the snapshot; those that were there before keep their names."""
    sample = sampled(snapshot, MOST_USERS)
    traits = traits_of(sample, definition)
    clusters: dict[str, Clusters] = {}
    keys: dict[str, tuple[str, ...]] = {}
    was = previous.assign(traits) if previous is not None else None
    for standing in STANDINGS:
        rows = traits.active if standing == "active" else ~traits.active
        if rows.any():
            found = find_clusters(traits.values[rows], CHOICES[standing])
            clusters[standing] = found
            keys[standing] = _named(standing, found, traits, rows, was)
    model = SegmentModel(0, snapshot.as_of, definition, clusters, keys, len(traits))
    now = model.assign(traits)
    return replace(
        model,
        week_to_week=_week_to_week(sample, model, traits, now),
        before=round(adjusted_rand(_numbers(was), _numbers(now)), 4) if was is not None else None,
    )


def model_in_use(connection: sqlite3.Connection) -> SegmentModel | None:
    """The newest one; None where none was ever fitted."""
    row = connection.execute("SELECT * FROM segment_models ORDER BY version DESC LIMIT 1").fetchone()
    if row is None:
        return None
    kept = json.loads(row["model"])
    return SegmentModel(
        version=row["version"],
        as_of=date.fromisoformat(row["as_of"]),
        definition=Definition(row["horizon_days"], row["active_days"]),
        clusters={name: Clusters.from_json(each) for name, each in kept["clusters"].items()},
        keys={name: tuple(each) for name, each in kept["keys"].items()},
        users=kept["users"],
        seed=kept["seed"],
        week_to_week=kept["week_to_week"],
        before=kept["before"],
    )


def keep_model(connection: sqlite3.Connection, model: SegmentModel) -> SegmentModel:
    """Put the model in use; returns it with its version."""
    kept = {
        "clusters": {name: each.as_json() for name, each in model.clusters.items()},
        "keys": {name: list(each) for name, each in model.keys.items()},
        "users": model.users,
        "seed": model.seed,
        "week_to_week": model.week_to_week,
        "before": model.before,
    }
    with transaction(connection):
        cursor = connection.execute(
            "INSERT INTO segment_models (as_of, fitted_at, horizon_days, active_days, model)"
            " VALUES (?, ?, ?, ?, ?)",
            (
                model.as_of.isoformat(),
                int(time.time()),
                model.definition.horizon_days,
                model.definition.active_days,
                json.dumps(kept),
            ),
        )
    assert cursor.lastrowid is not None
    return replace(model, version=cursor.lastrowid)


def apart(values: Floats, rows: NDArray[np.bool_]) -> Floats:
    """(n_traits,) how far the median of some of (n_users, n_traits) lies from the median of all.

    In robust standard deviations: of the middle half of the users, or where half of them are the same, of
    all. What differs by too little to be seen by a person counts as no difference.
    """
    low, middle, high = np.percentile(values, (25, 50, 75), axis=0)
    spread = np.maximum((high - low) / 1.349, 0.5 * values.std(axis=0))
    difference = np.median(values[rows], axis=0) - middle
    seen = np.abs(difference) >= np.array([SEEN[name] for name in TRAITS])
    return np.asarray(np.where(seen, difference / np.maximum(spread, 0.05), 0.0), dtype=np.float64)


def _named(
    standing: str, found: Clusters, traits: Traits, rows: NDArray[np.bool_], was: Keys | None
) -> tuple[str, ...]:
    values = traits.values[rows].clip(found.low, found.high)
    labels = found.assign(values)
    groups = range(len(found))
    ordered_once = traits.table.column("frequency")[rows] <= 1
    kept: dict[int, str] = {}
    if was is not None:
        names, numbers = np.unique(was[rows].astype(str), return_inverse=True)
        pairs = matched(labels, numbers, len(found), len(names))
        kept = {group: str(names[other]) for group, (other, shared) in pairs.items() if shared >= SAME}
    return tuple(
        name_segments(
            standing,
            np.array([apart(values, labels == group) for group in groups]),
            np.array([ordered_once[labels == group].mean() for group in groups]),
            [int((labels == group).sum()) for group in groups],
            kept,
        )
    )


def _week_to_week(sample: Snapshot, model: SegmentModel, traits: Traits, now: Keys) -> float | None:
    """Of those who had ordered by then: where the model puts them now, and a week before."""
    earlier = traits_of(sample.at(sample.as_of - WEEK), model.definition)
    both, here, there = np.intersect1d(traits.table.user_ids, earlier.table.user_ids, return_indices=True)
    if not len(both):
        return None
    return round(adjusted_rand(_numbers(now[here]), _numbers(model.assign(earlier)[there])), 4)


def _numbers(keys: Keys | None) -> NDArray[np.int64]:
    assert keys is not None
    return np.asarray(np.unique(keys.astype(str), return_inverse=True)[1], dtype=np.int64)
