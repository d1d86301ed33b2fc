"""The sound panel and the meter, driven by keys and mouse: device, channel, gain, gate, and what is plugged in."""

import math
import sys

import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from livepitch.gui.sound import hot_plug
from livepitch.gui.sound import listening as listening_module
from livepitch.gui.sound.transport import State
from livepitch.gui.window import Window
from livepitch.realtime.session import Session
from livepitch.realtime.source import DemoVoice, DeviceError, InputDevice, Microphone

Key, Mod = Qt.Key, Qt.KeyboardModifier
USB = InputDevice(3, "USB Mic: Audio (hw:1,0)", "ALSA", 2, 44_100.0, 0.01, False)
BUILT_IN = InputDevice(0, "Built-in", "ALSA", 1, 48_000.0, 0.01, True)


@pytest.fixture
def inputs(monkeypatch):
    """The devices that PortAudio would list."""
    found = [BUILT_IN]
    monkeypatch.setattr(listening_module, "input_devices", lambda refresh: list(found))
    return found


def press(qtbot, window, key, *modifiers):
    mods = Mod.NoModifier
    for modifier in modifiers:
        mods |= modifier
    qtbot.keyClick(window, key, mods)


def tell(window, studio, frames):
    studio.stream.ready = frames
    window.listening._told = -math.inf  # figures are due
    window.listening.tick()


def listed(window, qtbot):
    with qtbot.waitSignal(window.listening.transport.listed):
        window.listening.list_devices()


def plugged(window, qtbot, came=True):
    with qtbot.waitSignal(window.listening.transport.listed):
        window.sound.hot_plug.changed.emit(came)


def entries(picker):
    return [picker.itemText(place) for place in range(picker.count())]


def pick(qtbot, picker, text):
    """Open the list with the keyboard, go to an entry, take it."""
    picker.setFocus()
    qtbot.keyClick(picker, Key.Key_Down)
    assert text in entries(picker)
    way = entries(picker).index(text) - picker.currentIndex()
    for _ in range(abs(way)):
        qtbot.keyClick(picker.view(), Key.Key_Down if way > 0 else Key.Key_Up)
    qtbot.keyClick(picker.view(), Key.Key_Return)
    assert picker.currentText() == text


def test_the_panel_opens_from_the_keyboard_and_from_the_meter_and_escape_leaves_it(running, qtbot, inputs):
    panel = running.sound.panel
    assert not panel.isVisible()
    press(qtbot, running, Key.Key_G, Mod.ControlModifier)
    assert panel.isVisible()
    assert running.stage.meter.isVisible()
    press(qtbot, running, Key.Key_G, Mod.ControlModifier)
    assert not panel.isVisible()
    assert running.stage.legend.isVisible()
    qtbot.mouseClick(running.stage.meter.settings, Qt.MouseButton.LeftButton)
    assert panel.isVisible()
    running.activateWindow()
    running.sound.controls.gain.slider.setFocus()
    qtbot.keyClick(running.sound.controls.gain.slider, Key.Key_Escape)
    assert not panel.isVisible()


@pytest.mark.parametrize("size", [(800, 600), (1280, 800), (720, 520)])
def test_meter_and_controls_have_room_beside_the_picture(running, qtbot, inputs, size):
    running.resize(*size)
    press(qtbot, running, Key.Key_G, Mod.ControlModifier)
    qtbot.wait(50)
    bar, panel, controls = running.stage.meter.bar, running.sound.panel, running.sound.controls
    bottom = bar.mapTo(running, bar.rect().bottomLeft()).y()
    assert bottom < running.status.y()
    assert panel.mapTo(running, panel.rect().bottomLeft()).y() < bar.mapTo(running, bar.rect().topLeft()).y()
    assert panel.viewport().width() >= panel.widget().minimumSizeHint().width()
    for part in (controls.gain.label, controls.gate.label, controls.gain.figure, running.tone.controls.note):
        assert part.sizeHint().width() <= part.width() + 1
    assert panel.height() >= 180


