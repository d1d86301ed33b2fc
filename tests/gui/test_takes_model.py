"""What is known of recordings, apart from any screen."""

import json
import math
import os

import numpy as np
import pytest
import soundfile

from livepitch.export.formats import FORMATS
from livepitch.export.options import ExportError, Options
from livepitch.gui.viewmodel import take_list
from livepitch.gui.viewmodel.history import PitchHistory
from livepitch.gui.viewmodel.take import Hearing, Take, open_take
from livepitch.gui.viewmodel.take_align import best_shift
from livepitch.gui.viewmodel.take_export import Material, read_labels, write_labels
from livepitch.gui.viewmodel.take_export import save as save_kind
from livepitch.gui.viewmodel.take_kinds import GROUPS, KINDS, free_name, meant, renamed
from livepitch.gui.viewmodel.take_list import recordings, with_recent
from livepitch.gui.viewmodel.take_playback import Loop, SilentPlayer
from livepitch.gui.viewmodel.take_statistics import judged, statistics_rows, sung_line
from livepitch.practice.music import Music
from livepitch.practice.scales import Key
from livepitch.realtime.audio_file import AudioFileError
from livepitch.realtime.csv_track import read_take_track
from tests.gui.takes import RATE, melody, sung, track_of, write_take

MELODY = melody(60, 62, 64, 65, math.nan, 67, 64, 60, seconds=0.5)


# opening


def test_a_take_comes_with_the_pitch_that_was_recorded(tmp_path):
    write_take(tmp_path, "Take 2026-11-23 14.05.12", MELODY)
    take = open_take(tmp_path / "Take 2026-11-23 14.05.12.flac")
    assert (take.name, take.recorded, take.duration) == ("Take 2026-11-23 14.05.12", True, 4.0)
    np.testing.assert_allclose(take.history.f0, MELODY, rtol=1e-5)
    assert open_take(tmp_path / "Take 2026-11-23 14.05.12.csv").path == take.path


def test_other_audio_comes_without_pitch(tmp_path):
    soundfile.write(tmp_path / "song.flac", np.zeros(RATE), RATE)
    (tmp_path / "song.csv").write_text("title,year\nSong,1999\n")
    take = open_take(tmp_path / "song.flac")
    assert (take.name, take.recorded, take.history) == ("song.flac", False, None)


def test_a_pitch_file_alone_is_told_of(tmp_path):
    (tmp_path / "lonely.csv").write_text("time,f0,confidence,voiced\n")
    with pytest.raises(AudioFileError, match=r"lonely\.csv: has no sound beside it"):
        open_take(tmp_path / "lonely.csv")


def test_the_list_has_takes_newest_first_then_other_recent_files(tmp_path):
    folder = tmp_path / "takes"
    for name in ("Take 2026-11-22 10.00.00", "Take 2026-11-23 10.00.00"):
        write_take(folder, name, MELODY)
    soundfile.write(folder / "stray.flac", np.zeros(RATE), RATE)  # no pitch beside it: no take
    song = tmp_path / "song.wav"
    soundfile.write(song, np.zeros(75 * RATE), RATE)
    found = recordings(folder, [song, tmp_path / "gone.wav", folder / "Take 2026-11-22 10.00.00.flac"])
    assert [(entry.name, entry.length) for entry in found] == [
        ("Take 2026-11-23 10.00.00", "0:04"),
        ("Take 2026-11-22 10.00.00", "0:04"),
        ("song.wav", "1:15"),
    ]
    assert recordings(tmp_path / "nowhere", []) == []
    assert with_recent([song, folder], folder) == [folder, song]


