"""The reference tone: by keys, and by a click on the piano keys; as it is shown, and as it sounds."""

import threading

import pytest
from PyQt6.QtCore import QPoint, Qt

from livepitch.gui.sound import tone_room
from livepitch.practice.music import Music
from livepitch.practice.scales import Key as MusicKey
from livepitch.realtime.devices import DeviceError, OutputDevice

Key, Mod = Qt.Key, Qt.KeyboardModifier


class FakeTone:
    """A reference tone without a device: notes what is wanted, and on which thread the device would be opened."""

    def __init__(self, device=None):
        self.device, self.hz, self.sounding, self.error = device, 0.0, False, None
        self.volume, self.timbre, self.threads, self.closed = 0.0, "", [], False
        self.refuse = None

    def start(self, hz):
        self.threads.append(threading.current_thread().name)
        self.hz, self.error, self.sounding = hz, self.refuse, self.refuse is None

    def change(self, hz):
        self.hz = hz

    def stop(self):
        self.sounding = False

    def close(self):
        self.threads.append(threading.current_thread().name)
        self.sounding, self.closed = False, True


@pytest.fixture
def tones(monkeypatch):
    """All that were made; the last one is in use."""
    made = []

    def make(device):
        made.append(FakeTone(device))
        return made[-1]

    monkeypatch.setattr(tone_room.ToneRoom.__init__, "__defaults__", (make,))
    return made


@pytest.fixture
def window(tones, window):
    return window


def press(qtbot, window, key, modifier=Mod.NoModifier):
    qtbot.keyClick(window, key, modifier)


def click_key(qtbot, window, note):
    """A click on the piano key of a note."""
    view = window.stage.view
    y = view.roll.scale_on_screen.y(float(window.tuning_room.music.tuning.pitch(note)))
    x = view.keys.sceneBoundingRect().center().x()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))


def column(window, x=40):
    """The colours of the picture from top to bottom."""
    image = window.stage.view.grab().toImage()
    return [image.pixelColor(x, y).name() for y in range(image.height())]


def test_t_sounds_the_note_and_ends_it_off_the_qt_thread(window, qtbot, tones):
    window.stage.view.repaint()
    before = column(window, 300)
    press(qtbot, window, Key.Key_T)
    qtbot.waitUntil(lambda: tones[-1].sounding)
    assert tones[-1].hz == pytest.approx(440.0)
    assert tones[-1].threads == ["livepitch-tone"]
    assert window.tone.controls.note.text() == "A4 · 440.0 Hz"
    assert window.tone.action.isChecked()
    y = round(window.stage.view.roll.scale_on_screen.y(69.0))
    changed = [row for row, (old, new) in enumerate(zip(before, column(window, 300), strict=True)) if old != new]
    assert [abs(row - y) <= 1 for row in changed] == [True] * len(changed)
    assert changed or column(window, 303)[y] != column(window, 303)[y + 5]
    press(qtbot, window, Key.Key_T)
    assert not tones[-1].sounding
    assert column(window, 300) == before


def test_the_note_is_moved_by_keys_and_named_and_tuned_by_the_music(window, qtbot, tones):
    press(qtbot, window, Key.Key_T)
    qtbot.waitUntil(lambda: tones[-1].sounding)
    for _ in range(3):
        press(qtbot, window, Key.Key_Up, Mod.ShiftModifier)
    press(qtbot, window, Key.Key_Down, Mod.ShiftModifier)
    assert window.tone.controls.note.text() == "B4 · 493.9 Hz"
    assert tones[-1].hz == pytest.approx(493.88, abs=0.01)
    window.tone.set_music(Music(a4=415.0, names="german"))
    assert window.tone.controls.note.text() == "H4 · 465.8 Hz"
    window.tone.set_music(Music(temperament="just", key=MusicKey(0, "major")))
    assert tones[-1].hz == pytest.approx(440 * 9 / 8)  # B over A in C major, pure
    window.tuning_room.set_a4(441.0)
    assert tones[-1].hz == pytest.approx(441.0 * 2 ** (2 / 12))


