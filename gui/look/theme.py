"""Colours of the window, light and dark, and how Qt is told about them.

Intonation runs from blue (in tune) over amber to vermilion (between two notes): hues that people with any of
the common colour deficiencies tell apart; the width of the line says the same a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QApplication

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
    in_tune="#0b61c9",
    near="#d08700",
    far="#c4420a",
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
    in_tune="#4dabff",
    near="#f5b83d",
    far="#f0733a",
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


def system_theme(app: QApplication) -> Theme:
    """The theme that the desktop asks for; light where it does not say."""
    hints = app.styleHints()
    return DARK if hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT


def palette(theme: Theme) -> QPalette:
    """Qt's palette of a theme, for menus, tooltips and standard widgets."""
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.Base: theme.card,
        role.AlternateBase: theme.window,
        role.Button: theme.card,
        role.ToolTipBase: theme.card,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.PlaceholderText: theme.muted,
        **dict.fromkeys((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), theme.text),
    }
    made = QPalette()
    for which, colour in colours.items():
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, blend(theme.muted, theme.window, 0.6))
    return made


def stylesheet(theme: Theme) -> str:
    """The style sheet of a theme."""
    text = STYLE
    for field in fields(theme):
        text = text.replace(f"@{field.name};", f"{getattr(theme, field.name)};")
    return text


STYLE = """
QMainWindow, QMenuBar, QToolBar, QStatusBar { background: @window; color: @text; }
QMenuBar { padding: 2px 6px; }
QMenuBar::item { padding: 4px 9px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected { background: @border; }
QMenu { background: @card; color: @text; border: 1px solid @border; padding: 5px; }
QMenu::item { padding: 6px 26px 6px 28px; border-radius: 5px; }
QMenu::item:selected { background: @accent; color: @on_accent; }
QMenu::item:disabled { color: @muted; background: transparent; }
QMenu::separator { height: 1px; background: @border; margin: 5px 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 8px; }
QToolTip { background: @card; color: @text; border: 1px solid @border; padding: 5px; }
QToolBar { border: none; padding: 4px 12px 10px 12px; spacing: 10px; }
QToolBar QToolButton, QDoubleSpinBox {
    background: @card; color: @text; border: 1px solid @border; border-radius: 8px;
    padding: 0 12px; min-height: 32px;
}
QToolBar QToolButton::menu-indicator { image: none; width: 0; }
QToolBar QToolButton:hover, QDoubleSpinBox:hover { border-color: @muted; }
QToolBar QToolButton:focus, QDoubleSpinBox:focus { border-color: @accent; }
QToolBar QToolButton#start {
    background: @accent; color: @on_accent; border-color: @accent; font-weight: bold; min-width: 84px;
}
QToolBar QToolButton#start[running="true"] { background: @card; color: @text; border-color: @border; }
QStatusBar { border-top: 1px solid @border; min-height: 28px; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: @muted; padding: 0 10px; }
QFrame#card { background: @card; border: 1px solid @border; border-radius: 12px; }
QLabel { color: @text; background: transparent; }
QLabel#muted { color: @muted; }
QLabel#heading { color: @muted; font-weight: bold; }
QFrame#banner { background: @warning; border: 1px solid @near; border-radius: 8px; }
QFrame#banner QLabel { color: @warning_text; }
QFrame#welcome { background: @card; border: 1px solid @border; border-radius: 14px; }
QFrame#welcome QPushButton {
    background: @card; color: @text; border: 1px solid @border; border-radius: 8px; padding: 8px 16px;
}
QFrame#welcome QPushButton:hover { border-color: @muted; }
QFrame#welcome QPushButton:focus { border-color: @accent; }
QFrame#welcome QPushButton#primary { background: @accent; color: @on_accent; border-color: @accent; }
QFrame#welcome QPushButton#primary:hover, QFrame#welcome QPushButton#primary:focus { border-color: @text; }
"""
