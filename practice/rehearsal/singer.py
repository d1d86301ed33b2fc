"""The range of the singer, remembered from one practice to the next: a small file among the user's settings."""

from __future__ import annotations

import json
from pathlib import Path

from ...model.errors import LivepitchError
from ...realtime.export import replacing
from ...realtime.tuned import config_folder
from ..exercise.vocal_range import VocalRange

FILE, VERSION = "singer.json", 1
UNKNOWN = VocalRange(48, 67)  # C3 to G4: an octave and a half that most voices share


class SingerError(LivepitchError):
    """The range cannot be written; the text names the file."""


def singer_file() -> Path:
    """Where it is kept."""
    return config_folder() / FILE


def remembered_range() -> VocalRange | None:
    """The range that was found or chosen last; None where there is none, or its file cannot be used."""
    try:
        record = json.loads(singer_file().read_text(encoding="utf-8"))
        low, high = record["low"], record["high"]
        if record["version"] != VERSION or not (type(low) is type(high) is int):
            return None
        return VocalRange(low, high)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def remember_range(found: VocalRange) -> Path:
    """Keep the range in place of what was known; its file. SingerError."""
    path = singer_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            json.dump({"version": VERSION, "low": found.low, "high": found.high}, file)
            file.write("\n")
    except OSError as error:
        raise SingerError(f"{path}: cannot be written ({error.strerror or error}); give --range each time") from None
    return path
