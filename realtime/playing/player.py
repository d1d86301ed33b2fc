"""Replay of a take over an output device, with the place that is heard at every moment."""

from __future__ import annotations

import time

import numpy as np
import soxr

from ..devices import DeviceError
from ..ring import Floats
from .reel import Order, Reel
from .sounding import Sounding

SHORTEST_LOOP = 0.05  # s


class Player:
    """Plays one take after another.

    `open`, `play` and `close` may wait for the device and belong on one thread that may; everything else returns at
    once, on any thread. A device that fails raises nothing: `error` says so. It is held while something sounds and for
    a second after; `play` opens it again.
    """

    def __init__(self, device: int | str | None = None) -> None:
        """device: index, (part of) a name, or None for the system's default; found by `open`."""
        self._output = Sounding(device)
        self._audio, self._sample_rate = np.zeros(0, np.float32), 1
        self._reel = Reel(self._audio, 1, Order())
        self._error: DeviceError | None = None

    def open(self, audio: Floats, sample_rate: int) -> None:
        """Take up float32 `(n,)` mono at `sample_rate` Hz, paused at its start; what played before is closed.

        ValueError: audio that is not one-dimensional, empty, or not finite; a rate below 1. The volume stays.
        """
        if audio.ndim != 1 or not len(audio) or not np.isfinite(audio.sum(dtype=np.float64)):
            raise ValueError(f"audio must be (n,) finite samples, not of shape {audio.shape}")
        if sample_rate < 1:
            raise ValueError(f"sample_rate must be at least 1, not {sample_rate}")
        self.close()
        self._audio, self._sample_rate = np.asarray(audio, np.float32), sample_rate
        self._reel = Reel(self._audio, sample_rate, Order(volume=self.volume))

    def play(self) -> None:
        """Go on from `position`, from the start (of the loop) after the end. Nothing if it is playing."""
        if self.playing or not len(self._audio):
            return
        self._error = None
        try:
            self._output.find(self._sample_rate)
            self._reel = self._at_rate(self._output.sample_rate)
            reel = self._reel
            reel.give(playing=True, **({"place": 0} if reel.finished(time.monotonic()) else {}))
            self._output.begin(reel)
        except DeviceError as error:
            self._error = error
            self._reel.give(playing=False)

    def _at_rate(self, sample_rate: int) -> Reel:
        """The reel at the device's rate, of the same place and orders."""
        reel = self._reel
        if reel.sample_rate == sample_rate:
            return reel
        ratio, order = sample_rate / reel.sample_rate, reel.order
        audio = self._audio
        if sample_rate != self._sample_rate:
            audio = soxr.resample(audio, self._sample_rate, sample_rate, quality="HQ").astype(np.float32, copy=False)
        at = round(reel.place(time.monotonic()) * ratio)
        loop = order.loop and (round(order.loop[0] * ratio), min(round(order.loop[1] * ratio), len(audio)))
        return Reel(audio, sample_rate, Order(place=min(at, len(audio)), loop=loop, volume=order.volume))

    def pause(self) -> None:
        """Fade out and stay there."""
        self._reel.give(playing=False)

    def seek(self, seconds: float) -> None:
        """Go on from there, or stay paused there; within the take, and in the loop if there is one."""
        self._reel.give(place=self._sample(seconds), playing=self.playing)

    def loop(self, start: float | None, stop: float | None = None) -> None:
        """Repeat the take from `start` to `stop` seconds, without a gap; None ends that. Goes there from outside.

        ValueError: less than 50 ms of the take.
        """
        if start is None or stop is None:
            self._reel.give(loop=None)
            return
        first, last = self._sample(start), self._sample(stop)
        if last - first < SHORTEST_LOOP * self._reel.sample_rate:
            raise ValueError(f"a loop needs {SHORTEST_LOOP} s of the take at least, not {start}..{stop} s")
        self._reel.give(loop=(first, last))
        if not self.playing:
            self.seek(self.position)

    def close(self) -> None:
        """Fade out, give the device back. May be called any number of times."""
        self._reel.give(playing=False)
        self._output.fade()

    def _sample(self, seconds: float) -> int:
        return round(min(max(0.0, seconds), self.duration) * self._reel.sample_rate)

    @property
    def playing(self) -> bool:
        """Whether it goes on: not paused, at the end, or without its device."""
        return self._reel.order.playing and not self.finished and self.error is None

    @property
    def finished(self) -> bool:
        """Whether the end of the take was heard, and nothing was played or sought since."""
        return self._reel.finished(time.monotonic())

    @property
    def position(self) -> float:
        """Seconds of the take that sound at this moment; paused, where it will go on."""
        reel = self._reel
        return reel.place(time.monotonic()) / reel.sample_rate

    @property
    def duration(self) -> float:
        """Seconds of the take."""
        return len(self._reel.audio) / self._reel.sample_rate

    @property
    def volume(self) -> float:
        """0..1; a change takes 20 ms."""
        return self._reel.order.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        if not 0.0 <= volume <= 1.0:
            raise ValueError(f"volume must lie in 0..1, not {volume}")
        self._reel.give(volume=volume)

    @property
    def error(self) -> DeviceError | None:
        """Why it cannot be heard, in one sentence, until `play` is called again."""
        return self._error or self._output.error
