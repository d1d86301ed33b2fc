"""How much later a sound of the output is recorded than the devices claim, and what was measured of which devices.

Devices' claims about their latency are wrong by tens of milliseconds. What is measured here is what all claims together
leave out: it is taken off the second of the guide that a recorded sound is said to go with.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.errors import LivepitchError
from ...realtime.playing.clicks import CLICK, find_click, sweep
from ...realtime.settings_file import UnusableError, changing, read_settings, write_settings
from ...realtime.tuned import VARIABLE, DamagedSettingsWarning, SettingsFileError, config_folder

FILE = "offsets.json"
VERSION = 1
LARGEST = 5.0  # s of any number in it
EARLY, LATE = 0.15, 0.5  # s before and after it is due that a click is looked for
STEADY = 0.015  # s that most clicks must agree to

Position = Callable[[float], float]
Complain = Callable[[str], None]


class CalibrationError(LivepitchError):
    """The clicks tell no offset; the text says why and what to do."""


@dataclass(frozen=True)
class Offset:
    """What was measured of an input and an output together."""

    seconds: float
    """By which a sound is recorded later than the devices claim; the median of the clicks."""
    spread: float
    """Seconds from there that three clicks in four keep."""
    heard: int
    """Clicks that were found in the recording."""
    played: int


def measured_offset(audio: NDArray[np.float32], sample_rate: int, position: Position, times: Sequence[float]) -> Offset:
    """Find clicks that were played at `times` s in a recording float32 `(n,)`, and when each was heard.

    position: the second of what was played that left the output when a second of the recording was captured, both by
    claim. CalibrationError if fewer than half of them are heard, or they do not agree.
    """
    click = sweep(sample_rate)
    seconds = np.arange(0, len(audio) / sample_rate, 0.05)
    positions = np.array([position(second) for second in seconds])
    late = []
    for time_ in times:
        due = float(np.interp(time_, positions, seconds))
        first, last = (round((due + way) * sample_rate) for way in (-EARLY, LATE + CLICK))
        found = find_click(audio[max(first, 0) : last], click, sample_rate)
        if found is not None:
            late.append(position((max(first, 0) + found.sample) / sample_rate) - time_)
    if 2 * len(late) < max(len(times), 4):
        raise _unheard(audio, len(late), len(times))
    offset = float(np.median(late))
    spread = float(np.quantile(np.abs(np.array(late) - offset), 0.75))
    if spread > STEADY:
        raise CalibrationError(
            f"the clicks came back {1e3 * min(late):.0f} to {1e3 * max(late):.0f} ms late: no one figure fits; close "
            "other programs, turn off sound effects, and try again"
        )
    return Offset(offset, spread, len(late), len(times))


def _unheard(audio: NDArray[np.float32], heard: int, played: int) -> CalibrationError:
    advice = "turn the output up, hold the headphones to the microphone, or choose the devices"
    if not np.any(np.abs(audio) > 1e-4):
        advice = "the recording is silent: allow this program to use the microphone, or choose another one"
    return CalibrationError(f"of {played} clicks {heard or 'none'} came back: {advice}")


def _warn(problem: str) -> None:
    warnings.warn(problem, DamagedSettingsWarning, stacklevel=3)


class OffsetStore:
    """What was measured, by names of input and output: one JSON file beside what `livepitch tune` found.

    `version`, and under `offsets` a list of objects: `input`, `output` and the fields of `Offset`. It is replaced as a
    whole or not at all. One that cannot be used is put aside, told of in a line, and otherwise counts as empty.
    """

    def __init__(self, complain: Complain = _warn) -> None:
        """complain: told in one line of a file that cannot be used."""
        self._complain = complain

    @property
    def path(self) -> Path:
        """Where the file is, or would be."""
        return config_folder() / FILE

    def get(self, input: str, output: str) -> float:
        """Seconds measured of this pair of devices; 0 if nothing was."""
        found = self._read().get((input, output))
        return found.seconds if found is not None else 0.0

    def put(self, input: str, output: str, offset: Offset) -> Path:
        """Keep `offset` in place of what was known of this pair; the file's path. SettingsFileError."""
        path = self.path
        try:
            with changing(path):  # another process may be measuring another pair
                pairs = {**self._read(), (input, output): offset}
                entries = [{"input": pair[0], "output": pair[1], **asdict(one)} for pair, one in pairs.items()]
                write_settings(path, {"version": VERSION, "offsets": entries})
        except OSError as error:
            told = f"{path}: cannot be written ({error.strerror or error}); name another folder in {VARIABLE}"
            raise SettingsFileError(told) from None
        return path

    def _read(self) -> dict[tuple[str, str], Offset]:
        try:
            return read_settings(self.path, VERSION, _entries) or {}
        except UnusableError as error:
            self._complain(f"{self.path}: {error}; `livepitch practice calibrate` writes it anew")
            return {}


def _entries(record: Mapping[str, Any]) -> dict[tuple[str, str], Offset]:
    return dict(map(_entry, record["offsets"]))


def _entry(record: Any) -> tuple[tuple[str, str], Offset]:
    """One entry; ValueError, KeyError or TypeError for what was not written here."""
    pair = record["input"], record["output"]
    seconds, counts = (record["seconds"], record["spread"]), (record["heard"], record["played"])
    # Compared before anything else: a whole number may have too many digits to be made a float.
    sound = all(type(value) in (int, float) and abs(value) <= LARGEST for value in seconds)
    if not (sound and all(type(count) is int for count in counts)):
        raise ValueError(f"not an offset: {record}")
    if not all(isinstance(name, str) for name in pair):
        raise ValueError(f"not a pair of devices: {pair}")
    return pair, Offset(float(seconds[0]), float(seconds[1]), *counts)