def test_inputs_are_listed_with_rate_and_channels_the_chosen_one_with_its_level(running, studio, qtbot, inputs, tone):
    inputs.append(USB)
    press(qtbot, running, Key.Key_G, Mod.ControlModifier)
    controls = running.sound.controls
    qtbot.waitUntil(lambda: "Built-in" in entries(controls.device))
    assert entries(controls.device) == ["Default microphone", "Headset", "Built-in", USB.name, "Demo voice"]
    tips = [controls.device.itemData(place, Qt.ItemDataRole.ToolTipRole) for place in (2, 3)]
    assert tips == ["ALSA, 1 channel, 48 kHz", "ALSA, 2 channels, 44.1 kHz"]
    tell(running, studio, tone(220.0, 0.2, level=-23.0))
    assert controls.facts.text() == "hears −23 dBFS at 48 kHz"
    pick(qtbot, controls.device, USB.name)
    qtbot.waitUntil(lambda: studio.stream.source.name == USB.name)
    assert controls.facts.text().startswith("ALSA, 2 channels, 44.1 kHz")
    assert running.listening.choosing.input_button.accessibleName() == f"Input: {USB.name}"


def test_a_channel_is_heard_alone_and_only_one_that_the_device_has(running, studio, qtbot, inputs):
    inputs.append(USB)
    listed(running, qtbot)
    press(qtbot, running, Key.Key_G, Mod.ControlModifier)
    controls = running.sound.controls
    assert not controls.channel.isEnabled()  # of what the command line named nothing is known
    pick(qtbot, controls.device, USB.name)
    qtbot.waitUntil(lambda: studio.stream.source.name == USB.name)
    assert entries(controls.channel) == ["Mix of the first two", "1", "2"]
    assert studio.stream.source._channel is None
    pick(qtbot, controls.channel, "2")
    qtbot.waitUntil(lambda: getattr(studio.stream.source, "_channel", None) == 1)
    pick(qtbot, controls.device, "Built-in")
    qtbot.waitUntil(lambda: studio.stream.source.name == "Built-in")
    assert studio.stream.source._channel is None
    assert controls.channel.currentText() == "The only one"


def test_gain_and_gate_act_at_once_and_on_later_streams(running, studio, qtbot):
    for _ in range(2):
        press(qtbot, running, Key.Key_Up, Mod.ControlModifier, Mod.ShiftModifier)
    press(qtbot, running, Key.Key_Down, Mod.ControlModifier, Mod.ShiftModifier)
    press(qtbot, running, Key.Key_Up, Mod.ControlModifier, Mod.AltModifier)
    assert [levels["gain"] for levels in studio.stream.adjusted] == [3.0, 6.0, 3.0, 3.0]
    assert studio.stream.adjusted[-1] == {"gate": -58.0, "gain": 3.0}
    controls = running.sound.controls
    assert (controls.gain.figure.text(), controls.gate.figure.text()) == ("+3 dB", "−58 dBFS")
    press(qtbot, running, Key.Key_Down, Mod.ControlModifier, Mod.AltModifier)
    assert studio.stream.adjusted[-1]["gate"] == -math.inf
    assert controls.gate.figure.text() == "off"
    assert controls.gate.slider.accessibleDescription() == "off"
    running.start()
    qtbot.waitUntil(lambda: len(studio.streams) == 2)
    assert (studio.stream.settings.gain, studio.stream.settings.gate) == (3.0, -math.inf)


def test_what_is_changed_while_a_stream_starts_is_not_lost(window, studio, qtbot):
    studio.prepare = lambda stream: stream.may_start.clear()
    window.start()
    qtbot.waitUntil(lambda: bool(studio.streams))
    press(qtbot, window, Key.Key_Up, Mod.ControlModifier, Mod.ShiftModifier)
    assert studio.stream.adjusted == []
    studio.stream.may_start.set()
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    assert studio.stream.adjusted == [{"gate": -math.inf, "gain": 3.0}]


def test_sliders_and_figures_take_their_keys_though_they_are_shortcuts(running, studio, qtbot, inputs):
    press(qtbot, running, Key.Key_G, Mod.ControlModifier)
    gain, gate = running.sound.controls.gain, running.sound.controls.gate
    gain.slider.setFocus()
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Left, Key.Key_Up):
        qtbot.keyClick(gain.slider, key)
    assert gain.figure.text() == "+2 dB"
    for typed, figure, shown in (("-12", gain.figure, "−12 dB"), ("−45", gate.figure, "−45 dBFS")):
        figure.setFocus()
        figure.selectAll()
        figure.lineEdit().insert(typed)
        qtbot.keyClick(figure, Key.Key_Return)
        assert figure.text() == shown
        assert not figure.hasFocus()
    assert studio.stream.adjusted[-1] == {"gate": -45.0, "gain": -12.0}
    assert running.listening.transport.state is State.RUNNING


