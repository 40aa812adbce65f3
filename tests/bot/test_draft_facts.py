"""What drafts are filled with: whose language, which offer, and the warnings that stand before them."""

from __future__ import annotations

import pytest

from bot.reply_codec import from_json, to_json
from bot.transports.webhook.text import whole
from storage.database import transaction
from storage.identity_changes import exclude
from storage.moments import DAY_SECONDS, day_start
from tests.bot.conftest import LAPSED, Shop
from tests.bot.drafting import USER, drafts, name_items
from tests.conftest import LAST_DAY
from tests.reviews import Review, write_reviews

SMS = f"write an sms to user {USER}"
FRENCH = """
language = "fr"
name = "Français"
[[sms.texts]]
text = "Bonjour, {item} vous a plu ? Écrivez-nous."
[[email.texts]]
subject = "Bonjour"
text = "Bonjour, {item} vous a plu ?"
[[chat.texts]]
text = "Bonjour, {item} vous a plu ?"
"""


@pytest.fixture
def named(shop: Shop) -> Shop:
    """The shop with named items, and USER."""
    return name_items(shop)


def speaks(shop: Shop, language: str | None) -> None:
    with shop.home.store() as connection:
        connection.execute("UPDATE users SET language = ? WHERE user_id = ?", (language, USER))


def test_who_reads_german_gets_german(named: Shop) -> None:
    speaks(named, "de-AT")
    reply = named.answer(SMS)
    assert reply.facts["language"] == "de"
    texts = [each["text"] for each in drafts(reply)]
    assert texts and all("Sie" in text for text in texts)
    assert any("bestellt" in text and ("Blue mug" in text or "Green bowl" in text) for text in texts)
    assert not any("蓝" in text or "绿" in text for text in texts)


def test_a_file_of_the_home_adds_a_language(named: Shop) -> None:
    speaks(named, "fr")
    missing = named.answer(SMS)
    assert missing.facts["language"] == "en"
    assert "There are no texts in the user's language (fr), so these are in English." in missing.lines
    folder = named.home.path / "messages"
    folder.mkdir()
    (folder / "fr.toml").write_text(FRENCH, encoding="utf-8")
    reply = named.answer(SMS)
    assert reply.facts["language"] == "fr"
    (draft,) = drafts(reply)
    assert draft["text"].startswith("Bonjour, ") and draft["text"].endswith("Écrivez-nous.")


def test_where_the_profile_has_no_language_reviews_say_it(named: Shop) -> None:
    speaks(named, None)
    assert "Language: English; that of this user is not known." in named.answer(SMS).lines
    when = day_start(LAST_DAY) - 9 * DAY_SECONDS
    with named.home.store() as connection:
        write_reviews(connection, [Review(USER, when + n, "杯子很好看，物流也很快") for n in range(3)])
    reply = named.answer(SMS)
    assert reply.facts["language"] == "zh"
    assert any(line.endswith("that of the user's reviews.") for line in reply.lines)
    assert all(each["text"].endswith("拒收请回复R") for each in drafts(reply))


def test_who_is_held_out_is_warned_of_first(named: Shop) -> None:
    with named.home.store() as connection, transaction(connection):
        connection.execute(
            "INSERT INTO contacts VALUES (?, 'spring', 1, ?, 'holdout', NULL, NULL, 1)",
            (USER, day_start(LAST_DAY)),
        )
    reply = named.answer(SMS)
    assert "spring" in reply.lines[0] and USER in reply.lines[0]
    assert drafts(reply)


def test_who_is_excluded_is_warned_of_first(named: Shop) -> None:
    with named.home.store() as connection, transaction(connection):
        exclude(connection, USER, "staff", day_start(LAST_DAY))
    reply = named.answer(SMS)
    assert reply.lines[0].startswith("Excluded since") and "(staff)" in reply.lines[0]


@pytest.mark.parametrize(
    ("said", "named_in_drafts"),
    [("for mugs", True), ("for teapots", False), ("for segment Champions", False)],
)
def test_an_offer_for_some_is_named_to_them_alone(named: Shop, said: str, named_in_drafts: bool) -> None:
    with named.home.store() as connection, transaction(connection):
        for user, category in ((LAPSED, "mugs"), ("007", "teapots")):
            connection.execute("UPDATE lines SET category = ? WHERE user_id = ?", (category, user))
            connection.execute("INSERT OR IGNORE INTO bought_categories (category) VALUES (?)", (category,))
    named.answer(f"add offer SPRING10: 10 % off until tomorrow {said}", "admin")
    reply = named.answer(f"write an sms to user {LAPSED}")
    assert (reply.facts["offer"] == "SPRING10") == named_in_drafts
    assert any("SPRING10" in each["text"] for each in drafts(reply)) == named_in_drafts
    if not named_in_drafts:
        assert "No offer is named: none on the list holds today for this user." in reply.lines


def test_the_least_order_of_an_offer_is_said_with_it(named: Shop) -> None:
    with named.home.store() as connection:
        connection.execute("UPDATE shop SET currency = 'EUR'")
    named.answer("add offer SPRING10: 10 % off on orders from 50 € until tomorrow", "admin")
    texts = [each["text"] for each in drafts(named.answer(f"write an sms to user {LAPSED}"))]
    with_offer = [text for text in texts if "SPRING10" in text]
    assert with_offer and all("€50" in text for text in with_offer)


def test_drafts_reach_whoever_reads_them_later_or_elsewhere_word_for_word(named: Shop) -> None:
    reply = named.answer(f"draft a win-back message for user {USER}")
    later = from_json(to_json(reply))
    assert later.passages == tuple(reply.passages)
    assert len(later.passages) > 1
    told = whole(later)
    assert all(line in told for each in reply.passages for line in each.text.splitlines())
