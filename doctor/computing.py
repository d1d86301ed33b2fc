"""What the networks run on: BLAS, MLX, and whether they are fast and right."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import TYPE_CHECKING

from ..model.blas import cores
from .finding import Checks, Finding, Wanted, failed, warning, well

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIZE = 96  # of the matrices that are multiplied
NEAR = 1e-3  # of the largest value: more than rounding
TONE = 220.0  # Hz
RATE, HOP = 16_000, 160  # Hz, samples
WARMING, HEARD = 50, 150  # hops
CENTS = 15.0  # that the tone may be off
SLOW, TOO_SLOW = 0.7, 1.0  # of real time
SECONDS = 3.0  # of sound that is tracked as a file


def blas(_: Wanted) -> Iterator[Finding]:
    """Whether MLX multiplies fast on the processor."""
    from ..model.blas import PACKAGE, preload_blas

    problem = preload_blas()
    if problem:
        what, _mark, advice = problem.rpartition("; ")
        yield failed("BLAS", what or problem, advice if what else "")
        return
    try:
        yield well("BLAS", f"OpenBLAS of {PACKAGE} {version(PACKAGE)}")
    except PackageNotFoundError:
        yield well("BLAS", "MLX's own")


def mlx(_: Wanted) -> Iterator[Finding]:
    """Whether MLX computes, on what, and the same as NumPy."""
    import numpy as np

    from ..model.backend import mx
    from ..model.device import choose_backend, describe_device

    choose_backend()
    device = describe_device()
    name = f"{version('mlx')} on {device['backend']}" + (f", {device['name']}" if device["name"] else "")
    a, b = np.random.default_rng(8).standard_normal((2, SIZE, SIZE)).astype(np.float32)
    got = np.asarray(mx.tanh(mx.array(a) @ mx.array(b) / SIZE))
    off = float(np.abs(got - np.tanh(a @ b / SIZE)).max())
    if not off < NEAR:
        advice = "reinstall mlx, or try the processor: LIVEPITCH_BACKEND=cpu"
        yield failed("MLX", f"{name}, computes something else than NumPy (by {off:.2g})", advice)
    else:
        yield well("MLX", f"{name}, equal to NumPy within {off:.1g}")


def live_speed(wanted: Wanted) -> Iterator[Finding]:
    """Whether `stream` hears a tone as it is, in time."""
    import numpy as np

    from ..model.device import choose_backend
    from ..model.registry import load_model
    from ..realtime.priority import claim, give_up, stay
    from ..realtime.tracker import StreamTracker

    if not wanted.gentle:  # as a session's worker: before MLX has threads, which inherit both
        claim()
        stay()
    choose_backend()
    tracker, tone = StreamTracker(load_model("stream")), _tone((WARMING + HEARD) * HOP)
    taken, heard = [], []
    for hop in range(WARMING + HEARD):
        begun = time.perf_counter()
        frames = tracker.push(tone[hop * HOP : (hop + 1) * HOP])
        if hop >= WARMING:
            taken.append(time.perf_counter() - begun)
            heard += [frame.f0 for frame in frames if frame.voiced]
    give_up()
    share = median(taken) * RATE / HOP
    text = (
        f"stream: {1e3 * median(taken):.1f} ms for each 10 ms of sound (99 of 100 within {_late(taken):.1f})"
        + ", behind others" * wanted.gentle
    )
    yield _graded("live", text, share)
    cents = 1200 * abs(np.log2(median(heard) / TONE)) if heard else np.inf
    if not cents < CENTS:
        said = f"{median(heard):.1f} Hz" if heard else "nothing"
        yield failed("pitch", f"a tone of {TONE:.0f} Hz is heard as {said}", "reinstall livepitch, then mlx")
    else:
        yield well("pitch", f"a tone of {TONE:.0f} Hz is heard as {median(heard):.1f} Hz")


def file_speed(_: Wanted) -> Iterator[Finding]:
    """How fast a file is tracked."""
    from ..model.registry import load_model
    from ..realtime.estimate import estimate

    model, tone = load_model("rmvpe-small"), _tone(round(SECONDS * RATE))
    estimate(tone, model)  # what is compiled once
    begun = time.perf_counter()
    estimate(tone, model)
    share = (time.perf_counter() - begun) / SECONDS
    yield well("files", f"rmvpe-small: {1 / share:.0f} times real time")


def _tone(samples: int) -> NDArray[np.float32]:
    """Harmonics like a voice's."""
    import numpy as np

    time = np.arange(samples) / RATE
    return np.asarray(sum(0.2 / h * np.sin(2 * np.pi * h * TONE * time) for h in range(1, 12)), np.float32)


def _late(taken: list[float]) -> float:
    return 1e3 * sorted(taken)[round(0.99 * (len(taken) - 1))]


def _load() -> str:
    """How busy the machine is, if it is."""
    busy = os.getloadavg()[0]
    return f" ({busy:.0f} want to run on {cores()} cores)" if busy > cores() else ""


def _graded(check: str, text: str, share: float) -> Finding:
    if share >= TOO_SLOW:
        advice = f"too slow to follow a voice: end other programs{_load()}, plug in the power supply, see BLAS above"
        return failed(check, text, advice)
    if share >= SLOW:
        return warning(check, text, f"little is left for anything else: end other programs{_load()}")
    return well(check, text)


# Live comes before whatever else has MLX start its threads.
CHECKS: Checks = {"BLAS": blas, "live": live_speed, "MLX": mlx, "files": file_speed}
