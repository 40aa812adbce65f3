"""Training asked for by message or by command line, and what its result reads like."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot import formats
from bot.desk import Desk
from bot.i18n import N_, _
from bot.model_words import figures
from bot.reply import Button, Reply

if TYPE_CHECKING:
    from predictor.training import Trained


def run_training(
    desk: Desk, *, as_of: date | None = None, horizon_days: int | None = None, active_days: int | None = None
) -> Trained:
    """Train as the settings and the given values say; a promoted model scores everybody at once."""
    from predictor.scoring import refresh_scores
    from predictor.training import train

    settings = desk.settings
    with desk.store() as connection:
        trained = train(
            connection,
            desk.home.models,
            as_of=as_of,
            horizon_days=horizon_days or settings.horizon_days,
            active_days=active_days or settings.active_days,
            flag_at=settings.flag_at,
            progress=desk.progress,
        )
        if trained.promoted:
            desk.progress(N_("scoring everybody"))
            refresh_scores(connection, desk.home.models, desk.as_of(connection), settings.flag_at)
    return trained


def trained_reply(trained: Trained, desk: Desk) -> Reply:
    """What was trained, how good it is, and whether it is now in use."""
    record = trained.record
    lines = [_(trained.decision).format(**trained.decision_values), *figures(record)]
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
        },
        buttons=(
            Button(_("Who is at risk?"), _("who is at risk")),
            Button(_("How good is it?"), _("how good is the model")),
        ),
        provenance=desk.provenance(record.as_of, record),
    )
