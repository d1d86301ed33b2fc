"""What was sung, into files: pitch, notes, sound and markers; a half-written file never replaces a good one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from ...export.exporting import save as export
from ...export.formats import FORMATS
from ...export.options import ExportError, Options
from ...export.sung import Sung, every_frame
from ...export.written import written_notes
from ...model.plain_file import plain_text
from ...model.replacement import replacement, replacing
from ...realtime.frame import PitchTrack
from .history import FRAMES_PER_SECOND, PitchHistory
from .loudness import levels
from .take import Floats
from .take_kinds import GROUPS, MARKERS, SOUNDS, Kind

Marks = Sequence[Mapping[str, Any]]
Write = Callable[[Sung, Path, str, Options], int]


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
    path: Path | None = None
    """The recording; None for what was heard live."""

    @property
    def seconds(self) -> float:
        """How much pitch there is."""
        return len(self.history.time[self._part]) / FRAMES_PER_SECOND

    @cached_property
    def sung(self) -> Sung:
        """The pitch; every 10 ms, the first frame at 0 s. With levels, as far as they are known."""
        history, part, level = self.history, self._part, self._level
        places = np.round((history.time[part] - self._from) * FRAMES_PER_SECOND)
        f0, known = history.f0[part].astype(np.float32), bool(np.isfinite(level).any())
        # Not all places of what was heard live are taken: sound that was skipped has no pitch.
        found = PitchTrack(
            places / FRAMES_PER_SECOND,
            f0,
            np.isfinite(f0),
            history.confidence[part].astype(np.float32),
            f0,
            level.astype(np.float32) if known else None,
        )
        track = every_frame(found)
        return Sung(track, "livepitch" if self.path is None else self.path.stem, self.path)

    @property
    def _level(self) -> NDArray[np.float64] | Floats:
        level = self.history.level[self._part]
        if self.audio is None or np.isfinite(level).any():
            return level
        return levels(self.audio, self.sample_rate, self.history.time[self._part])

    def sound(self) -> Floats:
        """The samples. ExportError where there are none."""
        if self.audio is None:
            raise ExportError("The sound is kept in recordings only: record first, or save the pitch as .csv")
        last = min(self.stop, len(self.audio) / self.sample_rate)
        return self.audio[round(self._from * self.sample_rate) : round(last * self.sample_rate)]

    @property
    def _part(self) -> slice:
        first, last = self.history.time.searchsorted((self._from - 1e-6, self.stop + 1e-6))
        return slice(int(first), int(last))

    @property
    def _from(self) -> float:
        """The start, on a frame: pitch and sound then begin at the same moment."""
        history = self.history
        if self.start <= (0.0 if history.empty else history.oldest):
            return 0.0 if history.empty else history.oldest
        return math.ceil(self.start * FRAMES_PER_SECOND - 1e-6) / FRAMES_PER_SECOND


def write_sung(sung: Sung, path: Path, name: str, options: Options) -> int:
    """Write one of FORMATS; the number of notes in it. ExportError where that is not possible."""
    export(sung, path, FORMATS[name], options, overwrite=True)
    return sum(1 for _ in written_notes(sung, options)) if name in NOTES else 0


NOTES = frozenset(kind.name for kind in GROUPS["notes"])
PICTURES = frozenset(kind.name for kind in GROUPS["picture"])


def save(material: Material, path: Path, kind: Kind, options: Options, write: Write = write_sung) -> str:
    """Write it in place of any file there, and say what. ExportError, in one sentence, where that is not possible.

    write: writes pitch and notes, as `write_sung`.
    """
    if kind.name in SOUNDS:
        return _save_sound(material, path, kind.name)
    if kind.name == MARKERS:
        return _save_markers(material, path)
    if not len(material.sung.track):
        raise ExportError("There is no pitch to save yet: sing, or open a recording")
    count, seconds = write(material.sung, path, kind.name, options), f"{material.sung.duration:.1f} s"
    if kind.name in PICTURES:
        return f"a picture of {seconds}"
    if kind.name not in NOTES:
        return f"{seconds} of pitch"
    notes = "one note" if count == 1 else f"{count or 'no'} notes"
    return f"{notes} and {seconds} of pitch" if kind.name == "jams" else notes


def notes_text(material: Material, options: Options) -> tuple[str, int]:
    """The notes as a table whose columns are parted by tabs, and how many. ExportError where there are none."""
    if not len(material.sung.track):
        raise ExportError("There are no notes to copy yet: sing, or open a recording")
    file = BytesIO()
    FORMATS["notes"].write(material.sung, file, options)
    lines = file.getvalue().decode().splitlines()
    if len(lines) < 2:
        raise ExportError("There are no notes to copy: nothing is sung there")
    return "\n".join(line.replace(",", "\t") for line in lines) + "\n", len(lines) - 1


def _save_sound(material: Material, path: Path, ending: str) -> str:
    sound = material.sound()
    try:
        with replacement(path) as partial:
            partial.touch(exist_ok=False)  # says why not, which libsndfile does not
            soundfile.write(partial, sound, material.sample_rate, SOUNDS[ending], format=ending.upper())
    except (OSError, soundfile.LibsndfileError) as error:
        raise _unwritten(path, error) from error
    return f"{len(sound) / material.sample_rate:.1f} s of sound"


def _save_markers(material: Material, path: Path) -> str:
    if not material.marks:
        raise ExportError("There are no markers to save; M sets one")
    try:
        write_labels(path, material.marks)
    except OSError as error:
        raise _unwritten(path, error) from error
    return f"{len(material.marks)} markers" if len(material.marks) > 1 else "one marker"


def _unwritten(path: Path, error: Exception) -> ExportError:
    reason = getattr(error, "strerror", None) or str(error)
    return ExportError(f"{path}: cannot be written ({reason}); choose another folder")


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