def test_the_gate_is_drawn_on_the_meter_and_dragged_there(running, studio, qtbot, tone):
    meter, left = running.stage.meter, Qt.MouseButton.LeftButton

    def place(level):
        return QPointF(meter.bar.at(level), 12).toPoint()

    def colour(level, y):
        image = meter.bar.grab().toImage()
        return image.pixelColor(round(meter.bar.at(level) * image.devicePixelRatio()), y).name()

    theme = meter._theme
    assert colour(-60, 2) == theme.muted
    qtbot.mousePress(meter.bar, left, pos=place(-50))
    QTest.mouseMove(meter.bar, place(-40))
    qtbot.mouseMove(meter.bar, place(-30))
    qtbot.mouseRelease(meter.bar, left, pos=place(-30))
    gate = studio.stream.adjusted[-1]["gate"]
    assert gate in (-50.0, -40.0, -30.0)
    qtbot.mouseClick(meter.bar, left, pos=place(-30))
    assert studio.stream.adjusted[-1]["gate"] == pytest.approx(-30.0, abs=1)
    assert colour(running.stage.meter.bar.gate, 2) == theme.accent
    assert "noise gate: −30 dBFS" in meter.toolTip()
    for level, expected in ((-40.0, theme.octave_line), (-20.0, theme.in_tune)):
        running.listening.live.loudness.level = -60.0
        tell(running, studio, tone(220.0, 3.0, start=50 + level, level=level))
        assert colour(-50, 13) == expected  # grey where too quiet to be heard
    qtbot.mouseClick(meter.bar, left, pos=QPointF(1, 12).toPoint())
    assert studio.stream.adjusted[-1]["gate"] == -math.inf
    assert "noise gate: off" in meter.toolTip()


def test_clipping_is_said_in_words_and_goes_away(running, studio, qtbot):
    from livepitch.realtime.frame import PitchFrame

    def loud(start, peak, seconds=0.1):
        return [PitchFrame(start + i / 100, 220.0, 0.9, -20.0, peak=peak) for i in range(round(100 * seconds))]

    tell(running, studio, loud(0, -3.0))
    assert running.stage.meter.figure.text() == "−20 dBFS"
    tell(running, studio, loud(0.1, 0.0))
    assert running.stage.meter.figure.text() == "▲ clipped"
    assert running.stage.meter.accessibleDescription() == "▲ clipped"
    assert "cut off" in running.stage.banner.label.text()
    studio.stream.message = "input lost: Headset; listening goes on as soon as it is back"
    tell(running, studio, [])
    assert running.stage.banner.label.text() == "Input lost: Headset; listening goes on as soon as it is back"
    assert "Headset (lost, waiting)" in running.status.labels["device"].text()
    tell(running, studio, [])
    assert running.stage.meter.figure.text() == "–"  # nothing is heard
    studio.stream.message = None
    tell(running, studio, loud(8, -20.0))
    assert not running.stage.banner.isVisible()
    assert running.status.labels["device"].text() == "Headset"


def test_the_lost_banner_leads_to_the_other_inputs_by_the_keyboard(running, studio, qtbot, inputs):
    studio.stream.message = "input lost: Headset; listening goes on as soon as it is back"
    tell(running, studio, [])
    button = running.stage.banner.button
    assert button.text() == "Other input…"
    button.setFocus()
    qtbot.keyClick(button, Key.Key_Return)
    assert running.sound.panel.isVisible()


def test_what_is_plugged_in_is_offered_and_used_on_request(running, studio, qtbot, inputs):
    listed(running, qtbot)
    inputs.append(USB)
    focus = QApplication.focusWidget()
    plugged(running, qtbot)
    banner = running.stage.banner
    assert banner.isVisible()
    assert (banner.label.text(), banner.button.text()) == ("USB Mic was plugged in.", "Use it (Ctrl+B)")
    assert QApplication.focusWidget() is focus
    assert len(studio.streams) == 1
    press(qtbot, running, Key.Key_B, Mod.ControlModifier)
    qtbot.waitUntil(lambda: len(studio.streams) == 2)
    assert studio.stream.source.name == USB.name
    assert not banner.isVisible()


def test_the_offer_goes_by_itself_and_can_be_closed(running, studio, qtbot, inputs, monkeypatch):
    from livepitch.gui.sound import sound_room

    monkeypatch.setattr(sound_room, "GOES_BY_ITSELF", 0.2)
    listed(running, qtbot)
    inputs.append(USB)
    plugged(running, qtbot)
    assert running.stage.banner.isVisible()
    qtbot.waitUntil(lambda: not running.stage.banner.isVisible())
    monkeypatch.setattr(sound_room, "GOES_BY_ITSELF", 60)
    inputs.remove(USB)
    plugged(running, qtbot, came=False)
    assert not running.stage.banner.isVisible()
    inputs.append(USB)
    plugged(running, qtbot)
    assert running.stage.banner.label.text() == "USB Mic was plugged in."
    qtbot.mouseClick(running.stage.banner.close_button, Qt.MouseButton.LeftButton)
    assert not running.stage.banner.isVisible()


