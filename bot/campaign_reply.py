"""Campaigns before and at their start: what one will be able to show, the draw, and the files for it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence

from bot import formats
from bot.campaign_names import asked_campaign, in_a_question
from bot.command import Question
from bot.desk import Desk
from bot.horizon import horizon_days
from bot.i18n import _
from bot.list_file import list_file
from bot.reply import Attachment, Button, Failure, Reply
from bot.users import asked_user
from predictor.campaign_results import LARGEST_DETECTABLE
from predictor.campaigns import CampaignError, Plan, plan_campaign, start_campaign
from storage import audiences, campaigns
from storage.campaigns import Campaign, Drawn
from storage.identities import ids_of
from storage.moments import DAY_SECONDS


def campaign_start_reply(question: Question, desk: Desk) -> Reply:
    """The plan, and once it is confirmed the campaign with its two files; raises CampaignError."""
    now = desk.moment()
    with desk.store() as connection:
        plan = _plan(question, desk, connection)
        if not question.confirmed:
            return _planned(plan, question, desk)
        if question.role != "admin":
            return _not_allowed()
        campaign = start_campaign(
            connection,
            plan,
            now=now,
            campaign_id=campaigns.free_id(connection, _name(plan.audience.goal), desk.local_day(now)),
            operator=question.asker.operator,
        )
        users = campaigns.drawn(connection, campaign.campaign_id)
    return _started(campaign, users, plan, desk)


def campaign_files_reply(question: Question, desk: Desk) -> Reply:
    """The files of our newest campaign, or of the one named, once more.

    Raises CampaignError where there is none or its lists were not drawn here, and UnknownCampaignError.
    """
    with desk.store() as connection:
        campaign = _asked(question, desk, connection)
        users = campaigns.drawn(connection, campaign.campaign_id)
    return Reply(
        title=_("Files of the campaign {campaign}: whom to write to, and whom not to.").format(
            campaign=campaign.campaign_id
        ),
        lines=[_how_to_use()],
        facts=_facts(campaign, users),
        attachments=_files(campaign, users, desk),
        buttons=(report_button(campaign.campaign_id),),
    )


def leave_out_reply(question: Question, desk: Desk) -> Reply:
    """Take a user out of an audience before the draw; raises CampaignError once that is made."""
    number = question.args.get("audience")
    with desk.store() as connection:
        user_id = asked_user(question, desk, connection)
        audience = audiences.audience(connection, number if isinstance(number, int) else None)
        begun = campaigns.of_audience(connection, audience.audience_id)
        if begun is not None:
            raise CampaignError(
                "The campaign {campaign} is drawn, and a draw is never changed: user {user} stays where they"
                " are.",
                next_step="Whoever has to get the message can get it: they count in the arm they were drawn"
                " into.",
                campaign=begun.campaign_id,
                user=user_id,
            )
        if not audiences.leave_out(connection, audience.audience_id, ids_of(connection, user_id)):
            raise CampaignError(
                "User {user} is not in audience {number}.",
                next_step="Nothing has to be done.",
                user=user_id,
                number=audience.audience_id,
            )
    return Reply(
        title=_("User {user} is left out of audience {number}: neither written to nor held out.").format(
            user=user_id, number=audience.audience_id
        ),
        facts={"user_id": user_id, "audience": audience.audience_id},
        buttons=(start_button(audience.audience_id),),
    )


def report_button(campaign_id: str) -> Button:
    """The button that asks what a campaign did."""
    return Button(
        _("Did it work?"), _("did campaign {campaign} work").format(campaign=in_a_question(campaign_id))
    )


def files_button(campaign_id: str) -> Button:
    """The button that asks for the files of a campaign of ours."""
    return Button(
        _("The files again"), _("files of campaign {campaign}").format(campaign=in_a_question(campaign_id))
    )


def start_button(audience_id: int) -> Button:
    """The button that makes a campaign of an audience: it shows the plan first."""
    return Button(
        _("Start a campaign"), _("start a campaign with audience {number}").format(number=audience_id)
    )


def _asked(question: Question, desk: Desk, connection: sqlite3.Connection) -> Campaign:
    named = asked_campaign(question, desk, connection)
    if named is None:
        ours = campaigns.every(connection)
        if not ours:
            raise CampaignError(
                "No campaign was started here yet.", next_step="Make an audience first: segment for promo"
            )
        return ours[0]
    campaign = campaigns.named(connection, named)
    if campaign is None:
        raise CampaignError(
            "The campaign {campaign} was imported: its lists were not drawn here, so it has no files.",
            next_step="Whether it worked: did campaign {said} work",
            campaign=named,
            said=in_a_question(named),
        )
    return campaign


def _plan(question: Question, desk: Desk, connection: sqlite3.Connection) -> Plan:
    number, share = question.args.get("audience"), question.args.get("share")
    return plan_campaign(
        connection,
        number if isinstance(number, int) else None,
        now=desk.moment(),
        horizon_days=horizon_days(desk, connection),
        share=float(share) if isinstance(share, int | float) else None,
        limit=desk.settings.holdout_limit,
    )


def _planned(plan: Plan, question: Question, desk: Desk) -> Reply:
    closes = desk.local_day(desk.moment() + plan.horizon_days * DAY_SECONDS)
    title = _(
        "With {users} users, {share} of them held out, it can show a difference of {points} points or more;"
        " reported on {day}."
    ).format(
        users=formats.count(len(plan.users)),
        share=formats.percent(plan.share),
        points=points(plan.detectable),
        day=formats.near_day(closes, desk.local_day(desk.moment())),
    )
    lines = [
        _(
            "{contact} get the message and {holdout} do not, drawn by lot, evenly over the scores. Without"
            " it about {rate} order within {days} days."
        ).format(
            contact=formats.count(plan.contact),
            holdout=formats.count(plan.holdout),
            rate=formats.percent(plan.expected_rate),
            days=plan.horizon_days,
        ),
        *_not_drawn(plan),
    ]
    if plan.detectable > LARGEST_DETECTABLE:
        lines.append(_("That is too little for a verdict: take a larger audience, or hold out more of it."))
    lines.append(
        _("The draw stands once it is made; before it: leave out user ID from audience {number}").format(
            number=plan.audience.audience_id
        )
    )
    if question.role != "admin":
        lines.append(_("An admin starts it."))
    exact = "audience" in question.args or "share" in question.args
    text = question.text if exact else start_button(plan.audience.audience_id).question
    return Reply(
        title=title,
        lines=lines,
        facts={
            "audience": plan.audience.audience_id,
            "goal": plan.audience.goal,
            "contact": plan.contact,
            "holdout": plan.holdout,
            "exempt": len(plan.exempt),
            "left_out": plan.left_out,
            "running": plan.running,
            "expected_rate": plan.expected_rate,
            "power": plan.detectable,
            "horizon_days": plan.horizon_days,
            "closes_on": closes.isoformat(),
        },
        buttons=(Button(_("Draw and start"), text, confirms=True),) if question.role == "admin" else (),
        failure=Failure("needs_confirmation", title, _("Ask again with --yes."))
        if question.role == "admin"
        else None,
    )


def _not_drawn(plan: Plan) -> tuple[str, ...]:
    parts = [
        _(sentence).format(count=formats.count(number))
        for number, sentence in (
            (plan.left_out, _("left out by hand: {count}")),
            (len(plan.exempt), _("held out in the last 90 days, so they get the message: {count}")),
            (plan.running, _("held out by something still measured, so they get none: {count}")),
        )
        if number
    ]
    return (_("Not drawn and not measured: {parts}.").format(parts=" · ".join(parts)),) if parts else ()


def _started(campaign: Campaign, users: Sequence[Drawn], plan: Plan, desk: Desk) -> Reply:
    facts = _facts(campaign, users)
    return Reply(
        title=_(
            "The campaign {campaign} is started: {contact} get the message, {holdout} are held out; reported"
            " on {day}."
        ).format(
            campaign=campaign.campaign_id,
            contact=formats.count(sum(each.arm != "holdout" for each in users)),
            holdout=formats.count(sum(each.arm == "holdout" for each in users)),
            day=formats.near_day(desk.local_day(campaign.closes_at), desk.local_day(desk.moment())),
        ),
        lines=[*_not_drawn(plan), _how_to_use()],
        facts=facts,
        attachments=_files(campaign, users, desk),
        buttons=(report_button(campaign.campaign_id), files_button(campaign.campaign_id)),
    )


def _facts(campaign: Campaign, users: Sequence[Drawn]) -> dict[str, object]:
    return {
        "campaign_id": campaign.campaign_id,
        "seed": campaign.seed,
        **{arm: sum(each.arm == arm for each in users) for arm in ("contact", "holdout", "exempt")},
        "power": campaign.detectable,
        "horizon_days": campaign.horizon_days,
    }


def _how_to_use() -> str:
    return _(
        "Write to the first file. Load the second as a suppression list into whatever else sends messages:"
        " who is held out must not get it from anywhere. What was really sent comes back as a contacts file"
        " with this campaign_id."
    )


def _files(campaign: Campaign, users: Sequence[Drawn], desk: Desk) -> tuple[Attachment, ...]:
    """Whom to write to (who is exempt included) and whom not to, by ids."""
    return (
        _file(campaign, "contact", (each.user_id for each in users if each.arm != "holdout"), desk),
        _file(campaign, "holdout", (each.user_id for each in users if each.arm == "holdout"), desk),
    )


def _file(campaign: Campaign, kind: str, user_ids: Iterable[str], desk: Desk) -> Attachment:
    rows = [(campaign.campaign_id, user_id) for user_id in user_ids]
    stem = f"{campaign.campaign_id}-{kind}"
    return list_file(desk, stem, ("campaign_id", "user_id"), rows, kind=f"campaign_{kind}")


def _not_allowed() -> Reply:
    message = _("Only an admin may start a campaign.")
    return Reply(title=message, failure=Failure("not_allowed", message, _("Ask one.")))


def _name(goal: str) -> str:
    """The goal as a part of ids and of names of files."""
    return re.sub(r"[^a-z0-9]+", "-", goal.lower()).strip("-") or "campaign"


def points(difference: float) -> str:
    """A size of a difference of rates in points, with a place where it is small."""
    return formats.decimal(100 * difference, 0 if difference >= 0.1 else 1)
