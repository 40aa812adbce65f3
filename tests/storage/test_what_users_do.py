"""Reviews, events and contacts: what is stored, what names a row, what a second file changes."""

from __future__ import annotations

from tests.storage.imports import Desk, contents, counts

REVIEWS = "review_id,user_id,written_at,text,rating,item_id\n"
EVENTS = "event_id,user_id,event,at,item_id\n"
CONTACTS = "campaign_id,user_id,sent_at,arm,channel,responded_at\n"
SECOND = "strftime('%Y-%m-%d %H:%M:%S', {}, 'unixepoch')"


class TestReviews:
    query = f"SELECT review_id, user_id, {SECOND.format('written_at')}, text, rating, item_id FROM reviews"

    def test_all_fields_are_stored(self, desk: Desk) -> None:
        result = desk.take(
            REVIEWS + 'R1,u1,2024-01-05 10:00,"Good cup,\nsmall handle",4.5,cup\nR2,u2,5.1.2024,好,,\n'
        )
        assert (result.table, *counts(result)) == ("reviews", 2, 2, 0, 0, 0)
        assert desk.rows(self.query + " ORDER BY 1") == [
            ("R1", "u1", "2024-01-05 10:00:00", "Good cup,\nsmall handle", 4.5, "cup"),
            ("R2", "u2", "2024-01-05 00:00:00", "好", None, None),
        ]

    def test_with_an_id_anything_else_may_be_corrected(self, desk: Desk) -> None:
        desk.take(REVIEWS + "R1,u1,2024-01-05,fine,4,cup\n")
        corrected = desk.take(REVIEWS + "R1,u2,2024-01-06,awful,1,pot\n")
        assert counts(corrected) == (1, 0, 1, 0, 0)
        assert desk.rows(self.query) == [("R1", "u2", "2024-01-06 00:00:00", "awful", 1, "pot")]

    def test_without_an_id_user_item_and_time_name_it(self, desk: Desk) -> None:
        header = "user_id,item_id,written_at,text,rating\n"
        text = header + "u1,cup,2024-01-05,one,5\nu1,cup,2024-01-05,two,4\nu1,pot,2024-01-05,three,3\n"
        assert counts(desk.take(text)) == (3, 3, 0, 0, 0)
        before = contents(desk.home)
        assert counts(desk.take(text)) == (3, 0, 0, 3, 0)
        assert contents(desk.home) == before
        assert counts(desk.take(text.replace("two,4", "second thoughts,1"))) == (3, 0, 1, 2, 0)
        assert desk.rows("SELECT text FROM reviews ORDER BY rating") == [
            ("second thoughts",),
            ("three",),
            ("one",),
        ]

    def test_some_ids_may_be_missing(self, desk: Desk) -> None:
        text = REVIEWS + "R1,u,2024-01-05,a,1,i\n,u,2024-01-05,b,2,i\n,u,2024-01-05,c,3,i\n"
        assert counts(desk.take(text)) == (3, 3, 0, 0, 0)
        assert counts(desk.take(text)) == (3, 0, 0, 3, 0)
        # The same rows without the column are the same reviews.
        assert counts(desk.take("user_id,written_at,text,item_id\nu,2024-01-05,b,i\n")) == (1, 0, 0, 1, 0)

    def test_of_equal_ids_the_last_is_kept(self, desk: Desk) -> None:
        result = desk.take(REVIEWS + "R1,u,2024-01-05,a,1,i\nR1,u,2024-01-05,b,2,i\n")
        assert counts(result) == (2, 1, 0, 1, 0)
        assert desk.rows("SELECT text FROM reviews") == [("b",)]

    def test_a_rejected_row_holds_its_place(self, desk: Desk) -> None:
        header = "user_id,written_at,text,rating\n"
        assert counts(desk.take(header + "u,2024-01-05,one,many\nu,2024-01-05,two,2\n")) == (2, 1, 0, 0, 1)
        assert counts(desk.take(header + "u,2024-01-05,one,1\n")) == (1, 1, 0, 0, 0)
        assert desk.rows("SELECT text FROM reviews ORDER BY 1") == [("one",), ("two",)]

    def test_absent_columns_leave_values_and_empty_cells_clear_them(self, desk: Desk) -> None:
        desk.take(REVIEWS + "R1,u,2024-01-05,fine,4,cup\n")
        assert desk.take("review_id,user_id,written_at,text\nR1,u,2024-01-05,fine\n").unchanged == 1
        desk.take("review_id,user_id,written_at,text,rating\nR1,u,2024-01-05,fine,\n")
        assert desk.rows("SELECT rating, item_id FROM reviews") == [(None, "cup")]

    def test_what_is_missing_is_rejected(self, desk: Desk) -> None:
        result = desk.take(
            REVIEWS + "R1,,2024-01-05,a,1,i\nR2,u,,a,1,i\nR3,u,2024-01-05, ,1,i\nR4,u,2999-01-01,a,1,i\n"
        )
        assert counts(result) == (4, 0, 0, 0, 4)
        reasons = desk.rejected(result)
        assert all(f"{name}: The cell is empty" in reasons for name in ("user_id", "written_at", "text"))
        assert "future" in reasons

    def test_no_reason_repeats_what_a_user_wrote(self, desk: Desk) -> None:
        secret = "my neighbour Ann Miller drinks "
        result = desk.take(REVIEWS + f"R1,u,2024-01-05,{secret * 4_000},1,i\n")
        line = desk.rejected(result).splitlines()[1]
        assert line.startswith("2,text: The text has 123999 characters: 100000 are the most. Shorten it.,R1")

    def test_masked_and_personal_users(self, desk: Desk) -> None:
        result = desk.take(REVIEWS + "R1,t**8,2024-01-05,a,1,i\nR2,ann@example.org,2024-01-05,a,1,i\n")
        assert counts(result) == (2, 1, 0, 0, 1)
        assert desk.rows("SELECT substr(user_id, 1, 2) FROM reviews") == [("p_",)]
        assert str(result.warnings[0]).startswith("Rows with an e-mail")


