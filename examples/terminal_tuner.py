"""A tuner in the terminal: the note that is sung, and a needle that says how many cents it is off.

python examples/terminal_tuner.py            listens to the microphone; Ctrl-C ends it
python examples/terminal_tuner.py --demo     listens to a built-in voice
"""

import argparse
import math
import sys
from collections import deque
from statistics import median

import livepitch as lp

WIDTH = 41  # characters from 50 cents flat to 50 cents sharp
SHOWN = 5  # frames from one picture to the next, 50 ms; the needle stands at the median of as many
IN_TUNE = 5.0  # cents


def needle(hz: float, a4: float) -> str:
    """One line: the nearest note, a scale with the needle on it, and the cents in figures."""
    note, cents = lp.nearest_note(hz, a4)
    scale = ["·"] * WIDTH
    scale[WIDTH // 2] = "|"
    if note is None:
        return f"{'':4} {''.join(scale)} {'':19}"
    scale[round((cents + 50.0) / 100.0 * (WIDTH - 1))] = "█"
    verdict = "in tune" if abs(cents) <= IN_TUNE else ("flat" if cents < 0 else "sharp")
    return f"{lp.note_name(hz, a4):>4} {''.join(scale)} {cents:+4.0f} cents {verdict:8}"


def tune(source: lp.Source, a4: float, seconds: float) -> None:
    """Draw the needle until so much was heard."""
    latest: deque[float] = deque(maxlen=SHOWN)
    with lp.Session(source) as session:
        for number, frame in enumerate(session):
            latest.append(frame.f0)
            sung = [hz for hz in latest if not math.isnan(hz)]
            if number % SHOWN == 0:
                print("\r" + needle(median(sung) if frame.voiced else math.nan, a4), end="", flush=True)
            if frame.time >= seconds:
                return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--demo", action="store_true", help="listen to a built-in voice")
    parser.add_argument("--a4", type=float, default=440.0, help="concert pitch, Hz")
    parser.add_argument("--seconds", type=float, default=math.inf, help="end after so much sound")
    chosen = parser.parse_args()
    try:
        tune(lp.DemoVoice() if chosen.demo else lp.Microphone(), chosen.a4, chosen.seconds)
    except KeyboardInterrupt:
        pass  # the usual end
    except lp.LivepitchError as problem:
        sys.exit(str(problem))
    print()
