"""Going back to the model before, with everybody scored again."""

from __future__ import annotations

import sqlite3

from bot import formats
from bot.desk import Desk
from bot.i18n import N_, _
from bot.model_words import figures
from bot.reply import Button, Reply
from predictor.scoring import refresh_scores
from predictor.training import TASK
from storage import model_store


def rollback_reply(desk: Desk) -> Reply:
    """Which model is in use now, its AUROC, and how many it flags; raises where there is none before it.

    A model whose file cannot be used does not come into use.
    """
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        left = model_store.promoted(connection, TASK)
        before = _flagged(connection)
        earlier = model_store.last_retired(connection, TASK)
        model_store.load_parts(earlier, desk.home.models)
        desk.no_return()
        record = model_store.promote(connection, earlier.version)
        desk.progress(N_("scoring everybody"))
        refresh_scores(connection, desk.home.models, as_of, desk.settings.flag_at)
        after = _flagged(connection)
    auroc = record.card["metrics"]["auroc"]
    return Reply(
        title=_("Model {version} is in use again; it is trained on what was known as of {day}.").format(
            version=record.version, day=formats.day(record.as_of)
        ),
        lines=[figures(record)[0], _flagged_line(before, after), *desk.stale_line(as_of)],
        facts={
            "version": record.version,
            "retired": left.version if left else None,
            "auroc": auroc,
            "flagged": after,
            "flagged_before": before,
        },
        buttons=(
            Button(_("Who is at risk?"), _("who is at risk")),
            Button(_("How good is it?"), _("how good is the model")),
        ),
        provenance=desk.provenance(as_of, record),
    )


def _flagged(connection: sqlite3.Connection) -> int | None:
    """How many are flagged by the last scoring; None where nobody was scored yet."""
    scored, flagged = connection.execute(
        "SELECT COUNT(*), COALESCE(SUM(flagged), 0) FROM scores WHERE task = ?", (TASK,)
    ).fetchone()
    return int(flagged) if scored else None


def _flagged_line(before: int | None, after: int | None) -> str:
    now = formats.count(after or 0)
    if before is None:
        return _("Flagged now: {now}.").format(now=now)
    return _("Flagged now: {now}; by the model before: {before}.").format(
        now=now, before=formats.count(before)
    )
