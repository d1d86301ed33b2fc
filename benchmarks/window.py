"""What the live window costs: pictures a second, the time between two of them, and the share of a core they take.

    xvfb-run -a -s "-screen 0 1920x1080x24" python benchmarks/window.py --json window.json

The window is the one that `livepitch live` opens, on the demo voice, its engine in a process of its own; minutes of
sung history lie before the first moment. For each stretch of time on screen it is watched for some seconds: when each
picture was painted, and how long the Qt thread ran by the clock of its own. `--fake` replaces the engine by frames that
cost nothing, so that the window is measured alone. `--hour` sings an hour into a window without waiting, and looks at
the memory of the process every ten minutes of it.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from machine import describe_machine
from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication

from livepitch.gui.window import Window
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.frame import PitchFrame, StreamStats
from livepitch.realtime.source import DemoVoice

Record = dict[str, Any]

STAGES = ("sound_to_frame", "sound_to_paint", "infer")
SETTLE = 3.0  # s until a stretch of time is drawn and watched
PATIENCE = 60.0  # s for the engine to start


def sung(time: float) -> float:
    """A phrase without end: steps, glides, vibrato, and breath every four seconds. Hz, NaN where silent."""
    if time % 4 > 3.5:
        return math.nan
    semitones = 3 * math.sin(time / 3) + round(2 * math.sin(time / 1.7)) + 0.4 * math.sin(2 * math.pi * 5.5 * time)
    return float(220 * 2 ** (semitones / 12))


def frames_of(first: int, last: int, zero: float) -> list[PitchFrame]:
    """The frames of that phrase from one number to another; `zero`: monotonic s of the stream's first."""
    times = [0.01 * number for number in range(first, last)]
    return [PitchFrame(each, sung(each), 0.9, -20.0, captured=zero + each) for each in times]


class FakeStream:
    """Frames in real time, or as many as are asked for with `hurry`, at no cost."""

    latency, sample_rate, tuned, message, recording, sending = 0.032, 48_000, None, None, None, ()

    def __init__(self, source: DemoVoice) -> None:
        self.source, self.running, self._next = source, True, 0
        self.hurry: int | None = None
        self.stats = StreamStats()
        self._zero = time.monotonic()

    def start(self) -> None:
        """Time begins."""
        self._zero = time.monotonic()

    def stop(self) -> None:
        """It ends."""
        self.running = False

    def frames(self) -> list[PitchFrame]:
        """What has been sung since the last call."""
        last = int(100 * (time.monotonic() - self._zero)) if self.hurry is None else self._next + self.hurry
        first, self._next = self._next, max(last, self._next)
        return frames_of(first, last, self._zero)

    def painted(self, frames: Sequence[PitchFrame], instant: float) -> None:
        """Not looked at."""

    def adjust(self, **_: float) -> None:
        """Not looked at."""


