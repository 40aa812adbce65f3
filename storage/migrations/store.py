"""How `store.db` came to look as it does, read from top to bottom.

Times are INTEGER epoch seconds (UTC), money is INTEGER cents, days are TEXT `YYYY-MM-DD`.
sqlite-utils takes a second to import, so `database.py` loads this module only when the
`user_version` of a file says that a migration is pending.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from storage.migrations.campaigns import create_campaigns
from storage.migrations.embeddings import create_embeddings
from storage.migrations.flag_settings import create_flag_settings
from storage.migrations.given_scores import create_given_scores
from storage.migrations.offers import create_offers
from storage.migrations.review_search import CREATE_REVIEW_SEARCH
from storage.migrations.segments import create_user_segments

store_migrations = Migrations("store")


@store_migrations()
def m001_create_tables(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE shop (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            currency TEXT,
            last_ordered_at INTEGER
        ) STRICT
        """,
        "INSERT INTO shop (id) VALUES (1)",
        """
        CREATE TABLE imports (
            import_id INTEGER PRIMARY KEY AUTOINCREMENT,
            table_name TEXT NOT NULL,
            file_name TEXT NOT NULL,
            imported_at INTEGER NOT NULL,
            read INTEGER NOT NULL,
            added INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            unchanged INTEGER NOT NULL,
            anonymous INTEGER NOT NULL,
            rejected INTEGER NOT NULL
        ) STRICT
        """,
        # Clustered by user: one user's whole history is one short read. The key of a line is
        # (order_id, item_id, line); user_id may be corrected by a later file, so it stands in
        # the clustering key but the unique index is what identifies a line.
        # An anonymous line has user_id '' and says why.
        """
        CREATE TABLE lines (
            user_id TEXT NOT NULL,
            order_id TEXT NOT NULL,
            item_id TEXT NOT NULL,
            line INTEGER NOT NULL,
            ordered_at INTEGER NOT NULL,
            quantity REAL NOT NULL,
            unit_price_cents INTEGER,
            discount_cents INTEGER,
            total_cents INTEGER,
            status TEXT NOT NULL DEFAULT 'paid' CHECK (status IN
                ('paid', 'invoiced', 'unpaid', 'cancelled', 'refunded', 'partly_refunded')),
            kind TEXT NOT NULL DEFAULT 'normal' CHECK (kind IN
                ('normal', 'subscription', 'replacement', 'test')),
            item_name TEXT,
            category TEXT,
            anonymous_reason TEXT,
            import_id INTEGER NOT NULL REFERENCES imports (import_id),
            PRIMARY KEY (user_id, order_id, item_id, line),
            CHECK ((user_id = '') = (anonymous_reason IS NOT NULL))
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX lines_key ON lines (order_id, item_id, line)",
        # `lines.status` is the status a line was first known with. Each later status stands here
        # with the time it took effect, so that what was known at any moment stays known.
        """
        CREATE TABLE status_changes (
            user_id TEXT NOT NULL,
            order_id TEXT NOT NULL,
            item_id TEXT NOT NULL,
            line INTEGER NOT NULL,
            status_at INTEGER NOT NULL,
            status TEXT NOT NULL CHECK (status IN
                ('paid', 'invoiced', 'unpaid', 'cancelled', 'refunded', 'partly_refunded')),
            import_id INTEGER NOT NULL REFERENCES imports (import_id),
            PRIMARY KEY (user_id, order_id, item_id, line, status_at),
            FOREIGN KEY (user_id, order_id, item_id, line)
                REFERENCES lines (user_id, order_id, item_id, line)
                ON UPDATE CASCADE ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE items (
            item_id TEXT PRIMARY KEY,
            name TEXT,
            category TEXT,
            price_cents INTEGER,
            available INTEGER CHECK (available IN (0, 1)),
            import_id INTEGER NOT NULL REFERENCES imports (import_id)
        ) STRICT, WITHOUT ROWID
        """,
        # Names, e-mails and phone numbers are personal: no column here holds them in the clear.
        """
        CREATE TABLE users (
            user_id TEXT PRIMARY KEY,
            joined_at INTEGER,
            language TEXT,
            consent_email INTEGER CHECK (consent_email IN (0, 1)),
            consent_sms INTEGER CHECK (consent_sms IN (0, 1)),
            consent_chat INTEGER CHECK (consent_chat IN (0, 1)),
            kind TEXT CHECK (kind IN ('person', 'wholesale', 'staff', 'test')),
            import_id INTEGER NOT NULL REFERENCES imports (import_id)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE models (
            version INTEGER PRIMARY KEY AUTOINCREMENT,
            task TEXT NOT NULL,
            stage TEXT NOT NULL CHECK (stage IN ('candidate', 'promoted', 'retired')),
            as_of TEXT NOT NULL,
            horizon_days INTEGER NOT NULL CHECK (horizon_days > 0),
            active_days INTEGER NOT NULL CHECK (active_days > 0),
            trained_at INTEGER NOT NULL,
            retired_at INTEGER,
            file_name TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            card TEXT NOT NULL CHECK (json_valid(card))
        ) STRICT
        """,
        "CREATE UNIQUE INDEX one_promoted_per_task ON models (task) WHERE stage = 'promoted'",
        # One row per shop-wide scoring; `data_version` says which state of the data it saw.
        """
        CREATE TABLE scorings (
            scoring_id INTEGER PRIMARY KEY AUTOINCREMENT,
            task TEXT NOT NULL,
            model_version INTEGER NOT NULL REFERENCES models (version),
            as_of TEXT NOT NULL,
            data_version INTEGER NOT NULL,
            flag_at REAL NOT NULL,
            scored_at INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE scores (
            task TEXT NOT NULL,
            user_id TEXT NOT NULL,
            scoring_id INTEGER NOT NULL REFERENCES scorings (scoring_id),
            probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1),
            recency_days REAL NOT NULL,
            frequency INTEGER NOT NULL,
            monetary_cents INTEGER NOT NULL,
            flagged INTEGER NOT NULL CHECK (flagged IN (0, 1)),
            PRIMARY KEY (task, user_id)
        ) STRICT, WITHOUT ROWID
        """,
    ):
        db.execute(statement)


@store_migrations()
def m002_create_reviews_events_contacts(db: Database) -> None:
    # What users write, do and are sent. Clustered by user like the lines; their users need none.
    # The key of a review or event is a digest of its id, or else of what never changes about it
    # (`tables.Digest`); `occurrence` tells equal ones apart.
    for statement in (
        """
        CREATE TABLE reviews (
            user_id TEXT NOT NULL,
            written_at INTEGER NOT NULL,
            review_key BLOB NOT NULL,
            occurrence INTEGER NOT NULL,
            review_id TEXT,
            item_id TEXT,
            rating REAL,
            text TEXT NOT NULL,
            import_id INTEGER NOT NULL REFERENCES imports (import_id),
            PRIMARY KEY (user_id, written_at, review_key, occurrence)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX reviews_key ON reviews (review_key, occurrence)",
        """
        CREATE TABLE events (
            user_id TEXT NOT NULL,
            at INTEGER NOT NULL,
            event_key BLOB NOT NULL,
            occurrence INTEGER NOT NULL,
            event_id TEXT,
            event TEXT NOT NULL,
            item_id TEXT,
            import_id INTEGER NOT NULL REFERENCES imports (import_id),
            PRIMARY KEY (user_id, at, event_key, occurrence)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX events_key ON events (event_key, occurrence)",
        # A user may be written to several times within a campaign: by e-mail and by message, say.
        """
        CREATE TABLE contacts (
            user_id TEXT NOT NULL,
            campaign_id TEXT NOT NULL,
            occurrence INTEGER NOT NULL,
            sent_at INTEGER NOT NULL,
            arm TEXT CHECK (arm IN ('contact', 'holdout')),
            channel TEXT,
            responded_at INTEGER,
            import_id INTEGER NOT NULL REFERENCES imports (import_id),
            PRIMARY KEY (user_id, campaign_id, occurrence)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX contacts_key ON contacts (campaign_id, user_id, occurrence)",
    ):
        db.execute(statement)


@store_migrations()
def m003_create_identities(db: Database) -> None:
    for statement in (
        # What operators said: rows are undone, never deleted or changed, so that what was known
        # at any moment stays known.
        """
        CREATE TABLE user_merges (
            merge_id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id TEXT NOT NULL,
            into_user_id TEXT NOT NULL CHECK (into_user_id <> user_id),
            from_at INTEGER NOT NULL,
            undone_at INTEGER
        ) STRICT
        """,
        "CREATE UNIQUE INDEX one_merge_per_user ON user_merges (user_id) WHERE undone_at IS NULL",
        # What follows from it, chains resolved, so that a plain join finds whose orders a line's are.
        """
        CREATE TABLE merged_users (
            user_id TEXT NOT NULL,
            into_user_id TEXT NOT NULL,
            from_at INTEGER NOT NULL,
            undone_at INTEGER,
            PRIMARY KEY (user_id, from_at)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX merged_users_by_user ON merged_users (into_user_id)",
        # `kind` is NULL where nobody said why; `import_id` where an operator said it.
        """
        CREATE TABLE user_exclusions (
            exclusion_id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id TEXT NOT NULL,
            kind TEXT CHECK (kind IN ('staff', 'test', 'wholesale')),
            from_at INTEGER NOT NULL,
            undone_at INTEGER,
            import_id INTEGER REFERENCES imports (import_id)
        ) STRICT
        """,
        "CREATE UNIQUE INDEX one_exclusion_per_user ON user_exclusions (user_id) WHERE undone_at IS NULL",
        # What earlier imports said about users holds from their time on.
        """
        INSERT INTO user_exclusions (user_id, kind, from_at, import_id)
        SELECT u.user_id, u.kind, i.imported_at, u.import_id
        FROM users u JOIN imports i ON i.import_id = u.import_id
        WHERE u.kind IN ('staff', 'test', 'wholesale')
        """,
    ):
        db.execute(statement)


@store_migrations()
def m004_create_flag_events(db: Database) -> None:
    # Who became flagged and who ceased to be, in the order in which it happened.
    db.execute(
        """
        CREATE TABLE flag_events (
            flag_event_id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id TEXT NOT NULL,
            change TEXT NOT NULL CHECK (change IN ('entered', 'left')),
            as_of TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT
        """
    )
    db.execute("CREATE INDEX flag_events_by_user ON flag_events (user_id, flag_event_id)")
    db.execute(
        """
        INSERT INTO flag_events (user_id, change, as_of, at)
        SELECT s.user_id, 'entered', c.as_of, c.scored_at
        FROM scores s JOIN scorings c ON c.scoring_id = s.scoring_id
        WHERE s.task = 'churn' AND s.flagged ORDER BY s.user_id
        """
    )


@store_migrations()
def m005_create_embeddings(db: Database) -> None:
    create_embeddings(db)


@store_migrations()
def m006_create_review_search(db: Database) -> None:
    # Reviews with personal data masked, for searching by letters; `storage/review_search.py` fills it. What
    # is deleted or changed leaves it at once.
    for statement in CREATE_REVIEW_SEARCH:
        db.execute(statement)


@store_migrations()
def m007_create_user_segments(db: Database) -> None:
    create_user_segments(db)


@store_migrations()
def m008_create_campaigns(db: Database) -> None:
    create_campaigns(db)


@store_migrations()
def m009_create_offers(db: Database) -> None:
    create_offers(db)


@store_migrations()
def m010_create_given_scores(db: Database) -> None:
    create_given_scores(db)


@store_migrations()
def m011_create_flag_settings(db: Database) -> None:
    create_flag_settings(db)


@store_migrations()
def m012_note_thresholds_of_flags(db: Database) -> None:
    # From which probability on users were flagged when a flag was raised; unknown of earlier ones.
    db.execute("ALTER TABLE flag_events ADD COLUMN flag_at REAL")
