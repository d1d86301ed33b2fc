"""Make General MIDI accompaniments over pop progressions for training backgrounds, rendered by FluidSynth.

A piece is a function of its seed: 10-20 s, any key, pop, rock and ballad textures over a random subset of
parts, at times one instrument alone. The MIDI clock is fixed at 120 bpm, so that ticks are seconds.
Needs Debian's fluidsynth, fluid-soundfont-gm and timgm6mb-soundfont, and from PyPI mido, soundfile and soxr.

    python -m training.accompaniment --out DIR --minutes 70 --seed 0
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import mido
import numpy as np

from training import arranging as arr
from training.background import FADE, SAMPLE_RATE, Part, render_midi, write_parts

MELODY = {
    "4/4": """x...x...x.x.x...|x.......x...x.x.|--x.x.x.x.......|x.x.x.x.x...----|x...........x.x.
x..x..x.x.......|x.xxx.x.x...x...|x...............""",
    "3/4": "x...x...x...|x.......x...|x.x.x.x.x...|--x.x.......",
    "6/8": "x...x.x...x.|x.....x.x.x.|x.x.x.x.....|x...........",
}
WINDS = (73, 73, 74, 75, 68, 71, 64, 65, 66, 67, 56, 59, 77, 78, 79, 22, 21)
SUNG = (*WINDS, 40, 40, 41, 42, 110, 110, 111, 80, 81, 84, 87, 29)  # with violins, erhu-like fiddles, synths
STRUCK = (8, 9, 10, 11, 12, 0, 4, 25, 26, 27, 107, 104, 46, 108)  # no vibrato: bells, keys, plucked strings
LOW = {
    42: 45,
    66: 50,
    67: 46,
    41: 50,
    25: 52,
    26: 52,
    27: 52,
    29: 52,
    30: 52,
    104: 52,
}  # lowest pitch; others 60
FINE_TUNE = 1  # registered parameter number
TICKS = 960  # a beat of 0.5 s
GAP = 2.0  # s between pieces in one file, for releases and reverberation
BATCH = 8  # pieces to a MIDI file
SOUNDFONTS = {  # name: (path, licence)
    "FluidR3_GM": ("/usr/share/sounds/sf2/FluidR3_GM.sf2", "MIT"),
    "TimGM6mb": ("/usr/share/sounds/sf2/TimGM6mb.sf2", "GPL-2"),
}


def bend(piece: arr.Piece, channel: int, seconds: float, cents: float) -> None:
    """Set the channel's pitch wheel, whose range is two semitones."""
    piece.send(channel, seconds, "pitchwheel", pitch=int(np.clip(cents / 200 * 8192, -8192, 8191)))


def ornament(piece: arr.Piece, channel: int, start: float, length: float, depth: float, rate: float) -> None:
    """Scoop into some notes and let long ones vibrate; depth in cents, rate in Hz."""
    scoop = float(piece.rng.uniform(-120, 40)) if piece.rng.random() < 0.3 else 0.0
    for t in np.arange(0.0, length, 0.02):
        swell = np.clip((t - 0.15) / 0.2, 0.0, 1.0)
        vibrato = depth * swell * np.sin(2 * np.pi * rate * t) if length > 0.3 else 0.0
        bend(piece, channel, start + float(t), scoop * max(0.0, 1 - t / 0.09) + vibrato)
    bend(piece, channel, start + length, 0.0)


