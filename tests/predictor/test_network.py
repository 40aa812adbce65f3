"""Where an encoder is computed, as far as a machine without a GPU can show it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from predictor.encoder import _batches
from predictor.errors import EncoderError
from predictor.network import _placed
from tests.predictor.encoders import minilm


class NoRoom(torch.nn.Linear):
    """A layer for which no GPU has room, as the allocator says it."""

    def to(self, device: torch.device) -> NoRoom:  # type: ignore[override]
        if device.type == "cuda":
            raise torch.OutOfMemoryError
        return super().to(device)


def test_where_a_gpu_has_no_room_the_processor_takes_over(caplog: pytest.LogCaptureFixture) -> None:
    assert _placed(NoRoom(2, 2), torch.device("cuda"), named=False) == torch.device("cpu")
    assert "the processor is used" in caplog.text


def test_a_device_that_was_named_and_has_no_room_is_refused() -> None:
    with pytest.raises(EncoderError, match="The device cuda has no room for the encoder") as refusal:
        _placed(NoRoom(2, 2), torch.device("cuda"), named=True)
    assert "OPSBOT_DEVICE=cpu" in refusal.value.next_step


def test_a_gpu_gets_more_texts_at_once_and_none_more_tokens_than_it_may() -> None:
    network = minilm()._in_memory()
    lengths = [500] * 100 + [10] * 1_000
    for device, most in (("cpu", 4_096), ("cuda", 32_768)):
        texts, tokens = replace(network, device=torch.device(device)).batch
        made = list(_batches(lengths, texts, tokens))
        assert sorted(row for rows in made for row in rows) == list(range(len(lengths)))
        assert tokens == most and max(len(rows) * lengths[rows[0]] for rows in made) <= most
        assert max(map(len, made)) == texts
