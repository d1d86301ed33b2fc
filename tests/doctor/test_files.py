"""What the doctor says of files: models, folders, settings, progress, leftovers."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from datetime import datetime
from pathlib import Path

import pytest

from livepitch.doctor import files, machine, report
from livepitch.doctor.finding import Check, Finding, Grade, Wanted
from livepitch.model.registry import BUNDLED, FOLDER
from livepitch.practice.progress.store import Progress
from livepitch.realtime.log import log

VARIABLES = ("LIVEPITCH_RECORDINGS", "LIVEPITCH_CONFIG", "LIVEPITCH_DATA", "LIVEPITCH_CACHE", "LIVEPITCH_LOGS")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every folder of livepitch, empty, in `tmp_path`."""
    for variable in VARIABLES:
        folder = tmp_path / variable.removeprefix("LIVEPITCH_").lower()
        folder.mkdir()
        monkeypatch.setenv(variable, str(folder))
    return tmp_path


def found(check: Check) -> list[Finding]:
    return list(check(Wanted()))


def all_well(check: Check) -> bool:
    return all(finding.grade is Grade.WELL for finding in found(check))


def only(check: Check, grade: Grade) -> Finding:
    (finding,) = [finding for finding in found(check) if finding.grade is not Grade.WELL]
    assert finding.grade is grade
    return finding


@pytest.mark.parametrize("check", files.CHECKS.values(), ids=files.CHECKS.keys())
def test_a_new_user_is_well(check: Check) -> None:
    assert all_well(check)


def test_the_sums_are_those_of_the_bundled_files() -> None:
    """After new weights: in model/checkpoints, `sha256sum *.safetensors > SHA256SUMS`."""
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.safetensors")}
    assert files.known_sums() == there
    assert {f"{name}.safetensors" for name in BUNDLED} <= set(there)


