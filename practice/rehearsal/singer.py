"""The range of the singer, remembered from one practice to the next: a small file among the user's settings."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...model.errors import LivepitchError
from ...realtime.settings_file import UnusableError, read_settings, write_settings
from ...realtime.tuned import DamagedSettingsWarning, config_folder
from ..exercise.vocal_range import VocalRange

FILE, VERSION = "singer.json", 1
UNKNOWN = VocalRange(48, 67)  # C3 to G4: an octave and a half that most voices share


class SingerError(LivepitchError):
    """The range cannot be written; the text names the file."""


def singer_file() -> Path:
    """Where it is kept."""
    return config_folder() / FILE


def remembered_range() -> VocalRange | None:
    """The range that was found or chosen last; None where there is none.

    A file that cannot be used is put aside, and a DamagedSettingsWarning says so.
    """
    try:
        return read_settings(singer_file(), VERSION, _range)
    except UnusableError as error:
        problem = f"{singer_file()}: {error}; your range is found anew, or give --range"
        warnings.warn(problem, DamagedSettingsWarning, stacklevel=2)
        return None


def _range(record: Mapping[str, Any]) -> VocalRange:
    low, high = record["low"], record["high"]
    if not (type(low) is type(high) is int):
        raise ValueError(f"no range: {record}")
    return VocalRange(low, high)


def remember_range(found: VocalRange) -> Path:
    """Keep the range in place of what was known; its file. SingerError."""
    path = singer_file()
    try:
        write_settings(path, {"version": VERSION, "low": found.low, "high": found.high})
    except OSError as error:
        raise SingerError(f"{path}: cannot be written ({error.strerror or error}); give --range each time") from None
    return path
