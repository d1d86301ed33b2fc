"""The clicks that tell what devices leave out of their claims: played, recorded through a session, and measured."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...realtime.devices import DeviceError
from ...realtime.fetching import Fetching
from ...realtime.playing.accompaniment import Accompaniment
from ...realtime.playing.clicks import CLICK, sweep
from ...realtime.playing.even_clock import EvenClock
from ...realtime.recording.takes import Recording, take_files
from .offset import LATE, CalibrationError, Offset, measured_offset

CLICKS = 10
LEAD = 1.5  # s before the first: in a stream's first second the claims may be far off
STEP, SHIFTS = 0.8, (0.0, 0.07, 0.03, 0.11, 0.05)  # s from click to click, and uneven, so that none is its neighbour
PEAK = 0.5
PATIENCE = 5.0  # s that the output, or the recording, may take
LOOK = 0.02  # s between two looks


class Clicks:
    """The sound that is played: clicks at `times` s, at `sample_rate` Hz."""

    begin = 0.0

    def __init__(self, sample_rate: int, times: Sequence[float]) -> None:
        self.end = times[-1] + CLICK + LATE
        click = (PEAK * sweep(sample_rate)).astype(np.float32)
        self._audio = np.zeros(round(self.end * sample_rate), np.float32)
        for each in times:
            at = round(each * sample_rate)
            self._audio[at : at + len(click)] = click

    def samples(self, start: int, size: int) -> NDArray[np.float32]:
        """The sound `(size,)` from sample `start` on; silence before and after."""
        out = np.zeros(size, np.float32)
        part = self._audio[max(start, 0) : max(start + size, 0)]
        first = max(-start, 0)
        out[first : first + len(part)] = part
        return out


def calibrate(
    session: Fetching,
    accompaniment: Accompaniment,
    clicks: int = CLICKS,
    progress: Callable[[float], None] | None = None,
) -> Offset:
    """Play clicks, record them through a session that runs, and measure; blocks for about a second a click.

    The session's frames until then are used up; nothing else may record or play meanwhile. progress: told 0..1.
    DeviceError or CalibrationError, one line, if that cannot be. Keep what it gives in an `OffsetStore`.
    """
    times = [LEAD + number * STEP + SHIFTS[number % len(SHIFTS)] for number in range(clicks)]
    with tempfile.TemporaryDirectory(prefix="livepitch-") as folder:
        take, clock = Path(folder) / "clicks", EvenClock()
        session.frames()
        session.record(take)
        accompaniment.start(lambda rate: Clicks(rate, times))
        try:
            _play(session, accompaniment, clock, times[-1] + CLICK + LATE, progress)
        finally:
            accompaniment.close()
            session.end_recording()
        recording = _completed(session)
        import soundfile

        audio, rate = soundfile.read(take_files(take)[0], dtype="float32")
    return measured_offset(
        audio, rate, lambda second: accompaniment.position_at(clock.instant_of(recording.start + second)), times
    )


def _play(
    session: Fetching,
    accompaniment: Accompaniment,
    clock: EvenClock,
    seconds: float,
    progress: Callable[[float], None] | None,
) -> None:
    """Wait until the sound has ended and the last of it was heard; note when the frames say that they were heard."""
    limit, newest, position = time.monotonic() + seconds + PATIENCE, -1.0, float("nan")
    while not position > seconds:
        if accompaniment.error is not None:
            raise accompaniment.error
        if time.monotonic() > limit:
            raise DeviceError(f"{accompaniment.name}: opened, but plays nothing; try another one")
        for frame in session.frames():
            if frame.time > newest and frame.captured == frame.captured:
                newest = frame.time
                clock.note(frame.time, frame.captured)
        position = accompaniment.position_at(time.monotonic())
        if progress is not None:
            progress(min(max(position / seconds, 0.0), 1.0) if position == position else 0.0)
        time.sleep(LOOK)


def _completed(session: Fetching) -> Recording:
    """The recording, once its files are complete. CalibrationError if there is none."""
    limit = time.monotonic() + PATIENCE
    while (recording := session.recording) is not None and recording.running and time.monotonic() < limit:
        time.sleep(LOOK)
    if recording is None or recording.error is not None or not recording.seconds:
        reason = recording.error if recording is not None and recording.error else "no sound came in"
        raise CalibrationError(f"the clicks were not recorded: {reason}")
    return recording
