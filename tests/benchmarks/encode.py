"""How fast texts become vectors, beside sentence-transformers: `python -m tests.benchmarks.encode`.

Every measurement runs in a process of its own, on one thread, after the model is loaded and warm; of several
rounds the one with the least CPU time counts, as the machine is shared.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from predictor.encoder import Encoder, Vectors, clean
from tests.benchmarks.imports import peak_kilobytes
from tests.benchmarks.reviews import chinese_reviews, english_reviews

TEXTS = 2_000
ROUNDS = 3
PREFIX = "query: "
_NAMES = {
    "peer": "sentence-transformers, default `encode`",
    "bf16": "**opsbot, bf16**",
    "fp32": "opsbot, fp32",
    "plain": "torch fp32, batches of 32 as they come",
    "openvino": "OpenVINO, bf16",
}
_AIM, _LEAST_COSINE, _MOST_MB = 2.5, 0.999, 1500


def texts_of(number: int) -> list[str]:
    """Different reviews, half Chinese and half English, in an order that has nothing to do with length."""
    chinese, english = chinese_reviews(), english_reviews()
    half = number // 2
    found = [one.text for one in chinese[: number - half] + english[:half]]
    if len(found) < number:
        found += [one.text for one in chinese[number - half :][: number - len(found)]]
    return [found[place] for place in np.random.default_rng(0).permutation(len(found))]


def with_peer() -> Callable[[list[str]], Vectors]:
    import torch
    from sentence_transformers import SentenceTransformer

    # The published weights are float32; the converted ones are kept as float16.
    model = SentenceTransformer(
        str(Encoder().weights.folder), device="cpu", model_kwargs={"dtype": torch.float32}
    )
    return lambda texts: np.asarray(
        model.encode([PREFIX + text for text in texts], normalize_embeddings=True), np.float32
    )


def with_opsbot(dtype: Any) -> Callable[[list[str]], Vectors]:
    encoder = Encoder(dtype=dtype)
    encoder.load()
    return encoder.encode


def with_plain_torch() -> Callable[[list[str]], Vectors]:
    import torch

    network = Encoder(dtype="fp32")._network

    def run(texts: list[str]) -> Vectors:
        found = []
        for start in range(0, len(texts), 32):
            batch = network.tokenizer(
                [PREFIX + text for text in texts[start : start + 32]],
                padding=True,
                truncation=True,
                max_length=512,
                return_tensors="pt",
            )
            with torch.no_grad():
                states = network.model(**batch).last_hidden_state
            mask = batch["attention_mask"][:, :, None]
            found.append(((states * mask).sum(1) / mask.sum(1)).numpy())
        vectors = np.concatenate(found)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    return run


def with_openvino() -> Callable[[list[str]], Vectors]:
    import openvino
    import torch

    network = Encoder(dtype="fp32")._network
    ids = torch.ones((2, 8), dtype=torch.long)
    converted = openvino.convert_model(
        network.model, example_input={"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    )
    options = {"INFERENCE_PRECISION_HINT": "bf16", "INFERENCE_NUM_THREADS": 1}
    compiled = openvino.Core().compile_model(converted, "CPU", options)

    def run(texts: list[str]) -> Vectors:
        from predictor.encoder import _batches

        tokens = network.tokens([PREFIX + clean(text) for text in texts])
        vectors = np.empty((len(texts), network.n_dims), np.float32)
        for rows in _batches([len(ids) for ids in tokens], *network.batch):
            longest = len(tokens[rows[0]])
            ids = np.full((len(rows), longest), network.padding, np.int64)
            mask = np.zeros_like(ids)
            for place, row in enumerate(rows):
                ids[place, : len(tokens[row])] = tokens[row]
                mask[place, : len(tokens[row])] = 1
            states = compiled({"input_ids": ids, "attention_mask": mask})[0]
            vectors[rows] = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    return run


_METHODS: dict[str, Callable[[], Callable[[list[str]], Vectors]]] = {
    "peer": with_peer,
    "bf16": lambda: with_opsbot("bf16"),
    "fp32": lambda: with_opsbot("fp32"),
    "plain": with_plain_torch,
    "openvino": with_openvino,
}


def measure(method: str, file: Path, out: Path) -> dict[str, float]:
    """CPU-seconds for the texts of a file and peak MB, in this process; the vectors go to `out`."""
    texts = json.loads(file.read_text(encoding="utf-8"))
    run = _METHODS[method]()
    run(texts[:32])
    started = time.process_time()
    vectors = run(texts)
    seconds = time.process_time() - started
    np.save(out, vectors)
    return {"seconds": seconds, "peak_mb": peak_kilobytes() / 1024}


def stored(folder: Path, texts: list[str]) -> dict[str, float]:
    """CPU-seconds of an `embed` through the store, and whether that loaded the encoder, in this process."""
    from predictor.embeddings import embed
    from storage.database import Home

    encoder = Encoder()
    started = time.process_time()
    with Home(folder).store() as connection:
        embed(connection, encoder, texts)
    return {
        "seconds": time.process_time() - started,
        "loaded": encoder.loaded,
        "peak_mb": peak_kilobytes() / 1024,
    }


def in_process(*arguments: str) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.encode", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    found: dict[str, float] = json.loads(answer.splitlines()[-1])
    return found


def compare(file: Path, folder: Path, methods: Sequence[str], rounds: int) -> str:
    """The table of all methods, and whether the aims are reached."""
    found: dict[str, list[dict[str, float]]] = {method: [] for method in methods}
    for _ in range(rounds):
        for method in methods:
            found[method].append(in_process("--measure", method, str(file), str(folder / f"{method}.npy")))
    exact = np.load(folder / "fp32.npy")
    seconds = {method: min(one["seconds"] for one in results) for method, results in found.items()}
    memory = {method: max(one["peak_mb"] for one in results) for method, results in found.items()}
    lines = ["| | CPU-seconds | times as fast | least cosine to fp32 | peak MB |", "|---|---|---|---|---|"]
    cosines = {}
    for method in methods:
        cosines[method] = float((np.load(folder / f"{method}.npy") * exact).sum(axis=1).min())
        lines.append(
            f"| {_NAMES[method]} | {seconds[method]:.1f} | {seconds['peer'] / seconds[method]:.2f}"
            f" | {cosines[method]:.5f} | {memory[method]:.0f} |"
        )
    aims = {
        f"{_AIM} times the peer": seconds["peer"] / seconds["bf16"] >= _AIM,
        f"cosine of {_LEAST_COSINE}": cosines["bf16"] >= _LEAST_COSINE,
        f"under {_MOST_MB} MB": memory["bf16"] < _MOST_MB,
    }
    lines += ["", *(f"Aim: {aim}: {'reached' if met else 'NOT reached'}." for aim, met in aims.items())]
    return "\n".join(lines)


def growth(folder: Path, texts: list[str]) -> str:
    """CPU-seconds by number of texts and tokens, and with every text five times."""
    encoder = Encoder()
    tokens = encoder._network.tokens([PREFIX + clean(text) for text in texts])
    lines = ["| texts | different tokens | CPU-seconds | microseconds a token |", "|---|---|---|---|"]
    sizes = [(f"{size:,}", texts[:size], sum(map(len, tokens[:size]))) for size in (250, 500, 1000, 2000)]
    sizes.append((f"{len(texts) * 5:,}, each five times", texts * 5, sum(map(len, tokens))))
    for name, some, count in sizes:
        seconds = []
        for _ in range(2):
            started = time.process_time()
            encoder.encode(some)
            seconds.append(time.process_time() - started)
        best = min(seconds)
        lines.append(f"| {name} | {count:,} | {best:.1f} | {best / count * 1e6:.0f} |")
    return "\n".join(lines)


def through_the_store(file: Path, folder: Path) -> str:
    first, again = (in_process("--stored", str(file), str(folder / "home")) for _ in range(2))
    lines = ["| through the store | CPU-seconds | encoder loaded | peak MB |", "|---|---|---|---|"]
    for name, one in (("first run", first), ("second run", again)):
        lines.append(
            f"| {name} | {one['seconds']:.2f} | {'yes' if one['loaded'] else 'no'} | {one['peak_mb']:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", nargs=3, metavar=("METHOD", "TEXTS", "OUT"), help="one method, here")
    parser.add_argument("--stored", nargs=2, metavar=("TEXTS", "HOME"), help="through the store, here")
    parser.add_argument("--growth", metavar="TEXTS", help="by number of texts, here")
    parser.add_argument("--texts", type=int, default=TEXTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    if chosen.measure:
        method, file, out = chosen.measure
        print(json.dumps(measure(method, Path(file), Path(out))))
        return
    if chosen.stored:
        file, home = chosen.stored
        print(json.dumps(stored(Path(home), json.loads(Path(file).read_text(encoding="utf-8")))))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "texts.json"
        texts = texts_of(chosen.texts)
        file.write_text(json.dumps(texts), encoding="utf-8")
        methods = [
            method for method in _METHODS if method != "openvino" or importlib.util.find_spec("openvino")
        ]
        print(f"{len(texts):,} texts, {sum(map(len, texts)) / len(texts):.0f} characters on average\n")
        print(compare(file, folder, methods, chosen.rounds), end="\n\n", flush=True)
        print(through_the_store(file, folder), end="\n\n", flush=True)
        print(growth(folder, texts))


if __name__ == "__main__":
    main()