def next_pitch(piece: arr.Piece, last: int, step: int, low: int) -> int:
    """Walk by scale steps, and land on a chord note on strong beats."""
    root, intervals, _ = piece.chord(step)
    strong = step % (piece.bar // 2) == 0
    allowed = {(root + i) % 12 for i in intervals} if strong else piece.scale
    aim = last + int(piece.rng.choice([-5, -3, -2, -2, -1, 0, 1, 2, 2, 3, 4, 7]))
    aim = min(max(aim, low), low + 22)
    return min((p for p in range(aim - 6, aim + 7) if p % 12 in allowed), key=lambda p: abs(p - aim))


def add_lead(piece: arr.Piece, channel: int, level: tuple[int, int], first: int = 0) -> None:
    """Play a counter-melody on an instrument, in phrases with rests: two motifs, one of them repeated."""
    rng = piece.rng
    struck = rng.random() < 0.3
    program = int(rng.choice(STRUCK if struck else SUNG))
    piece.voice(channel, program, level)
    low = LOW.get(program, 60) + int(rng.integers(0, 8))
    depth, rate = float(rng.uniform(8, 45)), float(rng.uniform(4.5, 6.5))
    motifs = [piece.pick(MELODY[piece.meter]) for _ in range(2)]
    rests = {b for b in range(piece.bars) if rng.random() < 0.25}
    pitch = low + 10
    for motif, odd in ((motifs[0], 0), (motifs[1], 1)):
        for step, length, _ in arr.strikes(piece, motif, first):
            if (step // piece.bar) % 2 == odd and step // piece.bar not in rests:
                pitch = next_pitch(piece, pitch, step, low)
                start, seconds = piece.at(step), 0.95 * length * piece.step
                piece.note(channel, start, seconds, pitch, 92)
                if not struck:
                    ornament(piece, channel, start, seconds, depth, rate)


def arrange_solo(piece: arr.Piece) -> str:
    """Give the piece to one kind of instrument, and say which."""
    kind = str(piece.rng.choice(["piano", "guitar", "drums", "strings"]))
    level, low, high = (100, 120), int(piece.rng.integers(2)), int(piece.rng.integers(2))
    if kind == "drums":
        arr.add_drums(piece)
    elif kind == "strings":
        arr.add_chords(piece, 1, arr.STRINGS, level)
        arr.add_chords(piece, 2, (40, 41, 42, 48), (60, 100))
    else:
        programs = (0, 0, 1, 4, 5) if kind == "piano" else (24, 25, 25, 26, 27)
        if low:
            arr.add_chords(piece, 1, programs, level)
        if high or not low:
            arr.add_arpeggio(piece, 2, programs, level)
    return f"solo {kind}"


def arrange_band(piece: arr.Piece) -> str:
    """Write a random subset of the parts, some of which enter late, and name them."""
    rng = piece.rng
    comping = (arr.KEYS, arr.KEYS, arr.PLUCKED[:2], arr.ELECTRIC, arr.ELECTRIC[:2])[int(rng.integers(5))]
    beds = arr.VOICES if rng.random() < 0.04 else (arr.PADS, arr.STRINGS, arr.STRINGS, arr.ORGANS)[int(rng.integers(4))]
    broken = arr.KEYS + arr.PLUCKED + arr.MALLETS + (81, 80, 27)
    parts = [
        ("drums", 0.8, arr.add_drums),
        ("bass", 0.88, arr.add_bass),
        ("chords", 0.95, partial(arr.add_chords, channel=1, programs=comping, level=(70, 115))),
        ("bed", 0.5, partial(arr.add_chords, channel=2, programs=beds, level=(45, 95))),
        ("arpeggio", 0.35, partial(arr.add_arpeggio, channel=3, programs=broken, level=(55, 105))),
        ("brass", 0.1, partial(arr.add_chords, channel=4, programs=arr.BRASS, level=(55, 95))),
        ("lead", 0.4, partial(add_lead, channel=5, level=(65, 110))),
        ("second lead", 0.06, partial(add_lead, channel=6, level=(55, 95))),
    ]
    chosen = [(name, add) for name, chance, add in parts if rng.random() < chance] or [(parts[2][0], parts[2][2])]
    for n, (_, add) in enumerate(chosen):
        add(piece, first=piece.bars // 2 if n and rng.random() < 0.1 else 0)
    return ", ".join(name for name, _ in chosen)


def make_piece(seed: int) -> tuple[arr.Piece, str]:
    """Compose and arrange the piece of a seed; a quarter are up to 30 cents off A440, as records are."""
    rng = np.random.default_rng([20, seed])
    piece = arr.compose(rng)
    content = arrange_solo(piece) if rng.random() < 0.15 else arrange_band(piece)
    cents = float(rng.uniform(-30, 30)) if rng.random() < 0.25 else 0.0
    tune = 8192 + round(cents / 100 * 8192)
    for channel in range(9):
        for number, value in ((101, 0), (100, FINE_TUNE), (6, tune >> 7), (38, tune & 127)):
            piece.send(channel, 0.0, "control_change", control=number, value=value)
    return piece, f"{content}; {piece.meter}, {len(piece.chords) // 2} bars"


def boundary(seconds: float, start: bool) -> Iterator[tuple[float, mido.Message]]:
    """Yield the messages that clear every channel before or after a piece."""
    for channel in range(16):
        for number in (120, 121) if start else (123,):  # sound off and controllers reset; notes off
            yield seconds, mido.Message("control_change", channel=channel, control=number, value=0)


def write_midi(pieces: list[arr.Piece], path: Path) -> list[float]:
    """Write pieces one after another, GAP seconds apart, and return their starts (s)."""
    events: list[tuple[float, mido.Message]] = []
    starts, now = [], 0.1
    for piece in pieces:
        events += boundary(now - 0.05, start=True)
        events += ((now + t, m) for t, m in sorted(piece.events, key=lambda event: event[0]) if t < piece.duration)
        events += boundary(now + piece.duration, start=False)
        starts.append(now)
        now += piece.duration + GAP
    track, last = mido.MidiTrack(), 0
    for seconds, message in sorted(events, key=lambda event: event[0]):
        tick = round(seconds * 2 * TICKS)
        track.append(message.copy(time=tick - last))
        last = tick
    mido.MidiFile(ticks_per_beat=TICKS, tracks=[track]).save(path)
    return starts


def render_batch(batch: int, seed: int) -> list[Part]:
    """Render BATCH pieces with one soundfont and one setting of the effects."""
    rng = np.random.default_rng([21, seed, batch])
    seeds = [100_000 * seed + BATCH * batch + i for i in range(BATCH)]
    made = [make_piece(s) for s in seeds]
    name = str(rng.choice(list(SOUNDFONTS)))
    path, licence = SOUNDFONTS[name]
    with tempfile.TemporaryDirectory() as folder:
        midi = Path(folder) / "pieces.mid"
        starts = write_midi([piece for piece, _ in made], midi)
        audio = render_midi(midi, path, reverb=bool(rng.random() < 0.7), chorus=bool(rng.random() < 0.6))
    parts = []
    for number, start, (piece, content) in zip(seeds, starts, made, strict=True):
        cut = audio[round(start * SAMPLE_RATE) : round((start + piece.duration + FADE) * SAMPLE_RATE)]
        parts.append(Part(cut, "music", f"fluidsynth seed {number}", f"generated; {name} ({licence})", content))
    return parts


def main() -> None:
    """Render batches on two processes until there are enough minutes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the parts")
    parser.add_argument("--minutes", type=float, default=70)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    batches = round(args.minutes * 60 / (BATCH * 14.7))
    with ProcessPoolExecutor(2) as pool:
        rendered = pool.map(partial(render_batch, seed=args.seed), range(batches))
        write_parts(args.out / "accompaniment", (part for batch in rendered for part in batch))


if __name__ == "__main__":
    main()
