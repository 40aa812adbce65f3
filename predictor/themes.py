"""Themes: what many sentences of reviews say alike, found by meaning across languages, counted, compared.

Sentences are clustered by average linkage over their vectors, which needs neither a number of clusters nor
chance: the same reviews give the same themes. Vectors of one language lie together whatever they say, so each
is seen from the middle of its language. Sentences of mere displeasure or praise, which say of nothing in
particular, belong to no theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.said import is_chinese

Vectors = NDArray[np.float32]

MOST_CLUSTERED = 2_500  # different sentences; the most frequent ones, the others join the nearest cluster
FEWEST = 3  # reviews that make a theme
LINKAGE = 0.85  # cosine distance up to which two groups are one theme
JOINS = 0.25  # cosine to the middle of a theme from which a further sentence joins it

# Sentences that say nothing of the thing or the delivery, beside some that do: the nearest one tells.
EMPTY = (
    "Very disappointed.",
    "Bad experience.",
    "What happened here?",
    "I rarely complain.",
    "I will not order again.",
    "I will look elsewhere.",
    "Please do better.",
    "That is not acceptable.",
    "One star is generous.",
    "I have been a customer for a while.",
    "I had bought it for my sister.",
    "It was meant for the office.",
    "Even my sister noticed.",
    "So much for the party.",
    "I expected more.",
    "Sorry, but this went wrong.",
    "非常失望。",
    "很不开心。",
    "体验很差。",
    "怎么会这样？",
    "一般不写差评。",
    "这单有问题。",
    "不会再买了。",
    "希望改进。",
    "准备换一家店。",
    "太让人生气了。",
    "没有想到会这样。",
    "一星都嫌多。",
    "老顾客了。",
    "本来是买给家人的。",
    "本来打算送礼用的。",
    "连家人都看不下去。",
    "都耽误了。",
    "本来很期待。",
    "Very happy.",
    "Thank you!",
    "Will order again.",
    "Highly recommended.",
    "很满意。",
    "谢谢。",
    "会再来。",
    "推荐购买。",
)
FULL = (
    "The parcel arrived five days late.",
    "The tracking did not move for days.",
    "It came broken, with a crack.",
    "It was badly packed.",
    "I got the wrong article.",
    "Something was missing in the box.",
    "It tastes stale, it has no aroma.",
    "The quality is poor, it fell apart.",
    "It leaks.",
    "It does not work.",
    "It has become too expensive.",
    "It is cheaper in other shops.",
    "Nobody answered my e-mail.",
    "Support kept me waiting for days.",
    "It does not fit, the size is wrong.",
    "It looks different from the picture.",
    "The refund has not come.",
    "The delivery was fast.",
    "It is well made and looks beautiful.",
    "It tastes fresh and smells lovely.",
    "It is a good price.",
    "It is easy to use.",
    "物流太慢，迟到五天。",
    "快递信息几天没有更新。",
    "收到就是碎的，有裂纹。",
    "包装太差。",
    "发错货了。",
    "少发了东西。",
    "味道不新鲜，没有香味。",
    "质量差，用几天就坏了。",
    "漏水。",
    "不能用。",
    "涨价太多，太贵了。",
    "别家更便宜。",
    "客服不回复。",
    "等客服又等了五天。",
    "尺码不合适。",
    "和图片不一样。",
    "退款还没到。",
    "发货很快。",
    "做工很好，很漂亮。",
    "味道新鲜，很香。",
    "价格实惠。",
    "用起来很方便。",
)
ANCHORS = EMPTY + FULL


@dataclass(frozen=True)
class Clusters:
    """`of` says for each sentence, (n_sentences,), which theme it belongs to, -1 where to none; `near` how
    near to its middle it lies, (n_sentences,) cosines.
    """

    of: NDArray[np.int64]
    near: NDArray[np.float64]
    count: int


def cluster(
    sentences: Sequence[str], vectors: Vectors, weight: NDArray[np.int64], anchors: Vectors
) -> Clusters:
    """Themes among different sentences, (n_sentences, n_dims); `weight` is how many reviews say each.

    `anchors` are the vectors of `ANCHORS`, in that order. Themes are numbered by weight, the largest first.
    """
    of = np.full(len(sentences), -1, dtype=np.int64)
    near = np.zeros(len(sentences))
    full = _says_something(vectors, anchors)
    chosen = np.flatnonzero(full)
    chosen = np.sort(chosen[np.lexsort((chosen, -weight[chosen]))][:MOST_CLUSTERED])
    if len(chosen) < 2:
        return Clusters(of, near, 0)
    seen = _seen(sentences, vectors, full)
    labels = _linked(seen[chosen])
    number = int(labels.max()) + 1
    middles = np.zeros((number, vectors.shape[1]))
    np.add.at(middles, labels, seen[chosen] * np.sqrt(weight[chosen])[:, None])
    middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-9)
    cosines = seen @ middles.T
    of[chosen] = labels
    rest = np.flatnonzero(full & (of < 0))
    joins = rest[cosines[rest].max(axis=1) >= JOINS] if len(rest) else rest
    of[joins] = cosines[joins].argmax(axis=1)
    said = np.bincount(of[of >= 0], weights=weight[of >= 0], minlength=number)
    order = np.lexsort((np.arange(number), -said))
    order = order[said[order] >= FEWEST]
    renamed = np.full(number + 1, -1, dtype=np.int64)
    renamed[order] = np.arange(len(order))
    near = np.where(of >= 0, cosines[np.arange(len(of)), np.maximum(of, 0)], 0.0)
    return Clusters(renamed[of], near, len(order))


def _says_something(vectors: Vectors, anchors: Vectors) -> NDArray[np.bool_]:
    cosines = vectors @ anchors.T
    empty, full = cosines[:, : len(EMPTY)], cosines[:, len(EMPTY) :]
    return np.asarray(full.max(axis=1) > empty.max(axis=1), dtype=np.bool_)


def _seen(sentences: Sequence[str], vectors: Vectors, full: NDArray[np.bool_]) -> Vectors:
    """The vectors as seen from the middle of those in the same language that say something."""
    chinese = np.array([is_chinese(each) for each in sentences], dtype=np.bool_)
    seen = vectors.astype(np.float64)
    for mine in (chinese, ~chinese):
        if (mine & full).any():
            seen[mine] -= seen[mine & full].mean(axis=0)
    return np.asarray(seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-9), np.float32)


def _linked(vectors: Vectors) -> NDArray[np.int64]:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    tree = linkage(pdist(vectors.astype(np.float64), "cosine"), "average")
    return np.asarray(fcluster(tree, LINKAGE, "distance"), dtype=np.int64) - 1


@dataclass(frozen=True)
class Change:
    """The difference of two shares with its interval; `real` where noise alone would hardly give it."""

    difference: float
    low: float
    high: float

    @property
    def real(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def change(now: int, of_now: int, then: int, of_then: int, *, looked_at: int) -> Change | None:
    """The share now/of_now less then/of_then, with Newcombe's interval (1998, method 10); None without any.

    Of `looked_at` themes, one in twenty answers may hold one false alarm: 95 % by Bonferroni.
    """
    from scipy.stats import norm

    if not of_now or not of_then:
        return None
    z = float(norm.ppf(1 - 0.025 / max(1, looked_at)))
    p, q = now / of_now, then / of_then
    (low_p, high_p), (low_q, high_q) = _wilson(now, of_now, z), _wilson(then, of_then, z)
    low = p - q - float(np.hypot(p - low_p, high_q - q))
    high = p - q + float(np.hypot(high_p - p, q - low_q))
    return Change(p - q, low, high)


def _wilson(count: int, total: int, z: float) -> tuple[float, float]:
    p = count / total
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * float(np.sqrt(p * (1 - p) / total + z * z / (4 * total * total))) / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)
