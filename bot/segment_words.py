"""Segments and RFM groups by name, in the language in use, and found again by what an operator calls them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import Literal

from bot.folding import fold
from bot.i18n import LANGUAGES, N_, _, using
from predictor.filters import HIGH_VALUE, Group, Scheme
from predictor.rfm import RFM_GROUPS
from predictor.segment_names import SEGMENT_WORDS, GroupWords, parts_of_name
from storage.errors import OpsbotError

_WORDS: dict[str, dict[str, GroupWords]] = {
    "segment": SEGMENT_WORDS,
    "rfm": RFM_GROUPS,
    "value": {
        HIGH_VALUE: GroupWords(
            N_("High value"), N_("the fifth who spent most"), ("high value", "高消费", "大客户", "高净值")
        )
    },
}
# Names are compared without these: "the Regulars segment", 常客群体.
_AROUND = re.compile(
    r"^(?:the |our |all )|(?: (?:segment|group|customers?|users?|clients?|buyers?))+$|客户$|用户$|群体?$"
)


class UnknownSegmentError(OpsbotError):
    """No segment and no RFM group is called so."""

    kind = "unknown_segment"


def group_name(scheme: str, key: str) -> str:
    """What a group is called, in the language in use."""
    words = _WORDS[scheme].get(key)
    if words is not None:
        return _(words.name)
    standing, *parts = [_(part) for part in parts_of_name(key)] or [key]
    between = _(", ")
    return (
        _("{standing}: {traits}").format(standing=standing, traits=between.join(parts)) if parts else standing
    )


def group_description(scheme: str, key: str) -> str:
    """What kind of users are in a group, in a few words; empty where the name says it all."""
    words = _WORDS[scheme].get(key)
    return _(words.description) if words else ""


def asked_group(named: str, connection: sqlite3.Connection) -> Group:
    """The group that an operator names, in either language, whatever the case.

    Segments go before RFM groups, and those with users before others. Raises UnknownSegmentError, which
    offers the names there are.
    """
    present = present_groups(connection)
    wanted = _compared(named)
    everything = [*present, *(group for group in _every_group() if group not in present)]
    for group in everything:
        if wanted in _names(group):
            return group
    raise UnknownSegmentError(
        "There is no segment {segment}.",
        next_step="There are: {names}.",
        segment=named,
        names=" · ".join(group_name(group.scheme, group.key) for group in present),
    )


def present_groups(connection: sqlite3.Connection) -> list[Group]:
    """The segments, then the RFM groups, that users are in."""
    schemes: tuple[Scheme, ...] = ("segment", "rfm")
    return [
        Group(scheme, row[0])
        for scheme in schemes
        for row in connection.execute(
            f"SELECT {scheme} FROM user_segments GROUP BY 1 ORDER BY SUM(monetary_cents) DESC"
        )
    ]


def _every_group() -> Iterable[Group]:
    schemes: tuple[Literal["segment", "rfm", "value"], ...] = ("segment", "rfm", "value")
    return (Group(scheme, key) for scheme in schemes for key in _WORDS[scheme])


def _names(group: Group) -> set[str]:
    """What a group answers to: its key, its name in every language, and other words for it."""
    words = _WORDS[group.scheme].get(group.key)
    names = [group.key, *(words.others if words else ())]
    for each in LANGUAGES:
        with using(each):
            names.append(group_name(group.scheme, group.key))
    return {_compared(name) for name in names}


def _compared(name: str) -> str:
    """Folded, only letters and digits, without the words around a name."""
    plain = " ".join(re.sub(r"[\W_]+", " ", fold(name)).split())
    shorter = _AROUND.sub("", _AROUND.sub("", plain)).strip()
    return re.sub(r"(?<=[a-z]{3})s\b", "", shorter or plain).replace(" ", "")
