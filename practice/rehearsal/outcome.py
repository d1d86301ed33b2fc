"""What came of a take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...realtime.frame import PitchTrack
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