class TestEvents:
    def test_equal_events_at_one_moment_are_several(self, desk: Desk) -> None:
        rows = ("u,view,1704449100,i", "u,view,1704449100,i", "u,buy,1704449100,i", "u,view,1704449100,")
        text = "\n".join(("user_id,event,at,item_id", *rows))
        assert counts(desk.take(text)) == (4, 4, 0, 0, 0)
        before = contents(desk.home)
        assert counts(desk.take(text)) == (4, 0, 0, 4, 0)
        assert contents(desk.home) == before
        assert desk.rows("SELECT event, occurrence, COUNT(*) FROM events GROUP BY 1, 2 ORDER BY 1, 2") == [
            ("buy", 1, 1),
            ("view", 1, 2),
            ("view", 2, 1),
        ]

    def test_with_an_id_it_may_be_corrected(self, desk: Desk) -> None:
        desk.take(EVENTS + "7.0,u,view,1704449100000,i\n8.0,u,view,1704449100000,i\n")
        assert counts(desk.take(EVENTS + "7,u,cart,1704449100000,i\n")) == (1, 0, 1, 0, 0)
        query = f"SELECT event_id, event, {SECOND.format('at')} FROM events ORDER BY 1"
        assert desk.rows(query) == [
            ("7", "cart", "2024-01-05 10:05:00"),
            ("8", "view", "2024-01-05 10:05:00"),
        ]

    def test_parts_of_a_key_do_not_run_into_each_other(self, desk: Desk) -> None:
        rows = "u,view,2024-01-05,1\nu1,view,2024-01-05,\nu,1view,2024-01-05,\nu,view1,2024-01-05,\n"
        assert desk.take("user_id,event,at,item_id\n" + rows).added == 4

    def test_many_events_keep_apart(self, desk: Desk) -> None:
        """Enough for several batches and for the index to be built at the end, with equal ones far apart."""
        lines = [f"u{n % 500},view,{1_700_000_000 + n % 60_000},i{n % 7}" for n in range(120_000)]
        text = "\n".join(["user_id,event,at,item_id", *lines])
        assert counts(desk.take(text)) == (120_000, 120_000, 0, 0, 0)
        assert counts(desk.take(text)) == (120_000, 0, 0, 120_000, 0)
        assert desk.rows("SELECT name FROM sqlite_master WHERE name = 'events_key'") == [("events_key",)]


class TestContacts:
    def test_campaign_and_user_name_it(self, desk: Desk) -> None:
        desk.take(CONTACTS + "C1,u1,2024-01-05 09:00,treatment,email,\nC1,u2,2024-01-05 09:00,control,,\n")
        result = desk.take(CONTACTS + "C1,u1,2024-01-05 09:30,contact,email,2024-01-06\n")
        assert (result.table, *counts(result)) == ("contacts", 1, 0, 1, 0, 0)
        times = f"{SECOND.format('sent_at')}, {SECOND.format('responded_at')}"
        assert desk.rows(f"SELECT campaign_id, user_id, arm, channel, {times} FROM contacts ORDER BY 2") == [
            ("C1", "u1", "contact", "email", "2024-01-05 09:30:00", "2024-01-06 00:00:00"),
            ("C1", "u2", "holdout", None, "2024-01-05 09:00:00", None),
        ]

    def test_two_messages_of_one_campaign_are_two(self, desk: Desk) -> None:
        text = CONTACTS + "C1,u1,2024-01-05,,email,\nC1,u1,2024-01-12,,sms,\n"
        assert counts(desk.take(text)) == (2, 2, 0, 0, 0)
        assert counts(desk.take(text)) == (2, 0, 0, 2, 0)

    def test_an_unknown_arm_names_those_there_are(self, desk: Desk) -> None:
        result = desk.take(CONTACTS + "C1,u1,2024-01-05,left,,\n")
        assert "Use one of: contact, holdout" in desk.rejected(result)
