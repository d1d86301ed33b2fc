"""Takes whose errors are known, because they were planted: as sound, and as the track a perfect tracker would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livepitch.practice.target.target import Target, TargetNote
from livepitch.realtime.frame import PitchTrack

Floats = NDArray[np.float64]

HOP = 0.01  # s
QUIET = -90.0  # dBFS where nothing sounds
FORMANTS = {
    "ah": ((730, 90), (1150, 95), (2600, 130), (3400, 180)),
    "ee": ((310, 60), (2100, 95), (2900, 130), (3500, 180)),
    "oo": ((350, 60), (700, 95), (2450, 130), (3300, 180)),
}
TIMBRES = ("ah", "ee", "oo", "plain", "saw", "sine")


@dataclass(frozen=True)
class Sung:
    """One note as it is sung, whatever was asked for."""

    start: float
    """Seconds at which the voice begins."""
    end: float
    midi: float
    """Its settled pitch, at the middle of the drift."""
    scoop: float = 0.0
    """Cents from the settled pitch at its beginning."""
    scoop_seconds: float = 0.12
    rate: float = 0.0
    """Hz of its vibrato."""
    extent: float = 0.0
    """Cents to either side."""
    drift: float = 0.0
    """Cents from its beginning to its end."""
    fade: float = 0.02
    """Seconds in which it becomes loud, and soft again at its end."""
    legato: bool = False
    """Whether it follows the note before without a new attack."""
    phase: float = 0.0
    """Of the vibrato."""
    curve: str = "linear"
    """How a scoop rises: "linear", "cosine" or "slowing"."""


def in_tune(target: Target, gap: float = 0.0, **changes: float) -> list[Sung]:
    """The target sung as written, each note `gap` seconds shorter."""
    return [
        Sung(note.start, note.end - gap, note.midi, **changes)  # type: ignore[arg-type]
        for note in target.notes
    ]


def target_of(*notes: tuple[float, float, float], name: str = "planted") -> Target:
    """A target of (start, end, MIDI number)."""
    return Target(name, tuple(TargetNote(*note) for note in notes))


def course(notes: list[Sung], time: Floats) -> tuple[Floats, Floats]:
    """MIDI pitch and loudness 0..1 at `time`, NaN and 0 where nothing sounds."""
    midi, loud = np.full(len(time), np.nan), np.zeros(len(time))
    for i, note in enumerate(notes):
        joined = i + 1 < len(notes) and notes[i + 1].legato
        inside = (time >= note.start) & (time < note.end)
        since, share = time[inside] - note.start, (time[inside] - note.start) / (note.end - note.start)
        cents = note.drift * (share - 0.5) + note.extent * np.sin(2 * np.pi * note.rate * since + note.phase)
        midi[inside] = note.midi + (cents + note.scoop * _rising(since / note.scoop_seconds, note.curve)) / 100
        begin = np.ones_like(since) if note.legato else np.minimum(1, since / note.fade)
        finish = np.ones_like(since) if joined else np.minimum(1, (note.end - time[inside]) / note.fade)
        loud[inside] = np.minimum(begin, finish)
    return midi, loud


def _rising(share: Floats, curve: str) -> Floats:
    """1 at the beginning, 0 when the scoop is over."""
    left = np.clip(1 - share, 0, 1)
    if curve == "cosine":
        return 0.5 - 0.5 * np.cos(np.pi * left)
    return left**2 if curve == "slowing" else left


def sound(
    notes: list[Sung],
    sample_rate: int = 16_000,
    timbre: str = "ah",
    seconds: float | None = None,
    noise: float = 0.0003,
    seed: int = 1,
    peak: float = 0.3,
    glide: float = 0.0,
) -> NDArray[np.float32]:
    """The take as float32 (n,): harmonics summed, each with the vocal tract's gain at its frequency.

    `glide`: seconds in which the pitch moves from one note to the next within legato, half of them after its start.
    """
    length = (notes[-1].end + 0.4) if seconds is None else seconds
    time = np.arange(round(length * sample_rate)) / sample_rate
    midi, loud = course(notes, time)
    place = np.arange(len(midi))
    there = ~np.isnan(midi)
    f0 = 440 * 2 ** ((np.interp(place, place[there], midi[there]) - 69) / 12)
    if glide:
        width = round(glide * sample_rate)
        f0 = np.exp(np.convolve(np.pad(np.log(f0), width, "edge"), np.hanning(width) / np.hanning(width).sum(), "same"))
        f0 = f0[width:-width]
    phase = 2 * np.pi * np.cumsum(f0) / sample_rate
    wave = np.zeros(len(time))
    for k in range(1, 1 if timbre == "sine" else 40):
        if k * f0.min() > 0.45 * sample_rate:
            break
        wave += _gain(k, k * f0, timbre) * (k * f0 < 0.45 * sample_rate) * np.sin(k * phase)
    if timbre == "sine":
        wave = np.sin(phase) + 0.01 * np.sin(2 * phase)
    wave *= loud
    wave *= peak / max(np.abs(wave).max(), 1e-9)
    return np.asarray(wave + noise * np.random.default_rng(seed).standard_normal(len(wave)), np.float32)


def _gain(k: int, hz: Floats, timbre: str) -> Floats | float:
    if timbre == "plain":
        return 1 / k**1.5
    if timbre == "saw":
        return 1 / k
    tract = np.ones_like(hz)
    for centre, width in FORMANTS[timbre]:
        tract *= 1 / np.sqrt((1 - (hz / centre) ** 2) ** 2 + (hz * width / centre**2) ** 2)
    return tract / k


def track(notes: list[Sung], seconds: float | None = None) -> tuple[PitchTrack, Floats]:
    """The track and the level (dBFS) that a perfect tracker would give of the take."""
    length = (notes[-1].end + 0.4) if seconds is None else seconds
    time = np.arange(round(length / HOP) + 1) * HOP
    midi, loud = course(notes, time)
    voiced = ~np.isnan(midi) & (loud > 0)
    f0 = np.where(voiced, 440 * 2 ** ((midi - 69) / 12), np.nan).astype(np.float32)
    level = np.where(voiced, -12 + 20 * np.log10(np.maximum(loud, 1e-4)), QUIET)
    confidence = np.where(voiced, 0.9, 0.01).astype(np.float32)
    return PitchTrack(time, f0, voiced, confidence, np.where(voiced, f0, np.float32(100))), level
