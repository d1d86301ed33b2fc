"""Scales from Scala files (.scl): thousands of historical and newer tunings are published so.

The format: https://www.huygens-fokker.org/scala/scl_format.html
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from ..model.errors import LivepitchError
from ..model.plain_file import plain_bytes
from .temperament import Temperament, ratio_cents

MAX_BYTES = 1_000_000
MAX_NOTES = 1000
MAX_DIGITS = 400  # of one number: enough for long chains of fifths, too few to keep the computer busy
MAX_TITLE = 80  # characters
SMALLEST_STEP = 1.0  # cent: nobody sings the difference, and rows this narrow cannot be drawn
LONGEST_PERIOD = 12_000.0  # cents, ten octaves

COUNT = re.compile(r"\s*(\d{1,9})(?!\S)", re.ASCII)
# What follows a value is a remark, but "701,955" and "3/2/1" are no values with remarks.
CENTS = re.compile(r"\s*(-?(?:\d+\.\d*|\.\d+))(?!\d|[.,/]\d)", re.ASCII)
RATIO = re.compile(r"\s*(\d+)[ \t]*/[ \t]*(\d+)(?![./]|\d|,\d)", re.ASCII)
WHOLE = re.compile(r"\s*(\d+)(?![\w./-]|,\d|[ \t]*/)", re.ASCII)


class ScalaError(LivepitchError):
    """A Scala file that cannot be used."""


def read_scala(path: str | Path) -> Temperament:
    """The scale in a Scala file; its last pitch is the period, octave or not.

    Pitches outside the period are moved into it and all are sorted, for a trace is read by pitch, not by order;
    pitches closer than one cent are one note. UTF-8 or Latin-1. ScalaError, in one line, for what cannot be used.
    """
    lines = [(number, line) for number, line in _lines(path) if not line.startswith("!")]
    if not lines:
        raise ScalaError(f"{path}: is empty, so no Scala file")
    title = _printable(lines[0][1])[:MAX_TITLE]
    values = [(number, line) for number, line in lines[1:] if line.strip()]
    count = _count(path, values)
    pitches = [_pitch(path, number, line) for number, line in values[1 : count + 1]]
    if len(pitches) < count:
        raise ScalaError(f"{path}: promises {count} notes but has {len(pitches)}")
    period = pitches[-1]
    if not SMALLEST_STEP <= period <= LONGEST_PERIOD:
        raise ScalaError(f"{path}: its last pitch, {period:.6g} cents, cannot be the period (1 to 12000 cents)")
    stem = _printable(Path(path).stem)
    return Temperament(stem, title or stem, _degrees(pitches[:-1], period), period)


def _lines(path: str | Path) -> list[tuple[int, str]]:
    try:
        data = plain_bytes(path, MAX_BYTES)
    except OSError as error:
        raise ScalaError(f"{path}: cannot be read ({error.strerror}); choose another Scala file") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    # Not splitlines(): that also breaks at characters that Latin-1 titles may hold.
    return list(enumerate(re.split(r"\r\n|\r|\n", text), 1))


def _count(path: str | Path, values: list[tuple[int, str]]) -> int:
    if not values:
        raise ScalaError(f"{path}: ends before the number of notes, so no Scala file")
    number, line = values[0]
    found = COUNT.match(line)
    if not found:
        raise ScalaError(f"{path}: line {number} should be the number of notes, not {_quoted(line)}")
    count = int(found[1])
    if count == 0:
        raise ScalaError(f"{path}: has no notes, so nothing to sing by")
    if count > MAX_NOTES:
        raise ScalaError(f"{path}: has {count} notes, more than the {MAX_NOTES} that livepitch takes")
    return count


def _pitch(path: str | Path, number: int, line: str) -> float:
    cents = math.nan
    if found := CENTS.match(line):
        cents = float(found[1])
    elif (found := RATIO.match(line) or WHOLE.match(line)) and max(map(len, found.groups())) <= MAX_DIGITS:
        ratio = [int(digits) for digits in found.groups()]
        cents = ratio_cents(*ratio) if all(ratio) else math.nan
    if not math.isfinite(cents):
        raise ScalaError(
            f"{path}: line {number} should be a ratio such as 3/2 or cents such as 701.955, not {_quoted(line)}"
        )
    return cents


def _degrees(pitches: list[float], period: float) -> tuple[float, ...]:
    kept = [0.0]
    for pitch in sorted(pitch % period for pitch in pitches):
        if min(pitch - kept[-1], period - pitch) >= SMALLEST_STEP:
            kept.append(pitch)
    return tuple(kept)


def _quoted(line: str) -> str:
    return f"“{_printable(line)[:40]}”"


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()
