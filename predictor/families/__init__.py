"""Optional families of features: each joins the model only where the back-test shows that it helps.

They are tried in the order of `optional_families`, each on top of those that entered before it. That users
write at all comes first, or every other family would be credited with it. What they write comes before the
stars they give: it says what the trouble was, and where the stars add to it they enter as well.
"""

from __future__ import annotations

import sqlite3
from importlib.util import find_spec

from predictor.encoder import load_encoder
from predictor.errors import EncoderError
from predictor.families.family import Extra, Fitted, OptionalFamily
from predictor.families.reviews import NO_REVIEWS
from predictor.families.stars import STARS
from predictor.families.text import Text
from predictor.families.writing import WRITING
from predictor.features.feature import N_

__all__ = ["Extra", "Fitted", "OptionalFamily", "family_named", "optional_families"]

NOT_INSTALLED = N_("the packages for reading text are not installed")
NO_WEIGHTS = N_("the encoder has no usable weights")


def optional_families(
    connection: sqlite3.Connection, encoder: str | None = None, device: str | None = None
) -> tuple[OptionalFamily, ...]:
    """Every optional family, in the order in which they are tried; texts are read with that encoder."""
    return WRITING, _text(connection, encoder, device), STARS


def family_named(name: str) -> OptionalFamily | None:
    """The optional family of that name, to be loaded; None where this version of opsbot knows none."""
    return next((each for each in (WRITING, Text(None), STARS) if each.name == name), None)


def _text(connection: sqlite3.Connection, name: str | None, device: str | None) -> Text:
    # Weights are looked for, and may have to be converted, only where there is something to read.
    if not connection.execute("SELECT EXISTS (SELECT 1 FROM reviews)").fetchone()[0]:
        return Text(None, why_not=NO_REVIEWS)
    if find_spec("torch") is None or find_spec("transformers") is None:
        return Text(None, why_not=NOT_INSTALLED)
    encoder = load_encoder(name, device)
    try:
        return Text(encoder.key, encoder)
    except EncoderError:
        return Text(None, why_not=NO_WEIGHTS)
