"""`opsbot merge` and `opsbot exclude`, and what answers say of who was merged or excluded."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from bot.i18n import using
from storage.database import Home, transaction
from storage.identity_changes import exclude, merge
from tests.bot.conftest import LAPSED, NEW, ODD_IDS, Program, Shop
from tests.conftest import FIRST_DAY

KEPT, OTHER, THIRD = ODD_IDS


def said_to(home: Home) -> list[tuple[str, str, str, str]]:
    with home.bot() as connection:
        rows = connection.execute("SELECT transport, operator, command, outcome FROM audit ORDER BY audit_id")
        return [tuple(row) for row in rows]


def scored(program: Program) -> set[str]:
    """Everybody who has a score today."""
    return {row[0] for row in csv.reader(io.StringIO(program("score").stdout))}


def orders_of(program: Program, user: str) -> dict[str, object]:
    facts = program.json(
        "ask", f'tell me about user "{user}"' if user != THIRD else f"tell me about user '{user}'"
    )
    return dict(facts["facts"])


# -- merge -----------------------------------------------------------------------------------------------


def test_a_merged_id_answers_for_the_user_it_is_part_of_and_says_so(program: Program) -> None:
    separate = [orders_of(program, user) for user in (KEPT, OTHER)]
    result = program.json("merge", "user", KEPT, OTHER)

    assert {name: result[name] for name in ("ok", "user_id", "changed", "unchanged", "undone")} == {
        "ok": True,
        "user_id": KEPT,
        "changed": [OTHER],
        "unchanged": [],
        "undone": False,
    }
    assert f"User {OTHER} is user {KEPT} from now on." in result["text"]
    for user in (KEPT, OTHER):
        together = orders_of(program, user)
        assert together["user_id"] == KEPT
        for name in ("frequency", "monetary_cents"):
            assert together[name] == separate[0][name] + separate[1][name]  # type: ignore[operator]
    about_other = program.json("ask", f"churn risk for {OTHER}")
    assert about_other["facts"]["user_id"] == KEPT
    assert f"并入用户{KEPT}。" in about_other["text"]
    assert " since " not in program.json("ask", f"churn risk for user {KEPT}")["text"]


def test_scores_of_today_know_the_merge_and_those_of_a_named_day_do_not(
    program: Program, shop_home: Home
) -> None:
    day = FIRST_DAY + timedelta(days=300)
    program("train", "--as-of", day)
    before = program("score").stdout, program("score", "--as-of", day).stdout

    program("merge", "user", KEPT, OTHER)
    program("exclude", "user", THIRD)

    assert program("score", "--as-of", day).stdout == before[1]
    assert program("score").stdout != before[0]
    assert KEPT in scored(program)
    assert not {OTHER, THIRD} & scored(program)

    program("merge", "user", KEPT, OTHER, "--undo")
    program("exclude", "user", THIRD, "--undo")
    assert (program("score").stdout, program("score", "--as-of", day).stdout) == before


def test_a_merge_is_undone_as_the_output_says(program: Program) -> None:
    text = program("merge", "user", KEPT, OTHER, LAPSED).stdout
    assert f"To undo: opsbot merge user {KEPT} '{OTHER}' {LAPSED} --undo\n" in text

    result = program.json("merge", "user", KEPT, OTHER, LAPSED, "--undo")
    assert (result["changed"], result["undone"]) == ([OTHER, LAPSED], True)
    assert orders_of(program, OTHER)["user_id"] == OTHER


def test_merging_twice_is_said_and_done_once(program: Program) -> None:
    program("merge", "user", KEPT, OTHER)
    again = program.json("merge", "user", KEPT, OTHER, LAPSED)

    assert (again["changed"], again["unchanged"]) == ([LAPSED], [OTHER])
    assert f"User {OTHER} is user {KEPT} already; nothing changed." in again["text"]


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("user", KEPT, KEPT), "identity"),
        (("user", OTHER, KEPT), "identity"),
        (("user", KEPT, "nobody"), "unknown_user"),
        (("user", KEPT, LAPSED, "nobody"), "unknown_user"),
        (("user", KEPT, LAPSED, "--undo"), "identity"),
    ],
)
def test_what_cannot_be_merged_is_one_sentence_and_changes_nothing(
    program: Program, shop_home: Home, arguments: tuple[str, ...], kind: str
) -> None:
    program("merge", "user", KEPT, OTHER)
    with shop_home.store() as store:
        before = list(map(tuple, store.execute("SELECT * FROM merged_users")))

    assert program.json("merge", *arguments, code=1)["error"]["kind"] == kind
    shown = program("merge", *arguments, code=1)

    assert shown.stdout == ""
    assert shown.stderr.count("\n") == 1
    with shop_home.store() as store:
        assert list(map(tuple, store.execute("SELECT * FROM merged_users"))) == before
    assert said_to(shop_home)[-1] == (
        "program",
        "local",
        "unmerge" if "--undo" in arguments else "merge",
        kind,
    )


def test_an_address_is_merged_by_its_pseudonym(fresh_program: Program, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        "order_id,user_id,ordered_at,item_id,unit_price\nA,42,2024-03-01,mug,5\nB,mei@example.org,2024-03-02,mug,3\n"
    )
    fresh_program("import", file)
    fresh_program("merge", "user", "42", "Mei@example.org")

    profile = fresh_program.json("ask", "tell me about mei@example.org")
    assert (profile["facts"]["user_id"], profile["facts"]["monetary_cents"]) == ("42", 800)


def test_acts_of_the_team_go_with_the_merged_user(shop: Shop) -> None:
    shop.answer(f"snooze user {OTHER}")
    listed = {row[0] for row in table(shop)}
    assert KEPT in listed
    assert OTHER not in listed

    with shop.home.store() as store, transaction(store):
        merge(store, KEPT, [OTHER], int(shop.now.timestamp()))
    assert KEPT not in {row[0] for row in table(shop)}
    assert any(line.startswith("Snoozed until ") for line in shop.answer(f"risk of user {KEPT}").lines)

    with shop.home.store() as store, transaction(store):
        merge(store, KEPT, [LAPSED], int(shop.now.timestamp()))
    taken = shop.answer(f"take user {LAPSED}")
    assert taken.facts["user_id"] == KEPT
    assert f"User {LAPSED} is user {KEPT} since Feb 4." in taken.lines


def table(shop: Shop) -> list[tuple[object, ...]]:
    found = shop.answer("top 1000 users with a churn risk above 0%").table
    assert found is not None
    return list(found.rows)


# -- exclude ---------------------------------------------------------------------------------------------


def test_an_excluded_user_is_not_listed_and_the_answers_say_so(program: Program) -> None:
    before = orders_of(program, KEPT)
    result = program.json("exclude", "user", KEPT, "--kind", "wholesale")

    assert (result["user_id"], result["excluded"], result["kind"], result["changed"]) == (
        KEPT,
        True,
        "wholesale",
        True,
    )
    assert f"To undo: opsbot exclude user {KEPT} --undo" in result["text"]
    risk = program.json("ask", f"churn risk for user {KEPT}")
    assert (risk["facts"]["probability"], risk["facts"]["flagged"]) == (None, False)
    assert risk["title"] == f"User {KEPT} is excluded, so there is no score."
    assert "(wholesale)" in risk["text"]
    profile = orders_of(program, KEPT)
    assert profile["standing"] == "excluded"
    assert [profile[name] for name in ("frequency", "monetary_cents")] == [
        before[name] for name in ("frequency", "monetary_cents")
    ]
    listed = program.json("ask", "top 1000 users with a churn risk above 0%")["table"]["rows"]
    assert KEPT not in {row[0] for row in listed}


def test_an_exclusion_is_said_twice_and_undone(program: Program, shop_home: Home) -> None:
    program("exclude", "user", KEPT)
    again = program.json("exclude", "user", KEPT)
    assert (again["changed"], again["kind"]) == (False, None)
    assert "already (no reason given); nothing changed." in again["text"]

    undone = program.json("exclude", "user", KEPT, "--undo")
    assert (undone["excluded"], undone["changed"]) == (False, True)
    assert orders_of(program, KEPT)["standing"] == "active"
    assert program.json("exclude", "user", KEPT, "--undo", code=1)["error"]["kind"] == "identity"
    assert program.json("exclude", "user", "nobody", code=1)["error"]["kind"] == "unknown_user"
    audited = [entry for entry in said_to(shop_home) if entry[0] == "program"]
    assert [entry[2:] for entry in audited] == [
        ("exclude", "ok"),
        ("exclude", "ok"),
        ("include", "ok"),
        ("include", "identity"),
        ("exclude", "unknown_user"),
    ]


def test_excluding_a_merged_id_excludes_the_user_it_is_part_of(program: Program) -> None:
    program("merge", "user", KEPT, OTHER)
    result = program.json("exclude", "user", OTHER, "--kind", "staff")

    assert result["user_id"] == KEPT
    assert result["text"].startswith(f"User {OTHER} is user {KEPT}.\n")
    assert not {KEPT, OTHER} & scored(program)


def test_a_wrong_kind_is_wrong_usage(program: Program) -> None:
    program("exclude", "user", KEPT, "--kind", "person", code=2)
    program("merge", "user", KEPT, code=2)


def test_a_users_file_excludes_by_its_kinds(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text(f"user_id,kind\n{KEPT},staff\n{OTHER},person\n", encoding="utf-8")
    program("import", file)

    assert OTHER in scored(program)
    assert KEPT not in scored(program)


def test_who_never_ordered_can_be_excluded_too(program: Program) -> None:
    program("exclude", "user", NEW)
    shown = program.json("ask", f"tell me about user {NEW}")

    assert shown["title"] == f"User {NEW} has not ordered yet."
    assert "Excluded since " in shown["text"]


def test_chinese_answers_say_it_in_chinese(shop: Shop) -> None:
    with shop.home.store() as store, transaction(store):
        merge(store, KEPT, ["lapsed-1"], int(shop.now.timestamp()))
        exclude(store, KEPT, "staff", int(shop.now.timestamp()))

    reply = shop.answer("用户lapsed-1的流失风险")

    assert reply.title == f"用户{KEPT}已被排除，因此没有评分。"
    with using("zh"):
        assert list(reply.lines[:2]) == [
            f"用户lapsed-1自2月4日起并入用户{KEPT}。",
            "自2月4日起被排除（员工）：不评分、不进名单、不参与训练，销售额仍计入总数。",
        ]
