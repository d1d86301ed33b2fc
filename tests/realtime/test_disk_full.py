"""A disk that gets full: the recording ends before that, complete; if others fill it first, what is there stays."""

import csv
import os
import subprocess
import sys
from collections import namedtuple

import numpy as np
import pytest
import soundfile

from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.recording import disk_room, growing, tape
from livepitch.realtime.recording.recorder import Recorder
from livepitch.realtime.recording.take_writer import TakeWriter
from livepitch.realtime.recording.takes import take_files
from tests.realtime.fakes import wait_until

RATE = 8000  # Hz
Usage = namedtuple("Usage", "total used free")


class Disk:
    """Says how much is free on it."""

    def __init__(self, free):
        self.free = free

    def disk_usage(self, path):
        assert os.path.exists(path)
        return Usage(10**9, 0, self.free)


@pytest.fixture
def disk(monkeypatch):
    made = Disk(10**9)
    monkeypatch.setattr(disk_room, "shutil", made)
    return made


@pytest.fixture
def tapes():
    made = Recorder()
    yield made
    made.close()


def give(tapes, second):
    """A second of noise, which no FLAC makes small, and its frames."""
    sound = np.random.default_rng(second).uniform(-0.5, 0.5, RATE).astype(np.float32)
    tapes.hear(second * RATE, RATE, sound)
    tapes.see([PitchFrame(second + row / 100, 220.0, 0.5, 0.0) for row in range(100)])
    return sound


def rows_of(take):
    with take_files(take)[1].open(newline="") as file:
        return list(csv.reader(file))[1:]


def test_it_ends_before_the_disk_is_full(tmp_path, tapes, disk):
    take = tmp_path / "take"
    tapes.record(take)
    sound = give(tapes, 0)
    wait_until(lambda: tapes.recording.seconds == 1.0)
    # At first it is not known how much the sound needs: three bytes a sample, and both files of rows.
    assert tapes.recording.left == pytest.approx((10**9 - disk_room.RESERVE) / (3 * RATE + 6000))
    disk.free = disk_room.RESERVE + 300_000
    wait_until(lambda: tapes.recording.left < 11)
    assert tapes.recording.running
    disk.free = disk_room.RESERVE - 1
    wait_until(lambda: not tapes.recording.running)
    give(tapes, 1)
    assert tapes.recording.error == (
        f"{take}: recording ended after 1.0 s (50 MB are free on the disk, and 50 MB are to stay free); "
        "free some space, or record into another folder"
    )
    assert tapes.recording.left == np.inf
    np.testing.assert_allclose(soundfile.read(take_files(take)[0], dtype="float32")[0], sound, atol=2**-24)
    assert len(rows_of(take)) == 101
    assert sorted(path.name for path in tmp_path.iterdir()) == ["take.csv", "take.flac"]


def test_none_begins_on_a_disk_that_is_nearly_full(tmp_path, tapes, disk):
    disk.free = 12_300_000
    tapes.record(tmp_path / "new" / "take")  # a folder that is not made
    wait_until(lambda: not tapes.recording.running)
    assert "cannot be recorded (12 MB are free on the disk, and 50 MB are to stay free); free" in tapes.recording.error
    assert list(tmp_path.iterdir()) == []


def test_what_it_has_needed_so_far_says_how_long_the_room_lasts():
    assert disk_room.seconds_left(1_000_000, 50_000, 10.0, RATE) == 200.0
    assert disk_room.seconds_left(-5.0, 50_000, 10.0, RATE) == 0.0


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 200 kB that is nobody else's."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "livepitch-test", folder]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may make a file system, on Linux")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_disk_that_is_full_all_at_once_leaves_whole_files(small_disk, tapes, monkeypatch):
    monkeypatch.setattr(tape, "disk_room", lambda folder: np.inf)  # others were quicker than the next look
    take, given = small_disk / "take", []
    tapes.record(take)
    for second in range(60):
        if not tapes.recording.running:
            break
        given.append(give(tapes, second))
        wait_until(lambda second=second: tapes.recording.seconds == second + 1 or not tapes.recording.running)
    assert "(No space left on device); free some space, or record into another folder" in tapes.recording.error
    assert tapes.recording.error.startswith(f"{take}: recording ended after ")
    samples, rate = soundfile.read(take_files(take)[0], dtype="float32")
    assert rate == RATE
    assert len(samples) > RATE
    np.testing.assert_allclose(samples, np.concatenate(given)[: len(samples)], atol=2**-24)
    rows = rows_of(take)
    assert all(len(row) == 4 for row in rows)
    assert [row[0] for row in rows] == [f"{number / 100:.4f}" for number in range(len(rows))]
    assert sorted(path.name for path in small_disk.iterdir()) == ["take.csv", "take.flac"]
    tapes.record(small_disk / "next")  # there is no room for even that
    wait_until(lambda: not tapes.recording.running)
    assert sorted(path.name for path in small_disk.iterdir()) == ["take.csv", "take.flac"]


def test_it_ends_before_a_real_disk_is_full(small_disk, tapes, monkeypatch):
    monkeypatch.setattr(disk_room, "RESERVE", 60_000)
    take = small_disk / "take"
    tapes.record(take)
    for second in range(60):
        if not tapes.recording.running:
            break
        give(tapes, second)
        wait_until(lambda second=second: tapes.recording.seconds == second + 1 or not tapes.recording.running)
    assert "are to stay free); free some space" in tapes.recording.error
    samples, _ = soundfile.read(take_files(take)[0])
    assert len(samples) % RATE == 0  # all that it was given until then
    assert len(samples) / RATE == tapes.recording.seconds > 2
    assert len(rows_of(take)) == len(samples) * 100 // RATE + 1


def test_more_than_a_flac_can_say_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(growing, "MOST", 10_000)
    writer = TakeWriter(tmp_path / "take")
    writer.hear(0, RATE, np.zeros(9000, np.float32))
    with pytest.raises(OSError, match="a FLAC file holds no more"):
        writer.hear(9000, RATE, np.zeros(1001, np.float32))
    writer.close()
    assert soundfile.info(take_files(tmp_path / "take")[0]).frames == 9000


def test_a_checksum_that_looks_like_a_block_stays_in_the_header(tmp_path):
    file = growing._FlacFile(tmp_path / "take.flac")
    file.write(bytes(42))
    file.given = 4096
    file.write(b"\xff\xf8" + bytes(100))  # a block
    size = file.size
    file.seek(26)
    file.write(b"\xff\xf9" + bytes(range(14)))
    assert file.size == size
    file.seek(26)
    assert file.read(16) == b"\xff\xf9" + bytes(range(14))
    file.close()
