"""A good citizen: every action by keys, names for screen readers, help, first steps, the kiosk."""

import re
from collections import Counter

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractScrollArea, QAbstractSpinBox, QApplication, QLabel, QLineEdit, QToolBar, QWidget

from livepitch.gui.help import hint as hint_module
from livepitch.gui.help import overview
from livepitch.gui.help.summary import summary
from livepitch.gui.home import kiosk as kiosk_module
from livepitch.gui.sound.transport import State
from livepitch.gui.viewmodel.reading import Reading
from livepitch.gui.window import Window

from .conftest import FakeSource


def press(widget, keys):
    """Type a shortcut, also one of two keys in a row."""
    for combination in QKeySequence(keys):
        QTest.keyClick(widget, combination.key(), combination.keyboardModifiers())


def fill(window):
    """Have the menus that fill themselves do so."""
    for menu in overview.menus(window):
        menu.aboutToShow.emit()


def actions(window):
    fill(window)
    return overview.walk(window)


def test_every_action_has_a_name_and_a_tip_that_says_more(window):
    for action in actions(window):
        name = overview.plain(action.text())
        assert name
        assert action.isEnabled() is False or action.toolTip() not in ("", name), name


def test_every_action_has_a_shortcut(window):
    """But for the tenth device and so on: there are ten digits."""
    without = [
        overview.plain(action.text())
        for action in actions(window)
        if action.isEnabled()
        and not action.shortcuts()
        and action not in window.listening.choosing.input_menu.actions()
    ]
    assert without == []


def test_no_shortcut_is_given_twice_or_begins_another(window):
    keys = [key.toString() for action in actions(window) for key in action.shortcuts()]
    assert [key for key, times in Counter(keys).items() if times > 1] == []
    chords = {key.split(", ")[0] for key in keys if ", " in key}
    assert chords & set(keys) == set(), "the first key of a chord would never wait for the second"


def test_every_menu_and_entry_has_a_letter_of_its_own(window):
    for menu in overview.menus(window):
        letters = Counter(
            letter.casefold()
            for action in menu.actions()
            for letter in re.findall(r"(?<!&)&([^&])", action.text().replace("&&", ""))
        )
        assert [letter for letter, times in letters.items() if times > 1] == [], menu.title()


def test_shortcuts_work_with_menus_and_bar_hidden(window, qtbot):
    window.kiosk.turn(True)
    press(window, "F9")
    assert not window.stage.panel.isVisible()
    press(window, "F9")
    assert window.stage.panel.isVisible()


def focusable(window):
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisibleTo(window)
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(widget.parent(), QAbstractScrollArea)  # a viewport: its view has the focus
    ]


def tab_order(window):
    """The widgets that Tab reaches, in its order, from the bar on."""
    found, widget = [], window
    while (widget := widget.nextInFocusChain()) is not window:
        if widget in focusable(window) and widget.focusProxy() is None:
            found.append(widget)
    return found


def test_tab_goes_through_the_bar_from_left_to_right_before_it_goes_on(window):
    order = tab_order(window)
    in_bar = [isinstance(widget.parent(), QToolBar) for widget in order]
    first = in_bar.index(True)
    places = [widget.mapTo(window, QPoint()).x() for widget, mine in zip(order, in_bar, strict=True) if mine]
    assert places == sorted(places)
    assert all(in_bar[first : first + len(places)])


def test_everything_that_takes_the_focus_has_a_name_and_a_tip(running, studio, tone):
    studio.stream.ready = tone(440.0, 0.3)
    running.listening.tick()
    unnamed = [
        type(widget).__name__
        for widget in focusable(running)
        if not (widget.accessibleName() or getattr(widget, "text", str)())
    ]
    assert unnamed == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_is_seen(window, qtbot, theme):
    window.looks.choose_theme(theme)
    window.activateWindow()
    QApplication.setActiveWindow(window) if hasattr(QApplication, "setActiveWindow") else None
    for widget in focusable(window):
        if not isinstance(widget.parent(), QToolBar):
            continue
        widget.clearFocus()
        before = widget.grab().toImage()
        widget.setFocus()
        assert widget.hasFocus()
        after = widget.grab().toImage()
        changed = sum(before.pixel(x, 0) != after.pixel(x, 0) for x in range(before.width()))
        assert changed > before.width() / 2, widget.accessibleName()
        widget.clearFocus()


