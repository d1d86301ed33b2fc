"""Takes whose errors are known, because they were planted: a melody as a MIDI file, what was sung of it, and the sound.

A voice here is a sum of harmonics in a vocal tract, with breath. It knows nothing of what listens to it: every take has
its own vowel, tilt, attack, level, noise and sample rate, its own tempo and range, and is legato, detached or both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

TICKS = 480  # a beat
CONTROL = 1000  # values a second of what a voice is told to do
RATES = (16_000, 22_050, 44_100, 48_000)  # Hz
TRACTS = (  # formants, Hz: a, e, i, o, u
    (730, 1150, 2600, 3400), (500, 1800, 2500, 3400), (310, 2150, 2900, 3500), (480, 850, 2450, 3300),
    (340, 720, 2400, 3300),
)  # fmt: skip
STEPS = (-5, -4, -3, -2, -2, -1, -1, 0, 1, 1, 2, 2, 3, 4, 5, 7)  # semitones from note to note
LOWEST, HIGHEST = 41, 79  # MIDI: 87 to 784 Hz
GROUPS = (
    ("flat", "sharp"),
    ("late", "early"),
    ("scoop",),
    ("vibrato", "drift"),
    ("octave below", "octave above", "wrong"),
)
ALONE = 0.65  # of the notes with an error: it is their only one

Floats = NDArray[np.float64]
Audio = NDArray[np.float32]


@dataclass(frozen=True)
class Sung:
    """A note as it was sung: seconds of the recording, and what it did."""

    start: float
    end: float
    midi: float
    """Settled, at the middle of its drift."""
    kinds: frozenset[str] = frozenset()
    """The errors planted."""
    delay: float = 0.0
    """Seconds of the target that it came late."""
    joined: bool = False
    """Whether the voice came from the note before without a break."""
    scoop: float = 0.0
    """Cents from its own pitch at its beginning."""
    scoop_seconds: float = 0.1
    curve: str = "even"
    """How the scoop rose: "even", "slowing" or "swung"."""
    rate: float = 0.0
    """Hz of its vibrato."""
    extent: float = 0.0
    """Cents to either side."""
    phase: float = 0.0
    drift: float = 0.0
    """Cents from its beginning to its end."""


@dataclass(frozen=True)
class Take:
    """What was written, and what was sung of it."""

    name: str
    bpm: float
    written: list[tuple[int, int, int]]
    """Of each note: first tick, length in ticks, MIDI number."""
    sung: list[Sung | None]
    """Of each note; None: missed."""
    perfect: bool
    tempo: float = 1.0
    """How much faster than written it was sung."""
    shift: float = 0.0
    """Seconds that it lies later."""
    glide: float = 0.0
    """Seconds from note to note in legato, half of them before the note's start."""
    seed: list[int] = field(default_factory=list)

    def midi_file(self, path: Path) -> Path:
        """Writes what was written."""
        file, track = mido.MidiFile(ticks_per_beat=TICKS), mido.MidiTrack()
        file.tracks.append(track)
        track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(self.bpm)))
        place = 0
        for start, length, midi in self.written:
            track.append(mido.Message("note_on", note=midi, velocity=80, time=start - place))
            track.append(mido.Message("note_off", note=midi, velocity=0, time=length))
            place = start + length
        file.save(path)
        return path


def takes(count: int, seed: int) -> Iterator[Take]:
    """Takes of melodies: a quarter of them perfect, a quarter at another tempo and place than written."""
    for number in range(count):
        yield _take(np.random.default_rng([seed, number]), f"take{number:04d}", [seed, number])


