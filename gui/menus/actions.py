"""Every action of the window with its shortcut, and the menus and toolbar that hold them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QDoubleSpinBox, QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from .choices import ChoiceMenu

A4_RANGE = (392.0, 466.0)  # Hz, as `Settings` allows
Keys = str | QKeySequence.StandardKey


class Actions:
    """The menus and the toolbar of a window; `window` has the slots."""

    def __init__(self, window: Any) -> None:
        self.window: QMainWindow = window
        self.start = self._action("&Start", "Space", "Start or stop listening", window.toggle)
        self.settle = self._action(
            "S&ettle the curve", "Ctrl+E", "Correct the curve where it is half a second old", lambda: None
        )
        self.settle.setCheckable(True)
        self.settle.triggered.connect(window.settle)
        self.quit = self._action("&Quit", QKeySequence.StandardKey.Quit, "Close livepitch", window.close, "Ctrl+Q")
        self.themes = QActionGroup(window)
        self.input_menu = ChoiceMenu("&Input", window)
        self.model_menu = ChoiceMenu("&Model", window)
        self._fill_menu_bar(window)
        self.bar = ControlBar(self, window)

    def _action(self, text: str, keys: Keys, tip: str, slot: Callable[[], object], fallback: str = "") -> QAction:
        action = QAction(text, self.window)
        action.setShortcuts(keys if not isinstance(keys, str) else [QKeySequence(keys)])
        if not action.shortcuts() and fallback:
            action.setShortcut(fallback)
        keys_text = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{tip} ({keys_text})")
        action.triggered.connect(lambda _=False: slot())
        self.window.addAction(action)
        return action

    def _fill_menu_bar(self, window: Any) -> None:
        bar: Any = self.window.menuBar()
        listen = bar.addMenu("&Listen")
        for action in (
            self.start,
            self.settle,
            self._action("&Clear the picture", "Ctrl+L", "Empty the picture", window.clear),
        ):
            listen.addAction(action)
        listen.addSeparator()
        listen.addAction(self.quit)
        bar.addMenu(self.input_menu)
        bar.addMenu(self.model_menu)
        view = bar.addMenu("&View")
        self._fill_view(view, window)
        tuning = bar.addMenu("&Tuning")
        tuning.addAction(self._action("A4 &up", "Ctrl+Up", "Raise A4 by 1 Hz", lambda: window.shift_a4(1)))
        tuning.addAction(self._action("A4 &down", "Ctrl+Down", "Lower A4 by 1 Hz", lambda: window.shift_a4(-1)))
        tuning.addAction(self._action("A4 = &440 Hz", "Ctrl+Alt+A", "Standard pitch", lambda: window.set_a4(440.0)))
        for menu in (listen, view, tuning):
            menu.setToolTipsVisible(True)

    def _fill_view(self, view: QMenu, window: Any) -> None:
        zoom_in, zoom_out = QKeySequence.StandardKey.ZoomIn, QKeySequence.StandardKey.ZoomOut
        for text, keys, tip, slot in (
            ("&Fewer notes", zoom_in, "Fewer notes, larger rows", lambda: window.stage.view.zoom(-4)),
            ("&More notes", zoom_out, "More notes, smaller rows", lambda: window.stage.view.zoom(4)),
            ("L&onger time", "Ctrl+Left", "Show more seconds", lambda: window.scale_time(1.5)),
            ("S&horter time", "Ctrl+Right", "Show fewer seconds", lambda: window.scale_time(1 / 1.5)),
        ):
            view.addAction(self._action(text, keys, tip, slot))
        view.addSeparator()
        for name, text, keys, tip in (
            ("system", "As the &system", "Ctrl+Shift+S", "Light or dark as the desktop is"),
            ("light", "&Light", "Ctrl+Shift+L", "Light window"),
            ("dark", "&Dark", "Ctrl+Shift+D", "Dark window"),
        ):
            action = self._action(text, keys, tip, partial(window.choose_theme, name))
            action.setCheckable(True)
            action.setChecked(name == "system")
            action.setData(name)
            view.addAction(self.themes.addAction(action))
        view.addSeparator()
        full = QKeySequence.StandardKey.FullScreen
        view.addAction(self._action("F&ull screen", full, "Full screen, or back", window.toggle_full_screen, "F11"))

    def show_running(self, running: bool) -> None:
        """Let the start action say what it would do next."""
        self.start.setText("&Stop" if running else "&Start")
        self.bar.show_running(running)


class ControlBar(QToolBar):
    """Start, input, model and concert pitch, always in sight."""

    def __init__(self, actions: Actions, window: Any) -> None:
        super().__init__("Controls")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.start = QToolButton()
        self.start.setObjectName("start")
        self.start.setToolTip(actions.start.toolTip())
        self.start.clicked.connect(actions.start.trigger)
        self.input = _menu_button("Input", actions.input_menu, "Choose what to listen to")
        self.model = _menu_button("Model", actions.model_menu, "Choose the network that finds the pitch")
        self.a4 = QDoubleSpinBox()
        self._set_up_a4(window)
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        for widget in (self.start, self.input, self.model, gap, self.a4):
            self.addWidget(widget)
        self.show_running(False)

    def _set_up_a4(self, window: Any) -> None:
        self.a4.setRange(*A4_RANGE)
        self.a4.setDecimals(1)
        self.a4.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.a4.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.a4.setPrefix("A4 = ")
        self.a4.setSuffix(" Hz")
        self.a4.setKeyboardTracking(False)
        self.a4.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # else it would take the space bar
        self.a4.setAccessibleName("Concert pitch A4 in Hz")
        self.a4.setToolTip("Concert pitch (Ctrl+Up, Ctrl+Down)")
        self.a4.valueChanged.connect(window.set_a4)
        self.a4.editingFinished.connect(self.a4.clearFocus)

    def show_running(self, running: bool) -> None:
        """Name the start button by what it does."""
        self.start.setText("Stop" if running else "Start")
        self.start.setAccessibleName("Stop listening" if running else "Start listening")
        self.start.setProperty("running", running)
        style: Any = self.start.style()
        style.unpolish(self.start)
        style.polish(self.start)

    def show_choice(self, device: str, model: str) -> None:
        """Show the chosen input and model on their buttons."""
        self.input.setText(f"{_shortened(device)}  ▾")
        self.input.setAccessibleName(f"Input: {device}")
        self.model.setText(f"Model: {_shortened(model)}  ▾")
        self.model.setAccessibleName(f"Model: {model}")


def _menu_button(name: str, menu: QMenu, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(name)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setToolTip(tip)
    return button


def _shortened(text: str, length: int = 28) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
