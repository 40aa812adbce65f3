"""The draw: who of a list is held out, by chance alone, evenly along it, and the same for the same seed."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Sequence

# Nobody is held out twice within so many days, by a campaign or of the digest.
REST_DAYS = 90
STRATUM = 10  # neighbours in the list are drawn among themselves


def new_seed() -> int:
    """A seed that nobody could have chosen."""
    return secrets.randbits(62)


def lot(seed: int, name: str) -> float:
    """The number in [0, 1) that a name draws with a seed; the same on every machine and in every version."""
    digest = hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def drawn(user_ids: Sequence[str], held_out: int, seed: int) -> list[bool]:
    """Which of the users, ordered by score, are held out: exactly `held_out` of them.

    The list is cut into strata of STRATUM neighbours. Each of them gives up its share, a fraction of a user
    carried on along the list from a random start; so everybody has the same chance, held_out / n.
    """
    share = held_out / len(user_ids) if user_ids else 0.0
    start = lot(seed, "")
    chosen = [False] * len(user_ids)
    given = 0
    for first in range(0, len(user_ids), STRATUM):
        places = range(first, min(first + STRATUM, len(user_ids)))
        # The last stratum brings the sum up to exactly `held_out`, whatever was rounded on the way.
        until = held_out if places.stop == len(user_ids) else math.floor(share * places.stop + start)
        for place in sorted(places, key=lambda each: lot(seed, user_ids[each]))[: until - given]:
            chosen[place] = True
        given = until
    return chosen
