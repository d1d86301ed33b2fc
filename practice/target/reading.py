"""Opening a file of targets, whatever it is."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

from ...model.plain_file import plain_bytes
from .midi import read_midi
from .score_process import read_apart
from .scores import is_xml, read_score
from .target_file import TargetError, TargetFile
from .ultrastar import is_ultrastar, read_ultrastar

MAX_BYTES = 32_000_000
MAX_PLAIN = 4_000_000  # bytes of MIDI, and of UltraStar
KINDS = {
    ".mid": read_midi, ".midi": read_midi, ".kar": read_midi, ".rmi": read_midi,
    ".musicxml": read_score, ".xml": read_score, ".mxl": read_score, ".mei": read_score, ".abc": read_score,
    ".txt": read_ultrastar,
}  # fmt: skip


def read_targets(path: Path | str, cancelled: Callable[[], bool] = lambda: False) -> TargetFile:
    """What can be sung from a MIDI, MusicXML, MEI, ABC or UltraStar file.

    What the file holds counts, then its ending. Scores are read in a process of their own, see `read_apart`;
    cancelled: asked meanwhile, from this thread. TargetError for a file that is missing, too large, of another kind or
    damaged, or that takes too long, or when cancelled; nothing but the file itself is read, whatever it names.
    """
    path = Path(path)
    data = _bytes(path)
    reader = _reader(path, data)
    return read_apart(path, data, cancelled) if reader is read_score else reader(path, data)


def targets_of(path: Path, data: bytes) -> TargetFile:
    """What `read_targets` makes of a file's bytes, in this process, for as long as that takes."""
    return _reader(path, data)(path, data)


def _reader(path: Path, data: bytes) -> Callable[[Path, bytes], TargetFile]:
    if not data.strip(b"\0 \r\n\t"):
        raise TargetError(f"{path} is empty: choose another file")
    if data.startswith((b"MThd", b"RIFF")):
        reader = read_midi
    elif is_xml(data):
        reader = read_score
    elif is_ultrastar(data):
        reader = read_ultrastar
    elif path.suffix.lower() in KINDS:
        reader = KINDS[path.suffix.lower()]
    else:
        raise TargetError(f"{path} is not a kind of song that can be read: choose one of {', '.join(KINDS)}")
    if reader in (read_midi, read_ultrastar) and len(data) > MAX_PLAIN:
        raise TargetError(f"{path} has {len(data) / 1e6:.0f} MB, which no song needs: choose another file")
    return reader


def _bytes(path: Path) -> bytes:
    try:
        return plain_bytes(path, MAX_BYTES)
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise TargetError(f"{path}: {error.strerror}; save the parts wanted to a file") from error
        raise TargetError(
            f"{path} cannot be read ({error.strerror}): choose a MIDI, MusicXML, MEI, ABC or UltraStar file"
        ) from error
