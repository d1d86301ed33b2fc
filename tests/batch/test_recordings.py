"""Which files of a folder are recordings, and what their pitch is called."""

from pathlib import Path

import pytest

from livepitch.batch.recordings import pitch_name, recordings_in
from livepitch.model.errors import LivepitchError


def test_sounds_are_found_in_all_folders_by_name(tmp_path):
    there = ("b.WAV", "a b.flac", "x/ü.ogg", "x/y/1.mp3", "x/2.aiff")
    others = (".hidden.wav", "a.txt", "a.f0.csv", ".git/b.wav", "cover.png", "noending")
    for name in (*there, *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "x" / "back").symlink_to(tmp_path)  # without end, if it were followed
    assert recordings_in(tmp_path) == sorted(tmp_path / name for name in there)


def test_a_folder_without_any_says_so(tmp_path):
    with pytest.raises(LivepitchError, match="there is no recording in it"):
        recordings_in(tmp_path)


@pytest.mark.parametrize(
    ("path", "format", "name"),
    [
        ("x/song.wav", "csv", "song.f0.csv"),
        ("song.FLAC", "jsonl", "song.f0.jsonl"),
        ("song.mp3", "midi", "song.mid"),
        ("song.mp3", "notes", "song.notes.csv"),
        ("so ng", "textgrid", "so ng.TextGrid"),
        ("take 1.5", "png", "take 1.5.png"),
        ("歌.ogg", "pitchtier", "歌.PitchTier"),
        (".wav", "csv", ".wav.f0.csv"),
        ("song.f0.csv", "midi", "song.mid"),
        ("take 1.5.csv", "midi", "take 1.5.mid"),
    ],
)
def test_pitch_is_called_after_its_recording(path, format, name):
    assert pitch_name(Path(path), format) == name
