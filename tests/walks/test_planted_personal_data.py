"""Personal data planted in a shop's files is found nowhere but in the text of the reviews themselves.

`reviews.text` in the store keeps a text as it was written until the store can be encrypted; README.md and
docs/imports.md say so. Everything made of it holds `***` instead.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from storage.database import Home

USERS, DAYS = 60, 180
FIRST = datetime(2024, 1, 1, tzinfo=UTC)

# In the reviews; each is nowhere else, and no part of it is an amount or an id.
PLANTED = {
    "mobile": "13857904621",
    "spaced mobile": "139 6482 7705",
    "german mobile": "+49 171 9472683",
    "american phone": "(212) 555-0187",
    "e-mail": "quillfeather@brackenmoor.example",
    "spelt e-mail": "tansywick (at) hollowfen (dot) com",
    "chinese id": "11010519491231002X",
    "card": "4539 5787 6362 1486",
    "chinese address": "建国路88号院3号楼1201室",
    "german address": "Wacholderstraße 47",
    "british address": "221B Pennyroyal Street",
    "wechat": "zhuque_77412",
}
SAID = (
    "Parcel came late, call me on {mobile} please",
    "快递太慢了，打我电话{mobile}",
    "电话 {spaced mobile}，一直没人回复",
    "Nobody answered, my number is {german mobile}",
    "Never delivered. Ring {american phone} before you come",
    "Write to {e-mail}, the cup was broken",
    "杯子碎了，请联系邮箱{e-mail}",
    "Send the refund to {spelt e-mail} at last",
    "退款要身份证{chinese id}，太麻烦",
    "I paid with {card} and was charged twice",
    "卡号{card}被扣了两次钱",
    "送到{chinese address}，送错了地方",
    "Es sollte nach {german address} gehen, kam aber nie an",
    "Left at the wrong door, I live at {british address}",
    "加我微信 {wechat}，商品漏水",
    "Late again! {mobile} or {e-mail}",
)
# In the users file; a name in a review's text is not found, so these stand in no review.
NAMED = {
    "name": "Marigold Thistlewaite",
    "chinese name": "欧阳霁雯",
    "email": "thistlewaite@fernhollow.example",
    "phone": "13692217458",
    "id": "periwinkle@saltmarsh.example",  # whose id is an e-mail
}
TYPED = "13517846209"  # by an operator, in a question


def order_rows() -> Iterator[Sequence[object]]:
    """Users with a pace of their own, of whom every third leaves on the way."""
    chance = random.Random(5)
    number = 0
    for user in range(USERS):
        pace, day = chance.uniform(5, 20), chance.uniform(0, 60)
        until = chance.uniform(80, DAYS) if user % 3 == 0 else DAYS
        while day < until:
            number += 1
            when = FIRST + timedelta(days=day)
            item = chance.choice(("tea", "coffee", "cup"))
            yield (
                f"SO-{number:05}",
                _user(user),
                f"{when:%Y-%m-%d %H:%M:%S}",
                item,
                1,
                f"{chance.uniform(4, 60):.2f}",
            )
            day += max(0.5, chance.gauss(pace, pace / 6))


def review_rows(numbers: Iterable[int]) -> Iterator[Sequence[object]]:
    """Each planted thing stands in any len(SAID) numbers in a row."""
    for number in numbers:
        when = FIRST + timedelta(days=DAYS - 1 - 2 * number, hours=5)
        text = SAID[number % len(SAID)].format_map(PLANTED) + f" – {number}"
        yield _user(number), f"{when:%Y-%m-%d %H:%M:%S}", text, 1 + number % 5, "cup"


def user_rows() -> Iterator[Sequence[object]]:
    for number in range(USERS):
        name = NAMED["name"] if number % 2 else NAMED["chinese name"]
        yield _user(number), name, NAMED["email"], NAMED["phone"], "2023-12-01", "en"


def _user(number: int) -> str:
    return NAMED["id"] if number == 1 else f"{number:04}"


# Several commands in one process: each of its own would load the libraries and the encoder again.
COMMANDS = """
import json, sys
from bot.cli import main
codes = []
for arguments in json.loads(sys.argv[1]):
    try:
        codes.append(main(["--home", "home", *arguments]))
    except SystemExit as end:
        codes.append(end.code)
