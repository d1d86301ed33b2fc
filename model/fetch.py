"""Fetching a published checkpoint: a file takes its place in the cache only when its checksum is right.

One fetch at a time holds the lock of a model; whatever fails, a good file that was there is there still.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .download import PIECE, Progress, receive, require_space, writing
from .errors import CheckpointError
from .published import PublishedFile, Release, sha256

Tell = Callable[[str], None]
"""Told one line at a time."""


@dataclass(frozen=True)
class Fetched:
    """A checkpoint in the cache, checked."""

    path: Path
    file: PublishedFile
    new: bool
    """False where it was there already."""


def fetch(
    release: Release,
    folder: Path,
    source: Path | None = None,
    force: bool = False,
    tell: Tell = lambda line: None,
    progress: Progress | None = None,
) -> Fetched:
    """Brings a checkpoint into `folder`, from the network or from the file `source`, unless a good one is there.

    An interrupted download is continued by the next call. `force` replaces a good file, by another good one only.

    Raises:
        CheckpointError: no network, no space, a wrong checksum: one line.
    """
    there = None if force else _intact(release, folder, tell)
    if there:
        return there
    with _alone(release, folder, tell) as waited:
        there = _intact(release, folder, tell) if waited and not force else None
        if there:
            return there
        if source is not None:
            return _adopted(release, folder, source, progress)
        return _downloaded(release, folder, progress)


def _intact(release: Release, folder: Path, tell: Tell) -> Fetched | None:
    """What lies in `folder`, if its checksum is right; a damaged file is told of."""
    path = release.fetched(folder)
    if path is None:
        return None
    try:
        file = release.identify(path)
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror})") from None
    if file is None:
        tell(f"{path}: is damaged, its checksum is none of the published ones; it will be replaced")
        return None
    return Fetched(path, file, new=False)


@contextmanager
def _alone(release: Release, folder: Path, tell: Tell) -> Iterator[bool]:
    """Holds the model's lock; the value says whether another fetch had to be waited for."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / f".{release.model}.lock", "w")  # noqa: SIM115 # closed below, which frees it
    with lock, writing(folder):
        waited = False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = True
            tell(f"{release.model}: is being fetched by another livepitch; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield waited


def _downloaded(release: Release, folder: Path, progress: Progress | None) -> Fetched:
    file, url = release.files[0], release.address()
    partial = folder / f"{file.name}.{file.sha256[:8]}.part"
    while True:
        continued = partial.exists()
        receive(url, partial, file.size, progress)
        digest = sha256(partial)
        if digest == file.sha256:
            return _placed(release, folder, partial, file)
        partial.unlink()
        if not continued:  # else its beginning was spoilt: once more, from the first byte
            raise CheckpointError(f"{url}: refused and removed, its SHA-256 is {digest} instead of {file.sha256}")


def _adopted(release: Release, folder: Path, source: Path, progress: Progress | None) -> Fetched:
    """A copy of `source`; what is checked is the copy."""
    if not source.is_file():
        what = "is a folder, not a file" if source.is_dir() else "no such file"
        raise CheckpointError(f"{source}: {what} to take {release.model} from")
    size = source.stat().st_size
    partial = folder / f".{release.model}.copy.part"
    try:
        if size in {file.size for file in release.files}:
            require_space(folder, size)
            with writing(partial), open(partial, "wb") as copy:
                for piece in _pieces_of(source):
                    copy.write(piece)
                    if progress:
                        progress(copy.tell(), size)
                copy.flush()
                os.fsync(copy.fileno())  # before it takes the place of anything
            file = release.identify(partial)
            if file:
                return _placed(release, folder, partial, file)
    finally:
        partial.unlink(missing_ok=True)
    raise CheckpointError(
        f"{source}: is none of the published {release.model} files (its checksum differs); "
        f"it can still be used as it is: --model {source}"
    )


def _pieces_of(source: Path) -> Iterator[bytes]:
    try:
        with open(source, "rb") as file:
            while piece := file.read(PIECE):
                yield piece
    except OSError as error:
        raise CheckpointError(f"{source}: cannot be read ({error.strerror})") from None


def _placed(release: Release, folder: Path, partial: Path, file: PublishedFile) -> Fetched:
    """The checked file in its place; only one file of a release stays."""
    path = folder / file.name
    os.replace(partial, path)
    for name in {other.name for other in release.files} - {file.name}:
        (folder / name).unlink(missing_ok=True)
    return Fetched(path, file, new=True)
