"""Commands of the pages that stay until they are stopped: with a microphone that hears a voice, and a window."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livepitch.practice.target.typed import typed_target
from tests.docs.commands import alike, told_to_run
from tests.docs.conftest import Place
from tests.docs.folder import BEATS, NOTES
from tests.practice.planted import in_tune, sound
from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone, skip_unless_installed

pytestmark = pytest.mark.audio

PRINTS = ("livepitch live --no-gui", "livepitch live --no-gui --settle rmvpe-small")
RECORDS = "livepitch live --record takes"
STAY = {
    "as they are": ("./run", "./run live --demo", "livepitch live --kiosk", "livepitch live --debug"),
    "practice": ("./run practice run five-note-scale", "./run practice run song.mid", RECORDS),
    "other inputs": ("livepitch live --device USB --rate 48000", "livepitch live --gain 12 --gate -50"),
    "other models": (
        "livepitch live --model rmvpe-small --hop 32",
        "livepitch live --settle rmvpe-small",
        "livepitch live --settle rmvpe",
    ),
}
END = {
    "livepitch doctor --input USB": "",
    "livepitch bench --gui --input USB --seconds 300": " --seconds 1",
    "./run bench --input MacBook": " --seconds 1",
    "./run bench --loopback": " --seconds 7",
    "livepitch bench --loopback --input 3 --output 5": " --seconds 7",
    "livepitch bench --loopback --seconds 60 --model rmvpe-small --json loop.json": " --seconds 7",
    "livepitch practice calibrate": "",
}
"""With what makes them short."""
AGAIN = [command for command in END if "bench --loopback " in command]  # the same as without its options, more or less
LISTS = "livepitch devices"
DEVICES = re.compile(r"(?<=put |ice )(USB|MacBook|3|5)\b")  # after --input, --output, --device
RATE = 48_000


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """NOTES over and over, for as long as the slowest machine may take."""
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    once = sound(in_tune(typed_target(NOTES, tempo=BEATS)), RATE)
    soundfile.write(path, np.tile(once, 60), RATE)
    return path


@pytest.fixture
def heard(voice: Path) -> Iterator[dict[str, str]]:
    """The variables by which a process finds the microphone that hears the voice."""
    skip_unless_installed()
    with VirtualMicrophone(RATE) as microphone:
        playing = microphone.play(voice)
        yield {name: value for name, value in os.environ.items() if name.startswith(("PULSE_", "XDG_"))}
        playing.terminate()
        playing.wait(30)


def test_every_command_for_a_microphone_is_run_here() -> None:
    run = {LISTS, *PRINTS, *END, *(command for group in STAY.values() for command in group)}
    assert {alike(command) for command in run} == told_to_run("tests/docs/test_microphone.py")


def start(command: str, place: Place, heard: dict[str, str], number: int) -> subprocess.Popen[str]:
    environment = {**place.environment, **heard, "LIVEPITCH_LOGS": str(place.folder / f"log{number}")}
    environment["LIVEPITCH_CONFIG"] = str(place.folder / f"settings{number}")
    return subprocess.Popen(
        ["bash", "-c", f"exec {DEVICES.sub(DEVICE, command)}"],
        cwd=place.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("commands", STAY.values(), ids=STAY)
def test_windows_open_and_close(commands: Sequence[str], place: Place, heard: dict[str, str]) -> None:
    if "livepitch live --settle rmvpe" in commands:
        subprocess.run(["livepitch", "weights", "fetch", "rmvpe"], env=place.environment, check=True)
    with ExitStack() as stack:
        running = [stack.enter_context(ended(start(each, place, heard, n))) for n, each in enumerate(commands)]
        for number, process in enumerate(running):
            until(lambda n=number: there(log(place, n)), process)  # type: ignore[misc]
        if RECORDS in commands:
            recording = running[commands.index(RECORDS)]
            until(lambda: bool(recorded(place)), recording)
            until(lambda: recorded(place)[0].stat().st_size > 150_000, recording)  # all that is sung, once
        for number, process in enumerate(running):
            close(commands[number], process, place, number)
    for flac in recorded(place):
        rows = flac.with_suffix(".csv").read_text(encoding="utf-8").splitlines()[1:]
        voiced = [float(row.split(",")[1]) for row in rows if row.split(",")[1]]
        assert sum(215 < hz < 225 for hz in voiced) > 10, "A3 was sung"


def there(logged: str) -> bool:
    """Whether a window is open, and the engine beside it."""
    return "window open" in logged and " engine[" in logged


def close(command: str, process: subprocess.Popen[str], place: Place, number: int) -> None:
    """As Ctrl+C does, and look at what was said."""
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode in (0, 130), f"{command} ended with {process.returncode}: {said}"
    assert "window closed" in log(place, number), command
    assert "Traceback" not in said + log(place, number), command


@pytest.mark.parametrize(
    "command", [pytest.param(each, marks=[pytest.mark.long] if each in AGAIN else []) for each in END]
)
def test_what_hears_and_ends_by_itself(command: str, place: Place, heard: dict[str, str]) -> None:
    process = start(f"{command}{END[command]}", place, heard, 0)
    said, _ = process.communicate(timeout=200)
    assert process.returncode == 0, said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", PRINTS)
def test_printed_frames_name_what_is_sung(command: str, place: Place, heard: dict[str, str]) -> None:
    with ended(start(command, place, heard, 0)) as process:
        assert process.stdout is not None
        printed = iter(process.stdout)
        sung = set()
        while not {"A3", "C4", "E4", "D4"} <= sung:
            sung |= set(next(printed).split())
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode in (0, 130), rest
    assert "Traceback" not in rest


def test_devices_lists_the_microphone(place: Place, heard: dict[str, str]) -> None:
    process = start(LISTS, place, heard, 0)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "pulse" in said


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Leaves nothing running, however the test ends."""
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def recorded(place: Place) -> list[Path]:
    return list((place.folder / "takes").glob("Take *.flac"))


def log(place: Place, number: int) -> str:
    path = place.folder / f"log{number}" / "livepitch.log"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def until(there: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    limit = time.monotonic() + 90
    while not there():
        assert process.poll() is None, f"{process.args} ended by itself: {process.communicate()[0]}"
        assert time.monotonic() < limit, f"{process.args}: nothing came"
        time.sleep(0.2)
