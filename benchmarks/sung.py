"""Melodies sung by recorded voices, whose notes are exactly known: WORLD renders them along a written melody.

    pip install pyworld 'setuptools<81'

A melody wanders through a scale; its notes are tied by glides, parted by consonants without voice, by pauses, or, on
one pitch, by a short dip of the level. Notes are out of tune, the whole drifts, many scoop, many have vibrato. A voice
is what its voiced stretches sound like: their envelopes, stretched to the length of a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from recordings import SAMPLE_RATE, read_sound
from transposed import DELAY, FFT_SIZE, HEADROOM, PERIOD, RATE

HEARD = 30.0  # s of a voice's recordings
SHORTEST = 0.25  # s of a voiced stretch
SCALE = (0, 2, 4, 5, 7, 9, 11)
REACH = 9  # semitones to either side of the voice's middle
TIES = ("glide", "consonant", "pause", "dip")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Note:
    """What was sung: seconds, and the fractional MIDI number of its middle."""

    start: float
    end: float
    midi: float


@dataclass(frozen=True)
class Sung:
    """A melody as sound `(n,)` at `SAMPLE_RATE`, and its notes."""

    name: str
    audio: NDArray[np.float32]
    notes: list[Note]


@dataclass
class _Score:
    """What WORLD is to render, a row per 5 ms: pitch (MIDI, NaN without voice), gain (dB), envelope, aperiodicity."""

    midi: list[Floats] = field(default_factory=list)
    gain: list[Floats] = field(default_factory=list)
    envelope: list[Floats] = field(default_factory=list)
    noise: list[Floats] = field(default_factory=list)

    def add(self, midi: Floats, gain: Floats, envelope: Floats, noise: Floats) -> None:
        for rows, new in zip(
            (self.midi, self.gain, self.envelope, self.noise), (midi, gain, envelope, noise), strict=True
        ):
            rows.append(new)


class Voice:
    """The voiced stretches of the recordings in a folder, and a breath: what it sounds like without voice."""

    def __init__(self, folder: Path) -> None:
        import pyworld

        self.name, self.stretches, breaths, pitches = folder.name, [], [], []
        for path in sorted(folder.glob("*.flac"))[:3]:
            audio = read_sound(path)[0][: round(HEARD * SAMPLE_RATE / 3)].astype(np.float64)
            audio += 1e-6 * np.random.default_rng(0).standard_normal(len(audio))  # digital silence has no envelope
            f0, times = pyworld.dio(audio, SAMPLE_RATE, frame_period=PERIOD)
            f0 = pyworld.stonemask(audio, f0, times, SAMPLE_RATE)
            envelope = pyworld.cheaptrick(audio, f0, times, SAMPLE_RATE, fft_size=FFT_SIZE)
            noise = pyworld.d4c(audio, f0, times, SAMPLE_RATE, fft_size=FFT_SIZE)
            for run in _runs(f0 > 0):
                power = envelope[run].sum(axis=1)
                loud = power > 0.01 * power.max()
                if loud.sum() >= SHORTEST * RATE:
                    self.stretches.append((envelope[run][loud] / np.median(power[loud]), noise[run][loud]))
                    pitches.append(69 + 12 * np.log2(np.median(f0[run]) / 440))
            breaths.append(envelope[f0 == 0])
        breath = np.concatenate(breaths)
        loudest = breath[np.argsort(breath.sum(axis=1))[-len(breath) // 10 :]].mean(axis=0)
        self.breath = loudest / loudest.sum()
        self.middle = float(np.median(pitches))


def melodies(folder: Path, count: int, seed: int) -> Iterator[Sung]:
    """`count` melodies of about 20 s sung by the voice in a folder. ImportError: WORLD is not installed."""
    voice = Voice(folder)
    for number in range(count):
        yield melody(voice, np.random.default_rng([seed, number]), f"{voice.name}/{number}")


def melody(voice: Voice, random: np.random.Generator, name: str, seconds: float = 20.0) -> Sung:
    """One melody."""
    score, notes, place, tie, degree = _Score(), [], 0, "pause", 0
    drift = np.cumsum(random.normal(0, 0.03, 200))
    _rest(score, voice, 100, -90.0, random)
    place = 100
    while place < seconds * RATE:
        if tie == "pause" and notes:
            place += _rest(score, voice, int(random.uniform(0.12, 0.8) * RATE), -90.0, random)
        elif tie == "consonant":
            place += _rest(score, voice, int(random.uniform(0.05, 0.13) * RATE), random.uniform(-25, -12), random)
        if tie != "dip":
            degree = _next(degree, random)
        middle = voice.middle + 12 * (degree // 7) + SCALE[degree % 7] + drift[len(notes)] + random.normal(0, 0.12)
        size = int(np.clip(random.lognormal(-1.0, 0.6), 0.12, 2.0) * RATE)
        before, tie = tie, str(random.choice(TIES, p=(0.4, 0.3, 0.15, 0.15)))
        last = notes[-1].midi if notes else middle
        midi, gain = _pitch(middle, last, size, before, random), _gain(size, before, tie, random)
        score.add(midi, gain, *_stretched(voice, size, random))
        notes.append(Note(place / RATE, (place + size) / RATE, middle))
        place += size
    _rest(score, voice, 100, -90.0, random)
    return Sung(name, _rendered(score, random), notes)


def _next(degree: int, random: np.random.Generator) -> int:
    """The next degree of the scale, within the voice's reach."""
    while True:
        new = degree + int(
            random.choice((-4, -3, -2, -1, 0, 1, 2, 3, 4), p=(5, 5, 15, 22, 6, 22, 15, 5, 5) / np.float64(100))
        )
        if abs(12 * (new // 7) + SCALE[new % 7]) <= REACH:
            return new


def _pitch(middle: float, last: float, size: int, tie: str, random: np.random.Generator) -> Floats:
    """A note's course: jitter, vibrato, what it begins with (of a glide its second half)."""
    time = np.arange(size) / RATE
    midi = np.full(size, middle) + np.convolve(random.normal(0, 0.06, size + 10), np.hanning(11) / 5, "valid")[:size]
    if size > 0.4 * RATE and random.random() < 0.6:
        grown = np.clip((time - random.uniform(0, 0.3)) / 0.15, 0, 1)
        midi += random.uniform(0.3, 1.0) * grown * np.sin(2 * np.pi * random.uniform(4.8, 6.8) * time)
    if tie == "glide":
        length = random.uniform(0.02, 0.09)
        midi += np.where(time < length, (last - middle) / 2 * (1 + np.cos(np.pi * time / length)) / 2, 0)
    elif tie == "dip":
        midi -= random.uniform(0, 0.5) * np.exp(-time / 0.03)
    elif random.random() < 0.4:
        midi -= random.uniform(0.5, 3.0) * np.clip(1 - time / random.uniform(0.06, 0.18), 0, 1)
    return midi


def _gain(size: int, before: str, after: str, random: np.random.Generator) -> Floats:
    """A note's course of level, dB: fades where it begins or ends in silence, half a dip where it is tied by one."""
    time = np.arange(size) / RATE
    gain = random.uniform(-6, 0) + random.normal(0, 2) * time
    for tie, away in ((before, time), (after, time[::-1])):
        if tie == "dip":
            gain = gain - random.uniform(9, 20) * np.clip(1 - away / random.uniform(0.03, 0.06), 0, 1)
        elif tie != "glide":
            gain = gain + 20 * np.log10(np.clip(away / random.uniform(0.01, 0.04), 0.05, 1))
    return np.asarray(gain)


def _stretched(voice: Voice, size: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Envelope and aperiodicity of one of the voice's stretches, as long as asked for."""
    envelope, noise = voice.stretches[random.integers(len(voice.stretches))]
    rows = np.linspace(0, len(envelope) - 1, size).astype(int)
    return envelope[rows], noise[rows]


def _rest(score: _Score, voice: Voice, size: int, level: float, random: np.random.Generator) -> int:
    width = len(voice.breath)
    gain = level + random.normal(0, 1, size)
    score.add(np.full(size, np.nan), gain, np.tile(voice.breath, (size, 1)), np.ones((size, width)))
    return size


def _rendered(score: _Score, random: np.random.Generator) -> NDArray[np.float32]:
    import pyworld

    midi, gain = np.concatenate(score.midi), np.concatenate(score.gain)
    joined = np.flatnonzero(np.abs(np.diff(midi)) > 0.2)  # the first half of glides, mirrored from the second
    for i in joined:
        size = min(18, i)
        tail = midi[i + 1] - midi[i]
        midi[i - size : i + 1] += tail / 2 * np.clip(1 - np.arange(size, -1, -1) / size, 0, 1) ** 3
    f0 = np.nan_to_num(440 * 2 ** ((midi - 69) / 12))
    envelope = np.concatenate(score.envelope) * 10 ** (gain[:, None] / 10)
    sound = pyworld.synthesize(f0, np.ascontiguousarray(envelope), np.concatenate(score.noise), SAMPLE_RATE, PERIOD)
    sound = np.roll(sound, -round(DELAY * SAMPLE_RATE))
    sound *= HEADROOM / np.abs(sound).max()
    return np.asarray(sound + 10 ** (-65 / 20) * random.standard_normal(len(sound)), np.float32)


def _runs(true: NDArray[np.bool_]) -> Iterator[slice]:
    edges = np.flatnonzero(np.diff(np.r_[False, true, False].astype(int)))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(start), int(stop))
