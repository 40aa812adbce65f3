"""From which risk on users are flagged: said first what it would find, then set, kept, and taken back."""

from __future__ import annotations

import pytest

from bot.command import Asker
from storage import flag_settings
from storage.flag_settings import FlagRule
from tests.bot.conftest import Shop

ECONOMICS = "a contact costs 2 €, a kept user is worth 40 €, one in five comes back"
MEI = Asker(operator="7", name="Mei", transport="telegram", chat="7")


def holds(shop: Shop) -> FlagRule | None:
    with shop.home.store() as connection:
        setting = flag_settings.current(connection)
        return setting.rule if setting else None


def flagged(shop: Shop) -> dict[str, float]:
    with shop.home.store() as connection:
        return dict(connection.execute("SELECT user_id, probability FROM scores WHERE flagged").fetchall())


def test_what_it_would_find_is_said_before_it_is_set(shop: Shop) -> None:
    reply = shop.ask("flag at 60 %", "admin")

    assert reply.failure is not None
    assert reply.failure.kind == "needs_confirmation"
    assert reply.title == "Flag users from 60 % on?"
    assert [(each.label, each.question, each.confirms) for each in reply.buttons] == [
        ("Flag from 60 %", "flag at 60 %", True)
    ]
    assert holds(shop) is None
    facts = reply.facts
    hits, false_alarms, flags = (
        float(str(facts[name])) for name in ("expected_hits", "expected_false_alarms", "flagged")
    )
    tested, churned = int(str(facts["tested_users"])), int(str(facts["tested_churned"]))
    assert hits + false_alarms == pytest.approx(flags)
    # But for the few who only keep a flag they had.
    assert hits == pytest.approx(flags * churned / tested, abs=1)
    said = "\n".join(reply.lines)
    assert f"expect {hits:.0f} hits and {false_alarms:.0f} false alarms" in said
    assert f"It would flag {flags:.0f} of {facts['active']} now" in said


def test_confirmed_it_holds_for_everybody_and_what_was_said_came_true(shop: Shop) -> None:
    before = shop.ask("flag at 60 %", "admin").facts
    reply = shop.answer("flag at 60 %", "admin", confirmed=True, asker=MEI)

    assert holds(shop) == FlagRule(0.6)
    assert {name: reply.facts[name] for name in ("flagged", "entered", "left")} == {
        name: before[name] for name in ("flagged", "entered", "left")
    }
    now = flagged(shop)
    assert len(now) == reply.facts["flagged"]
    assert any(p < 0.9 for p in now.values())
    chart = shop.answer("who is at risk").chart
    assert chart is not None
    assert getattr(chart, "flag_at", None) == 0.6
    shown = shop.answer("what is the flag threshold")
    assert shown.facts["flag_at"] == 0.6
    assert "60 % was set by Mei on Feb 4, 2024; it is kept over retrainings." in shown.lines
    quality = shop.answer("how good is the model")
    assert quality.facts["flag_at"] == 0.6
    assert quality.facts["recall"] == shown.facts["recall"]


def test_taking_a_lower_threshold_back_leaves_flagged_who_was_before(shop: Shop) -> None:
    shop.answer("flag at 60 %", "admin", confirmed=True)
    before = flagged(shop)
    shop.answer("flag at 30 %", "admin", confirmed=True)
    during = flagged(shop)
    back = shop.answer("undo the flag threshold", "admin", confirmed=True)

    assert set(before) < set(during)
    assert any(0.5 <= p < 0.6 for p in during.values()), "nobody whom the margin could have kept"
    assert set(flagged(shop)) == set(before)
    assert back.facts["flagged"] == len(before)


def test_a_higher_threshold_lets_go_at_once_and_said_so_before(shop: Shop) -> None:
    shop.answer("flag at 50 %", "admin", confirmed=True)
    before = flagged(shop)
    said = shop.ask("flag at 55 %", "admin").facts
    shop.answer("flag at 55 %", "admin", confirmed=True)

    assert set(flagged(shop)) == {user for user, p in before.items() if p >= 0.55}
    assert (said["flagged"], said["left"]) == (len(flagged(shop)), len(before) - len(flagged(shop)))


