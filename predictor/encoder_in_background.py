"""The encoder is loaded beside the chat, so that the first answer that needs it finds it there."""

from __future__ import annotations

import logging
import threading

from predictor.encoder import Encoder
from storage.errors import OpsbotError

_log = logging.getLogger(__name__)


def warm_up(encoder: Encoder) -> threading.Thread:
    """Begin to load the encoder and return at once; the thread ends when it is in memory.

    A failure is only logged: whoever asks for vectors hears it then. The program may end meanwhile.
    """
    thread = threading.Thread(target=_load, args=(encoder,), name="encoder", daemon=True)
    thread.start()
    return thread


def _load(encoder: Encoder) -> None:
    try:
        encoder.load()
    except OpsbotError as error:
        _log.warning("the encoder is not ready: %s %s", error, error.next_step)
