"""The overlay page as a browser shows it: the note it tells, the pixels of its curve, and that it comes back."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from livepitch.outputs.websocket import WebSocketOutput
from livepitch.practice.naming import NoteNames
from tests.outputs.browser import CHROMIUM, Browser
from tests.outputs.frames import sung, wait_until

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

WIDTH, HEIGHT = 600, 300
SEEN = "document.getElementById('note').textContent"
CURVE = np.array([255, 0, 136]) / 255
FIXED = "?show=plot&low=57&high=81&seconds=5&curve=ff0088&theme=dark"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def shown(browser: Browser, output: WebSocketOutput, options: str = "", scheme: str = "dark") -> None:
    """The page, when it listens."""
    wait_until(lambda: output.receivers == 0)
    browser.show(output.page + options, WIDTH, HEIGHT, scheme)
    browser.wait("version !== null")


def curve_pixels(browser: Browser) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of what has the curve's colour."""
    browser.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    rows, columns = np.nonzero(np.abs(browser.picture()[..., :3] - CURVE).max(axis=2) < 0.05)
    return rows, columns


def row_of(midi: float) -> float:
    """Where a pitch lies in a picture of 57 to 81, each with half a row above and below."""
    return HEIGHT * (81.5 - midi) / 25


@pytest.mark.parametrize(
    ("midi", "note", "cents"), [(69.2, "A4", "+20 ct"), (57.62, "A♯3", "−38 ct"), (84.0, "C6", "+0 ct")]
)
def test_it_tells_note_and_cents(browser: Browser, output: WebSocketOutput, midi: float, note: str, cents: str) -> None:
    shown(browser, output)
    assert browser.evaluate(SEEN) == "–"
    output.send(sung(midi, 0.5))
    browser.wait(f"{SEEN} !== '–'")
    assert browser.evaluate(SEEN) == note
    assert browser.evaluate("document.getElementById('cents').textContent") == cents


def test_it_tells_silence(browser: Browser, output: WebSocketOutput) -> None:
    shown(browser, output)
    output.send(sung(69, 0.5))
    browser.wait(f"{SEEN} === 'A4'")
    output.send(sung(math.nan, 0.5, start=0.5))
    browser.wait(f"{SEEN} === '–'")
    output.send(sung(71, 0.2, start=1.0))
    browser.wait(f"{SEEN} === 'B4'")
    # Nothing more comes, as from a microphone that was unplugged.
    browser.wait(f"{SEEN} === '–'")


def test_the_curve_lies_where_the_pitch_is(browser: Browser, output: WebSocketOutput) -> None:
    shown(browser, output, FIXED)
    assert len(curve_pixels(browser)[0]) == 0
    output.send([*sung(60.0, 0.8), *sung(math.nan, 0.3, 0.8), *sung(72.5, 0.9, 1.1)])
    browser.wait("frames.length === 200")
    rows, columns = curve_pixels(browser)
    lower, upper = rows > HEIGHT / 2, rows < HEIGHT / 2
    assert abs(rows[lower].mean() - row_of(60.0)) < 1.5
    assert abs(rows[upper].mean() - row_of(72.5)) < 1.5
    assert np.ptp(rows[lower]) <= 5
    assert np.ptp(rows[upper]) <= 5
    # From left to right as it was sung; the names take 46 pixels, five seconds the rest.
    second = (WIDTH - 46) / 5
    assert abs(np.ptp(columns[lower]) - 0.8 * second) < 8
    assert abs(columns[upper].min() - columns[lower].max() - 0.3 * second) < 8
    assert columns[upper].max() < WIDTH


def test_what_is_settled_takes_the_place_of_what_was_said_at_once(browser: Browser, output: WebSocketOutput) -> None:
    shown(browser, output, FIXED)
    output.send([*sung(60, 1.0, settled=False), *sung(72, 1.0)])
    browser.wait("frames.length === 100 && frames.every(frame => frame.settled)")
    rows, _ = curve_pixels(browser)
    assert abs(rows.mean() - row_of(72)) < 1.5
    assert np.ptp(rows) <= 5


