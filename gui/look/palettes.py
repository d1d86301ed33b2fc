"""Colours of the trace: in tune, near, between two notes. Width and dots of the line say the same a second time."""

from __future__ import annotations

from dataclasses import dataclass

Bands = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Palette:
    """Three colours (#rrggbb) for each ground."""

    name: str
    label: str
    tip: str
    light: Bands
    dark: Bands


SAFE = Palette(
    "safe",
    "&Blue, amber, vermilion",
    "Told apart also with any of the common colour deficiencies",
    light=("#0b61c9", "#c07c00", "#9e2a00"),
    dark=("#4dabff", "#ffce4d", "#e04a28"),
)
TRAFFIC = Palette(
    "traffic",
    "&Green, amber, red",
    "As traffic lights and many tuners have it; hard to tell apart for one man in twelve",
    light=("#0d7f38", "#c07c00", "#b01020"),
    dark=("#3fcf6b", "#ffce4d", "#f2443f"),
)
CONTRAST = Palette(
    "contrast",
    "&High contrast",
    "Lightness only: the stronger the line, the better in tune",
    light=("#000000", "#525252", "#8c8c8c"),
    dark=("#ffffff", "#a8a8a8", "#6e6e6e"),
)
PALETTES = {palette.name: palette for palette in (SAFE, TRAFFIC, CONTRAST)}
"""By name; the first is the default."""
