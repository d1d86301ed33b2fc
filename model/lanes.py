"""Lanes: the processor's cores, each with its own part of one graph.

On the CPU MLX runs each stream on a thread of its own. A network that cuts its activations into consecutive pieces of
time and puts each piece on a lane uses all cores for everything, copies and sums too, where the threads of a BLAS share
only the products. A GPU is one lane.
"""

from __future__ import annotations

from functools import cache

from .backend import mx
from .blas import cores

MOST_LANES = 8  # more would cut a live window into pieces that mostly wait for one another
FEW_ROWS = 128  # of a product; below it the lanes share its columns instead (measured)
MOST_ROWS = 16_384  # of a piece; beyond it its copies leave the cache

Pieces = list[mx.array]
"""Consecutive pieces in time of one activation, each (frames, bands, channels)."""


def on_gpu() -> bool:
    """Whether MLX computes on a GPU by default."""
    return bool(mx.default_device() == mx.gpu)


def lane_count() -> int:
    """How many pieces run at the same time."""
    return 1 if on_gpu() else min(cores(), MOST_LANES)


def lane(i: int) -> mx.StreamContext:
    """Puts the operations inside on lane `i`, counted round."""
    if on_gpu():
        return mx.stream(mx.gpu)
    streams = _streams(lane_count())
    return mx.stream(streams[i % len(streams)])


@cache
def _streams(n: int) -> list[mx.ThreadLocalStream]:
    return [mx.new_thread_local_stream(mx.cpu) for _ in range(n)]


def cut(x: mx.array, lengths: list[int]) -> Pieces:
    """(T, F, C) in pieces of `lengths` frames, which add up to T."""
    if len(lengths) == 1:
        return [x]
    ends = [sum(lengths[: i + 1]) for i in range(len(lengths) - 1)]
    return list(mx.split(x, ends))


def joined(pieces: Pieces) -> mx.array:
    """The pieces as one (T, F, C)."""
    return pieces[0] if len(pieces) == 1 else mx.concatenate(pieces)


def lengths(pieces: Pieces) -> list[int]:
    """Frames of each piece."""
    return [len(piece) for piece in pieces]


def recut(pieces: Pieces, frames: list[int]) -> Pieces:
    """The same frames in pieces of other lengths."""
    return pieces if lengths(pieces) == frames else cut(joined(pieces), frames)


def shares(n_frames: int, n_bands: int) -> list[int]:
    """Into what lengths an activation is best cut: one piece where it is small, else a multiple of the lanes.

    All are even, for the pooling, except that the last has what is left over.
    """
    lanes, rows = lane_count(), n_frames * n_bands
    if on_gpu() or rows < lanes * FEW_ROWS or n_frames < 2 * lanes:
        return [n_frames]
    rounds = -(-rows // (lanes * MOST_ROWS))
    step = -(-n_frames // (lanes * rounds))
    step += step % 2
    return [min(step, n_frames - start) for start in range(0, n_frames, step)]


def with_neighbours(pieces: Pieces, i: int, before: int = 1) -> mx.array:
    """Piece `i` between its neighbours' nearest frames and bands of zeros, as convolutions need it.

    One frame and one band after it, and as many before it as `before` says: zeros beyond the ends.
    """
    piece = pieces[i]
    left = [pieces[i - 1][-1:]] if before and i > 0 else []
    right = [pieces[i + 1][:1]] if i + 1 < len(pieces) else []
    if left or right:
        piece = mx.concatenate([*left, piece, *right])
    frames = (before - len(left), 1 - len(right))
    return mx.pad(piece, [frames, (before, 1), (0, 0)])
