"""Reviews are read when they come in, counted in the scores, and forgotten when nobody refers to them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bot import reading_reply
from bot.nightly_reply import nightly_reply
from bot.reading_reply import warm_up_beside
from bot.settings import Settings
from bot.transports.console import Console
from predictor.encoder import load_encoder
from predictor.reading import read_reviews, unread
from storage.moments import day_start
from storage.review_search import anything_new
from tests.bot.conftest import Program, Shop
from tests.conftest import LAST_DAY
from tests.reviews import Review, rewrite_reviews, write_reviews

HEADER = "review_id,user_id,written_at,text,rating\n"


def review_file(folder: Path, *texts: str) -> Path:
    """A file of reviews by one user on the last day."""
    rows = (f'{text[:9]},007,{day_start(LAST_DAY)},"{text}",1\n' for text in texts)
    (folder / "reviews.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    return folder / "reviews.csv"


def stored(shop: Shop) -> int:
    with shop.home.store() as connection:
        return int(connection.execute("SELECT COUNT(*) FROM embeddings").fetchone()[0])


@pytest.fixture
def read_shop(shop: Shop) -> Shop:
    """A shop whose one review is read."""
    with shop.home.store() as connection:
        write_reviews(connection, [Review("007", day_start(LAST_DAY), "The parcel came late.", 1)])
        read_reviews(connection, load_encoder())
    return shop


def test_an_import_says_when_its_reviews_are_read_and_reads_a_few_at_once(
    program: Program, tmp_path: Path
) -> None:
    first = program("import", review_file(tmp_path, "Too slow, again.", "物流太慢了"))
    assert "read with the next training" in first.stderr

    program("ask", "read the reviews", "--as", "admin", "--yes")
    second = program("import", review_file(tmp_path, "It came in pieces."))
    assert "Read: 1 new sentences." in second.stderr
    assert "Read:" not in program("import", review_file(tmp_path, "It came in pieces.")).stderr


def test_a_large_file_is_left_to_the_night(
    read_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_reply, "QUICKLY_READ", 1)
    file = review_file(tmp_path, "It came in pieces.", "The cup was cracked.")
    before = stored(read_shop)

    reply = read_shop.ask("import", "admin", confirmed=True, upload=file)

    assert "2 new sentences are read by the next nightly work." in reply.lines
    assert stored(read_shop) == before
    nightly_reply(read_shop.desk)
    assert stored(read_shop) == before + 2


def test_an_encoder_that_is_not_there_fails_no_import(read_shop: Shop, tmp_path: Path) -> None:
    shop = Shop(read_shop.home, Settings(encoder="/no/such/folder"))

    reply = shop.ask("import", "admin", confirmed=True, upload=review_file(tmp_path, "It came in pieces."))

    assert reply.failure is None and reply.facts["added"] == 1
    assert any(line.startswith("The new reviews are not read yet: ") for line in reply.lines)


def test_a_night_forgets_what_changed_reviews_said(read_shop: Shop) -> None:
    with read_shop.home.store() as connection:
        rewrite_reviews(connection, [Review("007", day_start(LAST_DAY), "The cup was cracked.", 1)])
        assert anything_new(connection)

    before = stored(read_shop)
    nightly_reply(read_shop.desk)

    assert stored(read_shop) == before  # one came, one went
    with read_shop.home.store() as connection:
        assert not anything_new(connection)
        assert unread(connection, load_encoder()) == 0
        rewrite_reviews(connection, [Review("007", day_start(LAST_DAY), "The parcel came late.", 1)])
        assert unread(connection, load_encoder()) == 1


def test_the_encoder_is_loaded_behind_the_first_answer_where_reviews_are_read(read_shop: Shop) -> None:
    typed = iter(["help", "help", "exit"])
    begun: list[str] = []
    written: list[str] = []

    Console(
        read_shop.assistant,
        "operator",
        read=lambda _prompt: next(typed),
        write=written.append,
        after_first=lambda: begun.append(written[0]),
    ).run()

    assert len(begun) == 1
    warm_up_beside(read_shop.desk)
    load_encoder().load()
    assert load_encoder().loaded


def test_nothing_is_loaded_for_a_shop_that_reads_nothing(shop: Shop) -> None:
    before = set(threading.enumerate())

    warm_up_beside(shop.desk)

    assert set(threading.enumerate()) == before
