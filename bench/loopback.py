"""How long a sound that is played takes to come back as a frame: an output, the way between, an input, the engine.

Two ways lead to the same figure. The *measured* one is told by the frames: the pitch of a frame says which moment of
the played siren it describes, and the wall clock says when that moment sounded and when the frame came. The *summed*
one is the device's own delay, which the raw samples of the input tell by correlation with clicks, plus the stages that
the engine's stamps tell. Where both agree the stamps can be trusted.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from ..model.registry import Model
from ..realtime.devices import DeviceError
from ..realtime.frame import PitchFrame, Settings
from ..realtime.playing.loudspeaker import Loudspeaker
from ..realtime.roles import Source
from ..realtime.session import Session
from .loopback_report import Loopback
from .loopback_sums import Heard, LoopbackError, enough_is_steady, report, too_busy
from .playback import Playback
from .siren import Programme
from .tap import Tapped

BUFFERS = (0.05, 0.25)  # s of the output: the second where the first runs dry; the claims contain it
STALL = 1.5  # s without a block after which the output has stopped
READY = 60.0  # s until the first frame, model loaded
WAKE = 2.0  # s until the output asks for its first block
STARTS = 3  # the ALSA plugin of PulseAudio now and then misses its first wake-up


def run_loopback(
    source: Source,
    loudspeaker: Loudspeaker,
    model: Model,
    settings: Settings | None = None,
    seconds: float = 20.0,
    progress: Callable[[float], None] | None = None,
) -> Loopback:
    """Play `seconds` of clicks and sirens, hear them through a session, and report; blocks as long as it takes.

    progress: told 0..1. DeviceError if a device cannot be used, LoopbackError if what is played is not heard.
    """
    programme = Programme.lasting(seconds)
    loudspeaker.open()
    tapped = Tapped(source, READY + len(BUFFERS) * (programme.seconds + STARTS * WAKE))
    try:
        with Session(tapped, model, settings) as session:
            _first_frame(session)
            opened = len(tapped.recordings)
            for buffer in BUFFERS:
                _start(loudspeaker, programme, buffer)
                frames = _listen(session, loudspeaker, programme, progress)
                if not _spoilt(loudspeaker, programme):
                    break
            if len(tapped.recordings) != opened:
                raise LoopbackError(f"{source.name}: was lost and found again meanwhile; run the test again")
            if not loudspeaker.finished.is_set():
                raise too_busy(loudspeaker.name, len(loudspeaker.played.underflows))
    finally:
        loudspeaker.close()
    heard = Heard(tapped.recordings[-1], frames, Playback(loudspeaker.played, loudspeaker.sample_rate))
    heard.input, heard.output, heard.output_rate = source.name, loudspeaker.name, loudspeaker.sample_rate
    return report(heard, programme)


def _first_frame(session: Session) -> None:
    limit = time.monotonic() + READY
    while not session.frames():
        if time.monotonic() > limit:
            said = f" ({session.message})" if session.message else ""
            raise DeviceError(f"{session.source.name}: no sound arrived for {READY:.0f} s{said}; try another --input")
        time.sleep(0.02)


def _start(loudspeaker: Loudspeaker, programme: Programme, buffer: float) -> None:
    signal = programme.signal(loudspeaker.sample_rate)
    for _ in range(STARTS):
        loudspeaker.play(signal, buffer)
        limit = time.monotonic() + WAKE
        while time.monotonic() < limit:
            if loudspeaker.played.position:
                return
            time.sleep(0.01)
    raise DeviceError(f"{loudspeaker.name}: opened, but plays nothing; try another --output")


def _listen(
    session: Session, loudspeaker: Loudspeaker, programme: Programme, progress: Callable[[float], None] | None
) -> list[PitchFrame]:
    """All frames until the last sample was handed over, or the output has failed so often that it is no use."""
    frames: list[PitchFrame] = []
    session.frames()
    while not loudspeaker.finished.wait(0.1) and not _spoilt(loudspeaker, programme):
        frames += session.frames()
        if progress is not None:
            progress(loudspeaker.played.position[-1] / loudspeaker.sample_rate / programme.seconds)
    if loudspeaker.error is not None:
        raise loudspeaker.error
    return frames + session.frames()


def _spoilt(loudspeaker: Loudspeaker, programme: Programme) -> bool:
    """Whether the output ran dry too often, or asks for no more sound."""
    played = loudspeaker.played
    if not loudspeaker.finished.is_set() and time.monotonic() - played.handed[-1] > STALL:
        return True
    return not enough_is_steady(programme, np.array(played.underflows) / loudspeaker.sample_rate)
