"""Where exported pitch goes: the format that was meant, whole or not at all, never over another file by mistake."""

import csv
import os
import stat
from dataclasses import replace

import mido
import numpy as np
import pytest

import livepitch as lp
from livepitch.export import csv_rows
from livepitch.export.exporting import chosen_format, new_file


def track_of_notes(*midi, seconds=0.5):
    """A track in which each of these is held so long; NaN is silence."""
    pitch = np.repeat(np.array(midi, np.float64), round(100 * seconds))
    f0 = np.asarray(lp.midi_to_hz(pitch), np.float32)
    voiced = np.isfinite(f0)
    level = np.where(voiced, -20.0, -90.0).astype(np.float32)
    return lp.PitchTrack(np.arange(len(f0)) / 100, f0, voiced, voiced.astype(np.float32), f0, level)


SUNG = track_of_notes(57, 60, 64)
OLD = b"what was there"


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("a.csv", None, "csv"),
        ("a.notes.csv", None, "notes"),
        ("A.MID", None, "midi"),
        ("a.mid", "midi-notes", "midi-notes"),
        ("a.textgrid", None, "textgrid"),
        ("no ending", "jams", "jams"),
        ("a.mid", ".csv", "csv"),
    ],
)
def test_the_format_is_the_one_that_was_asked_for_or_what_the_ending_means(tmp_path, name, given, expected):
    assert chosen_format(tmp_path / name, given).name == expected


@pytest.mark.parametrize("name", ["a.doc", "noending", ".csv.tmp"])
def test_an_ending_that_means_nothing_is_an_error_that_lists_those_that_do(tmp_path, name):
    with pytest.raises(lp.ExportError, match=r"its ending names no format; .*\.csv.*\.mid.*\.TextGrid"):
        lp.export_track(SUNG, tmp_path / name)
    assert files(tmp_path) == []


def test_an_unknown_format_is_an_error_that_lists_them(tmp_path):
    with pytest.raises(lp.ExportError, match="mp3: is no format; it can be csv, json"):
        lp.export_track(SUNG, tmp_path / "a.csv", format="mp3")


@pytest.mark.parametrize("name", ["mit Leerzeichen.csv", "ナナ♯♭.csv", "'quoted\".csv", ".hidden.csv"])
def test_any_name_will_do(tmp_path, name):
    lp.export_track(SUNG, tmp_path / name)
    assert files(tmp_path) == [name]
    assert [float(row["f0"]) for row in rows(tmp_path / name)] == pytest.approx(SUNG.f0.tolist(), abs=6e-4)


def test_options_reach_the_file(tmp_path):
    lp.export_track(SUNG, str(tmp_path / "a.mid"), tempo=90, lowest=60)
    song = mido.MidiFile(tmp_path / "a.mid")
    messages = [message for track in song.tracks for message in track]
    assert [mido.tempo2bpm(each.tempo) for each in messages if each.type == "set_tempo"] == pytest.approx([90])
    assert [each.note for each in messages if each.type == "note_on" and each.velocity] == [60, 64]


@pytest.mark.parametrize(
    "options", [{"tempo": 0}, {"bend_range": 0.5}, {"lowest": 70, "highest": 60}, {"a4": 1000}, {"highest": 128}]
)
def test_an_option_out_of_range_is_told_before_anything_is_written(tmp_path, options):
    with pytest.raises(ValueError, match=next(iter(options))):
        lp.export_track(SUNG, tmp_path / "a.mid", **options)
    assert files(tmp_path) == []