def _take(random: np.random.Generator, name: str, seed: list[int]) -> Take:
    bpm = float(np.round(random.uniform(56, 150), 1))
    written = _melody(random, bpm)
    second = 60 / (bpm * TICKS)  # of a tick
    perfect, free = random.random() < 0.25, len(written) > 2 and random.random() < 0.25
    tempo = float(np.exp(random.uniform(-0.3, 0.3))) if free else 1.0
    shift = float(random.uniform(0.4, 3.0)) if free else 0.0
    style = random.choice(["legato", "detached", "mixed"])
    gap = float(random.uniform(0.04, 0.2))
    sung: list[Sung | None] = []
    for i, (tick, length, midi) in enumerate(written):
        start, end = tick * second, (tick + length) * second
        before = sung[-1] if sung else None
        touching = i > 0 and written[i - 1][0] + written[i - 1][1] == tick and midi != written[i - 1][2]
        joined = before is not None and touching and before.end > start - 1e-6
        note = Sung(start, end, float(midi), joined=joined)
        if not perfect and random.random() < 0.4:
            planted = _planted(note, random, LOWEST - 1, HIGHEST + 1, [w[2] for w in written[max(i - 1, 0) : i + 2]])
            if planted is None and len(written) == 1:
                planted = note
            if before is not None and planted is not None:
                sung[-1] = replace(before, end=planted.start if joined else min(before.end, planted.start - 0.04))
            elif before is None and planted is not None and planted.start < 0.02:
                planted = note
            sung.append(planted)
        else:
            sung.append(note)
        last = sung[-1]
        repeated = i + 1 < len(written) and written[i + 1][2] == midi
        if last is not None and (style == "detached" or repeated or (style == "mixed" and random.random() < 0.5)):
            sung[-1] = replace(last, end=last.end - min(gap, 0.3 * (last.end - last.start)))
    moved = [n and replace(n, start=n.start / tempo + shift, end=n.end / tempo + shift) for n in sung]
    glide = float(random.choice([0.0, 0.03, 0.05, 0.07]))
    return Take(name, bpm, written, moved, perfect, tempo, shift, glide, seed)


def _melody(random: np.random.Generator, bpm: float) -> list[tuple[int, int, int]]:
    """Notes of 0.22 to 2.5 s, 14 s at most."""
    low = int(random.integers(LOWEST + 2, HIGHEST - 15))
    midi, tick, notes = low + int(random.integers(0, 13)), int(random.choice([0, 0, 240, 480, 960])), []
    for _ in range(int(random.choice([1, 2, 3, 4, 5, 6, 8, 10, 12, 16]))):
        length = int(random.choice([120, 240, 240, 360, 480, 480, 720, 960]))
        while length * 60 / (bpm * TICKS) < 0.22:
            length *= 2
        if (tick + length) * 60 / (bpm * TICKS) > 14:
            break
        notes.append((tick, length, midi))
        tick += length + (int(random.choice([240, 480])) if random.random() < 0.1 else 0)
        midi = int(np.clip(midi + random.choice(STEPS), low, low + 14))
    return notes


def _planted(note: Sung, random: np.random.Generator, low: int, high: int, near: Sequence[int]) -> Sung | None:
    """The note with one or two errors; None: missed."""
    if random.random() < 0.12:
        return None
    for group in random.permutation(len(GROUPS))[: 1 if random.random() < ALONE else 2]:
        note = _with(note, str(random.choice(GROUPS[group])), random, (low, high), near)
    return note


def _with(note: Sung, kind: str, random: np.random.Generator, limits: tuple[int, int], near: Sequence[int]) -> Sung:
    """The note with an error, if it can have it."""
    length, sign = note.end - note.start, 1 if kind in ("sharp", "late", "octave above") else -1
    changes: dict[str, float | str] = {}
    if kind in ("flat", "sharp"):
        changes = {"midi": note.midi + sign * random.uniform(0.15, 0.48)}
    elif kind in ("late", "early") and length >= 0.3:
        delay = sign * random.uniform(0.06, min(0.2 if sign > 0 else 0.12, 0.45 * length))
        changes = {"delay": delay, "start": note.start + delay}
    elif kind == "scoop" and length >= 0.4:
        curve = str(random.choice(["even", "slowing", "swung"]))
        changes = {"scoop": -random.uniform(80, 250), "scoop_seconds": random.uniform(0.08, 0.18), "curve": curve}
    elif kind == "vibrato" and length >= 0.65:
        changes = {"rate": random.uniform(4.6, 7), "extent": random.uniform(25, 90), "phase": random.uniform(0, 6.3)}
    elif kind == "drift" and length >= 0.5:
        changes = {"drift": float(random.choice([-1, 1])) * random.uniform(25, 60)}
    elif kind.startswith("octave") and limits[0] <= note.midi + 12 * sign <= limits[1]:
        changes = {"midi": note.midi + 12 * sign}
    elif kind == "wrong":
        away = [s for s in (-5, -4, -3, -2, 2, 3, 4, 5) if note.midi + s not in near]
        changes = {"midi": note.midi + float(random.choice(away))}
    return replace(note, kinds=note.kinds | {kind}, **changes) if changes else note  # type: ignore[arg-type]


