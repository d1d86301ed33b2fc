"""A model that is too slow: how late its frames come, whether what is skipped is counted, and what the user is told.

    python benchmarks/soak_overload.py --seconds 30

The real session and the real `stream` network, whose every push is made to last so many times as long as its sound.
"""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer
from soaking import Figures

from livepitch.realtime import feed
from livepitch.realtime.frame import Settings
from livepitch.realtime.ring import Floats
from livepitch.realtime.roles import Tracker
from livepitch.realtime.session import Session, stream_tracker
from livepitch.realtime.source import DemoVoice

RATE = 16_000
BLOCK = 0.01  # s
NOISE = 0.1  # s that this machine, which does other things, may add


class Counting(DemoVoice):
    """Counts what it delivers."""

    delivered = 0

    def open(self, sink: Any) -> None:
        """Open it with a sink that counts."""

        def counted(block: Floats, captured: float, overflowed: bool) -> None:
            self.delivered += len(block)
            sink(block, captured, overflowed)

        super().open(counted)  # type: ignore[arg-type]


def slowed(factor: float) -> Any:
    """Makes trackers that take `factor` times as long as the sound lasts."""

    def make(model: Any, sample_rate: int, settings: Settings) -> Tracker:
        tracker: Any = stream_tracker(model, sample_rate, settings)
        push, warm_up = tracker.push, tracker.warm_up

        def slow(block: Floats) -> Any:
            begun = time.monotonic()
            frames = push(block)
            time.sleep(max(0.0, factor * len(block) / sample_rate - (time.monotonic() - begun)))
            return frames

        def warm() -> None:
            tracker.push = push
            warm_up()
            tracker.push = slow

        tracker.warm_up = warm
        return tracker  # type: ignore[no-any-return]

    return make


def overload(seconds: Annotated[float, typer.Option(help="Of sound for each factor.")] = 30.0) -> None:
    """A model too slow by 1.2, 3 and 20 times."""
    figures = Figures()
    for factor in (1.2, 3.0, 20.0):
        _run(factor, seconds, figures)
    print(figures)
    if not figures.hold:
        raise typer.Exit(1)


def _run(factor: float, seconds: float, figures: Figures) -> None:
    source, settings, late, told = Counting(RATE), Settings(), [], set[str]()
    with Session(source, "stream", settings, tracker_factory=slowed(factor)) as session:
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            late += [frame.latency for frame in session.frames()]
            told.add(session.message or "")
            time.sleep(0.02)
        algorithmic = session.latency
    stats, name = session.stats, f"{factor:g} times too slow"
    most = algorithmic + 2 * BLOCK + settings.max_behind + max(2 * feed.BUDGET, factor * BLOCK) + NOISE
    figures.add(f"{name}: frames given a second", f"{len(late) / seconds:.1f}")
    late = sorted(late) or [0.0]  # none, where the network needs longer for its first frame than it is allowed
    usual = late[int(0.99 * (len(late) - 1))]
    figures.add(f"{name}: the slowest frame", f"{late[-1]:.3f} s")
    figures.add(f"{name}: 99 of 100 frames within {most:.2f} s", f"{usual:.3f} s", usual <= most)
    counted = stats.heard + stats.skipped + stats.dropped
    what = f"{name}: heard {stats.heard:,} + skipped {stats.skipped:,} + dropped {stats.dropped:,} samples"
    figures.add(what, f"of {source.delivered:,}", counted == source.delivered)
    said = next((sentence for sentence in told if "too slow" in sentence), "")
    figures.add(f"{name}: what is said", said or "nothing", bool(said))


if __name__ == "__main__":
    typer.run(overload)
