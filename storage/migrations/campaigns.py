"""The tables of audiences, of campaigns and of the digest's holdout, as m008 of `store.db` makes them."""

from __future__ import annotations

from sqlite_utils import Database

_ALL_BUT_THE_NAME = (
    "NEW.user_id NOT LIKE 'erased-%' OR NEW.arm IS NOT OLD.arm"
    " OR NEW.{0} IS NOT OLD.{0} OR NEW.{1} IS NOT OLD.{1} OR NEW.{2} IS NOT OLD.{2} OR NEW.{3} IS NOT OLD.{3}"
)


def create_campaigns(db: Database) -> None:
    for statement in (
        # A list of users made for a goal, the best first: what a campaign is drawn from. `expected_rate` is
        # the share that orders within a horizon if nobody writes, NULL where that was not estimated.
        """
        CREATE TABLE audiences (
            audience_id INTEGER PRIMARY KEY AUTOINCREMENT,
            goal TEXT NOT NULL,
            as_of TEXT NOT NULL,
            made_at INTEGER NOT NULL,
            expected_rate REAL CHECK (expected_rate BETWEEN 0 AND 1)
        ) STRICT
        """,
        """
        CREATE TABLE audience_users (
            audience_id INTEGER NOT NULL REFERENCES audiences (audience_id),
            position INTEGER NOT NULL,
            user_id TEXT NOT NULL,
            score REAL NOT NULL,
            left_out INTEGER NOT NULL DEFAULT 0 CHECK (left_out IN (0, 1)),
            PRIMARY KEY (audience_id, position),
            UNIQUE (audience_id, user_id)
        ) STRICT, WITHOUT ROWID
        """,
        # A campaign of our own: launched for both arms at one moment, as drawn with the seed.
        """
        CREATE TABLE campaigns (
            campaign_id TEXT PRIMARY KEY,
            goal TEXT NOT NULL,
            audience_id INTEGER NOT NULL UNIQUE REFERENCES audiences (audience_id),
            as_of TEXT NOT NULL,
            seed INTEGER NOT NULL,
            holdout_share REAL NOT NULL CHECK (holdout_share > 0 AND holdout_share < 1),
            horizon_days INTEGER NOT NULL,
            launched_at INTEGER NOT NULL,
            expected_rate REAL NOT NULL,
            detectable REAL NOT NULL,
            started_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        # Who was drawn into which arm; `exempt` gets the message and is not measured.
        """
        CREATE TABLE campaign_users (
            campaign_id TEXT NOT NULL REFERENCES campaigns (campaign_id) DEFERRABLE INITIALLY DEFERRED,
            user_id TEXT NOT NULL,
            arm TEXT NOT NULL CHECK (arm IN ('contact', 'holdout', 'exempt')),
            stratum INTEGER NOT NULL,
            position INTEGER NOT NULL,
            score REAL NOT NULL,
            PRIMARY KEY (campaign_id, user_id)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX campaign_users_by_user ON campaign_users (user_id)",
        # Whether newly flagged users are held out to measure the warnings: the newest row counts, share 0
        # is off. `expected_rate` is the order rate of flagged users that pool sizes are planned with.
        """
        CREATE TABLE warning_holdouts (
            setting_id INTEGER PRIMARY KEY AUTOINCREMENT,
            share REAL NOT NULL CHECK (share >= 0 AND share < 1),
            seed INTEGER NOT NULL,
            horizon_days INTEGER NOT NULL,
            expected_rate REAL NOT NULL,
            set_at INTEGER NOT NULL,
            set_by TEXT NOT NULL
        ) STRICT
        """,
        # Which newly flagged user is listed and which is held out, drawn when the flag was raised.
        """
        CREATE TABLE warning_users (
            user_id TEXT NOT NULL,
            as_of TEXT NOT NULL,
            arm TEXT NOT NULL CHECK (arm IN ('listed', 'holdout')),
            setting_id INTEGER NOT NULL REFERENCES warning_holdouts (setting_id),
            drawn_at INTEGER NOT NULL,
            from_at INTEGER NOT NULL,
            closes_at INTEGER NOT NULL,
            PRIMARY KEY (user_id, as_of)
        ) STRICT, WITHOUT ROWID
        """,
    ):
        db.execute(statement)
    # A draw is never changed afterwards. All that may be done to it is to put another name in the place of
    # an erased user's.
    for table, kept in (
        ("campaigns", "1"),
        ("warning_holdouts", "1"),
        ("campaign_users", _ALL_BUT_THE_NAME.format("campaign_id", "stratum", "position", "score")),
        ("warning_users", _ALL_BUT_THE_NAME.format("as_of", "setting_id", "from_at", "closes_at")),
    ):
        db.execute(
            f"""
            CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} WHEN {kept}
            BEGIN SELECT RAISE(ABORT, 'a draw is never changed'); END
            """
        )
        db.execute(
            f"""
            CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table}
            BEGIN SELECT RAISE(ABORT, 'a draw is never changed'); END
            """
        )
    # The campaign's row comes last in the draw: after it nobody gets in.
    db.execute(
        """
        CREATE TRIGGER campaign_users_refuses_insert BEFORE INSERT ON campaign_users
        WHEN EXISTS (SELECT 1 FROM campaigns WHERE campaign_id = NEW.campaign_id)
        BEGIN SELECT RAISE(ABORT, 'a draw is never changed'); END
        """
    )
