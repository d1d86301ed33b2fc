"""Which notes a voice used, and for how long: a histogram of one recording, or of several.

python examples/range_histogram.py song.wav
python examples/range_histogram.py takes/*.wav
"""

import argparse
import sys

import numpy as np
from numpy.typing import NDArray

import livepitch as lp

WIDTH = 50  # characters of the longest bar
HOP = 0.01  # s that each frame stands for
LEAST = 0.05  # s: what is shorter is a slip on the way, no note
USUAL = (10, 90)  # per cent of the time: most of it is spent between these two


def sung_midi(path: str, model: lp.Model) -> NDArray[np.float64]:
    """Fractional MIDI numbers (n,) of the frames in which the voice sings."""
    track = lp.estimate(lp.read_audio(path), model)
    return np.asarray(lp.hz_to_midi(track.f0[track.voiced]))


def histogram(midi: NDArray[np.float64]) -> list[str]:
    """A line for every semitone, highest first: its name, a bar, the seconds."""
    seconds = np.bincount(np.rint(midi).astype(int)) * HOP
    used = np.flatnonzero(seconds >= LEAST)
    if not len(used):
        return ["no voice"]
    lines = []
    for note in range(used[-1], used[0] - 1, -1):
        bar = "█" * round(WIDTH * seconds[note] / seconds.max())
        lines.append(f"{lp.note_name(lp.midi_to_hz(note)):>4} {bar:{WIDTH}} {seconds[note]:7.2f} s")
    return lines


def summary(midi: NDArray[np.float64]) -> str:
    """Where the voice mostly was."""
    low, high = (lp.note_name(lp.midi_to_hz(float(pitch))) for pitch in np.percentile(midi, USUAL))
    return f"{len(midi) * HOP:.1f} s of voice, most of it between {low} and {high}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("audio", nargs="+", help="recordings of one voice")
    chosen = parser.parse_args()
    try:
        model = lp.load_model("rmvpe-small")
        pitches = np.concatenate([sung_midi(path, model) for path in chosen.audio])
    except lp.LivepitchError as problem:
        sys.exit(str(problem))
    print(*histogram(pitches), sep="\n")
    if len(pitches):
        print(summary(pitches))
