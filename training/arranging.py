"""The rhythm section of the made accompaniments: drums, bass, chords, arpeggios as MIDI events.

Every piece is a function of its random generator. Time is in seconds, pitches are MIDI numbers. Patterns are
strings of sixteenths, one bar each: 16 in 4/4, 12 in 3/4 and 6/8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import mido
import numpy as np

from training.harmony import MAJOR, MINOR, SCALES, Chord, parse_chord, voicing

# Kick, snare, hat: x hit, X accent, g ghost, o open, p pedal.
DRUMS = {
    "4/4": """X.......x.......|....X.......X...|x.x.x.x.x.x.x.x.
X.....x.x.x.....|....X..g.g..X...|X.x.X.x.X.x.X.o.
X..x..x...x..x..|....X..g.g..X..g|xxxxxxxxxxxxxxxx
X...X...X...X...|....X.......X...|..o...o...o...o.
X.......x.x.....|....X.......X..g|x...x...x...x...
X.........x.....|........X.......|x.x.x.x.x.x.x.x.
X..x....X..x....|...X..X....X..X.|x.x.x.x.x.x.x.x.
X.......x.......|g..Xg.g.g..Xg.g.|x..xx.x.x..xx.x.
X.....x.........|....X.......X...|................
X..x..X...X.....|....X.......X...|x.xxx.xxx.xxx.xo
X.X...x..xX...x.|....X..g.g..X.g.|o...o...o...o...
X...............|........g.......|p...p...p...p...""",
    "3/4": """X...........|....x...x...|x...x...x...
X.........x.|....X...X..g|x.x.x.x.x.x.
X.....x.....|........X...|x.x.x.x.x.x.""",
    "6/8": """X.....x.....|......X.....|X.x.x.X.x.x.
X...x.x.....|......X...g.|x.x.x.x.x.x.
X.........x.|......X.....|x...x.x...x.""",
}
FILLS = "....X.X.XxXxtttt|........X.X.tmll|....ttttmmmmllll|............XxXx|..........XxX.X.|........X..X..X."
# r root, 5 fifth, 8 octave, 3 third, a approach to the next root; every other sign rests or holds.
BASS = {
    "4/4": """r.......r.......|r.r.r.r.r.r.r.r.|r.....r.5...a...|r..r..r.r..r..8.|r...3...5...a...
r...............|r.8.r.8.r.8.r.8.|..r...r...r...r.|r.r...5.8...5.a.|r...r...r...r...|r.....rr..8.r...
r-..5-..r-..5-..""",
    "3/4": "r...........|r.......5...|r...5...8...|r...3...a...",
    "6/8": "r.....r.....|r...5.r...a.|r...........|r...r.5...8.",
}
# x strikes a chord, . lets it ring, - rests.
COMPING = {
    "4/4": """x...............|x.......x.......|x...x...x...x...|x..x..x...x.x...|--x.--x.--x.--x.