def test_a_click_on_a_key_sounds_it_another_changes_it_and_the_same_ends_it(window, qtbot, tones):
    window.stage.view.repaint()
    click_key(qtbot, window, 60)
    qtbot.waitUntil(lambda: tones[-1].sounding)
    assert window.tone.controls.note.text() == "C4 · 261.6 Hz"
    click_key(qtbot, window, 64)
    assert tones[-1].sounding
    assert tones[-1].hz == pytest.approx(329.63, abs=0.01)
    click_key(qtbot, window, 64)
    assert not tones[-1].sounding
    assert not window.tone.action.isChecked()


def test_a_click_beside_the_keys_sounds_nothing(window, qtbot, tones):
    window.stage.view.repaint()
    qtbot.mouseClick(window.stage.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert not window.tone.on


def test_headphones_are_advised_once(window, qtbot, tones):
    press(qtbot, window, Key.Key_T)
    banner = window.stage.banner
    assert banner.label.text() == "Headphones keep the reference tone out of the microphone."
    qtbot.mouseClick(banner.close_button, Qt.MouseButton.LeftButton)
    press(qtbot, window, Key.Key_T)
    press(qtbot, window, Key.Key_T)
    assert not banner.isVisible()
    assert window.tone.remember()["advised"] is True


def test_without_an_output_one_sentence_says_so(window, qtbot, tones):
    tones[-1].refuse = DeviceError("no output device: plug in a loudspeaker or headphones")
    press(qtbot, window, Key.Key_T)
    said = "No reference tone: no output device: plug in a loudspeaker or headphones."
    qtbot.waitUntil(lambda: window.stage.banner.label.text() == said)
    assert not window.tone.action.isChecked()
    assert window.tone.controls.sound.text() == "▶"


def test_volume_timbre_and_output_are_set_with_the_keyboard_and_remembered(window, qtbot, tones, monkeypatch):
    speakers = [OutputDevice(1, "Speakers", "ALSA", 2, 48_000.0, 0.01, True)]
    monkeypatch.setattr(tone_room, "output_devices", lambda: speakers)
    press(qtbot, window, Key.Key_G, Mod.ControlModifier)
    controls = window.tone.controls
    controls.volume.slider.setFocus()
    for _ in range(5):
        qtbot.keyClick(controls.volume.slider, Key.Key_Right)
    assert controls.volume.figure.text() == "35 %"
    assert tones[-1].volume == pytest.approx(0.35)
    with qtbot.waitSignal(window.tone._listed):
        controls.device.opening.emit()
    for picker, entry in ((controls.timbre, "Voice-like"), (controls.device, "Speakers")):
        qtbot.keyClick(picker, Key.Key_Down)
        qtbot.keyClick(picker.view(), Key.Key_Down)
        qtbot.keyClick(picker.view(), Key.Key_Return)
        assert picker.currentText() == entry
    assert (tones[-1].device, tones[-1].timbre, tones[-1].volume) == ("Speakers", "voice", 0.35)
    qtbot.waitUntil(lambda: tones[0].closed)
    values = window.tone.remember()
    window.tone.set_output(None)
    window.tone.set_volume(1)
    window.tone.recall(values)
    assert window.tone.remember() == values
    assert controls.device.currentText() == "Speakers"
    window.tone.recall({"volume": 101, "timbre": 3, "note": "A4", "output": 7, "advised": "x"})
    assert window.tone.remember() == values


def test_a_remembered_output_that_is_gone_gives_way_to_the_default_and_that_is_said(window, qtbot, tones):
    window.tone.recall({"output": "USB Speaker"})
    tones[-1].refuse = DeviceError("no output device 'USB Speaker': there are 1 Speakers")
    press(qtbot, window, Key.Key_T)
    said = "USB Speaker is not there: the reference tone takes the default output."
    qtbot.waitUntil(lambda: window.stage.banner.label.text() == said)
    qtbot.waitUntil(lambda: tones[-1].sounding)
    assert tones[-1].device is None


def test_closing_ends_the_tone_and_its_thread(window, qtbot, tones):
    press(qtbot, window, Key.Key_T)
    qtbot.waitUntil(lambda: tones[-1].sounding)
    window.close()
    assert tones[-1].closed
    assert "livepitch-tone" not in {thread.name for thread in threading.enumerate()}
