"""Pitch labels for real voices where independent trackers agree; what they dispute is left out of the loss.

    python -m training.labels --voices DIR --out DIR

Four trackers vote on every 10 ms frame. Their time offsets and biases (`OFFSET`, `BIAS`) were measured on
additive voices with glides and vibrato of exactly known f0 from 64 to 1130 Hz; Praat is the most precise
(0.1 cents on glides), so its value is taken wherever it is among those that agree. What is spoken is then led
towards SwiftF0's, which is the least late on falling speech.
"""

import argparse
import sys
import types
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from scipy import ndimage, signal

from .voices import (
    HOP,
    PITCHED,
    SAMPLE_RATE,
    UNKNOWN,
    UNVOICED,
    VOICED,
    Floats,
    Labelled,
    Recording,
    States,
    frame_level,
    has_pitch,
    read_recordings,
    runs,
    write_pack,
)

Track = tuple[NDArray[np.float64], NDArray[np.float64]]  # times in s, f0 in Hz (0 where unvoiced)
Tracker = Callable[[Floats], Track]

TRACKERS = ("fcpe", "swift", "pesto", "praat")
OFFSET = {
    "fcpe": 0.4e-3,
    "swift": 0.0,
    "pesto": 0.0,
    "praat": 0.0,
}  # s, how far ahead of its time stamp a tracker looks
BIAS = {"fcpe": 0.0, "swift": -0.4, "pesto": 3.0, "praat": 0.0}  # cents
AGREEMENT = 35.0  # cents
GUESSERS = ("fcpe", "swift_guess", "praat_guess")  # what the pitch would be where voicing is in doubt
GUESS_AGREEMENT = 50.0  # cents
LED, NEAR = 0.75, 100.0  # how far of the way spoken pitch is led to SwiftF0's, where it lies within so many cents
BESIDE = 8  # frames from a sure one within which FCPE's contour of a sung voice is believed alone
PRAAT_FLOORS = (50.0, 120.0, 300.0)  # Hz; a higher floor is a shorter window, which flattens vibrato less
CEILING = 1250.0  # Hz
PIECE, CONTEXT = 20 * SAMPLE_RATE, SAMPLE_RATE  # samples: memory stays small on long files
SHORTEST = 3  # frames, 30 ms


def _stub_torchaudio() -> None:
    """Let torchfcpe and pesto import: both import torchaudio but need none of it for arrays at 16 kHz."""
    audio, transforms = types.ModuleType("torchaudio"), types.ModuleType("torchaudio.transforms")
    transforms.Resample = torch.nn.Identity  # type: ignore[attr-defined]
    audio.transforms = transforms  # type: ignore[attr-defined]
    sys.modules.setdefault("torchaudio", audio)
    sys.modules.setdefault("torchaudio.transforms", transforms)


def fcpe_tracker() -> Tracker:
    """FCPE at its default threshold."""
    _stub_torchaudio()
    import torchfcpe

    model = torchfcpe.spawn_bundled_infer_model("cpu")

    def track(audio: Floats) -> Track:
        samples = torch.from_numpy(audio)[None, :, None]
        f0 = model.infer(samples, sr=SAMPLE_RATE, decoder_mode="local_argmax", threshold=0.006)
        hz = f0.numpy()[0, :, 0].astype(np.float64)
        return np.arange(len(hz)) * HOP / SAMPLE_RATE, np.where(hz > 33, hz, 0)

    return track


def swift_tracker(confidence: float = 0.5) -> Tracker:
    """SwiftF0, voiced from the confidence its authors calibrate voicing to."""
    from swift_f0 import SwiftF0

    model = SwiftF0(threads=1)

    def track(audio: Floats) -> Track:
        result = model.detect(audio, SAMPLE_RATE)
        return result.timestamps, np.where(result.confidence >= confidence, result.pitch_hz, 0)

    return track


