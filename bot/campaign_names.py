"""The campaign that a question names, and its name as it stands in a question."""

from __future__ import annotations

import sqlite3

from rapidfuzz import fuzz, process

from bot.campaign_words import CAMPAIGN
from bot.command import Question
from bot.desk import Desk
from bot.i18n import _, language
from predictor.campaign_results import launched
from storage.errors import OpsbotError

MOST_OFFERED = 5


class UnknownCampaignError(OpsbotError):
    """There is no campaign of that id."""

    kind = "unknown_campaign"


def asked_campaign(question: Question, desk: Desk, connection: sqlite3.Connection) -> str | None:
    """The id of the campaign that is asked for; None where the last one is.

    Raises UnknownCampaignError, which offers the nearest ids and takes none of them.
    """
    named = question.args.get("campaign")
    if named is None:
        return None
    known = launched(connection, desk.moment())
    if named in known:
        return str(named)
    near = process.extract(str(named), known, scorer=fuzz.WRatio, processor=str.lower, limit=MOST_OFFERED)
    if not near:
        raise UnknownCampaignError(
            "There is no campaign {campaign}, nor any other.",
            next_step="Make an audience first: segment for promo",
            campaign=named,
        )
    raise UnknownCampaignError(
        "There is no campaign {campaign}.",
        next_step="There are: {names}. All of them: list campaigns",
        campaign=named,
        names=_(", ").join(match[0] for match in near),
    )


def in_a_question(campaign_id: str) -> str:
    """The id after the word "campaign" or 活动, in quotes where it would not be read back without them."""
    return CAMPAIGN.write(campaign_id, language() == "zh")
