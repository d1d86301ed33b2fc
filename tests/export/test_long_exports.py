"""Hours of notes: what is in memory while they are written does not grow with them."""

import gc
import io
import tracemalloc

import numpy as np
import pytest
from music21.stream import Measure

from livepitch.export.formats import FORMATS
from livepitch.export.options import Options
from livepitch.export.sung import Sung
from tests.export.singing import held, track_of, vibrato

GROUP = np.concatenate([vibrato(60, 0.9), held(64, 0.6), held(np.nan, 0.5)])  # 2 s, two notes


class Lengths(io.RawIOBase):
    """Counts bytes and forgets them."""

    def __init__(self):
        self.size = 0

    def writable(self):
        return True

    def write(self, data):
        self.size += len(data)
        return len(data)


def cost(name, minutes):
    """Bytes at most in memory beyond the track and its notes, and bytes written."""
    sung = Sung(track_of(np.tile(GROUP, 30 * minutes)))
    assert len(sung.notes) == 60 * minutes
    file = Lengths()
    tracemalloc.start()
    try:
        FORMATS[name].write(sung, file, Options())
        return tracemalloc.get_traced_memory()[1], file.size
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["midi", "midi-notes", "textgrid", "jams", "labels", "notes"])
def test_memory_does_not_grow_with_the_hours(name):
    cost(name, 1)  # imports and caches
    (few, less), (many, more) = cost(name, 1), cost(name, 5)
    assert more > 4 * less
    # MIDI's form has a track's length before the track, which waits, encoded, until it is known.
    assert many < few + 1.5 * (more - less) * name.startswith("midi") + 200_000


def test_music21_has_few_bars_in_memory_at_the_same_time():
    alive = []

    class Bars(Lengths):
        def write(self, data):
            gc.collect()
            alive.append(sum(type(each) is Measure for each in gc.get_objects()))
            return super().write(data)

    FORMATS["musicxml"].write(Sung(track_of(np.tile(GROUP, 160))), Bars(), Options())
    assert len(alive) >= 160 // 64
    assert 0 < max(alive) <= 2 * 64
