"""Failures that reach a person: one sentence saying what is wrong, one saying what to do next."""

from __future__ import annotations

from collections.abc import Sequence


class OpsbotError(Exception):
    """A failure with a sentence for the operator.

    `message` and `next_step` are translatable templates; `values` fills their
    `{placeholders}`. `str(error)` is the English sentence, for logs and tests.
    """

    kind = "failed"

    def __init__(self, message: str, *, next_step: str = "", **values: object) -> None:
        self.message = message
        self.next_step = next_step
        self.values = values
        super().__init__(message.format(**values))


class StoreError(OpsbotError):
    """The store could not be opened, is too new, or is in use."""

    kind = "store"


class EmptyStoreError(OpsbotError):
    """A question was asked of a store without a single order."""

    kind = "empty_store"


class ImportRefusedError(OpsbotError):
    """A file as a whole cannot be imported; nothing was changed."""

    kind = "import_refused"


class MissingFileError(ImportRefusedError):
    """A file can only be imported together with another one of the same export."""


class OutputFileError(OpsbotError):
    """A file that was asked for cannot be written."""

    kind = "output_file"


class NotThereError(OpsbotError):
    """What was named does not exist; `near` are values of that `argument` that do, the likeliest first."""

    argument = "user"

    def __init__(self, message: str, *, next_step: str, near: Sequence[str] = (), **values: object) -> None:
        super().__init__(message, next_step=next_step, **({"near": ", ".join(near)} | values))
        self.near = tuple(near)


class UnknownUserError(NotThereError):
    """The user id stands in no imported row."""

    kind = "unknown_user"


class ModelFileError(OpsbotError):
    """A model file is missing, altered or not made of trusted parts."""

    kind = "model_file"


class NoModelError(OpsbotError):
    """No model fits the question: none trained, none promoted, or none old enough."""

    kind = "no_model"