def wait(seconds: float) -> None:
    """Let the window live."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def opened(fake: bool, minutes: float, size: tuple[int, int]) -> Window:
    """A window that listens, with so many minutes of history."""

    def make(source: Any, *arguments: Any, **options: Any) -> Any:
        return FakeStream(source) if fake else RemoteSession(source, *arguments, **options)

    window = Window(DemoVoice(), make_stream=make)
    window.resize(*size)
    window.show()
    before = frames_of(-round(6000 * minutes), -1, time.monotonic())
    window.listening.started.connect(lambda: window.listening.live.history.extend(before))
    window.start()
    until = time.monotonic() + PATIENCE
    while window.listening.live.history.newest < 0.5 and time.monotonic() < until:
        wait(0.1)
    if window.listening.live.history.newest < 0.5:
        raise SystemExit(f"the stream did not start: {window.stage.welcome.text.text()}")
    return window


def watch(window: Window, shown: float, seconds: float) -> Record:
    """Figures of one stretch of time on screen."""
    view = window.stage.view
    view.scale_time(shown / view.time_window.seconds)
    wait(SETTLE)
    painted: list[float] = []
    view.painted.connect(painted.append)
    begun, busy = time.monotonic(), time.thread_time()
    wait(seconds)
    passed, busy = time.monotonic() - begun, time.thread_time() - busy
    view.painted.disconnect(painted.append)
    gaps = 1e3 * np.diff(painted)
    stream = window.listening.transport.stream
    assert stream is not None
    stages = stream.stats.stages
    return {
        "shown_s": shown,
        "fps": len(painted) / passed,
        "interval_ms": {
            "p50": float(np.median(gaps)),
            "p99": float(np.percentile(gaps, 99)),
            "max": float(gaps.max()),
        },
        "qt_thread": busy / passed,
        "stages_ms": {name: {"p50": stages[name].p50, "p99": stages[name].p99} for name in STAGES if name in stages},
    }


def resident() -> float:
    """MB of memory that this process has in use now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def sing_an_hour(window: Window) -> list[float]:
    """MB after every ten minutes of an hour, of which each second is ticked and painted."""
    window.scenes.timer.stop()
    stream: Any = window.listening.transport.stream
    stream.hurry = 100
    memory = [resident()]
    for second in range(3600):
        window.listening.tick()
        window.stage.view.repaint()
        QApplication.processEvents()
        if second % 600 == 599:
            memory.append(resident())
    return memory


def table(rows: Sequence[Record]) -> str:
    """The figures as text."""
    lines = [
        "  shown      fps   interval ms p50    p99    max   Qt thread  ms a picture   sound to frame, paint ms (p50)"
    ]
    for row in rows:
        gaps, stages = row["interval_ms"], row["stages_ms"]
        late = [f"{stages[name]['p50']:.1f}" if name in stages else "–" for name in STAGES[:2]]
        lines.append(
            f"{row['shown_s']:5.0f} s  {row['fps']:7.1f}  {gaps['p50']:14.1f} {gaps['p99']:6.1f} {gaps['max']:6.1f}"
            f"  {100 * row['qt_thread']:8.1f} %  {1e3 * row['qt_thread'] / row['fps']:12.1f}   {', '.join(late)}"
        )
    return "\n".join(lines)


def main(
    shown: Annotated[list[float] | None, typer.Option(help="Seconds on screen; may be given again.")] = None,
    seconds: Annotated[float, typer.Option(help="To watch each.")] = 15.0,
    minutes: Annotated[float, typer.Option(help="Of history.")] = 10.0,
    fake: Annotated[bool, typer.Option("--fake", help="Frames that cost nothing, no engine.")] = False,
    hour: Annotated[bool, typer.Option("--hour", help="Memory over an hour instead.")] = False,
    panels: Annotated[str, typer.Option(help="Keys to press before, as shortcuts with a blank between.")] = "",
    width: int = 1920,
    height: int = 1080,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Save what the window looks like (PNG).")] = None,
) -> None:
    """Measure, print a table, write JSON."""
    app = QApplication([])
    app.setStyle("Fusion")
    window = opened(fake or hour, 0.0 if hour else minutes, (width, height))
    for keys in panels.split():
        next(action for action in window.actions() if action.shortcut().toString() == keys).trigger()
    record: Record = {"machine": describe_machine(), "platform": app.platformName(), "size": [width, height]}
    if hour:
        record["memory_mb"] = sing_an_hour(window)
        print("MB after 0, 10, … 60 minutes:", ", ".join(f"{megabytes:.0f}" for megabytes in record["memory_mb"]))
    else:
        record |= {"history_min": minutes, "fake": fake, "seconds": seconds}
        record["rows"] = [watch(window, each, seconds) for each in shown or (8.0, 60.0, 600.0)]
        print(table(record["rows"]))
    if picture is not None:
        window.grab().save(str(picture))
    if json_file is not None:
        json_file.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    window.close()


if __name__ == "__main__":
    typer.run(main)
