"""Reading the reviews: the encoder of the settings, and the work of reading what is new."""

from __future__ import annotations

from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bot import formats
from bot.assistant import sentences
from bot.i18n import N_, _
from bot.reply import Button, Reply
from storage.errors import OpsbotError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from bot.desk import Desk
    from predictor.encoder import Encoder
    from predictor.reading import Read
    from storage.ingest import ImportResult

READING = N_("reading the reviews")
QUICKLY_READ = 2_000  # sentences: some ten seconds
FORGOTTEN_A_NIGHT = 50_000


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


def read_now(desk: Desk) -> Read:
    """Embed what is new in the reviews and bring the index up to date."""
    from predictor.reading import read_reviews
    from storage.review_search import bring_up_to_date

    desk.progress(READING)
    with desk.store() as connection:
        bring_up_to_date(connection)
        return read_reviews(connection, encoder_of(desk))


def read_for_the_night(desk: Desk) -> tuple[int, list[str]]:
    """How many texts were new; and why nothing could be read, in a sentence, where that is so."""
    with desk.store() as connection:
        if not connection.execute("SELECT EXISTS (SELECT 1 FROM reviews)").fetchone()[0]:
            return 0, []
    try:
        return read_now(desk).new, []
    except OpsbotError as error:
        return 0, [" ".join(filter(None, sentences(error)))]


def forget_for_the_night(desk: Desk) -> int:
    """Remove vectors that nothing refers to any more, a bounded number a night; returns how many went."""
    from predictor.reading import forget_unused
    from predictor.scoring import encoders_in_use

    with desk.store() as connection:
        if not anything_read(connection):
            return 0
        try:
            keep = encoders_in_use(connection, desk.home.models) | {encoder_of(desk).key}
        except OpsbotError:  # which encoder is set cannot be told now: none is taken for unused
            keep = None
        return forget_unused(connection, keep, most=FORGOTTEN_A_NIGHT)


def read_after_import(desk: Desk, results: Iterable[ImportResult]) -> list[str]:
    """Read the reviews that an import brought, where that is quick; lines of what was done or what will be.

    It is quick where the shop's reviews are read already, so that the weights are at hand, and few sentences
    are new. A first training reads them anyway, and a large file is for the night. An import never fails for
    it.
    """
    if not any(result.table == "reviews" and result.added + result.updated for result in results):
        return []
    if find_spec("torch") is None or find_spec("transformers") is None:
        return []
    try:
        return _read_if_quick(desk)
    except OpsbotError as error:
        problem = " ".join(filter(None, sentences(error)))
        return [_("The new reviews are not read yet: {problem}").format(problem=problem)]


def _read_if_quick(desk: Desk) -> list[str]:
    from predictor.reading import unread

    with desk.store() as connection:
        if not anything_read(connection):
            said = _("What the reviews say is read with the next training, or when an admin says: {ask}")
            return [said.format(ask=_("read the reviews"))]
        new = unread(connection, encoder_of(desk))
    if new > QUICKLY_READ:
        said = _("{count} new sentences are read by the next nightly work.")
        return [said.format(count=formats.count(new))]
    if not new:
        return []
    return [_("Read: {count} new sentences.").format(count=formats.count(read_now(desk).new))]


def warm_up_beside(desk: Desk) -> None:
    """Begin to load the encoder where the shop's reviews are read with it; returns at once."""
    from predictor.encoder_in_background import warm_up

    with suppress(OpsbotError), desk.store() as connection:
        if anything_read(connection):
            warm_up(encoder_of(desk))


def read_reply(desk: Desk) -> Reply:
    """That the reviews are read; what is new in them counts in the scores at once."""
    from predictor.scoring import refresh_scores
    from predictor.training import TASK
    from storage import model_store

    read = read_now(desk)
    with desk.store() as connection:
        if read.new and model_store.promoted(connection, TASK) is not None:
            models, as_of = desk.home.models, desk.as_of(connection)
            refresh_scores(connection, models, as_of, desk.settings.flag_at, again=True)
    return Reply(
        title=_("The reviews are read: {count} different sentences.").format(count=formats.count(read.known)),
        facts={"sentences": read.known, "new": read.new},
        buttons=(Button(_("Complaints"), _("what are customers complaining about")),),
    )
