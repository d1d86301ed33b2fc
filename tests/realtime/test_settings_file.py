"""What livepitch keeps for itself: two processes at once lose nothing, a kill leaves it whole, a bad file is kept."""

import os
import signal
import subprocess
import sys
import time

import pytest

from livepitch.practice.exercise.vocal_range import VocalRange
from livepitch.practice.rehearsal.singer import remember_range, remembered_range, singer_file
from livepitch.realtime import settings_file
from livepitch.realtime.settings_file import UnusableError, read_settings, write_settings
from livepitch.realtime.tuned import FILE, DamagedSettingsWarning, read_tuned

TUNING = """
import sys
from livepitch.realtime.tuned import Tuned, write_tuned
for number in range(int(sys.argv[2])):
    write_tuned(Tuned(f"{sys.argv[1]} {number}", "stream", 48_000, 64, 1, 40.0))
"""
ENDLESS = """
import sys
from pathlib import Path
from livepitch.realtime.settings_file import write_settings
number = 0
while True:
    write_settings(Path(sys.argv[1]), {"version": 1, "number": number, "much": [number] * 50_000})
    number += 1
"""


def one_number(record):
    assert set(record["much"]) == {record["number"]}
    return record["number"]


@pytest.fixture
def own_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("LIVEPITCH_CONFIG", str(tmp_path / "settings"))
    return tmp_path / "settings"


def test_processes_that_write_at_once_lose_nothing_of_each_other(own_settings):
    writers = [subprocess.Popen([sys.executable, "-c", TUNING, name, "20"]) for name in ("left", "right")]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    kept = {entry.device for entry in read_tuned()}
    assert kept == {f"{name} {number}" for name in ("left", "right") for number in range(20)}
    assert [path.name for path in own_settings.iterdir()] == [FILE]


def test_a_kill_at_any_moment_leaves_a_whole_file_and_what_is_left_beside_it_goes(tmp_path, monkeypatch):
    path, numbers = tmp_path / "kept.json", []
    for pause in (0.0, 0.003, 0.007):
        writer = subprocess.Popen([sys.executable, "-c", ENDLESS, str(path)])
        while not path.exists() or read_settings(path, 1, one_number) in numbers:
            time.sleep(0.01)
            assert writer.poll() is None
        time.sleep(pause)
        writer.send_signal(signal.SIGKILL)
        assert writer.wait(60) == -signal.SIGKILL
        numbers.append(read_settings(path, 1, one_number))
        write_settings(path, {"version": 1, "number": -1, "much": [-1]})
    left = tmp_path / f".kept.json.{writer.pid}-1.part"
    left.write_text("half")
    write_settings(path, {"version": 1})
    assert left.exists()  # somebody may just be writing it
    old = time.time() - 3600
    for part in tmp_path.glob(".kept.json.*.part"):
        os.utime(part, (old, old))
    ours = tmp_path / f".kept.json.{os.getpid()}-0.part"
    ours.write_text("a thread of this process")
    os.utime(ours, (old, old))
    write_settings(path, {"version": 1})
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted([ours.name, "kept.json"])


def test_a_file_that_another_process_has_mended_meanwhile_stays(tmp_path, monkeypatch):
    path = tmp_path / "kept.json"
    path.write_text("{")
    read = settings_file.plain_text

    def slowly(where):
        text = read(where)
        write_settings(path, {"version": 1, "number": 7})
        return text

    monkeypatch.setattr(settings_file, "plain_text", slowly)
    with pytest.raises(UnusableError, match="is damaged"):
        read_settings(path, 1, dict)
    monkeypatch.undo()
    assert read_settings(path, 1, dict) == {"version": 1, "number": 7}
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept.json"]


def test_a_pipe_in_its_place_is_neither_waited_for_nor_taken_away(tmp_path):
    path = tmp_path / "kept.json"
    os.mkfifo(path)
    with pytest.raises(UnusableError, match="cannot be read"):
        read_settings(path, 1, dict)
    with pytest.raises(OSError, match="no file"):
        write_settings(path, {"version": 1})
    assert path.is_fifo()


@pytest.mark.parametrize("text", ["", "{", '{"version": 1, "low": 60, "high": 50}', '{"version": 2, "low": 48}'])
def test_a_range_that_cannot_be_used_is_put_aside_and_said(own_settings, text):
    remember_range(VocalRange(50, 70))
    assert remembered_range() == VocalRange(50, 70)
    singer_file().write_text(text)
    with pytest.warns(DamagedSettingsWarning, match=r"singer\.json: .* is kept as singer\.json\.bad; ") as told:
        assert remembered_range() is None
    assert len(told) == 1
    remember_range(VocalRange(52, 72))
    assert remembered_range() == VocalRange(52, 72)
    assert (own_settings / "singer.json.bad").read_text() == text