def test_nothing_that_lies_among_the_takes_holds_the_list_up(tmp_path, monkeypatch):
    write_take(tmp_path, "Take 2026-11-22 10.00.00", MELODY)
    whole = (tmp_path / "Take 2026-11-22 10.00.00.flac").read_bytes()
    os.mkfifo(tmp_path / "pipe.flac")
    (tmp_path / "empty.flac").touch()
    (tmp_path / "cut.flac").write_bytes(whole[:20])
    (tmp_path / "unknown.flac").write_bytes(whole[:21] + bytes([whole[21] & 0xF0]) + bytes(4) + whole[26:])
    soundfile.write(tmp_path / "riff.flac", np.zeros(RATE), RATE, format="WAV")
    for name in ("pipe", "empty", "cut", "unknown", "riff"):
        (tmp_path / f"{name}.csv").touch()
    monkeypatch.setattr(take_list.soundfile, "info", lambda file: pytest.fail("libsndfile has seen it"))
    lengths = {entry.path.stem: entry.length for entry in recordings(tmp_path, [])}
    assert lengths.pop("Take 2026-11-22 10.00.00") == "0:04"
    assert lengths == dict.fromkeys(("pipe", "empty", "cut", "unknown", "riff"), "")


# what is heard at a moment


def test_note_and_level_are_those_of_the_place(tmp_path):
    loud = np.concatenate([np.full(2 * RATE, 0.001), 0.5 * np.ones(2 * RATE)]).astype(np.float32)
    take = Take(tmp_path, loud, RATE).tracked(track_of(MELODY))
    hearing = Hearing(take)
    names = []
    for seconds in (0.25, 1.25, 0.75, 3.75):  # also backwards
        hearing.move(seconds)
        names.append(hearing.note.read(seconds, Music()).name)
    assert names == ["C4", "E4", "D4", "C4"]
    assert hearing.loudness.level == pytest.approx(-6.0, abs=0.1)
    hearing.move(2.4)
    assert hearing.note.read(2.4, Music()).held


def test_small_steps_hear_what_one_jump_hears(tmp_path):
    take = Take(tmp_path, np.full(4 * RATE, 0.1, np.float32), RATE).tracked(track_of(MELODY))
    stepping, jumping = Hearing(take), Hearing(take)
    for seconds in np.arange(0.0, 3.0, 0.016):
        stepping.move(seconds)
    jumping.move(seconds)
    assert stepping.note.read(seconds, Music()).hz == pytest.approx(jumping.note.read(seconds, Music()).hz)


# replay without a device


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_without_a_device_the_clock_moves_the_cursor():
    clock = Clock()
    player = SilentPlayer(10.0, clock)
    player.play()
    clock.now += 3.0
    assert (player.position, player.playing) == (3.0, True)
    player.pause()
    clock.now += 5.0
    assert (player.position, player.playing) == (3.0, False)
    player.play()
    player.seek(9.5)
    clock.now += 1.0
    assert (player.position, player.playing) == (10.0, False)
    player.play()  # from the start again
    clock.now += 1.0
    assert player.position == 1.0


def test_without_a_device_a_loop_repeats():
    clock = Clock()
    player = SilentPlayer(10.0, clock)
    player.loop(2.0, 4.0)
    assert player.position == 2.0
    player.play()
    clock.now += 5.0
    assert player.position == 3.0
    player.loop(None)
    clock.now += 2.0
    assert player.position == 5.0


def test_a_loop_is_made_of_a_then_b_or_of_the_selection():
    loop = Loop().pressed(3.0, None)
    assert (loop.start, loop.whole) == (3.0, None)
    loop = loop.pressed(1.0, None)
    assert loop.whole == (1.0, 3.0)
    assert loop.pressed(2.0, None) == Loop()
    assert Loop().pressed(3.0, (5.0, 6.0)).whole == (5.0, 6.0)
    assert Loop(3.0).pressed(3.01, None) == Loop()  # too short to be heard


# two recordings


@pytest.mark.parametrize("shift", [0.0, 0.37, -1.42, 2.5])
@pytest.mark.parametrize("transposed", [0.0, -12.0, 3.0])
def test_a_planted_shift_is_found(shift, transposed):
    random = np.random.default_rng(3)
    lead = np.full(300, np.nan)
    line = melody(60, 62, math.nan, 64, 65, 62, 67, math.nan, 60, 59, seconds=0.43)
    first = np.concatenate([lead, line, lead])
    second = np.roll(first, -round(100 * shift)) * 2 ** (transposed / 12)
    second *= 2 ** (random.normal(0, 15, len(second)) / 1200)
    assert best_shift(first, second) == pytest.approx(shift, abs=0.011)


