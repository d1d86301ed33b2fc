"""Makes docs/images/overlay.png: python docs/overlay_picture.py, from the repository's root, where Chromium is.

The demo voice goes through the model, its frames through the WebSocket output, and a browser shows the overlay page.
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, "")
import livepitch as lp
from livepitch.realtime.demo import demo_phrase
from tests.outputs.browser import Browser

ROOT = Path(__file__).resolve().parents[1]
SIZE = 1200, 420
SUNG = 660  # frames: until the middle of a long note


def frames() -> list[lp.PitchFrame]:
    """The demo voice's first ones."""
    audio = demo_phrase(16_000)[0]
    return list(lp.StreamTracker(lp.load_model()).push(audio))[:SUNG]


def take_picture(target: Path, sung: list[lp.PitchFrame], options: str) -> None:
    """Show the page, send the frames, keep what is seen."""
    output = lp.WebSocketOutput("0")
    output.open()
    with tempfile.TemporaryDirectory() as profile, Browser(Path(profile)) as browser:
        browser.show(output.page + options, *SIZE)
        browser.wait("version !== null")
        for start in range(0, SUNG, 60):
            output.send(sung[start : start + 60])
            time.sleep(0.05)
        browser.wait(f"frames.length === {SUNG}")
        browser.wait("note.textContent !== '–'")
        target.write_bytes(browser.png())
        output.close()


if __name__ == "__main__":
    take_picture(ROOT / "docs/images/overlay.png", frames(), "?theme=dark&seconds=6&low=55&high=67")
