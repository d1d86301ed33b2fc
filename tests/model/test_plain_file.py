"""Only ordinary files are opened, and nothing is waited for."""

import os
import socket

import pytest

from livepitch.model.plain_file import open_plain, plain_bytes, plain_text


def test_a_file_and_a_link_to_it_are_read(tmp_path):
    (tmp_path / "a").write_text("Übung", encoding="utf-8")
    (tmp_path / "b").symlink_to("a")
    for name in ("a", "b"):
        assert plain_text(tmp_path / name) == "Übung"
        assert plain_text(str(tmp_path / name)) == "Übung"
        with open_plain(tmp_path / name) as file:
            assert file.read(2) == "Ü".encode()


def made(folder, kind):
    path = folder / "x"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as end:
            # A path from here: those of sockets may have 107 bytes.
            here = os.open(".", os.O_RDONLY)
            os.chdir(folder)
            end.bind("x")
            os.fchdir(here)
            os.close(here)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "loop":
        path.symlink_to("x")
    return path


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("folder", "it is a folder"),
        ("pipe", "it is a pipe, not a file"),
        ("socket", "it is a socket, not a file"),
        ("device", "it is a device, not a file"),
        ("loop", "symbolic links"),
        ("missing", "No such file"),
    ],
)
def test_what_is_no_file_is_refused_at_once(tmp_path, kind, reason):
    path = made(tmp_path, kind)
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    with pytest.raises(OSError, match=reason) as refused:
        open_plain(path)
    assert refused.value.strerror
    assert refused.value.filename == str(path) or refused.value.filename == path
    if before:
        assert len(os.listdir("/proc/self/fd")) == len(before)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 10_000])
def test_names_that_no_file_can_have(name):
    with pytest.raises(OSError, match="name"):
        open_plain(name)


def test_a_pipe_that_takes_the_files_place_is_not_waited_for(tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_text("sound")
    found = os.stat(path)
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(os, "stat", lambda *_, **__: found)
    with pytest.raises(OSError, match="it is a pipe"):
        open_plain(path)


def test_no_more_is_read_than_is_allowed(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"x" * 1000)
    assert plain_bytes(path, 1000) == b"x" * 1000
    with pytest.raises(OSError, match=r"larger than 0\.000999 MB"):
        plain_bytes(path, 999)
    with path.open("wb") as file:
        file.truncate(1 << 40)  # takes no room on the disk
    with pytest.raises(OSError, match="larger than 4 MB"):
        plain_text(path)
