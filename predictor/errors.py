"""What the predictor cannot do, one class per kind."""

from __future__ import annotations

from storage.errors import OpsbotError


class TooLittleHistoryError(OpsbotError):
    """There are too few users, too few days or only one outcome to learn from."""

    kind = "too_little_history"


class EncoderError(OpsbotError):
    """Texts cannot be turned into vectors: a part is missing, or the model does not do it."""

    kind = "encoder"


class WeightsError(EncoderError):
    """The weights of an encoder are missing, altered, or cannot be had."""

    kind = "weights"
