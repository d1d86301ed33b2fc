"""When the sound at any position of a stream reached the input, and when the program got it."""

from __future__ import annotations

from bisect import bisect_right

NEAR = 64  # blocks; where what is asked for nearly always lies: the others need not be touched
KEPT = 4096  # blocks; at 64 samples a block and 48 kHz the last 5 s, more than any tracker looks back


class Timeline:
    """Instants of the stream's blocks, by position: samples since the stream's start, lost ones included."""

    def __init__(self, sample_rate: float) -> None:
        self._sample_rate = sample_rate
        self._positions: list[int] = []
        self._captured: list[float] = []
        self._arrived: list[float] = []

    def add(self, position: int, captured: float, arrived: float) -> None:
        """Note the next block: position and capture instant of its first sample, and when it came in."""
        self._positions.append(position)
        self._captured.append(captured)
        self._arrived.append(arrived)
        if len(self._positions) > 2 * KEPT:  # half at a time: the cost per block stays constant
            del self._positions[:-KEPT], self._captured[:-KEPT], self._arrived[:-KEPT]

    def captured(self, position: float) -> float:
        """Monotonic instant (s) at which the sound at `position` reached the input.

        Counted on from the first sample of the block that holds it, so a clock that drifts, or a hole where
        sound was lost, shifts nothing beyond that block.
        """
        block = self._block(position)
        return self._captured[block] + (position - self._positions[block]) / self._sample_rate

    def of_block(self, position: int) -> tuple[float, float]:
        """`captured` of the sound at `position`, and when its block came in; the last block's if none has it."""
        block = self._block(position)
        captured = self._captured[block] + (position - self._positions[block]) / self._sample_rate
        return captured, self._arrived[block]

    def _block(self, position: float) -> int:
        positions = self._positions
        near = len(positions) - NEAR
        low = near if near > 0 and positions[near] <= position else 0
        return max(bisect_right(positions, position, low) - 1, 0)
