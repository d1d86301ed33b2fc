"""The sentences and figures of the window, as text."""

from __future__ import annotations

import math

from ...realtime.frame import StreamStats
from ..viewmodel.intonation import IN_TUNE
from ..viewmodel.stability import Stability

DASH = "–"
MINUS = "−"


def cents_text(cents: float) -> str:
    """Signed whole cents with a proper minus: "+12 cents", "−1 cent", "0 cents"."""
    if math.isnan(cents):
        return ""
    whole = round(cents)
    return f"{cents_figure(whole)} cent{'' if abs(whole) == 1 else 's'}"


def cents_figure(cents: int) -> str:
    """Signed whole cents, the figure alone: "+12", "0"."""
    sign = "+" if cents > 0 else MINUS if cents < 0 else ""
    return f"{sign}{abs(cents)}"


def steadiness_text(stability: Stability) -> str:
    """How steady the note is held: "steady ±6 cents"; nothing where it cannot be told yet."""
    if math.isnan(stability.spread):
        return ""
    return f"{'steady' if stability.spread <= IN_TUNE else 'unsteady'} ±{stability.spread:.0f} cents"


def vibrato_text(stability: Stability) -> str:
    """Rate and extent of the vibrato: "vibrato 5.4 Hz ±38 cents"; nothing where there is none."""
    return f"vibrato {stability.rate:.1f} Hz ±{stability.extent:.0f} cents" if stability.vibrato else ""


def verdict(cents: float) -> str:
    """Whether a note is flat, in tune or sharp: the words beside the colours."""
    if math.isnan(cents):
        return ""
    if abs(cents) <= IN_TUNE:
        return "in tune"
    return "flat" if cents < 0 else "sharp"


def level_text(level: float, floor: float) -> str:
    """Level in dBFS; a dash at the meter's floor."""
    return DASH if level <= floor else f"{MINUS if level < 0 else ''}{abs(level):.0f} dBFS"


def gain_text(gain: float) -> str:
    """Gain with its sign: "+12 dB", "0 dB"."""
    sign = "+" if gain > 0 else MINUS if gain < 0 else ""
    return f"{sign}{abs(gain):g} dB"


def gate_text(gate: float) -> str:
    """The noise gate: "−45 dBFS", or "off"."""
    return "off" if gate == -math.inf else level_text(gate, -math.inf)


def rate_text(sample_rate: float) -> str:
    """Sample rate as sound engineers write it: "44.1 kHz"."""
    return f"{sample_rate / 1000:g} kHz"


def channels_text(channels: int) -> str:
    """How many channels: "1 channel"."""
    return f"{channels} channel{'s' if channels != 1 else ''}"


def latency_text(stats: StreamStats, algorithmic: float) -> str:
    """Median time from sound to frame in ms, and the part that the model's lookahead (s) makes."""
    stage = stats.stages.get("sound_to_frame")
    if stage is None or math.isnan(stage.p50):
        return f"latency {DASH}"
    text = f"latency {stage.p50:.0f} ms"
    return text if math.isnan(algorithmic) else f"{text} ({1e3 * algorithmic:.0f} ms algorithmic)"


def xruns_text(stats: StreamStats) -> str:
    """Input overflows and refused blocks, in one figure of blocks lost before the ring."""
    return f"xruns {stats.xruns}"


def skipped_text(stats: StreamStats, sample_rate: float) -> str:
    """Audio that was jumped over or refused, in seconds."""
    lost = stats.skipped + stats.dropped
    return f"skipped {lost / sample_rate:.1f} s" if lost and sample_rate else "skipped 0 s"


def sentence(text: str) -> str:
    """The text in one line with a capital, unless it begins with a name: "song.wav: no sound in it"."""
    line = " ".join(text.split())
    begins_with_name = any(mark in line.partition(" ")[0] for mark in ":./\\")
    return line if begins_with_name else line[:1].upper() + line[1:]


def mute_hint(system: str) -> str:
    """What to do when the input delivers only zeros; `system` as `platform.system()` names it."""
    if system == "Darwin":
        return (
            "The microphone delivers only silence: allow it for your terminal in "
            "System Settings > Privacy & Security > Microphone, then start again."
        )
    return (
        "The input delivers only silence: check in your desktop's sound settings, or in the program pavucontrol, "
        "that the microphone is not muted, or choose another input."
    )
