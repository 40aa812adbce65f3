"""Past campaigns: whom each wrote to, whom it held out, and what came of it, as known at a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from storage.identities import EXCLUDED_USERS, MERGED_USER, MERGED_USERS
from storage.moments import DAY_SECONDS, day_of, day_start
from storage.snapshot import Snapshot

Floats = NDArray[np.float64]

# Of an imported campaign its messages count, of one of our own its draw, with the responses imported for it.
# `l` as the joins of who is who want it.
_CONTACTS = f"""
SELECT {MERGED_USER} AS user_id, l.campaign_id, l.sent_at, l.arm,
    CASE WHEN l.responded_at < :known_before THEN l.responded_at END AS responded_at
FROM (
    SELECT user_id, campaign_id, sent_at, COALESCE(arm, 'contact') AS arm, responded_at
    FROM contacts WHERE campaign_id NOT IN (SELECT campaign_id FROM campaigns)
    UNION ALL
    SELECT d.user_id, d.campaign_id, o.launched_at, d.arm, (
        SELECT MIN(c.responded_at) FROM contacts c
        WHERE c.campaign_id = d.campaign_id AND c.user_id = d.user_id
    )
    FROM campaign_users d JOIN campaigns o ON o.campaign_id = d.campaign_id
) l {MERGED_USERS}
WHERE l.sent_at < :known_before AND {MERGED_USER} NOT IN {EXCLUDED_USERS}
ORDER BY l.campaign_id, 1, l.sent_at
"""
_ORDERED = """
SELECT DISTINCT user_id FROM orders WHERE ordered_at > :launched_at AND ordered_at <= :closes_at
"""

# What a user did with earlier messages; all of it lies before the moment that is asked about.
CONTACT_FEATURES = (
    "contacts",
    "responses",
    "response_rate",
    "days_since_response",
    "days_since_contact",
    "responses_90d",
    "contacts_90d",
)
# Somebody who was written to once or twice is taken for an average user rather than for 0 % or 100 %.
_PRIOR_CONTACTS = 2.0
_PRIOR_RESPONSES = 0.25
RECENT_DAYS = 90


@dataclass(frozen=True)
class Contact:
    """One message to one user; times in epoch seconds, `responded_at` None where no response is known.

    `arm` is contact, holdout, or exempt: written to without having been drawn.
    """

    user_id: str
    campaign_id: str
    sent_at: int
    arm: str
    responded_at: int | None


@dataclass(frozen=True)
class Launch:
    """One campaign: everybody in it once, beside their arm and response; who is in both arms is held out.

    Both arms are launched at the moment of the first message. `contacted` and `responded` are (n_users,).
    """

    campaign_id: str
    launched_at: int
    user_ids: tuple[str, ...]
    contacted: NDArray[np.bool_]
    responded: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.user_ids)

    @property
    def has_both_arms(self) -> bool:
        """Whether some were written to and others held out."""
        return bool(self.contacted.any() and not self.contacted.all())

    @property
    def opens_at(self) -> int:
        """The beginning of the day of the launch: what is known of its users ends before it."""
        return day_start(day_of(self.launched_at))

    def closes_at(self, horizon_days: int) -> int:
        """The end of the window in which orders count for it."""
        return self.launched_at + horizon_days * DAY_SECONDS


@dataclass(frozen=True)
class PastContacts:
    """All messages known at a snapshot, in all and by user."""

    contacts: tuple[Contact, ...]
    by_user: dict[str, list[Contact]] = field(repr=False)

    @cached_property
    def launches(self) -> tuple[Launch, ...]:
        """The campaigns, the earliest first."""
        by_campaign: dict[str, list[Contact]] = {}
        for contact in self.contacts:
            if contact.arm != "exempt":
                by_campaign.setdefault(contact.campaign_id, []).append(contact)
        found = [_launch(name, contacts) for name, contacts in by_campaign.items()]
        return tuple(sorted(found, key=lambda launch: (launch.launched_at, launch.campaign_id)))

    def history(self, user_ids: Sequence[str], before: int) -> Floats:
        """(n_users, n_contact_features): what each did with messages sent before a moment, known then."""
        values = np.empty((len(user_ids), len(CONTACT_FEATURES)))
        for row, user_id in enumerate(user_ids):
            values[row] = _history(self.by_user.get(user_id, ()), before)
        return values


def past_contacts(snapshot: Snapshot) -> PastContacts:
    """The messages sent by the snapshot's day, with the responses known then; excluded users have none."""
    rows = snapshot.connection.execute(
        _CONTACTS,
        {"known_before": snapshot.known_before, "identities_before": snapshot.identities_known_before},
    ).fetchall()
    contacts = tuple(Contact(*row) for row in rows)
    by_user: dict[str, list[Contact]] = {}
    for contact in contacts:
        by_user.setdefault(contact.user_id, []).append(contact)
    return PastContacts(contacts, by_user)


def before_launch(snapshot: Snapshot, launch: Launch) -> Snapshot:
    """The shop on the evening before a campaign: nothing of the day of its launch is known."""
    return snapshot.at(day_of(launch.launched_at) - timedelta(days=1))


def ordered_after(snapshot: Snapshot, launch: Launch, horizon_days: int) -> NDArray[np.bool_]:
    """(n_users,) who ordered in (launch, launch + horizon], as known when that window closed.

    `snapshot` may be one of the campaign's users alone; the window has to have closed.
    """
    closes_at = launch.closes_at(horizon_days)
    rows = snapshot.at(day_of(closes_at)).query(
        _ORDERED, {"launched_at": launch.launched_at, "closes_at": closes_at}
    )
    ordered = {row[0] for row in rows}
    return np.array([user_id in ordered for user_id in launch.user_ids], dtype=np.bool_)


def _launch(campaign_id: str, contacts: Sequence[Contact]) -> Launch:
    arms: dict[str, bool] = {}
    responded: dict[str, bool] = {}
    for contact in contacts:
        arms[contact.user_id] = arms.get(contact.user_id, True) and contact.arm == "contact"
        responded[contact.user_id] = responded.get(contact.user_id, False) or contact.responded_at is not None
    return Launch(
        campaign_id,
        min(contact.sent_at for contact in contacts),
        tuple(arms),
        np.array(list(arms.values()), dtype=np.bool_),
        np.array([responded[user_id] for user_id in arms], dtype=np.bool_),
    )


def _history(contacts: Sequence[Contact], before: int) -> tuple[float, ...]:
    sent = [each for each in contacts if each.arm != "holdout" and each.sent_at < before]
    answered = [
        each.responded_at for each in sent if each.responded_at is not None and each.responded_at < before
    ]
    recent = before - RECENT_DAYS * DAY_SECONDS
    return (
        len(sent),
        len(answered),
        (len(answered) + _PRIOR_RESPONSES) / (len(sent) + _PRIOR_CONTACTS),
        (before - max(answered)) / DAY_SECONDS if answered else np.nan,
        (before - max(each.sent_at for each in sent)) / DAY_SECONDS if sent else np.nan,
        sum(moment >= recent for moment in answered),
        sum(each.sent_at >= recent for each in sent),
    )