def test_without_qts_part_for_sound_the_inputs_are_looked_at_regularly(running, qtbot, inputs, monkeypatch):
    monkeypatch.setitem(sys.modules, "PyQt6.QtMultimedia", None)  # as where a library that it needs is missing
    monkeypatch.setattr(hot_plug, "POLL", 20)
    running.sound.watch()
    qtbot.waitUntil(lambda: "Built-in" in entries(running.sound.controls.device))
    inputs.append(USB)
    qtbot.waitUntil(lambda: running.stage.banner.label.text() == "USB Mic was plugged in.")


def test_an_input_that_other_programs_gave_free_is_no_news(running, qtbot, inputs):
    listed(running, qtbot)
    inputs.append(USB)
    listed(running, qtbot)
    assert not running.stage.banner.isVisible()
    assert USB.name in entries(running.sound.controls.device)


def test_the_input_that_is_heard_stays_in_the_list_though_it_hides_while_in_use(running, studio, qtbot, inputs):
    inputs.append(USB)
    listed(running, qtbot)
    pick(qtbot, running.sound.controls.device, USB.name)
    qtbot.waitUntil(lambda: running.listening.transport.stream is studio.streams[-1] and len(studio.streams) == 2)
    inputs.remove(USB)
    plugged(running, qtbot)
    assert USB.name in entries(running.sound.controls.device)
    assert running.sound.controls.device.currentText() == USB.name


def test_an_input_that_is_not_there_is_said_and_the_others_are_offered(window, studio, qtbot, inputs):
    missing = DeviceError("no input device 'Headset': `livepitch devices` lists those there are")
    studio.prepare = lambda stream: setattr(stream, "error", missing if len(studio.streams) == 0 else None)
    window.start()
    welcome = window.stage.welcome
    qtbot.waitUntil(lambda: welcome.text.text() == "No input device 'Headset'")
    assert welcome.others_button.isVisible()
    listed(window, qtbot)
    menu = welcome.others_button.menu()
    next(action for action in menu.actions() if action.text() == "Built-in").trigger()
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    assert studio.stream.source.name == "Built-in"


@pytest.fixture
def another(qtbot, studio, inputs):
    """A window at a later start, with nothing named on the command line."""
    windows = []

    def make(source=None, **values):
        windows.append(Window(source, "stream", make_stream=studio.make))
        windows[-1].sound.recall(values)
        qtbot.addWidget(windows[-1])
        windows[-1].show()
        return windows[-1]

    yield make
    for each in windows:
        each.close()


def test_input_channel_and_levels_are_remembered(running, studio, qtbot, inputs, another):
    inputs.append(USB)
    listed(running, qtbot)
    pick(qtbot, running.sound.controls.device, USB.name)
    pick(qtbot, running.sound.controls.channel, "1")
    press(qtbot, running, Key.Key_Up, Mod.ControlModifier, Mod.ShiftModifier)
    press(qtbot, running, Key.Key_Up, Mod.ControlModifier, Mod.AltModifier)
    values = running.sound.remember()
    later = another(**values)
    later.start()
    qtbot.waitUntil(lambda: later.listening.transport.state is State.RUNNING)
    assert (studio.stream.source.name, studio.stream.source._channel) == (USB.name, 0)
    assert (studio.stream.settings.gain, studio.stream.settings.gate) == (3.0, -58.0)
    assert later.sound.controls.gate.figure.text() == "−58 dBFS"
    assert later.sound.remember() == values


def test_a_remembered_input_that_is_gone_gives_way_to_the_default_and_that_is_said(studio, qtbot, another):
    def prepare(stream):
        stream.error = DeviceError("no input device 'USB Mic'") if stream.source.name == "USB Mic" else None

    studio.prepare = prepare
    window = another(input="device USB Mic", channel=1)
    window.start()
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    assert studio.stream.source.name == "default input"
    assert window.stage.banner.label.text() == "USB Mic is not there: listening to the default microphone."
    assert window.sound.remember()["input"] == "device USB Mic"  # perhaps it is there another time