print(codes)
"""


@dataclass
class Shop:
    """A shop whose files lie outside its home, and all that the program ever said in it."""

    place: Path
    said: dict[str, bytes] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.place / "home"

    def types(self, *commands: Sequence[str], stdin: str = "", codes: Sequence[int]) -> None:
        """Run the commands one after the other; they have to end with these codes."""
        bare = {name: value for name, value in os.environ.items() if not name.startswith("OPSBOT_")}
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", COMMANDS, json.dumps(commands)],
            input=stdin.encode(),
            capture_output=True,
            cwd=self.place,
            env={
                **bare,
                "OMP_NUM_THREADS": "1",
                "OPSBOT_LOG_LEVEL": "DEBUG",
                "PYTHONUTF8": "1",
                "PYTHONPATH": str(Path(__file__).parents[2]),
            },
            timeout=300,
            check=False,
        )
        ended = run.stdout.decode().splitlines()[-1:]
        assert ended == [str(list(codes))], (commands, run.stdout.decode(), run.stderr.decode())
        self.said[f"{commands[0]} ({len(self.said)})"] = run.stdout + run.stderr

    def writes(self, name: str, header: str, rows: Iterable[Sequence[object]]) -> str:
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".parquet":
            columns = zip(*rows, strict=True)
            parquet.write_table(pa.table(dict(zip(header.split(), map(list, columns), strict=True))), path)
            return name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header.split())
            writer.writerows(rows)
        return name


QUESTIONS = (
    "search reviews late",
    "search reviews 快递",
    "as csv",
    "search reviews call me on",
    "导出excel",
    "搜索评论 退款",
    "what are customers complaining about",
    "近90天的投诉主题",
    "what do people say about product cup",
    "as csv",
    "tell me about user 0002",
    "why is user 0002 at risk",
    "churn risk for user 0003",
    "who is at risk",
    "as csv",
    "segment for promo 20",
    "as csv",
    "csv for klaviyo",
    "segments",
    f"search reviews {TYPED}",
    "as csv",
    f"{TYPED}?",
    f"recommend for {TYPED}",
    f"recommend for user {NAMED['id']}",
    f"why is user {NAMED['id']} at risk",  # the list that is remembered last
)


REVIEWS = "user_id written_at text rating item_id"
USERS_FILE = "user_id name email phone joined_at language"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """By the three roads in: named files, Parquet, and the inbox, which the work of the night empties.

    Another connection to each database stays open, so that their journals are not taken away at the end.
    """
    shop = Shop(tmp_path_factory.mktemp("planted"))
    home = Home(shop.home).create()
    with home.store() as store, home.bot() as bot:
        for held in (store, bot):
            held.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        some = len(SAID)
        csv_files = (
            shop.writes(
                "orders.csv", "order_id user_id ordered_at item_id quantity unit_price", order_rows()
            ),
            shop.writes("reviews.csv", REVIEWS, review_rows(range(2 * some))),
            shop.writes("users.csv", USERS_FILE, user_rows()),
        )
        shop.writes("reviews.parquet", REVIEWS, review_rows(range(2 * some, 3 * some)))
        shop.writes("home/inbox/more reviews.csv", REVIEWS, review_rows(range(3 * some, 4 * some)))
        shop.writes("home/inbox/people.csv", USERS_FILE, user_rows())
        past_inbox = time.time() - 60  # a file that is being written waits
        for path in (shop.home / "inbox").iterdir():
            os.utime(path, (past_inbox, past_inbox))
        shop.types(
            ("import", *csv_files),
            ("import", "reviews.parquet"),
            ("train",),
            ("digest",),
            ("ask", "what are customers complaining about", "--json"),
            ("chat", "--as", "admin"),
            ("score", "--out", "home/scores.csv"),
            ("features", "--out", "home/features.csv"),
            ("digest", "--dry-run"),
            stdin="\n".join(["read the reviews", "1", *QUESTIONS, "exit", ""]),
            codes=(0, 0, 0, 1, 0, 0, 0, 0, 0),  # a digest has nowhere to go here
        )
        yield shop


def traces(values: Iterable[str]) -> dict[bytes, str]:
    """The bytes that a value leaves behind in files and in JSON, with and without what parts its digits."""
    found = {}
    for value in values:
        forms = {value, json.dumps(value)[1:-1]}
        if len(digits := re.sub(r"\D", "", value)) >= 7:
            forms.add(digits)
        for form in forms:
            for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
                found[form.encode(encoding)] = value
    return found


def left_in(data: bytes, values: Iterable[str]) -> set[str]:
    return {value for trace, value in traces(values).items() if trace in data}


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file, and what is packed in it."""
    yield str(path), path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield f"{path}:{name}", packed.read(name)


