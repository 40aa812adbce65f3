"""Vectors through the store: computed once, never mixed, never wrong."""

from __future__ import annotations

import resource
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from predictor import embeddings
from predictor.embeddings import embed, forget, stored_vectors
from predictor.encoder import Encoder
from predictor.errors import EncoderError, WeightsError
from predictor.reading import alike, read_reviews, themes_of, unread
from storage.database import Home
from storage.errors import StoreError
from storage.moments import DAY_SECONDS
from storage.snapshot import latest_snapshot
from tests.conftest import Line, at, write
from tests.predictor.encoders import copy_of_minilm, e5, minilm, replace
from tests.predictor.test_encoder import ODD
from tests.reviews import Review, write_reviews

TEXTS = ("late again", "love it", "", "late again", "物流太慢了", "a\ud83d")


def rows(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT COUNT(*) FROM embeddings").fetchone()[0])


def test_gives_what_the_encoder_gives(store: sqlite3.Connection) -> None:
    vectors = embed(store, e5(), TEXTS)

    assert vectors.dtype == np.float32 and vectors.shape == (len(TEXTS), e5().n_dims)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)
    assert (vectors * e5().encode(TEXTS)).sum(axis=1).min() > 0.99999
    assert rows(store) == len(set(TEXTS))


def test_a_second_run_encodes_nothing_and_gives_the_very_same(store: sqlite3.Connection) -> None:
    first = embed(store, e5(), TEXTS)
    fresh = Encoder(device="cpu")
    heard: list[tuple[int, int]] = []
    again = embed(store, fresh, TEXTS[::-1], progress=lambda *each: heard.append(each))

    assert np.array_equal(first, again[::-1])
    assert not fresh.loaded and not heard


def test_only_what_is_new_is_encoded(store: sqlite3.Connection) -> None:
    embed(store, minilm(), TEXTS)
    heard: list[tuple[int, int]] = []
    embed(store, minilm(), [*TEXTS, "new", "newer"], progress=lambda *each: heard.append(each))

    assert heard[-1] == (2, 2)


def test_no_texts_have_no_vectors(store: sqlite3.Connection) -> None:
    assert embed(store, e5(), []).shape == (0, 384)


def test_vectors_of_two_encoders_never_mix(store: sqlite3.Connection) -> None:
    other = Encoder(str(minilm().weights.folder), "cpu", prefix="query: ")
    one, two = embed(store, minilm(), TEXTS), embed(store, other, TEXTS)

    assert np.array_equal(embed(store, minilm(), TEXTS), one)
    assert np.array_equal(embed(store, other, TEXTS), two)
    assert (one * two).sum(axis=1).max() < 0.999
    assert rows(store) == 2 * len(set(TEXTS))
    assert [row[0] for row in store.execute("SELECT prefix FROM encoders")] == ["", "query: "]


def test_what_was_interrupted_goes_on_where_it_was(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "_AT_ONCE", 8)
    texts = [f"parcel number {number}" for number in range(30)]

    def interrupt(done: int, _total: int) -> None:
        if done > 16:
            raise KeyboardInterrupt

    with home.store() as store, pytest.raises(KeyboardInterrupt):
        embed(store, minilm(), texts, progress=interrupt)
    with home.store() as store:
        assert rows(store) == 16
        heard: list[tuple[int, int]] = []
        vectors = embed(store, minilm(), texts, progress=lambda *each: heard.append(each))

    assert heard[-1] == (14, 14)
    assert (vectors * minilm().encode(texts)).sum(axis=1).min() > 0.9999


@pytest.mark.parametrize("spoiled", [b"", b"\x00" * 768, b"\xff" * 768, b"\x01" * 100])
def test_a_damaged_vector_is_computed_again(store: sqlite3.Connection, spoiled: bytes) -> None:
    expected = embed(store, minilm(), TEXTS)
    store.execute("UPDATE embeddings SET vector = ? WHERE rowid = 2", (spoiled,))

    assert np.array_equal(embed(store, minilm(), TEXTS), expected)
    assert store.execute("SELECT MIN(length(vector)) FROM embeddings").fetchone()[0] == 768


def test_a_full_disk_is_said_and_what_was_kept_is_whole(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "_AT_ONCE", 50)
    texts = [f"parcel number {number}" for number in range(300)]
    minilm().load()
    with home.store() as store:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        largest = max(each.stat().st_size for each in home.path.glob("store.db*"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 150_000, before[1]))
        try:
            with pytest.raises(StoreError, match="What was read could not be kept") as refusal:
                embed(store, minilm(), texts)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "has room" in refusal.value.next_step
    with home.store() as store:
        assert 0 < rows(store) < len(texts) and rows(store) % 50 == 0
        assert store.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        vectors = embed(store, minilm(), texts)
        assert rows(store) == len(texts)
    assert (vectors * minilm().encode(texts)).sum(axis=1).min() > 0.9999


