"""What is left of a take after a kill: read by livepitch's own readers, by Python's, and by other programs."""

from __future__ import annotations

import csv
import math
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
from kill_child import FRAMES, PERIODS, expected_pitch, expected_sound

from livepitch.realtime.recording.takes import take_files

TAIL = 60  # s at the end that programs decode which would take long for all of it
COMMANDS = {
    "flac --test": ["flac", "--test", "--silent", "{}"],
    "metaflac": ["metaflac", "--show-total-samples", "{}"],
    "ffmpeg": ["ffmpeg", "-v", "error", "-nostdin", "-sseof", f"-{TAIL}", "-i", "{}", "-f", "null", "-"],
    "sox": ["sox", "{}", "-n", "trim", f"-{TAIL}", "stat"],
    "soxi": ["soxi", "-s", "{}"],
}
"""By program; `flac` decodes and checks every block, the others what is said above."""


@dataclass
class Found:
    """What there is, and what is wrong with it."""

    samples: int = 0
    rows: int = 0
    opened: dict[str, bool] = field(default_factory=dict)
    """Whether a program opened it without a complaint, by its name; only those that are installed."""
    wrong: list[str] = field(default_factory=list)


def check_known(take: Path, rate: int) -> Found:
    """Check a take of `kill_child`: every sample and every row against what was given."""
    found, (flac, pitch) = Found(), take_files(take)
    with soundfile.SoundFile(flac) as file:
        while len(block := file.read(PERIODS[-1], dtype="float32")):
            if not np.array_equal(block, expected_sound(found.samples, found.samples + len(block))):
                found.wrong.append(f"sound differs after sample {found.samples}")
                break
            found.samples += len(block)
        if file.samplerate != rate or found.samples != file.frames:
            found.wrong.append(f"the header says {file.frames} samples at {file.samplerate} Hz, not {found.samples}")
    check_rows(pitch, found)
    check_programs(flac, found)
    return found


def check_programs(flac: Path, found: Found) -> None:
    """Open it with every program there is."""
    for name, command in COMMANDS.items():
        if shutil.which(command[0]) is None:
            continue
        done = subprocess.run(
            [part.replace("{}", str(flac)) for part in command], capture_output=True, text=True, check=False
        )
        said = done.stderr if name in ("flac --test", "ffmpeg") else ""
        if name == "flac --test":  # an encoder that was killed has no checksum of the whole to write
            said = "".join(line for line in said.splitlines(keepends=True) if "MD5" not in line and line.strip())
        counts = name not in ("metaflac", "soxi") or done.stdout.strip() == str(found.samples)
        found.opened[name] = done.returncode == 0 and not said and counts
        if not found.opened[name]:
            found.wrong.append(f"{name}: {done.returncode} {said or done.stderr or done.stdout}"[:200])


def check_rows(pitch: Path, found: Found) -> None:
    """Read the CSV with Python's own reader, and compare what was given; `rows` counts those that are right."""
    with pitch.open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            if len(row) != 4 or not _right(row, found.rows):
                found.wrong.append(f"row {found.rows} is {row}")
                return
            found.rows += 1


def _right(row: list[str], number: int) -> bool:
    pitch = expected_pitch(number)
    words = [f"{number / FRAMES:.4f}", "", "0.5000", "0"]
    if not math.isnan(pitch):
        words = [words[0], f"{pitch:.3f}", words[2], "1"]
    return row == words
