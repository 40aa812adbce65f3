"""What an optional family of features is: columns beside the core ones, and what is fitted to make them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from predictor.features.feature import Family

if TYPE_CHECKING:
    from storage.snapshot import Snapshot

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Extra:
    """One column of an optional family; `description` is a template filled with `description_values`."""

    name: str
    description: str
    family: Family
    description_values: Mapping[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Cutoff:
    """The users of one training cut-off: who they are, when it was, and what came of them.

    `known_before` in epoch seconds; `churned` is (n_users,), 1 for no order within the horizon.
    """

    known_before: int
    user_ids: NDArray[np.object_]
    churned: NDArray[np.int8]


class Fitted(Protocol):
    """A family as a model has it: what was fitted on the training period, if anything had to be."""

    @property
    def family(self) -> OptionalFamily:
        """Whose columns these are."""

    def columns(self, material: Any, known_before: int, user_ids: NDArray[np.object_]) -> Floats:
        """(n_users, n_columns) as known before that moment, in the order of the family's features.

        `material` is what the family's `read` returned; what is unknown is NaN.
        """

    def parts(self) -> dict[str, Any]:
        """What is kept in the model file: numbers, texts and arrays."""


class OptionalFamily(Protocol):
    """Features that a shop may have or not, and that may help or not.

    `title` is the translatable name of it in a sentence.
    """

    @property
    def name(self) -> str:
        """One word, the same in cards and model files."""

    @property
    def title(self) -> str:
        """What it is called in an answer, translatable."""

    @property
    def features(self) -> tuple[Extra, ...]:
        """Its columns in their order."""

    def prepare(self, snapshot: Snapshot, progress: Callable[[int, int], None]) -> bool:
        """Do what takes long and is kept in the store, such as embedding texts, for the snapshot's users.

        `progress` hears how many of how many are done. Returns whether there was anything to do.
        """

    def read(self, snapshot: Snapshot, *, user_id: str | None = None) -> Any:
        """What the columns of all days up to the snapshot are made of, of all its users or of one."""

    def lacks(self, material: Any) -> str | None:
        """Why there is nothing to try the family with: a translatable clause; None where there is."""

    def fit(self, material: Any, cutoffs: Sequence[Cutoff]) -> tuple[Fitted, list[Floats]]:
        """Fit on what was known at the cut-offs, the oldest first; with the columns of each cut-off's users.

        Those columns must not know their own outcome: a family that learns from outcomes makes the
        columns of a user without that user.
        """

    def load(self, parts: Mapping[str, Any]) -> Fitted:
        """The fitted family from what `parts` gave."""


@dataclass(frozen=True)
class Counted(ABC):
    """A family of counts and ages, with nothing to fit: it is its own `Fitted`."""

    name: str
    title: str
    features: tuple[Extra, ...]

    @property
    def family(self) -> OptionalFamily:
        """Itself."""
        return self

    def prepare(self, snapshot: Snapshot, progress: Callable[[int, int], None]) -> bool:
        """See `OptionalFamily`."""
        return False

    @abstractmethod
    def read(self, snapshot: Snapshot, *, user_id: str | None = None) -> Any:
        """See `OptionalFamily`."""

    @abstractmethod
    def lacks(self, material: Any) -> str | None:
        """See `OptionalFamily`."""

    @abstractmethod
    def columns(self, material: Any, known_before: int, user_ids: NDArray[np.object_]) -> Floats:
        """See `Fitted`."""

    def fit(self, material: Any, cutoffs: Sequence[Cutoff]) -> tuple[Fitted, list[Floats]]:
        """See `OptionalFamily`."""
        return self, [self.columns(material, each.known_before, each.user_ids) for each in cutoffs]

    def load(self, parts: Mapping[str, Any]) -> Fitted:
        """See `OptionalFamily`."""
        return self

    def parts(self) -> dict[str, Any]:
        """Nothing."""
        return {}
