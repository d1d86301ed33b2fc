"""`livepitch live --settle`: what is printed, and what it refuses."""

import re

import pytest


def test_every_frame_is_printed_at_once_and_what_is_settled_is_marked(livepitch):
    done = livepitch("live", "--demo", "--no-gui", "--seconds", 2.5, "--settle", "rmvpe-small")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()[1:]
    instant = [line.split()[0] for line in lines if not line.endswith("settled")]
    grid = [f"{0.01 * k:.3f}" for k in range(250)]
    assert instant == [time for time in grid if time in set(instant)]  # each once; a busy machine may skip some
    assert len(instant) > 100
    counted = re.search(r", (\d+) settled(?: after \d+ ms)?, (\d+) not$", done.stderr.strip())
    assert counted, done.stderr
    settled = [line.split()[0] for line in lines if line.endswith(" settled")]
    assert settled == sorted(settled)
    assert len(settled) <= int(counted[1])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--settle", "stream"), "--settle takes a windowed model, and stream is causal: try --settle rmvpe-small"),
        (("--model", "rmvpe-small", "--settle", "rmvpe-small"), "rmvpe-small is none: leave it out"),
    ],
)
def test_only_a_windowed_model_settles_and_only_an_instant_one_is_settled(livepitch, arguments, said):
    done = livepitch("live", "--demo", "--no-gui", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_an_unknown_settler_is_one_line(livepitch_here):
    done = livepitch_here("live", "--demo", "--no-gui", "--settle", "rmvpe-huge")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("livepitch: rmvpe-huge: no such model")
