"""Reading the reviews: what has to be embedded beforehand, and the themes of a period from what was read."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor import themes, tone, topics
from predictor.embeddings import embed, forget, stored_vectors
from predictor.encoder import Encoder, EncoderKey
from predictor.said import Review, is_chinese, reviews_of, sayings, wording_of, wordings
from predictor.sentences import split
from predictor.theme_names import names
from predictor.themes import Change, change
from predictor.yardsticks import YARDSTICKS
from storage.masking import mask
from storage.snapshot import Snapshot

Vectors = NDArray[np.float32]

EXAMPLE_CHARACTERS = 90
# Cosines from which on a sentence means about what somebody looks for. Of a topic: the lowest one at which
# three of four sentences found are about it, on half of those of `make bench-topics`. Otherwise by eye, on
# the demo.
NEAR, NEAR_OF_TOPIC = 0.45, 0.225


@dataclass(frozen=True)
class Theme:
    """What some reviews say alike; `before` is how many of the previous period said it.

    `share` is of all reviews of the period; `change` is None where there is nothing to compare with.
    `user_ids` wrote them, the newest last.
    """

    name: str
    reviews: int
    share: float
    before: int
    change: Change | None
    example: str
    complaint: bool
    user_ids: tuple[str, ...]


@dataclass(frozen=True)
class Themes:
    """The themes of a period, the most frequent first; `unread` sentences were not embedded yet.

    `rated` is how many rated reviews taught the tone of the others; 0 where plain sentences decided.
    """

    themes: list[Theme]
    reviews: int
    complaints: int
    unread: int
    rated: int
    unrated: int


@dataclass(frozen=True)
class Read:
    """What reading the reviews came to: how many different texts are known, and how many of them are new."""

    known: int
    new: int


def texts_to_read(connection: sqlite3.Connection) -> list[str]:
    """All that is embedded of the reviews in the store, whoever wrote them and whenever.

    Each sentence stands there with the names of products, for the churn model, and without, for the themes;
    where it names none that is one text.
    """
    masked = [mask(row[0]) for row in connection.execute("SELECT DISTINCT text FROM reviews ORDER BY text")]
    wording = wording_of(connection)
    said = {sentence for text in masked for sentence in split(text)}
    without = {wording.of(sentence) for sentence in said}
    return sorted({text for each in sayings(masked) for text in each} | without | set(YARDSTICKS))


def unread(connection: sqlite3.Connection, encoder: Encoder) -> int:
    """How many texts of the reviews are not embedded yet; nothing is loaded."""
    there, _vectors = stored_vectors(connection, encoder.key, texts_to_read(connection))
    return int((~there).sum())


def read_reviews(
    connection: sqlite3.Connection,
    encoder: Encoder,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Read:
    """Embed what the reviews say, where that was not done yet."""
    new: list[int] = [0]

    def heard(done: int, total: int) -> None:
        new.append(total)
        progress(done, total)

    texts = texts_to_read(connection)
    embed(connection, encoder, texts, progress=heard)
    return Read(len(texts), new[-1])


def forget_unused(
    connection: sqlite3.Connection, keep: Collection[EncoderKey] | None, *, most: int | None = None
) -> int:
    """Remove at most `most` vectors that no review in the store needs any more; returns how many went.

    Those of changed or erased reviews go, and of encoders that are not among `keep` all; None keeps every
    encoder. A text that is read at the same moment may go too: it is read again the next time.
    """
    return forget(connection, texts_to_read(connection), keep, most=most)


def stored(
    connection: sqlite3.Connection, encoder: Encoder, texts: Sequence[str]
) -> tuple[dict[str, int], Vectors]:
    """The rows of the texts that were read, and their vectors; nothing is loaded."""
    there, vectors = stored_vectors(connection, encoder.key, texts)
    kept = [text for text, known in zip(texts, there.tolist(), strict=True) if known]
    return {text: row for row, text in enumerate(kept)}, vectors


def themes_of(
    snapshot: Snapshot,
    encoder: Encoder | None,
    start: int,
    end: int,
    *,
    item_id: str | None = None,
    language: str | None = None,
    praise: bool = False,
) -> Themes:
    """What is complained about in reviews of [start, end), epoch seconds; with `praise` also what is not.

    Themes are formed over all reviews known at the snapshot, so that they are the same in every period, and
    compared with the period of equal length before. Without an encoder nothing was read.
    """
    connection = snapshot.connection
    reviews = reviews_of(snapshot)
    said = wordings(wording_of(connection), reviews)
    every = sorted({text for each in said for text in each})
    empty: dict[str, int] = {}
    row, vectors = (
        stored(connection, encoder, [*every, *YARDSTICKS])
        if encoder
        else (empty, np.empty((0, 1), np.float32))
    )
    lacks = sum(text not in row for text in every)
    asked = [place for place, each in enumerate(reviews) if item_id is None or each.item_id == item_id]
    now = [place for place in asked if start <= reviews[place].written_at < end]
    then = [place for place in asked if 2 * start - end <= reviews[place].written_at < start]
    unrated = sum(reviews[place].rating is None for place in now)
    if not all(text in row for text in YARDSTICKS):
        low = sum(tone.complains(reviews[place].rating, 0.0) for place in now)
        return Themes([], len(now), low, max(1, lacks), 0, unrated)
    learnt, probability = _tone(reviews, said, row, vectors)
    negative = [tone.complains(each.rating, p) for each, p in zip(reviews, probability, strict=True)]
    found: list[Theme] = []
    sides = (True, False) if praise else (True,)
    for side in sides:
        mine = [place for place, bad in enumerate(negative) if bad == side]
        found += _side(reviews, said, row, vectors, mine, set(now), set(then), side, language, learnt)
    return Themes(found, len(now), sum(negative[place] for place in now), lacks, learnt.rated, unrated)


def _tone(
    reviews: Sequence[Review], said: Sequence[list[str]], row: dict[str, int], vectors: Vectors
) -> tuple[tone.Tone, list[float]]:
    """The tone, learnt from the sentences of rated reviews, and the probability of each review."""
    pairs = [
        (row[text], each.rating)
        for each, texts in zip(reviews, said, strict=True)
        for text in texts
        if text in row
    ]
    anchors = vectors[[row[text] for text in tone.ANCHORS]]
    learnt = tone.fit_tone(vectors[[place for place, _ in pairs]], [rating for _, rating in pairs], anchors)
    every = learnt.log_odds(vectors)
    places = [(number, row[t]) for number, texts in enumerate(said) for t in texts if t in row]
    review, sentence = (np.array([pair[side] for pair in places], dtype=np.int64) for side in (0, 1))
    return learnt, tone.of_reviews(every[sentence], review, len(said)).tolist()


def _side(
    reviews: Sequence[Review],
    said: Sequence[list[str]],
    row: dict[str, int],
    vectors: Vectors,
    mine: Sequence[int],
    now: set[int],
    then: set[int],
    complaint: bool,
    language: str | None,
    learnt: tone.Tone,
) -> list[Theme]:
    count: Counter[str] = Counter()
    for place in mine:
        count.update({text for text in said[place] if text in row})
    texts = sorted(count)
    mean = vectors[[row[text] for text in texts]] if texts else vectors[:0]
    # A glad sentence in an angry review is no complaint, nor the other way round.
    fits = (learnt.negative(mean) >= tone.COMPLAINS_FROM) == complaint
    texts, mean = [t for t, ok in zip(texts, fits.tolist(), strict=True) if ok], mean[fits]
    anchors = vectors[[row[text] for text in topics.examples()]]
    weight = np.array([count[t] for t in texts], dtype=np.int64)
    made = themes.cluster(texts, mean, weight, anchors, complaints=complaint)
    belongs = dict(zip(texts, made.of.tolist(), strict=True))
    near = dict(zip(texts, made.near.tolist(), strict=True))
    in_theme: list[list[int]] = [[] for _ in range(len(made.topics))]
    for place in mine:
        for theme in sorted({belongs[text] for text in said[place] if belongs.get(text, -1) >= 0}):
            in_theme[theme].append(place)
    named = names(
        [
            {text: count[text] for text in texts if belongs[text] == theme}
            for theme in range(len(made.topics))
        ],
        language=language,
    )
    for theme, topic in enumerate(made.topics):
        if topic is not None:
            named[theme] = topic.names[language or "en"]
    present = [theme for theme in range(len(made.topics)) if any(place in now for place in in_theme[theme])]
    looked_at = len(present)
    found = []
    for theme in present:
        hits = [place for place in in_theme[theme] if place in now]
        before = sum(place in then for place in in_theme[theme])
        found.append(
            Theme(
                named[theme],
                len(hits),
                len(hits) / len(now),
                before,
                change(len(hits), len(now), before, len(then), looked_at=looked_at),
                _example(
                    [reviews[p] for p in hits],
                    [said[p] for p in hits],
                    belongs,
                    near,
                    theme,
                    is_chinese(named[theme]),
                ),
                complaint,
                tuple(dict.fromkeys(reviews[place].user_id for place in hits)),
            )
        )
    return sorted(found, key=lambda each: (-each.reviews, each.name))


def _example(
    reviews: Sequence[Review],
    said: Sequence[list[str]],
    belongs: dict[str, int],
    near: dict[str, float],
    theme: int,
    chinese: bool,
) -> str:
    """The masked sentence nearest to the middle of the theme, rather a short one, in the name's language."""
    best = min(
        (is_chinese(sentence) != chinese, -near[text] + len(sentence) / 1000, sentence)
        for review, texts in zip(reviews, said, strict=True)
        for sentence, text in zip(review.sentences, texts, strict=True)
        if belongs.get(text) == theme
    )[2]
    return best if len(best) <= EXAMPLE_CHARACTERS else best[: EXAMPLE_CHARACTERS - 1] + "…"


