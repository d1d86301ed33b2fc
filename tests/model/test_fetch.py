"""Fetching against a hub on this machine: whole, broken, continued, refused; a good file is never harmed."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from huggingface_hub import close_session, constants

from livepitch.model.download import PIECE, receive, require_space
from livepitch.model.errors import CheckpointError
from livepitch.model.fetch import Fetched, fetch
from livepitch.model.published import RMVPE, PublishedFile, Release, cache_folder
from tests.model.loopback_hub import Hub, lies_in, release_of, serving

CONTENT = np.random.default_rng(0).bytes(3_000_000)
OTHER = np.random.default_rng(1).bytes(len(CONTENT))
TOY = release_of(CONTENT)
PARTIAL = f"toy.pt.{TOY.files[0].sha256[:8]}.part"


@pytest.fixture(autouse=True)
def an_impatient_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a connection that broke huggingface_hub waits a second before it asks again: here a hundredth of that."""
    clock = SimpleNamespace(sleep=lambda seconds: time.sleep(0.01 * seconds))
    monkeypatch.setattr("huggingface_hub.file_download.time", clock, raising=False)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving(Hub(CONTENT)) as started:
        monkeypatch.setenv("HF_ENDPOINT", started.endpoint + "/")
        monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a cache" / "livepitch"


@pytest.fixture
def kept(folder: Path) -> Path:
    """A cache that holds the good file."""
    folder.mkdir(parents=True)
    (folder / "toy.pt").write_bytes(CONTENT)
    return folder


def fails(call: Callable[[], object], told: str) -> None:
    """It fails with one line."""
    with pytest.raises(CheckpointError, match=told) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_whole_file(hub: Hub, folder: Path) -> None:
    shown: list[tuple[int, int]] = []
    got = fetch(TOY, folder, progress=lambda there, size: shown.append((there, size)))
    assert got == Fetched(folder / "toy.pt", TOY.files[0], new=True)
    assert got.path.read_bytes() == CONTENT
    assert lies_in(folder) == {"toy.pt"}
    assert hub.asked == [None]
    assert [there for there, _ in shown] == sorted({there for there, _ in shown})
    assert shown[-1] == (len(CONTENT), len(CONTENT))


def test_a_good_file_is_not_fetched_again(hub: Hub, kept: Path) -> None:
    assert fetch(TOY, kept) == Fetched(kept / "toy.pt", TOY.files[0], new=False)
    assert hub.asked == []
    assert fetch(TOY, kept, force=True).new
    assert hub.asked == [None]


def test_a_damaged_file_is_told_and_replaced(hub: Hub, kept: Path) -> None:
    (kept / "toy.pt").write_bytes(CONTENT[:-1] + b"x")
    told: list[str] = []
    assert fetch(TOY, kept, tell=told.append).new
    assert (kept / "toy.pt").read_bytes() == CONTENT
    assert len(told) == 1
    assert "toy.pt: is damaged" in told[0]


def break_off(hub: Hub) -> int:
    """The next body ends in its middle and nothing follows; the bytes that have come, whole pieces."""
    hub.break_after, hub.bodies = 1_000_000, len(hub.sent) + 1
    return 1_000_000 // PIECE * PIECE


def mend(hub: Hub) -> None:
    hub.break_after = hub.bodies = None


def test_an_interrupted_download_goes_on_where_it_was(hub: Hub, folder: Path) -> None:
    came = break_off(hub)
    fails(lambda: fetch(TOY, folder), r"127.0.0.1: answers 503 to .*; 1.0 MB of 3.0 MB are here, run it again to go on")
    assert lies_in(folder) == {PARTIAL}
    assert (folder / PARTIAL).read_bytes() == CONTENT[:came]
    break_off(hub)
    fails(lambda: fetch(TOY, folder), r"2.0 MB of 3.0 MB are here")
    mend(hub)
    shown: list[int] = []
    assert fetch(TOY, folder, progress=lambda there, size: shown.append(there)).path.read_bytes() == CONTENT
    assert hub.asked == [None, f"bytes={came}-", f"bytes={2 * came}-"]
    assert hub.sent == [1_000_000, 1_000_000, len(CONTENT) - 2 * came]
    assert (shown[0], shown[-1]) == (2 * came + PIECE, len(CONTENT))
    assert lies_in(folder) == {"toy.pt"}


