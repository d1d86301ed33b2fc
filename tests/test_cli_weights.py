"""`livepitch weights` as a person meets it: real processes, a hub on this machine, exit codes, single lines."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from livepitch.model.checkpoint import read_checkpoint, write_checkpoint
from livepitch.model.download import PIECE
from tests.conftest import Cli
from tests.model.loopback_hub import REPOSITORY, Hub, lies_in, serving
from tests.model.networks import SMALL_RMVPE, seeded

# The command line with one more file known as published: small, and no one's work.
WITH_TOY = f"""
import sys
from livepitch.model.published import RELEASES, PublishedFile, Release
digest, size = sys.argv.pop(1), int(sys.argv.pop(1))
toy = PublishedFile("rmvpe.pt", digest, size, "the toy")
RELEASES["rmvpe"] = Release("rmvpe", "{REPOSITORY}", (toy,), "no licence is stated", "a toy")
from livepitch.__main__ import main
main()
"""
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A real checkpoint, small."""
    write_checkpoint(tmp_path / "toy.safetensors", seeded(SMALL_RMVPE))
    return tmp_path / "toy.safetensors"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def hub(toy: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving(Hub(toy.read_bytes())) as started:
        monkeypatch.setenv("HF_ENDPOINT", started.endpoint)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setenv("LIVEPITCH_CACHE", str(cache))
        yield started


@pytest.fixture
def start(toy: Path) -> Start:
    """`start(*arguments)`: the command line that knows the toy as `rmvpe`, in the background."""
    from livepitch.model.published import sha256

    def run(*arguments: object, **options: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WITH_TOY, sha256(toy), str(toy.stat().st_size), *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": toy.parent, **options}
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **pipes
        )

    return run


def finished(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, standard output and error."""
    with process:
        out, error = process.communicate(timeout=120)
    return process.returncode, out, error


def one_line(error: str) -> str:
    assert error.startswith("livepitch: ")
    assert error.count("\n") == 1
    return error


def test_list(livepitch: Cli, cache: Path) -> None:
    done = livepitch("weights", "list", env={**os.environ, "LIVEPITCH_CACHE": str(cache)})
    assert (done.returncode, done.stderr) == (0, "")
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert list(lines) == ["stream", "rmvpe-small", "rmvpe"]
    assert "bundled" in lines["stream"]
    assert "181.2 MB  not fetched: livepitch weights fetch rmvpe" in lines["rmvpe"]
    assert not cache.exists()


def test_fetch_use_and_fetch_again(hub: Hub, start: Start, cache: Path, toy: Path) -> None:
    code, out, error = finished(start("weights", "fetch", "rmvpe"))
    assert code == 0
    assert out.startswith(f"rmvpe: fetched, {cache / 'rmvpe.pt'} (")
    assert out.count("\n") == 1
    assert "no licence is stated" in one_line(error)
    assert (cache / "rmvpe.pt").read_bytes() == toy.read_bytes()

    hub.status = 503
    code, out, error = finished(start("weights", "fetch", "rmvpe"))
    assert (code, error) == (0, "")
    assert out.startswith(f"rmvpe: there already, {cache / 'rmvpe.pt'} (")
    code, out, error = finished(start("weights", "list"))
    assert str(cache / "rmvpe.pt") in out.splitlines()[2]
    code, out, error = finished(start("weights", "verify"))
    assert (code, error) == (0, "")
    assert [line.split(":")[0] for line in out.splitlines()] == ["stream", "rmvpe-small", "rmvpe"]
    assert out.splitlines()[2].endswith("; is the toy")
    code, out, error = finished(start("weights", "fetch", "rmvpe", "--force"))
    assert (code, out) == (1, "")
    assert "503" in one_line(error)
    assert (cache / "rmvpe.pt").read_bytes() == toy.read_bytes()


def test_ctrl_c_keeps_what_has_come(hub: Hub, start: Start, cache: Path, toy: Path) -> None:
    hub.wait_after = came = 2 * PIECE
    process = start("weights", "fetch", "rmvpe")
    while process.poll() is None and sum(path.stat().st_size for path in cache.glob("*.part")) < came:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    code, out, error = finished(process)
    assert (code, out) == (130, "")
    assert "interrupted; `livepitch weights fetch rmvpe` goes on" in one_line(error)
    (partial,) = lies_in(cache)
    assert (cache / partial).read_bytes() == toy.read_bytes()[:came]
    hub.wait_after = None
    hub.go_on.set()
    assert finished(start("weights", "fetch", "rmvpe"))[0] == 0
    assert hub.asked == [None, f"bytes={came}-"]
    assert (cache / "rmvpe.pt").read_bytes() == toy.read_bytes()


def test_a_bar_on_a_terminal(hub: Hub, start: Start) -> None:
    hub.wait_after = 2 * PIECE
    ours, theirs = pty.openpty()
    process = start("weights", "fetch", "rmvpe", stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "100"})
    os.close(theirs)
    shown = b""
    while b"131.1/" not in shown:
        piece = os.read(ours, 4096)
        assert piece, "it left without a bar"
        shown += piece
    hub.go_on.set()
    assert process.communicate(timeout=120)[0].startswith("rmvpe: fetched, ")
    assert process.returncode == 0
    os.close(ours)


@pytest.mark.parametrize(
    ("status", "content", "told"),
    [(404, b"", "answers 404"), (200, b"not the model", "another file, of 13 bytes instead of 181,184,272")],
)
def test_the_real_rmvpe_is_refused(
    livepitch: Cli, cache: Path, monkeypatch: pytest.MonkeyPatch, status: int, content: bytes, told: str
) -> None:
    with serving(Hub(content, status, repository="lj1995/VoiceConversionWebUI")) as hub:
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        done = livepitch(
            "weights", "fetch", "rmvpe", env={**os.environ, "HF_ENDPOINT": hub.endpoint, "LIVEPITCH_CACHE": str(cache)}
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert told in one_line(done.stderr)
    assert lies_in(cache) == set()


def test_fetch_what_is_not_to_be_fetched(livepitch: Cli, toy: Path) -> None:
    assert "comes with livepitch" in livepitch("weights", "fetch", "stream").stdout
    done = livepitch("weights", "fetch", "crepe")
    assert done.returncode == 1
    assert "crepe: no such model; rmvpe can be fetched" in one_line(done.stderr)
    done = livepitch("weights", "fetch", "rmvpe", "--from", toy, env={**os.environ, "LIVEPITCH_CACHE": "c"})
    assert done.returncode == 1
    assert "toy.safetensors: is none of the published rmvpe files" in one_line(done.stderr)


def test_without_the_cache_the_model_says_what_to_do(livepitch: Cli, cache: Path) -> None:
    environment = {**os.environ, "LIVEPITCH_CACHE": str(cache)}
    for command in (("weights", "verify", "rmvpe"), ("live", "--demo", "--no-gui", "--model", "rmvpe")):
        done = livepitch(*command, env=environment)
        assert (done.returncode, done.stdout) == (1, "")
        assert "rmvpe: not fetched yet; `livepitch weights fetch rmvpe`" in one_line(done.stderr)


def test_verify_names_what_is_wrong_and_goes_on(start: Start, hub: Hub, cache: Path, toy: Path) -> None:
    cache.mkdir()
    write_checkpoint(cache / "rmvpe.pt", seeded(SMALL_RMVPE, seed=1))
    toy.with_name("short.safetensors").write_bytes(toy.read_bytes()[:-100])
    code, out, error = finished(start("weights", "verify", "rmvpe", "short.safetensors", "toy.safetensors", "none"))
    assert code == 1
    damaged, short, missing = error.splitlines()
    assert "its SHA-256 is none of the published rmvpe files; `livepitch weights fetch rmvpe`" in damaged
    assert "short.safetensors" in short
    assert "none: no such model" in missing
    assert out.startswith(
        "toy.safetensors: intact, rmvpe (n_blocks 1, inter_layers 1, base_channels 2, gru_hidden 16), "
    )
    assert out.endswith("finite values exact in 16 bits, threshold 0.3 (release 0.2); is the toy\n")


def test_convert_loses_nothing_unless_told_to(livepitch_here: Cli, toy: Path, tmp_path: Path) -> None:
    source = read_checkpoint(toy)
    write_checkpoint(tmp_path / "fine.safetensors", seeded(SMALL_RMVPE), half=False)
    for options, bits in (
        (("toy.safetensors",), 16),
        (("toy.safetensors", "--float32"), 32),
        (("fine.safetensors",), 32),
        (("fine.safetensors", "--half"), 16),
    ):
        done = livepitch_here("weights", "convert", *options, "-o", "out.safetensors")
        assert (done.returncode, done.stderr) == (0, "")
        assert f"parameters of {bits} bits" in done.stdout
        stored = {value.dtype for value in load_file(tmp_path / "out.safetensors").values() if value.ndim > 1}
        assert stored == {np.dtype(f"float{bits}")}
        made = read_checkpoint(tmp_path / "out.safetensors")
        assert (made.name, made.config, made.threshold, made.release) == ("out", source.config, 0.3, 0.2)
        exact = seeded(SMALL_RMVPE) if options == ("fine.safetensors",) else source
        for name, value in exact.weights.items():
            np.testing.assert_array_equal(made.weights[name], value)


def test_convert_with_another_threshold_and_name(livepitch: Cli, toy: Path, tmp_path: Path) -> None:
    options = ("--threshold", "0.6", "--name", "mine")
    assert livepitch("weights", "convert", toy, "-o", "out.safetensors", *options).stdout.startswith(
        "out.safetensors: mine, "
    )
    made = read_checkpoint(tmp_path / "out.safetensors")
    assert (made.name, made.threshold) == ("mine", 0.6)
    assert made.release == pytest.approx(0.4)


def test_convert_harms_nothing(livepitch_here: Cli, toy: Path, tmp_path: Path) -> None:
    before = toy.read_bytes()
    (tmp_path / "link.safetensors").symlink_to(toy)
    for arguments, code, told in (
        (("toy.safetensors", "-o", "toy.safetensors"), 2, "would overwrite the source"),
        (("toy.safetensors", "-o", "link.safetensors"), 2, "would overwrite the source"),
        (("toy.safetensors", "-o", "out.pt"), 2, "must end in .safetensors"),
        (("toy.safetensors", "-o", "out.safetensors", "--threshold", "2"), 2, "--threshold"),
        (("missing.safetensors", "-o", "toy.safetensors"), 1, "no such file"),
        (("stream", "-o", "none/out.safetensors"), 1, "none/out.safetensors: cannot be written"),
    ):
        done = livepitch_here("weights", "convert", *arguments)
        assert (done.returncode, done.stdout) == (code, "")
        assert told in one_line(done.stderr)
    assert toy.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"toy.safetensors", "link.safetensors"}


def test_a_disk_that_fills_up_leaves_the_good_file(livepitch: Cli, toy: Path, tmp_path: Path) -> None:
    """A file may have only 50 kB: as on a full disk, the writing itself fails."""
    import resource

    before = (tmp_path / "out.safetensors").write_bytes(toy.read_bytes())
    done = livepitch(
        "weights", "convert", "rmvpe-small", "-o", "out.safetensors",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert "out.safetensors: cannot be written" in one_line(done.stderr)
    assert (tmp_path / "out.safetensors").stat().st_size == before
    assert {path.name for path in tmp_path.iterdir()} == {"toy.safetensors", "out.safetensors"}


def test_a_file_of_pytorch_from_fetching_to_converting(
    start: Start, hub: Hub, cache: Path, toy: Path, tmp_path: Path
) -> None:
    """Half precision in a zip archive of pickles, as the published checkpoint is."""
    torch = pytest.importorskip("torch")
    halves = {name: torch.from_numpy(value).half() for name, value in seeded(SMALL_RMVPE).weights.items()}
    torch.save(halves, toy)
    code, out, error = finished(start("weights", "fetch", "rmvpe", "--from", toy))
    assert (code, error) == (0, "livepitch: rmvpe: no licence is stated\n")
    assert (cache / "rmvpe.pt").read_bytes() == toy.read_bytes()
    code, out, error = finished(start("weights", "verify", "rmvpe"))
    assert (code, error) == (0, "")
    assert "n_blocks 1, inter_layers 1, base_channels 2, gru_hidden 16" in out
    assert "finite values exact in 16 bits, threshold 0.03 (release 0.03); is the toy" in out
    code, out, error = finished(start("weights", "convert", "rmvpe", "-o", "mine.safetensors"))
    assert (code, error) == (0, "")
    assert "parameters of 16 bits" in out
    made = read_checkpoint(tmp_path / "mine.safetensors")
    assert (made.config, made.threshold) == (SMALL_RMVPE, 0.03)
    for name, value in halves.items():
        np.testing.assert_array_equal(made.weights[name], value.float().numpy())
