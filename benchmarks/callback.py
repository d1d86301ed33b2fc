"""Should PortAudio's callback be C rather than Python? Both record a counter through a virtual microphone, under load.

    pip install rtmixer
    python benchmarks/callback.py --seconds 20 --json callback.json --markdown callback.md

Linux, with the Debian packages libportaudio2 libasound2-plugins pulseaudio pulseaudio-utils. `python` is livepitch's
`Microphone` and `Inlet`, read as the worker reads them; `rtmixer` is a recorder in C that fills PortAudio's own ring
buffer, which has no way to wake anyone and is looked into every millisecond. Both are judged by what a Python thread
has in its hands, and when: the worker is Python in any case. See docs/callback.md.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from counting import Count, counted, write_counter
from loads import LOADS
from machine import describe_machine
from numpy.typing import NDArray

from livepitch.realtime.inlet import Inlet
from livepitch.realtime.session import Session
from livepitch.realtime.source import Microphone, input_devices

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the virtual microphone, which the tests own
from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone

RATE = 48_000  # Hz
LOOK = 1e-3  # s between looks into rtmixer's ring
ATTEMPTS, FIRST = 5, 2.0  # the ALSA plugin of PulseAudio now and then misses its first wake-up; s to wait for it
SETTLED = 1.0  # s of the sound that do not count: the playing side begins
QUANTILES = {"p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 100.0}


@dataclass
class Taken:
    """What a reader got: chunks, and when each was in its hands or in the ring, monotonic s."""

    chunks: list[NDArray[np.float32]]
    instants: list[float]
    ring: list[tuple[int, float]]
    """Samples in the ring by then, and when: one for each block; nothing of rtmixer's is known."""
    overflows: int = 0


def by_python(blocksize: int, going: Callable[[], bool]) -> Taken:
    """livepitch's callback, ring and queue."""
    inlet, microphone, taken = Inlet(time.monotonic), Microphone(DEVICE, RATE, blocksize, channel=0), Taken([], [], [])
    microphone.open(inlet)
    inlet.allocate(4 * RATE)
    microphone.start()
    try:
        while going():
            for_now = inlet.take(FIRST)
            if for_now is None:
                break
            if for_now:
                taken.chunks.append(inlet.read(for_now[-1].stop))
                taken.instants.append(time.monotonic())
                taken.ring += [(stamp.stop, stamp.arrived) for stamp in for_now]
    finally:
        microphone.close()
    taken.overflows = inlet.xruns + inlet.dropped
    return taken


def by_rtmixer(blocksize: int, going: Callable[[], bool]) -> Taken:
    """rtmixer's callback and PortAudio's ring buffer, looked into every `LOOK`."""
    import rtmixer

    index = next(device.index for device in input_devices() if device.name == DEVICE)
    options = {"device": index, "samplerate": RATE, "channels": 1, "blocksize": blocksize, "latency": "low"}
    ring, taken, since = rtmixer.RingBuffer(4, 1 << 18), Taken([], [], []), time.monotonic()
    recorder = rtmixer.Recorder(**options)
    recorder.record_ringbuffer(ring)
    recorder.start()
    try:
        while going() and time.monotonic() - since < FIRST:
            if ring.read_available:
                taken.chunks.append(np.frombuffer(ring.read(), np.float32))
                since = time.monotonic()
                taken.instants.append(since)
            else:
                time.sleep(LOOK)
    finally:
        recorder.stop()
        taken.overflows = int(recorder.stats.input_overflows)
        recorder.close()
    return taken


WAYS = {"python": by_python, "rtmixer": by_rtmixer}


@dataclass(frozen=True)
class Outcome:
    """One way of recording under one load; times in ms, later than the earliest block of the same run."""

    way: str
    load: str
    blocksize: int
    switch_ms: float
    seconds: float
    """Of the counter that were checked."""
    overflows: int
    lost: int
    inserted: int
    breaks: int
    in_hand: dict[str, float]
    in_ring: dict[str, float]
    cpu: float
    """Share of one core of the whole process, its load included."""


def lateness(taken: Taken, blocksize: int) -> tuple[Count, dict[str, float], dict[str, float]]:
    """The counter's remains, and how late every block was in hand, and in the ring."""
    count = counted(np.concatenate(taken.chunks)) if taken.chunks else counted(np.zeros(0, np.float32))
    ends = np.cumsum([len(chunk) for chunk in taken.chunks], dtype=np.int64)
    # Several blocks may come in one chunk: each counts, so that both callbacks are counted alike.
    stops = np.arange(blocksize, ends[-1] + 1 if len(ends) else 0, blocksize)
    in_hand = _behind(count, stops, np.array(taken.instants)[np.searchsorted(ends, stops)] if len(ends) else stops)
    ring = np.array(taken.ring, np.float64).reshape(-1, 2)
    in_ring = _behind(count, ring[:, 0].astype(int), ring[:, 1])
    timely = min([*in_hand, *in_ring], default=0.0)
    return count, _quantiles(in_hand - timely), _quantiles(in_ring - timely)


def _behind(count: Count, stops: NDArray[Any], instants: NDArray[Any]) -> NDArray[np.float64]:
    """Instants of the blocks that end before sample `stops`, less the sound's own time, s: comparable, no more."""
    index = stops - 1 - count.first
    kept = (index >= SETTLED * RATE) & (index < len(count.position)) & (count.first >= 0)
    return np.asarray(instants[kept] - count.position[index[kept]] / RATE)


def _quantiles(seconds: NDArray[np.float64]) -> dict[str, float]:
    return {name: 1e3 * float(np.percentile(seconds, q)) for name, q in QUANTILES.items()} if len(seconds) else {}


