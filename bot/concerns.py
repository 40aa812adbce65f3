"""What somebody has to be told at once, as it stands now: everything is looked up, nothing remembered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.desk import Desk
from bot.problems import problems_of_night
from storage import audit, inbox, ledger, subscriptions
from storage.alerts import Concern
from storage.errors import EmptyStoreError
from storage.model_store import CHURN, every
from storage.moments import DAY_SECONDS

# After so many tries, about five minutes, a delivery is no longer just late.
MANY_TRIES = 5
# Of a training that was not even begun, or that whoever asked for it ended, nobody has to be told.
_NO_TRAINING = frozenset({"busy", "cancelled", "needs_confirmation", "not_allowed"})
_TELEGRAM = "telegram"


def concerns(desk: Desk) -> Sequence[Concern]:
    """All that there are now."""
    return [*_night(desk), *_stale(desk), *_inbox(desk), *_deliveries(desk), *_trainings(desk)]


def token_refused() -> Concern:
    """Telegram does not know the bot any more: not for Telegram."""
    return Concern("token", not_to=frozenset({(_TELEGRAM, "")}))


def _night(desk: Desk) -> Iterator[Concern]:
    """The last night's work failed."""
    with desk.home.bot() as connection:
        last = ledger.last_night(connection)
    problems = problems_of_night(last[1]) if last else []
    if last and problems:
        yield Concern("night", said={"day": last[0].isoformat(), "problems": problems})


def _stale(desk: Desk) -> Iterator[Concern]:
    """The data is older than answers are given without a word about it."""
    try:
        with desk.store() as connection:
            as_of = desk.as_of(connection)
    except EmptyStoreError:
        return
    if desk.is_stale(as_of):
        yield Concern("stale", said={"day": as_of.isoformat()})


def _inbox(desk: Desk) -> Iterator[Concern]:
    """Files that were not imported, as long as they lie in inbox/failed."""
    for name in inbox.set_aside(desk.home):
        yield Concern("inbox", name)


def _deliveries(desk: Desk) -> Iterator[Concern]:
    """A chat or webhook that what was due did not get through to."""
    with desk.home.bot() as connection:
        found = ledger.undelivered(connection, MANY_TRIES, desk.moment() - DAY_SECONDS)
        for each in found:
            about = subscriptions.find(connection, each.subscription_id)
            yield Concern(
                "delivery",
                f"{about.target}:{about.chat}:{about.thread}",
                {
                    "subscription": about.subscription_id,
                    "target": about.target,
                    "chat": about.chat,
                    "refused": each.refused,
                    "tries": each.tries,
                    "problem": each.problem,
                },
                not_to=frozenset({(about.target, about.chat)}),
            )


def _trainings(desk: Desk) -> Iterator[Concern]:
    """Trainings of the last day that ended, for those who did not ask for them."""
    with desk.home.bot() as connection:
        ended = audit.trainings(connection, desk.moment() - DAY_SECONDS)
    ended = [each for each in ended if each.outcome not in _NO_TRAINING]
    if not ended:
        return
    with desk.store() as connection:
        newest = next((each for each in every(connection) if each.task == CHURN), None)
    for each in ended:
        model = {"version": newest.version, "promoted": newest.stage == "promoted"} if newest else {}
        yield Concern(
            "training",
            str(each.audit_id),
            {"outcome": each.outcome, "at": each.at, **(model if each.outcome == "ok" else {})},
            not_to=frozenset({(_TELEGRAM, each.operator)}),
        )