def rows_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each column of each table of a database, the shadow tables of its indexes too."""
    connection = sqlite3.connect(path)
    try:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor:
                for name, cell in zip(names, row, strict=True):
                    if isinstance(cell, str | bytes):
                        yield f"{table}.{name}", cell.encode() if isinstance(cell, str) else cell
    finally:
        connection.close()


PERSONAL = (*PLANTED.values(), *NAMED.values())


def test_the_traces_of_what_was_planted_are_known_when_they_are_seen(shop: Shop) -> None:
    raw = (shop.place / "reviews.csv").read_bytes() + (shop.place / "users.csv").read_bytes()

    assert left_in(raw, PERSONAL) == set(PERSONAL)
    assert left_in(json.dumps(PLANTED["chinese address"]).encode(), PERSONAL)
    assert left_in(PLANTED["chinese address"].encode("gb18030"), PERSONAL)
    assert left_in(b"card 4539578763621486", PERSONAL)


def test_nothing_planted_is_said_or_logged(shop: Shop) -> None:
    leaks = {what: left for what, data in shop.said.items() if (left := left_in(data, PERSONAL))}

    assert leaks == {}
    said = b"".join(shop.said.values()).decode()
    assert "***" in said  # reviews were shown
    assert "call me on ***" in said


def beside_the_store(shop: Shop) -> list[Path]:
    """The files of the home but for the store and, as they were given, those that the inbox was given."""
    given = {"more reviews.csv", "people.csv"}
    return [
        path
        for path in shop.home.rglob("*")
        if path.is_file() and not path.name.startswith("store.db") and path.name not in given
    ]


def test_nothing_planted_is_in_a_file_beside_the_store(shop: Shop) -> None:
    files = beside_the_store(shop)

    assert {"more reviews.csv.txt", "people.csv.txt"} <= {path.name for path in files}
    kinds = {path.suffix for path in files}
    assert {".skops", ".csv", ".xlsx", ".db"} <= kinds
    leaks = {
        name: left for path in files for name, data in contents(path) if (left := left_in(data, PERSONAL))
    }
    assert leaks == {}


def test_the_store_holds_it_in_the_texts_of_the_reviews_alone(shop: Shop) -> None:
    leaks: dict[str, set[str]] = {}
    seen = set()
    for column, data in rows_of(shop.home / "store.db"):
        seen.add(column)
        if left := left_in(data, PERSONAL):
            leaks.setdefault(column, set()).update(left)

    assert {"searched_reviews.text", "embeddings.vector"} <= seen
    assert any(column.startswith("review_search_") for column in seen)
    assert leaks == {"reviews.text": set(PLANTED.values())}


def test_no_byte_of_the_databases_holds_who_somebody_is(shop: Shop) -> None:
    """Their pages that are free, and their journals, included."""
    raw = {path.name: path.read_bytes() for path in shop.home.glob("*.db*")}

    assert {"store.db", "store.db-wal", "bot.db", "bot.db-wal"} <= raw.keys()
    leaks = {name: left for name, data in raw.items() if (left := left_in(data, [*NAMED.values(), TYPED]))}
    assert leaks == {}
    assert not any(left_in(data, PLANTED.values()) for name, data in raw.items() if name.startswith("bot"))


def test_each_road_in_was_taken(shop: Shop) -> None:
    connection = sqlite3.connect(shop.home / "store.db")
    try:
        taken = connection.execute("SELECT file_name, table_name FROM imports ORDER BY import_id").fetchall()
        reviews = connection.execute("SELECT COUNT(*) FROM reviews").fetchone()[0]
    finally:
        connection.close()
    assert reviews == 4 * len(SAID)
    assert {name for name, _ in taken} >= {"reviews.parquet", "more reviews.csv", "people.csv"}


def test_a_number_typed_into_a_question_is_not_kept(shop: Shop) -> None:
    """A note is: it is written to be kept."""
    kept = {
        str(path.relative_to(shop.home))
        for path in (*beside_the_store(shop), shop.home / "store.db")
        for _, data in contents(path)
        if left_in(data, [TYPED, NAMED["id"]])
    }

    assert kept == set()
