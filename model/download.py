"""One file from the Hugging Face hub, into a partial file that a later call continues.

`http_get` of huggingface_hub downloads; its `hf_hub_download` (2.4) deletes what had arrived when it is interrupted.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial as bind
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from .errors import CheckpointError

PIECE = 1 << 16  # bytes

Progress = Callable[[int, int], None]
"""Told the bytes that are there and those there will be."""


def receive(url: str, partial: Path, size: int, progress: Progress | None = None) -> None:
    """Appends what `partial` lacks of the `size` bytes at `url`; what has arrived stays there if this fails.

    Whether the bytes are the right ones is for the caller to check.

    Raises:
        CheckpointError: no network, no such file, a broken connection, no space: one line.
    """
    with writing(partial), open(partial, "ab") as file:
        start = file.tell()
        if start >= size:
            return
        try:
            require_space(partial.parent, size - start)
            with _one_line(url, file, size):
                _get(url, file, start, size, bind(_Arrival, url, size, progress))
        finally:
            file.flush()
            if not file.tell():
                partial.unlink()
        os.fsync(file.fileno())  # before it takes the place of anything


def _get(url: str, file: BinaryIO, start: int, size: int, arrival: Callable[..., _Arrival]) -> None:
    from huggingface_hub import constants, get_token
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.file_download import http_get

    # A connection that breaks is no news for the user: it goes on by itself.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    constants.DOWNLOAD_CHUNK_SIZE = PIECE  # theirs is 10 MB, of which a broken connection would keep nothing
    headers = {"User-Agent": "livepitch", "Accept-Encoding": "identity"}
    if not constants.HF_HUB_DISABLE_IMPLICIT_TOKEN and (token := get_token()):
        headers["Authorization"] = f"Bearer {token}"
    ask = bind(
        http_get, url, file, headers=headers, expected_size=size, tqdm_class=cast(Any, arrival),
        _nb_retries=0,  # before the first byte; afterwards it tries five times
    )  # fmt: skip
    try:
        ask(resume_size=start)
    except HfHubHTTPError as error:
        if error.response.status_code != 416 or not start:
            raise
        file.truncate(0)  # what is here is longer than their file: look at that one
        file.seek(0)
        ask()


class _Arrival:
    """What `http_get` takes for its progress bar: refuses a wrong file at its first byte, then tells how far it is."""

    def __init__(
        self, url: str, size: int, tell: Progress | None, total: int | None, initial: int, **_: object
    ) -> None:
        if total is not None and total != size:
            raise CheckpointError(
                f"{url}: is another file, of {total:,} bytes instead of {size:,}; nothing was fetched"
            )
        self._url, self._there, self._size, self._tell = url, initial, size, tell

    def __enter__(self) -> _Arrival:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, arrived: int) -> None:
        self._there += arrived
        if self._there > self._size:  # a server need not say beforehand how much will come
            raise CheckpointError(f"{self._url}: is another file, longer than {self._size:,} bytes; given up")
        if self._tell:
            self._tell(self._there, self._size)


def require_space(folder: Path, needed: int) -> None:
    """Checks the disk before it fills up.

    Raises:
        CheckpointError: fewer than `needed` bytes are free.
    """
    with writing(folder):
        free = shutil.disk_usage(folder).free
    if free < needed:
        raise CheckpointError(
            f"{folder}: no space, {megabytes(needed)} are needed and {megabytes(free)} are free; "
            "make room, or name another folder in LIVEPITCH_CACHE"
        )


@contextmanager
def _one_line(url: str, file: BinaryIO, size: int) -> Iterator[None]:
    """Turns what `http_get` raises into one line; trouble with the disk passes through."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    try:
        yield
        return
    except HfHubHTTPError as error:
        status = error.response.status_code
        hints = {401: "is HF_TOKEN valid?", 403: "is HF_TOKEN valid?", 404: "it was moved or withdrawn"}
        why = f"answers {status} to {urlsplit(url).path}, {hints.get(status, 'try again later')}"
    except (httpx2.ReadError, httpx2.RemoteProtocolError):
        why = "the connection broke"
    except (httpx2.HTTPError, httpx2.InvalidURL, OfflineModeIsEnabled, ValueError, ImportError) as error:
        # The last two: an address or a proxy that is none; a SOCKS proxy, which wants another package.
        why = f"cannot be reached ({' '.join(str(error).split())}), check the network"
    except OSError as error:
        if error.errno is not None:
            raise
        why = "the connection broke"  # the check of http_get, that all bytes have come
    file.flush()
    there = file.tell()
    then = f"{megabytes(there)} of {megabytes(size)} are here, run it again to go on" if there else "run it again"
    raise CheckpointError(f"{urlsplit(url).hostname or url}: {why}; {then}, or take a copy with --from FILE")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns trouble with the disk into one line.

    Raises:
        CheckpointError: instead of OSError.
    """
    try:
        yield
    except OSError as error:
        raise CheckpointError(
            f"{path}: cannot be written ({error.strerror}); make room or mend it, or name another folder in "
            "LIVEPITCH_CACHE"
        ) from None


def megabytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / 1e6:.1f} MB"
