"""The encoder gets ready beside the chat."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from predictor.encoder import Encoder
from predictor.encoder_in_background import warm_up
from tests.predictor.encoders import minilm


def test_is_in_memory_when_the_thread_ends_and_used_meanwhile() -> None:
    encoder = Encoder(str(minilm().weights.folder), "cpu")
    thread = warm_up(encoder)
    vectors = encoder.encode(["late"])  # waits for the same weights instead of loading them again
    thread.join()

    assert encoder.loaded
    assert np.array_equal(vectors, minilm().encode(["late"]))


def test_a_failure_is_logged_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        warm_up(Encoder("/no/such/folder", "cpu")).join()

    assert "the encoder is not ready: The encoder /no/such/folder is not there." in caplog.text