def test_a_button_with_the_focus_is_pressed_by_return_and_space_still_starts(window, qtbot, studio):
    window.listening.start_button.setFocus()
    press(window.listening.start_button, "Return")
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    window.listening.choosing.model_button.setFocus()
    press(window.listening.choosing.model_button, "Space")
    assert window.listening.transport.state is State.STOPPED


def test_letters_are_text_where_text_is_typed(window):
    letters = [keys for action in window.actions() if (keys := action.shortcut().toString()) and len(keys) == 1]
    press(window, "F1")
    for letter in letters:
        press(window.helping.card.search, letter)
    assert window.helping.card.search.text().upper() == "".join(letters)
    for box in window.findChildren(QAbstractSpinBox):
        line = box.findChild(QLineEdit)
        assert line is not None


def test_the_picture_is_told_in_words(running, studio, tone):
    studio.stream.ready = tone(440.0 * 2 ** (12 / 1200), 0.3)
    running.listening.tick()
    running.summary.say()
    assert running.stage.view.accessibleName() == "Pitch over time"
    assert running.stage.view.accessibleDescription() == "8 seconds, now A4 +12 cents"
    running.listening.toggle()
    running.summary.say()
    assert running.stage.view.accessibleDescription() == "8 seconds, now no voice"


@pytest.mark.parametrize(
    ("seconds", "behind", "reading", "text"),
    [
        (8.0, 0.0, Reading(), "8 seconds, now no voice"),
        (600.0, 0.4, Reading(60, -3.2, -3.0, 261.1, False, "C4"), "10:00 minutes, now C4 −3 cents"),
        (30.0, 12.0, Reading(60, 0.0, 0.0, 261.6, True, "C4"), "30 seconds, 12 seconds ago, now no voice"),
    ],
)
def test_words_for_the_picture(seconds, behind, reading, text):
    assert summary(seconds, behind, reading) == text


def shown(window):
    return window.helping.card.text.toPlainText()


def test_f1_shows_every_action_and_lets_the_voice_go_on(running, studio, tone):
    press(running, "F1")
    card = running.helping.card
    assert card.isVisible()
    assert not card.isWindow()
    for entry in overview.entries(running):
        assert entry.name in shown(running)
        assert entry.keys.split(" or ")[0] in shown(running)
    studio.stream.ready = tone(440.0, 0.3)
    running.listening.tick()
    assert running.stage.reading.name == "A4"
    press(running, "Escape")
    assert not card.isVisible()


def test_f1_finds_what_is_looked_for(window):
    press(window, "F1")
    card = window.helping.card
    QTest.keyClicks(card.search, "full screen")
    assert "Full screen" in shown(window)
    assert "Quit" not in shown(window)
    QTest.keyClicks(card.search, " zzz")
    assert shown(window) == "Nothing is called “full screen zzz”."
    press(card.search, "F1")
    assert not card.isVisible()


def test_the_focus_returns_when_help_closes(window, qtbot):
    window.activateWindow()
    window.listening.choosing.model_button.setFocus()
    press(window, "F1")
    press(window, "Escape")
    assert window.focusWidget() is window.listening.choosing.model_button


def test_about_tells_versions_model_and_licences(window):
    press(window, "Ctrl+F1")
    for fact in ("GNU General Public License", "PyQt6 6", "stream", "Python 3", "Version"):
        assert fact in shown(window)


def test_cards_stay_inside_a_small_window(window, qtbot):
    window.resize(720, 520)
    QApplication.processEvents()
    press(window, "F1")
    assert window.stage.rect().contains(window.helping.card.geometry())
    window.resize(1280, 800)
    QApplication.processEvents()
    assert window.helping.card.width() > 720


@pytest.fixture
def first_time(qtbot, studio, tmp_path):
    made = []

    def make():
        window = Window(FakeSource(), "stream", make_stream=studio.make, memory=tmp_path / "window.json")
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        made.append(window)
        return window

    yield make
    for window in made:
        window.close()


