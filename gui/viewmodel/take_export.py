"""What was sung, into files: pitch, sound and markers; a half-written file never replaces a good one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ...model.errors import LivepitchError
from ...model.plain_file import plain_text
from ...model.replacement import replacement
from ...realtime.export import WRITERS, replacing
from ...realtime.frame import PitchTrack
from .history import FRAMES_PER_SECOND, PitchHistory
from .take import Floats

SOUNDS = {"flac": "PCM_24", "wav": "PCM_24"}
LABELS = "txt"
NAMES = {
    "csv": "Pitch, CSV",
    "json": "Pitch, JSON",
    "flac": "Sound, FLAC",
    "wav": "Sound, WAV",
    LABELS: "Markers, Audacity labels",
}

Marks = Sequence[Mapping[str, Any]]


class ExportError(LivepitchError):
    """What cannot be saved under a name; the text says why."""


@dataclass(frozen=True)
class Material:
    """What there is to save, of one recording or of what was heard live, from `start` to `stop` seconds.

    Times in what is saved count from `start`, so that pitch, sound and markers of a selection fit together.
    """

    history: PitchHistory
    start: float = -math.inf
    stop: float = math.inf
    audio: Floats | None = None
    """float32 (n,) of the whole recording, the first sample at 0 s; None where no sound was kept."""
    sample_rate: int = 0
    marks: Marks = ()
    """With times from `start` on."""

    def track(self) -> PitchTrack:
        """The pitch; every 10 ms, the first frame at 0 s."""
        history, start = self.history, self._from
        first, last = history.time.searchsorted((start - 1e-6, self.stop + 1e-6))
        part = slice(int(first), int(last))
        f0 = history.f0[part].astype(np.float32)
        return PitchTrack(
            history.time[part] - start, f0, np.isfinite(f0), history.confidence[part].astype(np.float32), f0
        )

    def sound(self) -> Floats:
        """The samples. ExportError where there are none."""
        if self.audio is None:
            raise ExportError("The sound is kept in recordings only: record first, or save the pitch as .csv")
        last = min(self.stop, len(self.audio) / self.sample_rate)
        return self.audio[round(self._from * self.sample_rate) : round(last * self.sample_rate)]

    @property
    def _from(self) -> float:
        """The start, on a frame: pitch and sound then begin at the same moment."""
        history = self.history
        if self.start <= (0.0 if history.empty else history.oldest):
            return 0.0 if history.empty else history.oldest
        return math.ceil(self.start * FRAMES_PER_SECOND - 1e-6) / FRAMES_PER_SECOND


def save(material: Material, path: Path) -> str:
    """Write what the name's ending asks for, and say what. ExportError, in one sentence, where that is not possible."""
    ending = path.suffix.lower().removeprefix(".")
    if ending not in NAMES:
        raise ExportError(f"{path.name}: can end in {', '.join(f'.{known}' for known in NAMES)}; choose one of these")
    try:
        return _written(material, path, ending)
    except (OSError, soundfile.LibsndfileError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ExportError(f"{path}: cannot be written ({reason}); choose another folder") from error


def _written(material: Material, path: Path, ending: str) -> str:
    if ending in SOUNDS:
        sound = material.sound()
        with replacement(path) as partial:
            partial.touch(exist_ok=False)  # says why not, which libsndfile does not
            soundfile.write(partial, sound, material.sample_rate, SOUNDS[ending], format=ending.upper())
        return f"{len(sound) / material.sample_rate:.1f} s of sound"
    if ending == LABELS:
        if not material.marks:
            raise ExportError("There are no markers to save; M sets one")
        write_labels(path, material.marks)
        return f"{len(material.marks)} markers" if len(material.marks) > 1 else "one marker"
    track = material.track()
    if not len(track):
        raise ExportError("There is no pitch to save yet: sing, or open a recording")
    with replacing(path) as file:
        WRITERS[ending](track, file)
    return f"{len(track) / FRAMES_PER_SECOND:.1f} s of pitch"


def free_name(path: Path) -> Path:
    """The path, or with a number where there is such a file: a take's own pitch is not to be offered for replacing."""
    names = (path if number == 1 else path.with_name(f"{path.stem} ({number}){path.suffix}") for number in count(1))
    return next(name for name in names if not name.exists())


def write_labels(path: Path, marks: Marks) -> None:
    """Markers as a label track of Audacity: a line each, its start, its end and its name, parted by tabs."""
    with replacing(path) as file:
        for mark in marks:
            name = " ".join(str(mark["name"] or mark["number"]).split())
            file.write(f"{mark['time']:.6f}\t{mark['time']:.6f}\t{name}\n")


def read_labels(path: Path) -> list[dict[str, Any]]:
    """The markers of a label track; none where there is no such file, and lines that are none left out."""
    try:
        lines = plain_text(path).splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    marks: list[dict[str, Any]] = []
    for line in lines:
        start, _, rest = line.partition("\t")
        name = rest.partition("\t")[2]
        try:
            time = float(start.replace(",", "."))
        except ValueError:
            continue
        if not math.isfinite(time):
            continue
        number = len(marks) + 1
        marks.append({"time": time, "number": number, "name": "" if name == str(number) else name})
    return marks
