"""A user without sense or mercy: random keys, clicks, menus, files and faults, the same ones for the same seed.

It knows nothing of the window but what Qt tells of any: actions, widgets, dialogs, popups.
"""

from PyQt6.QtCore import QElapsedTimer, QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PyQt6.QtGui import QDropEvent, QFont, QKeyEvent, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QSlider,
    QWidget,
)

NOT_PRESSED = ("Quit",)  # the end comes at the end
LETTERS = "abcmpxvf ,.0189-+#/é♯日\t"
TOUCHED = (QAbstractButton, QLineEdit, QAbstractSpinBox, QComboBox, QSlider, QAbstractItemView)
POPUP_MS = 25


class Monkey:
    """Plays with one window. files: what it opens and drops; folder: where it saves; faults: what else may happen."""

    def __init__(self, window, chance, files, folder, faults=()):
        self.window, self.files, self.folder = window, list(files), folder
        self.random, self.done, self.slowest = chance, [], (0.0, "")
        self._ways = [
            *[self.press_shortcut] * 6,
            *[self.click] * 6,
            *[self.type] * 2,
            *[self.play_on_the_picture] * 2,
            self.turn_wheel,
            self.resize,
            self.drop,
            self.change_look,
            self.lose_focus,
            *[self.wait] * 3,
            *faults,
        ]
        self._popups = QTimer()
        self._popups.timeout.connect(self._answer)
        self._popups.start(POPUP_MS)

    def play(self, steps):
        """Do so many things, and let the window live between them."""
        for _ in range(steps):
            way = self.random.choice(self._ways)
            self.done.append(way.__name__)
            clock = QElapsedTimer()
            clock.start()
            way()
            self.let_live(self.random.choice((0, 0, 5, 20)))
            self._answer_dialogs()
            self.slowest = max(self.slowest, (clock.elapsed() / 1000, self.done[-1]))

    def close(self):
        """Play no more."""
        self._popups.stop()

    def let_live(self, milliseconds):
        QTest.qWait(milliseconds)

    # what users do

    def press_shortcut(self):
        actions = [each for each in self.window.actions() if each.isEnabled() and not each.shortcut().isEmpty()]
        action = self.random.choice([each for each in actions if each.text().replace("&", "") not in NOT_PRESSED])
        self.done[-1] += f" {action.shortcut().toString()} ({action.text()})"
        for keys in action.shortcut():
            QTest.keyClick(self._focused, keys.key(), keys.keyboardModifiers())

    def click(self):
        widgets = [each for each in self.window.findChildren(QWidget) if isinstance(each, TOUCHED)]
        widget = self._any([each for each in widgets if each.isVisible() and each.isEnabled()])
        if widget is None:
            return
        self.done[-1] += f" {type(widget).__name__} {widget.accessibleName() or widget.toolTip()}"
        target = widget.viewport() if isinstance(widget, QAbstractItemView) else widget
        click = QTest.mouseDClick if self.random.random() < 0.2 else QTest.mouseClick
        click(target, Qt.MouseButton.LeftButton, self._modifier, self._place(target))

    def type(self):
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Down, Qt.Key.Key_Backspace)
        for _ in range(self.random.randint(1, 5)):
            if self.random.random() < 0.5:
                QTest.keyClick(self._focused, self.random.choice(keys))
            else:
                letter = self.random.choice(LETTERS)
                for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                    QApplication.sendEvent(self._focused, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))

    def play_on_the_picture(self):
        picture = self.window.stage.view.viewport()
        button = self.random.choice(
            (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton)
        )
        QTest.mousePress(picture, button, self._modifier, self._place(picture))
        for _ in range(self.random.randint(0, 4)):
            QTest.mouseMove(picture, self._place(picture))
        QTest.mouseRelease(picture, button, self._modifier, self._place(picture))

    def turn_wheel(self):
        picture = self.window.stage.view.viewport()
        place, by = QPointF(self._place(picture)), QPoint(0, self.random.choice((-1200, -120, 120, 1200)))
        there, none = QPointF(picture.mapToGlobal(place.toPoint())), Qt.MouseButton.NoButton
        begun = Qt.ScrollPhase.NoScrollPhase
        QApplication.sendEvent(picture, QWheelEvent(place, there, QPoint(), by, none, self._modifier, begun, False))

    def resize(self):
        self.window.resize(self.random.randint(300, 2200), self.random.randint(200, 1400))
        self.random.choice((self.window.showMinimized, self.window.showNormal, self.window.showMaximized))()
        self.window.showNormal()

    def drop(self):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(each)) for each in self.random.sample(self.files, 2)])
        QApplication.sendEvent(
            self.window,
            QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, self._modifier),
        )

    def change_look(self):
        """Of the system: other colours, another font, another screen."""
        app = QApplication.instance()
        font = QFont(self.random.choice(("No Such Font", "", "DejaVu Sans")), self.random.choice((1, 9, 40)))
        usual = app.font()
        app.setFont(font)
        for kind in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.DevicePixelRatioChange):
            QApplication.sendEvent(self.window, QEvent(kind))
        self.let_live(5)
        app.setFont(usual)

    def lose_focus(self):
        if QApplication.focusWidget() is not None:
            QApplication.focusWidget().clearFocus()
        self.window.activateWindow()

    def wait(self):
        self.let_live(self.random.randint(10, 60))

    # how

    @property
    def _focused(self):
        inside = QApplication.focusWidget()
        return inside if inside is not None and inside.window() is self.window else self.window

    @property
    def _modifier(self):
        modifier = Qt.KeyboardModifier
        return self.random.choice((modifier.NoModifier,) * 4 + (modifier.ShiftModifier, modifier.ControlModifier))

    def _any(self, things):
        return self.random.choice(things) if things else None

    def _place(self, widget):
        return QPoint(
            self.random.randint(0, max(widget.width() - 1, 0)), self.random.randint(0, max(widget.height() - 1, 0))
        )

    def _answer(self):
        """What would wait for an answer for ever: a menu, a question."""
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if isinstance(modal, QMessageBox):
            self._any(modal.buttons()).click()
        elif popup is not None:
            self._take_from(popup)

    def _take_from(self, popup):
        entries = [each for each in popup.actions() if each.isEnabled()] if isinstance(popup, QMenu) else []
        entry = self._any([each for each in entries if each.menu() is None and "Quit" not in each.text()])
        popup.close()
        if entry is not None and self.random.random() < 0.7:
            self.done[-1] += f" › {entry.text()}"
            entry.trigger()

    def _answer_dialogs(self):
        for dialog in self.window.findChildren(QDialog):
            if dialog.isVisible() and self.random.random() < 0.6:
                self._close(dialog)

    def _close(self, dialog):
        """Choose one of the files, save under a name in the folder, or neither."""
        if not isinstance(dialog, QFileDialog) or self.random.random() < 0.4:
            dialog.reject()
            return
        saves = dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
        name = self.folder / f"saved {self.random.randint(1, 3)}" if saves else self.random.choice(self.files)
        dialog.setDirectory(str(name.parent))
        dialog.selectFile(str(name))
        self.done[-1] += f" › {name.name}"
        dialog.accept()
