"""The process of an `Apart`: has the model ready, does one task after another, and ends with the one that started it.

Threads: the one that works; "livepitch-apart-requests", which waits for requests and for that end.
"""

from __future__ import annotations

import os
import pickle
import socket
import threading
import warnings
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from ...model.blas import preload_blas
from ...realtime.engine.wire import EngineError, Kind, Wire
from ...realtime.log.log import end as end_log

if TYPE_CHECKING:
    from ...model.registry import Model

WARMING = 16_000  # samples that are heard before the first take: what a network needs once is there then


def main(descriptor: int) -> None:
    """Serve over an inherited socket until the other side hangs up."""
    preload_blas()  # before MLX
    wire, requests = Wire(socket.socket(fileno=descriptor)), SimpleQueue[bytes]()
    waiting = threading.Thread(target=_wait, args=(wire, requests), name="livepitch-apart-requests", daemon=True)
    waiting.start()
    with suppress(OSError):  # the window is gone
        serve(wire, requests)
    end_log()
    os._exit(0)  # nothing is left to close


def _wait(wire: Wire, requests: SimpleQueue[bytes]) -> None:
    while (message := wire.receive()) is not None:
        requests.put(message[1])
    end_log()
    os._exit(0)  # whatever is under way, nobody wants it any more


def serve(wire: Wire, requests: SimpleQueue[bytes]) -> None:
    """Load the model that the first request names, then do the others until nobody is there to be told: OSError."""
    model = _Warm(pickle.loads(requests.get()))
    while True:
        request = requests.get()
        wire.send(Kind.ANSWER, _answer(request, model, wire))


class _Warm:
    """The model, or why there is none."""

    def __init__(self, name: str) -> None:
        from ...model.registry import SlowBlasWarning, load_model

        warnings.simplefilter("ignore", SlowBlasWarning)  # a session's engine has told it
        self._name, self._model = name, None
        try:
            self._model = load_model(name)
            _hear_silence(self._model)
        except Exception:  # whoever asks for something is told
            self._model = None

    def get(self) -> Model:
        """The model; what keeps it from being loaded is raised."""
        from ...model.registry import load_model

        return self._model or load_model(self._name)


def _hear_silence(model: Model) -> None:
    import numpy as np

    from ..scoring.heard import hear

    hear(np.zeros(WARMING, np.float32), WARMING, model)


def _answer(request: bytes, model: _Warm, wire: Wire) -> bytes:
    """What a task made, or what it raised."""
    try:
        task: Any = pickle.loads(request)
        made = task(model.get(), lambda share: wire.send(Kind.PROGRESS, pickle.dumps(share)))
        return pickle.dumps((made, None))
    except Exception as error:
        return _packed(error)


def _packed(error: Exception) -> bytes:
    """Itself if it can travel, else what it says."""
    try:
        data = pickle.dumps((None, error))
        pickle.loads(data)
    except Exception:
        return pickle.dumps((None, EngineError(f"{type(error).__name__}: {error}")))
    return data
