"""`livepitch live --record`, `--gain` and `--gate`: the files, what is said of them, and what is refused."""

import re

import pytest
import soundfile

from livepitch.realtime.csv_track import read_take_track


def test_the_demo_voice_is_recorded_from_the_start_quieter_and_gated(livepitch, tmp_path):
    done = livepitch(
        *("live", "--demo", "--no-gui", "--seconds", 1.5, "--record", "my takes", "--gain", -12, "--gate", -1)
    )
    assert done.returncode == 0, done.stderr
    sound, pitch = sorted((tmp_path / "my takes").iterdir(), key=lambda path: path.suffix, reverse=True)
    assert re.fullmatch(r"Take \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.flac", sound.name)
    assert pitch.name == f"{sound.name[:-5]}.csv"
    told = re.search(r"recorded (\d+\.\d) s: (.+) and (.+)$", done.stderr.strip())
    assert told, done.stderr
    assert (told[2], told[3]) == (f"my takes/{sound.name}", pitch.name)
    info = soundfile.info(sound)
    assert (info.format, info.subtype, info.channels) == ("FLAC", "PCM_24", 1)
    assert info.duration == pytest.approx(float(told[1]), abs=0.06)
    assert info.duration >= 1.5
    track = read_take_track(pitch)
    assert len(track) == int(info.duration * 100 + 1e-6) + 1
    assert not track.voiced.any()  # nothing is louder than -1 dBFS
    assert max(abs(soundfile.read(sound)[0])) < 0.26
    printed = [line.split() for line in done.stdout.splitlines()[1:]]
    assert {line[1] for line in printed} == {"-"}
    # A busy machine skips frames. To two digits; the file has four.
    kept = [track.confidence[round(float(line[0]) * 100)] for line in printed]
    assert kept == pytest.approx([float(line[4]) for line in printed], abs=0.0052)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--record", "file"), 1, "file: is no folder to record into (File exists); name another"),
        (("--gain", "50"), 2, "'--gain': Input should be less than or equal to 40"),
        (("--gate", "3"), 2, "'--gate': Input should be less than or equal to 0"),
    ],
)
def test_what_cannot_be_is_refused_at_once(livepitch_here, tmp_path, arguments, code, said):
    (tmp_path / "file").touch()
    done = livepitch_here("live", "--demo", "--no-gui", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