def course(take: Take, seconds: float, attack: float, shape: str) -> tuple[Floats, Floats]:
    """MIDI pitch, and loudness 0..1, `CONTROL` times a second; the pitch goes on where nothing sounds."""
    time = np.arange(round(seconds * CONTROL)) / CONTROL
    midi, loud = np.zeros(len(time)), np.zeros(len(time))
    notes = [note for note in take.sung if note is not None]
    for i, note in enumerate(notes):
        tied = i + 1 < len(notes) and notes[i + 1].joined
        reach = max(take.glide / 2, 1e-9) if note.joined else 1e-9
        arrived = risen((time - note.start + reach) / (2 * reach), "swung") if i else np.ones(len(time))
        midi = midi * (1 - arrived) + _own_course(note, time) * arrived
        begin = np.ones(len(time)) if note.joined else risen((time - note.start) / attack, shape)
        finish = np.ones(len(time)) if tied else risen((note.end - time) / 0.03, "swung")
        inside = (time >= note.start - 1e-9) & (time < note.end)
        loud[inside] = np.minimum(begin, finish)[inside]
    return midi, loud


def _own_course(note: Sung, time: Floats) -> Floats:
    since = np.maximum(time - note.start, 0)
    left = np.clip(1 - since / note.scoop_seconds, 0, 1)
    scoop = {"even": left, "slowing": left**2, "swung": 0.5 - 0.5 * np.cos(np.pi * left)}[note.curve]
    drift = note.drift * (np.clip(since / (note.end - note.start), 0, 1) - 0.5)
    swing = note.extent * np.sin(2 * np.pi * note.rate * since + note.phase)
    return np.asarray(note.midi + (note.scoop * scoop + drift + swing) / 100)


def risen(share: Floats, shape: str) -> Floats:
    """Loudness 0..1 at a share of an attack."""
    share = np.clip(share, 0, 1)
    if shape == "swung":
        return np.asarray(0.5 - 0.5 * np.cos(np.pi * share))
    return np.asarray(share if shape == "even" else np.sin(np.pi / 2 * share))


def sound(take: Take) -> tuple[Audio, int]:
    """The take `(n,)`, and its sample rate."""
    random = np.random.default_rng([*take.seed, 1])
    rate = int(random.choice(RATES))
    last = max([note.end for note in take.sung if note is not None], default=1.0)
    seconds = max(last, sum(take.written[-1][:2]) * 60 / (take.bpm * TICKS)) + float(random.choice([0.1, 0.4, 1.0]))
    attack, shape = float(random.uniform(0.005, 0.06)), str(random.choice(["even", "swung", "quick"]))
    midi, loud = course(take, seconds, attack, shape)
    midi = midi + _wander(len(midi), random) / 100
    time = np.arange(round(seconds * rate)) / rate
    control = np.arange(len(midi)) / CONTROL
    f0, gain = 440 * 2 ** ((np.interp(time, control, midi) - 69) / 12), np.interp(time, control, loud)
    wave = _harmonics(f0, rate, random)
    wave *= gain / (np.sqrt(np.mean(wave[gain > 0.5] ** 2)) if (gain > 0.5).any() else 1.0)
    breath, noise = 10 ** random.uniform(-2.5, -1.3), 10 ** random.uniform(-3.5, -1.2)
    wave += (breath * gain + noise) * random.standard_normal(len(wave))
    return np.asarray(wave * 10 ** random.uniform(-1.5, -0.1) / np.abs(wave).max(), np.float32), rate


def _wander(size: int, random: np.random.Generator) -> Floats:
    """What no voice is without: cents, up to 1.5 of them usually, slower than 8 Hz."""
    window = np.hanning(125)
    slow = np.convolve(random.standard_normal(size + 124), window / np.sqrt((window**2).sum()), "valid")
    return np.asarray(random.uniform(0, 1.5) * slow)


def _harmonics(f0: Floats, rate: int, random: np.random.Generator) -> Floats:
    """A vowel, or in one of six takes a plain tone."""
    tilt, size, plain = random.uniform(0.7, 1.6), random.uniform(0.9, 1.2), random.random() < 1 / 6
    formants = size * np.array(TRACTS[random.integers(len(TRACTS))])
    phase, wave = 2 * np.pi * np.cumsum(f0) / rate, np.zeros(len(f0))
    for k in range(1, 45):
        hz = k * f0
        if hz.min() > 0.45 * rate or hz.min() > 6500:
            break
        gain = np.where(hz < 0.45 * rate, 1.0, 0.0) / k**tilt
        if not plain:
            for centre, width in zip(formants, (90, 110, 150, 200), strict=True):
                gain = gain / np.sqrt((1 - (hz / centre) ** 2) ** 2 + (hz * width / centre**2) ** 2)
        wave += gain * np.sin(k * phase)
    return wave
