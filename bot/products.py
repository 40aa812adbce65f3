"""Finding the product a question is about: by id, by name, or by a part of its name."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.folding import fold
from predictor.basket_counts import BasketCounts
from predictor.baskets import Baskets
from storage.errors import NotThereError

# What was bought: with the contents of all baskets, or counts alone.
Shelf = Baskets | BasketCounts

OTHERS_SHOWN = 3
_NEAR_FROM = 45  # of 100
_NAME_IT = "Name it as the order lines do: by its id, or by a part of its name."


class UnknownProductError(NotThereError):
    """A question names a product that nobody bought, or none that there is."""

    kind = "unknown_product"
    argument = "product"


class UnknownCategoryError(UnknownProductError):
    """A question names a category that nobody bought of."""

    argument = "category"


def asked_product(named: str, baskets: Shelf) -> tuple[int, ...]:
    """Places of the items that a name fits: the one meant first, others after it.

    Ids come before names, whole names before parts of them, what is bought more often before the rest.
    Raises UnknownProductError with the nearest names.
    """
    wanted = fold(named).strip()
    ids = [place for place, item_id in enumerate(baskets.item_ids) if fold(item_id) == wanted]
    if ids:
        return tuple(sorted(ids, key=lambda place: baskets.item_ids[place] != named))
    names = [fold(name) for name in baskets.names]
    words = wanted.split()
    for fits in (
        [place for place, name in enumerate(names) if name == wanted],
        [place for place, name in enumerate(names) if all(word in name for word in words)],
    ):
        if fits:
            return tuple(sorted(fits, key=lambda place: (-baskets.counts[place], place)))
    raise _unknown(named, wanted, baskets, names)


def asked_category(named: str, baskets: Shelf) -> tuple[int, ...]:
    """Places of all items of a category; raises UnknownProductError with the nearest categories."""
    wanted = fold(named).strip()
    found = tuple(place for place, each in enumerate(baskets.categories) if each and fold(each) == wanted)
    if found:
        return found
    there = sorted({each for each in baskets.categories if each})
    near = process.extract(wanted, there, scorer=fuzz.WRatio, limit=OTHERS_SHOWN, processor=fold)
    raise UnknownCategoryError(
        "There is no category {named} in the orders.",
        next_step="Did you mean: {near}?" if near else _NAME_IT,
        named=named,
        near=[each[0] for each in near],
    )


def called(place: int, baskets: Shelf) -> str:
    """What an item is called: its name, else its id."""
    return baskets.names[place] or baskets.item_ids[place]


def _unknown(named: str, wanted: str, baskets: Shelf, names: Sequence[str]) -> UnknownProductError:
    texts = [f"{fold(item_id)} {name}" for item_id, name in zip(baskets.item_ids, names, strict=True)]
    near = process.extract(wanted, texts, scorer=fuzz.WRatio, limit=OTHERS_SHOWN, score_cutoff=_NEAR_FROM)
    return UnknownProductError(
        "No product that was bought fits {named}.",
        next_step="Did you mean: {names}?" if near else _NAME_IT,
        named=named,
        near=[baskets.item_ids[place] for _text, _score, place in near],
        names=", ".join(_both_ways(place, baskets) for _text, _score, place in near),
    )


def _both_ways(place: int, baskets: Shelf) -> str:
    name = baskets.names[place]
    return f"{baskets.item_ids[place]} ({name})" if name else baskets.item_ids[place]
