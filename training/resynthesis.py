"""Voices of exactly known pitch: the pack's real voices analysed by WORLD and synthesised along new contours.

    python -m training.resynthesis --pack DIR --out DIR --seed 0

Contours are in cents above 1 Hz on WORLD's 5 ms grid; frame `2 i` of it is frame `i` of the labels. What
WORLD is told to leave unvoiced is rendered from noise, so a wrong voicing decision in the analysis cannot
mislabel the output.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from .voices import (
    HOP,
    PEAK,
    PITCHED,
    SAMPLE_RATE,
    UNKNOWN,
    UNVOICED,
    VOICED,
    Floats,
    Labelled,
    States,
    frame_level,
    has_pitch,
    read_pack,
    runs,
    write_pack,
)

PERIOD = 5.0  # ms, WORLD's frame period
RATE = 1000 / PERIOD  # WORLD frames per second
FFT_SIZE = 1024  # samples: CheapTrick needs 3 periods of the lowest f0, here down to 47 Hz
DELAY = 0.7e-3  # s: responses follow their pulses, so the output lags the contour (measured with Praat on sirens)
LOW, HIGH = 1200 * np.log2(50.0), 1200 * np.log2(1250.0)  # cents above 1 Hz
PIECE = 10.0  # s
BEYOND = 2  # frames past an edge that still hold the last pulse
STRETCH = (1.3, 2.6)  # of the voiced frames of a spoken piece that is sung
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), tuple(range(12)))  # semitones

Cents = NDArray[np.float64]
Generator = np.random.Generator


@dataclass(frozen=True)
class Piece:
    """About 10 s of one source: audio `(160 n,)`, the labels' f0 `(n,)` in Hz and state `(n,)`."""

    source: str
    sung: bool
    audio: Floats
    f0: Floats
    state: States


@dataclass(frozen=True)
class Analysis:
    """WORLD's f0 `(m,)` in Hz, power envelope and aperiodicity `(m, 513)` of a piece, a row per 5 ms."""

    f0: NDArray[np.float64]
    envelope: NDArray[np.float64]
    aperiodicity: NDArray[np.float64]


def cut_pieces(pack: Path) -> list[Piece]:
    """Cut a pack into pieces of about `PIECE` s of one source each, at the quietest frame near their ends."""
    audio, labels = read_pack(pack)
    level = frame_level(audio)
    pieces, start = [], 0
    while start < len(level):
        same = np.flatnonzero(labels["source"][start:] != labels["source"][start])
        end = start + int(same[0]) if len(same) else len(level)
        if end - start > 1.5 * 100 * PIECE:
            near = start + int(100 * (PIECE - 1))
            end = near + int(level[near : near + 200].argmin())
        name = str(labels["names"][labels["source"][start]])
        part = slice(start, end)
        sound = audio[start * HOP : end * HOP]
        pieces.append(Piece(name, bool(labels["sung"][start]), sound, labels["f0"][part], labels["state"][part]))
        start = end
    return [piece for piece in pieces if np.mean(piece.state == VOICED) > 0.02 and len(piece.state) > 50]


