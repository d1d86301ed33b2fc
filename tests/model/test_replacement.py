"""Files that are replaced whole or not at all."""

import os
from pathlib import Path

import pytest

from livepitch.model.replacement import replacing


def test_replacing_writes_and_leaves_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("old")
    (tmp_path / "out.csv").chmod(0o640)
    with replacing(tmp_path / "out.csv") as file:
        file.write("new")
        assert (tmp_path / "out.csv").read_text() == "old"
    assert (tmp_path / "out.csv").read_text() == "new"
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["out.csv"]


@pytest.mark.parametrize("before", [None, "old"])
def test_a_failed_write_leaves_what_was_there(tmp_path: Path, before: str | None) -> None:
    path = tmp_path / "out.csv"
    if before:
        path.write_text(before)

    def interrupted() -> None:
        with replacing(path) as file:
            file.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [p.read_text() for p in tmp_path.iterdir()] == ([before] if before else [])


def test_it_is_on_the_disk_before_it_takes_the_place_of_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, done = tmp_path / "out.csv", []
    path.write_text("old")
    secure, replace = os.fsync, os.replace

    def securing(file: int) -> None:
        done.append(os.readlink(f"/proc/self/fd/{file}") if os.path.exists("/proc/self/fd") else "")
        secure(file)

    def replacing_it(new: Path, old: Path) -> None:
        assert new.read_text() == "new"
        done.append("replaced")
        replace(new, old)

    monkeypatch.setattr(os, "fsync", securing)
    monkeypatch.setattr(os, "replace", replacing_it)
    with replacing(path) as file:
        file.write("new")
    assert len(done) == 3
    assert done[1] == "replaced"
    assert done[0].endswith(".part") or not done[0]
    assert done[2] in (str(tmp_path), "")  # and the name in its folder


def test_two_threads_may_write_the_same_file(tmp_path: Path) -> None:
    with replacing(tmp_path / "out.csv") as first:
        first.write("first")
        with replacing(tmp_path / "out.csv") as second:
            second.write("second")
        assert (tmp_path / "out.csv").read_text() == "second"
    assert (tmp_path / "out.csv").read_text() == "first"
    assert os.listdir(tmp_path) == ["out.csv"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    with replacing(tmp_path / "link.csv") as file:
        file.write("new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"


def test_a_device_is_written_not_replaced() -> None:
    with replacing("/dev/null") as file:
        file.write("gone")
    assert not os.path.isfile("/dev/null")


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "none" / "out.csv"):
        pass
