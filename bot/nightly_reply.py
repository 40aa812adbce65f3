"""The work of a night: the inbox is imported, everybody is scored, flags are advanced."""

from __future__ import annotations

from bot import formats
from bot.assistant import sentences
from bot.desk import Desk
from bot.i18n import N_, _
from bot.inbox_reply import inbox_line, inbox_text
from bot.reply import Button, Reply
from predictor.flag_changes import flagged_users
from predictor.scoring import prepare_scoring, promoted_model, refresh_scores
from predictor.segments import refresh_segments
from storage.errors import OpsbotError, StoreError
from storage.inbox import import_inbox


def nightly_reply(desk: Desk) -> Reply:
    """What came in and who is flagged; `facts` hold `imported`, `failed` and `problem`, empty where none."""
    desk.progress(N_("importing the inbox"))
    lines: list[str] = []
    imported: list[str] = []
    failed: list[str] = []
    try:
        reports = import_inbox(
            desk.home,
            timezone=desk.settings.timezone,
            currency=desk.settings.currency,
            describe=inbox_text,
            now=desk.now,
        )
    except StoreError as watched:  # another program imports the files
        lines.append(" ".join(sentences(watched)))
        reports = []
    for report in reports:
        lines.append(inbox_line(report))
        (imported if report.error is None else failed).append(report.name)
    desk.progress(N_("scoring everybody"))
    problem = ""
    try:
        with desk.store() as connection:
            models = desk.home.models
            new = prepare_scoring(
                connection, models, promoted_model(connection), desk.families(connection), desk.progress
            )
            refresh_scores(connection, models, desk.as_of(connection), desk.settings.flag_at, again=new)
            flagged = len(flagged_users(connection))
        title = _("Files imported: {imported}, not imported: {failed}. Flagged: {flagged}.").format(
            imported=formats.count(len(imported)),
            failed=formats.count(len(failed)),
            flagged=formats.count(flagged),
        )
    except OpsbotError as error:
        title = problem = " ".join(filter(None, sentences(error)))
    try:  # they need no model
        with desk.store() as connection:
            refresh_segments(
                connection,
                horizon_days=desk.settings.horizon_days,
                active_days=desk.settings.active_days,
                progress=desk.progress,
            )
    except OpsbotError as error:
        problem = problem or " ".join(filter(None, sentences(error)))
    return Reply(
        title=title,
        lines=lines,
        facts={"imported": ", ".join(imported), "failed": ", ".join(failed), "problem": problem},
        buttons=(Button(_("Digest"), _("digest now")),),
    )
