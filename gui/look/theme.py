"""Colours of the window by their role, light and dark; those of the trace may be others (palettes.py)."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtGui import QColor

from .palettes import SAFE

TRACE_WIDTHS = (4.0, 3.0, 2.0)  # px: in tune, near, between two notes
DASH = 5.0  # px that a line between two notes is there, and as many that it is not
INSTANT_WIDTH = 0.45  # of those, where a better estimate is still to come


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by their role, as #rrggbb."""

    dark: bool
    window: str
    card: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    row: str
    """White-key rows of the note grid."""
    row_black: str
    row_line: str
    octave_line: str
    key_white: str
    key_black: str
    on_key_white: str
    on_key_black: str
    in_tune: str
    near: str
    far: str
    warning: str
    warning_text: str

    @property
    def bands(self) -> tuple[str, str, str]:
        """Trace colours: in tune, near, between two notes."""
        return self.in_tune, self.near, self.far


LIGHT = Theme(
    dark=False,
    window="#f3f5f8",
    card="#ffffff",
    border="#d9dfe7",
    text="#18202b",
    muted="#586474",
    accent="#0b61c9",
    on_accent="#ffffff",
    row="#ffffff",
    row_black="#f0f3f7",
    row_line="#e4e9ef",
    octave_line="#9aa7b8",
    key_white="#ffffff",
    key_black="#3a4453",
    on_key_white="#3c4756",
    on_key_black="#e6ebf2",
    in_tune=SAFE.light[0],
    near=SAFE.light[1],
    far=SAFE.light[2],
    warning="#fff1d6",
    warning_text="#5c3a00",
)

DARK = Theme(
    dark=True,
    window="#12161d",
    card="#1a2029",
    border="#2b3441",
    text="#e9eef5",
    muted="#9aa8ba",
    accent="#4dabff",
    on_accent="#06203a",
    row="#1a2029",
    row_black="#141921",
    row_line="#242c37",
    octave_line="#59677b",
    key_white="#39434f",
    key_black="#0d1116",
    on_key_white="#e9eef5",
    on_key_black="#96a3b4",
    in_tune=SAFE.dark[0],
    near=SAFE.dark[1],
    far=SAFE.dark[2],
    warning="#3d2f12",
    warning_text="#ffdf9e",
)


def blend(colour: str, ground: str, share: float) -> QColor:
    """`share` of `colour` over `ground`: looks like opacity, but opaque lines draw several times faster."""
    top, base = QColor(colour), QColor(ground)
    mixed = (
        round(share * above + (1 - share) * below)
        for above, below in (
            (top.red(), base.red()),
            (top.green(), base.green()),
            (top.blue(), base.blue()),
        )
    )
    return QColor(*mixed)
