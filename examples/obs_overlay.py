"""Your pitch over a stream: a browser source for OBS, and a text source with the lowest and highest note held so far.

python examples/obs_overlay.py                         prints what to paste into OBS; Ctrl-C ends it
python examples/obs_overlay.py --demo --best best.txt  a built-in voice sings; best.txt is for "Text", "Read from file"
"""

import argparse
import math
import sys
from pathlib import Path

import livepitch as lp

HELD = 30  # frames, 0.3 s: what is shorter was only passed
NEAR = 0.5  # semitones that a note may waver meanwhile


class Best:
    """The lowest and the highest note that were held."""

    def __init__(self) -> None:
        self.text = ""
        self._run: list[float] = []
        self._lowest, self._highest = math.inf, -math.inf

    def hear(self, f0: float) -> bool:
        """Take a frame's pitch in Hz, NaN where nothing is sung; whether `text` has changed."""
        midi = lp.hz_to_midi(f0)
        self._run = [] if math.isnan(midi) else [*self._run[1 - HELD :], midi]
        steady = len(self._run) == HELD and max(self._run) - min(self._run) < 2 * NEAR
        if not steady or self._lowest - NEAR < midi < self._highest + NEAR:
            return False
        self._lowest, self._highest = min(self._lowest, midi), max(self._highest, midi)
        before, names = self.text, [lp.note_name(lp.midi_to_hz(each)) for each in (self._lowest, self._highest)]
        self.text = f"lowest {names[0]}  highest {names[1]}"
        return self.text != before


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--demo", action="store_true", help="a built-in voice sings")
    parser.add_argument("--port", default="8765", help="where the page is served, on this machine only")
    parser.add_argument("--best", type=Path, help="a text file to keep the lowest and highest note in")
    parser.add_argument("--seconds", type=float, default=math.inf, help="end after so much sound")
    chosen = parser.parse_args()
    best = Best()
    try:
        overlay = lp.WebSocketOutput(chosen.port)
        with lp.Session(lp.DemoVoice() if chosen.demo else lp.Microphone(), outputs=[overlay]) as session:
            for number, frame in enumerate(session):
                if number == 0:
                    problem = session.sending[0].error
                    print(problem or f"paste into a browser source: {overlay.page}?transparent&seconds=6", flush=True)
                if best.hear(frame.f0) and chosen.best:
                    chosen.best.write_text(best.text, encoding="utf-8")
                if frame.time >= chosen.seconds:
                    break
    except (KeyboardInterrupt, lp.LivepitchError) as problem:
        sys.exit(str(problem))
