"""What can become of a message on its way: later again, or never."""

from __future__ import annotations

from storage.errors import OpsbotError


class NotDeliveredError(OpsbotError):
    """A message did not get through this time; another try later may.

    `retry_after` are the seconds that the receiver asked to wait, None where it did not say.
    `maybe_accepted` is true where the answer was lost: the message may stand in the chat all the same.
    """

    kind = "not_delivered"
    final = False

    def __init__(
        self,
        message: str,
        *,
        next_step: str = "",
        retry_after: float | None = None,
        maybe_accepted: bool = False,
        **values: object,
    ) -> None:
        super().__init__(message, next_step=next_step, **values)
        self.retry_after = retry_after
        self.maybe_accepted = maybe_accepted


class RefusedError(NotDeliveredError):
    """A message will not get through until somebody changes a setting, here or there."""

    kind = "refused"
    final = True