def pesto_tracker() -> Tracker:
    """PESTO, voiced from a confidence of 0.5."""
    _stub_torchaudio()
    import pesto

    model = pesto.load_model("mir-1k_g7", step_size=1000 * HOP / SAMPLE_RATE, sampling_rate=SAMPLE_RATE)

    def track(audio: Floats) -> Track:
        with torch.inference_mode():
            f0, confidence = model(torch.from_numpy(audio), sr=SAMPLE_RATE, convert_to_freq=True)[:2]
        times = np.arange(f0.shape[-1]) * HOP / SAMPLE_RATE
        return times, np.where(confidence.numpy() >= 0.5, f0.numpy(), 0).astype(np.float64)

    return track


def praat_tracker(floor: float = PRAAT_FLOORS[0], silence: float = 0.03, voicing: float = 0.45) -> Tracker:
    """Praat's autocorrelation method, at its default thresholds of silence and voicing."""
    import parselmouth

    def track(audio: Floats) -> Track:
        sound = parselmouth.Sound(audio.astype(np.float64), SAMPLE_RATE)
        pitch = sound.to_pitch_ac(
            time_step=HOP / SAMPLE_RATE, pitch_floor=floor, pitch_ceiling=CEILING,
            silence_threshold=silence, voicing_threshold=voicing,
        )  # fmt: skip
        # Praat's sample 0 lies half a sample after time 0.
        return pitch.xs() - 0.5 / SAMPLE_RATE, pitch.selected_array["frequency"]

    return track


def on_grid(track: Track, n_frames: int, offset: float, bias: float) -> NDArray[np.float64]:
    """Cents above 1 Hz `(n,)` on the 10 ms grid, NaN where the nearest frame of the tracker is unvoiced.

    Between two voiced frames the value is interpolated in cents; beside an unvoiced one the nearest is taken.
    """
    times, hz = track[0] + offset, track[1]
    cents = np.full(len(hz), np.nan)
    cents[hz > 0] = 1200 * np.log2(hz[hz > 0]) - bias
    grid = np.arange(n_frames) * HOP / SAMPLE_RATE
    right = np.clip(np.searchsorted(times, grid), 1, len(times) - 1)
    share = np.clip((grid - times[right - 1]) / (times[right] - times[right - 1]), 0, 1)
    nearest = np.where(share < 0.5, cents[right - 1], cents[right])
    between = (1 - share) * cents[right - 1] + share * cents[right]
    return np.where(np.isnan(nearest) | np.isnan(between), nearest, between)


