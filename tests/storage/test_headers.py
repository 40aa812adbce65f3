"""Which column is which field: by its name in three languages, and by its cells where the name is vague."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from storage.errors import ImportRefusedError
from storage.headers import choose_layout
from tests.storage.imports import Desk, counts


def chosen(columns: str, *rows: str) -> tuple[str, dict[str, str]]:
    """The table, and the column of each field."""
    names = columns.split(",")
    cells: Sequence[Sequence[str]] = [*zip(*(row.split(",") for row in rows), strict=True)] if rows else ()
    table, layout = choose_layout(names, None, {}, cells)
    return table.name, {field: names[place] for field, place in layout.items()}


def refusal(columns: str, *rows: str) -> str:
    with pytest.raises(ImportRefusedError) as caught:
        chosen(columns, *rows)
    return f"{caught.value} {caught.value.next_step.format(**caught.value.values)}"


@pytest.mark.parametrize(
    ("columns", "table", "fields"),
    [
        (
            "订单号,用户ID,下单时间,商品,数量,单价",
            "lines",
            "order_id user_id ordered_at item_id quantity unit_price",
        ),
        ("商品ID,商品名称,类目,价格,上架", "items", "item_id name category price available"),
        ("用户ID,姓名,邮箱,手机,注册时间", "users", "user_id name email phone joined_at"),
        (
            "评论ID,用户ID,评论时间,评论内容,评分,商品",
            "reviews",
            "review_id user_id written_at text rating item_id",
        ),
        ("事件ID,用户ID,事件,时间,商品ID", "events", "event_id user_id event at item_id"),
        (
            "活动ID,用户ID,发送时间,分组,渠道,响应时间",
            "contacts",
            "campaign_id user_id sent_at arm channel responded_at",
        ),
        (
            "Bestellnummer,Kundennummer,Bestelldatum,Artikel,Menge,Einzelpreis",
            "lines",
            "order_id user_id ordered_at item_id quantity unit_price",
        ),
        (
            "Artikelnummer,Bezeichnung,Kategorie,Preis,Verfügbar",
            "items",
            "item_id name category price available",
        ),
        (
            "Kundennummer,Nachname,E-Mail-Adresse,Telefon,Registriert am",
            "users",
            "user_id name email phone joined_at",
        ),
        (
            "Bewertungsnummer,Kundennummer,Bewertungsdatum,Bewertungstext,Sterne,Artikel",
            "reviews",
            "review_id user_id written_at text rating item_id",
        ),
        ("Kundennummer,Ereignis,Zeitpunkt,Artikelnummer", "events", "user_id event at item_id"),
        (
            "Kampagne,Kundennummer,Gesendet am,Gruppe,Kanal",
            "contacts",
            "campaign_id user_id sent_at arm channel",
        ),
        (
            "review_id,customer_id,review_date,review_text,stars,sku",
            "reviews",
            "review_id user_id written_at text rating item_id",
        ),
        ("visitor_id,event_type,timestamp,product_id", "events", "user_id event at item_id"),
        (
            "campaign_name,customer_id,send_date,group,medium",
            "contacts",
            "campaign_id user_id sent_at arm channel",
        ),
    ],
)
def test_names_of_all_tables_in_three_languages(columns: str, table: str, fields: str) -> None:
    found, layout = chosen(columns)
    assert (found, sorted(layout)) == (table, sorted(fields.split()))
    assert [layout[field] for field in fields.split()] == columns.split(",")


class TestVagueNames:
    def test_a_time_is_known_by_its_dates(self) -> None:
        columns = "order_id,user_id,created,sku"
        assert chosen(columns, "A,u,2024-01-05,i", "B,u,05.01.2024 10:00,i")[1]["ordered_at"] == "created"
        assert "lines, but there is none for ordered_at" in refusal(columns, "A,u,Ann,i", "B,u,Bob,i")

    def test_a_buyer_is_known_by_e_mails_and_ids(self) -> None:
        columns = "order_id,buyer,date,sku"
        for cells in (("ann@example.org", "bob@example.org"), ("13812345678", "13912345678"), ("c-1", "c-2")):
            rows = [f"A,{cell},2024-01-05,i" for cell in cells]
            assert chosen(columns, *rows)[1]["user_id"] == "buyer"
        # Names of people are no ids: two of them may be alike.
        assert "none for user_id" in refusal(columns, "A,Ann Miller,2024-01-05,i", "B,Bob Smith,2024-01-05,i")

    def test_what_was_written_is_known_by_its_words(self) -> None:
        rows = (
            "u1,2024-01-05,nice cup and quick,5",
            "u2,2024-01-05,the handle broke off,1",
            "u3,2024-01-05,很好的杯子,5",
        )
        assert chosen("user_id,date,comment,stars", *rows)[1]["text"] == "comment"
        # `Bewertung` may be the stars or the words.
        assert chosen("Kunde,Datum,Bewertung", *(row[:-2] for row in rows)) == (
            "reviews",
            {"user_id": "Kunde", "written_at": "Datum", "text": "Bewertung"},
        )

    def test_a_better_name_with_fitting_cells_wins(self) -> None:
        rows = ("A,u,2024-01-05,2024-01-09,i", "B,u,2024-01-06,2024-01-09,i")
        assert chosen("order_id,user_id,order_date,created,sku", *rows)[1]["ordered_at"] == "order_date"

    def test_a_name_whose_cells_are_something_else_is_passed_over(self) -> None:
        rows = [f"A{n},u,monday,2024-01-0{n + 1},i" for n in range(4)]
        assert chosen("order_id,user_id,order_date,created_at,sku", *rows)[1]["ordered_at"] == "created_at"

    def test_a_column_without_a_telling_name_is_never_guessed(self) -> None:
        rows = ("A,u,2024-01-05,i", "B,u,2024-01-06,i")
        assert "none for ordered_at" in refusal("order_id,user_id,Column1,sku", *rows)

    def test_without_rows_names_alone_count(self) -> None:
        assert "none for ordered_at" in refusal("order_id,user_id,created,sku")


class TestTables:
    def test_orders_with_a_comment_and_a_campaign_are_orders(self) -> None:
        rows = (
            "A,u,2024-01-05,i,1,please ring the bell,summer",
            "B,u,2024-01-06,i,2,leave it at the door,summer",
        )
        assert chosen("order_id,user_id,date,sku,quantity,comment,campaign", *rows)[0] == "lines"

    def test_reviews_with_an_order_are_refused_with_the_candidates(self) -> None:
        columns = "order_id,user_id,sku,date,review_text,stars"
        assert "The file fits several tables: lines, reviews." in refusal(columns)

    def test_users_with_notes_are_users(self) -> None:
        rows = (
            "1,Ann,a@example.org,2024-01-05,likes green tea a lot",
            "2,Bob,b@example.org,2024-01-06,pays late each time",
        )
        assert chosen("customer_id,name,email,created_at,comment", *rows)[0] == "users"

    def test_two_things_that_need_one_id_each_are_refused(self) -> None:
        assert "items, users" in refusal("user_id,item_id")

    @pytest.mark.parametrize(
        ("columns", "table", "missing"),
        [
            ("order_id,user_id,ordered_at", "lines", "item_id"),
            ("order_id,user_id,ordered_at,name,email,phone", "lines", "item_id"),
            ("order_id,user_id", "lines", "ordered_at, item_id"),
            ("user_id,item_id,ordered_at", "lines", "order_id"),
            ("item_id,order_id,quantity", "lines", "user_id, ordered_at"),
            ("Kundennummer,Bestellnummer,Bestelldatum", "lines", "item_id"),
            ("订单号,商品,数量,单价", "lines", "user_id, ordered_at"),
            ("order_id,user_id,review_text", "reviews", "written_at"),
            ("item_id,text,rating", "reviews", "user_id, written_at"),
            ("用户ID,评论内容", "reviews", "written_at"),
            ("event_id,user_id,at", "events", "event"),
            ("user_id,event,item_id", "events", "at"),
            ("campaign_id,user_id", "contacts", "sent_at"),
        ],
    )
    def test_a_part_of_what_a_table_needs_is_refused(self, columns: str, table: str, missing: str) -> None:
        sentence = refusal(columns)
        assert f"The columns are those of {table}, but there is none for {missing}." in sentence
        assert f"--map {missing.partition(',')[0]}=COLUMN, or say --table " in sentence

    @pytest.mark.parametrize(
        ("columns", "table"),
        [
            ("user_id,date", "users"),
            ("customer_id,email,campaign", "users"),
            ("item_id,price,quantity", "items"),
            ("item_id,name,price,order_no", "items"),
        ],
    )
    def test_a_column_or_two_of_another_table_are_passed_over(self, columns: str, table: str) -> None:
        assert chosen(columns)[0] == table

    def test_what_a_person_says_goes_before(self) -> None:
        assert choose_layout(["order_id", "user_id", "ordered_at"], "users", {})[0].name == "users"


class TestDuplicates:
    header = "order_id,user_id,user_id,ordered_at,item_id\n"

    def test_two_columns_of_one_name_are_refused(self, desk: Desk) -> None:
        sentence = desk.refuse(self.header + "A,u1,v1,2024-01-05,i\n")
        assert "Several columns could be user_id: user_id, user_id (2)." in sentence
        assert desk.take_file(desk.folder / "file.csv", columns={"user_id": "user_id (2)"}).added == 1
        assert desk.rows("SELECT user_id FROM lines") == [("v1",)]

    def test_two_columns_of_equal_cells_are_one(self, desk: Desk) -> None:
        assert counts(desk.take(self.header + "A,u1,u1,2024-01-05,i\n")) == (1, 1, 0, 0, 0)

    def test_an_empty_one_is_passed_over(self, desk: Desk) -> None:
        assert counts(desk.take(self.header + "A,,v1,2024-01-05,i\n")) == (1, 1, 0, 0, 0)
        assert desk.rows("SELECT user_id FROM lines") == [("v1",)]

    def test_those_of_another_table_do_no_harm(self, desk: Desk) -> None:
        header = "order_id,user_id,ordered_at,item_id,joined,joined\n"
        assert counts(desk.take(header + "A,u1,2024-01-05,i,x,y\n")) == (1, 1, 0, 0, 0)
