"""Vectors of texts through the store: each text is encoded once, whatever interrupts."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray

from predictor.encoder import Encoder, EncoderKey, Progress, Vectors, clean
from storage.database import transaction
from storage.errors import StoreError
from storage.masking import mask

Stored = NDArray[np.float16]

_STORED = np.dtype("<f2")  # harmless beside bf16: of vectors of length 1 it keeps cosines to 1e-6
_AT_ONCE = 512  # texts that are encoded, then committed
_LOOKED_UP = 500  # hashes in one statement
_IS_KEY = " AND ".join(f"{each.name} = :{each.name}" for each in fields(EncoderKey))


def embed(
    connection: sqlite3.Connection,
    encoder: Encoder,
    texts: Sequence[str],
    *,
    progress: Progress = lambda done, total: None,
) -> Vectors:
    """The vectors of the texts, (n_texts, n_dims), each of length 1; what the store has is not encoded again.

    Personal data is masked first: neither a vector nor the hash under which it is kept knows any of it.
    New vectors are committed a few hundred at a time, so that an interrupted run goes on where it was. The
    same texts give the very same vectors whether they were stored before or not. `progress` hears how many of
    how many new texts are done. Raises EncoderError, and StoreError where there is no room.
    """
    read = [as_read(text) for text in texts]
    hashes = {text: _hash(text) for text in read}
    n_dims = encoder.n_dims
    encoder_id = _encoder_id(connection, encoder)
    stored: dict[bytes, Stored] = dict(_stored(connection, encoder_id, hashes.values(), n_dims))
    missing = sorted(
        (text for text, hash_ in hashes.items() if hash_ not in stored), key=lambda text: (-len(text), text)
    )
    for start in range(0, len(missing), _AT_ONCE):
        some = missing[start : start + _AT_ONCE]
        vectors = encoder.encode(some, progress=partial(_further, progress, start, len(missing)))
        new = {hashes[text]: vector.astype(np.float16) for text, vector in zip(some, vectors, strict=True)}
        _keep(connection, encoder_id, new)
        stored |= new
    vectors = np.empty((len(read), n_dims), np.float32)
    for row, text in enumerate(read):
        vectors[row] = stored[hashes[text]]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def as_read(text: str) -> str:
    """A text as it is encoded: personal data masked, no control characters, single spaces."""
    return mask(clean(text))


def stored_vectors(
    connection: sqlite3.Connection, key: EncoderKey, texts: Sequence[str]
) -> tuple[NDArray[np.bool_], Vectors]:
    """Which of the texts the store has vectors of, (n_texts,), and those vectors, (n_stored, n_dims).

    Nothing is encoded or loaded: for answers that must not wait for a language model.
    """
    known = connection.execute(f"SELECT encoder_id, n_dims FROM encoders WHERE {_IS_KEY}", asdict(key))
    encoder_id, n_dims = known.fetchone() or (0, 1)
    hashes = [_hash(as_read(text)) for text in texts]
    stored = dict(_stored(connection, encoder_id, hashes, n_dims))
    there = np.array([hash_ in stored for hash_ in hashes], dtype=np.bool_)
    vectors = np.array([stored[hash_] for hash_ in hashes if hash_ in stored], np.float32)
    vectors = vectors.reshape(-1, n_dims)
    return there, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def forget(
    connection: sqlite3.Connection,
    texts: Iterable[str],
    keep: Collection[EncoderKey] | None,
    *,
    most: int | None = None,
) -> int:
    """Remove at most `most` vectors of other texts than these, and all of encoders that are not among `keep`.

    None keeps every encoder. Returns how many vectors went.
    """
    encoders = connection.execute("SELECT * FROM encoders").fetchall()
    keys = {
        row["encoder_id"]: EncoderKey(**{each.name: row[each.name] for each in fields(EncoderKey)})
        for row in encoders
    }
    kept = [number for number, key in keys.items() if keep is None or key in keep]
    connection.execute("DROP TABLE IF EXISTS temp.used_texts")
    connection.execute("CREATE TEMP TABLE used_texts (text_hash BLOB PRIMARY KEY) WITHOUT ROWID")
    connection.executemany(
        "INSERT OR IGNORE INTO temp.used_texts VALUES (?)", ((_hash(as_read(text)),) for text in texts)
    )
    marks = ", ".join("?" * len(kept))
    with transaction(connection):
        gone = connection.execute(
            "DELETE FROM embeddings WHERE rowid IN (SELECT e.rowid FROM embeddings e"
            f" WHERE e.encoder_id NOT IN ({marks})"
            " OR e.text_hash NOT IN (SELECT text_hash FROM temp.used_texts) LIMIT ?)",
            (*kept, -1 if most is None else most),
        ).rowcount
        connection.execute(
            f"DELETE FROM encoders WHERE encoder_id NOT IN ({marks})"
            " AND NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.encoder_id = encoders.encoder_id)",
            kept,
        )
    connection.execute("DROP TABLE temp.used_texts")
    return gone


def _further(progress: Progress, before: int, total: int, done: int, _part: int) -> None:
    progress(before + done, total)


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest()


def _encoder_id(connection: sqlite3.Connection, encoder: Encoder) -> int:
    """The number under which the store knows this key; a new one the first time."""
    key = asdict(encoder.key)
    known = f"SELECT encoder_id FROM encoders WHERE {_IS_KEY}"
    row = connection.execute(known, key).fetchone()
    if row is None:
        with transaction(connection):
            names = [*key, "n_dims"]
            connection.execute(
                f"INSERT OR IGNORE INTO encoders ({', '.join(names)})"
                f" VALUES ({', '.join(f':{name}' for name in names)})",
                {**key, "n_dims": encoder.n_dims},
            )
        row = connection.execute(known, key).fetchone()
    return int(row[0])


def _keep(connection: sqlite3.Connection, encoder_id: int, new: Mapping[bytes, Stored]) -> None:
    try:
        with transaction(connection):
            connection.executemany(
                "INSERT OR REPLACE INTO embeddings (encoder_id, text_hash, vector) VALUES (?, ?, ?)",
                [(encoder_id, hash_, vector.astype(_STORED).tobytes()) for hash_, vector in new.items()],
            )
    except sqlite3.OperationalError as error:
        raise StoreError(
            "What was read could not be kept: {problem}.",
            next_step="Check that the disk has room and read again; what was kept before is not lost.",
            problem=error,
        ) from error


def _stored(
    connection: sqlite3.Connection, encoder_id: int, hashes: Collection[bytes], n_dims: int
) -> Iterator[tuple[bytes, Stored]]:
    """The usable ones among the stored vectors; one that is damaged counts as missing."""
    wanted = list(dict.fromkeys(hashes))
    for start in range(0, len(wanted), _LOOKED_UP):
        some = wanted[start : start + _LOOKED_UP]
        rows = connection.execute(
            "SELECT text_hash, vector FROM embeddings"
            f" WHERE encoder_id = ? AND text_hash IN ({', '.join('?' * len(some))})",
            (encoder_id, *some),
        )
        for hash_, blob in rows:
            if len(blob) == n_dims * _STORED.itemsize:
                vector = np.frombuffer(blob, _STORED)
                if np.isfinite(vector).all() and vector.any():
                    yield hash_, vector
