"""How a step is practised: its key, tempo and region, and what is heard beside the singer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..exercise.step import Step
from ..notes import EQUAL_TUNING
from ..sound.count_in import bar_beats, beat_seconds
from ..target.target import Target
from ..temperament import EQUAL
from ..tuning import Tuning

SLOWEST, FASTEST = 0.25, 4.0


@dataclass(frozen=True)
class Arrangement:
    """What the singer chose, for every step alike. ValueError for what cannot be."""

    tempo: float = 1.0
    """How much faster than written."""
    transposition: int = 0
    """Semitones above the written notes."""
    loop: tuple[float, float] | None = None
    """Seconds of the target as written that are sung; None for all of it."""
    count_in: int | None = None
    """Beats before it begins; None for a bar."""
    guide: bool | None = None
    """Whether the notes to be sung sound; None: as the step says."""
    metronome: bool = True
    """Whether the beats are clicked."""
    guide_volume: float = 0.3
    """0..1."""
    metronome_volume: float = 0.3
    """0..1."""
    timbre: float = 0.3
    """Of the guide: 0 for a sine, 1 for a voice's harmonics."""
    silent: bool = False
    """Nothing is heard at all, count-in and notes to be listened to included: no output device is needed."""
    output: int | str | None = None
    """Index or (part of) a name of the device that sounds; None for the system's default."""
    tuning: Tuning = EQUAL_TUNING
    """Where the notes lie."""

    def __post_init__(self) -> None:
        if not SLOWEST <= self.tempo <= FASTEST:
            raise ValueError(f"tempo must be {SLOWEST:g} to {FASTEST:g} times what is written, not {self.tempo:g}")
        if self.count_in is not None and self.count_in < 0:
            raise ValueError(f"count_in must be 0 at least, not {self.count_in}")
        if self.loop is not None and not 0 <= self.loop[0] < self.loop[1]:
            raise ValueError(f"a loop goes from one second to a later one, not from {self.loop[0]} to {self.loop[1]}")
        for name in ("guide_volume", "metronome_volume", "timbre"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must lie in 0..1, not {getattr(self, name)}")

    def of(self, step: Step) -> Step:
        """The step as it is to be sung. ValueError: no note begins in the loop."""
        target = step.target
        if self.loop is not None:
            target = target.between(*self.loop)
            if not target.notes:
                raise ValueError(f"no note begins between {self.loop[0]:g} and {self.loop[1]:g} s")
        higher = self.transposition
        return replace(
            step,
            target=self._tuned(target.transposed(higher).at_tempo(self.tempo)),
            key=replace(step.key, root=(step.key.root + higher) % 12),
            tempo=step.tempo * self.tempo,
            cue=tuple(midi + higher for midi in (step.cue if self.loop is None else _first(target))),
            guide=step.guide if self.guide is None else self.guide,
            drone_midi=None if step.drone_midi is None else step.drone_midi + higher,
        )

    def _tuned(self, target: Target) -> Target:
        """With whole notes at their places in a temperament of twelve."""
        if not self.tuning.twelve or self.tuning.temperament == EQUAL:
            return target
        places = [self.tuning.pitch(int(n.midi)) if n.midi % 1 == 0 else n.midi for n in target.notes]
        return replace(target, notes=tuple(replace(n, midi=m) for n, m in zip(target.notes, places, strict=True)))


AS_WRITTEN = Arrangement()


def song_step(target: Target) -> Step:
    """A whole song as a single step."""
    return Step(
        target=target,
        title=target.name,
        spoken="Sing along.",
        number=1,
        key=target.key,
        tempo=60.0 / beat_seconds(target),
        bar=bar_beats(target),
        cue=_first(target),
    )


def _first(target: Target) -> tuple[float, ...]:
    """The first pitch to be sung, to begin from."""
    return tuple(note.midi for note in target.notes if note.pitched)[:1]
