"""Voices whose pitch is exactly known: real ones moved by WORLD to any height, and plain tones.

    pip install pyworld 'setuptools<81'

WORLD takes a recorded voice apart and puts it together again along another contour. What comes out follows that
contour, so nothing has to be estimated; where the contour says that nothing is voiced WORLD renders noise. Frames
count only where what was rendered can be heard, is mostly periodic, and lies away from an edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from recordings import SAMPLE_RATE, Recording, evenly
from scipy import ndimage

BANDS = ((50, 100), (100, 200), (200, 400), (400, 800), (800, 1300))  # Hz
VOICES = 8  # of each source
LONGEST = 10.0  # s of each voice
TONES = tuple(float(hz) for hz in np.geomspace(50, 1200, 28))  # Hz, every two semitones

PERIOD = 5.0  # ms, WORLD's frame period
RATE = 1000 / PERIOD
FFT_SIZE = 1024  # samples: WORLD needs three periods of the lowest f0 of the recorded voice, here 47 Hz
# s: what WORLD renders of a vowel follows its pulse, so the sound lags the contour: by 0.1 ms (a flat spectrum) to
# 1.4 ms (some vowels), in the voices below by 0.3 to 0.8 ms (Praat, on glides); what is left is under 3 cents.
DELAY = 0.7e-3
ROOM = 30.0  # cents between a contour and the edges of its band
LOUD, HARMONIC = -35.0, 0.6  # dB below the loudest, share of the power: what counts as audible and as periodic
EDGE = 0.025  # s beside every change of voicing that are not scored
FADE = 0.02  # s
HEADROOM = 0.5  # peak

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Voice:
    """WORLD's view of a recording: f0 `(m,)` in Hz, power envelope and aperiodicity `(m, 513)`, a row per 5 ms."""

    recording: Recording
    f0: Floats
    envelope: Floats
    aperiodicity: Floats


def transposed(recordings: list[Recording]) -> Iterator[Recording]:
    """Some of every source's voices in every band, each band a source of its own.

    Raises:
        ImportError: WORLD is not installed.
    """
    sources = dict.fromkeys(recording.source for recording in recordings)
    chosen = [r for s in sources for r in evenly([r for r in recordings if r.source == s], VOICES)]
    voices = [voice for voice in map(analysed, chosen) if np.mean(voice.f0 > 0) > 0.05]
    for low, high in BANDS:
        for number, voice in enumerate(voices):
            yield moved(voice, low, high, number)


