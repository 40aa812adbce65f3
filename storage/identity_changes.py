"""Saying and undoing who is who: merges of ids into one user, and exclusions by hand or by an import."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from storage.errors import OpsbotError, UnknownUserError
from storage.identities import EXCLUDED_KINDS, Exclusion, exclusion_of, ids_of, is_known, user_of


class IdentityError(OpsbotError):
    """Two ids cannot be one user that way, or there is nothing to undo."""

    kind = "identity"


def merge(connection: sqlite3.Connection, user_id: str, others: Sequence[str], at: int) -> tuple[str, ...]:
    """Make the orders of `others` count as those of `user_id` from `at` (epoch seconds) on.

    Returns those that were not part of the same user before. Raises UnknownUserError for an id that
    stands in no imported row, and IdentityError where the merge makes no sense. Runs in the caller's
    transaction: all of it is said or nothing.
    """
    at = _not_before_the_last(connection, at)
    for each in (user_id, *others):
        if not is_known(connection, each):
            raise unknown(each)
    return tuple(other for other in dict.fromkeys(others) if _merge_one(connection, user_id, other, at))


def unmerge(connection: sqlite3.Connection, user_id: str, others: Sequence[str], at: int) -> None:
    """Undo those merges: from `at` on the ids are users of their own; raises IdentityError where none is."""
    at = _not_before_the_last(connection, at)
    for other in dict.fromkeys(others):
        undone = connection.execute(
            "UPDATE user_merges SET undone_at = ?"
            " WHERE user_id = ? AND into_user_id = ? AND undone_at IS NULL",
            (at, other, user_id),
        ).rowcount
        if not undone:
            raise _not_merged(connection, user_id, other)
    _resolve(connection, at)


def exclude(connection: sqlite3.Connection, user_id: str, kind: str | None, at: int) -> bool:
    """Leave a user out of scores, lists and training from `at` on; False where that was said before.

    Another kind than before takes the place of the old one; without one it stays as it was. Raises
    UnknownUserError.
    """
    if not is_known(connection, user_id):
        raise unknown(user_id)
    user_id = user_of(connection, user_id)
    before = exclusion_of(connection, user_id)
    if before is not None and kind in (None, before.kind):
        return False
    _include(connection, user_id, at)
    connection.execute(
        "INSERT INTO user_exclusions (user_id, kind, from_at) VALUES (?, ?, ?)", (user_id, kind, at)
    )
    return True


def include(connection: sqlite3.Connection, user_id: str, at: int) -> Exclusion:
    """Undo the exclusion of a user from `at` on and return it; raises IdentityError where there is none."""
    user_id = user_of(connection, user_id)
    before = exclusion_of(connection, user_id)
    if before is None:
        raise IdentityError(
            "User {user} is not excluded, so there is nothing to undo.",
            next_step="Exclude one: opsbot exclude user {user}",
            user=user_id,
        )
    _include(connection, user_id, at)
    return before


@contextmanager
def following_kinds(connection: sqlite3.Connection, import_id: int, now: int) -> Iterator[None]:
    """Exclusions by the kinds that an import of users changes, dated `now`; the import runs within.

    Only a kind that changed says something: a file that repeats what it said before does not take back
    what an operator said since. And a file ends only exclusions that a file began.
    """
    kinds = ", ".join(f"'{kind}'" for kind in EXCLUDED_KINDS)
    bound = {"now": now, "import_id": import_id}
    connection.execute("DROP TABLE IF EXISTS temp.kinds_before")
    connection.execute(
        f"CREATE TEMP TABLE kinds_before AS SELECT user_id, kind FROM users WHERE kind IN ({kinds})"
    )
    yield
    connection.execute(
        """
        UPDATE user_exclusions SET undone_at = :now
        WHERE undone_at IS NULL AND import_id IS NOT NULL AND user_id IN (
            SELECT b.user_id FROM temp.kinds_before b JOIN users u ON u.user_id = b.user_id
            WHERE u.kind IS NOT b.kind
        )
        """,
        {"now": now},
    )
    connection.execute(
        f"""
        INSERT INTO user_exclusions (user_id, kind, from_at, import_id)
        SELECT u.user_id, u.kind, :now, :import_id FROM users u
        WHERE u.import_id = :import_id AND u.kind IN ({kinds})
            AND (u.user_id, u.kind) NOT IN (SELECT user_id, kind FROM temp.kinds_before)
            AND u.user_id NOT IN (SELECT user_id FROM user_exclusions WHERE undone_at IS NULL)
        """,
        bound,
    )
    connection.execute("DROP TABLE temp.kinds_before")


def unknown(user_id: str) -> UnknownUserError:
    """The refusal of an id that stands in no imported row."""
    return UnknownUserError(
        "There is no user {user}.", next_step="Check the id as the shop writes it.", user=user_id
    )


def _merge_one(connection: sqlite3.Connection, user_id: str, other: str, at: int) -> bool:
    if other == user_id:
        raise IdentityError(
            "User {user} cannot be merged with itself.", next_step="Name two different ids.", user=user_id
        )
    into = user_of(connection, other)
    if user_of(connection, user_id) == other:
        raise IdentityError(
            "User {user} is part of user {other} already, so {other} cannot become part of {user}.",
            next_step="Undo that first: opsbot merge user {other} {user} --undo",
            user=user_id,
            other=other,
        )
    if into == user_of(connection, user_id):
        return False
    if into != other:
        raise IdentityError(
            "User {other} is part of user {into} already.",
            next_step="Merge that one, or undo first: opsbot merge user {into} {other} --undo",
            other=other,
            into=into,
        )
    connection.execute(
        "INSERT INTO user_merges (user_id, into_user_id, from_at) VALUES (?, ?, ?)", (other, user_id, at)
    )
    _resolve(connection, at)
    return True


def _not_merged(connection: sqlite3.Connection, user_id: str, other: str) -> IdentityError:
    said = connection.execute(
        "SELECT into_user_id FROM user_merges WHERE user_id = ? AND undone_at IS NULL", (other,)
    ).fetchone()
    if said is None:
        return IdentityError(
            "User {other} is not merged into another, so there is nothing to undo.",
            next_step="Name first the user that was kept: opsbot merge user KEPT OTHER --undo",
            other=other,
        )
    return IdentityError(
        "User {other} was merged into user {into}, not into user {user}.",
        next_step="Undo that: opsbot merge user {into} {other} --undo",
        other=other,
        into=said[0],
        user=user_id,
    )


def _resolve(connection: sqlite3.Connection, at: int) -> None:
    """Bring `merged_users` to what the merges that hold say from `at` on."""
    links = dict(connection.execute("SELECT user_id, into_user_id FROM user_merges WHERE undone_at IS NULL"))
    stands = dict(
        connection.execute("SELECT user_id, into_user_id FROM merged_users WHERE undone_at IS NULL")
    )
    ends: dict[str, str] = {}
    for user_id in links:
        end = user_id
        while end in links:
            end = links[end]
        ends[user_id] = end
    for user_id in [each for each in stands if stands[each] != ends.get(each)]:
        # What was said and taken back within one second was never seen by anybody.
        connection.execute("DELETE FROM merged_users WHERE user_id = ? AND from_at = ?", (user_id, at))
        connection.execute(
            "UPDATE merged_users SET undone_at = ? WHERE user_id = ? AND undone_at IS NULL", (at, user_id)
        )
    connection.executemany(
        "INSERT INTO merged_users (user_id, into_user_id, from_at) VALUES (?, ?, ?)",
        [(user_id, end, at) for user_id, end in ends.items() if stands.get(user_id) != end],
    )


def _include(connection: sqlite3.Connection, user_id: str, at: int) -> None:
    for each in ids_of(connection, user_id):
        connection.execute(
            "UPDATE user_exclusions SET undone_at = ? WHERE user_id = ? AND undone_at IS NULL", (at, each)
        )


def _not_before_the_last(connection: sqlite3.Connection, at: int) -> int:
    """`at`, or the time of the last change: a clock that was set back must not tangle two merges."""
    last = connection.execute("SELECT MAX(MAX(from_at), COALESCE(MAX(undone_at), 0)) FROM user_merges")
    return max(at, last.fetchone()[0] or 0)
