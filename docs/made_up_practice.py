"""Practice that nobody did, for pictures: three months of a singer who gets better, and is flat above the break."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from random import Random

from livepitch.practice.progress.store import Progress
from livepitch.practice.scoring.result import NoteScore, TakeScore
from livepitch.practice.target.target import TargetNote

EXERCISES = {"major-scale": 6, "octave-arpeggio": 4, "Au clair de la lune": 3, "messa-di-voce": 2}  # and how often
DAYS = 90
SCALE = (0, 2, 4, 5, 7, 9, 11, 12)
BREAK = 64  # MIDI, above which it is hard


def practise(progress: Progress, now: datetime) -> None:
    """Fill it."""
    dice = Random(3)
    for back in range(DAYS, -1, -1):
        evening = now - timedelta(days=back)
        for _ in range(dice.choice((0, 0, 1, 2, 3, 4)) if back else 3):
            name = dice.choices([*EXERCISES], [*EXERCISES.values()])[0]
            score, notes = _take(dice, 55 + 30 * (1 - back / DAYS))
            judged = TakeScore(name, score, notes, (), ())
            when = evening - timedelta(minutes=dice.uniform(5, 180))
            progress.add(judged, exercise=name, when=when, seconds=dice.uniform(30, 240))
        if back % 20 == 10:
            progress.add_range(45 - dice.randint(0, 2), 66 + (DAYS - back) // 25, evening)


def _take(dice: Random, skill: float) -> tuple[float, tuple[NoteScore, ...]]:
    low, notes = 48 + dice.randint(0, 9), []
    for place, step in enumerate(SCALE):
        target = TargetNote(place, place + 1.0, float(low + step))
        high = target.midi > BREAK
        hit = dice.random() < skill / 85 - 0.2 * high
        cents = dice.gauss(-20.0 if high else 3.0, 11.0) if hit else math.nan
        notes.append(NoteScore(target, hit, float(hit), cents_off=cents))
    return min(max(dice.gauss(skill, 6.0), 0.0), 99.0), tuple(notes)
