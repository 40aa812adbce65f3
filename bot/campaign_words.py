"""The ids of campaigns as operators say them: `spring-2`, `promo-2026-03-14`, `13`, "春季 大促"."""

from __future__ import annotations

import re
from typing import Any

from bot.folding import LETTER
from bot.group_names import GroupName

MOST_CHARACTERS = 60

_QUOTED = re.compile(rf"\"[^\"]{{1,{MOST_CHARACTERS}}}\"|'[^']{{1,{MOST_CHARACTERS}}}'")
_ID = re.compile(rf"{LETTER}+(?:[.+/#&-]+{LETTER}+)*")
_WITHIN = re.compile(rf"(?<={LETTER}){LETTER}")
# What is said of campaigns, and no name of one: "campaign report", "campaign results last week".
_COMMON = re.compile(
    r"a|an|and|any|are|arm|arms|at|audience|be|been|campaign|campaigns|chart|contact"
    r"|contacts|cost|costs|did|do|does|draw|effect|effects|end|ended|ends|file|files|for"
    r"|from|go|goal|going|goes|good|group|groups|had|has|have|help|helped|history|holdout"
    r"|holdouts|how|id|ids|impact|in|is|it|last|latest|launch|list|lists|mailing|message"
    r"|messages|name|named|names|new|newest|no|now|number|of|on|or|our|outcome|over|own"
    r"|paid|pay|perform|performance|performed|power|previous|promo|promotion|report|reports"
    r"|result|results|run|running|send|sent|size|start|started|stop|stopped|success|successful"
    r"|that|the|their|them|then|there|these|this|those|to|today|up|uplift|user|users|was"
    r"|week|well|went|were|what|when|which|who|why|with|work|worked|works|worth|yesterday"
)


class CampaignId(GroupName):
    """One campaign's id. Chinese words are one only in quotes: what is said of campaigns looks alike."""

    _quoted = _QUOTED

    def __init__(self, *, numbered: bool = False) -> None:
        self._numbered = numbered

    def ends(self, folded: str, start: int) -> tuple[int, ...]:
        """As far as it goes."""
        found = _QUOTED.match(folded, start)
        if found is None and not _WITHIN.match(folded, start):
            found = _ID.match(folded, start)
        return (found.end(),) if found else ()

    def _is_name(self, folded: str) -> bool:
        if not _ID.fullmatch(folded) or len(folded) > MOST_CHARACTERS or _COMMON.fullmatch(folded):
            return False
        return not self._numbered or any(character.isdigit() for character in folded)


CAMPAIGN = CampaignId()
# For places where words stand that are no ids, as in "the {…} campaign".
CAMPAIGN_CONVERTORS: dict[str, Any] = {"campaign": CAMPAIGN, "numbered": CampaignId(numbered=True)}
