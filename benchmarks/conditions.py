"""What is done to a voice before the trackers hear it: accompaniment, noise, a room, a level, a telephone.

Every condition is named by one word, as the command line takes it:

    clean           the voice as it was recorded
    5, -5           its accompaniment so many dB below it (MIR-1K alone has any)
    white:20        white noise, 20 dB below the voice
    room:20         a room that reverberates for 0.5 s, and its tone, 20 dB below the voice that it carries
    level:-50       the voice at -50 dBFS, rounded to 16 bits as a sound card would deliver it
    telephone       300 to 3,400 Hz at 8 kHz through the 256 steps of mu-law

Ratios and levels are RMS over the whole clip. Random parts are seeded by the recording's name and the condition, so
that every tracker, and every later run, hears the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray
from recordings import CLEAN, SAMPLE_RATE, Audio, Recording, added, rms
from scipy import signal

KINDS = ("clean", "mix", "white", "room", "level", "telephone")
REVERBERATION = 0.5  # s until the sound has decayed by 60 dB at low frequencies: a furnished living room
DIRECT_TO_REVERBERANT = 3.0  # dB: about arm's length from the microphone in such a room
TELEPHONE_RATE = 8_000  # Hz
TELEPHONE_LEVEL = -26.0  # dBFS, the speech level that telephone networks are planned for
MU = 255

Generator = np.random.Generator


@dataclass(frozen=True)
class Condition:
    """One way of hearing a recording."""

    kind: str
    """One of `KINDS`."""
    value: float = CLEAN
    """dB, where the kind has one."""

    @classmethod
    def of(cls, word: str) -> Condition:
        """Read from the command line.

        Raises:
            ValueError: no such condition.
        """
        kind, _, number = word.strip().partition(":")
        if kind in ("clean", "telephone") and not number:
            return cls(kind)
        try:
            if kind in ("white", "room", "level"):
                return cls(kind, float(number))
            return cls("mix", float(kind.removesuffix("dB")))
        except ValueError:
            raise ValueError(
                f"no condition {word!r}; there are clean, 5, white:20, room:20, level:-50, telephone"
            ) from None

    def __str__(self) -> str:
        """As tables have it."""
        unit = "dBFS" if self.kind == "level" else "dB"
        words = {"mix": "", "white": "white noise ", "room": "room ", "level": ""}
        return self.kind if self.kind not in words else f"{words[self.kind]}{self.value:g} {unit}"

    def suits(self, recording: Recording) -> bool:
        """Whether the recording can be heard so."""
        return self.kind != "mix" or recording.accompaniment is not None

    def heard(self, recording: Recording) -> Audio:
        """What a microphone would deliver: float32 `(n,)`, as long as the recording and aligned with it."""
        voice = recording.voice
        random = np.random.default_rng(list(hashlib.sha256(f"{recording.name} {self}".encode()).digest()))
        if self.kind == "mix":
            return recording.mixed(self.value)
        if self.kind == "white":
            return added(voice, random.standard_normal(len(voice)).astype(np.float32), self.value)
        if self.kind == "room":
            return added(in_room(voice, random), room_tone(len(voice), random), self.value)
        if self.kind == "level":
            return sixteen_bits(at_level(voice, self.value))
        return telephone(voice) if self.kind == "telephone" else voice


def at_level(audio: Audio, dbfs: float) -> Audio:
    """Audio whose RMS is `dbfs`."""
    return np.asarray(audio * (10 ** (dbfs / 20) / (rms(audio) + 1e-12)), np.float32)


def sixteen_bits(audio: Audio) -> Audio:
    """Rounded to the steps of 16-bit sound, clipped at full scale."""
    return np.asarray(np.clip(np.round(audio * 32768), -32768, 32767) / 32768, np.float32)


def in_room(audio: Audio, random: Generator) -> Audio:
    """Audio in a room: the direct sound undelayed, then noise decaying at a rate that grows with frequency."""
    n = round(1.2 * REVERBERATION * SAMPLE_RATE)
    time = np.arange(n) / SAMPLE_RATE
    low, high = _split(random.standard_normal(n), 2000.0)
    tail = low * _decay(time, REVERBERATION) + high * _decay(time, REVERBERATION / 2)
    tail[: round(0.003 * SAMPLE_RATE)] = 0  # the first wall is half a metre away
    tail *= 10 ** (-DIRECT_TO_REVERBERANT / 20) / np.sqrt(np.sum(tail**2))
    wet = audio + signal.fftconvolve(audio, tail)[: len(audio)]
    return np.asarray(wet, np.float32)


def _decay(time: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    return np.asarray(10 ** (-3 * time / seconds))


def _split(noise: NDArray[np.float64], hz: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low = signal.sosfiltfilt(signal.butter(2, hz, fs=SAMPLE_RATE, output="sos"), noise)
    return low, noise - low


def room_tone(n: int, random: Generator) -> Audio:
    """What an empty room sounds like, `(n,)`: pink noise from 60 Hz on."""
    spectrum = np.fft.rfft(random.standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / SAMPLE_RATE)
    return np.fft.irfft(spectrum * (hz / 60) / (1 + (hz / 60) ** 2) ** 0.75, n).astype(np.float32)


def telephone(audio: Audio) -> Audio:
    """Audio at the level of telephone speech through its band and its 8-bit code."""
    narrow = soxr.resample(at_level(audio, TELEPHONE_LEVEL), SAMPLE_RATE, TELEPHONE_RATE, quality="VHQ")
    # Of linear phase and centred: what a reference says of a moment stays true.
    band = signal.firwin(401, (300, 3400), pass_zero=False, fs=TELEPHONE_RATE, window="hamming")
    coded = mu_law(signal.fftconvolve(narrow, band, mode="same"))
    wide = soxr.resample(coded.astype(np.float32), TELEPHONE_RATE, SAMPLE_RATE, quality="VHQ")
    return np.asarray(np.pad(wide, (0, max(0, len(audio) - len(wide))))[: len(audio)], np.float32)


def mu_law(audio: NDArray[np.float64]) -> NDArray[np.float64]:
    """Audio after coding into 8 bits by ITU-T G.711's mu-law, as its continuous formula has it."""
    squeezed = np.sign(audio) * np.log1p(MU * np.minimum(np.abs(audio), 1)) / np.log1p(MU)
    code = np.round(squeezed * 127)
    return np.asarray(np.sign(code) * np.expm1(np.abs(code) / 127 * np.log1p(MU)) / MU)
