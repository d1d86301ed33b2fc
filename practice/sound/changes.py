"""What of a guide was changed while it sounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .guide import GuideSettings

RAMP = 0.02  # s that a change takes


@dataclass(frozen=True)
class Change:
    """Other settings, from a second of the target on; negative in the count-in."""

    second: float
    settings: GuideSettings


def steady(settings: GuideSettings, changes: Sequence[Change], start: float, end: float) -> GuideSettings | None:
    """What held from one second of the target to another; None if it changed meanwhile. settings: at its begin."""
    if any(change.second < end and start < change.second + RAMP for change in changes):
        return None
    return next((change.settings for change in reversed(changes) if change.second <= start), settings)


def whole(settings: GuideSettings, changes: Sequence[Change]) -> GuideSettings:
    """All that sounded at any time, as loud as it ever was."""
    each = [settings, *(change.settings for change in changes)]
    return replace(
        settings,
        guide=any(one.guide for one in each),
        metronome=any(one.metronome for one in each),
        guide_volume=max(one.guide_volume for one in each),
        metronome_volume=max(one.metronome_volume for one in each),
    )