def test_a_file_that_is_there_is_left_as_it_is_unless_it_may_be_overwritten(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(OLD)
    with pytest.raises(lp.ExportError, match=r"a\.csv: is there already"):
        lp.export_track(SUNG, path)
    assert path.read_bytes() == OLD
    lp.export_track(SUNG, path, overwrite=True)
    assert len(rows(path)) == len(SUNG)
    assert files(tmp_path) == ["a.csv"]


def test_a_link_stays_a_link_and_permissions_stay(tmp_path):
    target, link = tmp_path / "real.csv", tmp_path / "link.csv"
    target.write_bytes(OLD)
    target.chmod(0o600)
    link.symlink_to(target)
    lp.export_track(SUNG, link, overwrite=True)
    assert link.is_symlink()
    assert len(rows(target)) == len(SUNG)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize("old", [OLD, None])
@pytest.mark.parametrize("problem", [KeyboardInterrupt, MemoryError, OSError(28, "No space left on device")])
def test_a_write_that_is_interrupted_leaves_what_was_there(tmp_path, monkeypatch, problem, old):
    path, write = tmp_path / "a.csv", csv_rows.write
    if old:
        path.write_bytes(old)

    def half(sung, file, options):
        write(sung, file, options)
        file.flush()
        raise problem

    monkeypatch.setattr(csv_rows, "write", half)
    with pytest.raises(lp.ExportError if isinstance(problem, OSError) else problem):
        lp.export_track(SUNG, path, overwrite=True)
    assert files(tmp_path) == (["a.csv"] if old else [])
    assert old is None or path.read_bytes() == old


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ("", "is a folder; name a file in it"),
        ("missing/a.csv", "there is no folder .*missing"),
        ("x" * 250 + ".csv", "cannot be written .*name too long"),
        ("x" * 300 + ".csv", "cannot be written .*name too long"),
    ],
)
def test_a_place_where_no_file_can_be_is_an_error_that_names_it(tmp_path, place, problem):
    with pytest.raises(lp.ExportError, match=f"(?i){problem}"):
        lp.export_track(SUNG, tmp_path / place, format="csv", overwrite=True)
    assert files(tmp_path) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
def test_devices_are_written_as_they_are():
    lp.export_track(SUNG, os.devnull, format="csv")
    with pytest.raises(lp.ExportError, match=r"/dev/full: cannot be written \(No space left on device\)"):
        lp.export_track(SUNG, "/dev/full", format="csv")


def test_what_a_session_skipped_is_written_as_unvoiced(tmp_path):
    """A live stream that fell behind has no frames for a while; formats without times would draw the rest too early."""
    kept = np.r_[5:40, 90:150]
    columns = {name: getattr(SUNG, name)[kept] for name in ("time", "f0", "voiced", "confidence", "candidate", "level")}
    lp.export_track(lp.PitchTrack(**columns), tmp_path / "a.csv")
    written = rows(tmp_path / "a.csv")
    assert [row["time"] for row in written] == [f"{number / 100:.4f}" for number in range(150)]
    assert [number for number, row in enumerate(written) if row["voiced"] == "1"] == kept.tolist()


def test_a_track_that_is_none_is_told(tmp_path):
    with pytest.raises(ValueError, match="one length"):
        lp.export_track(replace(SUNG, f0=SUNG.f0[:-1]), tmp_path / "a.csv")
    for time in (SUNG.time[::-1], SUNG.time - 1, SUNG.time / 10):
        with pytest.raises(ValueError, match="ascend from 0"):
            lp.export_track(replace(SUNG, time=time), tmp_path / "a.csv")
    assert files(tmp_path) == []


@pytest.mark.parametrize("track", [track_of_notes(), track_of_notes(np.nan), track_of_notes(60, seconds=0.01)])
def test_next_to_nothing_can_be_written_too(tmp_path, track):
    lp.export_track(track, tmp_path / "a.csv")
    assert len(rows(tmp_path / "a.csv")) == len(track)


def test_two_at_once_leave_one_whole_file(tmp_path):
    path = tmp_path / "a.csv"
    with new_file(path) as one, new_file(path) as other:
        one.write(b"one")
        other.write(b"other")
    assert path.read_bytes() == b"one"
    assert files(tmp_path) == ["a.csv"]


def test_frames_of_a_session_become_a_track_settled_ones_in_the_place_of_instant_ones():
    frames = [lp.PitchFrame(number / 100, 200.0, 0.5, -20.0, settled=False) for number in range(20)]
    frames[10:10] = [lp.PitchFrame(number / 100, 220.0, 0.9, -20.0) for number in range(8)]
    track = lp.track_of(iter(frames))
    assert track.time == pytest.approx(np.arange(20) / 100)
    assert track.f0.tolist() == [220.0] * 8 + [200.0] * 12
    assert len(lp.sung_notes(track.time, track.f0, track.level)) == 1
    assert len(lp.track_of([])) == 0
