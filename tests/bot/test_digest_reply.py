"""The digest: who is new, what became of earlier ones, who is only counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.command import Asker
from bot.digest_reply import Seen, digest
from bot.i18n import using
from predictor.scoring import reasons_of, refresh_scores
from storage import flag_events
from storage.database import transaction
from storage.identity_changes import exclude, merge
from storage.moments import day_start
from tests.bot.conftest import ODD_IDS, Shop
from tests.conftest import LAST_DAY, Line, write


@pytest.fixture
def flagged(shop: Shop) -> Shop:
    """The shop with more than ten users flagged."""
    shop = shop.with_settings(flag_at=0.5)
    assert digest(shop.desk, None).reply.facts["flagged"] > 12  # type: ignore[operator]
    return shop


def users(shop: Shop, seen: Seen | None = None) -> list[object]:
    table = digest(shop.desk, seen).reply.table
    return [row[0] for row in table.rows] if table else []


def forget(shop: Shop, *user_ids: object) -> int:
    """Take the flags of these users back, as if they had never been flagged; returns the last event then."""
    with shop.home.store() as connection, transaction(connection):
        flag_events.record(connection, LAST_DAY, 0, entered=(), left=map(str, user_ids))
        event = flag_events.last_event(connection)
        flag_events.record(connection, LAST_DAY, day_start(LAST_DAY), entered=map(str, user_ids), left=())
    return event


def test_the_first_digest_lists_by_what_is_at_stake(flagged: Shop) -> None:
    reply = digest(flagged.desk, None).reply
    assert reply.table is not None
    stakes = [row[1] * row[3] for row in reply.table.rows]  # type: ignore[operator]
    assert stakes == sorted(stakes, reverse=True)
    assert len(stakes) == 10
    assert reply.title.startswith("Newly flagged: ")
    (rest,) = reply.attachments
    assert rest.name == f"newly-flagged-{LAST_DAY}.csv"
    assert reply.chart is not None


def test_nothing_new_is_nothing_to_do(flagged: Shop) -> None:
    first = digest(flagged.desk, None)
    reply = digest(flagged.desk, Seen(first.event, LAST_DAY)).reply
    assert reply.title.startswith("Nothing to do today: nobody is newly flagged; flagged in all: ")
    assert reply.table is None
    assert not reply.attachments
    assert (
        reply.lines[0]
        == f"Since the digest of {LAST_DAY:%b} {LAST_DAY.day}, {LAST_DAY.year}: 0 in, 0 out (+0)."
    )


def test_only_who_entered_since_the_last_digest_is_listed(flagged: Shop) -> None:
    one, two = users(flagged)[:2]
    event = forget(flagged, one, two)
    reply = digest(flagged.desk, Seen(event, LAST_DAY)).reply
    assert reply.facts["entered"] == 2
    assert set(users(flagged, Seen(event, LAST_DAY))) == {one, two}


def test_the_capacity_is_a_setting(flagged: Shop) -> None:
    assert len(users(flagged.with_settings(flag_at=0.5, daily_capacity=3))) == 3


def test_who_is_snoozed_or_was_contacted_lately_is_counted_and_not_listed(flagged: Shop) -> None:
    one, two, three = users(flagged)[:3]
    flagged.answer(f"snooze user {one}")
    flagged.answer(f"contacted user {two}")
    event = forget(flagged, one, two, three)
    reply = digest(flagged.desk, Seen(event, LAST_DAY)).reply
    assert users(flagged, Seen(event, LAST_DAY)) == [three]
    assert "Not listed: snoozed: 1 · contacted in the last 14 days: 1." in reply.lines
    assert users(flagged.days_later(15), Seen(event, LAST_DAY)) == [one, two, three]


def test_a_campaign_that_was_imported_is_a_contact_but_its_holdout_is_none(flagged: Shop) -> None:
    one, two = users(flagged)[:2]
    with flagged.home.store() as connection:
        connection.executemany(
            "INSERT INTO contacts (campaign_id, user_id, occurrence, sent_at, arm, import_id)"
            " VALUES ('c1', ?, 1, ?, ?, 1)",
            [(one, day_start(LAST_DAY), "contact"), (two, day_start(LAST_DAY), "holdout")],
        )
    event = forget(flagged, one, two)
    assert users(flagged, Seen(event, LAST_DAY)) == [two]


def test_it_says_what_became_of_earlier_ones(flagged: Shop) -> None:
    first = digest(flagged.desk, None)
    one, two = users(flagged)[:2]
    with flagged.home.store() as connection:
        connection.execute("UPDATE flag_events SET at = ?", (day_start(LAST_DAY),))
    mei = Asker("7", "Mei", "telegram", "5")
    flagged.answer(f"take user {one}", asker=mei)
    flagged.answer(f"contacted user {two}", asker=mei)
    earlier = digest(flagged.desk, Seen(first.event, LAST_DAY)).reply.lines[1]
    assert earlier.startswith("Earlier ones, of the last ")
    assert "Taken: 1 (Mei 1), contacted: 1, ordered: 0" in earlier
    count = int(str(first.reply.facts["flagged"]))
    assert earlier.endswith(f"still open: {count - 2}.")


def test_who_is_excluded_meanwhile_is_out_and_said_to_be(flagged: Shop) -> None:
    first = digest(flagged.desk, None)
    (one, *_) = users(flagged)
    with flagged.home.store() as connection:
        exclude(connection, str(one), "staff", int(flagged.now.timestamp()))
    lines = digest(flagged.desk, Seen(first.event, LAST_DAY)).reply.lines
    assert "Out: excluded: 1." in lines


def horizon_and_active(shop: Shop) -> tuple[int, int]:
    with shop.home.store() as connection:
        record = refresh_scores(connection, shop.desk.home.models, LAST_DAY, shop.settings.flag_at)
    return record.horizon_days, record.active_days


def lapse_one(shop: Shop) -> tuple[str, int]:
    """Let time pass until the flagged user with the oldest last order is no longer active.

    Returns that user and the last event before the flag.
    """
    with shop.home.store() as connection:
        user_id, recency = connection.execute(
            "SELECT user_id, recency_days FROM scores WHERE flagged ORDER BY recency_days DESC, user_id"
        ).fetchone()
    event = forget(shop, user_id)
    days = horizon_and_active(shop)[1] - int(recency) + 1
    with shop.home.store() as connection:
        write(connection, [Line("later", ODD_IDS[0], day_start(LAST_DAY + timedelta(days=days)))])
    return str(user_id), event


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", "Not listed: flagged, then excluded: 1."), ("zh", "未列出：预警后已排除1人。")],
)
def test_who_is_flagged_and_excluded_between_two_digests_is_counted(
    flagged: Shop, language: str, line: str
) -> None:
    one, two = users(flagged)[:2]
    event = forget(flagged, one, two)
    with flagged.home.store() as connection:
        exclude(connection, str(one), "staff", int(flagged.now.timestamp()))
    with using(language):
        found = digest(flagged.desk, Seen(event, LAST_DAY))
        after = digest(flagged.desk, Seen(found.event, LAST_DAY)).reply
    assert line in found.reply.lines
    assert [found.reply.facts[name] for name in ("entered", "left", "excluded", "lapsed")] == [1, 0, 1, 0]
    assert users(flagged, Seen(event, LAST_DAY)) == [two]
    assert line not in after.lines
    assert after.facts["excluded"] == 0


def test_the_first_line_does_not_deny_those_who_were_excluded_since(flagged: Shop) -> None:
    one = users(flagged)[0]
    event = forget(flagged, one)
    with flagged.home.store() as connection:
        exclude(connection, str(one), "staff", int(flagged.now.timestamp()))
    reply = digest(flagged.desk, Seen(event, LAST_DAY)).reply
    assert reply.title.startswith(
        "Nothing to do today: flagged, then excluded or lapsed: 1; flagged in all: "
    )
    assert "Not listed: flagged, then excluded: 1." in reply.lines


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", "Not listed: flagged, then lapsed: 1."), ("zh", "未列出：预警后已沉睡1人。")],
)
def test_who_is_flagged_and_lapses_between_two_digests_is_counted(
    flagged: Shop, language: str, line: str
) -> None:
    user_id, event = lapse_one(flagged)
    with using(language):
        reply = digest(flagged.desk, Seen(event, LAST_DAY)).reply
    assert line in reply.lines
    assert [reply.facts[name] for name in ("excluded", "lapsed")] == [0, 1]
    assert user_id not in users(flagged, Seen(event, LAST_DAY))


def test_who_was_told_of_and_then_excluded_or_lapsed_is_out_and_not_counted_twice(flagged: Shop) -> None:
    lapse_one(flagged)
    with flagged.home.store() as connection:
        event = flag_events.last_event(connection)
    reply = digest(flagged.desk, Seen(event, LAST_DAY)).reply
    assert any(line.startswith("Out: ") and "lapsed: " in line for line in reply.lines)
    assert [reply.facts[name] for name in ("excluded", "lapsed")] == [0, 0]


def test_who_is_at_a_lower_risk_by_now_is_not_among_the_lapsed(flagged: Shop) -> None:
    event = forget(flagged, *users(flagged))
    reply = digest(flagged.with_settings(flag_at=0.99).desk, Seen(event, LAST_DAY)).reply
    assert reply.facts["flagged"] == 0
    assert [reply.facts[name] for name in ("excluded", "lapsed")] == [0, 0]


def test_who_is_merged_into_a_flagged_user_is_not_among_the_lapsed(flagged: Shop) -> None:
    one, two = map(str, users(flagged)[:2])
    event = forget(flagged, two)
    with flagged.home.store() as connection:
        merge(connection, one, [two], int(flagged.now.timestamp()))
    facts = digest(flagged.desk, Seen(event, LAST_DAY)).reply.facts
    assert [facts[name] for name in ("excluded", "lapsed")] == [0, 0]


def test_a_first_digest_counts_those_of_the_last_horizon(flagged: Shop) -> None:
    (one, *_) = users(flagged)
    horizon, _active = horizon_and_active(flagged)
    with flagged.home.store() as connection:
        exclude(connection, str(one), "staff", int(flagged.now.timestamp()))
    assert digest(flagged.desk, None).reply.facts["excluded"] == 1
    with flagged.home.store() as connection, transaction(connection):
        before = LAST_DAY - timedelta(days=horizon + 1)
        connection.execute("UPDATE flag_events SET as_of = ?", (before.isoformat(),))
    assert digest(flagged.desk, None).reply.facts["excluded"] == 0


def test_old_data_is_the_first_thing_said(flagged: Shop) -> None:
    reply = digest(flagged.days_later(5).desk, None).reply
    assert reply.title == "The latest order is 5 days old; import newer ones for an answer about today."
    assert reply.lines[0].startswith("Newly flagged: ")


def test_it_is_said_in_chinese(flagged: Shop) -> None:
    with using("zh"):
        reply = digest(flagged.desk, Seen(0, date(2026, 1, 5))).reply
    assert not any(character.isascii() and character.isalpha() for character in reply.title)


def test_the_first_ones_can_be_taken_by_the_whole_team(flagged: Shop) -> None:
    reply = digest(flagged.desk, None).reply
    assert all(button.team for button in reply.buttons)
    for button in reply.buttons[:3]:
        assert flagged.answer(button.question).facts["act"] == "take"


def test_without_a_model_it_says_what_to_do(empty_shop: Shop) -> None:
    reply = empty_shop.ask("digest now")
    assert reply.failure is not None
    assert reply.failure.kind == "empty_store"


def test_the_reasons_of_many_users_are_those_of_each(shop: Shop) -> None:
    shop.answer("who is at risk")
    with shop.home.store() as connection:
        as_of = shop.desk.as_of(connection)
        users = [row[0] for row in connection.execute("SELECT user_id FROM scores ORDER BY user_id")]
        assert len(users) > 100
        together = reasons_of(connection, shop.desk.home.models, users, as_of)
        for user_id in users[:5]:
            alone = reasons_of(connection, shop.desk.home.models, [user_id], as_of)[user_id]
            assert [each.feature for each in together[user_id]] == [each.feature for each in alone]
