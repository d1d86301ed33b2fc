"""A reference note that sounds and can be changed while it does."""

from __future__ import annotations

import math

import numpy as np

from ..devices import DeviceError
from ..ring import Floats
from .ramp import Ramp
from .sounding import Sounding

LOWEST, HIGHEST = 30.0, 2000.0  # Hz
GLIDE = 0.04  # s from one note to another
FADE = 0.02  # s in and out, and for a change of the volume or the timbre
TIMBRES = {"sine": 0.0, "voice": 1.0}  # share of the voice
HARMONICS = 8  # of the voice, each an octave above another 9 dB quieter
SHARES = np.arange(1, HARMONICS + 1) ** -1.5 / np.sum(np.arange(1, HARMONICS + 1) ** -1.5)


class ToneWave:
    """The note as blocks of sound, its phase continued from one to the next; pure, at `sample_rate` Hz.

    Any thread may set what is wanted; one renders.
    """

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.hz, self.volume, self.voice, self.wanted = 440.0, 1.0, 0.0, False
        fade = round(FADE * sample_rate)
        self._gain, self._voice = Ramp(0.0, fade), Ramp(0.0, fade)
        self._octave = Ramp(0.0, round(GLIDE * sample_rate))  # log2 of Hz: a glide as a voice would do it
        self._phase = 0.0  # turns

    def render(self, out: Floats, instant: float = 0.0) -> bool:
        """Fill `out` (n,), at most `volume`; whether anything sounds in it."""
        octave, silent = math.log2(self.hz), self._gain.value == 0.0
        self._gain.aim(self.volume if self.wanted else 0.0)
        if silent and self._gain.target == 0.0:
            out[:] = 0
            return False
        if silent:
            self._octave.jump(octave)
            self._voice.jump(self.voice)
        self._octave.aim(octave)
        self._voice.aim(self.voice)
        out[:] = self._tone(len(out)) * self._gain.next(len(out))
        return True

    def _tone(self, size: int) -> Floats:
        """The next samples `(size,)`, at most 1."""
        hz = np.broadcast_to(np.exp2(np.asarray(self._octave.next(size), np.float64)), (size,))
        turns = self._phase + np.cumsum(hz) / self.sample_rate
        self._phase = float(turns[-1] % 1.0)
        voice = self._voice.next(size)
        fundamental = np.sin(2 * np.pi * turns)
        if not np.any(voice):
            return np.asarray(fundamental, np.float32)
        order = np.arange(1, HARMONICS + 1)[:, None]
        # Those that a low sample rate cannot carry fade out below half of it.
        heard = np.clip((0.45 * self.sample_rate - order * hz) / 1000, 0, 1)
        sung = SHARES @ (heard * np.sin(2 * np.pi * order * turns))
        return np.asarray((1 - voice) * fundamental + voice * sung, np.float32)


class ReferenceTone:
    """A note over an output device.

    `start` and `close` may wait for the device and belong on one thread that may; everything else returns at once, on
    any thread. A device that fails raises nothing: `error` says so. It is held while the note sounds and for a second
    after.
    """

    def __init__(self, device: int | str | None = None, volume: float = 0.3, timbre: str = "sine") -> None:
        """device: index, (part of) a name, or None for the system's default; found by `start`.

        ValueError: a volume outside 0..1, a timbre that is none of `TIMBRES`.
        """
        self._output = Sounding(device)
        self._wave = ToneWave(1)
        self._error: DeviceError | None = None
        self.volume, self.timbre = volume, timbre

    def start(self, hz: float) -> None:
        """Have a note of `hz` sound, 30..2000 Hz (ValueError); one that sounds changes."""
        self.change(hz)
        self._error = None
        try:
            self._output.find()
            self._wave = self._at_rate(self._output.sample_rate)
            self._wave.wanted = True
            self._output.begin(self._wave)
        except DeviceError as error:
            self._error, self._wave.wanted = error, False

    def _at_rate(self, sample_rate: int) -> ToneWave:
        before = self._wave
        if before.sample_rate == sample_rate:
            return before
        wave = ToneWave(sample_rate)
        wave.hz, wave.volume, wave.voice = before.hz, before.volume, before.voice
        return wave

    def change(self, hz: float) -> None:
        """Glide to `hz`, 30..2000 Hz (ValueError); what will sound next, if nothing does."""
        if not LOWEST <= hz <= HIGHEST:
            raise ValueError(f"a reference note must lie in {LOWEST:.0f}..{HIGHEST:.0f} Hz, not {hz}")
        self._wave.hz = hz

    def stop(self) -> None:
        """Fade out; the device is given back a second later."""
        self._wave.wanted = False

    def close(self) -> None:
        """Fade out, give the device back at once. May be called any number of times."""
        self.stop()
        self._output.fade()

    @property
    def hz(self) -> float:
        """Of the note that sounds, or is next."""
        return self._wave.hz

    @property
    def sounding(self) -> bool:
        """Whether the note is to be heard, and the device plays it."""
        return self._wave.wanted and self.error is None

    @property
    def volume(self) -> float:
        """0..1, the amplitude of full scale."""
        return self._wave.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        if not 0.0 <= volume <= 1.0:
            raise ValueError(f"volume must lie in 0..1, not {volume}")
        self._wave.volume = volume

    @property
    def timbre(self) -> str:
        """`sine`, or `voice`: with the harmonics of one."""
        return next(name for name, voice in TIMBRES.items() if voice == self._wave.voice)

    @timbre.setter
    def timbre(self, timbre: str) -> None:
        if timbre not in TIMBRES:
            raise ValueError(f"timbre must be one of {', '.join(TIMBRES)}, not {timbre!r}")
        self._wave.voice = TIMBRES[timbre]

    @property
    def error(self) -> DeviceError | None:
        """Why it cannot be heard, in one sentence, until `start` is called again."""
        return self._error or self._output.error
