"""What users complain about: how often their reviews speak of each topic, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from predictor.families.family import Extra
from predictor.features.feature import N_, Family
from predictor.topics import topics

RECENT_DAYS = 60

# By the key of the topic; the number becomes once, twice, 3 times.
SENTENCES = {
    "late": N_("wrote {late_mentions} about late delivery in the last 60 days"),
    "damaged": N_("wrote {damaged_mentions} about damage on arrival in the last 60 days"),
    "wrong_item": N_("wrote {wrong_item_mentions} about a wrong item in the last 60 days"),
    "missing": N_("wrote {missing_mentions} about something missing in the last 60 days"),
    "defective": N_("wrote {defective_mentions} in the last 60 days that something does not work"),
    "quality": N_("wrote {quality_mentions} about poor quality in the last 60 days"),
    "fresh": N_("wrote {fresh_mentions} about taste or freshness in the last 60 days"),
    "description": N_("wrote {description_mentions} in the last 60 days that something is not as described"),
    "size": N_("wrote {size_mentions} about a size that does not fit in the last 60 days"),
    "price": N_("wrote {price_mentions} about prices in the last 60 days"),
    "service": N_("wrote {service_mentions} about customer service in the last 60 days"),
    "refund": N_("wrote {refund_mentions} about a refund in the last 60 days"),
    "website": N_("wrote {website_mentions} about the website in the last 60 days"),
}
# The places in `topics()` of those that say what the trouble was.
PLACES = tuple(place for place, topic in enumerate(topics()) if not topic.general)
_KEYS = tuple(topics()[place].key for place in PLACES)


@dataclass(frozen=True)
class Mentioned(Family):
    """A family whose sentence names the topic complained about most often of late, where there is one."""

    def sentence(self, own: Mapping[str, float]) -> str:
        """That sentence; without a recent topic those of any family."""
        often = max(_KEYS, key=lambda key: own[f"{key}_mentions"])
        return SENTENCES[often] if own[f"{often}_mentions"] >= 1 else super().sentence(own)


def mention_features(family: Family) -> tuple[Extra, ...]:
    """A column for each topic: complaints of RECENT_DAYS about it.

    One, as each costs a small shop some of what the family is worth: with fading counts beside these, a shop
    of 1,000 users could no longer be shown to gain anything.
    """
    counts = N_("complaints of the last {days} days about one topic")
    return tuple(Extra(f"{key}_mentions", counts, family, {"days": RECENT_DAYS}) for key in _KEYS)
