"""How `bot.db` came to look as it does, read from top to bottom.

Times are INTEGER epoch seconds (UTC), money is INTEGER cents, days are TEXT `YYYY-MM-DD`.
sqlite-utils takes a second to import, so `database.py` loads this module only when the
`user_version` of a file says that a migration is pending.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

bot_migrations = Migrations("bot")


@bot_migrations()
def m001_create_audit(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE audit (
            audit_id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            transport TEXT NOT NULL,
            operator TEXT NOT NULL,
            role TEXT NOT NULL,
            command TEXT NOT NULL,
            outcome TEXT NOT NULL
        ) STRICT
        """
    )
    for act in ("UPDATE", "DELETE"):
        db.execute(
            f"""
            CREATE TRIGGER audit_refuses_{act.lower()} BEFORE {act} ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
            """
        )


@bot_migrations()
def m002_create_conversation(db: Database) -> None:
    for statement in (
        # Who was let in by message, beside those that the settings name. A removed one keeps its row.
        """
        CREATE TABLE operators (
            operator TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            added_by TEXT NOT NULL,
            added_at INTEGER NOT NULL,
            removed_at INTEGER
        ) STRICT, WITHOUT ROWID
        """,
        # Strangers who were told today that this is a private bot.
        """
        CREATE TABLE refusals (
            stranger TEXT NOT NULL,
            local_date TEXT NOT NULL,
            PRIMARY KEY (stranger, local_date)
        ) STRICT, WITHOUT ROWID
        """,
        # A group that became a supergroup has another id; settings go on naming the old one.
        """
        CREATE TABLE moved_chats (
            chat TEXT PRIMARY KEY,
            moved_to TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        # What a button asks. `operator` is NULL for a button that the whole team may press.
        """
        CREATE TABLE buttons (
            token TEXT PRIMARY KEY,
            chat TEXT NOT NULL,
            operator TEXT,
            role TEXT NOT NULL CHECK (role IN ('operator', 'admin')),
            question TEXT NOT NULL,
            language TEXT NOT NULL,
            confirms INTEGER NOT NULL CHECK (confirms IN (0, 1)),
            upload TEXT,
            expires_at INTEGER NOT NULL,
            used_at INTEGER
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX buttons_by_expiry ON buttons (expires_at)",
        # Which user a message of ours was about, so that a reply to it may leave that out.
        """
        CREATE TABLE contexts (
            chat TEXT NOT NULL,
            message_id INTEGER NOT NULL,
            command TEXT NOT NULL,
            args TEXT NOT NULL CHECK (json_valid(args)),
            at INTEGER NOT NULL,
            PRIMARY KEY (chat, message_id)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX contexts_by_age ON contexts (at)",
        # What operators did about a user: the newest of each act counts.
        """
        CREATE TABLE worklist (
            act_id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id TEXT NOT NULL,
            act TEXT NOT NULL CHECK (act IN ('take', 'contacted', 'snooze')),
            operator TEXT NOT NULL,
            operator_name TEXT NOT NULL,
            at INTEGER NOT NULL,
            until INTEGER
        ) STRICT
        """,
        "CREATE INDEX worklist_by_user ON worklist (user_id, act_id)",
    ):
        db.execute(statement)


@bot_migrations()
def m003_create_known_files(db: Database) -> None:
    # What a person said about a file with these columns: its table, which column is which field, the zone.
    db.execute(
        """
        CREATE TABLE known_files (
            signature TEXT PRIMARY KEY,
            said TEXT NOT NULL CHECK (json_valid(said)),
            said_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """
    )


@bot_migrations()
def m004_create_deliveries(db: Database) -> None:
    for statement in (
        # The work-list gets notes, giving to somebody else, giving back and taking back. `operator` is who
        # has the user now or did something; `given_by` is who gave a user to another.
        "ALTER TABLE worklist RENAME TO worklist_before",
        """
        CREATE TABLE worklist (
            act_id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id TEXT NOT NULL,
            act TEXT NOT NULL CHECK (act IN ('take', 'release', 'contacted', 'snooze', 'note')),
            operator TEXT NOT NULL,
            operator_name TEXT NOT NULL,
            at INTEGER NOT NULL,
            until INTEGER,
            text TEXT NOT NULL DEFAULT '',
            given_by TEXT NOT NULL DEFAULT '',
            given_by_name TEXT NOT NULL DEFAULT '',
            undone_at INTEGER
        ) STRICT
        """,
        """
        INSERT INTO worklist (act_id, user_id, act, operator, operator_name, at, until)
        SELECT act_id, user_id, act, operator, operator_name, at, until FROM worklist_before
        """,
        "DROP TABLE worklist_before",
        "CREATE INDEX worklist_by_user ON worklist (user_id, act_id)",
        # What those who ask are called, as they were called last.
        """
        CREATE TABLE operator_names (
            operator TEXT PRIMARY KEY,
            name TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        # What is sent to which chat and when, in the shop's zone: the digest, a saved question, or once a
        # reminder. `weekdays` holds the days as digits, Monday is 0.
        """
        CREATE TABLE subscriptions (
            subscription_id INTEGER PRIMARY KEY AUTOINCREMENT,
            target TEXT NOT NULL CHECK (target IN ('telegram', 'webhook')),
            chat TEXT NOT NULL,
            thread TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('digest', 'question', 'reminder')),
            question TEXT NOT NULL,
            about TEXT NOT NULL DEFAULT '',
            local_time TEXT NOT NULL,
            weekdays TEXT NOT NULL,
            once_at INTEGER,
            language TEXT NOT NULL,
            silent INTEGER NOT NULL DEFAULT 0 CHECK (silent IN (0, 1)),
            operator TEXT NOT NULL,
            operator_name TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            ended_at INTEGER
        ) STRICT
        """,
        "CREATE INDEX subscriptions_by_chat ON subscriptions (chat, thread)",
        # The ledger: at most one delivery for a subscription and a local date. What is sent is written
        # down before it is sent; `flags_seen` is how far the chat has then been told of flags.
        """
        CREATE TABLE deliveries (
            delivery_id INTEGER PRIMARY KEY AUTOINCREMENT,
            subscription_id INTEGER NOT NULL REFERENCES subscriptions (subscription_id),
            local_date TEXT NOT NULL,
            due_at INTEGER NOT NULL,
            prepared_at INTEGER,
            flags_seen INTEGER,
            tries INTEGER NOT NULL DEFAULT 0,
            next_try_at INTEGER NOT NULL DEFAULT 0,
            ended_at INTEGER,
            outcome TEXT CHECK (outcome IN ('sent', 'skipped', 'refused')),
            UNIQUE (subscription_id, local_date),
            CHECK ((ended_at IS NULL) = (outcome IS NULL))
        ) STRICT
        """,
        "CREATE INDEX deliveries_open ON deliveries (ended_at) WHERE ended_at IS NULL",
        # A part that is `sending` when the program starts may have arrived.
        """
        CREATE TABLE delivery_parts (
            delivery_id INTEGER NOT NULL REFERENCES deliveries (delivery_id),
            place INTEGER NOT NULL,
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            name TEXT NOT NULL,
            data BLOB NOT NULL,
            buttons TEXT NOT NULL CHECK (json_valid(buttons)),
            state TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'sending', 'sent')),
            PRIMARY KEY (delivery_id, place)
        ) STRICT, WITHOUT ROWID
        """,
        # What a night's work came to, for the digest to say.
        """
        CREATE TABLE nightly_runs (
            local_date TEXT PRIMARY KEY,
            ended_at INTEGER NOT NULL,
            said TEXT NOT NULL CHECK (json_valid(said))
        ) STRICT, WITHOUT ROWID
        """,
    ):
        db.execute(statement)


@bot_migrations()
def m005_create_alerts(db: Database) -> None:
    for statement in (
        # What had to be told at once. Of one kind and subject at most one lasts at a time; what only
        # happens, such as a training that ended, is over as soon as it is written down.
        """
        CREATE TABLE alerts (
            alert_id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            said TEXT NOT NULL CHECK (json_valid(said)),
            raised_at INTEGER NOT NULL,
            resolved_at INTEGER
        ) STRICT
        """,
        "CREATE UNIQUE INDEX alerts_open ON alerts (kind, subject) WHERE resolved_at IS NULL",
        # What a chat or topic said that it wants of alerts.
        """
        CREATE TABLE alert_wishes (
            chat TEXT NOT NULL,
            thread TEXT NOT NULL,
            choice TEXT NOT NULL CHECK (choice IN ('on', 'silent', 'off')),
            language TEXT NOT NULL,
            PRIMARY KEY (chat, thread)
        ) STRICT, WITHOUT ROWID
        """,
        # Why a delivery did not arrive: a sentence to translate, with its values.
        "ALTER TABLE deliveries ADD COLUMN problem TEXT CHECK (problem IS NULL OR json_valid(problem))",
        "CREATE INDEX audit_trainings ON audit (at) WHERE command = 'train'",
    ):
        db.execute(statement)
