"""What each part of decoding gives and costs: the waveform's say, a hold of voicing, an octave guard, on and off.

    python benchmarks/decoding.py --data FOLDER --model stream

Every row decodes the same salience. `refined` lets the waveform have its say in the pitch (`model/refine.py`). `hold`
is the checkpoint field: a run younger than 60 ms ends only below `floor` · release; with `again` the next one begins
only at 0.98 within 60 ms. The guard is not part of livepitch, since it moved RPA by less than 0.1 points, for `stream`
down as often as up; it stays here so that it can be measured on other weights: within a voiced run, a peak that leaps
by a fifth, an octave, a twelfth or two octaves is not believed for up to 50 ms while the salience keeps a peak of half
its height where the pitch was.

Onset delay is the mean over the onsets that were found, without the tracker's latency; the rest is as `scores.py` and
`timing.py` say, percent or per second.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from conditions import Condition
from numpy.typing import NDArray
from recordings import Recording, read_recordings
from scores import Estimate, aligned, pooled, scored
from timing import joined, runs, timed

from livepitch.model.checkpoint import Checkpoint
from livepitch.model.decode import decode, run_lengths
from livepitch.model.mel import log_mel, windows_of
from livepitch.model.refine import Refiner, around
from livepitch.model.registry import Model, load_model
from livepitch.realtime.decoder import FRAME_SECONDS
from livepitch.realtime.whole import whole_salience

SHORT = 6  # frames: what is voiced for less than 60 ms flickers
LEAPS = np.array([35.1, 60.0, 95.1, 120.0])  # bins: 3:2, 2:1, 3:1, 4:1
NEAR = 3  # bins, 60 cents: how far a pitch moves in a frame
SHARE = 0.5  # of the largest salience
PATIENCE = 5  # frames

CONDITIONS = "clean,0,white:10,level:-40"

Floats = NDArray[np.float32]


class Way(NamedTuple):
    """One way of decoding."""

    hold: int = 0
    floor: float = 0.0
    again: float = 0.0
    guard: bool = False
    refine: bool = False


WAYS = {
    "off": Way(),
    "hold 60 ms": Way(SHORT),
    "hold, floor 0.5": Way(SHORT, 0.5),
    "hold, floor 0.5, again 0.98": Way(SHORT, 0.5, 0.98),
    "octave guard": Way(guard=True),
    "refined": Way(refine=True),
}


def guarded(salience: Floats, voiced: NDArray[np.bool_]) -> Floats:
    """The salience without its rivals where a leap is not believed: (n, 360)."""
    out, held, stays = salience.copy(), -1, 0
    for t, frame in enumerate(salience):
        peak, low = int(frame.argmax()), max(0, held - NEAR)
        stays = stays + 1 if voiced[t] and held >= 0 and stays < PATIENCE and _leaps(abs(peak - held)) else 0
        if stays:
            near = low + int(frame[low : held + NEAR + 1].argmax())
            if frame[near] >= SHARE * frame[peak] and frame[near] == frame[max(0, near - 1) : near + 2].max():
                out[t, : max(0, near - 4)] = out[t, near + 5 :] = 0.0  # all but what `decode` averages
                peak = near
            else:
                stays = 0
        held = peak if voiced[t] else -1
    return out


def _leaps(distance: int) -> bool:
    return bool((np.abs(LEAPS - distance) <= 2.5).any())


def estimates(salience: Floats, windows: Floats, checkpoint: Checkpoint) -> Iterator[Estimate]:
    """One by each of `WAYS`."""
    confidence = salience.max(axis=1)
    for way in WAYS.values():
        limits = checkpoint.threshold, checkpoint.release, way.hold, way.floor, way.again
        voiced = run_lengths(confidence, *limits) > 0
        candidate = decode(guarded(salience, voiced) if way.guard else salience).candidate
        if way.refine:
            candidate = Refiner().refine(candidate, confidence, around(windows, checkpoint.config.lookahead))
        yield Estimate(np.arange(len(voiced)) * FRAME_SECONDS, candidate.astype(np.float64), voiced)


def heard(model: Model, audio: Floats) -> tuple[Floats, Floats]:
    """Salience (n, 360), as `estimate` decodes it, and the windows (n, 1024) behind it."""
    windows = windows_of(audio, model.checkpoint.config.lookahead)
    return whole_salience(model, log_mel(windows), None), windows


def flashes(voiced: NDArray[np.bool_]) -> int:
    """Voiced runs shorter than 60 ms, whatever the reference has there."""
    return sum(1 for begin, end, said in list(runs(voiced))[1:-1] if said and end - begin < SHORT)


def rows(model: Model, recordings: list[Recording], condition: Condition) -> Iterator[str]:
    """The table's lines for recordings of one source in one condition."""
    each = [list(estimates(*heard(model, condition.heard(recording)), model.checkpoint)) for recording in recordings]
    for name, found in zip(WAYS, zip(*each, strict=True), strict=True):
        pairs = list(zip(recordings, found, strict=True))
        score = scored(pooled(aligned(recording, estimate) for recording, estimate in pairs))
        times = joined(timed(recording, estimate, 0.0) for recording, estimate in pairs)
        short = sum(flashes(estimate.voiced) for estimate in found) / sum(recording.seconds for recording in recordings)
        cells = [f"{100 * score[metric]:.2f}" for metric in ("RPA", "OA", "VR", "VFA", "octave")]
        cells.append(f"{score['fine']:.1f}")
        cells += [f"{short:.3f}", f"{times.figures()['flicker']:.3f}", f"{1000 * times.delays.mean():.1f}"]
        yield f"| {name} | {' | '.join(cells)} |"


def main(
    data: Annotated[Path, typer.Option(help="Recordings, as recordings.py says.")],
    model: Annotated[str, typer.Option(help="A checkpoint, by name or path.")] = "stream",
    conditions: Annotated[str, typer.Option(help="As conditions.py names them.")] = CONDITIONS,
    limit: Annotated[int | None, typer.Option(help="At most so many recordings of each source.", min=1)] = None,
) -> None:
    """Markdown tables: a source and a condition each, a way of decoding per row."""
    loaded, everything = load_model(model), list(read_recordings(data, limit=limit))
    for source in dict.fromkeys(recording.source for recording in everything):
        recordings = [recording for recording in everything if recording.source == source]
        for condition in map(Condition.of, conditions.split(",")):
            if not all(condition.suits(recording) for recording in recordings):
                continue
            print(f"\n{loaded.name}, {source}, {condition}\n")
            print("| decoding | RPA | OA | VR | VFA | octave | fine, c | short runs/s | flickers/s | onset delay, ms |")
            print("|---|" + "---:|" * 9)
            print("\n".join(rows(loaded, recordings, condition)), flush=True)


if __name__ == "__main__":
    typer.run(main)
