"""The microphone and the output that the commands of practice share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .settings import chosen_device

if TYPE_CHECKING:
    from ..realtime.session import Session

LOOK = 0.02  # s between two looks
SETTLING = 1.0  # s of a stream in which nothing is sung yet
BEHIND = 0.5  # s from a sound to its pitch within which the model keeps up
PATIENCE = 15.0  # s


@contextmanager
def listening(device: str | None, model: str) -> Iterator[Session]:
    """A session of the microphone, as `livepitch tune` found it best, once it keeps up. DeviceError."""
    from ..model.registry import load_model
    from ..realtime.source import Microphone
    from ..realtime.tuned import tuned_session

    with tuned_session(Microphone(device=chosen_device(device)), load_model(model)) as session:
        _await_voice(session)
        yield session


def _await_voice(session: Session) -> None:
    """Wait for the model's first runs, which are slow, and the device's first second, in which its claims are."""
    from ..realtime.devices import DeviceError

    limit = time.monotonic() + PATIENCE
    while not any(frame.time > SETTLING and frame.latency < BEHIND for frame in session.frames()):
        if time.monotonic() > limit:
            if session.stats.frames:
                return  # too slow a machine, but it hears
            raise DeviceError(
                f"{session.source.name}: opened, but no sound comes in; check that it is allowed to be used"
            )
        time.sleep(LOOK)
