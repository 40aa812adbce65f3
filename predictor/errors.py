"""What the predictor cannot do, one class per kind."""

from __future__ import annotations

from storage.errors import OpsbotError


class TooLittleHistoryError(OpsbotError):
    """There are too few users, too few days or only one outcome to learn from."""

    kind = "too_little_history"
