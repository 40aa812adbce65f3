"""Optional families of features: each joins the model only where the back-test shows that it helps.

`OPTIONAL` lists them in the order in which they are tried, each on top of those that entered before it.
What users write comes before the stars they give: it says what the trouble was, and where the stars add
to it they enter as well. That they write at all comes first, or every other family would be credited
with it.
"""

from __future__ import annotations

from predictor.families.family import Extra, Fitted, OptionalFamily
from predictor.families.stars import STARS
from predictor.families.writing import WRITING

__all__ = ["OPTIONAL", "Extra", "Fitted", "OptionalFamily", "family_named"]

OPTIONAL: tuple[OptionalFamily, ...] = (WRITING, STARS)


def family_named(name: str) -> OptionalFamily | None:
    """The optional family of that name; None where this version of opsbot knows none."""
    return next((each for each in OPTIONAL if each.name == name), None)
