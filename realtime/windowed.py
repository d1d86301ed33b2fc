"""Windowed streaming of RMVPE: the U-Net over a window, the forward GRU carried from the last frame given out."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from ..model.backend import mx
from ..model.blas import use_cores
from ..model.config import GRID, N_BINS, N_MELS
from ..model.rmvpe import RmvpeNetwork, padded_to_grid
from .layout import Layout

Floats = NDArray[np.float32]


class WindowedStream:
    """Salience of frames once `lookahead` frames after them are there."""

    def __init__(self, network: RmvpeNetwork, layout: Layout | None = None) -> None:
        self._network = network
        self.layout = layout or Layout()
        self.lookahead, self.hop = self.layout.waiting, self.layout.hop
        self.reset()
        use_cores(1)  # the network's lanes share the cores already

    def reset(self) -> None:
        """Forgets the stream."""
        self._mel = np.empty((0, N_MELS), np.float32)  # from frame `_base` on
        self._base = self._given = 0
        self._state: mx.array | None = self._network.initial_state()

    def push(self, mel: Floats) -> Floats:
        """Log-mel (n, 128) -> salience (m, 360) of the frames that have enough right context now."""
        self.hear(mel)
        out = [np.empty((0, N_BINS), np.float32)]
        while self.hops:
            out.append(self._run(self._next, self._given + self._needed))
        return np.concatenate(out)

    def flush(self) -> Floats:
        """The frames at the end, whose right context is reflected, to the end of the padding as for a whole file."""
        rest = self.waiting
        return self._run(rest, self._given + rest, padding=True) if rest else np.empty((0, N_BINS), np.float32)

    # the same in slices

    def hear(self, mel: Floats) -> None:
        """Takes log-mel (n, 128) and computes nothing."""
        self._mel = np.concatenate((self._mel, mel))

    @property
    def waiting(self) -> int:
        """Frames that were heard and are not given out yet."""
        return self._base + len(self._mel) - self._given

    @property
    def hops(self) -> int:
        """Hops that have enough right context now, what the first window gives out counting as one."""
        return max(0, self.waiting - self._needed + self.hop) // self.hop

    @property
    def window(self) -> int:
        """Frames of the next hop's window, on the grid."""
        return -(-(self._given + self._needed - self.layout.start(self._given)) // GRID) * GRID

    def slices(self, end: bool = False) -> Generator[str, None, Floats]:
        """The next hop, or at the `end` of the stream what is left, as `push` and `flush` give it.

        Yields the name of the slice that the next step computes, to its end; returns salience (m, 360).
        """
        n = self.waiting if end else self._next
        start, stop = self.layout.start(self._given), self._given + (n if end else self._needed)
        mel = padded_to_grid(self._mel[start - self._base : stop - self._base])
        begin = 0 if self._state is None else self._given - start
        frames = slice(begin, len(mel) if end else stop - start)
        state = self._network.initial_state() if self._state is None else self._state
        salience, states = yield from self._network.slices(mx.array(mel), frames, state)
        first = self._given - start - begin
        self._state = states[first + n - 1]
        mx.eval(self._state)
        self._given += n
        self._forget()
        return np.array(salience[first : first + n])

    def leap(self, hops: int) -> int:
        """Leaves out so many hops, at least one, and says how many frames those are.

        The GRU's state after them comes from running it over the next window's context.
        """
        n = self._next + (hops - 1) * self.hop
        self._given += n
        self._state = None
        self._forget()
        return n

    def warm_up(self) -> None:
        """Runs every length of window once, so that the first real one is not slow; resets the stream."""
        for length in self.layout.lengths():
            self.rehearse(length)
        self.reset()

    def rehearse(self, length: int) -> None:
        """Runs a window of `length` frames, a multiple of 32, for nothing; spoils the state until `reset`."""
        features = self._features(np.zeros((length, N_MELS), np.float32))
        mx.eval(self._recur(features, max(0, length - self.layout.waiting - 1), 1), self._state)

    @property
    def _next(self) -> int:
        """Frames that the next window gives out."""
        return self.layout.size(self._given)

    @property
    def _needed(self) -> int:
        """Frames from the first of these to the last that they need."""
        return self._next + self.layout.lookahead

    def _run(self, n: int, stop: int, padding: bool = False) -> Floats:
        """Gives out `n` frames from a window that ends before frame `stop`; the GRU may see its padding, too."""
        start = self._start(stop)
        features = self._features(self._mel[start - self._base : stop - self._base])
        salience = self._recur(features if padding else features[: stop - start], self._given - start, n)
        mx.eval(salience, self._state)
        self._given += n
        self._forget()
        return np.array(salience)

    def _start(self, stop: int) -> int:
        return self.layout.start(self._given)

    def _features(self, mel: Floats) -> mx.array:
        """What the GRU sees of a window, padded to the grid: (n, 128) -> (at least n, 384)."""
        return self._network.features(mx.array(padded_to_grid(mel)))

    def _recur(self, features: mx.array, first: int, n: int) -> mx.array:
        """Salience (n, 360) of the `n` frames of a window from `first` on; takes the state along to the last."""
        assert self._state is not None  # only `slices` goes on after a leap
        salience, states = self._network.salience(features[first:], self._state)
        self._state = states[n - 1]
        return salience[:n]

    def _forget(self) -> None:
        """Keeps only the frames that the next window may begin with."""
        kept = max(0, self._given - self.layout.context - GRID)
        if kept > self._base:
            self._mel, self._base = self._mel[kept - self._base :], kept
