"""Who placed no order in (as_of, as_of + horizon_days], as known at the end of that window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.definition import Definition
from predictor.families.family import Cutoff, Fitted, OptionalFamily
from predictor.feature_table import FeatureTable, feature_table
from storage.moments import known_before
from storage.snapshot import Snapshot

_ORDERED_SINCE = " SELECT DISTINCT user_id FROM orders WHERE ordered_at >= :window_start"


@dataclass(frozen=True)
class LabelledTable:
    """A feature table as of one day and what came of its users: (n_users,) 1 = no order in the window."""

    as_of: date
    table: FeatureTable
    churned: NDArray[np.int8]

    @property
    def cutoff(self) -> Cutoff:
        """What an optional family is fitted on."""
        return Cutoff(known_before(self.as_of), self.table.user_ids, self.churned)


def window_end(as_of: date, definition: Definition) -> date:
    """The last day of the label window of `as_of`; the labels are known once this day is."""
    return as_of + timedelta(days=definition.horizon_days)


def churned(snapshot: Snapshot, definition: Definition, user_ids: Sequence[str]) -> NDArray[np.int8]:
    """(n_users,) 1 where a user placed no order within the horizon, 0 where one did.

    Judged as known at the end of the window and not later, so that the label of a past day never
    changes. The caller sees to it that the window has ended.
    """
    after = snapshot.at(window_end(snapshot.as_of, definition))
    rows = after.query(_ORDERED_SINCE, {"window_start": snapshot.known_before})
    ordered = {row[0] for row in rows}
    return np.array([user_id not in ordered for user_id in user_ids], dtype=np.int8)


class LabelledTables:
    """Labelled tables by day of the users of one snapshot, each computed once however many models ask.

    Who is who is the same on all days: as the snapshot knows it. An id that was merged by then had its
    part in one history on earlier days too, and who was excluded by then is in no table.
    """

    def __init__(self, shop: Snapshot, definition: Definition) -> None:
        self._shop = shop
        self._definition = definition
        self._by_day: dict[date, LabelledTable] = {}
        self._materials: dict[OptionalFamily, Any] = {}

    def snapshot(self, as_of: date) -> Snapshot:
        """The same users as of another day."""
        return self._shop.at(as_of)

    def at(self, as_of: date) -> LabelledTable:
        """The users active as of that day, their features, and their outcomes."""
        if as_of not in self._by_day:
            snapshot = self.snapshot(as_of)
            table = feature_table(snapshot, self._definition)
            labels = churned(snapshot, self._definition, table.user_ids.tolist())
            self._by_day[as_of] = LabelledTable(as_of, table, labels)
        return self._by_day[as_of]

    def material(self, family: OptionalFamily) -> Any:
        """What a family's columns are made of on all days; read once."""
        if family not in self._materials:
            self._materials[family] = family.read(self._shop)
        return self._materials[family]

    def with_families(self, as_of: date, families: Sequence[Fitted]) -> FeatureTable:
        """The table of that day with the columns of fitted families behind the core ones."""
        table = self.at(as_of).table
        for fitted in families:
            columns = fitted.columns(self.material(fitted.family), known_before(as_of), table.user_ids)
            table = table.beside(tuple(each.name for each in fitted.family.features), columns)
        return table
