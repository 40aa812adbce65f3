"""Reasons say what is seen of a user, and never that it is why somebody leaves: a score knows no causes."""

from __future__ import annotations

import re

import pytest

from bot.i18n import _, using
from predictor.families import family_named
from predictor.features import FEATURES, Family

CAUSES = re.compile(
    r"\b(?:because|cause[sd]?|due to|leads? to|led to|drives?|driven|makes? them|therefore|result)\b"
    r"|因为|导致|造成|由于|使得|引起|因此|所以"
)
OPTIONAL = [family for family in map(family_named, ("writing", "text", "stars")) if family is not None]
FAMILIES: list[Family] = list(
    dict.fromkeys(
        [
            *(feature.family for feature in FEATURES),
            *(each.family for family in OPTIONAL for each in family.features),
        ]
    )
)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_no_reason_is_phrased_as_a_cause(family: Family, language: str) -> None:
    with using(language):
        for text in (family.reason, *family.otherwise, family.reason_without):
            assert _(text)
            assert not CAUSES.search(_(text)), _(text)
