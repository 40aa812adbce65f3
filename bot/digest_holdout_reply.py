"""Holding a part of the newly flagged out of the digest: what it costs, when it shows what, how to stop."""

from __future__ import annotations

from collections.abc import Sequence

from bot import formats
from bot.command import Question
from bot.desk import Desk
from bot.i18n import _
from bot.reply import Button, Failure, Reply
from bot.warnings_effect_reply import ahead_line, facts_ahead
from predictor import draw
from predictor.campaigns import SMALLEST_SHARE, CampaignError
from predictor.flag_stream import flag_stream
from predictor.scoring import refresh_scores
from predictor.warning_effect import (
    Milestone,
    milestones,
    pool_sizes,
    rate_of_flagged,
)
from storage import warning_holdouts
from storage.database import transaction

# What the cost is shown for: so many of 100 warned users that a warning keeps.
_KEPT_OF_100 = 10


def digest_holdout_reply(question: Question, desk: Desk) -> Reply:
    """What it costs and when it shows what; once confirmed it holds. Raises CampaignError."""
    share = question.args.get("share")
    share = float(share) if isinstance(share, int | float) else 0.0
    _check(share, desk.settings.holdout_limit)
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        flag_at = desk.settings.flag_at
        record = refresh_scores(connection, desk.home.models, as_of, flag_at)
        before = warning_holdouts.current(connection)
        if before is not None and before.share == share:
            return _as_before(share)
        stream = flag_stream(connection, desk.home.models, record, as_of, flag_at)
        rate = rate_of_flagged(connection, record, as_of)
        if question.confirmed:
            with transaction(connection):
                warning_holdouts.set_share(
                    connection,
                    share,
                    seed=draw.new_seed(),
                    horizon_days=record.horizon_days,
                    expected_rate=rate,
                    at=desk.moment(),
                    by=question.asker.operator,
                )
    drawn = stream.drawn(share, record.horizon_days)
    ahead = milestones(
        pool_sizes(rate, share),
        (),
        drawn=drawn,
        horizon_days=record.horizon_days,
        today=desk.local_day(desk.moment()),
    )
    facts = {
        "share": share,
        "weekly": stream.weekly,
        "weekly_drawn": drawn[-1],
        "weekly_held_out": drawn[-1] * share,
        "horizon_days": record.horizon_days,
        "milestones": facts_ahead(ahead),
    }
    if question.confirmed:
        return _set(share, ahead, facts, desk)
    return _sure(question, share, stream.weekly, drawn[-1], record.horizon_days, ahead, facts, desk)


def digest_holdout_off_reply(question: Question, desk: Desk) -> Reply:
    """That nobody is held out any more, and how many are listed again."""
    with desk.store() as connection, transaction(connection):
        before = warning_holdouts.current(connection)
        if before is None:
            return Reply(
                title=_("Nobody is held out of the digest; nothing was changed."), facts={"share": 0.0}
            )
        back = len(warning_holdouts.held_out(connection, at=desk.moment()))
        warning_holdouts.set_share(
            connection,
            0.0,
            seed=before.seed,
            horizon_days=before.horizon_days,
            expected_rate=before.expected_rate,
            at=desk.moment(),
            by=question.asker.operator,
        )
    return Reply(
        title=_("Nobody is held out of the digest any more; listed again: {count}.").format(
            count=formats.count(back)
        ),
        lines=[_("What was measured to the end stays: what are the warnings worth")],
        facts={"share": 0.0, "listed_again": back},
        buttons=(Button(_("What are they worth?"), _("what are the warnings worth")),),
    )


def _check(share: float, limit: float) -> None:
    if share <= 0:
        raise CampaignError(
            "With nobody held out nothing can be measured.",
            next_step="Hold out {fewest:.0%} to {limit:.0%}; to stop: digest holdout off",
            fewest=SMALLEST_SHARE,
            limit=limit,
        )
    if not SMALLEST_SHARE <= share <= limit:
        raise CampaignError(
            "{share:.0%} cannot be held out: at least {fewest:.0%}, and at most {limit:.0%}, are.",
            next_step="Ask for a share between; an admin sets the limit (OPSBOT_HOLDOUT_LIMIT).",
            share=share,
            fewest=SMALLEST_SHARE,
            limit=limit,
        )


def _as_before(share: float) -> Reply:
    return Reply(
        title=_("{share} of the newly flagged are held out already; nothing was changed.").format(
            share=formats.percent(share)
        ),
        facts={"share": share},
        buttons=(Button(_("What are they worth?"), _("what are the warnings worth")),),
    )


def _sure(
    question: Question,
    share: float,
    weekly: float,
    drawn: float,
    days: int,
    ahead: Sequence[Milestone],
    facts: dict[str, object],
    desk: Desk,
) -> Reply:
    title = _(
        "Hold {share} of the newly flagged out of the digest, to measure what the warnings are worth?"
    ).format(share=formats.percent(share))
    hold = Button(_("Hold out {share}").format(share=formats.percent(share)), question.text, confirms=True)
    return Reply(
        title=title,
        lines=[
            _(
                "Who is drawn by lot is not listed for {days} days; everybody else is, as before. Who ordered"
                " in either group says what being listed is worth: nothing else does."
            ).format(days=days),
            _(
                "It costs: of about {weekly} newly flagged a week {drawn} are drawn in the long run, for who"
                " is being measured is not drawn again, and {out} are not listed. If a warning keeps {kept}"
                " users in 100, that is {lost} users a week, and none if it keeps nobody."
            ).format(
                weekly=formats.count(weekly),
                drawn=formats.count(drawn),
                out=formats.decimal(drawn * share),
                kept=_KEPT_OF_100,
                lost=formats.decimal(drawn * share * _KEPT_OF_100 / 100),
            ),
            *ahead_line(ahead, desk),
            _("Nobody is held out twice in 90 days. To stop at any time: digest holdout off"),
        ],
        facts=facts,
        buttons=(hold,),
        failure=Failure("needs_confirmation", title, _("Ask again with --yes.")),
    )


def _set(share: float, ahead: Sequence[Milestone], facts: dict[str, object], desk: Desk) -> Reply:
    return Reply(
        title=_("From now on {share} of the newly flagged are held out of the digest.").format(
            share=formats.percent(share)
        ),
        lines=[*ahead_line(ahead, desk), _("To stop at any time: digest holdout off")],
        facts=facts,
        buttons=(
            Button(_("What are they worth?"), _("what are the warnings worth")),
            Button(_("Stop it"), _("digest holdout off")),
        ),
    )
