"""Lab Streaming Layer: what pylsl reads back in another process, over the loopback."""

import json
import math
import os
import pickle
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import livepitch as lp
from livepitch.outputs.lsl import LslOutput
from tests.outputs.lsl_loopback import LOOPBACK

SENDER = """
import json, math, sys, time
from livepitch import PitchFrame
from livepitch.outputs.lsl import LslOutput
output = LslOutput(sys.argv[1])
output.open()
print("open", flush=True)
sys.stdin.readline()
end = time.monotonic() + 30
while not output.receivers and time.monotonic() < end:
    time.sleep(0.01)
begun = time.monotonic() - 2
frames = [PitchFrame(n / 100, 440 * 2 ** (n / 1200), 0.5, -n, captured=begun + n / 100) for n in range(149)]
frames.append(PitchFrame(1.49, math.nan, 0.25, -math.inf, captured=begun + 1.49))
settled = [PitchFrame(n / 100, 220.0, 0.5, -n, captured=begun + n / 100) for n in range(50)]
for part in (frames[:50], settled, frames[50:], []):
    output.send(part)
print(json.dumps(begun), flush=True)
sys.stdin.readline()
output.close()
"""
READER = """
import json, sys
import pylsl
found = pylsl.resolve_byprop("name", sys.argv[1], timeout=30)
inlet = pylsl.StreamInlet(found[0])
inlet.open_stream(30)
print(inlet.info().as_xml().replace("\\n", ""), flush=True)
samples, stamps = [], []
while len(samples) < 150:
    more, at = inlet.pull_chunk(30, max_samples=150 - len(samples))
    samples, stamps = samples + more, stamps + at
late = inlet.pull_sample(0.2)[0]
print(json.dumps([samples, stamps, late]), flush=True)
"""


def test_a_recorder_gets_every_frame_with_the_time_of_its_sound(tmp_path: Path) -> None:
    pytest.importorskip("pylsl")
    (tmp_path / "lsl_api.cfg").write_text(LOOPBACK)
    environment = os.environ | {"LSLAPICFG": str(tmp_path / "lsl_api.cfg")}
    name = f"livepitch test {os.getpid()} {time.monotonic_ns()}"
    sender, reader = (
        subprocess.Popen(
            [sys.executable, "-c", code, name], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for code in (SENDER, READER)
    )  # fmt: skip
    try:
        assert sender.stdin is not None
        assert sender.stdout is not None
        assert reader.stdout is not None
        assert sender.stdout.readline() == "open\n"
        about = reader.stdout.readline()
        sender.stdin.write("go\n")
        sender.stdin.flush()
        begun = json.loads(sender.stdout.readline())
        samples, stamps, late = json.loads(reader.stdout.readline())
        said = sender.communicate("end\n", timeout=30)[1]
        reader.communicate(timeout=30)
    finally:
        sender.kill()
        reader.kill()
    assert said == ""
    assert re.findall("<label>(.*?)</label>", about) == ["f0", "midi", "confidence", "level", "voiced"]
    assert re.findall("<unit>(.*?)</unit>", about) == ["Hz", "semitones", "none", "dBFS", "none"]
    assert "<type>Pitch</type>" in about
    assert "<nominal_srate>100.0" in about
    for n, (f0, midi, confidence, level, voiced) in enumerate(samples[:-1]):
        assert f0 == pytest.approx(440 * 2 ** (n / 1200), rel=1e-6)
        assert midi == pytest.approx(69 + n / 100, abs=1e-5)
        assert (confidence, level, voiced) == (0.5, max(-n, -120), 1.0)
    f0, midi, *rest = samples[-1]
    assert math.isnan(f0)
    assert math.isnan(midi)
    assert rest == [0.25, -120.0, 0.0]
    assert late is None
    # On Linux and macOS the library's clock is the one that frames are stamped by, whatever it counts from.
    assert [stamp - stamps[0] for stamp in stamps] == pytest.approx([n / 100 for n in range(150)], abs=1e-6)
    assert stamps[0] == pytest.approx(begun, abs=0.005)


def test_it_travels_to_the_engine_closed_and_wants_a_name() -> None:
    output = LslOutput("take 3", a4=442.0)
    assert pickle.loads(pickle.dumps(output)) == output != LslOutput("take 3")
    assert output.name == "LSL stream take 3"
    assert output.receivers == 0
    output.close()
    with pytest.raises(ValueError, match="needs a name"):
        LslOutput("")


def test_without_the_library_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pylsl", None)
    with pytest.raises(lp.LivepitchError, match=re.escape("pip install 'livepitch[lsl]'")):
        LslOutput().open()
