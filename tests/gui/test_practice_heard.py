"""Practice in the window: what is changed while it sounds, a recording as what to sing, the note that is asked for."""

import json
import math

import numpy as np
import pytest
import soundfile

from livepitch.gui.practice import room as room_module
from livepitch.gui.practice import scene as scene_module
from livepitch.practice.rehearsal.kept import kept_file, remember
from livepitch.practice.rehearsal.state import State

from ..practice.planted import in_tune, sound
from ..practice.rehearsing import RATE, step
from .practising import Singer

LONG = "C4=one D4=two " * 40


@pytest.fixture
def singer(window, studio, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("LIVEPITCH_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("LIVEPITCH_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(scene_module, "TEXT_EVERY", 0.0)
    return Singer(window, studio, qtbot, tmp_path / "takes")


def test_guide_and_metronome_change_while_they_sound_and_the_take_knows(singer, tmp_path):
    from livepitch.practice.progress.store import Progress

    progress = Progress(tmp_path / "progress.sqlite")
    singer.keep = lambda outcome: remember(outcome, progress)
    singer.practise_notes("C4 D4 E4:2")
    singer.begin()
    singer.sing(2.5)
    singer.press("F7")
    singer.sing(0.5)
    singer.press("Ctrl+H, S")
    card = singer.room.settings
    card.metronome_volume.setValue(80)
    card.count_in.setValue(1)  # holds for the next take
    singer.press("Escape")
    guide_off, louder = singer.playing.changes
    assert guide_off.second == pytest.approx(0.5, abs=0.06)
    assert (guide_off.settings.guide, guide_off.settings.metronome) == (False, True)
    assert louder.second == pytest.approx(1.0, abs=0.06)
    assert (louder.settings.guide, louder.settings.metronome_volume) == (False, 0.8)
    singer.sing(3.0)
    singer.wait_for(State.RESULT)
    assert singer.card.bleed.text() == "Guide or metronome were changed while you sang"
    path = kept_file(singer.scene.rehearsal.take)
    first, second = json.loads(path.read_text())["changes"]
    assert (first["guide"], second["guide"], second["metronome_volume"]) == (False, False, 0.8)
    assert [first["second"], second["second"]] == [guide_off.second, louder.second]


def test_what_is_switched_and_not_sounding_is_no_change(singer):
    singer.practise_notes("C4 D4")
    singer.press("F7")
    singer.sing_all()
    singer.press("F8")
    assert singer.playing.changes == ()
    assert not singer.card.bleed.isVisible()


def test_a_guide_that_the_microphone_hears_is_said_while_it_is_counted_in(singer, monkeypatch):
    def speaker(second, asked):
        return 60.0 if -1.95 < second < -1.0 else asked

    monkeypatch.setattr(room_module, "SAID_MEANWHILE", math.inf)  # however slow the machine
    singer.practise_notes("C4 D4")
    singer.press("Ctrl+H, S")
    singer.room.settings.count_in.setValue(3)  # two seconds, as the made-up guide counts
    singer.press("Escape")
    banner = singer.window.stage.banner
    singer.begin()
    singer.sing(0.1, speaker)
    assert "microphone hears you" in banner.label.text()  # the advice that is given once
    singer.sing(0.4, speaker)
    assert banner.label.text() == "The guide is heard in the microphone: wear headphones, or turn it down."
    assert singer.scene.state is State.COUNT_IN
    banner.close_button.click()
    singer.sing(0.5, speaker)
    assert not banner.isVisible()  # it was said
    singer.sing(1.5)
    singer.press("F4")  # anew, with headphones
    singer.wait_for(State.COUNT_IN)
    singer.sing(1.9)
    assert not banner.isVisible()
    singer.press("F4")
    singer.wait_for(State.COUNT_IN)
    singer.sing(0.5, speaker)
    assert banner.isVisible()
    singer.sing(1.6)
    assert singer.scene.state is State.SINGING
    assert not banner.isVisible()  # notes are there now


def test_a_recording_becomes_bars(singer, tmp_path):
    path = tmp_path / "hum.wav"
    asked = step(57.0, 60.0, 59.0)
    soundfile.write(path, sound(in_tune(asked.target, gap=0.1), RATE), RATE)
    singer.room.open_named(str(path))
    card = singer.room.songs.card
    assert card.isVisible()
    assert card.text.text() == "Finding the notes of hum.wav …"
    singer.qtbot.waitUntil(lambda: singer.scene.on, timeout=60_000)
    assert not card.isVisible()
    target = singer.scene.rehearsal.target
    assert [note.midi for note in target.notes] == [57, 60, 59]
    assert singer.strip.name.toolTip() == "hum"
    scale, bars = singer.paint(), singer.scene.showing.bars
    for note, begin in zip(target.notes, (0.0, 1.0, 2.0), strict=True):
        box = bars.box(scale, note)
        assert box.left() == pytest.approx(scale.x(begin), abs=0.1 * scale.px_per_second)
        assert box.center().y() == pytest.approx(scale.y(note.midi), abs=1)
    assert singer.room.remember()["recent"] == []


def test_a_recording_is_given_up_with_escape(singer, tmp_path):
    path = tmp_path / "still.wav"
    soundfile.write(path, np.zeros(RATE, np.float32), RATE)
    singer.room.open_named(str(path))
    singer.press("Escape")
    assert not singer.room.songs.card.isVisible()
    assert not singer.scene.on
    singer.practise_notes("C4")  # at once
    assert singer.strip.name.toolTip() == "Typed notes"


def test_notes_can_be_named_when_the_window_is_opened(singer):
    singer.room.open_named("C4 D4:1.5 E4")
    singer.qtbot.waitUntil(lambda: singer.scene.on)
    assert [note.midi for note in singer.scene.rehearsal.target.notes] == [60, 62, 64]


# the note of the moment


def test_the_note_is_read_against_what_is_asked_for(singer):
    singer.practise_notes("E4:8")
    singer.begin()
    singer.sing(2.6, lambda second, asked: 64 - 0.6)
    reading = singer.window.stage.reading
    assert (reading.name, reading.midi) == ("E4", 64)
    assert reading.cents == pytest.approx(-60, abs=1)
    assert "flat" in singer.window.stage.note.accessibleName() + singer.window.stage.note.cents.text()


def test_a_glide_is_read_against_where_it_should_be(singer):
    singer.practise("siren")
    singer.begin()
    singer.sing(2.0 + 1.0)
    assert singer.scene.rehearsal.note.glide
    assert singer.window.stage.reading.cents == pytest.approx(0, abs=5)


def test_notes_are_named_as_the_key_of_the_step_spells_them(singer):
    singer.practise("five-note scale")
    singer.press("F5")  # a semitone up: E♭ major, or another with flats
    steps = singer.scene.rehearsal.steps
    flat = next(place for place, each in enumerate(steps) if each.key.root in (3, 8, 10))
    singer.scene.change(lambda rehearsal: rehearsal.go(flat))
    singer.sing_all()
    names = [singer.card.table.item(row, 0).text() for row in range(3)]
    assert any("♭" in name for name in names)
    assert not any("♯" in name for name in names)


# a long song


def test_a_long_song_is_sung_with_seconds_in_sight_that_can_be_read(singer):
    singer.practise_notes(LONG)
    assert singer.paint().seconds > 20  # all of it, before
    singer.begin()
    singer.sing(2.5)
    assert singer.paint().seconds == pytest.approx(9, abs=0.5)


def test_words_that_have_no_room_are_left_out(singer):
    singer.practise_notes("C4:1/4=strengths C4:1/4=a C4:1/4=b C4:4=long")
    singer.begin()
    singer.sing(0.5, lambda second, asked: math.nan)
    scale, bars = singer.paint(), singer.scene.showing.bars
    from PyQt6.QtGui import QPainter, QPixmap

    painter = QPainter(picture := QPixmap(10, 10))
    try:
        fits = [
            bars._has_room(painter, scale, place, note.lyric.strip()) for place, note in enumerate(bars.target.notes)
        ]
    finally:
        painter.end()
    assert not picture.isNull()
    assert fits == [False, True, True, True]