def analyse(piece: Piece) -> Analysis:
    """Analyse with the agreed f0; where trackers disagree, with DIO's as refined by StoneMask."""
    import pyworld

    audio = piece.audio.astype(np.float64)
    coarse, times = pyworld.dio(audio, SAMPLE_RATE, f0_floor=50.0, f0_ceil=1100.0, frame_period=PERIOD)
    guess = pyworld.stonemask(audio, coarse, times, SAMPLE_RATE)
    frame = np.minimum(np.arange(len(times)) // 2, len(piece.f0) - 1)
    after = np.minimum((np.arange(len(times)) + 1) // 2, len(piece.f0) - 1)
    state, agreed = piece.state[frame], np.sqrt(piece.f0[frame].astype(np.float64) * piece.f0[after])
    known = ((state == VOICED) | (state == PITCHED) & (guess > 0)) & (agreed > 0)
    f0 = np.where(known, agreed, np.where(state == UNVOICED, 0.0, guess))
    envelope = pyworld.cheaptrick(audio, f0, times, SAMPLE_RATE, fft_size=FFT_SIZE)
    return Analysis(f0, envelope, pyworld.d4c(audio, f0, times, SAMPLE_RATE, fft_size=FFT_SIZE))


def slowed(analysis: Analysis, rng: Generator) -> Analysis:
    """The analysis with its voiced frames lasting longer, as they do when words are sung."""
    pace = np.where(analysis.f0 > 0, rng.uniform(*STRETCH), 1.0)
    ends = np.cumsum(pace)
    source = np.minimum(np.searchsorted(ends, np.arange(0.0, ends[-1])), len(pace) - 1)
    return Analysis(analysis.f0[source], analysis.envelope[source], analysis.aperiodicity[source])


def bridged(f0: NDArray[np.float64]) -> Cents:
    """Cents of an f0 contour `(m,)` with its unvoiced gaps interpolated."""
    voiced = np.flatnonzero(f0 > 0)
    return np.interp(np.arange(len(f0)), voiced, 1200 * np.log2(f0[voiced]))


def drift(n: int, rng: Generator, extent: float, seconds: float) -> Cents:
    """Gaussian noise `(n,)` smoothed over `seconds`, of standard deviation `extent` cents."""
    noise = ndimage.gaussian_filter1d(rng.standard_normal(n), seconds * RATE, mode="wrap")
    return extent * noise / max(float(noise.std()), 1e-9)


def shifted(source: Cents, rng: Generator) -> Cents:
    """The source's own contour moved by up to an octave, its intonation rescaled, with slow drift."""
    middle = float(np.median(source))
    low, high = max(-1200, LOW + 200 - middle), min(1200, HIGH - 200 - middle)
    moved = middle + rng.uniform(low, high) + rng.uniform(0.7, 1.4) * (source - middle)
    return moved + drift(len(source), rng, 8, 0.3)


def falling(analysis: Analysis, contour: Cents, rng: Generator) -> tuple[Analysis, Cents]:
    """Seven voiced stretches in ten end falling and fading, as speech does: 10 to 80 semitones/s, up to 20 dB."""
    cents, loss = contour.copy(), np.zeros(len(contour))
    for start, end in runs(analysis.f0 > 0):
        if rng.random() < 0.3:
            continue
        n = min(end - start, int(RATE * np.exp(rng.uniform(np.log(0.04), np.log(0.2)))))
        way = (np.arange(1, n + 1) / n) ** rng.uniform(1.0, 2.5)
        cents[end - n : end] -= min(100 * rng.uniform(10, 80) * n / RATE, 900.0) * way
        cents[end : end + 2 * BEYOND] = cents[end - 1]
        loss[end - n : end] = rng.uniform(0, 20) * way
    return replace(analysis, envelope=analysis.envelope * 10 ** (-loss[:, None] / 10)), cents


def siren(n: int, rng: Generator) -> Cents:
    """Glides over one to two octaves, sinusoidal or straight, each way lasting 0.4 to 2 s."""
    centre = rng.uniform(1200 * np.log2(90), 1200 * np.log2(750))
    warp = np.cumsum(2 ** (drift(n, rng, 600, 1.0) / 1200)) / RATE
    phase = warp / rng.uniform(0.8, 4.0) + rng.uniform()
    shape = np.sin(2 * np.pi * phase) if rng.random() < 0.5 else signal.sawtooth(2 * np.pi * phase, 0.5)
    return centre + rng.uniform(600, 1200) * shape


def melody(n: int, rng: Generator) -> Cents:
    """A sung line: notes of 0.1 to 1 s on a scale, with portamento, overshoot, scoops and vibrato."""
    centre = rng.uniform(1200 * np.log2(55), 1200 * np.log2(1150))
    scale = 100.0 * np.add.outer(12 * np.arange(-1, 2), SCALES[rng.integers(len(SCALES))]).ravel()
    steps, ornaments = np.zeros(n), np.zeros(n)
    place, start = len(scale) // 2, 0
    while start < n:
        end = min(n, start + int(RATE * np.exp(rng.uniform(np.log(0.1), np.log(1.0)))))
        place = int(np.clip(place + rng.integers(-4, 5), 0, len(scale) - 1))
        steps[start:end] = np.clip(centre + scale[place] - 600, LOW + 100, HIGH - 100)
        ornaments[start:end] = scoop(end - start, rng) + vibrato(end - start, rng)
        start = end
    return portamento(steps, rng) + ornaments + drift(n, rng, rng.uniform(2, 15), 0.25)


def portamento(steps: Cents, rng: Generator) -> Cents:
    """Pass a staircase through a second-order system, at times underdamped: sung overshoot (Saitou 2005)."""
    natural, damping = 2 * np.pi * rng.uniform(3, 9), rng.uniform(0.5, 1.0)
    b, a = signal.bilinear([natural**2], [1, 2 * damping * natural, natural**2], RATE)
    moved, _ = signal.lfilter(b, a, steps, zi=signal.lfilter_zi(b, a) * steps[0])
    return moved


def scoop(n: int, rng: Generator) -> Cents:
    """A start from 50 to 250 cents below, decaying within 30 to 120 ms, on three notes in ten."""
    depth = rng.uniform(50, 250) if rng.random() < 0.3 else 0.0
    return -depth * np.exp(-np.arange(n) / RATE / rng.uniform(0.03, 0.12))


def vibrato(n: int, rng: Generator) -> Cents:
    """4 to 7.5 Hz, 10 to 120 cents either way, setting in after a delay, on six notes in ten."""
    time = np.arange(n) / RATE
    extent = np.exp(rng.uniform(np.log(10), np.log(120))) * (rng.random() < 0.6)
    growth = np.clip((time - rng.uniform(0.05, 0.4)) / 0.2, 0, 1)
    return extent * growth * np.sin(2 * np.pi * rng.uniform(4, 7.5) * time)


def warp(rows: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Stretch every row `(m, k)` along frequency by `factor`: formants move by it."""
    where = np.minimum(np.arange(rows.shape[1]) / factor, rows.shape[1] - 1.001)
    left = where.astype(np.int64)
    share = where - left
    return np.ascontiguousarray((1 - share) * rows[:, left] + share * rows[:, left + 1])


def render(piece: Piece, analysis: Analysis, contour: Cents, rng: Generator) -> Labelled:
    """Synthesise `piece` along `contour` `(m,)` and label it with that contour."""
    import pyworld

    cents = np.clip(contour, LOW, HIGH)
    moved = float(np.median(cents) - np.median(bridged(analysis.f0)))
    factor = float(np.clip(2 ** (0.15 * moved / 1200) * rng.uniform(0.93, 1.08), 0.8, 1.3))
    envelope = warp(analysis.envelope, factor)
    aperiodicity = warp(analysis.aperiodicity, factor) ** rng.uniform(0.6, 1.0)
    jitter = rng.uniform(1, 6) * rng.standard_normal(len(cents))
    f0 = np.where(analysis.f0 > 0, 2 ** ((cents + jitter) / 1200), 0.0)
    frames = len(f0) // 2
    audio = pyworld.synthesize(f0, envelope, aperiodicity, SAMPLE_RATE, PERIOD)[: frames * HOP]
    audio = shimmered(np.pad(audio, (0, frames * HOP - len(audio))), rng)
    state = states(audio, f0[::2][:frames] > 0, harmonicity(envelope, aperiodicity)[::2][:frames])
    truth = np.where(has_pitch(state), heard(cents)[::2][:frames], 0)
    return Labelled(piece.source, piece.sung, audio, truth.astype(np.float32), state)


def heard(cents: Cents) -> NDArray[np.float64]:
    """The f0 in Hz `(m,)` that WORLD's output has at each frame when told `cents` `(m,)`: a little late."""
    frame = np.arange(len(cents), dtype=np.float64)
    later: Cents = np.interp(frame - RATE * DELAY, frame, cents)
    return 2 ** (later / 1200)


def shimmered(audio: NDArray[np.float64], rng: Generator) -> Floats:
    """Random gain (about 0.5 dB from one 5 ms to the next, 2 dB slowly), then peak at -3 dBFS."""
    n = len(audio) // 80 + 1
    gain = 0.5 * rng.standard_normal(n) + drift(n, rng, 2.0, 0.3)
    loud = audio * 10 ** (np.interp(np.arange(len(audio)) / 80, np.arange(n), gain) / 20)
    return (loud * PEAK / max(float(np.abs(loud).max()), 1e-6)).astype(np.float32)


def harmonicity(envelope: NDArray[np.float64], aperiodicity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share `(m,)` of the power below 2.5 kHz that WORLD renders from pulses, not noise."""
    band = slice(0, int(2500 / SAMPLE_RATE * FFT_SIZE))
    power = envelope[:, band]
    return (power * (1 - aperiodicity[:, band] ** 2)).sum(axis=1) / power.sum(axis=1)


def states(audio: Floats, voiced: NDArray[np.bool_], share: NDArray[np.float64]) -> States:
    """State `(n,)` of each frame: as told, voiced only where audible and mostly periodic; at edges only pitched."""
    level = frame_level(audio)
    loud = np.percentile(level, 90)
    audible = (level > loud - 38) & (level > ndimage.maximum_filter1d(level, 31, origin=15) - 30)
    state = np.where(voiced, np.where(audible & (share > 0.6), VOICED, PITCHED), UNVOICED).astype(np.uint8)
    state[voiced & (share < 0.1)] = UNKNOWN
    for edge in np.flatnonzero(np.diff(voiced.astype(np.int8))):
        # Frames beside an edge hold some of either.
        state[max(0, edge + 1 - BEYOND) : edge + 1 + BEYOND] = PITCHED
    state[level < -75] = UNVOICED
    for start, end in runs(state == VOICED):
        if end - start < 3:
            state[start:end] = PITCHED
    return state


def resynthesise(piece: Piece, index: int, seed: int) -> list[Labelled]:
    """Sung pieces along two melodies and every other time a siren or a shift.

    Spoken ones moved with ends that fall, and as they end themselves or, slower, sung.
    """
    rng = np.random.default_rng([seed, index])
    analysis = analyse(piece)
    source = bridged(analysis.f0)
    if not piece.sung:
        fallen, fall = falling(analysis, shifted(source, rng), rng)
        moved = [render(piece, fallen, fall, rng)]
        if index % 2 == 0:
            return [render(piece, analysis, shifted(source, rng), rng), *moved]
        slow = slowed(analysis, rng)
        return [render(piece, slow, melody(len(slow.f0), rng), rng), *moved]
    contours = [melody(len(source), rng), melody(len(source), rng)]
    if index % 2:
        contours.append(siren(len(source), rng) if index % 4 == 1 else shifted(source, rng))
    return [render(piece, analysis, contour, rng) for contour in contours]


def contour_error(rendered: Labelled) -> Cents:
    """Praat's cents minus the labels', over the frames where it finds a pitch within 100 cents."""
    import parselmouth

    sound = parselmouth.Sound(rendered.audio.astype(np.float64), SAMPLE_RATE)
    pitch = sound.to_pitch_ac(time_step=HOP / SAMPLE_RATE, pitch_floor=50, pitch_ceiling=1300)
    frequency = pitch.selected_array["frequency"]
    grid = np.arange(len(rendered.f0)) * HOP / SAMPLE_RATE
    hz = np.interp(grid, pitch.xs(), np.where(frequency > 0, frequency, np.nan))
    both = (rendered.state == VOICED) & ~np.isnan(hz)
    error = 1200 * np.log2(hz[both] / rendered.f0[both])
    return error[np.abs(error) < 100]


def main() -> None:
    """Resynthesise every piece of a pack and write the result as another."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True, help="folder of voices.flac and voices.npz")
    parser.add_argument("--out", type=Path, required=True, help="folder for the world pack")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--format", choices=("ogg", "flac"), default="ogg")
    arguments = parser.parse_args()
    pieces = cut_pieces(arguments.pack / "voices.flac")
    # In random order, so that any stretch of the pack (a validation part, say) holds many voices.
    pieces = [pieces[i] for i in np.random.default_rng(arguments.seed).permutation(len(pieces))]
    rendered: list[Labelled] = []
    with ProcessPoolExecutor(arguments.jobs) as pool:
        batches = pool.map(resynthesise, pieces, range(len(pieces)), repeat(arguments.seed))
        for done, batch in enumerate(batches, 1):
            rendered += batch
            if done % 20 == 0:
                print(f"{done} of {len(pieces)} pieces", file=sys.stderr, flush=True)
    names = list(dict.fromkeys(piece.source for piece in rendered))
    write_pack(rendered, names, arguments.out / f"world.{arguments.format}")
    error = np.concatenate([contour_error(one) for one in rendered[::10]])
    share = np.bincount(np.concatenate([one.state for one in rendered]), minlength=4)
    print(f"minutes unvoiced, voiced, unknown, pitched: {share / 6000}", file=sys.stderr)
    print(
        f"Praat - label: median {np.median(error):.2f}, absolute {np.median(np.abs(error)):.2f} cents",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