def test_a_stream_that_begins_again_begins_a_new_picture(browser: Browser, output: WebSocketOutput) -> None:
    shown(browser, output, FIXED)
    output.send(sung(60, 1.0, start=100.0))
    browser.wait("frames.length === 100")
    output.send(sung(72, 0.5))
    browser.wait("frames.length === 50")
    rows, _ = curve_pixels(browser)
    assert abs(rows.mean() - row_of(72)) < 1.5


def test_the_picture_follows_the_voice(browser: Browser, output: WebSocketOutput) -> None:
    shown(browser, output, "?curve=ff0088")
    output.send(sung(93, 1.0))
    browser.wait("view.low > 80 && view.high < 106 && view.low < 91 && view.high > 95")
    assert len(curve_pixels(browser)[0]) > 50


def test_it_comes_back_when_livepitch_does(browser: Browser) -> None:
    output = WebSocketOutput("0")
    output.open()
    shown(browser, output)
    output.send(sung(69, 0.5))
    browser.wait(f"{SEEN} === 'A4'")
    port = output.page.rsplit(":", 1)[1].strip("/")
    output.close()
    browser.wait("said.textContent === 'waiting for livepitch'")
    again = WebSocketOutput(port, names=NoteNames("german"))
    again.open()
    try:
        browser.wait("said.textContent === ''")
        wait_until(lambda: again.receivers == 1)
        again.send(sung(71, 0.5))
        browser.wait(f"{SEEN} === 'H4'")
    finally:
        again.close()


@pytest.mark.parametrize(
    ("options", "scheme", "ground"),
    [("", "dark", (20, 23, 28)), ("", "light", (251, 251, 252)), ("?theme=light", "dark", (251, 251, 252)),
     ("?theme=dark&ground=102030", "light", (16, 32, 48))],
)  # fmt: skip
def test_its_colours(
    browser: Browser, output: WebSocketOutput, options: str, scheme: str, ground: tuple[int, int, int]
) -> None:
    shown(browser, output, options, scheme)
    corner = browser.picture()[2, WIDTH - 3, :3]
    assert np.abs(255 * corner - ground).max() < 1.5


def test_transparent_lets_the_video_through(browser: Browser, output: WebSocketOutput) -> None:
    shown(browser, output, "?transparent")
    output.send(sung(69, 1.0))
    browser.wait(f"{SEEN} === 'A4'")
    picture = browser.picture(transparent=True)
    assert picture.shape == (HEIGHT, WIDTH, 4)
    assert (picture[..., 3] == 0).mean() > 0.7
    assert picture[..., 3].max() == 1.0  # and the note is there
    browser.show("about:blank")
    wait_until(lambda: output.receivers == 0)


@pytest.mark.parametrize("options", ["?seconds=-4&low=a&high=&width=1e9", "?low=80&high=60", "?curve=<script>&theme=x"])
def test_nonsense_in_the_address_changes_nothing(browser: Browser, output: WebSocketOutput, options: str) -> None:
    shown(browser, output, options)
    output.send(sung(69, 0.5))
    browser.wait(f"{SEEN} === 'A4'")


def test_a_page_from_elsewhere_hears_nothing(browser: Browser, output: WebSocketOutput, tmp_path: Path) -> None:
    (tmp_path / "stranger.html").write_text("<!doctype html><title>stranger</title>", encoding="utf-8")
    browser.show((tmp_path / "stranger.html").as_uri())
    told = browser.evaluate(f"""new Promise(done => {{
        const socket = new WebSocket("{output.page.replace("http", "ws")}");
        socket.onmessage = () => done("heard");
        socket.onerror = () => done("refused");
    }})""")
    assert told == "refused"
    assert output.receivers == 0
