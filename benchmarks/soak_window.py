"""A monkey at the window for as long as one likes: random keys, clicks, menus, files and faults, window after window.

    xvfb-run -a python benchmarks/soak.py window --steps 5000
    QT_QPA_PLATFORM=offscreen python benchmarks/soak.py window --steps 5000 --real

Each window lives for some hundred steps and is closed in the middle of whatever it does; then nothing may be left: no
stream, thread, process, open file or temporary file. With `--real` it listens to the demo voice, whose engine, in a
process of its own, is killed, held up and let go again; without, to a stream that breaks in ways of its own. The same
seed plays the same game, as far as threads let it.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pytest
from PyQt6.QtWidgets import QApplication
from soaking import Figures, Memory

from livepitch.gui.home.mishaps import Mishaps
from livepitch.gui.window import Window
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.source import DemoVoice
from tests.gui.conftest import FakeSource, Studio
from tests.gui.leftovers import nothing_left
from tests.gui.monkey import Monkey
from tests.gui.monkey_world import Plugs, StreamFaults, own_world, strange_files

HELD = 8.0  # s that an engine is held up at most


class EngineFaults(Plugs):
    """What befalls a window whose engine is a process of its own."""

    def all(self) -> list[Callable[[], None]]:
        """Each of them."""
        return [self.kill, self.hold_up, *super().all()]

    def kill(self) -> None:
        """End the engine's process."""
        self._send(signal.SIGKILL)

    def hold_up(self) -> None:
        """Let it do nothing for a while."""
        pid = self._send(signal.SIGSTOP)
        if pid is not None:
            timer = threading.Timer(HELD * self.random.random(), lambda: _signal(pid, signal.SIGCONT))
            timer.daemon = True
            timer.start()

    def _send(self, what: signal.Signals) -> int | None:
        stream: Any = self.window.listening.transport.stream
        pid = None if stream is None else stream.pid
        if pid is not None:
            _signal(pid, what)
        return pid


def _signal(pid: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, what)


class Game:
    """Windows one after another, and what came of them."""

    def __init__(self, seed: int, real: bool) -> None:
        self.chance, self.real = random.Random(seed), real
        self.errors: list[str] = []
        self.left: list[str] = []
        self.windows = self.steps = 0
        self.slowest, self.closing = (0.0, ""), 0.0

    def play(self, steps: int) -> None:
        """Open a window, do so many things with it, close it, and look what is left."""
        folder = Path(tempfile.mkdtemp(prefix="soak-window-"))
        with pytest.MonkeyPatch.context() as patches:
            own_world(folder, patches)
            try:
                with nothing_left(patches, folder / "temporary"):
                    self._live(folder, patches, steps)
            except AssertionError as found:
                self.left.append(f"window {self.windows}: {found}")
        self.windows += 1

    def _live(self, folder: Path, patches: pytest.MonkeyPatch, steps: int) -> None:
        studio, files = Studio(), strange_files(folder / "files")
        source, make = (DemoVoice(), RemoteSession) if self.real else (FakeSource(), studio.make)
        window = Window(source, make_stream=make, memory=folder / "CONFIG" / "window.json")  # type: ignore[arg-type]
        faults = EngineFaults(window, self.chance, patches) if self.real else None
        monkey = Monkey(
            window,
            self.chance,
            files,
            folder,
            (faults or StreamFaults(window, studio, self.chance, patches)).all(),
        )
        with self._noting(window, monkey):
            window.show()
            window.start()
            monkey.play(steps)
            monkey.close()
            for stream in studio.streams:
                stream.may_start.set()
            begun = time.monotonic()
            window.close()
            self.closing = max(self.closing, time.monotonic() - begun)
            window.deleteLater()
            QApplication.processEvents()
        self.steps += steps
        self.slowest = max(self.slowest, monkey.slowest)

    @contextmanager
    def _noting(self, window: Window, monkey: Monkey) -> Iterator[None]:
        """Errors that nobody caught, with what was done last."""

        def note(kind: type[BaseException], error: BaseException, _: object) -> None:
            self.errors.append(f"window {self.windows}: {kind.__name__}: {error} after {monkey.done[-3:]}")

        before, sys.excepthook = sys.excepthook, note
        mishaps = Mishaps(window.parts, lambda: None)
        mishaps.watch()
        try:
            yield
        finally:
            mishaps.close()
            sys.excepthook = before


def window(
    steps: Annotated[int, typer.Option(help="In all.")] = 3000,
    life: Annotated[int, typer.Option(help="Steps of one window.")] = 250,
    seed: Annotated[int, typer.Option(help="Of the game.")] = 1,
    real: Annotated[bool, typer.Option("--real", help="With an engine in a process of its own.")] = False,
) -> None:
    """Let a monkey play, and print what it found."""
    app = QApplication([])
    app.setStyle("Fusion")
    game, memory, figures = Game(seed, real), Memory(), Figures()
    while game.steps < steps:
        game.play(min(life, steps - game.steps))
        memory.look(game.steps / 1000)
        print(f"{game.steps} steps, {len(game.errors)} errors, {len(game.left)} with leftovers", file=sys.stderr)
    figures.add("steps, windows", f"{game.steps:,}, {game.windows}")
    figures.add("errors that nobody caught", len(game.errors), not game.errors)
    figures.add("windows that left something", len(game.left), not game.left)
    figures.add("slowest step", f"{game.slowest[0]:.1f} s ({game.slowest[1]})")
    figures.add("slowest closing", f"{game.closing:.1f} s")
    first, last, slope = memory.after(memory.hours[len(memory.hours) // 3])
    figures.add("memory, MiB", f"{first:.0f} → {last:.0f}, {slope:+.1f} per 1,000 steps")
    print(figures)
    print(*game.errors, *game.left, sep="\n", file=sys.stderr)
    if not figures.hold:
        raise typer.Exit(1)
    del app
