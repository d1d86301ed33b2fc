"""How Qt is told about the colours of a theme."""

from __future__ import annotations

from dataclasses import fields

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QApplication

from .theme import DARK, LIGHT, Theme, blend


def system_theme(app: QApplication) -> Theme:
    """The theme that the desktop asks for; light where it does not say."""
    hints = app.styleHints()
    return DARK if hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT


def qt_palette(theme: Theme) -> QPalette:
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
QToolBar QToolButton, QToolBar QDoubleSpinBox {
    background: @card; color: @text; border: 1px solid @border; border-radius: 8px;
    padding: 0 12px; min-height: 32px;
}
QToolBar QToolButton::menu-indicator { image: none; width: 0; }
QToolBar QToolButton:hover, QToolBar QDoubleSpinBox:hover { border-color: @muted; }
QToolBar QToolButton:focus, QToolBar QDoubleSpinBox:focus {
    border: 2px solid @accent; padding: 0 11px; min-height: 30px;
}
QToolBar QToolButton#start {
    background: @accent; color: @on_accent; border-color: @accent; font-weight: bold; min-width: 84px;
}
QToolBar QToolButton#record { min-width: 72px; }
QToolBar QToolButton#start[running="true"] { background: @card; color: @text; border-color: @border; }
QToolBar QToolButton#start:focus { border-color: @text; }
QStatusBar { border-top: 1px solid @border; min-height: 28px; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: @muted; padding: 0 10px; }
QFrame#card { background: @card; border: 1px solid @border; border-radius: 12px; }
QLabel { color: @text; background: transparent; }
QLabel#muted { color: @muted; }
QLabel#heading { color: @muted; font-weight: bold; }
QFrame#card QToolButton#small, QFrame#card QDoubleSpinBox {
    background: @card; color: @text; border: 1px solid @border; border-radius: 6px; padding: 0 3px; min-height: 24px;
}
QFrame#card QToolButton#small:hover, QFrame#card QDoubleSpinBox:hover { border-color: @muted; }
QFrame#card QToolButton#small:focus, QFrame#card QDoubleSpinBox:focus { border-color: @accent; }
QFrame#card QToolButton#small:checked { border-color: @accent; color: @accent; }
QFrame#card QToolButton#small:disabled { color: @muted; }
QListWidget#shelf { background: @card; border: 1px solid @border; border-radius: 8px; padding: 4px; }
QListWidget#shelf::item { padding: 5px 6px; border-radius: 5px; }
QListWidget#shelf::item:selected { background: @accent; color: @on_accent; }
QFrame#banner { background: @warning; border: 1px solid @near; border-radius: 8px; }
QFrame#banner QLabel { color: @warning_text; }
QFrame#welcome { background: @card; border: 1px solid @border; border-radius: 14px; }
QFrame#welcome QPushButton {
    background: @card; color: @text; border: 1px solid @border; border-radius: 8px; padding: 8px 16px;
}
QFrame#welcome QPushButton:hover { border-color: @muted; }
QFrame#welcome QPushButton#primary { background: @accent; color: @on_accent; border-color: @accent; }
QFrame#welcome QPushButton:focus { border: 2px solid @accent; padding: 7px 15px; }
QFrame#welcome QPushButton#primary:hover, QFrame#welcome QPushButton#primary:focus { border-color: @text; }
QFrame#help { background: @card; border: 1px solid @octave_line; border-radius: 14px; }
QFrame#help QLabel#title { font-size: 20px; font-weight: bold; }
QFrame#help QLineEdit, QFrame#help QPushButton {
    background: @card; color: @text; border: 1px solid @border; border-radius: 8px; padding: 6px 12px;
}
QFrame#help QTextBrowser { background: @card; color: @text; border: 1px solid @card; border-radius: 8px; }
QFrame#help QLineEdit:focus, QFrame#help QPushButton:focus { border: 2px solid @accent; padding: 5px 11px; }
QFrame#help QTextBrowser:focus { border-color: @accent; }
QFrame#hint { background: @card; border: 1px solid @octave_line; border-radius: 10px; }
QToolBar QToolButton:checked { border-color: @accent; }
QFrame#music { background: @card; border: 1px solid @octave_line; border-radius: 14px; }
QFrame#music QLabel#title { font-size: 18px; font-weight: bold; }
QFrame#music QLabel#problem { background: @warning; color: @warning_text; border-radius: 8px; padding: 6px 10px; }
QFrame#music QComboBox, QFrame#music QPushButton, QFrame#music QToolButton {
    background: @card; color: @text; border: 1px solid @border; border-radius: 8px; padding: 0 10px; min-height: 30px;
}
QFrame#music QDoubleSpinBox { min-height: 30px; }
QFrame#music QToolButton { padding: 0 4px; min-height: 26px; }
QFrame#music QToolButton:checked { background: @accent; color: @on_accent; border-color: @accent; }
QFrame#music QComboBox:hover, QFrame#music QPushButton:hover, QFrame#music QToolButton:hover { border-color: @muted; }
QFrame#music QComboBox:focus, QFrame#music QPushButton:focus {
    border: 2px solid @accent; padding: 0 9px; min-height: 28px;
}
QFrame#music QPushButton#primary { background: @accent; color: @on_accent; border-color: @accent; padding: 0 14px; }
QFrame#music QPushButton#primary:focus { border: 2px solid @text; padding: 0 13px; min-height: 28px; }
QFrame#music QToolButton:focus { border: 2px solid @accent; padding: 0 3px; min-height: 24px; }
QFrame#practice { background: @card; border: 1px solid @octave_line; border-radius: 14px; }
QFrame#practice QLabel#title { font-size: 20px; font-weight: bold; }
QFrame#practice QLineEdit, QFrame#practice QPushButton {
    background: @card; color: @text; border: 1px solid @border; border-radius: 8px; padding: 6px 12px;
}
QFrame#practice QPushButton#work { text-align: left; }
QFrame#practice QPushButton:hover { border-color: @muted; }
QFrame#practice QPushButton#primary { background: @accent; color: @on_accent; border-color: @accent; }
QFrame#practice QPushButton:disabled { color: @muted; }
QFrame#practice QLineEdit:focus, QFrame#practice QPushButton:focus { border: 2px solid @accent; padding: 5px 11px; }
QFrame#practice QPushButton#primary:hover, QFrame#practice QPushButton#primary:focus { border-color: @text; }
QTableWidget#notes {
    background: @card; color: @text; border: 1px solid @border; border-radius: 8px; padding: 2px;
    selection-background-color: @accent; selection-color: @on_accent;
}
QTableWidget#notes:focus { border-color: @accent; }
QTableWidget#notes QHeaderView::section {
    background: @card; color: @muted; border: none; border-bottom: 1px solid @border; padding: 4px 6px;
}
QFrame#card QToolButton#primary {
    background: @accent; color: @on_accent; border: 1px solid @accent; border-radius: 6px; padding: 0 12px;
    min-height: 24px; font-weight: bold;
}
QFrame#card QToolButton#primary:hover, QFrame#card QToolButton#primary:focus { border-color: @text; }
QFrame#card QSpinBox {
    background: @card; color: @text; border: 1px solid @border; border-radius: 6px; padding: 0 3px; min-height: 24px;
}
QFrame#card QScrollArea QSpinBox { min-height: 18px; }
QFrame#card QLineEdit {
    background: @card; color: @text; border: 1px solid @border; border-radius: 6px; padding: 0 6px; min-height: 24px;
}
QFrame#card QSpinBox:hover, QFrame#card QLineEdit:hover { border-color: @muted; }
QFrame#card QSpinBox:focus, QFrame#card QLineEdit:focus { border-color: @accent; }
QFrame#card QLabel#wrong { background: @warning; color: @warning_text; border-radius: 6px; }
QFrame#music QSpinBox {
    background: @card; color: @text; border: 1px solid @border; border-radius: 8px; padding: 0 10px; min-height: 30px;
}
QFrame#music QSpinBox:focus { border: 2px solid @accent; padding: 0 9px; min-height: 28px; }
QFrame#music QComboBox::drop-down { border: none; width: 22px; }
QFrame#music QComboBox::down-arrow { image: none; }
QFrame#music QComboBox QAbstractItemView { background: @card; color: @text; border: 1px solid @border; padding: 4px; }
QFrame#progress QLabel#title { font-size: 20px; font-weight: bold; }
QFrame#progress QLabel#problem { background: @warning; color: @warning_text; border-radius: 8px; padding: 6px 10px; }
QFrame#progress QLabel#problem[good="true"] { background: @card; color: @text; border: 1px solid @border; }
QFrame#progress QWidget#charts, QFrame#progress QScrollArea { background: @window; }
QFrame#progress QComboBox, QFrame#progress QPushButton {
    background: @card; color: @text; border: 1px solid @border; border-radius: 8px; padding: 0 12px; min-height: 32px;
}
QFrame#progress QComboBox { padding-right: 26px; }
QFrame#progress QComboBox:hover, QFrame#progress QPushButton:hover { border-color: @muted; }
QFrame#progress QPushButton:disabled { color: @muted; background: @window; }
QFrame#progress QComboBox:focus, QFrame#progress QPushButton:focus {
    border: 2px solid @accent; padding: 0 11px; min-height: 30px;
}
QFrame#progress QComboBox:focus { padding-right: 25px; }
QFrame#progress QComboBox::drop-down { border: none; width: 22px; }
QFrame#progress QComboBox::down-arrow { image: none; }
QFrame#progress QComboBox QAbstractItemView {
    background: @card; color: @text; border: 1px solid @border; padding: 4px;
}
QFrame#progress QFrame#question { background: @warning; border: 1px solid @near; border-radius: 8px; }
QFrame#progress QFrame#question QLabel { color: @warning_text; }
QTableView#takes {
    background: @card; color: @text; border: 1px solid @border; border-radius: 11px; padding: 3px;
    selection-background-color: @accent; selection-color: @on_accent; font-size: 13px;
}
QTableView#takes:focus { border: 2px solid @accent; padding: 2px; }
QTableView#takes QHeaderView::section {
    background: @card; color: @muted; border: none; border-bottom: 1px solid @border; padding: 5px 8px;
}
QTableView#takes::item { padding: 0 8px; border: none; }
QTableView#takes QHeaderView { background: @card; border: none; }
QFrame#card QScrollBar:vertical, QFrame#progress QScrollBar:vertical {
    background: transparent; width: 12px; margin: 0;
}
QFrame#card QScrollBar::handle:vertical, QFrame#progress QScrollBar::handle:vertical {
    background: @octave_line; border-radius: 4px; margin: 2px; min-height: 32px;
}
QFrame#card QScrollBar::add-line:vertical, QFrame#card QScrollBar::sub-line:vertical,
QFrame#progress QScrollBar::add-line:vertical, QFrame#progress QScrollBar::sub-line:vertical { height: 0; }
QFrame#card QScrollBar::add-page:vertical, QFrame#card QScrollBar::sub-page:vertical,
QFrame#progress QScrollBar::add-page:vertical, QFrame#progress QScrollBar::sub-page:vertical { background: none; }
"""
