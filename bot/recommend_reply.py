"""What to offer one user: items with their reasons, and how often such a list held something bought."""

from __future__ import annotations

from datetime import date

from bot import formats
from bot.command import Question
from bot.desk import Desk
from bot.goes_with_reply import goes_with_question
from bot.i18n import _
from bot.reading_reply import item_reader
from bot.reply import Button, Provenance, Reply, Table
from bot.users import asked_user, in_a_question, who_is_who
from predictor.recommendations import Recommendation, recommendations, recommender_in_use
from predictor.recommender import TESTED_AT
from storage.model_store import ModelRecord

DEFAULT_LIMIT = 5
MOST_ROWS = 100


def recommend_reply(question: Question, desk: Desk) -> Reply:
    """The best items of one user first, then how good such recommendations are."""
    args = question.args
    limit = args.get("limit")
    most = min(limit, MOST_ROWS) if isinstance(limit, int) else DEFAULT_LIMIT
    only_new = bool(args.get("only_new"))
    with desk.store() as connection:
        as_of = desk.as_of(connection)
        user_id = asked_user(question, desk, connection)
        who = who_is_who(question, desk, connection)
        record = recommender_in_use(connection)
        reader = item_reader(desk) if record.card.get("texts") else None
        found = recommendations(
            connection, desk.home.models, user_id, as_of, most, only_new=only_new, encoder=reader
        )
    return Reply(
        title=_title(user_id, found, only_new),
        # The hit rate is that of whole lists: of new items alone it would promise too much.
        lines=[*who, *(() if only_new else _how_good(record)), *desk.stale_line(as_of)],
        facts={
            "user_id": user_id,
            "window_days": record.horizon_days,
            "hit_rate": None if only_new else record.card["hit_rate"],
            "hit_rate_popular": None if only_new else record.card["hit_rate_popular"],
        },
        table=_table(found, record) if found else None,
        buttons=_buttons(user_id, found, only_new),
        provenance=_provenance(record, as_of),
    )


def reason_of(recommendation: Recommendation) -> str:
    """Why an item is offered, in words; days are whole."""
    values = {
        name: formats.count(max(1, value)) if isinstance(value, float) else str(value)
        for name, value in recommendation.values.items()
    }
    return _(recommendation.reason).format(**values)


def hit_rate_line(record: ModelRecord) -> str:
    """How often one of the first ten recommended was bought, beside a list of what is most bought."""
    return _(
        "{hit} of users who bought anything within {days} days bought one of {count} recommended items"
        " (of the {count} most bought: {popular})."
    ).format(
        hit=formats.percent(record.card["hit_rate"]),
        popular=formats.percent(record.card["hit_rate_popular"]),
        count=TESTED_AT,
        days=record.horizon_days,
    )


def _how_good(record: ModelRecord) -> tuple[str, ...]:
    return (hit_rate_line(record),) if record.card["hit_rate"] is not None else ()


def _title(user_id: str, found: list[Recommendation], only_new: bool) -> str:
    if not found:
        return _("There is nothing to offer user {user} that can be had.").format(user=user_id)
    if found[0].score is None:
        return _("User {user} has bought none of these items yet; new users start with:").format(user=user_id)
    if only_new:
        return _("New to user {user}: {item} first.").format(user=user_id, item=found[0].name)
    return _("Offer user {user} {item} first.").format(user=user_id, item=found[0].name)


def _table(found: list[Recommendation], record: ModelRecord) -> Table:
    reasons = [reason_of(each) for each in found]
    return Table(
        columns=("item_id", "name", "score", "reason"),
        rows=tuple(
            (each.item_id, each.name, each.score, reason) for each, reason in zip(found, reasons, strict=True)
        ),
        headings=(
            _("item"),
            _("name"),
            _("bought in {days} days").format(days=record.horizon_days),
            _("because"),
        ),
        shown=tuple(
            (
                each.item_id,
                each.name,
                formats.percent(each.score) if each.score is not None else "–",
                reason,
            )
            for each, reason in zip(found, reasons, strict=True)
        ),
        narrow=frozenset({1, 2, 3}),
    )


def _buttons(user_id: str, found: list[Recommendation], only_new: bool) -> tuple[Button, ...]:
    user = in_a_question(user_id)
    new = Button(_("Only new items"), _("recommend only new items for user {user}").format(user=user))
    profile = Button(_("Profile"), _("tell me about user {user}").format(user=user))
    if not found:
        return (profile,)
    return (
        Button(_("Goes with {item}").format(item=found[0].name), goes_with_question(found[0].item_id)),
        *(() if only_new else (new,)),
        profile,
    )


def _provenance(record: ModelRecord, as_of: date) -> Provenance:
    return Provenance(
        as_of=as_of.isoformat(),
        data_through=as_of.isoformat(),
        model=record.version,
        horizon_days=record.horizon_days,
        definition=_("score: the chance that the user buys the item within {days} days").format(
            days=record.horizon_days
        ),
    )