def test_the_command_line_comes_before_what_is_remembered_and_bad_values_do_no_harm(studio, qtbot, another):
    window = another(Microphone("Studio"), input="device USB Mic", channel=1)
    assert window.listening.choosing.input.make().name == "Studio"
    window = another(input=7, channel="x", gain="loud", gate=math.nan)
    assert window.listening.choosing.input.make().name == "default input"
    assert (window.listening.choosing.chosen.settings.gain, window.listening.choosing.chosen.settings.gate) == (
        0.0,
        -math.inf,
    )
    window = another(input="device 4", channel=-1, gain=1e9, gate=9.0)
    assert window.listening.choosing.input.make().name == "default input"
    assert (window.listening.choosing.chosen.settings.gain, window.listening.choosing.chosen.settings.gate) == (
        40.0,
        0.0,
    )


@pytest.mark.parametrize("system", ["Darwin", "Linux"])
def test_silence_leads_to_the_settings(running, studio, tone, qtbot, inputs, monkeypatch, system):
    opened = []
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    tell(running, studio, tone(math.nan, 2.5, level=-math.inf))
    banner = running.stage.banner
    assert ("Privacy & Security" if system == "Darwin" else "pavucontrol") in banner.label.text()
    qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    if system == "Darwin":
        assert opened == ["x-apple.systempreferences:com.apple.preference.security?Privacy_Microphone"]
    else:
        assert running.sound.panel.isVisible()


def test_gain_and_gate_change_what_a_real_session_hears(qtbot):
    """The demo voice through a real session: the meter falls with the gain, and the gate ends the curve."""
    window = Window(DemoVoice(16_000), "stream", make_stream=Session)
    qtbot.addWidget(window)
    window.show()
    window.start()
    live = lambda: window.listening.live  # noqa: E731

    def sung_for(seconds):
        """Loudest level on the meter, and the share of voiced frames, of so many seconds to come."""
        since, levels = live().history.newest, []
        qtbot.waitUntil(
            lambda: levels.append(live().loudness.level) or live().history.newest > since + seconds, timeout=60_000
        )
        return max(levels), math.fsum(map(math.isfinite, live().history.f0[-90:])) / 90

    qtbot.waitUntil(lambda: live().history.newest > 0.1, timeout=60_000)
    loud, _ = sung_for(1.0)
    assert loud > -30
    qtbot.waitUntil(lambda: sung_for(0.1)[1] > 0.5, timeout=60_000)  # at once, unless a busy machine skips sound
    for _ in range(6):
        press(qtbot, window, Key.Key_Down, Mod.ControlModifier, Mod.ShiftModifier)
    sung_for(0.8)  # the meter falls slowly
    quiet, voiced = sung_for(0.6)
    assert loud - 26 < quiet < loud - 10
    assert voiced > 0.3
    for _ in range(20):
        press(qtbot, window, Key.Key_Up, Mod.ControlModifier, Mod.AltModifier)
    qtbot.waitUntil(lambda: sung_for(0.9)[1] == 0, timeout=60_000)  # sound heard before may still be on its way
    assert window.listening.transport.stream.stats.restarts == 0
    window.close()


def test_the_note_stays_in_sight_beside_the_sound_panel_where_there_is_room(window, qtbot):
    panel, stage = window.sound.panel, window.stage
    for size, note, legend in (((1280, 800), True, False), ((1920, 1080), True, True), ((800, 600), False, False)):
        window.resize(*size)
        window.sound.show_panel(True)
        qtbot.waitUntil(panel.isVisible)
        qtbot.wait(20)
        assert (stage.note.isVisible(), stage.legend.isVisible(), stage.meter.isVisible()) == (note, legend, True), size
        cards = [part.parentWidget() for part in (stage.note, stage.meter, panel) if part.isVisible()]
        assert all(card.geometry().bottom() <= stage.panel.height() for card in cards)
        assert panel.verticalScrollBar().maximum() <= 50
    window.sound.show_panel(False)
    assert stage.note.isVisible()


def test_the_buttons_of_the_bar_are_of_one_height_and_the_red_dot_stands_off_its_text(window):
    bar = window.takes.recording.button, window.choosing.input_button, window.listening.start_button
    assert len({button.height() for button in bar}) == 1
    picture = window.takes.recording.button.grab().toImage()
    line = [picture.pixelColor(x, picture.height() // 2) for x in range(picture.width())]
    red = [x for x, colour in enumerate(line) if colour.red() > 180 and colour.green() < 90]
    assert 10 <= red[-1] - red[0] <= 15
    assert all(abs(colour.lightness() - line[4].lightness()) < 20 for colour in line[red[-1] + 2 : red[-1] + 5])