def test_a_connection_that_breaks_once_is_no_news(hub: Hub, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    hub.break_after = 2_000_000
    came = 2_000_000 // PIECE * PIECE
    shown: list[int] = []
    assert fetch(TOY, folder, progress=lambda there, size: shown.append(there)).path.read_bytes() == CONTENT
    assert hub.asked == [None, f"bytes={came}-"]
    assert shown == sorted(set(shown))
    assert shown[-1] == len(CONTENT)
    assert capfd.readouterr() == ("", "")


def test_a_connection_that_breaks_again_and_again(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda seconds: None)
    hub.break_after = 10
    fails(lambda: fetch(TOY, folder), "127.0.0.1: the connection broke; run it again")
    assert lies_in(folder) == set()


def test_a_failed_download_leaves_the_good_file(hub: Hub, kept: Path) -> None:
    break_off(hub)
    fails(lambda: fetch(TOY, kept, force=True), "answers 503")
    assert fetch(TOY, kept) == Fetched(kept / "toy.pt", TOY.files[0], new=False)
    mend(hub)
    hub.content = OTHER
    fails(lambda: fetch(TOY, kept, force=True), "refused and removed")
    assert (kept / "toy.pt").read_bytes() == CONTENT
    assert lies_in(kept) == {"toy.pt"}


def test_what_the_hub_is_told(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's token goes to the hub alone; nothing is asked for but the file, and little is told of this machine."""
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    hub.cdn = "localhost"
    fetch(TOY, folder)
    assert [each.get("authorization") for each in hub.headers] == ["Bearer hf_secret", None]
    assert {each["user-agent"] for each in hub.headers} == {"livepitch"}


def test_a_wrong_checksum_is_refused_and_removed(hub: Hub, folder: Path) -> None:
    hub.content = OTHER
    fails(lambda: fetch(TOY, folder), f"refused and removed, its SHA-256 is {hashlib.sha256(OTHER).hexdigest()}")
    assert lies_in(folder) == set()
    assert hub.asked == [None]


@pytest.mark.parametrize("beginning", [OTHER[:1_000_000], OTHER, OTHER + b"more"])
def test_a_spoilt_beginning_is_fetched_once_more(hub: Hub, folder: Path, beginning: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / PARTIAL).write_bytes(beginning)
    assert fetch(TOY, folder).path.read_bytes() == CONTENT
    assert hub.asked[-1] is None
    assert lies_in(folder) == {"toy.pt"}


def test_a_download_that_only_lacked_its_check(hub: Hub, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / PARTIAL).write_bytes(CONTENT)
    assert fetch(TOY, folder).path.read_bytes() == CONTENT
    assert hub.asked == []


def test_a_server_without_ranges_sends_it_all_again(hub: Hub, folder: Path) -> None:
    break_off(hub)
    fails(lambda: fetch(TOY, folder), "1.0 MB of 3.0 MB are here")
    mend(hub)
    hub.ranges = False
    shown: list[int] = []
    assert fetch(TOY, folder, progress=lambda there, size: shown.append(there)).path.read_bytes() == CONTENT
    assert hub.sent == [1_000_000, len(CONTENT)]
    assert shown[-1] == len(CONTENT)


@pytest.mark.parametrize("length", [10, 2_999_999, 4_000_000])
def test_a_file_of_another_length_is_not_even_begun(hub: Hub, folder: Path, length: int) -> None:
    hub.content = (CONTENT + OTHER)[:length]
    fails(lambda: fetch(TOY, folder), f"another file, of {length:,} bytes instead of 3,000,000")
    assert lies_in(folder) == set()


def test_a_body_without_end_is_given_up(hub: Hub, folder: Path) -> None:
    hub.endless = True
    fails(lambda: fetch(TOY, folder), "another file, longer than 3,000,000 bytes")
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 3_000_000
    hub.endless = False
    assert fetch(TOY, folder).path.read_bytes() == CONTENT


def test_a_file_that_has_become_shorter_than_what_is_there(hub: Hub, folder: Path) -> None:
    came = break_off(hub)
    fails(lambda: fetch(TOY, folder), "1.0 MB of 3.0 MB are here")
    mend(hub)
    hub.content = b"short"
    fails(lambda: fetch(TOY, folder), "another file, of 5 bytes")
    assert hub.asked[-2:] == [f"bytes={came}-", None]


@pytest.mark.parametrize(
    ("status", "told"),
    [(404, "moved or withdrawn"), (401, "HF_TOKEN"), (403, "HF_TOKEN"), (429, "try again"), (503, "try again")],
)
def test_a_hub_that_does_not_give_it(
    hub: Hub, folder: Path, status: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)  # it asks again after a 429
    hub.status = status
    fails(lambda: fetch(TOY, folder), rf"127.0.0.1: answers {status} to /\S*/toy.pt, .*{told}.*--from FILE")
    assert lies_in(folder) == set()


def test_a_hub_that_is_down(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    fails(lambda: fetch(TOY, folder), "127.0.0.1: cannot be reached .*Connection refused.*, check the network")


def test_a_host_that_is_unknown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As without a network: nothing is tried again."""
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda seconds: pytest.fail("it waits"))
    monkeypatch.setenv("HF_ENDPOINT", "https://no-such-host.invalid")
    monkeypatch.setenv("no_proxy", "*")
    fails(lambda: fetch(TOY, folder), "no-such-host.invalid: cannot be reached .*, check the network; .*--from FILE")
    assert lies_in(folder) == set()


def test_a_hub_that_falls_silent(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came = break_off(hub)
    fails(lambda: fetch(TOY, folder), "1.0 MB of 3.0 MB are here")
    mend(hub)
    hub.wait_after = 10
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.3)
    fails(lambda: fetch(TOY, folder), r"timed out.*; 1.0 MB of 3.0 MB are here, run it again to go on")
    assert (folder / PARTIAL).read_bytes() == CONTENT[:came]
    assert hub.asked == [None, f"bytes={came}-"]


def test_a_hub_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/file"
        fails(lambda: receive(url, tmp_path / "part", 10), r"cannot be reached \(timed out\)")
    assert not (tmp_path / "part").exists()


@pytest.mark.parametrize("endpoint", ["ftp://127.0.0.1", "file:///etc", "my mirror", "http://a..b", "http://a:port"])
def test_an_endpoint_that_is_no_web_address(folder: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    monkeypatch.setenv("no_proxy", "*")
    fails(lambda: fetch(TOY, folder), "cannot be reached")
    assert lies_in(folder) == set()


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "gopher://127.0.0.1:9", "http://127.0.0.1:port"])
def test_a_proxy_that_cannot_be_used(folder: Path, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    close_session()
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://no-such-host.invalid")
    monkeypatch.setenv("ALL_PROXY", proxy)
    fails(lambda: fetch(TOY, folder), "cannot be reached .*--from FILE")
    close_session()
    assert lies_in(folder) == set()


def test_offline_by_wish(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    fails(lambda: fetch(TOY, folder), "HF_HUB_OFFLINE")
    assert hub.asked == []


def test_a_disk_too_small_is_told_before_the_download(hub: Hub, folder: Path) -> None:
    huge = Release("toy", TOY.repository, (PublishedFile("toy.pt", "0" * 64, 1 << 60, "huge"),), "", "")
    fails(lambda: fetch(huge, folder), r"no space, .* MB are needed and .* MB are free")
    assert hub.asked == []
    assert lies_in(folder) == set()
    require_space(folder, 1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is Linux's")
def test_a_disk_that_fills_up(hub: Hub, kept: Path) -> None:
    (kept / PARTIAL).symlink_to("/dev/full")
    fails(lambda: fetch(TOY, kept, force=True), r"\.part: cannot be written \(No space left on device\); make room")
    assert fetch(TOY, kept) == Fetched(kept / "toy.pt", TOY.files[0], new=False)


def test_a_cache_that_cannot_be_made(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    fails(lambda: fetch(TOY, tmp_path / "file" / "cache"), r"cannot be written \(Not a directory\).*LIVEPITCH_CACHE")
    assert hub.asked == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_cache_that_may_not_be_written(hub: Hub, kept: Path) -> None:
    kept.chmod(0o500)
    try:
        fails(lambda: fetch(TOY, kept, force=True), "Permission denied")
        assert not fetch(TOY, kept).new
    finally:
        kept.chmod(0o700)


def test_two_fetches_at_once_make_one_download(hub: Hub, folder: Path) -> None:
    hub.wait_after = 1_000_000
    waits, got = threading.Event(), []
    first = threading.Thread(target=lambda: got.append(fetch(TOY, folder)))
    first.start()
    while not hub.asked:
        first.join(0.01)
    second = threading.Thread(target=lambda: got.append(fetch(TOY, folder, tell=lambda line: waits.set())))
    second.start()
    assert waits.wait(60)
    hub.go_on.set()
    first.join(60)
    second.join(60)
    assert sorted(each.new for each in got) == [False, True]
    assert got[0].path.read_bytes() == CONTENT
    assert hub.asked == [None]
    assert lies_in(folder) == {"toy.pt"}


def test_from_a_file(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "download (1).pt").write_bytes(CONTENT)
    got = fetch(TOY, folder, tmp_path / "download (1).pt")
    assert got == Fetched(folder / "toy.pt", TOY.files[0], new=True)
    assert got.path.read_bytes() == (tmp_path / "download (1).pt").read_bytes() == CONTENT
    assert lies_in(folder) == {"toy.pt"}


def test_from_a_file_of_another_kind_the_newest_stays_alone(tmp_path: Path, kept: Path) -> None:
    onnx = PublishedFile("toy.onnx", hashlib.sha256(OTHER).hexdigest(), len(OTHER), "the other")
    release = release_of(CONTENT, others=(onnx,))
    (tmp_path / "x").write_bytes(OTHER)
    assert not fetch(release, kept, tmp_path / "x").new
    assert fetch(release, kept, tmp_path / "x", force=True) == Fetched(kept / "toy.onnx", onnx, new=True)
    assert lies_in(kept) == {"toy.onnx"}
    assert fetch(release, kept) == Fetched(kept / "toy.onnx", onnx, new=False)


@pytest.mark.parametrize("content", [OTHER, CONTENT[:-1], b""])
def test_from_a_file_that_is_another(tmp_path: Path, kept: Path, content: bytes) -> None:
    (tmp_path / "x.pt").write_bytes(content)
    fails(lambda: fetch(TOY, kept, tmp_path / "x.pt", force=True), r"x.pt: is none of the published toy files")
    assert lies_in(kept) == {"toy.pt"}
    assert (kept / "toy.pt").read_bytes() == CONTENT
    assert (tmp_path / "x.pt").read_bytes() == content


def test_from_what_is_no_file(tmp_path: Path, folder: Path) -> None:
    fails(lambda: fetch(TOY, folder, tmp_path / "missing.pt"), "missing.pt: no such file")
    fails(lambda: fetch(TOY, folder, tmp_path), "is a folder")


def test_from_the_cached_file_itself(kept: Path) -> None:
    mine = kept / "toy.pt"
    assert not fetch(TOY, kept, mine).new
    assert fetch(TOY, kept, mine, force=True).path.read_bytes() == CONTENT
    mine.write_bytes(OTHER)
    fails(lambda: fetch(TOY, kept, mine), "none of the published")
    assert mine.read_bytes() == OTHER


def test_the_published_files_are_as_the_project_knows_them() -> None:
    assert [file.size for file in RMVPE.files] == [181_184_272, 181_189_687, 361_688_443]
    assert {len(file.sha256) for file in RMVPE.files} == {64}
    assert RMVPE.files[0].sha256.startswith("6d62215f")


def test_where_the_address_and_the_cache_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert RMVPE.address() == "https://huggingface.co/lj1995/VoiceConversionWebUI/resolve/main/rmvpe.pt"
    monkeypatch.setenv("LIVEPITCH_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.setenv("LIVEPITCH_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder().name == "livepitch"
