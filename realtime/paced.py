"""Sources that play what is already there, a file or the demo voice, each on a thread of its own."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from functools import lru_cache
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from .audio_file import read_blocks
from .ring import Floats
from .roles import Sink

SAMPLE_RATE = 16_000  # Hz, of files: what the models hear
DEMO_RATE = 48_000  # Hz
LIVE_BLOCK, FAST_BLOCK = 0.01, 0.1  # s, paced in real time and as fast as the worker takes it
GLANCE = 0.1  # s between looks at whether to stop, while waiting for room


class PacedSource:
    """Gives out blocks in real time, or as fast as the session takes them; `_blocks` says which blocks."""

    patience = float("inf")
    endless = False
    name = ""

    def __init__(self, live: bool, sample_rate: int) -> None:
        self.live = live
        self.sample_rate = sample_rate
        self.finished = False
        self.error: Exception | None = None
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What it plays and how, for another process; not that it plays."""
        return {**vars(self), "_closing": None, "_thread": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _closing=threading.Event())

    def _blocks(self) -> Iterator[Floats]:
        """Open what is played; the blocks of it, float32 `(n,)`."""
        raise NotImplementedError

    def open(self, sink: Sink) -> None:
        """Prepare to play into `sink`, from the beginning. AudioFileError if there is nothing to play."""
        self.close()
        self.finished, self.error = False, None
        self._closing = threading.Event()
        arguments = (self._blocks(), sink, self._closing)
        # A daemon, so that a program which forgets `close` can still end.
        self._thread = threading.Thread(target=self._play, args=arguments, name="livepitch-source", daemon=True)

    def start(self) -> None:
        """Begin to play. RuntimeError unless just opened."""
        if self._thread is None:
            raise RuntimeError(f"{self.name}: open it before start")
        self._thread.start()

    def close(self) -> None:
        """Stop playing; no thread is left. May be called at any time, any number of times."""
        thread, self._thread = self._thread, None
        self._closing.set()
        if thread is not None and thread.ident is not None:
            thread.join()

    def _play(self, blocks: Iterator[Floats], sink: Sink, closing: threading.Event) -> None:
        try:
            deliver = self._deliver_in_time if self.live else self._deliver_at_once
            deliver(blocks, sink, closing)
            self.finished = not closing.is_set()
        except Exception as error:  # kept for the worker, which sees it when woken
            self.error = error
        sink(np.zeros(0, np.float32), time.monotonic(), False)

    def _deliver_in_time(self, blocks: Iterator[Floats], sink: Sink, closing: threading.Event) -> None:
        begin, position = time.monotonic(), 0
        for block in blocks:
            captured = begin + position / self.sample_rate
            position += len(block)
            # A deadline counted from the beginning: one late block makes no other late, and nothing drifts.
            if closing.wait(max(0.0, begin + position / self.sample_rate - time.monotonic())):
                return
            sink(block, captured, False)

    def _deliver_at_once(self, blocks: Iterator[Floats], sink: Sink, closing: threading.Event) -> None:
        for block in blocks:
            while not sink.wait_for_room(len(block), GLANCE):
                if closing.is_set():
                    return
            if closing.is_set():
                return
            sink(block, time.monotonic() - len(block) / self.sample_rate, False)


class FileSource(PacedSource):
    """Plays an audio file once, mixed to mono at 16 kHz."""

    def __init__(self, path: str | os.PathLike[str], realtime: bool = True, blocksize: int | None = None) -> None:
        """Prepare to play `path`: in real time, or as fast as the session takes it, which then loses nothing.

        `blocksize` in samples at 16 kHz; by default 10 ms in real time, 100 ms otherwise.
        """
        super().__init__(realtime, SAMPLE_RATE)
        self.path = Path(path)
        self.name = self.path.name
        self._blocksize = blocksize or round((LIVE_BLOCK if realtime else FAST_BLOCK) * SAMPLE_RATE)
        if self._blocksize < 1:
            raise ValueError(f"blocksize must be at least 1 sample, not {blocksize}")

    def _blocks(self) -> Iterator[Floats]:
        return read_blocks(self.path, self._blocksize, SAMPLE_RATE)


class DemoVoice(PacedSource):
    """Sings the demo phrase over and over, in real time."""

    endless = True

    def __init__(self, sample_rate: int = DEMO_RATE, blocksize: int | None = None) -> None:
        """Prepare to sing at `sample_rate` Hz in blocks of `blocksize` samples, by default 10 ms.

        ValueError below 8000 Hz or one sample.
        """
        if sample_rate < 8000:
            raise ValueError(f"sample_rate must be at least 8000 Hz, not {sample_rate}")
        super().__init__(True, sample_rate)
        self.name = "demo voice"
        if blocksize is not None and blocksize < 1:
            raise ValueError(f"blocksize must be at least 1 sample, not {blocksize}")
        self._chosen, self._suggested = blocksize, round(LIVE_BLOCK * sample_rate)

    @property
    def blocksize(self) -> int:
        """Samples per block, from the next `open` on."""
        return self._chosen or self._suggested

    def look_up(self) -> tuple[str, int]:
        """Name and rate (Hz), as a microphone tells them."""
        return self.name, self.sample_rate

    def suggest_blocksize(self, samples: int | None) -> bool:
        """From the next `open` on, None for 10 ms; False if `blocksize` was given, which then stays."""
        self._suggested = samples or round(LIVE_BLOCK * self.sample_rate)
        return self._chosen is None

    def _blocks(self) -> Iterator[Floats]:
        audio, size = _phrase(self.sample_rate), self.blocksize
        return cycle([audio[start : start + size] for start in range(0, len(audio), size)])


@lru_cache(maxsize=1)
def _phrase(sample_rate: int) -> Floats:
    """What the demo voice sings, kept: it takes a second to make, and a stream may begin many times."""
    from .demo import demo_phrase

    audio, *_ = demo_phrase(sample_rate)
    audio.flags.writeable = False  # every demo voice shares it
    return audio