def test_by_costs_it_is_where_a_contact_pays(shop: Shop) -> None:
    reply = shop.answer(ECONOMICS, "admin", confirmed=True)

    assert holds(shop) == FlagRule(0.25, "economics", cost_cents=200.0, value_cents=4000, success=0.2)
    costs, brings, hits = (
        float(str(reply.facts[name])) for name in ("costs_cents", "brings_cents", "expected_hits")
    )
    assert costs == 200 * len(flagged(shop))
    assert brings == pytest.approx(hits * 0.2 * 4000)
    assert any("is more than the 2.00 it costs: from 25 % on" in line for line in reply.lines)
    again = shop.ask("联系一个人2元，留住一个值40元，五个里能留一个", "admin")
    assert again.title == "确定把预警线设为25%吗？"
    assert any("误报" in line for line in again.lines)


def test_by_capacity_no_more_become_flagged_than_can_be_called(shop: Shop) -> None:
    reply = shop.answer("I can call 4 a day", "admin", confirmed=True)

    rule = holds(shop)
    assert rule is not None
    assert (rule.rule, rule.per_day) == ("capacity", 4)
    assert 0 < float(str(reply.facts["newly_flagged_per_working_day"])) <= 4
    plenty = shop.ask("我一天能打30000个电话", "admin")
    assert plenty.failure is not None
    assert plenty.failure.kind == "threshold"
    assert "足够联系所有人" in plenty.failure.message
    assert holds(shop) == rule


def test_who_only_keeps_a_flag_is_expected_to_be_a_hit_less_often(shop: Shop) -> None:
    shop.answer("flag at 40 %", "admin", confirmed=True)
    with shop.home.store() as connection:  # as if scores had fallen: nobody said that flags should end
        flag_settings.keep(connection, FlagRule(0.45), at=0, by="1")
    higher = shop.answer("what is the flag threshold")
    kept = sum(p < 0.45 for p in flagged(shop).values())
    facts = {name: float(str(higher.facts[name])) for name in ("expected_hits", "tested_users", "flagged")}
    assert kept > 0
    assert (
        facts["expected_hits"]
        < facts["flagged"] * int(str(higher.facts["tested_churned"])) / (facts["tested_users"])
    )


def test_taken_back_the_one_before_holds_and_flags_are_made_anew(shop: Shop) -> None:
    nobody = shop.answer("undo the flag threshold", "admin", confirmed=True)
    assert nobody.title == "No threshold was set by message; nothing was changed."
    own = nobody.facts["flag_at"]
    shop.answer("flag at 60 %", "admin", confirmed=True)
    shop.answer("flag at 40 %", "admin", confirmed=True)

    back = shop.answer("撤销预警线", "admin", confirmed=True)

    assert back.title == "已撤销40%，预警线恢复为60%。"
    assert all(p >= 0.6 for p in flagged(shop).values())
    assert shop.answer("reset the flag threshold", "admin", confirmed=True).facts["flag_at"] == own


def test_the_environment_wins_and_that_is_said(shop: Shop) -> None:
    shop.answer("flag at 60 %", "admin", confirmed=True)
    set_outside = shop.with_settings(flag_at=0.7)

    refused = set_outside.ask("flag at 80 %", "admin", confirmed=True)

    assert refused.failure is not None
    assert refused.failure.message == "OPSBOT_FLAG_AT is set to 70%, and it wins over what is said here."
    shown = set_outside.answer("what is the flag threshold")
    assert shown.facts["flag_at"] == 0.7
    assert shown.lines[0] == "OPSBOT_FLAG_AT sets it, and wins over what is said here."
    assert holds(shop) == FlagRule(0.6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("flag at 0%", "A threshold lies between"),
        ("flag at 100%", "A threshold lies between"),
        ("a contact costs 2 €", "A threshold by costs takes three parts"),
        ("a contact costs 0 €, a kept user is worth 40 €, one in five comes back", "there is no threshold"),
        ("a contact costs 8 €, a kept user is worth 40 €, one in five comes back", "A contact never pays"),
        ("set the flag threshold by capacity", "From which risk on"),
    ],
)
def test_what_makes_no_threshold_is_refused_in_words(shop: Shop, text: str, said: str) -> None:
    failure = shop.ask(text, "admin", confirmed=True).failure
    assert failure is not None
    assert failure.kind == "threshold"
    assert said in failure.message
    assert failure.next_step
    assert holds(shop) is None


def test_only_an_admin_sets_it(shop: Shop) -> None:
    failure = shop.ask("flag at 60 %", confirmed=True).failure
    assert failure is not None
    assert failure.kind == "not_allowed"
    assert holds(shop) is None
