"""A sound that goes with what is sung: played in time, and which second of it leaves the output at every instant."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np

from ..devices import DeviceError
from ..ring import Floats
from .even_clock import EvenClock
from .ramp import Ramp
from .sounding import Sounding

LATENCY = 0.2  # s of sound that lie ready: its delay is known, and a busy computer does not tear it
LEAD = 0.3  # s of silence before the start: an output wakes up, and its clock is learnt
FADE = 0.005  # s: in before the start, out after a stop: what begins there is whole
LATE = 0.005  # s after which a block is claimed to sound later than it was due: nothing was left to play


class Sound(Protocol):
    """What is played: the same samples however it is cut. Only `samples` is called on PortAudio's thread."""

    @property
    def begin(self) -> float:
        """Second, 0 or below, where it starts."""
        ...

    @property
    def end(self) -> float:
        """Second where it is silent again."""
        ...

    def samples(self, start: int, size: int) -> Floats:
        """The samples `(size,)` from `start` on, which counts from second 0 and may be negative."""
        ...


MakeSound = Callable[[int], Sound]
"""Makes the sound for a sample rate (Hz)."""


class Accompaniment:
    """Plays one sound after another, each from its own second on, and knows what is heard when.

    `start`, `stop` and `close` may wait for the device and belong on one thread that may; everything else returns at
    once, on any thread. A device that fails raises nothing: `error` says so.
    """

    def __init__(self, device: int | str | None = None) -> None:
        """device: index, (part of) a name, or None for the system's default; found by `start`."""
        self._output = Sounding(device)
        self._wave: AccompanimentWave | None = None
        self._error: DeviceError | None = None

    def start(self, make: MakeSound, at: float | None = None) -> None:
        """Play a sound from second `at` on (its begin), in place of what is heard."""
        self._error = None
        try:
            if self.running:
                self.close()
            self._output.find()
            rate = self._output.sample_rate
            self._wave = AccompanimentWave(make(rate), rate, at, lambda: self._output.underflows)
            self._output.begin(self._wave, LATENCY)
        except DeviceError as error:
            self._error = error

    def stop(self) -> None:
        """Fade out; the device is given back a second later."""
        if self._wave is not None:
            self._wave.wanted = False

    def close(self) -> None:
        """Fade out, give the device back at once. May be called any number of times."""
        self.stop()
        self._output.fade()

    def position_at(self, instant: float) -> float:
        """Second of the sound that leaves the output at a monotonic instant; NaN while that is not known.

        Before its start it counts back from there.
        """
        return math.nan if self._wave is None else self._wave.position_at(instant)

    def instant_of(self, position: float) -> float:
        """Monotonic instant at which a second of the sound leaves the output."""
        return math.nan if self._wave is None else self._wave.instant_of(position)

    @property
    def running(self) -> bool:
        """Whether it goes on: neither stopped, nor at its end, nor without its device."""
        return self._wave is not None and self._wave.wanted and self.error is None

    @property
    def name(self) -> str:
        """The output device's, once it was found; until then what was asked for."""
        return self._output.name

    @property
    def underflows(self) -> int:
        """How often the output ran dry since the start: each time the sound was torn, and goes on later."""
        return 0 if self._wave is None else self._wave.tears

    @property
    def error(self) -> DeviceError | None:
        """Why it cannot be heard, in one sentence, until `start` is called again."""
        return self._error or self._output.error


class AccompanimentWave:
    """A sound as blocks for an output, and the clock of that output. Any thread may ask; one renders.

    Places are samples, as the sound counts them.
    """

    def __init__(
        self,
        sound: Sound,
        sample_rate: int,
        at: float | None = None,
        underflows: Callable[[], int] = lambda: 0,
    ) -> None:
        """underflows: how often the output has said that it ran dry."""
        self.wanted = True
        """Whether there is anything to play; set by whoever stops it."""
        self._sound, self._rate = sound, sample_rate
        self._start = round((sound.begin if at is None else at) * sample_rate)
        self._end = round(sound.end * sample_rate)
        self._underflows, self._reported = underflows, -1
        self._fade = max(1, round(FADE * sample_rate))
        self._gain = Ramp(1.0, self._fade)
        self._first = self._place = self._start - round(LEAD * sample_rate)
        self._clock = EvenClock()

    def render(self, out: Floats, instant: float) -> bool:
        """Fill `out` (n,), whose first sample leaves the output at a monotonic instant by PortAudio's claim."""
        self._note(instant)
        self._gain.aim(float(self.wanted))
        out[:] = self._stretch(self._place, len(out)) * self._gain.next(len(out))
        self._place += len(out)
        if self._place >= self._end:
            self.wanted = False
        return bool(self.wanted or self._gain.value)

    def _note(self, instant: float) -> None:
        """Note when the next sample leaves the output, and whether all before it had left it already."""
        second, clock = (self._place - self._first) / self._rate, self._clock
        due, before, self._reported = clock.instant_of(second), self._reported, self._underflows()
        torn = self._reported > before or (time.monotonic() > due and instant > due + LATE)
        if torn and second > LEAD / 2:  # an output may well stumble as it starts
            clock.tear(second)
        clock.note(second, instant)

    def _stretch(self, place: int, size: int) -> Floats:
        """The samples `(size,)` from a place on, faded in before the start."""
        samples = self._sound.samples(place, size)
        if place < self._start:
            samples = samples * np.clip(1 + (np.arange(place, place + size) - self._start) / self._fade, 0, 1)
        return np.asarray(samples, np.float32)

    @property
    def tears(self) -> int:
        """Times that the output ran dry."""
        return self._clock.tears

    def position_at(self, instant: float) -> float:
        """Second of the sound at a monotonic instant."""
        return self._first / self._rate + self._clock.second_at(instant)

    def instant_of(self, position: float) -> float:
        """Monotonic instant of a second of the sound."""
        return self._clock.instant_of(position - self._first / self._rate)
