"""The engine's side of a `FileTracking`: tracks one recording as a whole, and tells how far it is."""

from __future__ import annotations

import pickle
from collections.abc import Callable

from .wire import FileRequest, Kind, Wire

READ = 0.02  # share of the work that is done when the file has been read


class StoppedError(Exception):
    """Nobody waits for the track any more."""


def serve_file(task: FileRequest, wire: Wire, stopped: Callable[[], bool]) -> None:
    """Track the recording and send the track, unless `stopped` is true meanwhile: then StoppedError.

    Raises whatever keeps it from being read or tracked, OSError once nobody is there to be told.
    """
    from ...model.registry import Model, load_model
    from ..audio_file import read_audio
    from ..estimate import estimate

    def progress(share: float) -> None:
        if stopped():
            raise StoppedError
        wire.send(Kind.PROGRESS, pickle.dumps(READ + (1 - READ) * share))

    audio = read_audio(task.path)  # first: what is wrong with it is known at once
    progress(0.0)
    model = task.model if isinstance(task.model, Model) else load_model(task.model)
    track = estimate(audio, model, settings=task.settings, progress=progress)
    wire.send(Kind.TRACK, pickle.dumps(track))
