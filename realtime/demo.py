"""The demo voice: a sung phrase whose f0 is known exactly, because the phrase is made from it.

A voice is a glottal source filtered by the vocal tract. Here every harmonic of the glottal source is
summed with the phase `k * phi(t)`, `phi` the integral of f0, and with the tract's gain at `k * f0(t)`:
nothing aliases, and formants may move without moving f0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..model.convert import midi_to_hz

Floats = NDArray[np.float64]
T = TypeVar("T", np.float64, np.complex128)

SEED = 20
CONTROL_RATE = 1000  # Hz: f0, loudness and formants are drawn at this rate and interpolated
HOP = 10  # control points between two entries of the known f0
BEAT = 0.7  # s
HIGHEST = 7000.0  # Hz; harmonics above it are left out
AUDIBLE = 0.03  # loudness from which a voice counts as voiced, -30 dB
ASPIRATION = 0.002  # noise of the breath through the glottis, 40 dB below the voice
PEAK = 0.5  # -6 dBFS

# Formant frequencies of a light tenor in Hz (F1..F4), bandwidths beneath.
VOWELS = {
    "a": (730, 1150, 2600, 3400),
    "e": (480, 1850, 2550, 3450),
    "i": (310, 2150, 2900, 3500),
    "o": (460, 800, 2600, 3350),
    "u": (350, 680, 2450, 3300),
    "m": (260, 1000, 2200, 3200),
}
BANDWIDTHS = (80, 95, 130, 180)
# Resonances above those differ little from vowel to vowel; without them a voice sounds as if through a wall.
UPPER = ((4300, 250), (5300, 300), (6300, 350))  # Hz, bandwidth

# Unvoiced consonants: centre and width of their noise in Hz, seconds, loudness against the voice.
CONSONANTS = {"s": (6200, 1500, 0.10, 0.12), "t": (4000, 2500, 0.045, 0.12), "k": (1900, 900, 0.05, 0.12)}
BREATH = (1500, 1300, 0.45, 0.03)


@dataclass(frozen=True)
class Note:
    """One syllable: beats long; consonant "" joins it to the note before, "m" hums into it, "-" is a rest."""

    midi: float
    beats: float
    consonant: str
    vowel: str
    vibrato: float = 0.0
    """Cents to either side."""
    fall: float = 0.0
    """Cents by which the end sinks."""


PHRASE = (
    Note(57, 0.5, "-", "o"),
    Note(57, 1.0, "s", "o"),
    Note(60, 1.0, "", "o"),
    Note(64, 1.5, "t", "a", vibrato=35),
    Note(62, 0.5, "m", "i"),
    Note(60, 0.5, "", "e"),
    Note(59, 2.0, "k", "u", vibrato=45),
    Note(59, 1.0, "-", "u"),
    Note(62, 1.0, "m", "e"),
    Note(65, 1.0, "", "a"),
    Note(69, 2.0, "t", "a", vibrato=60),
    Note(67, 0.5, "", "o"),
    Note(65, 0.5, "k", "i"),
    Note(64, 1.0, "m", "a", vibrato=25),
    Note(57, 3.0, "s", "o", vibrato=50, fall=350),
    Note(57, 1.5, "-", "o"),
)


def demo_phrase(sample_rate: int = 48_000) -> tuple[NDArray[np.float32], Floats, Floats]:
    """Sing the phrase: audio float32 `(n,)` at `sample_rate` Hz, time (s) and f0 (Hz), both float64 `(m,)`.

    Time goes in steps of 10 ms from 0; f0 is NaN where nothing voiced sounds. The phrase begins and ends in
    silence, so it may be looped. The same rate always gives the same audio. ValueError below 8000 Hz.
    """
    if sample_rate < 8000:
        raise ValueError(f"sample_rate must be at least 8000 Hz, not {sample_rate}")
    rng = np.random.default_rng(SEED)
    starts = np.concatenate([[0], np.cumsum([round(note.beats * BEAT * 100) * HOP for note in PHRASE])])
    f0, loudness = _melody(starts, rng), _loudness(starts)
    voice = _sing(f0, loudness, _formants(starts), sample_rate)
    aspiration = ASPIRATION * _resampled(loudness, len(voice)) * rng.standard_normal(len(voice))
    audio = voice + aspiration + _noises(starts, len(voice), sample_rate, rng)
    known = np.where(loudness >= AUDIBLE, f0, np.nan)[::HOP]
    time = np.arange(len(known)) * HOP / CONTROL_RATE
    return (PEAK / np.abs(audio).max() * audio).astype(np.float32), time, known


def _ease(width: float) -> Floats:
    """Window `(n,)` of sum 1 and `width` seconds that rounds off the corners of a control curve."""
    window = np.hanning(round(width * CONTROL_RATE) + 2)[1:-1]
    return np.asarray(window / window.sum(), np.float64)


def _held(starts: NDArray[np.int64], values: list[float], width: float) -> Floats:
    """Curve `(n,)` that holds each note's value and eases over `width` seconds from one into the next."""
    curve = np.repeat(np.array(values, np.float64), np.diff(starts))
    window = _ease(width)
    padded = np.pad(curve, (len(window) // 2, len(window) - 1 - len(window) // 2), mode="edge")
    return np.asarray(np.convolve(padded, window, mode="valid"))


def _melody(starts: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """f0 in Hz `(n,)`: notes joined by glides, vibrato that grows in, a fall, a person's unsteadiness."""
    cents = 100 * _held(starts, [note.midi for note in PHRASE], 0.12)
    for note, start, stop in zip(PHRASE, starts, starts[1:], strict=False):
        time = np.arange(stop - start) / CONTROL_RATE
        grown = np.clip((time - 0.25) / 0.4, 0, 1) * np.clip((time[-1] - time) / 0.12, 0, 1)
        cents[start:stop] += note.vibrato * grown * np.sin(2 * np.pi * 5.4 * time)
        if note.consonant not in ("", "-"):
            cents[start:stop] -= 70 * np.exp(-time / 0.06)  # scooped into from below
        cents[start:stop] -= note.fall * np.clip((time - time[-1] + 0.5) / 0.5, 0, 1) ** 2
    drift = np.convolve(rng.standard_normal(len(cents)), _ease(0.3), mode="same")
    return np.asarray(midi_to_hz(cents / 100 + 0.08 * drift / drift.std()))


def _loudness(starts: NDArray[np.int64]) -> Floats:
    """Amplitude of the voice `(n,)`: swelling notes, quieter hums, nothing in rests and consonants."""
    curve = np.zeros(starts[-1])
    for note, start, stop in zip(PHRASE, starts, starts[1:], strict=False):
        if note.consonant != "-":
            curve[start:stop] = 0.75 + 0.25 * np.sin(np.pi * np.linspace(0.1, 0.9, stop - start))
        if note.consonant in CONSONANTS:
            curve[start - 30 : start + round(CONSONANTS[note.consonant][2] * CONTROL_RATE)] = 0
        elif note.consonant == "m":
            curve[start - 60 : start + 70] = 0.2
        elif note.consonant == "-":
            curve[max(start - 60, 0) : start] = 0  # a note ends before the rest does away with its fall
    return np.asarray(np.convolve(curve, _ease(0.04), mode="same"))


def _formants(starts: NDArray[np.int64]) -> Floats:
    """Formant frequencies in Hz `(n, 4)`, gliding from vowel to vowel."""
    names = [note.vowel for note in PHRASE]
    columns = [_held(starts, [VOWELS[name][k] for name in names], 0.09) for k in range(4)]
    humming = np.zeros(starts[-1])
    for note, start in zip(PHRASE, starts, strict=False):
        if note.consonant == "m":
            humming[start - 40 : start + 50] = 1
    weight = np.convolve(humming, _ease(0.03), mode="same")[:, None]
    return np.asarray((1 - weight) * np.stack(columns, axis=1) + weight * np.array(VOWELS["m"]))


def _tract(frequency: Floats, formants: Floats) -> NDArray[np.complex128]:
    """Complex gain `(n,)` of four resonators in series at `frequency` `(n,)` Hz, each 1 at 0 Hz."""
    gain = np.ones(len(frequency), np.complex128)
    for centre, width in (*zip(formants.T, BANDWIDTHS, strict=True), *UPPER):
        gain *= (centre**2 + 0j) / (centre**2 - frequency**2 + 1j * frequency * width)
    return gain


def _sing(f0: Floats, loudness: Floats, formants: Floats, sample_rate: int) -> Floats:
    """Sum the harmonics: audio `(n,)` from control curves `(m,)`, loudness 1 giving an RMS of about 0.2."""
    size = round(len(f0) * sample_rate / CONTROL_RATE)
    turn = np.exp(2j * np.pi * np.cumsum(_resampled(f0, size)) / sample_rate)
    audio, harmonic = np.zeros(size), turn.copy()
    highest = min(HIGHEST, 0.45 * sample_rate)
    for k in range(1, int(highest / f0.min()) + 1):
        # A glottal pulse falls by 12 dB an octave; radiation from the lips gives 6 back.
        gain = loudness / k * _tract(k * f0, formants) * np.clip((highest - k * f0) / 500, 0, 1)
        audio += (_resampled(gain, size) * harmonic).real
        harmonic *= turn
    power = float(np.mean(audio[_resampled(loudness, size) > 0.5] ** 2))
    return audio * np.float64(0.2 / power**0.5)


def _resampled(curve: NDArray[T], size: int) -> NDArray[T]:
    """A control curve `(m,)`, real or complex, drawn as straight lines between its points: `(size,)`."""
    at = np.arange(size) * (len(curve) / size)
    return np.asarray(np.interp(at, np.arange(len(curve)), curve), curve.dtype)


def _noises(starts: NDArray[np.int64], size: int, sample_rate: int, rng: np.random.Generator) -> Floats:
    """Everything unvoiced, `(size,)`: consonants, breaths at the end of rests, the room."""
    audio = 1e-4 * rng.standard_normal(size)
    for note, start, stop in zip(PHRASE, starts, starts[1:], strict=False):
        if note.consonant in CONSONANTS:
            *_, seconds, _ = shape = CONSONANTS[note.consonant]
            begin = start / CONTROL_RATE - 0.015
        elif note.consonant == "-":
            *_, seconds, _ = shape = BREATH
            begin = stop / CONTROL_RATE - seconds - 0.05
        else:
            continue
        burst = _burst(shape, sample_rate, rng)
        first = max(round(begin * sample_rate), 0)
        audio[first : first + len(burst)] += burst[: size - first]
    return audio


def _burst(shape: tuple[float, float, float, float], sample_rate: int, rng: np.random.Generator) -> Floats:
    """Noise `(n,)` round a centre frequency, faded in and out."""
    centre, width, seconds, loudness = shape
    size = round(seconds * sample_rate)
    frequency = np.fft.rfftfreq(size, 1 / sample_rate)
    spectrum = np.fft.rfft(rng.standard_normal(size)) * np.exp(-0.5 * ((frequency - centre) / width) ** 2)
    noise = np.fft.irfft(spectrum, size) * np.sin(np.pi * np.arange(size) / size) ** 0.5
    return np.asarray(loudness * noise / max(noise.std(), 1e-9) * 0.3, np.float64)
