"""The windows that `windowed.py` compares, some as nobody should run them, and what each costs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import livepitch
from livepitch.model.backend import mx
from livepitch.model.config import GRID
from livepitch.realtime.layout import Layout
from livepitch.realtime.whole import whole_salience
from livepitch.realtime.windowed import WindowedStream

FRAME = 0.01  # s
SEVERAL = 10  # s of sound that are timed as a whole file


class Repeated(WindowedStream):
    """Pads the live edge with its last frame instead of reflecting it."""

    def _features(self, mel: NDArray[np.float32]) -> mx.array:
        padded = np.pad(mel, ((0, -len(mel) % GRID), (0, 0)), mode="edge")
        return self._network.features(mx.array(padded))


class Through(WindowedStream):
    """Lets the backward GRU begin at the end of the padding instead of at the newest frame."""

    def _run(self, n: int, stop: int, padding: bool = False) -> NDArray[np.float32]:
        return super()._run(n, stop, padding=True)


class OffGrid(WindowedStream):
    """Begins every window half a pooling step before the grid; the context is that much longer."""

    def _start(self, stop: int) -> int:
        return max(0, super()._start(stop) - GRID // 2)


class AtTheEdge(WindowedStream):
    """Ends every window at the newest frame, so that nothing is padded; it begins where it may."""

    def _start(self, stop: int) -> int:
        least = stop - max(0, self._given - self.layout.context)
        return max(0, stop - -(-least // GRID) * GRID)


class Filled(WindowedStream):
    """Repeats the first frame before the stream's beginning until the windows are as long as later."""

    def _features(self, mel: NDArray[np.float32]) -> mx.array:
        missing = max(0, self.layout.longest - -(-len(mel) // GRID) * GRID)
        if self._given >= self.layout.context:
            missing = 0
        return super()._features(np.pad(mel, ((missing, 0), (0, 0)), mode="edge"))[missing:]


class Fresh(WindowedStream):
    """Runs the GRU over the whole window from zeros each time."""

    def _recur(self, features: mx.array, first: int, n: int) -> mx.array:
        salience, _ = self._network.salience(features, self._network.initial_state())
        return salience[first : first + n]


USUAL = "grid"
PLACEMENTS: dict[str, tuple[type[WindowedStream], str]] = {
    USUAL: (WindowedStream, "as it is: on the grid, reflected, state carried"),
    "repeat": (Repeated, "padded by the last frame repeated"),
    "through": (Through, "backward GRU through the padding"),
    "off": (OffGrid, "begins 16 frames off the grid"),
    "edge": (AtTheEdge, "no padding: a multiple of 32, off the grid"),
    "filled": (Filled, "filled up before the beginning"),
    "fresh": (Fresh, "state not carried, GRU over the window"),
}


@dataclass(frozen=True)
class Row:
    """One line of one table."""

    table: str
    layout: Layout
    placement: str = USUAL
    """A key of `PLACEMENTS`."""


def rows(context: int) -> Iterator[Row]:
    """All that is measured; `context` where the table is not about it."""
    by_latency = "By latency"
    for lookahead, hop in ((1, 1), (2, 2), (4, 4), (8, 8), (16, 16), (16, 32), (32, 32)):
        yield Row(by_latency, Layout(context, lookahead, hop))
    for lookahead, hop in ((12, 4), (8, 8), (0, 16), (24, 8), (16, 16), (8, 24), (0, 32), (48, 16), (32, 32), (0, 64)):
        yield Row("The same latency, spent on lookahead or on hop", Layout(context, lookahead, hop))
    for frames in (0, 32, 64, 80, 96, 128, 192, 256):
        yield Row("By context", Layout(frames, 16, 16))
    for placement in (USUAL, "repeat", "through", "off", "edge", "filled"):
        yield Row("Where the window lies", Layout(context, 16, 32), placement)
    for placement in (USUAL, "off"):
        yield Row("Where the window lies", Layout(context, 32, 32), placement)
    for before, frames in ((0, 16), (context, 8), (context, 16)):
        for placement in (USUAL, "fresh"):
            yield Row("The forward GRU's state", Layout(before, frames, frames), placement)


@dataclass(frozen=True)
class Cost:
    """Of a layout in the middle of a stream."""

    run: float
    """Seconds that the network runs for each hop, on average over a turn of the grid."""
    longest: float
    """Seconds of a run of the longest window."""
    times_whole: float
    """Computing for each second of sound, as a multiple of what the whole file takes."""


Costs = dict[Layout, Cost]


def costs(model: livepitch.Model, layouts: Iterable[Layout], rounds: int) -> Costs:
    """What runs and a whole file take, each the least of several rounds in which they take turns."""
    streams = {layout: WindowedStream(model.network(), layout) for layout in layouts}
    noise = np.random.default_rng(0).normal(-6, 2, (round(SEVERAL / FRAME), 128)).astype(np.float32)
    tasks: dict[object, Callable[[], object]] = {None: lambda: whole_salience(model, noise, None)}
    for layout, stream in streams.items():
        for length in set(steady(layout)):
            tasks[layout, length] = lambda stream=stream, length=length: stream.rehearse(length)  # type: ignore[misc]
    for task in tasks.values():  # whatever is compiled is compiled now
        task()
    least = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for key, task in tasks.items():
            begun = time.perf_counter()
            task()
            least[key] = min(least[key], time.perf_counter() - begun)
    return {layout: _cost(layout, least) for layout in streams}


def _cost(layout: Layout, least: dict[object, float]) -> Cost:
    runs = [least[layout, length] for length in steady(layout)]
    run = float(np.mean(runs))
    return Cost(run, max(runs), run / layout.hop_seconds / (least[None] / SEVERAL))


def steady(layout: Layout) -> list[int]:
    """The lengths of window that go round once the context is full."""
    first = -(-layout.context // layout.hop) * layout.hop
    firsts = range(first, first + GRID * layout.hop, layout.hop)
    return [-(-(at + layout.waiting + 1 - layout.start(at)) // GRID) * GRID for at in firsts]


def cost_table(model: livepitch.Model, cost: Costs) -> str:
    """Markdown: what each layout costs, apart from what it finds."""
    head = ["context", "lookahead", "hop", "latency ms", "run ms", "longest ms", "share of the hop", "times whole file"]
    lines = [
        [
            *numbers(layout),
            f"{1e3 * found.run:.0f}",
            f"{1e3 * found.longest:.0f}",
            f"{100 * found.run / layout.hop_seconds:.0f} %",
            f"{found.times_whole:.1f}",
        ]
        for layout, found in cost.items()
    ]
    return f"## Cost of {model.name}\n\n{markdown(head, lines)}"


def numbers(layout: Layout) -> list[str]:
    """The layout and its latency from the centre of the oldest frame of a hop to the last sample it waits for."""
    return [str(layout.context), str(layout.lookahead), str(layout.hop), f"{1e3 * layout.latency:.0f}"]


def markdown(head: list[str], lines: list[list[str]]) -> str:
    """A table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *lines])
