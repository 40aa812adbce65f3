"""Whether converted weights give the vectors they should: cosines between sentences, recorded once."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from predictor.errors import WeightsError

RECORDED = Path(__file__).with_name("reference_cosines.json")
TOLERANCE = 0.002


def check(folder: Path) -> None:
    """Raises WeightsError where the model in the folder gives other cosines than the recorded ones."""
    from predictor.encoder import Encoder

    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    vectors = Encoder(str(folder), "cpu", prefix=recorded["prefix"], dtype="fp32").encode(
        recorded["sentences"]
    )
    if np.abs(vectors @ vectors.T - np.array(recorded["cosines"])).max() > TOLERANCE:
        raise WeightsError(
            "The converted weights do not give the vectors they should.",
            next_step="Install other versions of torch and transformers: those of constraints.txt.",
        )
