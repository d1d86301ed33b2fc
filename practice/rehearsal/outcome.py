"""What came of a take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...realtime.audio_file import read_recording
from ...realtime.frame import PitchTrack
from ...realtime.takes import take_files
from ..scoring.judging import Judging
from ..scoring.result import TakeScore
from ..sound.bleed import Bleed
from .recorded import Taken


@dataclass(frozen=True)
class Outcome:
    """A take that was judged."""

    taken: Taken
    judging: Judging
    """How strictly it was judged."""
    score: TakeScore
    track: PitchTrack
    """The pitch that was judged; its seconds are the target's, so that both lie over each other."""
    level: NDArray[np.float32]
    """(n,) dBFS of the same frames."""
    bleed: Bleed | None = None
    """How loud the guide was heard in the microphone; None where nothing sounded."""

    @property
    def zero(self) -> float:
        """Second of the recording at which the target begins."""
        return self.taken.times.zero

    def sound(self) -> tuple[NDArray[np.float32], int]:
        """The recording: float32 `(n,)` and its rate, Hz. AudioFileError."""
        return read_recording(take_files(self.taken.take)[0])