x.x.x.x.x.x.x.x.|x...x.x...x.x.x.|x.....x.....x...|x..x....x..x....|----x-------x---|x...x.xx.xx.x.xx
x-------x-----x-""",
    "3/4": "x...........|----x-..x-..|x...x...x...|x.....x.x...",
    "6/8": "x.....x.....|x...x.x...x.|x.x.x.x.x.x.|x...........",
}
ARPEGGIOS = "0123|01232321|02132123|0213|012|02123212|3210|0312"
KEYS, ORGANS, MALLETS = (0, 1, 2, 4, 5, 6, 11), (16, 17, 18, 19, 21), (8, 9, 10, 11, 12, 13, 14, 98, 108)
PLUCKED, ELECTRIC = (24, 25, 46, 15, 105, 106, 107), (26, 27, 28, 29, 30)
PADS, STRINGS, BRASS = (88, 89, 90, 92, 93, 94, 95), (48, 49, 50, 51, 44), (61, 62, 63, 57, 58, 60)
VOICES = (52, 53, 54, 91)  # GM choirs: rare and soft, since a voice behind the voice is a wrong label
BASSES = (32, 33, 33, 34, 35, 36, 38, 39, 43)
KITS = (0, 0, 0, 8, 16, 24, 25, 32, 40)
TOMS = {"t": 48, "m": 45, "l": 41}
DRUM_CHANNEL = 9


@dataclass
class Piece:
    """One piece: its harmony and grid, and the events written so far as (seconds, message)."""

    rng: np.random.Generator
    meter: str
    step: float  # seconds of a sixteenth
    swing: float  # delay of every second eighth or sixteenth, in steps
    swung: int  # steps in a swung pair
    chords: list[Chord]  # one each half bar
    scale: frozenset[int]  # pitch classes
    events: list[tuple[float, mido.Message]] = field(default_factory=list)

    @property
    def bar(self) -> int:
        """Steps in a bar."""
        return 16 if self.meter == "4/4" else 12

    @property
    def bars(self) -> int:
        """Bars in the piece."""
        return len(self.chords) // 2

    @property
    def duration(self) -> float:
        """Seconds from the first beat to the last bar line."""
        return self.bars * self.bar * self.step

    def chord(self, step: int) -> Chord:
        """Return the chord that sounds at an absolute step."""
        return self.chords[min(2 * step // self.bar, len(self.chords) - 1)]

    def at(self, step: float) -> float:
        """Return the seconds of an absolute step, swung."""
        late = self.swing if step % self.swung == self.swung // 2 else 0.0
        return (step + late) * self.step

    def send(self, channel: int, seconds: float, kind: str, **values: int) -> None:
        """Add one message."""
        self.events.append((max(seconds, 0.0), mido.Message(kind, channel=channel, **values)))

    def note(self, channel: int, start: float, length: float, pitch: int, velocity: float) -> None:
        """Add a note with a player's unevenness: 6 ms and 7 velocity steps of standard deviation."""
        start = max(0.0, start + float(self.rng.normal(0.0, 0.006)))
        velocity = int(np.clip(velocity + self.rng.normal(0.0, 7.0), 12, 127))
        self.send(channel, start, "note_on", note=pitch, velocity=velocity)
        self.send(channel, start + max(length, 0.03), "note_off", note=pitch)

    def voice(self, channel: int, program: int, level: tuple[int, int]) -> None:
        """Choose the channel's instrument, its volume within `level` (0..127), its place and its effects."""
        self.send(channel, 0.0, "program_change", program=int(program))
        low, high = (25, 40) if program in VOICES and channel != DRUM_CHANNEL else level
        sends = {7: (low, high), 10: (20, 108), 91: (0, 90), 93: (0, 50)}
        for number, (least, most) in sends.items():
            self.send(channel, 0.0, "control_change", control=number, value=int(self.rng.integers(least, most)))

    def pick(self, patterns: str) -> str:
        """Draw one of the patterns in a table."""
        return str(self.rng.choice(re.split(r"[|\n]", patterns)))


