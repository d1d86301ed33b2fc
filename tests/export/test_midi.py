"""MIDI files, as mido and livepitch's own reader of scores understand them."""

import mido
import numpy as np
import pytest

from livepitch.export.options import Options
from livepitch.practice.target.reading import read_targets
from tests.export.midi_player import Player, notes_of, seconds_of
from tests.export.singing import GAP, NOTHING, held, song, sung, track_of, vibrato, written


@pytest.mark.parametrize("a4", [440.0, 415.0, 392.0, 466.0])
@pytest.mark.parametrize(("bend_range", "tempo"), [(2.0, 120.0), (2.5, 93.7), (12.0, 20.0), (48.0, 400.0)])
def test_a_player_sounds_what_was_sung(tmp_path, bend_range, tempo, a4):
    heard = song()
    player = Player(written(heard, "midi", tmp_path, Options(bend_range=bend_range, tempo=tempo, a4=a4)))
    track = heard.track
    played = player.at(track.time)
    midi = 69 + 12 * np.log2(np.where(track.voiced, track.f0, np.nan) / 440)
    within = np.zeros(len(track), bool)
    for note in heard.notes:
        within |= track.voiced & (track.time > note.start) & (track.time < note.end)
    assert within.sum() > 330
    step = 100 * bend_range / 8192  # cents: half of one for the bend, and half of 100/8192 for the tuning
    assert np.abs(100 * (played - midi))[within].max() < step / 2 + 0.01
    quiet = np.ones(len(track), bool)
    for note in heard.notes:
        quiet &= (track.time < note.start) | (track.time >= note.end + 0.002)
    assert quiet.sum() > 150
    assert np.isnan(played[quiet]).all()


@pytest.mark.parametrize("name", ["midi", "midi-notes"])
@pytest.mark.parametrize(("tempo", "tick"), [(120.0, 0.000521), (61.3, 0.00102), (20.0, 0.003126)])
def test_notes_stay_at_their_seconds_whatever_the_tempo(tmp_path, name, tempo, tick):
    heard = song()
    path = written(heard, name, tmp_path, Options(tempo=tempo))
    found = notes_of(path)
    assert [note[2] for note in found] == [69, 72, 60, 74, 54]
    assert np.abs(np.subtract([n[:2] for n in found], [(n.start, n.end) for n in heard.notes])).max() <= tick / 2
    assert seconds_of(path)[1] == pytest.approx(heard.duration, abs=tick)
    (told,) = [message for _, message in seconds_of(path)[0] if message.type == "set_tempo"]
    assert mido.tempo2bpm(told.tempo) == pytest.approx(tempo, rel=1e-5)


def test_plain_notes_have_nothing_but_notes(tmp_path):
    kinds = {message.type for _, message in seconds_of(written(song(), "midi-notes", tmp_path))[0]}
    assert kinds == {"track_name", "set_tempo", "time_signature", "note_on", "note_off", "end_of_track"}


def test_livepitch_practises_what_it_exported(tmp_path):
    heard = song("Übung")
    target = read_targets(written(heard, "midi-notes", tmp_path)).part(None)
    assert [note.midi for note in target.notes] == [69, 72, 60, 74, 54]
    assert [note.start for note in target.notes] == pytest.approx([note.start for note in heard.notes], abs=0.0003)


def test_a_slide_beyond_the_bend_goes_as_far_as_it_reaches(tmp_path):
    slide = sung(held(60, 0.4), np.linspace(60, 67, 10), held(67, 0.4))
    bends = [m.pitch for _, m in seconds_of(written(slide, "midi", tmp_path))[0] if m.type == "pitchwheel"]
    assert max(bends) == 8191
    assert min(bends) == -8192
    wide = written(slide, "midi", tmp_path, Options(bend_range=12), title="wide")
    assert max(m.pitch for _, m in seconds_of(wide)[0] if m.type == "pitchwheel") < 8191


def test_a_bend_is_there_before_its_note(tmp_path):
    messages = [message for _, message in seconds_of(written(song(), "midi", tmp_path))[0]]
    (first, *_) = (k for k, message in enumerate(messages) if message.type == "note_on")
    assert messages[first - 1].type == "pitchwheel"
    assert messages[first - 1].pitch == round(8192 * 0.12 / 2)


def test_a_slip_without_voice_leaves_the_bend_where_it_was(tmp_path):
    heard = sung(held(60.2, 0.4), held(GAP, 0.02), held(60.2, 0.4), level=np.full(82, -20.0))
    assert len(heard.notes) == 1
    bends = [m.pitch for _, m in seconds_of(written(heard, "midi", tmp_path))[0] if m.type == "pitchwheel"]
    assert bends == [round(8192 * 0.2 / 2)]


def test_what_is_sung_softer_is_struck_softer(tmp_path):
    midi = np.concatenate([held(60, 0.5), held(GAP, 0.5), held(62, 0.5)])
    level = np.where(np.arange(150) < 100, -10.0, -30.0)
    (_, _, _, loud), (_, _, _, soft) = notes_of(written(sung(midi, level=level), "midi", tmp_path))
    assert (loud, soft) == (112, 35)  # 20 dB by the DLS specification: a factor of 10 ** (20 / 40)


def test_notes_of_unknown_level_are_struck_alike(tmp_path):
    heard = song()
    track = heard.track
    unknown = type(track)(track.time, track.f0, track.voiced, track.confidence, track.candidate)
    found = notes_of(written(type(heard)(unknown), "midi", tmp_path))
    assert {velocity for *_, velocity in found} == {90}


def test_notes_outside_the_range_are_left_out(tmp_path):
    found = notes_of(written(song(), "midi", tmp_path, Options(lowest=60, highest=72)))
    assert [note[2] for note in found] == [69, 72, 60]


def test_notes_are_counted_by_the_concert_pitch(tmp_path):
    found = notes_of(written(song(), "midi-notes", tmp_path, Options(a4=415.0)))
    assert [note[2] for note in found] == [70, 73, 61, 75, 55]


@pytest.mark.parametrize("title", ['Ça & <là> "é"', "歌 🎵", "two\nlines", "a\x07b", "\udcff"])
def test_the_title_is_read_again(tmp_path, title):
    path = written(song(title), "midi", tmp_path)
    name = mido.MidiFile(path, charset="utf-8").tracks[0][0].name
    assert name == title.replace("\n", " ").replace("\x07", "\\x07").replace("\udcff", "\\udcff")


@pytest.mark.parametrize("name", ["midi", "midi-notes"])
@pytest.mark.parametrize("which", NOTHING)
def test_no_note_is_no_message(tmp_path, name, which):
    path = written(NOTHING[which], name, tmp_path)
    assert notes_of(path) == []
    assert seconds_of(path)[1] == pytest.approx(NOTHING[which].duration, abs=0.001)


def test_vibrato_is_bent_every_hop(tmp_path):
    heard = sung(vibrato(60, 1.0))
    bends = [m.pitch for _, m in seconds_of(written(heard, "midi", tmp_path))[0] if m.type == "pitchwheel"]
    assert len(bends) >= 95
    assert max(bends) == pytest.approx(8192 * 0.5 / 2, rel=0.02)


def test_a_note_from_the_first_frame_begins_at_zero(tmp_path):
    assert notes_of(written(type(song())(track_of(held(60, 0.5))), "midi", tmp_path))[0][0] == 0.0
