"""Sentences that are not the shop's: what those of its reviews are compared with."""

from __future__ import annotations

from predictor.tone import ANCHORS
from predictor.topics import examples

# The examples of the topics first, then plain blame and praise.
YARDSTICKS = (*examples(), *ANCHORS)
EXAMPLES = len(examples())