def test_an_excerpt_is_found_in_the_whole():
    whole = melody(*np.random.default_rng(5).integers(55, 72, 40), seconds=0.3)
    assert best_shift(whole, whole[700:900]) == pytest.approx(7.0, abs=0.011)


def test_one_long_note_is_laid_over_another_and_silence_over_nothing():
    assert best_shift(melody(60, seconds=2), melody(60, seconds=2)) == 0.0
    assert math.isnan(best_shift(melody(60), np.full(100, np.nan)))


# figures


def test_figures_are_in_words_with_units():
    off = 440.0 * 2 ** (20 / 1200)
    history = PitchHistory.of(track_of([*melody(57, seconds=2), *np.full(200, off), *np.full(100, np.nan)]))
    rows = dict(statistics_rows(judged(sung_line(history), Music()), Music()))
    assert rows["Sung"] == "4.00 s"
    assert rows["Range"] == "A3 – A4"
    assert rows["In tune"] == "50 %"
    assert rows["±25 cents"] == rows["±50 cents"] == "100 %"
    assert rows["Tendency"].endswith(" cents")
    assert "Outside key" not in rows


def test_figures_are_those_of_the_stretch_and_of_the_key():
    history = PitchHistory.of(track_of(melody(60, 61, seconds=2)))
    music = Music(key=Key(0, "major"))
    rows = dict(statistics_rows(judged(sung_line(history), music, 2.5, 4.0), music))
    assert (rows["Most sung"], rows["Outside key"]) == ("C♯4", "100 %")
    nothing = dict(statistics_rows(judged(sung_line(history), music, 8.0, 9.0), music))
    assert nothing["Range"] == nothing["In tune"] == nothing["Tendency"] == "–"
    assert nothing.keys() == rows.keys()


# files


def material(**more):
    audio = np.linspace(-0.5, 0.5, 4 * RATE, dtype=np.float32)
    return Material(PitchHistory.of(track_of(MELODY)), audio=audio, sample_rate=RATE, **more)


def save(material, path, chosen="csv", options=Options()):  # noqa: B008
    """As the window does once a name is chosen."""
    return save_kind(material, *meant(path, KINDS[chosen], bool(material.marks)), options)


def test_a_selection_of_pitch_and_sound_fits_together(tmp_path):
    part = material(start=1.004, stop=2.0)
    assert save(part, tmp_path / "part.csv") == "1.0 s of pitch"
    assert save(part, tmp_path / "part.flac") == "1.0 s of sound"
    track = read_take_track(tmp_path / "part.csv")
    assert (track.time[0], track.time[-1]) == (0.0, 0.99)
    np.testing.assert_allclose(track.f0, MELODY[101:201], rtol=1e-5)
    sound, rate = soundfile.read(tmp_path / "part.flac", dtype="float32")
    np.testing.assert_allclose(sound, part.audio[round(1.01 * RATE) : 2 * RATE], atol=2e-7)
    assert rate == RATE


def test_json_says_the_same_as_csv(tmp_path):
    save(material(), tmp_path / "all.json")
    found = json.loads((tmp_path / "all.json").read_text())
    assert (found["format"], found["hop"], found["units"]["f0"]) == ("livepitch pitch track", 0.01, "Hz")
    assert len(found["time"]) == len(found["f0"]) == len(found["confidence"]) == len(found["voiced"]) == 400
    assert found["f0"][200] is None
    assert not found["voiced"][200]
    assert found["f0"][0] == pytest.approx(MELODY[0], abs=1e-3)


def test_wav_has_the_whole_sound(tmp_path):
    save(material(), tmp_path / "ALL.WAV")
    assert soundfile.info(tmp_path / "ALL.WAV").frames == 4 * RATE


@pytest.mark.parametrize(
    ("name", "more", "told"),
    [
        ("x.xyz", {}, r"x\.xyz: can end in \.csv, \.json, .*, \.mid, .*, \.flac, \.wav, "),
        ("no/folder/x.csv", {}, r"x\.csv: cannot be written, there is no folder"),
        ("no/folder/x.flac", {}, r"x\.flac: cannot be written \(No such file or directory\)"),
    ],
)
def test_what_cannot_be_saved_is_said_in_one_sentence(tmp_path, name, more, told):
    with pytest.raises(ExportError, match=told) as error:
        save(material(**more), tmp_path / name)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.rglob("*"))


