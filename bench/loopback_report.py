"""The figures of a loopback test, as a record, as JSON and as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 5.0  # ms by which the measured figure and the sum may differ


@dataclass(frozen=True)
class Spread:
    """Distribution of a delay, ms."""

    p50: float
    p95: float
    min: float
    max: float

    @classmethod
    def of(cls, seconds: NDArray[np.float64]) -> Spread:
        """Of delays `(n,)` in seconds."""
        p50, p95 = np.percentile(1e3 * seconds, (50, 95))
        return cls(float(p50), float(p95), 1e3 * float(seconds.min()), 1e3 * float(seconds.max()))

    def json(self) -> dict[str, float]:
        """As JSON types."""
        return {"p50": _short(self.p50), "p95": _short(self.p95), "min": _short(self.min), "max": _short(self.max)}


@dataclass(frozen=True)
class Loopback:
    """One loopback test; every delay in ms. For those of the device: the medians over the clicks."""

    input: str
    output: str
    input_rate: int
    """Hz."""
    output_rate: int
    """Hz."""
    measured: Spread
    """From the instant at which, PortAudio claims, a sound leaves the output to the frame, told by the frames."""
    handed: Spread
    """The same from the instant at which the sound was handed to the output."""
    claimed_input: float
    """From a sound at the input to its block in the ring, PortAudio claims."""
    claimed_output: float
    """From handing a sound over to its leaving the output, PortAudio claims."""
    device_delay: float
    """From handing a click over to its block in the ring, whatever anybody claims."""
    unreported: float
    """What of it no claim tells: from the claimed leaving of the output to the claimed reaching of the input."""
    unreported_spread: float
    """Between the clicks' smallest and largest."""
    sound_to_frame: float
    """Of the frames that counted, by the engine's own stamps."""
    stages: dict[str, float]
    """The same, stage by stage."""
    frames: int
    """On which `measured` rests."""
    clicks: int
    """That were heard."""
    clicks_played: int
    bias_cents: float
    """By which the tracker hears the sirens too high; taken out of `measured`."""
    warnings: tuple[str, ...]

    @property
    def stages_sum(self) -> float:
        """The device's unreported delay and the stages."""
        return self.unreported + self.sound_to_frame

    @property
    def difference(self) -> float:
        """Measured - sum."""
        return self.measured.p50 - self.stages_sum

    @property
    def agrees(self) -> bool:
        """Whether they differ by no more than `TOLERANCE`."""
        return abs(self.difference) <= TOLERANCE

    def json(self) -> dict[str, Any]:
        """The `loopback` part of the JSON, see docs/loopback.md."""
        claims = {"input": self.claimed_input, "output": self.claimed_output}
        claims["sum"] = self.claimed_input + self.claimed_output
        return {
            "input": {"name": self.input, "sample_rate": self.input_rate},
            "output": {"name": self.output, "sample_rate": self.output_rate},
            "measured_ms": self.measured.json(),
            "handed_ms": self.handed.json(),
            "claimed_ms": {name: _short(value) for name, value in claims.items()},
            "device_delay_ms": _short(self.device_delay),
            "unreported_ms": _short(self.unreported),
            "unreported_spread_ms": _short(self.unreported_spread),
            "stages_ms": {name: _short(value) for name, value in self.stages.items()},
            "sound_to_frame_ms": _short(self.sound_to_frame),
            "stages_sum_ms": _short(self.stages_sum),
            "difference_ms": _short(self.difference),
            "agrees": self.agrees,
            "frames": self.frames,
            "clicks": self.clicks,
            "clicks_played": self.clicks_played,
            "pitch_bias_cents": _short(self.bias_cents),
            "warnings": list(self.warnings),
        }

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """The table: what, ms: p50, p95, smallest to largest; and where it comes from."""
        stages = [_row(f"  {name}", value, "the engine's stamps") for name, value in self.stages.items()]
        return [
            _rows("sound out -> frame out", self.measured, f"measured, by {self.frames} frames"),
            _row("  the device, unreported", self.unreported, f"correlation of {self.clicks} clicks"),
            *stages,
            _row("  the two summed", self.stages_sum, f"measured - sum: {self.difference:+.1f}"),
            _rows("handed over -> frame out", self.handed, "measured: what a program that plays experiences"),
            _row("handed over -> in the ring", self.device_delay, "correlation: the devices and the way between"),
            _row("  for the output", self.claimed_output, "PortAudio claims"),
            _row("  for the input", self.claimed_input, "PortAudio claims"),
        ]

    def sentence(self) -> str:
        """The result for people."""
        told = (
            f"A sound from {self.output} is a frame {self.measured.p50:.1f} ms later (95 % within "
            f"{self.measured.p95:.1f} ms), heard by {self.input}; the stages and the device's own delay add up to "
            f"{self.stages_sum:.1f} ms"
        )
        if self.agrees:
            return f"{told}: the two agree."
        return f"{told}: they differ by more than {TOLERANCE:.0f} ms, so a stamp is wrong; trust the first."


def _row(name: str, value: float, note: str) -> tuple[str, str, str, str, str]:
    return name, f"{value:.1f}", "", "", note


def _rows(name: str, spread: Spread, note: str) -> tuple[str, str, str, str, str]:
    return name, f"{spread.p50:.1f}", f"{spread.p95:.1f}", f"{spread.min:.1f}..{spread.max:.1f}", note


def _short(number: float) -> float:
    return round(number, 3)
