"""The arithmetic of the loopback test: from what one run brought to its figures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..model.errors import LivepitchError
from ..realtime.counters import STAGES
from ..realtime.frame import PitchFrame
from ..realtime.playing.clicks import CLICK, find_click, sweep
from .loopback_report import Loopback, Spread
from .playback import Playback, steady
from .roundtrip import read_glides
from .siren import GLIDE, ROUND, Programme
from .tap import Recording

LONGEST_DEVICE = 2.0  # s between a click and its return
EARLY = 0.3  # s by which the claims of the output may be late
FEWEST = 30  # frames on glides
SILENT = -85.0  # dBFS
FULL_SCALE = 0.98
CLIPPED = 10  # samples
SHIFT = 20.0  # ms between clicks from which the delay counts as unsteady

Floats = NDArray[np.float64]


class LoopbackError(LivepitchError):
    """A loopback test that brought no figure; the text says why and what to do."""


class Heard:
    """Everything that one run brought, before any arithmetic."""

    def __init__(self, recording: Recording, frames: Sequence[PitchFrame], playback: Playback) -> None:
        self.recording, self.frames, self.playback = recording, frames, playback
        self.input = self.output = ""
        self.output_rate = 0


def enough_is_steady(programme: Programme, dry: Floats) -> bool:
    """Whether an output that ran dry at the moments `dry` (s) left enough clicks, and half of the glides."""
    glides = steady(dry, [glide.start + GLIDE / 2 for glide in programme.glides])
    return bool(steady(dry, programme.clicks).sum() >= fewest_clicks(programme) and 2 * glides.sum() >= len(glides))


def fewest_clicks(programme: Programme) -> int:
    """How many clicks must be heard: half of them, and two, for one could be chance."""
    return max(2, programme.rounds // 2)


def report(heard: Heard, programme: Programme) -> Loopback:
    """The arithmetic: from what was heard to the figures. LoopbackError if it is not what was played."""
    playback, recording = heard.playback, heard.recording
    if not enough_is_steady(programme, playback.dry):
        raise too_busy(heard.output, len(playback.dry))
    warnings: list[str] = []
    clicks, samples = _clicks(heard, programme, warnings)
    readings = read_glides(heard.frames, programme.glides, playback)
    if readings is None or len(readings.frames) < FEWEST:
        count = 0 if readings is None else len(readings.frames)
        raise LoopbackError(
            f"{heard.input}: the clicks came through but only {count} frames follow the sirens' pitch; "
            "turn off effects and noise suppression, or make the room quieter"
        )
    captured, arrived = recording.captured(samples), recording.arrived(samples)
    sounded, handed = playback.sounded(clicks), playback.handed(clicks)
    unreported = 1e3 * (captured - sounded)
    if np.ptp(unreported) > SHIFT:
        warnings.append(f"the device's delay moved by {np.ptp(unreported):.0f} ms during the test")
    if len(playback.dry):
        warnings.append(f"the output ran dry, {len(playback.dry)} time(s); what sounded near is left out")
    return Loopback(
        input=heard.input,
        output=heard.output,
        input_rate=recording.sample_rate,
        output_rate=heard.output_rate,
        measured=Spread.of(readings.emitted - playback.sounded(readings.moments)),
        handed=Spread.of(readings.emitted - playback.handed(readings.moments)),
        claimed_input=_median(arrived - captured),
        claimed_output=_median(sounded - handed),
        device_delay=_median(arrived - handed),
        unreported=float(np.median(unreported)),
        unreported_spread=float(np.ptp(unreported)),
        sound_to_frame=_median(np.array([frame.latency for frame in readings.frames])),
        stages=_stages(readings.frames),
        frames=len(readings.frames),
        clicks=len(clicks),
        clicks_played=programme.rounds,
        bias_cents=readings.bias,
        warnings=tuple(warnings),
    )


def _clicks(heard: Heard, programme: Programme, warnings: list[str]) -> tuple[Floats, NDArray[np.int64]]:
    """Moments of the clicks that were heard, and the samples of the recording at which they begin."""
    recording, playback = heard.recording, heard.playback
    click = sweep(recording.sample_rate)
    found, echoes = {}, []
    for moment in programme.clicks:
        sounded = float(playback.sounded(moment))
        first, last = recording.between(sounded - EARLY, sounded + LONGEST_DEVICE + CLICK)
        one = find_click(recording.samples[first:last], click, recording.sample_rate)
        if one is not None and playback.steady(moment):
            found[moment] = first + one.sample
            echoes.append(one.echo)
    if len(found) < fewest_clicks(programme):
        raise _unheard(heard, programme, len(found))
    loudest = np.abs(recording.samples)
    if np.count_nonzero(loudest > FULL_SCALE) > CLIPPED:
        warnings.append("the input is overdriven: turn it down")
    if np.median(echoes) > 0:
        warnings.append(
            f"every click was heard once more after {1e3 * np.median(echoes):.0f} ms: turn off the input's monitoring; "
            "the first is what counts"
        )
    return np.array(list(found)), np.array(list(found.values()))


def _unheard(heard: Heard, programme: Programme, count: int) -> LoopbackError:
    """One line: what was not heard, by which devices, and what to do."""
    playback, recording = heard.playback, heard.recording
    ends = playback.sounded([programme.clicks[0], programme.clicks[-1] + ROUND])
    first, last = recording.between(*ends)
    level = _level(recording.samples[first:last])
    played = f"of {programme.rounds} clicks played by {heard.output} {heard.input} heard {count or 'none'}"
    if level < SILENT:
        return LoopbackError(
            f"{played}, only silence: turn the output up and the input on, connect a cable, or allow this program "
            "to use the microphone"
        )
    return LoopbackError(
        f"{played}, but other sound at {level:.0f} dBFS: turn the output up, bring the microphone nearer, "
        "or choose the devices with --input and --output"
    )


def too_busy(output: str, underflows: int) -> LoopbackError:
    """One line about an output that did not get its sound in time."""
    return LoopbackError(
        f"{output}: stood still or ran dry, {underflows} time(s): this computer is too busy; close other programs"
    )


def _level(samples: NDArray[np.float32]) -> float:
    """RMS in dBFS; -inf for digital silence."""
    power = float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0
    return 10 * math.log10(power) if power > 0 else -math.inf


def _median(seconds: Floats) -> float:
    """In milliseconds."""
    return 1e3 * float(np.median(seconds))


def _stages(frames: Sequence[PitchFrame]) -> dict[str, float]:
    """Median milliseconds of each stage from sound to frame, see `realtime/counters.py`."""
    names = ("captured", "complete", "due", "begun", "heard", "inferred", "decoded", "emitted")
    instants = np.array([[getattr(frame, name) for name in names] for frame in frames])
    medians = 1e3 * np.median(np.diff(instants, axis=1), axis=0)
    return dict(zip(STAGES, map(float, medians), strict=False))