def test_a_model_that_was_changed_or_is_missing_is_told_of(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(FOLDER, home / "checkpoints")
    monkeypatch.setattr(files, "FOLDER", home / "checkpoints")
    with (home / "checkpoints" / "stream.safetensors").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x99")
    (home / "checkpoints" / "rmvpe-small.safetensors").unlink()
    lines = [finding.line(words=False) for finding in found(files.bundled)]
    assert lines[0].startswith("✗ model             stream is not as it was made")
    assert lines[1].startswith("✗ model             rmvpe-small is missing")


def test_a_damaged_fetched_model_is_told_of(home: Path) -> None:
    (home / "cache" / "rmvpe.pt").write_bytes(b"half")
    assert "is damaged" in only(files.fetched, Grade.FAILED).found


def test_a_folder_that_cannot_be_written_is_told_of_with_its_variable(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("LIVEPITCH_RECORDINGS", str(home / "file" / "takes"))
    finding = only(files.folders, Grade.FAILED)
    assert finding.check == "recordings folder"
    assert "LIVEPITCH_RECORDINGS" in finding.advice


@pytest.mark.parametrize(("free", "grade"), [(1e9, Grade.WARNING), (1e6, Grade.FAILED)])
def test_too_little_room_is_told_of(free: float, grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(files.shutil, "disk_usage", lambda path: usage(10**12, 0, free))
    told = found(files.folders)
    assert {finding.grade for finding in told} == {grade}
    assert all("make room" in finding.advice for finding in told)


def test_the_doctor_leaves_nothing_behind(home: Path) -> None:
    for check in files.CHECKS.values():
        found(check)
    assert not [path for path in home.rglob("*") if not path.is_dir()]


def test_damaged_settings_are_told_of_and_left_alone(home: Path) -> None:
    (home / "config" / "window.json").write_text("{")
    (home / "config" / "tuned.json").write_text('{"version": 1, "tuned": 7}')
    assert "window.json: damaged" in only(files.settings, Grade.WARNING).found
    assert "tuned.json" in only(files.tuned, Grade.WARNING).found
    assert (home / "config" / "window.json").read_text() == "{"


def test_progress_is_looked_through_and_left_alone(home: Path) -> None:
    path = home / "data" / "practice.sqlite"
    Progress(path).add_range(50.0, 70.0, datetime(2026, 11, 23, 9, 0))
    assert "0 takes, whole" in found(files.progress)[0].found
    good = path.read_bytes()
    path.write_bytes(good[:4096] + b"\xff" * (len(good) - 4096))
    bad = path.read_bytes()
    only(files.progress, Grade.FAILED)
    path.write_bytes(b"no database at all" * 100)
    only(files.progress, Grade.FAILED)
    path.write_bytes(bad)
    assert [entry.name for entry in path.parent.iterdir()] == ["practice.sqlite"]
    assert path.read_bytes() == bad


def test_leftovers_are_named(home: Path) -> None:
    (home / "cache" / "rmvpe.pt.6d62215f.part").write_bytes(b"x" * 3_000_000)
    (home / "config" / "window.json.bad").write_text("{")
    lines = [finding.line(words=False) for finding in found(files.leftovers)]
    assert any("3 MB half-written" in line for line in lines)
    assert any("window.json.bad" in line for line in lines)


def test_errors_and_crashes_of_this_week_are_told_of(home: Path) -> None:
    code = "from livepitch.realtime.log import log; log.begin('live'); import ctypes; ctypes.string_at(0)"
    subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, timeout=60)
    old = "2019-01-01 10:00:00.000 ERROR live[1] MainThread realtime.session: long ago\n"
    (home / "logs" / "livepitch.log.1").write_text(old)
    with log.kept("live"):
        log.log.error("the device is gone")
    lines = [finding.line(words=False) for finding in found(files.crashes)]
    assert any("livepitch crashed (Segmentation fault)" in line for line in lines)
    assert any("1 errors in a week" in line and "the device is gone" in line for line in lines)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "soxr":
            raise machine.PackageNotFoundError(name)
        return "0.9" if name == "rich" else real(name)

    real = machine.version
    monkeypatch.setattr(machine, "version", version)


@pytest.mark.usefixtures("without")
def test_packages_that_are_missing_or_old_are_told_of() -> None:
    finding = only(machine.packages, Grade.FAILED)
    assert finding.found == "rich is 0.9, 13 or newer is needed; soxr is missing"


def test_what_is_required_here_is_what_pyproject_says() -> None:
    required = dict(machine._required())
    assert required["numpy"] == "1.26"
    assert required["mlx"] == "0.31.2"
    assert ("cmeel-openblas" in required) == sys.platform.startswith("linux")
    assert "pytest" not in required


def test_a_pipe_where_a_file_belongs_hangs_nothing(home: Path) -> None:
    for path in (home / "config" / "window.json", home / "data" / "practice.sqlite", home / "logs" / "livepitch.log"):
        os.mkfifo(path)
    assert "window.json: it is a pipe, not a file" in only(files.settings, Grade.WARNING).found
    assert "it is a pipe, not a file" in only(files.progress, Grade.FAILED).found
    for check in files.CHECKS.values():
        found(check)
    assert report.last_of_log() == []


def test_of_huge_files_only_as_much_is_read_as_they_ever_need(home: Path) -> None:
    with (home / "config" / "window.json").open("wb") as settings:
        settings.truncate(1 << 33)  # takes no room on the disk
    last = f"{datetime.now():%Y-%m-%d %H:%M:%S}.000 ERROR live[1] MainThread realtime.session: the device is gone\n"
    with (home / "logs" / "livepitch.log").open("wb") as lines:
        lines.seek(1 << 33)
        lines.write(b"\n" + last.encode())
    assert "larger than 4 MB" in only(files.settings, Grade.WARNING).found
    assert "the device is gone" in only(files.crashes, Grade.WARNING).found
    assert report.last_of_log()[-1] == last.strip()