def recorded(virtual: VirtualMicrophone, wav: Path, seconds: float, way: str, load: str, blocksize: int) -> Outcome:
    """One run: the load, the recorder, the counter."""
    for _ in range(ATTEMPTS):
        with LOADS[load]():
            begun, cpu = time.monotonic(), time.process_time()
            player = virtual.play(wav)
            taken = WAYS[way](blocksize, lambda: time.monotonic() - begun < seconds + SETTLED)  # noqa: B023
            share = (time.process_time() - cpu) / (time.monotonic() - begun)
            player.terminate()
            player.wait()
        if len(taken.chunks) > 10:
            break
    count, in_hand, in_ring = lateness(taken, blocksize)
    switch, checked = 1e3 * sys.getswitchinterval(), len(count.position) / RATE
    what = (taken.overflows, count.lost, count.inserted, count.breaks)
    return Outcome(way, load, blocksize, switch, checked, *what, in_hand, in_ring, share)


def waited(seconds: float, load: str, blocksize: int, model: str) -> dict[str, Any]:
    """A session on the virtual microphone under a load: its stages and its losses."""
    for _ in range(ATTEMPTS):
        with LOADS[load](), Session(Microphone(DEVICE, RATE, blocksize), model) as session:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                session.frames()
                time.sleep(1 / 60)
            stats = session.stats
        if stats.frames > 50 * seconds and not stats.restarts:
            break
    stages = {name: asdict(span) for name, span in stats.stages.items()}
    counts = {name: getattr(stats, name) for name in ("frames", "late", "xruns", "dropped", "skipped", "restarts")}
    switch = 1e3 * sys.getswitchinterval()
    return {"load": load, "blocksize": blocksize, "switch_ms": switch, "stages": stages, **counts}


def markdown(outcomes: list[Outcome], sessions: list[dict[str, Any]], loads: list[float]) -> str:
    """Both tables."""
    lines = [f"Load average {loads[0]:.2f} at the beginning, {loads[1]:.2f} at the end (1 min).", ""]
    spans = "p50 / p95 / p99 / max ms"
    lines += ["| load | block | callback | switch ms | s | overflows | lost | inserted | breaks | in hand "]
    lines[-1] += f"{spans} | in ring {spans} | CPU % |"
    lines += ["|---|---:|---|" + "---:|" * 9]
    for o in outcomes:
        counts = f"{o.seconds:.0f} | {o.overflows} | {o.lost} | {o.inserted} | {o.breaks}"
        late = f"{_span(o.in_hand)} | {_span(o.in_ring)} | {100 * o.cpu:.0f}"
        lines.append(f"| {o.load} | {o.blocksize} | {o.way} | {o.switch_ms:g} | {counts} | {late} |")
    names = ("input", "wait", "compute", "sound_to_frame")
    lines += ["", f"| load | block | switch ms | {' | '.join(f'{name} {spans}' for name in names)}"]
    lines[-1] += " | frames | late | xruns | skipped |"
    lines += ["|---|---:|" + "---:|" * 9]
    for s in sessions:
        taken = " | ".join(_span(s["stages"].get(name, {})) for name in names)
        counts = f"{s['frames']} | {s['late']} | {s['xruns']} | {s['skipped']}"
        lines.append(f"| {s['load']} | {s['blocksize']} | {s['switch_ms']:g} | {taken} | {counts} |")
    return "\n".join([*lines, ""])


def _span(spans: dict[str, float]) -> str:
    return " / ".join(f"{spans[name]:.1f}" for name in QUANTILES) if spans else "–"


def main(
    seconds: Annotated[float, typer.Option(help="Of each recording.", min=2)] = 10.0,
    blocks: Annotated[str, typer.Option(help="Block sizes, samples at 48 kHz.")] = "64,256,480",
    loads: Annotated[str, typer.Option(help="Some of loads.py's `LOADS`.")] = ",".join(LOADS),
    switches: Annotated[str, typer.Option(help="Of sys.setswitchinterval, ms; the first one for rtmixer.")] = "5,1,0.5",
    rounds: Annotated[int, typer.Option(help="Times that everything is done, in turn.", min=1)] = 1,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write every figure there.")] = None,
    markdown_file: Annotated[Path | None, typer.Option("--markdown", help="Write the tables there.")] = None,
) -> None:
    """Tables: what was lost and how late it was, for each load, block size, callback and switch interval."""
    sizes, intervals, averages = [int(size) for size in blocks.split(",")], switches.split(","), [os.getloadavg()[0]]
    outcomes: list[Outcome] = []
    sessions: list[dict[str, Any]] = []
    before = sys.getswitchinterval()
    with tempfile.TemporaryDirectory() as folder, VirtualMicrophone(RATE) as virtual:
        input_devices(refresh=True)
        wav = Path(folder) / "counter.wav"
        write_counter(wav, seconds + 5, RATE)
        for load in loads.split(",") * rounds:
            for interval in intervals:
                sys.setswitchinterval(float(interval) / 1e3)
                for size in sizes:
                    for way in ("python", "rtmixer") if interval == intervals[0] else ("python",):
                        outcomes.append(recorded(virtual, wav, seconds, way, load, size))
                        print(outcomes[-1], file=sys.stderr)
                sessions.append(waited(seconds, load, sizes[-1], "stream"))
                print(sessions[-1], file=sys.stderr)
    sys.setswitchinterval(before)
    averages.append(os.getloadavg()[0])
    text = markdown(outcomes, sessions, averages)
    print(text)
    if markdown_file:
        markdown_file.write_text(text, encoding="utf-8")
    if json_file:
        everything = {"machine": describe_machine(), "loadavg_1min": averages}
        everything |= {"recordings": [asdict(outcome) for outcome in outcomes], "sessions": sessions}
        json_file.write_text(json.dumps(everything, indent=1), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