def test_the_first_window_has_a_hint_of_three_lines_and_the_second_has_none(first_time):
    window = first_time()
    assert window.stage.hint.isVisible()
    assert window.stage.hint.label.text().count("<br>") == len(hint_module.LINES) - 1 == 2
    press(window, "Escape")
    assert not window.stage.hint.isVisible()
    window.close()
    again = first_time()
    assert not again.stage.hint.isVisible()
    press(again, "F2")
    assert again.stage.hint.isVisible()


def test_the_hint_goes_when_one_has_sung(first_time, qtbot, studio, tone):
    window = first_time()
    window.start()
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    studio.stream.ready = tone(440.0, 0.3)
    window.scenes.timer.stop()
    window.listening.tick()
    assert window.stage.hint.isVisible()
    for _ in range(16):
        window.helping.look()
    assert window.stage.hint.isVisible()  # four seconds are too short to read it
    for _ in range(16):
        window.helping.look()
    assert not window.stage.hint.isVisible()
    window.close()
    assert not first_time().stage.hint.isVisible()


def test_the_hint_is_not_read_by_being_shown(first_time):
    first_time().close()
    assert first_time().stage.hint.isVisible()


def test_the_kiosk_has_picture_and_note_alone_and_larger(running, qtbot):
    keys, dial = running.stage.view.keys, running.stage.note.dial
    running.resize(1280, 800)
    QApplication.processEvents()
    before = keys.boundingRect().width(), dial.sizeHint().width()
    press(running, "Ctrl+Shift+K")
    assert running.isFullScreen()
    assert not running.menuBar().isVisible()
    assert not running.parts.bar.isVisible()
    assert not running.status.isVisible()
    QApplication.processEvents()
    assert keys.width() > 1.5 * before[0]
    assert dial.sizeHint().width() > 1.3 * before[1]
    press(running, "Escape")
    assert not running.isFullScreen()
    assert running.menuBar().isVisible()
    assert running.parts.bar.isVisible()
    QApplication.processEvents()
    assert keys.width() == pytest.approx(before[0])


def test_the_kiosk_gives_back_only_the_panels_that_were_there(window):
    window.panels.show_panel("figures", False)
    window.kiosk.turn(True)
    window.kiosk.turn(False)
    assert not window.status.isVisible()
    assert window.parts.bar.isVisible()


def test_the_resting_pointer_is_hidden_in_the_kiosk(window, monkeypatch):
    places = [QPoint(5, 5)]
    monkeypatch.setattr(kiosk_module.QCursor, "pos", lambda: places[-1])
    pointer = window.kiosk.pointer
    window.kiosk.turn(True)
    for _ in range(9):
        pointer.look()
    assert QApplication.overrideCursor().shape() is Qt.CursorShape.BlankCursor
    places.append(QPoint(9, 9))
    pointer.look()
    assert QApplication.overrideCursor() is None
    for _ in range(9):
        pointer.look()
    window.kiosk.turn(False)
    assert QApplication.overrideCursor() is None


def test_escape_closes_what_lies_on_top_first(first_time):
    window = first_time()
    press(window, "Ctrl+Shift+K")
    press(window, "F1")
    for gone in (window.helping.card, window.stage.hint):
        assert gone.isVisible()
        press(window, "Escape")
        assert not gone.isVisible()
    assert window.isFullScreen()
    press(window, "Escape")
    assert not window.isFullScreen()


def test_escape_is_free_for_others_where_nothing_is_open(window):
    heard = []
    action = QAction(window)
    action.setShortcut("Escape")
    action.triggered.connect(lambda: heard.append(1))
    for other in window.actions():
        if "Esc" in other.shortcut().toString():
            other.setEnabled(False)
    window.addAction(action)
    press(window, "F1")
    press(window, "Escape")
    assert heard == []
    press(window, "Escape")
    assert heard == [1]


def test_no_label_is_cut_off_in_the_hint(first_time, qtbot):
    window = first_time()
    window.resize(720, 520)
    QApplication.processEvents()
    hint = window.stage.hint
    for label in hint.findChildren(QLabel):
        assert label.sizeHint().width() <= label.width() + 1
    assert not hint.geometry().intersects(window.stage.welcome.geometry())
