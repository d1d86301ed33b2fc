"""Takes with planted errors, sung by recorded voices: WORLD leads them along the written course.

pip install pyworld 'setuptools<81'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from planted_takes import CONTROL, TICKS, Audio, Take, course, takes
from recordings import SAMPLE_RATE
from sung import Voice
from transposed import DELAY, HEADROOM, PERIOD, RATE

QUIET = -75.0  # dB
FAINTEST = 1e-3  # of a note's loudness: less is silence


def sung_takes(folders: list[Path], count: int, seed: int) -> Iterator[tuple[Take, Any]]:
    """`count` takes for the voice in each folder, moved into its range, and what sings them. ImportError: no WORLD."""
    for number, folder in enumerate(folders):
        voice = Voice(folder)
        for take in takes(count, 1000 * seed + number):
            middle = sum(note[2] for note in take.written) / len(take.written)
            moved = _transposed(take, round(voice.middle - middle))
            yield replace(moved, name=f"{folder.name}-{take.name}"), lambda take, voice=voice: rendered(take, voice)


def _transposed(take: Take, by: int) -> Take:
    sung = [note and replace(note, midi=note.midi + by) for note in take.sung]
    return replace(take, written=[(start, length, midi + by) for start, length, midi in take.written], sung=sung)


def rendered(take: Take, voice: Voice) -> tuple[Audio, int]:
    """The take `(n,)` in this voice, and its sample rate."""
    import pyworld

    random = np.random.default_rng([*take.seed, 1])
    last = max([note.end for note in take.sung if note is not None], default=1.0)
    seconds = max(last, sum(take.written[-1][:2]) * 60 / (take.bpm * TICKS)) + 0.5
    attack = float(random.uniform(0.01, 0.05))
    midi, loud = (part[:: round(CONTROL / RATE)] for part in course(take, seconds, attack, "swung"))
    jitter = np.convolve(random.normal(0, 0.03, len(midi) + 10), np.hanning(11) / 5, "valid")
    voiced = loud > FAINTEST
    width = len(voice.breath)
    envelope, noise = np.tile(voice.breath * 10 ** (QUIET / 10), (len(midi), 1)), np.ones((len(midi), width))
    for note in take.sung:
        if note is None:
            continue
        first, stop = (min(round(at * RATE), len(midi)) for at in (note.start, note.end))
        rows, breath = voice.stretches[random.integers(len(voice.stretches))]
        chosen = np.linspace(0, len(rows) - 1, stop - first).astype(int)
        envelope[first:stop] = rows[chosen] * loud[first:stop, None] ** 2
        noise[first:stop] = breath[chosen]
    f0 = np.where(voiced, 440 * 2 ** ((midi + jitter[: len(midi)] - 69) / 12), 0.0)
    sound = pyworld.synthesize(f0, np.ascontiguousarray(envelope + 1e-12), noise, SAMPLE_RATE, PERIOD)
    sound = np.roll(sound, -round(DELAY * SAMPLE_RATE))
    sound *= HEADROOM / np.abs(sound).max()
    return np.asarray(sound + 10 ** (-65 / 20) * random.standard_normal(len(sound)), np.float32), SAMPLE_RATE
