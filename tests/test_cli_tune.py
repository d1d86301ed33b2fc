"""`livepitch tune` as a person meets it, and that `live` then uses what it found."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from livepitch.__main__ import main
from livepitch.bench.tune import TrialResult
from livepitch.realtime.frame import Percentiles
from livepitch.realtime.tuned import FILE, Tuned, read_tuned, write_tuned
from tests.conftest import Cli

OLD = Tuned("demo voice", "stream", 48_000, 1024, 8, 90.0)


class FakeTrials:
    """In the place of real ones: what holds is said by `holds`."""

    def __init__(self, make_source, model, trying):
        self.trying = trying

    def __call__(self, candidate, seconds, most_late):
        frames = round(100 * seconds)
        if not self.holds(candidate):
            return TrialResult(frames, late=frames // 2, rtf=0.5)
        return TrialResult(frames, rtf=0.3, sound_to_frame=Percentiles(41.2, 43.0, 45.4, 50.0))

    @staticmethod
    def holds(candidate):
        return candidate.blocksize >= 128 and candidate.hop >= 2


@pytest.fixture
def tune(own_settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """`tune(*arguments)` in this process, with trials that tests decide: exit code, standard output and error."""
    monkeypatch.setattr("livepitch.bench.trial.Trials", FakeTrials)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["livepitch", "tune", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return int(left.value.code or 0), told.out, told.err

    return run


def holds(monkeypatch: pytest.MonkeyPatch, decide) -> None:
    monkeypatch.setattr(FakeTrials, "holds", staticmethod(decide))


def test_what_was_found_is_explained_and_kept(tune, own_settings: Path) -> None:
    code, out, err = tune("--demo")
    assert code == 0
    explained, written = out.splitlines()
    assert explained.startswith(
        "On this machine, demo voice with stream: blocks of 128 samples (2.7 ms) and a pitch every 10 ms, 2 at a time; "
        "41 ms from sound to pitch (99 of 100 within 45 ms). "
    )
    assert "Larger blocks would only add delay" in explained
    assert "None of 6000 pitches came late: at most 0.10 % do" in explained
    assert written == f"Written to {own_settings / FILE}: used from now on."
    assert read_tuned() == [Tuned("demo voice", "stream", 48_000, 128, 2, 41.2)]
    lines = err.splitlines()
    assert lines[0] == "  blocks of 64 samples (1.3 ms), hop 1: 250 of 500 frames late"
    assert lines[-1] == "  blocks of 128 samples (2.7 ms), hop 2: held for 60 s, 0 of 6000 frames late"


def test_short_trials_say_how_long_one_must_be(tune) -> None:
    _, out, _ = tune("--demo", "--seconds", "10")
    assert "None of 1000 pitches came late, which says only that at most 0.6 % do" in out
    assert "give --seconds 60." in out  # 2995 runs of two frames


def test_a_dry_run_writes_nothing(tune, own_settings: Path) -> None:
    code, out, _ = tune("--demo", "--dry-run")
    assert code == 0
    assert out.splitlines()[-1] == "Nothing was written (--dry-run)."
    assert not own_settings.exists()


def test_where_nothing_holds_the_old_setting_stays(tune, own_settings: Path, monkeypatch, tmp_path: Path) -> None:
    before = write_tuned(OLD).read_bytes()
    holds(monkeypatch, lambda candidate: False)
    code, out, err = tune("--demo", "--json", str(tmp_path / "all.json"))
    assert (code, out) == (1, "")
    last = err.splitlines()[-1]
    assert last.startswith("livepitch: demo voice with stream: no block size and hop holds")
    assert "--model stream" in last
    assert last.endswith("the setting stays as it was")
    assert (own_settings / FILE).read_bytes() == before
    assert json.loads((tmp_path / "all.json").read_text())["found"] is None


def test_ctrl_c_leaves_the_old_setting(tune, own_settings: Path, monkeypatch) -> None:
    before = write_tuned(OLD).read_bytes()

    def interrupted(candidate):
        raise KeyboardInterrupt

    holds(monkeypatch, interrupted)
    code, out, err = tune("--demo")
    assert (code, out, err) == (130, "", "livepitch: stopped; nothing was written\n")
    assert (own_settings / FILE).read_bytes() == before


def test_json_holds_every_attempt(tune, tmp_path: Path) -> None:
    code, *_ = tune("--demo", "--json", str(tmp_path / "all.json"))
    assert code == 0
    record = json.loads((tmp_path / "all.json").read_text())
    assert (record["kind"], record["schema"], record["device"]) == ("livepitch tune", 1, "demo voice")
    assert record["found"] == {"blocksize": 128, "hop": 2, "sample_rate": 48_000}
    assert record["late_percent_at_most"] == pytest.approx(0.0998, abs=1e-4)
    assert record["written"].endswith(FILE)
    assert "chip" in record["machine"]
    first, last = record["attempts"][0], record["attempts"][-1]
    assert (first["blocksize"], first["hop"], first["late"], first["confirming"]) == (64, 1, 250, False)
    assert first["fault"]
    assert (last["fault"], last["confirming"], last["frames"]) == ("", True, 6000)
    assert last["sound_to_frame_ms"]["p99"] == 45.4


def test_a_settings_folder_that_cannot_be_written_is_a_line(tune, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LIVEPITCH_CONFIG", str(tmp_path / "file" / "below"))
    code, out, err = tune("--demo")
    assert (code, out) == (1, "")
    assert "cannot be written" in err.splitlines()[-1]
    assert "LIVEPITCH_CONFIG" in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "told"), [(("--demo", "--input", "USB"), "--input"), (("--seconds", "0"), "--seconds")]
)
def test_wrong_usage(tune, arguments: tuple[str, ...], told: str) -> None:
    code, out, err = tune(*arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ALSA can be told to find nothing")
def test_no_input_device_is_one_line(livepitch: Cli, tmp_path: Path) -> None:
    (tmp_path / "asound.conf").write_text("pcm.dead { type hw card 99 }\nctl.dead { type hw card 99 }\n")
    done = livepitch("tune", env={**os.environ, "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")})
    assert (done.returncode, done.stdout) == (1, "")
    assert "no input device" in done.stderr
    assert done.stderr.count("\n") == 1


def live(livepitch: Cli, *options: object) -> "subprocess.CompletedProcess[str]":
    done = livepitch("live", "--demo", "--no-gui", "--seconds", "0.6", *options)
    assert done.returncode == 0
    return done


def together(done: "subprocess.CompletedProcess[str]") -> bool:
    """Whether most frames came out with the one before, and so are 10 ms younger."""
    latencies = [float(line.split()[-1]) for line in done.stdout.splitlines()[1:]]
    return bool(np.median(np.diff(latencies)) < -9)


@pytest.mark.alone
def test_live_uses_what_was_found_and_says_so(livepitch_here: Cli, own_settings: Path) -> None:
    write_tuned(Tuned("demo voice", "stream", 48_000, 2048, 8, 90.0))
    tuned, untuned = live(livepitch_here), live(livepitch_here, "--untuned")
    assert tuned.stderr.rstrip().endswith(", tuned")
    assert "tuned" not in untuned.stderr
    assert (together(tuned), together(untuned)) == (True, False)


def test_live_takes_a_block_size_and_a_hop_of_the_user_s(livepitch_here: Cli, own_settings: Path) -> None:
    write_tuned(Tuned("demo voice", "stream", 48_000, 480, 1, 40.0))
    chosen = live(livepitch_here, "--hop", 8, "--blocksize", 2048)
    assert "tuned" not in chosen.stderr
    assert together(chosen)


def test_a_damaged_file_is_one_line_and_live_goes_on(livepitch: Cli, own_settings: Path) -> None:
    own_settings.mkdir()
    (own_settings / FILE).write_text("{")
    lines = live(livepitch).stderr.splitlines()
    assert len(lines) == 2
    assert FILE in lines[0]
    assert "frames from demo voice" in lines[1]
    assert not lines[1].endswith("tuned")