def in_pieces(tracker: Tracker, audio: Floats, offset: float, bias: float) -> NDArray[np.float64]:
    """Run `tracker` over pieces of 20 s with 1 s of context: cents `(n,)` for audio `(160 n,)`."""
    parts = []
    for start in range(0, len(audio), PIECE):
        left = min(start, CONTEXT)
        piece = audio[start - left : start + PIECE + CONTEXT]
        cents = on_grid(tracker(piece), len(piece) // HOP, offset, bias)
        parts.append(cents[left // HOP : (left + PIECE) // HOP])
    return np.concatenate(parts)[: len(audio) // HOP]


def makers() -> dict[str, Callable[[], Tracker]]:
    """Every tracker by name: the four that vote, Praat at each of `PRAAT_FLOORS`, and two that always guess."""
    floors = {f"praat{floor:.0f}": partial(praat_tracker, floor) for floor in PRAAT_FLOORS}
    always = partial(praat_tracker, PRAAT_FLOORS[0], silence=0.0, voicing=0.0)
    guesses = {"swift_guess": partial(swift_tracker, 0.0), "praat_guess": always}
    voters = {"fcpe": fcpe_tracker, "swift": swift_tracker, "pesto": pesto_tracker, "praat": praat_tracker}
    return {**voters, **floors, **guesses}


def track_all(audio: Floats, known: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Cents `(n,)` of every tracker, those of `known` as they are."""
    missing = {name: make for name, make in makers().items() if name not in known}
    return known | {
        name: in_pieces(make(), audio, OFFSET.get(name, 0.0), BIAS.get(name.removesuffix("_guess"), 0.0))
        for name, make in missing.items()
    }


def vote(
    votes: NDArray[np.float64], agreement: float = AGREEMENT
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Median of the largest agreeing group, its size, and how many say voiced, each `(n,)`.

    votes: cents `(k, n)`, NaN where a tracker says unvoiced.
    """
    close = np.abs(votes[:, None] - votes[None]) < agreement  # (k, k, n); NaN compares false
    leader = close.sum(axis=1).argmax(axis=0)
    group = np.take_along_axis(close, leader[None, None], axis=0)[0]
    with np.errstate(all="ignore"):
        middle = np.where(group.any(axis=0), np.nanmedian(np.where(group, votes, np.nan), axis=0), np.nan)
    return middle, group.sum(axis=0), (~np.isnan(votes)).sum(axis=0)


def refine(middle: NDArray[np.float64], tracks: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Replace agreed cents by Praat's, at the shortest window that holds the pitch, if within 20 cents."""
    refined = middle.copy()
    for floor in PRAAT_FLOORS:
        precise = tracks[f"praat{floor:.0f}"]
        use = (np.abs(precise - middle) < 20) & (middle > 1200 * np.log2(2.2 * floor))
        refined[use] = precise[use]
    return refined


def periodicity(audio: Floats, cents: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlation `(n,)`, below 2.5 kHz, of two stretches of two periods a period apart round each frame.

    It is local, unlike the trackers' windows (60 ms and more), so it carries no voicing into a pause.
    It is 0 where `cents` is NaN.
    """
    ratio, points = 4, 128
    low = signal.sosfiltfilt(signal.butter(4, 2500, fs=SAMPLE_RATE, output="sos"), audio).astype(np.float32)
    fine = np.pad(soxr.resample(low, SAMPLE_RATE, ratio * SAMPLE_RATE), ratio * SAMPLE_RATE)
    result = np.zeros(len(cents))
    frames = np.flatnonzero(~np.isnan(cents))
    period = ratio * SAMPLE_RATE / 2 ** (cents[frames, None] / 1200)
    where = ratio * (SAMPLE_RATE + HOP * frames[:, None]) + period * np.linspace(-1, 1, points)
    left, right = (fine[np.rint(where + side * period / 2).astype(np.int64)] for side in (-1, 1))
    energy = np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
    result[frames] = (left * right).sum(axis=1) / (energy + 1e-7)
    return result


def decide(audio: Floats, tracks: dict[str, NDArray[np.float64]], sung: bool) -> tuple[Floats, States]:
    """Label one recording: f0 in Hz (0 unless it is known) and state, each `(n,)`."""
    middle, agreeing, voiced = vote(np.stack([tracks[name] for name in TRACKERS]))
    cents = refine(middle, tracks)
    likeness = periodicity(audio, cents)
    level = frame_level(audio)
    speech = np.percentile(level[level > -70], 90)
    recent = np.array([level[max(0, i - 30) : i + 1].max() for i in range(len(level))])

    # The fewer agree, the more the waveform itself must say so: their long windows spill over edges.
    needed = np.choose(agreeing, [2.0, 2.0, 0.85, 0.6, 0.45])
    sure = (likeness > needed) & ((agreeing >= 3) | (voiced <= 3))
    # 30 dB below what sounded within the last 0.3 s is a decay or a room, whatever its pitch.
    sure &= (level > speech - 38) & (level > recent - 30) & (cents < 1200 * np.log2(CEILING))
    quiet = (level < speech - 42) & (agreeing < 2) | (level < -75)
    # A pitch that no second tracker shares and the waveform does not bear out is breath or a consonant.
    silent = (voiced == 0) | (agreeing == 1) & (likeness < np.choose(voiced, [0.0, 0.6, 0.25, 0.0, 0.0]))

    state = np.full(len(level), UNKNOWN, np.uint8)
    state[silent | quiet] = UNVOICED
    state[sure & ~quiet] = VOICED
    for start, end in runs(state == VOICED):
        if end - start < SHORTEST:
            state[start:end] = UNKNOWN
    guess = guessed(tracks, state, sung)
    state[(state == UNKNOWN) & ~np.isnan(guess)] = PITCHED
    cents = np.where(state == PITCHED, guess, cents)
    if not sung:
        cents = led(cents, tracks["swift_guess"])
    return np.where(has_pitch(state), 2 ** (np.nan_to_num(cents) / 1200), 0).astype(np.float32), state


def guessed(tracks: dict[str, NDArray[np.float64]], state: States, sung: bool) -> NDArray[np.float64]:
    """Cents `(n,)` where two of the trackers that guess agree, NaN elsewhere; beside sung notes FCPE's alone."""
    middle, agreeing, _ = vote(np.stack([tracks[name] for name in GUESSERS]), GUESS_AGREEMENT)
    guess = np.where(agreeing >= 2, middle, np.nan)
    if sung:
        beside = ndimage.binary_dilation(state == VOICED, iterations=BESIDE)
        guess = np.where(beside & ~np.isnan(tracks["fcpe"]), tracks["fcpe"], guess)
    return np.where(guess < 1200 * np.log2(CEILING), guess, np.nan)


def led(cents: NDArray[np.float64], swift: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cents `(n,)` led towards SwiftF0's: speech moves fast, and the others' longer windows are late where it falls.

    NaN of either leaves `cents`. Against the laryngograms of FDA and Keele (40 s of each) 90.0 and 89.5 % of the
    frames that have a pitch are right, 88.9 and 89.3 % without.
    """
    return np.where(np.abs(swift - cents) < NEAR, cents + LED * (swift - cents), cents)


def label(recording: Recording, cache: Path) -> Labelled:
    """Label one recording; the trackers' outputs are kept in `cache` because they take most of the time."""
    torch.set_num_threads(1)
    known = dict(np.load(cache)) if cache.exists() else {}
    tracks = track_all(recording.audio, known)
    if len(tracks) > len(known):
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, **tracks)
    f0, state = decide(recording.audio, tracks, recording.sung)
    print(f"{cache.stem}: {np.bincount(state, minlength=4) / len(state)}", file=sys.stderr, flush=True)
    return Labelled(recording.source, recording.sung, recording.audio, f0, state)


def summary(pieces: list[Labelled], names: list[str]) -> str:
    """Minutes and the shares of voiced, unvoiced, merely pitched and unknown frames, a line per source."""
    lines = [f"{'source':34} {'min':>6} {'voiced':>7} {'unvoic.':>7} {'pitched':>7} {'unknown':>7}"]
    for name in [*names, "all"]:
        state = np.concatenate([piece.state for piece in pieces if name in (piece.source, "all")])
        share = [np.mean(state == kind) for kind in (VOICED, UNVOICED, PITCHED, UNKNOWN)]
        lines.append(f"{name:34} {len(state) / 6000:6.1f} " + " ".join(f"{100 * part:6.1f}%" for part in share))
    return "\n".join(lines)


def main() -> None:
    """Label every recording of a folder and write the pack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--voices", type=Path, required=True, nargs="+", help="folders with index.json and one folder per source"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the pack")
    parser.add_argument("--cache", type=Path, help="folder for the trackers' outputs; OUT/tracks without")
    parser.add_argument("--format", choices=("flac", "ogg"), default="flac", help="ogg is a third")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    arguments = parser.parse_args()
    recordings = [recording for folder in arguments.voices for recording in read_recordings(folder)]
    names = list(dict.fromkeys(recording.source for recording in recordings))
    cache = arguments.cache or arguments.out / "tracks"
    caches = [cache / f"{i:03d}_{r.source}.npz" for i, r in enumerate(recordings)]
    with ProcessPoolExecutor(arguments.jobs) as pool:
        pieces = list(pool.map(label, recordings, caches))
    write_pack(pieces, names, arguments.out / f"voices.{arguments.format}")
    print(summary(pieces, names), file=sys.stderr)


if __name__ == "__main__":
    main()
