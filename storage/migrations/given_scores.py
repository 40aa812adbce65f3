"""The tables of scores that were given, and of what came of them."""

from __future__ import annotations

from sqlite_utils import Database


def create_given_scores(db: Database) -> None:
    """Create the table of days, one a week at most, and that of the users' probabilities on them."""
    for statement in (
        # `shifted` are the features that had moved since the training. `said` is what came of a day's scores,
        # once their window is over; the scores are gone by then.
        """
        CREATE TABLE given_score_days (
            as_of TEXT PRIMARY KEY,
            model_version INTEGER NOT NULL,
            horizon_days INTEGER NOT NULL CHECK (horizon_days > 0),
            shifted TEXT NOT NULL CHECK (json_valid(shifted)),
            said TEXT CHECK (said IS NULL OR json_valid(said))
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE given_scores (
            as_of TEXT NOT NULL REFERENCES given_score_days (as_of),
            user_id TEXT NOT NULL,
            probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1),
            PRIMARY KEY (as_of, user_id)
        ) STRICT, WITHOUT ROWID
        """,
    ):
        db.execute(statement)
