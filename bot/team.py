"""Who may use the bot: those whom the settings name, and those whom an admin added by message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.command import Role
from bot.i18n import N_
from bot.settings import PREFIX, Settings
from storage.errors import OpsbotError
from storage.operators import Operator

ROLES = {"operator": N_("operator"), "admin": N_("admin")}


class UnknownOperatorError(OpsbotError):
    """No operator has that id or name."""

    kind = "unknown_operator"


class AmbiguousOperatorError(OpsbotError):
    """Several operators have that name."""

    kind = "ambiguous_operator"


@dataclass(frozen=True)
class Member:
    """Somebody who may use the bot; `setting` names where they stand, and is empty for who was added.

    `added_at` is in epoch seconds.
    """

    operator: str
    role: Role
    name: str = ""
    setting: str = ""
    added_at: int | None = None


def members(
    settings: Settings, added: Sequence[Operator], names: Mapping[str, str] | None = None
) -> Sequence[Member]:
    """Everybody once: admins first, then the operators of the settings, then those who were added.

    `names` are what those who asked are called; a name that an admin gave goes before.
    """
    found = {operator: Member(operator, "admin", setting=f"{PREFIX}ADMINS") for operator in settings.admins}
    for operator in settings.operators:
        found.setdefault(operator, Member(operator, "operator", setting=f"{PREFIX}OPERATORS"))
    for each in added:
        member = found.get(each.operator, Member(each.operator, "operator"))
        found[each.operator] = replace(member, name=each.name, added_at=each.added_at)
    return [replace(each, name=each.name or (names or {}).get(each.operator, "")) for each in found.values()]


def named(named_so: str, among: Sequence[Member]) -> Member:
    """The member of that id or else that name, whatever its case; raises where there is not exactly one."""
    matching = [member for member in among if member.operator == named_so] or [
        member for member in among if member.name.casefold() == named_so.casefold()
    ]
    if not matching:
        raise UnknownOperatorError(
            "There is no operator {operator}.",
            next_step="See who there is: /operators",
            operator=named_so,
        )
    if len(matching) > 1:
        raise AmbiguousOperatorError(
            "Several operators are called {name}: {ids}.",
            next_step="Name one by the id.",
            name=named_so,
            ids=", ".join(member.operator for member in matching),
        )
    return matching[0]
