"""The tables and triggers of migration 6, the index of reviews: as they were then, never to be changed."""

from __future__ import annotations

CREATE_REVIEW_SEARCH = (
    """
    CREATE TABLE searched_reviews (
        search_id INTEGER PRIMARY KEY,
        review_key BLOB NOT NULL,
        occurrence INTEGER NOT NULL,
        text TEXT NOT NULL,
        UNIQUE (review_key, occurrence)
    ) STRICT
    """,
    """
    CREATE VIRTUAL TABLE review_search USING fts5(
        text, content='searched_reviews', content_rowid='search_id', tokenize='trigram'
    )
    """,
    """
    CREATE TRIGGER searched_reviews_added AFTER INSERT ON searched_reviews BEGIN
        INSERT INTO review_search (rowid, text) VALUES (new.search_id, new.text);
    END
    """,
    """
    CREATE TRIGGER searched_reviews_removed AFTER DELETE ON searched_reviews BEGIN
        INSERT INTO review_search (review_search, rowid, text)
        VALUES ('delete', old.search_id, old.text);
    END
    """,
    """
    CREATE TRIGGER reviews_removed AFTER DELETE ON reviews BEGIN
        DELETE FROM searched_reviews
        WHERE review_key = old.review_key AND occurrence = old.occurrence;
    END
    """,
    """
    CREATE TRIGGER reviews_changed AFTER UPDATE OF text, review_key, occurrence ON reviews BEGIN
        DELETE FROM searched_reviews
        WHERE review_key = old.review_key AND occurrence = old.occurrence;
    END
    """,
)
