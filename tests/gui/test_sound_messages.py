"""Which message the banner shows, which inputs are new, what the meter warns of: without a screen."""

import math

import pytest

from livepitch.gui.viewmodel.loudness import Loudness
from livepitch.gui.viewmodel.messages import Message, Messages, Rank, without_commands
from livepitch.gui.viewmodel.plugged import plain_name, plugged_in
from livepitch.gui.viewmodel.steps import GATES, gate_of, step_of
from livepitch.realtime.devices import find_input
from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.source import DeviceError, InputDevice


def texts(messages, *instants):
    return [(messages.shown(now) or Message("")).text for now in instants]


def test_the_most_urgent_message_is_shown_and_the_newest_of_equals():
    messages = Messages()
    messages.post("b", Message("a hint"))
    messages.post("c", Message("another hint"))
    assert texts(messages, 0) == ["another hint"]
    messages.post("offer", Message("plugged in", Rank.OFFER, until=5.0))
    messages.post("lost", Message("lost", Rank.LOST))
    assert texts(messages, 1) == ["lost"]
    messages.withdraw("lost")
    assert texts(messages, 1, 4.9) == ["plugged in", "plugged in"]
    assert messages.next_end() == 5.0
    assert texts(messages, 5.1) == ["another hint"]
    assert messages.next_end() == math.inf
    messages.withdraw_shown(6.0)
    assert texts(messages, 6.0) == ["a hint"]


def device(name, index=0):
    return InputDevice(index, name, "ALSA", 1, 48_000.0, 0.01, False)


def test_new_inputs_are_known_by_name_and_sound_servers_are_none():
    before = [device("Built-in", 0), device("USB Mic: Audio (hw:1,0)", 1)]
    after = [device("Headset: Audio (hw:2,0)", 0), *before, device("pulse", 3), device("default", 4)]
    assert [new.name for new in plugged_in(before, after)] == ["Headset: Audio (hw:2,0)"]
    assert plugged_in(after, before) == []
    assert [plain_name(each.name) for each in after[:2]] == ["Headset", "Built-in"]


@pytest.mark.parametrize(
    ("wanted", "devices", "shown"),
    [
        (None, [], "no input device: plug in a microphone"),
        ("Mic", [device("Built-in")], "no input device 'Mic'"),
        (7, [device("Built-in")], "no input device 7"),
    ],
)
def test_errors_lose_the_commands_that_the_window_has_buttons_for(wanted, devices, shown):
    with pytest.raises(DeviceError) as caught:
        find_input(wanted, devices)
    assert without_commands(str(caught.value)) == shown


def test_other_commands_stay():
    kept = "rmvpe: not here; `livepitch weights fetch rmvpe` fetches it"
    assert without_commands(kept) == kept


def test_what_the_device_cut_off_is_said_for_some_seconds_whatever_the_level():
    def frames(start, seconds, peak):
        return [PitchFrame(start + i / 100, 220.0, 0.9, -20.0, peak=peak) for i in range(round(100 * seconds))]

    loudness = Loudness()
    loudness.observe(frames(0, 1, -0.2))
    assert not loudness.clipped
    loudness.observe(frames(1, 0.01, -0.1))
    loudness.observe(frames(1.01, 3.5, math.nan))
    assert loudness.clipped
    assert not loudness.hot
    loudness.observe(frames(4.51, 1, -30.0))
    assert not loudness.clipped


def test_the_gate_is_off_below_the_meter():
    assert [gate_of(step) for step in (GATES[0], -60, 0, 3)] == [-math.inf, -60.0, 0.0, 0.0]
    assert [step_of(gate) for gate in (-math.inf, -100.0, -45.4, 0.0)] == [-61, -61, -45, 0]
