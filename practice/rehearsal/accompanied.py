"""What is heard while a step is sung, and which second of it at every instant; also where nothing is heard."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from ...realtime.playing.accompaniment import Accompaniment
from ..exercise.step import Step
from ..sound.changes import Change
from ..sound.guide import GuideSettings, GuideSound
from ..sound.live_guide import LiveGuide
from ..sound.offset import OffsetStore
from .arrangement import Arrangement

READY = 1.0  # s before a target without a count-in, where nothing is heard


class Playing(Protocol):
    """The clock of a take: a guide that sounds, or silence that passes in time."""

    offset: float
    """Seconds by which a sound is recorded later than the devices claim, as measured; known once it has begun."""

    def start(self) -> None:
        """Begin with the count-in; may wait for a device. DeviceError if it refuses."""

    def stop(self) -> None:
        """End, hold nothing; may wait for a device."""

    def change(self, step: Step, arrangement: Arrangement) -> None:
        """Sound with the guide, the metronome and the volumes of these from now on; all else stays as it began."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """What was changed since it began, by the second of the target at which it was heard."""
        ...

    def position_at(self, instant: float) -> float:
        """Second of the target that is heard at a monotonic instant, negative in the count-in; NaN while unknown."""
        ...

    @property
    def torn(self) -> int:
        """How often the sound stopped, because the machine was too busy to make it."""
        ...

    @property
    def error(self) -> Exception | None:
        """What ended it, if anything did."""
        ...


class Sounding:
    """The guide over an output device."""

    def __init__(self, step: Step, arrangement: Arrangement, input_name: str) -> None:
        self.offset, self._input = 0.0, input_name
        self._step, self._settings = step, guide_settings(step, arrangement)
        self._accompaniment = Accompaniment(arrangement.output)
        self._sound: LiveGuide | None = None

    def start(self) -> None:
        """As `Playing`."""
        self._accompaniment.start(self._make)
        if self._accompaniment.error is not None:
            raise self._accompaniment.error
        self.offset = OffsetStore().get(self._input, self._accompaniment.name)

    def _make(self, sample_rate: int) -> LiveGuide:
        self._sound = LiveGuide(self._step.target, sample_rate, self._settings)
        return self._sound

    def stop(self) -> None:
        """As `Playing`."""
        self._accompaniment.close()

    def change(self, step: Step, arrangement: Arrangement) -> None:
        """As `Playing`."""
        new, sound = guide_settings(step, arrangement), self._sound
        if sound is not None:
            sound.change(
                replace(
                    self._settings,
                    guide=new.guide,
                    guide_volume=new.guide_volume,
                    metronome=new.metronome,
                    metronome_volume=new.metronome_volume,
                )
            )

    @property
    def changes(self) -> tuple[Change, ...]:
        """As `Playing`."""
        return () if self._sound is None else self._sound.changes

    def position_at(self, instant: float) -> float:
        """As `Playing`."""
        return self._accompaniment.position_at(instant)

    @property
    def torn(self) -> int:
        """As `Playing`."""
        return self._accompaniment.underflows

    @property
    def error(self) -> Exception | None:
        """As `Playing`."""
        return self._accompaniment.error


class Silence:
    """No device: the time of the guide that would be heard."""

    offset = 0.0
    torn = 0
    error = None
    changes: tuple[Change, ...] = ()

    def __init__(self, step: Step, arrangement: Arrangement, clock: Callable[[], float] = time.monotonic) -> None:
        # The lowest rate will do: of the sound only where it begins is asked.
        self._begin = GuideSound(step.target, 8000, guide_settings(step, arrangement)).begin or -READY
        self._clock, self._begun = clock, float("nan")

    def start(self) -> None:
        """As `Playing`."""
        self._begun = self._clock()

    def stop(self) -> None:
        """As `Playing`."""

    def change(self, step: Step, arrangement: Arrangement) -> None:
        """As `Playing`: there is nothing to hear."""

    def position_at(self, instant: float) -> float:
        """As `Playing`."""
        return instant - self._begun + self._begin


def guide_settings(step: Step, arrangement: Arrangement) -> GuideSettings:
    """What is to be heard with a step (as arranged)."""
    return GuideSettings(
        guide=step.guide,
        guide_volume=arrangement.guide_volume,
        timbre=arrangement.timbre,
        metronome=arrangement.metronome,
        metronome_volume=arrangement.metronome_volume,
        count_in_beats=arrangement.count_in,
        drone_midi=step.drone_midi,
        cue=() if arrangement.silent else step.cue,
        tuning=arrangement.tuning,
    )


def accompanied(step: Step, arrangement: Arrangement, input_name: str) -> Playing:
    """What is heard with a step (as arranged), beside the input of that name."""
    if arrangement.silent:
        return Silence(step, arrangement)
    return Sounding(step, arrangement, input_name)