def test_odd_texts_are_read_and_found_like_any_other(store: sqlite3.Connection) -> None:
    """From the store to the themes and the search, with the real model."""
    odd = [text for text in ODD if text.isprintable() or ("\ud83d" not in text and "\udc00" not in text)]
    day = at("2024-01-20")
    write(store, [Line("1", "a", day)])
    write_reviews(store, [Review(f"u{place}", day, text, 1) for place, text in enumerate(odd)])
    read_reviews(store, e5())

    assert unread(store, e5()) == 0
    snapshot = latest_snapshot(store)
    found = themes_of(snapshot, e5(), day - DAY_SECONDS, day + DAY_SECONDS)
    assert (found.reviews, found.complaints, found.unread) == (len(odd), len(odd), 0)
    for asked in ODD:
        assert len(alike(snapshot, e5(), asked, most=3)) <= 3
    assert "refund" in alike(snapshot, e5(), "I want my money back", most=1)[0].text


def test_an_altered_model_never_shares_the_vectors_of_the_old_one(
    store: sqlite3.Connection, tmp_path: Path
) -> None:
    folder = copy_of_minilm(tmp_path / "model")
    embed(store, Encoder(str(folder), "cpu"), TEXTS)
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1000] ^= 0x40
    replace(folder / "model.safetensors", bytes(weights))
    embed(store, Encoder(str(folder), "cpu"), TEXTS)

    assert rows(store) == 2 * len(set(TEXTS))
    assert len({row["revision"] for row in store.execute("SELECT * FROM encoders")}) == 2


def test_a_model_altered_between_naming_and_loading_it_leaves_nothing(
    store: sqlite3.Connection, tmp_path: Path
) -> None:
    folder = copy_of_minilm(tmp_path / "model")
    encoder = Encoder(str(folder), "cpu")
    assert encoder.weights.revision == minilm().weights.revision
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1000] ^= 0x40
    replace(folder / "model.safetensors", bytes(weights))

    with pytest.raises(WeightsError, match="have changed since the program began"):
        embed(store, encoder, TEXTS)
    assert rows(store) == 0


def test_weights_that_are_no_numbers_leave_nothing_in_the_store(
    store: sqlite3.Connection, tmp_path: Path
) -> None:
    from safetensors.numpy import load_file, save

    folder = copy_of_minilm(tmp_path / "model")
    tensors = load_file(folder / "model.safetensors")
    tensors["embeddings.LayerNorm.weight"] = np.full(384, np.inf, np.float32)
    replace(folder / "model.safetensors", save(tensors, metadata={"format": "pt"}))

    with pytest.raises(EncoderError, match="gives no usable vectors"):
        embed(store, Encoder(str(folder), "cpu"), TEXTS)
    assert rows(store) == 0


def test_float16_keeps_what_a_vector_says() -> None:
    vectors = e5().encode([f"parcel {number} was late" for number in range(40)])
    kept = vectors.astype(np.float16).astype(np.float32)
    kept /= np.linalg.norm(kept, axis=1, keepdims=True)

    assert np.abs(vectors @ vectors.T - kept @ kept.T).max() < 1e-4
    assert (vectors * kept).sum(axis=1).min() > 0.999999


def test_personal_data_is_masked_before_anything_is_made_of_it(store: sqlite3.Connection) -> None:
    one, other = "call me: 13812345678, it is broken", "call me: 13987654321, it is broken"
    vectors = embed(store, minilm(), [one, other])

    assert rows(store) == 1
    assert np.array_equal(vectors[0], vectors[1])
    assert not np.array_equal(minilm().encode([one]), minilm().encode([other]))


def test_what_nobody_refers_to_is_forgotten_a_bounded_number_at_a_time(store: sqlite3.Connection) -> None:
    other = Encoder(str(minilm().weights.folder), "cpu", prefix="query: ")
    embed(store, minilm(), ["stays", "goes", "goes too", "and this"])
    embed(store, other, ["stays"])

    assert forget(store, ["stays", "was never read"], {minilm().key}, most=3) == 3
    assert forget(store, ["stays", "was never read"], {minilm().key}, most=3) == 1
    assert forget(store, ["stays", "was never read"], {minilm().key}) == 0

    there, _vectors = stored_vectors(store, minilm().key, ["stays", "goes", "goes too", "and this"])
    assert there.tolist() == [True, False, False, False]
    assert [row[0] for row in store.execute("SELECT prefix FROM encoders")] == [""]


def test_where_it_is_unknown_which_encoders_are_used_all_of_them_stay(store: sqlite3.Connection) -> None:
    other = Encoder(str(minilm().weights.folder), "cpu", prefix="query: ")
    for encoder in (minilm(), other):
        embed(store, encoder, ["stays", "goes"])

    assert forget(store, ["stays"], None) == 2
    assert len(store.execute("SELECT * FROM encoders").fetchall()) == 2
