"""Training asked for by message or by command line, and what its result reads like."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from bot import formats
from bot.desk import Desk
from bot.i18n import N_, _
from bot.incident import report
from bot.list_file import list_file
from bot.model_words import figure, figures
from bot.reply import Attachment, Button, Reply
from storage.errors import OpsbotError

if TYPE_CHECKING:
    from predictor.flag_changes import FlagChanges
    from predictor.training import Trained
    from storage.model_store import ModelRecord

log = logging.getLogger(__name__)


class TrainingUnderWayError(OpsbotError):
    """Another training of the same home is not done yet."""

    kind = "busy"


@dataclass(frozen=True)
class TrainingReport:
    """What was trained, which model was in use before, and what the new one does to the flags.

    `flags` is None where there is nothing to compare: for a first model, or one trained on an earlier day.
    `recommender` is None where too little was bought to learn what to recommend, `valuer` where the history
    is too short to say what users are worth.
    """

    trained: Trained
    previous: ModelRecord | None
    flags: FlagChanges | None
    recommender: ModelRecord | None = None
    valuer: ModelRecord | None = None


def run_training(
    desk: Desk, *, as_of: date | None = None, horizon_days: int | None = None, active_days: int | None = None
) -> TrainingReport:
    """Train as the settings and the given values say; a promoted model scores everybody at once.

    Trained on today, the segments are found anew, too.

    Raises TrainingUnderWayError where another program trains in this home.
    """
    desk.home.create()
    try:
        with FileLock(desk.home.path / "training.lock", timeout=0):
            return _train(desk, as_of, horizon_days, active_days)
    except Timeout as error:
        raise TrainingUnderWayError(
            "Another training is under way.", next_step="Ask again when it is done."
        ) from error


def _train(
    desk: Desk, as_of: date | None, horizon_days: int | None, active_days: int | None
) -> TrainingReport:
    from predictor.flag_changes import flag_changes, flagged_users
    from predictor.scoring import refresh_scores
    from predictor.segments import refresh_segments
    from predictor.training import TASK, train
    from storage import model_store

    settings = desk.settings
    with desk.store() as connection:
        previous = model_store.promoted(connection, TASK)
        trained = train(
            connection,
            desk.home.models,
            as_of=as_of,
            horizon_days=horizon_days or settings.horizon_days,
            active_days=active_days or settings.active_days,
            flag_at=settings.flag_at,
            optional=desk.families(connection),
            progress=desk.progress,
            before_storing=desk.no_return,
        )
        desk.progress(N_("scoring everybody"))
        today = desk.as_of(connection)
        flags = None
        if previous is not None and trained.record.as_of == today:
            flags = flag_changes(
                connection,
                desk.home.models,
                trained.record,
                today,
                before=flagged_users(connection),
                flag_at=settings.flag_at,
            )
        if trained.promoted:
            refresh_scores(connection, desk.home.models, today, settings.flag_at)
        if trained.record.as_of == today:
            refresh_segments(
                connection,
                horizon_days=trained.record.horizon_days,
                active_days=trained.record.active_days,
                refit=True,
                progress=desk.progress,
            )
    recommender = _learn_to_recommend(desk, trained.record, as_of)
    valuer = _learn_values(desk, trained.record, as_of)
    if trained.record.as_of == today:
        _read_the_reviews(desk)
    return TrainingReport(trained, previous, flags, recommender, valuer)


def _read_the_reviews(desk: Desk) -> None:
    """So that complaints can be asked for at once; the training stays whatever happens here."""
    from bot.reading_reply import read_for_the_night

    try:
        for problem in read_for_the_night(desk)[1]:
            log.info("reviews not read: %s", problem)
    except Exception:
        report("reading the reviews")


def _learn_to_recommend(desk: Desk, churn: ModelRecord, as_of: date | None) -> ModelRecord | None:
    """The recommender of the same day; None where there is none to have.

    The model that was trained before stays whatever happens here.
    """
    from bot.reading_reply import item_reader
    from predictor.recommendations import train_recommender

    desk.progress(N_("learning what to recommend"))
    try:
        with desk.store() as connection:
            return train_recommender(
                connection,
                desk.home.models,
                as_of=as_of,
                active_days=churn.active_days,
                encoder=item_reader(desk),
            )
    except OpsbotError as error:
        log.info("no recommender: %s", error)
    except Exception:
        report("learning what to recommend")
    return None


def _learn_values(desk: Desk, churn: ModelRecord, as_of: date | None) -> ModelRecord | None:
    """The model of what users are worth, of the same day; None where there is none to have."""
    from predictor.value import train_valuer

    desk.progress(N_("learning what users are worth"))
    try:
        with desk.store() as connection:
            return train_valuer(connection, desk.home.models, as_of=as_of, active_days=churn.active_days)
    except OpsbotError as error:
        log.info("no values of users: %s", error)
    except Exception:
        report("learning what users are worth")
    return None


def trained_reply(report: TrainingReport, desk: Desk) -> Reply:
    """What was trained, how good it is, whether it is now in use, and whose flag that changes."""
    trained, record = report.trained, report.trained.record
    lines = [
        _(trained.decision).format(**trained.decision_values),
        *_changes(report),
        *figures(record),
        *_values(report, desk),
        *_recommends(report),
    ]
    if trained.definition_chosen:
        lines.insert(
            0,
            _(
                "Chosen from this shop's own rhythm: a horizon of {horizon} days; active is who"
                " ordered in the last {active} days. Both stay until you change them."
            ).format(horizon=record.horizon_days, active=record.active_days),
        )
    return Reply(
        title=_("Model {version} is trained on what was known as of {day}.").format(
            version=record.version, day=formats.day(record.as_of)
        ),
        lines=lines,
        facts={
            "version": record.version,
            "stage": record.stage,
            "promoted": trained.promoted,
            "decision": _(trained.decision).format(**trained.decision_values),
            "as_of": record.as_of.isoformat(),
            "horizon_days": record.horizon_days,
            "active_days": record.active_days,
            "rows": record.card["rows"],
            "cutoffs": record.card["cutoffs"],
            "test_dates": record.card["test_dates"],
            "metrics": record.card["metrics"],
            "families": record.card["families"],
            "compared": record.card["compared"],
            "weights_changed": record.card.get("weights_changed", []),
            "flagged": report.flags.flagged if report.flags else None,
            "entered": report.flags.count("entered") if report.flags else None,
            "left": report.flags.count("left") if report.flags else None,
        },
        attachments=_list_of_changes(report, desk),
        buttons=(
            Button(_("Who is at risk?"), _("who is at risk")),
            Button(_("How good is it?"), _("how good is the model")),
        ),
        provenance=desk.provenance(record.as_of, record),
    )


def _values(report: TrainingReport, desk: Desk) -> tuple[str, ...]:
    """How good the expected revenue was in the back-test, or that there is none."""
    from bot.value_reply import how_good_line

    if report.valuer is None:
        return (_("Nothing is said about what users are worth: the history is too short."),)
    with desk.store() as connection:
        return (how_good_line(report.valuer, desk, connection),)


def _recommends(report: TrainingReport) -> tuple[str, ...]:
    """How good the recommendations are, or that there are none."""
    from bot.recommend_reply import hit_rate_line

    if report.recommender is None:
        return (_("No recommendations: too little was bought lately to learn from."),)
    if report.recommender.card["hit_rate"] is None:
        return ()
    return (hit_rate_line(report.recommender),)


def _changes(report: TrainingReport) -> list[str]:
    """The numbers of the model in use before beside the new ones, and who enters and leaves the flagged."""
    lines = [*_compared(report), *_weights(report)]
    if report.flags is not None:
        sentence = (
            _("Flagged now: {flagged}; entered: {entered}, left: {left}.")
            if report.trained.promoted
            else _("In use it would flag {flagged}; entering: {entered}, leaving: {left}.")
        )
        lines.append(
            sentence.format(
                flagged=formats.count(report.flags.flagged),
                entered=formats.count(report.flags.count("entered")),
                left=formats.count(report.flags.count("left")),
            )
        )
    return lines


def _compared(report: TrainingReport) -> list[str]:
    """Both models on the same dates; where there are none, each on its own."""
    from predictor.definition import definition_of

    record, previous = report.trained.record, report.previous
    if previous is None or definition_of(previous) != definition_of(record):
        return []
    compared = record.card["compared"]
    if compared is not None:
        sentence = (
            _(
                "On {dates} past dates that neither had seen, {users} scores: AUROC {new_auroc} against"
                " {auroc} of model {version}, Brier {new_brier} against {brier}."
            )
            if compared["by"] == "new_dates"
            else _(
                "On the same {dates} past dates, {users} scores: AUROC {new_auroc} against {auroc} of model"
                " {version}, Brier {new_brier} against {brier}."
            )
        )
        before, after = compared["current"], compared["candidate"]
    else:
        sentence = _(
            "Each on past dates of its own: AUROC {new_auroc} against {auroc} of model {version}, Brier"
            " {new_brier} against {brier}."
        )
        before, after = previous.card["metrics"], record.card["metrics"]
    return [
        sentence.format(
            dates=formats.count(len(compared["dates"]) if compared else 0),
            users=formats.count(compared["users"] if compared else 0),
            version=previous.version,
            auroc=figure(before["auroc"]),
            new_auroc=figure(after["auroc"]),
            brier=figure(before["brier"]),
            new_brier=figure(after["brier"]),
        )
    ]


def _weights(report: TrainingReport) -> list[str]:
    """The features whose weight changed most, if any changed so that it shows."""
    changes = [
        each
        for each in report.trained.record.card.get("weights_changed", ())
        if formats.percent(each["before"], places=1) != formats.percent(each["after"], places=1)
    ]
    if not changes:
        return []
    parts = [
        _("{feature} {before} → {after}").format(
            feature=each["feature"],
            before=formats.percent(each["before"], places=1),
            after=formats.percent(each["after"], places=1),
        )
        for each in changes
    ]
    return [_("Changed most in weight: {changes}.").format(changes=", ".join(parts))]


def _list_of_changes(report: TrainingReport, desk: Desk) -> tuple[Attachment, ...]:
    """The users behind the counts, as a file in the home's exports."""
    if report.flags is None or not report.flags.changes:
        return ()
    rows = [(each.user_id, each.change, each.probability) for each in report.flags.changes]
    stem = f"flag-changes-model-{report.trained.record.version}"
    return (list_file(desk, stem, ("user_id", "change", "probability"), rows, kind="flag_changes"),)
