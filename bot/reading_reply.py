"""Reading the reviews: the encoder of the settings, and the work of reading what is new."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from bot import formats
from bot.assistant import sentences
from bot.i18n import N_, _
from bot.reply import Button, Reply
from storage.errors import OpsbotError

if TYPE_CHECKING:
    import sqlite3

    from bot.desk import Desk
    from predictor.encoder import Encoder

READING = N_("reading the reviews")


class NoReaderError(OpsbotError):
    """The packages that read texts are not installed."""

    kind = "no_reader"


def encoder_of(desk: Desk) -> Encoder:
    """The encoder of the settings, not loaded yet; raises NoReaderError."""
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise NoReaderError(
            "Reading reviews by meaning needs packages that are not installed.",
            next_step='Install them: pip install "opsbot[text]"',
        )
    from predictor.encoder import load_encoder

    return load_encoder(desk.settings.encoder, desk.settings.device)


def item_reader(desk: Desk) -> Encoder | None:
    """The encoder for texts of items; None where the packages for it are not installed."""
    try:
        return encoder_of(desk)
    except NoReaderError:
        return None


def anything_read(connection: sqlite3.Connection) -> bool:
    """Whether the store has vectors at all; finding weights may take long before that."""
    return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM embeddings)").fetchone()[0])


def read_now(desk: Desk) -> int:
    """Embed what is new in the reviews and bring the index up to date; returns how many texts are known."""
    from predictor.reading import read_reviews
    from storage.review_search import bring_up_to_date

    desk.progress(READING)
    with desk.store() as connection:
        bring_up_to_date(connection)
        return read_reviews(desk.snapshot(connection), encoder_of(desk))


def read_for_the_night(desk: Desk) -> list[str]:
    """Nothing where it went well or there is nothing to read; otherwise why it did not, in a sentence."""
    with desk.store() as connection:
        if not connection.execute("SELECT EXISTS (SELECT 1 FROM reviews)").fetchone()[0]:
            return []
    try:
        read_now(desk)
    except OpsbotError as error:
        return [" ".join(filter(None, sentences(error)))]
    return []


def read_reply(desk: Desk) -> Reply:
    """That the reviews are read."""
    known = read_now(desk)
    return Reply(
        title=_("The reviews are read: {count} different sentences.").format(count=formats.count(known)),
        facts={"sentences": known},
        buttons=(Button(_("Complaints"), _("what are customers complaining about")),),
    )
