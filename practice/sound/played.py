"""A guide as it was really played: what was switched or turned down while it sounded is less, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from .changes import Change, steady
from .guide import GuideSettings, GuideSound, scale_of
from .tones import Click, Tone


@dataclass(frozen=True)
class Played:
    """A sound with all that was heard of it at any time, the settings at its begin, and what was changed."""

    sound: GuideSound
    settings: GuideSettings
    changes: tuple[Change, ...] = ()

    def share_of_tone(self, tone: Tone) -> float:
        """How loud it was, 1 as `sound` has it; 0 if it was not heard, or not alike from its begin to its end."""
        held, full = steady(self.settings, self.changes, tone.start, tone.end), self.sound.settings
        sung = tone in self.sound.tones and tone not in self.sound.listened
        if held is None or (sung and not held.guide) or not full.guide_volume:
            return 0.0
        return scale_of(held) * held.guide_volume / (self.sound.scale * full.guide_volume)

    def share_of_click(self, click: Click) -> float:
        """As `share_of_tone`."""
        held, full = steady(self.settings, self.changes, click.start, click.end), self.sound.settings
        counted = click in self.sound.count_in_clicks
        if held is None or not (counted or held.metronome) or not full.metronome_volume:
            return 0.0
        return scale_of(held) * held.metronome_volume / (self.sound.scale * full.metronome_volume)