def analysed(recording: Recording) -> Voice:
    """The beginning of a recording taken apart, voiced where its reference is."""
    import pyworld

    audio = recording.voice[: round(LONGEST * SAMPLE_RATE)].astype(np.float64)
    audio += 1e-6 * np.random.default_rng(0).standard_normal(len(audio))  # digital silence has no envelope
    times = np.arange(len(audio) // round(SAMPLE_RATE / RATE) + 1) / RATE
    f0 = pyworld.stonemask(audio, told(recording, times), times, SAMPLE_RATE)
    envelope = pyworld.cheaptrick(audio, f0, times, SAMPLE_RATE, fft_size=FFT_SIZE)
    return Voice(recording, f0, envelope, pyworld.d4c(audio, f0, times, SAMPLE_RATE, fft_size=FFT_SIZE))


def told(recording: Recording, times: Floats) -> Floats:
    """The reference at other times: Hz, 0 unless the frames to both sides are voiced and certain."""
    voiced = (recording.f0 > 0) & recording.certain
    after = np.clip(np.searchsorted(recording.time, times), 1, len(recording.time) - 1)
    both = voiced[after] & voiced[after - 1] & (times <= recording.time[-1]) & (times >= recording.time[0])
    cents = np.log2(np.where(voiced, recording.f0, 1.0))
    return np.where(both, 2 ** np.interp(times, recording.time, cents), 0.0)


def moved(voice: Voice, low: float, high: float, number: int) -> Recording:
    """The voice with its pitch between `low` and `high` Hz."""
    import pyworld

    cents = contour(voice.f0, low, high, number)
    # Formants follow a little, as they do between voices of different height.
    octaves = float(np.median(cents[voice.f0 > 0]) / 1200 - np.median(np.log2(voice.f0[voice.f0 > 0])))
    factor = float(np.clip(2 ** (0.15 * octaves), 0.75, 1.3))
    envelope, aperiodicity = stretched(voice.envelope, factor), stretched(voice.aperiodicity, factor)
    f0 = np.where(voice.f0 > 0, 2 ** (cents / 1200), 0.0)
    sound = pyworld.synthesize(f0, envelope, aperiodicity, SAMPLE_RATE, PERIOD)
    sound *= HEADROOM / max(float(np.abs(sound).max()), 1e-9)
    every = slice(None, None, 2)  # references have a frame each 10 ms
    return Recording(
        name=f"{voice.recording.name} at {low}-{high} Hz",
        source=f"transposed {low}-{high} Hz",
        voice=sound.astype(np.float32),
        accompaniment=None,
        time=np.arange(len(f0))[every] / RATE,
        f0=np.where(f0 > 0, sounding(cents), 0.0)[every],
        certain=certain(f0 > 0, sound, harmonicity(envelope, aperiodicity))[every],
    )


def contour(f0: Floats, low: float, high: float, number: int) -> Floats:
    """The voice's own intonation between `low` and `high`, in cents above 1 Hz; narrower where it would not fit."""
    voiced = np.flatnonzero(f0 > 0)
    own = np.interp(np.arange(len(f0)), voiced, 1200 * np.log2(f0[voiced]))
    own = ndimage.gaussian_filter1d(np.clip(own, *np.percentile(own[voiced], (1, 99))), 2)
    own -= (own[voiced].max() + own[voiced].min()) / 2
    bottom, top = 1200 * np.log2(low) + ROOM, 1200 * np.log2(high) - ROOM
    half = (top - bottom) / 2
    own *= min(1.0, 0.7 * half / max(float(np.abs(own[voiced]).max()), 1.0))
    spare = half - float(np.abs(own[voiced]).max())
    # Voices are spread over what room is left, so that no pitch of the band goes unheard.
    return np.asarray((bottom + top) / 2 + own + spare * (2 * ((number * 0.618) % 1) - 1))


def sounding(cents: Floats) -> Floats:
    """The f0 in Hz `(m,)` that WORLD's sound has at each frame when told `cents` `(m,)`: a little late."""
    frame = np.arange(len(cents))
    return np.asarray(2 ** (np.interp(frame - RATE * DELAY, frame, cents) / 1200))


def stretched(rows: Floats, factor: float) -> Floats:
    """Every row `(m, k)` stretched along frequency."""
    where = np.minimum(np.arange(rows.shape[1]) / factor, rows.shape[1] - 1.001)
    left = where.astype(np.int64)
    share = where - left
    return np.ascontiguousarray((1 - share) * rows[:, left] + share * rows[:, left + 1])


def harmonicity(envelope: Floats, aperiodicity: Floats) -> Floats:
    """Share `(m,)` of the power below 2.5 kHz that WORLD renders from pulses, not noise."""
    band = slice(0, round(2500 / SAMPLE_RATE * FFT_SIZE))
    power = envelope[:, band]
    return np.asarray((power * (1 - aperiodicity[:, band] ** 2)).sum(axis=1) / power.sum(axis=1))


def certain(voiced: NDArray[np.bool_], sound: Floats, share: Floats) -> NDArray[np.bool_]:
    """Frames `(m,)` that are what their label says: heard and periodic where voiced, and away from edges."""
    hop = round(SAMPLE_RATE / RATE)
    power = ndimage.uniform_filter1d(np.pad(sound**2, (0, 8 * hop)), 4 * hop)[::hop][: len(voiced)]
    level = 10 * np.log10(power + 1e-12)
    audible = level > np.percentile(level, 95) + LOUD
    sure = np.where(voiced, audible & (share > HARMONIC), True)
    edge = np.flatnonzero(np.diff(voiced.astype(np.int8)))
    for at in edge:
        sure[max(0, at + 1 - round(EDGE * RATE)) : at + 1 + round(EDGE * RATE)] = False
    return np.asarray(sure, bool)


def tones() -> Iterator[Recording]:
    """Steady tones of one second between silences, sines and sums of harmonics as a bowed string has."""
    for kind, partials in (("sine", 1), ("harmonic tone", 40)):
        for hz in TONES:
            yield tone(f"{kind} {hz:.1f} Hz", hz, partials)


def tone(name: str, hz: float, partials: int) -> Recording:
    """A tone of harmonics 1/k below the Nyquist frequency, from 0.25 to 1.25 s of 1.5 s."""
    n, step = round(1.5 * SAMPLE_RATE), 0.01
    time = np.arange(n) / SAMPLE_RATE
    sound = sum(np.sin(2 * np.pi * k * hz * time) / k for k in range(1, partials + 1) if k * hz < 0.45 * SAMPLE_RATE)
    fade = np.clip(np.minimum(time - 0.25, 1.25 - time) / FADE, 0, 1)
    audio = np.asarray(sound) * fade
    frames = np.arange(round(1.5 / step)) * step
    distance = np.minimum(frames - 0.25, 1.25 - frames)
    return Recording(
        name=name,
        source="tones",
        voice=(0.25 * audio / np.abs(audio).max()).astype(np.float32),
        accompaniment=None,
        time=frames,
        f0=np.where(distance >= 0, hz, 0.0),
        certain=(distance >= FADE - 1e-9) | (distance < -EDGE),
    )
