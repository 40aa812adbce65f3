"""The tables of user segments, as a migration of the store makes them."""

from __future__ import annotations

from sqlite_utils import Database


def create_user_segments(db: Database) -> None:
    """Make the tables."""
    # The groups of users: the model that puts everybody in one, the last time that was done, and where
    # everybody then stood, lapsed users included. The model is a few centres, so it stands here as JSON.
    for statement in (
        """
        CREATE TABLE segment_models (
            version INTEGER PRIMARY KEY AUTOINCREMENT,
            as_of TEXT NOT NULL,
            fitted_at INTEGER NOT NULL,
            horizon_days INTEGER NOT NULL CHECK (horizon_days > 0),
            active_days INTEGER NOT NULL CHECK (active_days > 0),
            model TEXT NOT NULL CHECK (json_valid(model))
        ) STRICT
        """,
        # One row per assignment of everybody. `summary` is what is said about each group; it is made
        # anew when the churn scores, told by `scoring_id`, are.
        """
        CREATE TABLE segmentings (
            segmenting_id INTEGER PRIMARY KEY AUTOINCREMENT,
            model_version INTEGER NOT NULL REFERENCES segment_models (version),
            as_of TEXT NOT NULL,
            data_version INTEGER NOT NULL,
            segmented_at INTEGER NOT NULL,
            scoring_id INTEGER NOT NULL,
            summary TEXT NOT NULL CHECK (json_valid(summary))
        ) STRICT
        """,
        """
        CREATE TABLE user_segments (
            user_id TEXT PRIMARY KEY,
            segment TEXT NOT NULL,
            rfm TEXT NOT NULL,
            active INTEGER NOT NULL CHECK (active IN (0, 1)),
            recency_days REAL NOT NULL,
            frequency INTEGER NOT NULL,
            monetary_cents INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX user_segments_by_segment ON user_segments (segment, monetary_cents)",
        "CREATE INDEX user_segments_by_rfm ON user_segments (rfm, monetary_cents)",
        # What users bought, by category: who bought coffee but no tea is asked of everybody at once.
        """
        CREATE TABLE bought_categories (
            category_id INTEGER PRIMARY KEY,
            category TEXT NOT NULL UNIQUE
        ) STRICT
        """,
        """
        CREATE TABLE category_buyers (
            category_id INTEGER NOT NULL REFERENCES bought_categories (category_id),
            user_id TEXT NOT NULL,
            PRIMARY KEY (category_id, user_id)
        ) STRICT, WITHOUT ROWID
        """,
    ):
        db.execute(statement)
