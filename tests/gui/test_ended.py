"""The whole program, told to end or killed while it records: its take is whole, nothing is left, the next one knows."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
import soundfile

from livepitch.gui.window import Window

from .conftest import FakeSource
from .monkey_world import own_world

PATIENCE = 60.0  # s


class Program:
    """`livepitch live`, recording the demo voice into a folder of its own, in a session of its own."""

    def __init__(self, folder, **environment):
        self.takes = folder / "RECORDINGS"
        names = ("CONFIG", "DATA", "LOGS", "RECORDINGS")
        own = {f"LIVEPITCH_{name}": str(folder / name) for name in names}
        temporary = folder / "temporary"
        temporary.mkdir()
        self.temporary = temporary
        command = [sys.executable, "-m", "livepitch", "live", "--demo", "--record", str(self.takes)]
        everything = {**os.environ, **own, "TMPDIR": str(temporary), **environment}
        self.process = subprocess.Popen(command, env=everything, cwd=folder, start_new_session=True)

    def until(self, what):
        end = time.monotonic() + PATIENCE
        while not what():
            assert time.monotonic() < end
            time.sleep(0.05)

    def wait_for_sound(self):
        self.until(lambda: any(len(csv.read_bytes().splitlines()) > 60 for csv in self.takes.glob("*.csv")))

    def end(self):
        """Wait until it and every process that it started have ended; its exit code."""
        code = self.process.wait(PATIENCE)
        self.until(lambda: not self.others())
        return code

    def others(self):
        told = subprocess.run(["ps", "-A", "-o", "pid=,sess=,stat="], capture_output=True, text=True, check=True).stdout
        rows = [line.split() for line in told.splitlines()]
        return [pid for pid, session, state in rows if int(session) == self.process.pid and not state.startswith("Z")]


@pytest.fixture
def start(tmp_path):
    started = []

    def start(**environment):
        started.append(Program(tmp_path, **environment))
        started[-1].wait_for_sound()
        return started[-1]

    yield start
    for program in started:
        if program.process.poll() is None:
            os.killpg(program.process.pid, signal.SIGKILL)
            program.process.wait()


def assert_whole(take, sound_of=0.5):
    """Its sound opens, and has a row for every 10 ms."""
    rows = take.with_name(f"{take.stem}.csv").read_text().splitlines()[1:]
    seconds = soundfile.info(take).duration
    assert seconds > sound_of
    assert len(rows) == pytest.approx(100 * seconds, abs=1.5)
    assert {entry.name for entry in take.parent.iterdir()} == {take.name, f"{take.stem}.csv"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_ends_in_order(start, tmp_path, number):
    program = start()
    os.killpg(program.process.pid, number)  # as a terminal that is closed, or a session that ends, tells everybody
    assert program.end() == 0
    (take,) = program.takes.glob("*.flac")
    assert_whole(take)
    assert list(program.temporary.iterdir()) == []
    assert (tmp_path / "CONFIG" / "window.json").exists()


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb, a screen that can be taken away")
def test_the_screen_is_gone(start, tmp_path):
    reading, writing = os.pipe()
    screen = subprocess.Popen(["Xvfb", "-displayfd", str(writing)], pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as told:
        display = f":{told.readline().strip()}"
    try:
        program = start(DISPLAY=display, QT_QPA_PLATFORM="xcb")
    finally:
        screen.kill()
        screen.wait()
    assert program.end() == 1
    (take,) = program.takes.glob("*.flac")
    assert_whole(take)


@pytest.mark.parametrize("whole", [True, False])
def test_killed_it_is_told_of_once_with_where_the_recording_is(start, tmp_path, qtbot, studio, monkeypatch, whole):
    """whole: the engine, too, as when the power fails; else that completes the take by itself."""
    program = start()
    if whole:
        os.killpg(program.process.pid, signal.SIGKILL)
    else:
        program.process.kill()
    program.end()
    own_world(tmp_path, monkeypatch)
    monkeypatch.setenv("LIVEPITCH_LOGS", str(tmp_path / "LOGS"))
    window = Window(FakeSource(), make_stream=studio.make, memory=tmp_path / "CONFIG" / "window.json")
    qtbot.addWidget(window)
    window.show()
    window.returning.look()
    (take,) = program.takes.glob("*.flac")
    label = window.stage.banner.label
    qtbot.waitUntil(lambda: take.stem in label.text(), timeout=60_000)
    assert label.text().startswith("The last time, on 20")
    assert "livepitch was cut off" in label.text()
    assert_whole(take)
    window.stage.banner.button.click()
    qtbot.waitUntil(lambda: window.takes.scene.on, timeout=60_000)
    assert window.takes.scene.take.path == take
    window.takes.go_live()
    window.returning.look()
    window.takes.run(lambda: None, lambda _: window.setWindowTitle("looked"))
    qtbot.waitUntil(lambda: window.windowTitle() == "looked", timeout=60_000)
    assert "The last time" not in label.text()
    window.close()