def alike(snapshot: Snapshot, encoder: Encoder, text: str, *, most: int) -> list[Review]:
    """Reviews with a sentence that means about the same as `text`, the nearest first, then the newest.

    A text that is about a topic is looked for together with the examples of the topic, in any language, and
    not among sentences of mere feeling: those lie near to everything. Only what was read before is looked at;
    the encoder is loaded for `text`.
    """
    connection = snapshot.connection
    reviews = reviews_of(snapshot)
    said = wordings(wording_of(connection), reviews)
    every = sorted({each for texts in said for each in texts})
    examples = topics.examples()
    row, vectors = stored(connection, encoder, [*examples, *every])
    sentences = [each for each in every if each in row]
    if not sentences or not all(each in row for each in examples):
        return []
    example_vectors = vectors[[row[each] for each in examples]]
    seen = topics.centred(vectors[[row[each] for each in sentences]], sentences, example_vectors)
    asked = topics.centred(encoder.encode([text]), [text], example_vectors)
    near, at_least = _nearness(asked, seen, topics.centred(example_vectors, examples, example_vectors))
    place = {sentence: number for number, sentence in enumerate(sentences)}
    best = [
        max((float(near[place[each]]) for each in texts if each in place), default=-1.0) for texts in said
    ]
    order = sorted(range(len(reviews)), key=lambda each: (-best[each], -reviews[each].written_at))
    return [reviews[each] for each in order[:most] if best[each] >= at_least]


def _nearness(asked: Vectors, seen: Vectors, examples_seen: Vectors) -> tuple[Vectors, float]:
    """(n_sentences,) cosines to what is asked, and the one from which on a sentence is near."""
    topic = int(topics.topic_of(asked, examples_seen)[0][0])
    if topic < 0 or topics.topics()[topic].general:
        return np.asarray(seen @ asked[0], dtype=np.float32), NEAR
    sizes = [len(each.examples) for each in topics.topics()]
    start = sum(sizes[:topic])
    middle = examples_seen[start : start + sizes[topic]].mean(axis=0)
    wanted = asked[0] + middle / np.linalg.norm(middle)
    near = seen @ (wanted / np.linalg.norm(wanted))
    feeling = np.array([each.general for each in topics.topics()])
    label, _near = topics.topic_of(seen, examples_seen)
    return np.where((label >= 0) & feeling[label], -1.0, near).astype(np.float32), NEAR_OF_TOPIC
