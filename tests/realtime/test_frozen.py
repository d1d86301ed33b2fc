"""A frozen program, which is no Python: a stand-in that runs what PyInstaller freezes, packaging/frozen.py."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livepitch.doctor.apart import examine
from livepitch.doctor.finding import Wanted
from livepitch.model import child
from livepitch.practice.target.score_process import read_apart
from livepitch.practice.target.target_file import TargetError
from livepitch.realtime.audio_file import AudioFileError, read_audio
from livepitch.realtime.engine import launch
from livepitch.realtime.engine.apart import read_audio_apart
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.source import FileSource
from tests.conftest import sung_tone

ENTRY = Path(__file__).resolve().parents[2] / "packaging" / "frozen.py"
PROGRAM = """#!{python}
import runpy, sys
sys.frozen, sys.executable, sys.path[:] = True, {program!r}, {path!r}
runpy.run_path({entry!r}, run_name="__main__")
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks at /proc")


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "app"
    path.write_text(PROGRAM.format(python=sys.executable, program=str(path), path=sys.path, entry=str(ENTRY)))
    path.chmod(0o755)
    return path


@pytest.fixture
def frozen(program, monkeypatch):
    """This process as if it were that program."""
    monkeypatch.setattr(launch, "_spare", [])  # one that waits already was started by an ordinary Python
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(child, "_answering", True)
    yield program
    for spare in launch._spare:
        launch.discard(spare)


@pytest.fixture
def song(tmp_path):
    soundfile.write(tmp_path / "song.wav", sung_tone(220.0, 1.0), 16_000)
    return tmp_path / "song.wav"


def test_its_engine_is_a_process_of_its_own(frozen, song):
    with RemoteSession(FileSource(song)) as session:
        words = Path(f"/proc/{session.pid}/cmdline").read_bytes().split(b"\0")
        frames = list(session)
    assert words[1:4] == [str(frozen).encode(), child.CHILD.encode(), b"livepitch.realtime.engine.launched"]
    assert np.nanmedian([frame.f0 for frame in frames]) == pytest.approx(220, rel=0.005)


def test_so_are_the_readers_of_sound_and_scores_and_the_checks_of_the_doctor(frozen, song, tmp_path):
    np.testing.assert_array_equal(read_audio_apart(song), read_audio(song))
    with pytest.raises(AudioFileError, match="no such file"):
        read_audio_apart(tmp_path / "missing.wav")
    target = read_apart(Path("a.abc"), b"X:1\nT:A\nM:4/4\nL:1/4\nK:C\nCDEF|\n")
    assert [note.midi for part in target.parts for note in part.notes] == [60, 62, 64, 65]
    with pytest.raises(TargetError):
        read_apart(Path("a.musicxml"), b"<score")
    found = list(examine("livepitch.doctor.machine", Wanted()))
    assert len(found) > 1
    assert not [finding for finding in found if "crashed" in finding.found or "no process" in finding.found]


def test_it_runs_no_code_that_it_is_told(program, tmp_path):
    said = tmp_path / "said"
    for words in (["-c", f"open({str(said)!r}, 'w')"], [child.CHILD, "os", f'["touch {said}"]']):
        done = subprocess.run([program, *words], capture_output=True, text=True, timeout=100, check=False)
        assert done.returncode in (1, 2)
        assert done.stderr.count("\n") == 1, done.stderr
        assert not said.exists()


def test_a_frozen_program_that_knows_nothing_of_it_starts_no_process(frozen, song, monkeypatch):
    """Somebody's own: it would only open itself once more."""
    monkeypatch.setattr(child, "_answering", False)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    np.testing.assert_array_equal(read_audio_apart(song), read_audio(song))
    assert [finding.found for finding in examine("livepitch.doctor.machine", Wanted())] == [
        "no process can be started (this program cannot start others of itself)"
    ]
    with RemoteSession(FileSource(song)) as session:
        assert session.pid is None
        assert any(thread.name == "livepitch-engine" for thread in threading.enumerate())
        assert len(list(session)) > 50
