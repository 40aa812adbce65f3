"""The work of a night: the inbox is imported, everybody is scored, flags are advanced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot import formats
from bot.assistant import sentences
from bot.desk import Desk
from bot.due import latest_at
from bot.goes_with_reply import prepare_baskets
from bot.i18n import N_, _
from bot.inbox_reply import inbox_line, inbox_text
from bot.incident import report
from bot.problems import Problem, all_worded, incident_of, problem_of
from bot.reading_reply import forget_for_the_night, read_for_the_night
from bot.reply import Button, Reply
from predictor.flag_changes import flagged_users
from predictor.scoring import prepare_scoring, promoted_model, refresh_scores
from predictor.segments import refresh_segments
from predictor.track_record import settle
from storage import ledger
from storage.errors import OpsbotError, StoreError
from storage.inbox import InboxReport, import_inbox
from storage.recent_contacts import contact_times


def nightly_reply(desk: Desk) -> Reply:
    """What came in and who is flagged; `facts` hold `imported`, `failed` and `problems`, empty where none."""
    desk.progress(N_("importing the inbox"))
    problems: list[Problem] = []
    reports: Sequence[InboxReport] = ()
    lines: list[str] = []
    with _step("the inbox", problems):
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
    lines.extend(map(inbox_line, reports))
    imported = [each.name for each in reports if each.error is None]
    failed = [each.name for each in reports if each.error is not None]
    read = 0
    with _step("the reviews", problems):
        read, said = read_for_the_night(desk)
        lines += said
    desk.progress(N_("scoring everybody"))
    flagged: int | None = None
    with _step("the scores", problems), desk.store() as connection:
        models = desk.home.models
        new = prepare_scoring(
            connection, models, promoted_model(connection), desk.families(connection), desk.progress
        )
        refresh_scores(
            connection, models, desk.as_of(connection), desk.settings.flag_at, again=new or read > 0
        )
        flagged = len(flagged_users(connection))
    with _step("the track record", problems), desk.store() as connection, desk.home.bot() as bot:
        settle(connection, contact_times(connection, bot))
    with _step("the segments", problems), desk.store() as connection:  # they need no model
        refresh_segments(
            connection,
            horizon_days=desk.settings.horizon_days,
            active_days=desk.settings.active_days,
            progress=desk.progress,
        )
    with _step("old vectors", problems):
        forget_for_the_night(desk)
    with _step("the baskets", problems):
        prepare_baskets(desk)
    # An empty store is a problem of several steps.
    problem = all_worded(problems)
    done = _("Files imported: {imported}, not imported: {failed}. Flagged: {flagged}.").format(
        imported=formats.count(len(imported)),
        failed=formats.count(len(failed)),
        flagged="–" if flagged is None else formats.count(flagged),
    )
    return Reply(
        title=problem or done,
        lines=[*([done] if problem and flagged is not None else []), *lines],
        facts={"imported": ", ".join(imported), "failed": ", ".join(failed), "problems": problems},
        buttons=(Button(_("Digest"), _("digest now")),),
    )


def nightly_by_hand(desk: Desk) -> Reply:
    """The same, and written down as the work of the last night: what failed then and not now is over."""
    reply = nightly_reply(desk)
    now = desk.moment()
    due = latest_at(desk.settings.nightly_at, desk.settings.zone, now)
    assert due is not None
    with desk.home.bot() as connection:
        last = ledger.last_night(connection)
        said = dict(reply.facts)
        if last is not None and last[0] == due.local_date:
            for name in ("imported", "failed"):  # for the digest that was not sent yet
                said[name] = ", ".join(filter(None, (str(last[1].get(name) or ""), str(said[name]))))
        ledger.note_night(connection, due.local_date, now, said)
    return reply


@contextmanager
def _step(name: str, problems: list[Problem]) -> Iterator[None]:
    """One step of the night: what goes wrong in it is a problem to tell of, and keeps no other from going."""
    try:
        yield
    except OpsbotError as error:
        problems.append(problem_of(error))
    except Exception:
        problems.append(incident_of(report(f"the work of the night: {name}")))
