"""Frames into Lab Streaming Layer, where studies record pitch beside EEG, breath or video, all on one clock."""

from __future__ import annotations

import math
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from ..model.convert import hz_to_midi
from ..model.errors import LivepitchError
from ..realtime.frame import PitchFrame

DEFAULT_NAME = "livepitch"
RATE = 100.0  # frames a second
CHANNELS = (("f0", "Hz"), ("midi", "semitones"), ("confidence", "none"), ("level", "dBFS"), ("voiced", "none"))
QUIETEST = -120.0  # dBFS; digital silence would be minus infinity, on which other programs' pictures break
KEPT = 10  # s of samples for a recorder that lags
READINGS = 5  # of both clocks, of which the quickest counts
QUIET = "[log]\nlevel = -2\n"  # warnings and errors


@dataclass
class LslOutput:
    """A stream of five channels at 100 Hz, each sample stamped with when its sound reached the input.

    Channels: f0 (Hz), midi (fractional, 69 = A4), both NaN where unvoiced; confidence (0..1), level (dBFS, -120 at
    least), voiced (1 or 0). Frames that settle earlier ones are left out: samples come in the order of time.

    stream: its name on the network, ValueError if empty. a4: concert pitch, Hz.
    """

    stream: str = DEFAULT_NAME
    a4: float = field(default=440.0, kw_only=True)
    _outlet: Any = field(default=None, init=False, repr=False, compare=False)
    _ahead: float = field(default=0.0, init=False, repr=False, compare=False)
    _newest: float = field(default=-math.inf, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.stream:
            raise ValueError("a stream of Lab Streaming Layer needs a name")

    @property
    def name(self) -> str:
        """For people."""
        return f"LSL stream {self.stream}"

    @property
    def receivers(self) -> int:
        """1 while anybody listens, else 0: Lab Streaming Layer tells no more."""
        outlet = self._outlet  # which another thread may close meanwhile
        return int(outlet is not None and outlet.have_consumers())

    def open(self) -> None:
        """Announce the stream on the network. LivepitchError where pylsl is missing or cannot."""
        lsl = _pylsl()
        try:
            self._outlet = lsl.StreamOutlet(self._description(lsl), max_buffered=KEPT)
        except RuntimeError as error:
            raise LivepitchError(f"Lab Streaming Layer gives no stream ({error}): look at its lsl_api.cfg") from error
        self._ahead = _ahead(lsl)
        self._newest = -math.inf

    def send(self, frames: Sequence[PitchFrame]) -> None:
        """Put frames into the stream; what nobody records is forgotten."""
        if self._outlet is None:
            return
        for frame in frames:
            captured = time.monotonic() if math.isnan(frame.captured) else frame.captured
            if captured > self._newest:
                self._newest = captured
                self._outlet.push_sample(self._sample(frame), captured + self._ahead)

    def close(self) -> None:
        """Take the stream off the network."""
        self._outlet = None  # the library's end of it goes with the object

    def _sample(self, frame: PitchFrame) -> list[float]:
        level = max(frame.level, QUIETEST)
        return [frame.f0, hz_to_midi(frame.f0, self.a4), frame.confidence, level, float(frame.voiced)]

    def _description(self, lsl: ModuleType) -> Any:
        """With the machine's name as the source, so that a recorder finds the stream again after a restart."""
        source = f"livepitch {self.stream} {platform.node()}"
        info = lsl.StreamInfo(self.stream, "Pitch", len(CHANNELS), RATE, "float32", source)
        channels = info.desc().append_child("channels")
        for label, unit in CHANNELS:
            channel = channels.append_child("channel")
            channel.append_child_value("label", label)
            channel.append_child_value("unit", unit)
        info.desc().append_child_value("a4", f"{self.a4:g}")
        return info


def _pylsl() -> ModuleType:
    try:
        import pylsl
    except (ImportError, RuntimeError) as error:  # RuntimeError: the library beside it is missing
        raise LivepitchError(f"Lab Streaming Layer is missing ({error}): pip install 'livepitch[lsl]'") from error
    if not _configured() and hasattr(pylsl, "set_config_content"):
        # Without a configuration of the user's the library chats on standard error.
        pylsl.set_config_content(QUIET)
    module: ModuleType = pylsl
    return module


def _configured() -> bool:
    """Whether the library finds a configuration of the user's, where it looks for one."""
    places = (Path("lsl_api.cfg"), Path.home() / "lsl_api/lsl_api.cfg", Path("/etc/lsl_api/lsl_api.cfg"))
    return "LSLAPICFG" in os.environ or any(place.exists() for place in places)


def _ahead(lsl: ModuleType) -> float:
    """Seconds by which the library's clock is ahead of `time.monotonic`."""
    readings = []
    for _ in range(READINGS):
        before, theirs, after = time.monotonic(), lsl.local_clock(), time.monotonic()
        readings.append((after - before, theirs - (before + after) / 2))
    return float(min(readings)[1])
