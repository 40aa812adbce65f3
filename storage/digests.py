"""Keys for rows whose files name them by an id or not at all: reviews and events."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from storage.columns import Column
from storage.tables import Digest
from storage.values import Bad

# Stands in no id (`values` refuses it), so that the parts of a key cannot run into each other.
_BETWEEN = "\x1f"
_BYTES = 16


def digests(digest: Digest, read: Mapping[str, Column[object]], count: int) -> Column[object]:
    """The key of each of `count` rows, 16 bytes; None where a field that it is made of is Bad.

    Kept in stores: another way to make them would bring every review in a second time.
    """
    nothing: Sequence[object] = (None,) * count
    rows = {name: read[name].rows() if name in read else nothing for name in (digest.of_id, *digest.else_of)}
    rest = zip(*(rows[name] for name in digest.else_of), strict=True)
    keys = [
        _key((each,)) if each else _key(parts) for each, parts in zip(rows[digest.of_id], rest, strict=True)
    ]
    return Column(keys, np.arange(count))


def _key(parts: tuple[object, ...]) -> bytes | None:
    if any(isinstance(part, Bad) for part in parts):
        return None
    text = _BETWEEN.join("" if part is None else str(part) for part in parts)
    # An id stands alone; one that looked like several parts would hold what no id may.
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()
