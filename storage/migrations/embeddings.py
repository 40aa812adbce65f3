"""The tables of vectors of texts, as m005 of `store.db` makes them."""

from __future__ import annotations

from sqlite_utils import Database


def create_embeddings(db: Database) -> None:
    """Make the tables."""
    # Vectors of texts, so that each is computed once. Of one encoder are those that may be compared: all
    # that a vector depends on besides its text makes an encoder another one.
    db.execute(
        """
        CREATE TABLE encoders (
            encoder_id INTEGER PRIMARY KEY AUTOINCREMENT,
            model TEXT NOT NULL,
            revision TEXT NOT NULL,
            prefix TEXT NOT NULL,
            pooling TEXT NOT NULL,
            max_tokens INTEGER NOT NULL,
            dtype TEXT NOT NULL,
            n_dims INTEGER NOT NULL CHECK (n_dims > 0),
            UNIQUE (model, revision, prefix, pooling, max_tokens, dtype)
        ) STRICT
        """
    )
    # `vector` holds float16 numbers. Rows are too long for a table WITHOUT ROWID.
    db.execute(
        """
        CREATE TABLE embeddings (
            encoder_id INTEGER NOT NULL REFERENCES encoders (encoder_id),
            text_hash BLOB NOT NULL CHECK (length(text_hash) = 16),
            vector BLOB NOT NULL,
            PRIMARY KEY (encoder_id, text_hash)
        ) STRICT
        """
    )
