"""Pressed buttons: a token leads to a question, and is checked against who presses it, and where."""

from __future__ import annotations

from bot.access import Admitted, Place
from bot.desk import Desk
from bot.i18n import N_
from storage import conversation
from storage.conversation import Pressed, StoredButton

UNKNOWN = N_("This button is not known here; ask again.")
USED = N_("This was done already.")
EXPIRED = N_("This button is too old; ask again.")
NOT_YOURS = N_("This button is for somebody else; ask yourself.")
REFUSED = N_("You may not use this button.")


def press(
    desk: Desk, token: str, operator: str, place: Place, admitted: Admitted | None
) -> StoredButton | str:
    """What the button asks, or the sentence, to translate, that says why it does nothing."""
    if admitted is None:
        return REFUSED
    with desk.home.bot() as connection:
        found = conversation.find_button(connection, token, desk.moment())
        if found is None or found.button.chat != place.chat:
            return UNKNOWN
        problem = _problem(found, operator, admitted)
        if problem is not None:
            return problem
        # The statement is a transaction of its own: of two presses one is first.
        if found.button.confirms and not conversation.use_button(connection, token, desk.moment()):
            return USED
    return found.button


def _problem(found: Pressed, operator: str, admitted: Admitted) -> str | None:
    if found.button.operator not in (None, operator):
        return NOT_YOURS
    if found.spent is not None:
        return USED if found.spent == "used" else EXPIRED
    if found.button.role == "admin" and admitted.role != "admin":
        return REFUSED
    return None
