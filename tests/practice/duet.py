"""A stage without hardware: the guide on the left channel, on the right a singer, whom alone the microphone hears.

Both leave the same output in the same blocks, so the singer is in time with what the guide sounds, to the sample, and
the guide does not bleed. Everything else is real: PortAudio, the sound server, the session, the recorder.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from livepitch.practice.sound.live_guide import LiveGuide
from livepitch.realtime.playing import sounding
from tests.realtime.virtual_microphone import VirtualMicrophone

RATE = 44_100  # what the sound server's device says is its own


class Singer:
    """Sings `take` (n,) float32 at RATE to every guide: its second 0 is the guide's."""

    def __init__(self, monkeypatch) -> None:
        self.take = np.zeros(0, np.float32)
        self.rendered: int | None = None
        """Where in the guide the block begins that was just made."""
        samples, call = LiveGuide.samples, sounding._Callback.__call__

        def noted(sound: LiveGuide, start: int, size: int):
            assert sound._rate == RATE
            self.rendered = start
            return samples(sound, start, size)

        def together(callback, block, size, instants, status):
            self.rendered = None
            try:
                call(callback, block, size, instants, status)
            finally:
                block[:, 1] = 0.0 if self.rendered is None else self._sung(self.rendered, size)

        monkeypatch.setattr(LiveGuide, "samples", noted)
        monkeypatch.setattr(sounding._Callback, "__call__", together)

    def _sung(self, start: int, size: int):
        out = np.zeros(size, np.float32)
        first, last = max(start, 0), min(start + size, len(self.take))
        if last > first:
            out[first - start : last - start] = self.take[first:last]
        return out


@contextmanager
def stage() -> Iterator[None]:
    """The default output is the headphones; the default input hears their right channel."""
    headphones = ("module-null-sink", "sink_name=headphones", f"rate={RATE}", "channels=2")
    channels = ("master_channel_map=front-right", "channel_map=mono", "remix=no")
    mouth = ("module-remap-source", "source_name=mouth", "master=headphones.monitor", *channels)
    with VirtualMicrophone(RATE):
        for words in (
            ("load-module", *headphones),
            ("load-module", *mouth),
            ("set-default-sink", "headphones"),
            ("set-default-source", "mouth"),
        ):
            subprocess.run(["pactl", *words], check=True, capture_output=True)
        yield