def test_sound_that_was_not_kept_cannot_be_saved(tmp_path):
    (tmp_path / "x.flac").write_text("good")
    with pytest.raises(ExportError, match="record first"):
        save(Material(PitchHistory.of(track_of(MELODY))), tmp_path / "x.flac")
    assert (tmp_path / "x.flac").read_text() == "good"
    with pytest.raises(ExportError, match="no markers"):
        save(Material(PitchHistory.of(track_of(MELODY))), tmp_path / "x.txt", "markers")


def test_every_format_is_offered_once():
    offered = [kind.name for kinds in GROUPS.values() for kind in kinds]
    assert sorted(offered) == sorted([*FORMATS, "flac", "wav", "markers"])


@pytest.mark.parametrize(
    ("name", "chosen", "markers", "kind", "path"),
    [
        ("a.mid", "midi-notes", False, "midi-notes", "a.mid"),  # two end so: what was chosen
        ("a.mid", "csv", False, "midi", "a.mid"),  # the first that ends so
        ("a.MID", "csv", False, "midi", "a.MID"),
        ("a.notes.csv", "midi", False, "notes", "a.notes.csv"),  # not .csv: the longest
        ("a.notes.csv", "notes", False, "notes", "a.notes.csv"),
        ("a.txt", "csv", True, "markers", "a.txt"),
        ("a.txt", "csv", False, "labels", "a.txt"),
        ("a.txt", "labels", True, "labels", "a.txt"),
        ("Take 14.05.12", "textgrid", False, "textgrid", "Take 14.05.12.TextGrid"),  # seconds are no ending
        ("a", "midi", False, "midi", "a.mid"),
        ("there", "csv", False, "csv", "there (2).csv"),  # which nobody was asked about
    ],
)
def test_what_a_name_means(tmp_path, name, chosen, markers, kind, path):
    (tmp_path / "there.csv").touch()
    assert meant(tmp_path / name, KINDS[chosen], markers) == (tmp_path / path, KINDS[kind])


def test_another_kind_gives_a_name_another_ending(tmp_path):
    names = {"a.csv": "a.mid", "a.notes.csv": "a.mid", "a": "a.mid", "Take 14.05.12.TextGrid": "Take 14.05.12.mid"}
    assert {old: renamed(tmp_path / old, KINDS["midi"]).name for old in names} == names
    (tmp_path / "a.notes.csv").touch()
    assert free_name(tmp_path / "a.notes.csv", "notes.csv").name == "a (2).notes.csv"


def test_notes_on_one_pitch_are_parted_where_the_sound_dips():
    f0 = np.full(200, 220.0)
    whole = sung(f0)
    swell = np.ones(len(whole), np.float32)
    swell[round(0.95 * RATE) : round(1.05 * RATE)] = 0.02
    parts = [Material(PitchHistory.of(track_of(f0)), audio=whole * each, sample_rate=RATE) for each in (1.0, swell)]
    assert [len(part.sung.notes) for part in parts] == [1, 2]


def test_live_sound_that_was_skipped_is_a_gap(frame):
    history = PitchHistory()
    history.extend([frame(3.0 + 0.01 * n, 220.0, level=-20.0) for n in range(300) if not 100 <= n < 250])
    track = Material(history).sung.track
    np.testing.assert_allclose(track.time, np.arange(300) / 100)
    assert (track.voiced[:100].all(), track.voiced[100:250].any(), track.voiced[250:].all()) == (True, False, True)
    assert (track.level[50], track.level[150]) == (-20.0, -np.inf)


def test_markers_come_back_from_a_label_track(tmp_path):
    marks = [{"time": 0.5, "number": 1, "name": ""}, {"time": 2.25, "number": 2, "name": "the high\tnote"}]
    write_labels(tmp_path / "x.txt", marks)
    assert (tmp_path / "x.txt").read_text() == "0.500000\t0.500000\t1\n2.250000\t2.250000\tthe high note\n"
    found = read_labels(tmp_path / "x.txt")
    assert found == [marks[0], {"time": 2.25, "number": 2, "name": "the high note"}]
    assert read_labels(tmp_path / "none.txt") == []
