"""What reviews say is answered from what was read, and nothing personal leaves the store with it."""

from __future__ import annotations

import json
from pathlib import Path

from bot.assistant import Asked, Assistant
from bot.desk import Desk
from bot.settings import Settings
from storage.database import Home
from storage.ingest import ImportOptions, import_file
from storage.moments import DAY_SECONDS, day_start
from tests.conftest import LAST_DAY, Line, write

PLANTED = ("13812345678", "anna.berg@example.com", "11010519491231002X", "4111 1111 1111 1111")
LATE = ("The parcel arrived five days late.", "Delivery took far too long.", "物流太慢，拖了十天才到。")
BROKEN = ("The cup came broken.", "There was a crack in the cup.", "杯子收到就是碎的。")
GLAD = ("Lovely tea, very fragrant.", "质量很好，很满意。")


def shop_with_reviews(home: Home, folder: Path) -> Assistant:
    with home.store() as connection:
        write(connection, [Line("o", "u", day_start(LAST_DAY) + 3600)])
    rows = ["review_id,user_id,written_at,text,rating,item_id"]
    for place, (texts, stars, ago) in enumerate(((LATE, 1, 3), (BROKEN, 2, 5), (GLAD, 5, 4), (LATE, 1, 40))):
        for turn in range(6):
            text = texts[turn % len(texts)]
            if turn < len(PLANTED):
                text += f" 请联系 {PLANTED[turn]}。" if texts is LATE else f" Call {PLANTED[turn]}."
            at = day_start(LAST_DAY) - ago * DAY_SECONDS + turn
            rows.append(f'r{place}-{turn},u{turn},{at},"{text}",{stars},P1')
    file = folder / "reviews.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert import_file(home, file, ImportOptions(table="reviews")).added == 24
    return Assistant(Desk(home, Settings(device="cpu")))


def test_reviews_are_read_grouped_and_found_without_personal_data(home: Home, tmp_path: Path) -> None:
    assistant = shop_with_reviews(home, tmp_path)
    unread = assistant.ask(Asked("what are customers complaining about"))
    assert unread.facts["unread"] and unread.facts["complaints"] == 12 and unread.facts["reviews"] == 18
    letters = assistant.ask(Asked("search reviews 物流太慢"))
    assert letters.facts["letters"] == 4 and any("尚未阅读" in line for line in letters.lines)
    assert assistant.ask(Asked("read the reviews", "admin", confirmed=True)).failure is None
    said = [
        assistant.ask(Asked(text))
        for text in (
            "what are customers complaining about",
            "近30天的投诉主题",
            "what do people say about product P1",
            "search reviews 很慢",
            "搜索评论 碎",
            "search reviews 13812345678",
            "search reviews Call",
        )
    ]
    assert all(reply.failure is None for reply in said)
    themes = said[0].table
    assert themes is not None
    assert themes.columns == ("theme", "reviews", "share", "change", "example")
    examples = [str(row[4]) for row in themes.rows]
    assert any(each.startswith(("The parcel", "Delivery", "物流")) for each in examples)
    assert any(each.startswith(("The cup", "There was", "杯子")) for each in examples)
    assert {row[0] for row in themes.rows} >= {"late delivery", "damaged on arrival"}
    by_meaning = assistant.ask(Asked("search reviews my order took far too long to get here"))
    assert by_meaning.facts["letters"] == 0
    assert by_meaning.table is not None
    found = [str(row[3]) for row in by_meaning.table.rows]
    assert found and all(any(part[:6] in text for part in LATE) for text in found)
    assert any("物流" in text for text in found) and any("The parcel" in text for text in found)
    # `args` repeat what the operator wrote: the number looked for is theirs.
    shown = " ".join(
        json.dumps({**reply.as_json(""), "args": {}}, ensure_ascii=False, default=str) for reply in said
    )
    with home.store() as connection:
        kept = " ".join(row[0] for row in connection.execute("SELECT text FROM searched_reviews"))
    for personal in PLANTED:
        assert personal not in shown
        assert personal not in kept


def test_one_character_is_found_and_what_is_erased_is_not(home: Home, tmp_path: Path) -> None:
    assistant = shop_with_reviews(home, tmp_path)
    assert assistant.ask(Asked("搜索评论 碎")).facts["letters"] == 2
    assert assistant.ask(Asked("搜索评论 100%")).facts["letters"] == 0
    with home.store() as connection:
        connection.execute("DELETE FROM reviews WHERE rating = 2")
        assert not connection.execute(
            "SELECT COUNT(*) FROM review_search WHERE review_search MATCH '\"收到就是\"'"
        ).fetchone()[0]
    assert assistant.ask(Asked("搜索评论 碎")).facts["letters"] == 0


def test_a_product_nobody_sells_is_said_so(home: Home, tmp_path: Path) -> None:
    reply = shop_with_reviews(home, tmp_path).ask(Asked("what do people say about product 99999"))
    assert reply.failure is not None and reply.failure.kind == "no_product"
