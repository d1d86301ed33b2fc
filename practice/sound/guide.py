"""What a singer hears while practising: guide tone, metronome and count-in, the same samples however they are cut."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...model.convert import midi_to_hz
from ...realtime.playing.tone import TIMBRES
from ..notes import EQUAL_TUNING
from ..target.target import Manner, Target, TargetNote
from ..tuning import Tuning
from .count_in import count_in
from .tones import CLICK, Click, Tone

STACCATO = 0.18  # s that a staccato note sounds at most
CUE = 1.5  # s of a cue where nothing is counted in
CUE_SHARE = 0.6  # of the count-in, in which a cue sounds: then there is silence to take a breath in
LOUDEST = 0.95  # amplitude of everything together
LOWEST, HIGHEST = 20.0, 8000.0  # Hz that sound

P = TypeVar("P", Tone, Click)


@dataclass(frozen=True)
class GuideSettings:
    """What is to be heard; volumes are amplitudes of full scale, lowered together where they add up to more than that.

    ValueError for a volume or a timbre outside 0..1, or less than no beats.
    """

    guide: bool = True
    """Whether the notes to be sung sound; those only to be listened to always do."""
    guide_volume: float = 0.3
    timbre: str | float = 0.3
    """`sine` or 0, `voice` or 1 with the harmonics of one, any mix between."""
    metronome: bool = True
    """Whether the target's beats sound; those of the count-in always do."""
    metronome_volume: float = 0.3
    count_in_beats: int | None = None
    """Beats before 0; None for one bar of the target."""
    drone_midi: float | None = None
    """A note held all the time."""
    drone_volume: float = 0.15
    cue: Sequence[float] = ()
    """MIDI numbers that sound together in the count-in, at `guide_volume` in all."""
    tuning: Tuning = EQUAL_TUNING
    """Concert pitch, and where whole MIDI numbers lie; a temperament of other than twelve notes is left out."""

    def __post_init__(self) -> None:
        if isinstance(self.timbre, str) and self.timbre not in TIMBRES:
            raise ValueError(f"timbre must be one of {', '.join(TIMBRES)}, or 0..1, not {self.timbre!r}")
        for name in ("guide_volume", "metronome_volume", "drone_volume", "voice"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                shown = "timbre" if name == "voice" else name
                raise ValueError(f"{shown} must lie in 0..1, not {getattr(self, name)}")
        if self.count_in_beats is not None and self.count_in_beats < 0:
            raise ValueError(f"count_in_beats must be 0 at least, not {self.count_in_beats}")

    @property
    def voice(self) -> float:
        """Share of the voice in the timbre, 0..1."""
        return TIMBRES[self.timbre] if isinstance(self.timbre, str) else self.timbre

    def hz(self, midi: float) -> float:
        """Hz of a MIDI number, whole or not, by the tuning."""
        tuning = self.tuning
        if tuning.twelve and midi == round(midi):
            return float(tuning.hz(round(midi)))
        return float(midi_to_hz(midi, tuning.a4))


class GuideSound:
    """The sound that goes with a target, at `sample_rate` Hz. Second 0 is the target's; the count-in lies before it."""

    def __init__(self, target: Target, sample_rate: int, settings: GuideSettings | None = None) -> None:
        self.target, self.sample_rate = target, sample_rate
        self.settings = settings = settings or GuideSettings()
        counted = count_in(target, settings.count_in_beats)
        self.begin: float = min([beat.time for beat in counted] + [-CUE if settings.cue else 0.0])
        """Seconds, 0 or below: where the count-in starts."""
        self.end: float = target.duration + CLICK
        """Seconds: where all is silent again."""
        self.cues = tuple(self._cues())
        """The tones of the cue."""
        self.count_in_clicks = tuple(Click(beat.time, beat.downbeat) for beat in counted)
        heard = tuple(Click(beat.time, beat.downbeat) for beat in target.beats) if settings.metronome else ()
        self.clicks = self.count_in_clicks + heard
        """Of the count-in and the metronome, in order."""
        self.tones = tuple(self._tones())
        """Of the notes that sound, in order."""
        self.listened = tuple(
            self._tone(note) for note in target.notes if note.manner is Manner.LISTEN and self._sounds(note)
        )
        """Of those, the ones during which the singer is silent."""
        self.scale: float = scale_of(settings)
        """By which everything is softer than its settings say."""
        self.drones = tuple(self._drones())
        """What is held all the time."""
        self._sounding = During([*self.cues, *self.tones, *self.drones]), During(self.clicks)

    def samples(self, start: int, size: int) -> NDArray[np.float32]:
        """The sound from sample `start` of the target on, below 0 in the count-in: float32 `(size,)`, less than 1."""
        rate = self.sample_rate
        time = np.arange(start, start + size) / rate
        out = np.zeros(size)
        tones, clicks = self._sounding
        for tone in tones.between(start / rate, (start + size) / rate):
            out += self.tone_samples(tone, time)
        for click in clicks.between(start / rate, (start + size) / rate):
            out += self.click_samples(click, time)
        return out.astype(np.float32)

    def tone_samples(self, tone: Tone, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """One of its tones alone at seconds `(n,)`, as loud as it is played."""
        return self.scale * tone.samples(time, self.settings.voice, self.sample_rate)

    def click_samples(self, click: Click, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """One of its clicks alone at seconds `(n,)`, as loud as it is played."""
        return self.scale * self.settings.metronome_volume * click.samples(time)

    def _cues(self) -> Iterator[Tone]:
        cue = self.settings.cue
        for midi in cue:
            volume = self.settings.guide_volume / len(cue)
            yield Tone(self.begin, self.begin * (1 - CUE_SHARE), self.settings.hz(midi), volume=volume)

    def _drones(self) -> Iterator[Tone]:
        settings = self.settings
        if settings.drone_midi is not None:
            yield Tone(self.begin, self.end, settings.hz(settings.drone_midi), volume=settings.drone_volume)

    def _tones(self) -> Iterator[Tone]:
        for note in self.target.notes:
            if (self.settings.guide or note.manner is Manner.LISTEN) and self._sounds(note):
                yield self._tone(note)

    def _sounds(self, note: TargetNote) -> bool:
        return not math.isnan(note.midi) and LOWEST < self.settings.hz(note.midi) < HIGHEST

    def _tone(self, note: TargetNote) -> Tone:
        end = min(note.end, note.start + STACCATO) if note.manner is Manner.STACCATO else note.end
        return Tone(
            note.start,
            end,
            self.settings.hz(note.midi),
            note.glide / 12,
            self.settings.guide_volume,
            note.manner is Manner.SWELL,
        )


def scale_of(settings: GuideSettings) -> float:
    """What keeps the largest amplitude there can be within LOUDEST: one note or the cue, the drone, and a click."""
    drone = settings.drone_volume if settings.drone_midi is not None else 0.0
    most = settings.guide_volume + drone + settings.metronome_volume
    return min(1.0, LOUDEST / max(most, LOUDEST))


class During(Generic[P]):
    """Sounds, of which those that are heard in a stretch of time are found quickly."""

    def __init__(self, parts: Sequence[P]) -> None:
        self._parts: Sequence[P] = parts
        self._starts = np.array([part.start for part in parts])
        self._ends = np.array([part.end for part in parts])

    def between(self, first: float, last: float) -> list[P]:
        """Those that sound between two seconds."""
        heard = (self._starts < last) & (self._ends > first)
        return [self._parts[at] for at in np.flatnonzero(heard).tolist()]