def compose(rng: np.random.Generator) -> Piece:
    """Draw key, metre, tempo and progression for 10-20 s."""
    meter = str(rng.choice(["4/4", "3/4", "6/8"], p=[0.82, 0.09, 0.09]))
    bpm = rng.uniform(45, 85) if meter == "6/8" else float(np.clip(rng.normal(105, 26), 60, 160))
    step = 60 / bpm / (6 if meter == "6/8" else 4)
    bars = max(4, round(float(rng.uniform(10, 19)) / (step * (16 if meter == "4/4" else 12))))
    mode, tonic = str(rng.choice(["major", "minor"], p=[0.62, 0.38])), int(rng.integers(12))
    table = re.split(r"[|\n]", MAJOR if mode == "major" else MINOR)
    symbols = " ".join(str(s) for s in rng.choice(table, 2)).split()
    halves = int(rng.choice([1, 2, 2, 2, 4] if bpm < 90 else [2, 2, 2, 4]))  # half bars to a chord
    chords = [parse_chord(s, tonic) for s in symbols for _ in range(halves)]
    chords = (chords * (2 * bars // len(chords) + 1))[: 2 * bars]
    swing, swung = (0.0, 2) if rng.random() < 0.7 else (float(rng.uniform(0.1, 0.35)), 2)
    if meter == "4/4" and rng.random() < 0.1:
        swing, swung = 0.66, 4  # shuffle
    scale = frozenset((tonic + i) % 12 for i in SCALES[mode])
    return Piece(rng, meter, step, swing, swung, chords, scale)


def strikes(piece: Piece, pattern: str, first: int = 0) -> Iterator[tuple[int, int, str]]:
    """Yield (absolute step, steps until the next sign that is not a dot, sign) for a pattern in every bar."""
    for bar in range(first, piece.bars):
        for match in re.finditer(r"[^.]\.*", pattern):
            if match[0][0] != "-":
                yield bar * piece.bar + match.start(), len(match[0]), match[0][0]


def add_drums(piece: Piece, first: int = 0) -> None:
    """Play a styled pattern with ghost notes, fills, crashes, and at times a shaker."""
    rng, d = piece.rng, DRUM_CHANNEL
    piece.voice(d, int(rng.choice(KITS)), (70, 120))
    kick, snare, hat = str(rng.choice(DRUMS[piece.meter].split("\n"))).split("|")
    snare_key, hat_key = int(rng.choice([38, 38, 40, 37, 39])), int(rng.choice([42, 42, 42, 51, 54, 70]))
    keys = {"o": 46, "p": 44}
    force = {"X": 112, "x": 92, "g": 40, "o": 85, "p": 70}
    fills = {b for b in range(first, piece.bars) if piece.meter == "4/4" and b % 4 == 3 and rng.random() < 0.75}
    for pattern, key in ((kick, 36), (snare, snare_key), (hat, hat_key)):
        for step, _, sign in strikes(piece, pattern, first):
            if step // piece.bar not in fills or step % piece.bar < 8:
                loud = force[sign] - (18 if key == hat_key else 0) - (6 if step % 4 else 0)
                piece.note(d, piece.at(step), 0.1, keys.get(sign, key), loud)
    for bar in fills:
        for i, sign in enumerate(piece.pick(FILLS)):
            if sign != "." and i >= 8:
                piece.note(d, piece.at(bar * 16 + i), 0.1, TOMS.get(sign, snare_key), 85 + 2 * i)
        piece.note(d, piece.at(bar * 16 + 16), 0.5, 49, 105)
    if rng.random() < 0.35:
        extra = int(rng.choice([82, 69, 54, 64, 75, 56]))  # shaker, cabasa, tambourine, conga, claves, cowbell
        for step, _, _ in strikes(piece, piece.pick(COMPING[piece.meter]), first):
            piece.note(d, piece.at(step), 0.1, extra, 62)


def add_bass(piece: Piece, first: int = 0) -> None:
    """Play one bass pattern under the chords, between E1 and E3."""
    piece.voice(0, int(piece.rng.choice(BASSES)), (80, 120))
    for step, length, sign in strikes(piece, piece.pick(BASS[piece.meter]), first):
        _root, intervals, bass = piece.chord(step)
        following = piece.chord(step + length)[2]
        pitch = 28 + (bass - 28) % 12
        steps_up = {"5": intervals[2], "8": 12, "3": intervals[1]}.get(sign, 0)
        if sign == "a":
            pitch = 28 + (following - 28) % 12 + int(piece.rng.choice([-1, -2, 2]))
        piece.note(0, piece.at(step), 0.92 * length * piece.step, max(pitch + steps_up, 24), 95)


def add_chords(piece: Piece, channel: int, programs: tuple[int, ...], level: tuple[int, int], first: int = 0) -> None:
    """Comp with block chords; guitars and plucked strings are strummed, 12 ms a string."""
    rng = piece.rng
    program = int(rng.choice(programs))
    piece.voice(channel, program, level)
    low, strummed = int(rng.integers(48, 62)), program in PLUCKED + ELECTRIC
    held = program in PADS + STRINGS + VOICES
    pattern = piece.pick(COMPING[piece.meter])
    pattern = "x" + "." * (piece.bar // 2 - 1) + "x" + "." * (piece.bar // 2 - 1) if held else pattern
    for n, (step, length, _) in enumerate(strikes(piece, pattern, first)):
        pitches = voicing(piece.chord(step), low)
        pitches = [pitches[0] - 12, *pitches, pitches[0] + 12] if strummed else pitches
        pitches = pitches[:: -1 if n % 2 and strummed else 1]
        accent = 82 if step % (piece.bar // 2) == 0 else 70
        for i, pitch in enumerate(pitches):
            delay = 0.012 * i if strummed else 0.0
            piece.note(channel, piece.at(step) + delay, 0.95 * length * piece.step, pitch, accent)


def add_arpeggio(piece: Piece, channel: int, programs: tuple[int, ...], level: tuple[int, int], first: int = 0) -> None:
    """Break the chords in eighths or sixteenths."""
    rng = piece.rng
    piece.voice(channel, int(rng.choice(programs)), level)
    low, order, stride = int(rng.integers(48, 72)), piece.pick(ARPEGGIOS), int(rng.choice([1, 2, 2, 2]))
    ring = float(rng.choice([0.9, 2.0, 4.0]))
    for n, step in enumerate(range(first * piece.bar, piece.bars * piece.bar, stride)):
        pitches = voicing(piece.chord(step), low)
        pitches.append(pitches[0] + 12)
        pitch = pitches[int(order[n % len(order)]) % len(pitches)]
        piece.note(channel, piece.at(step), ring * stride * piece.step, pitch, 84 if n % 4 == 0 else 70)
