"""Whatever is pressed, dropped, broken or lost, in whatever order: the window lives, and leaves nothing behind.

Longer: `python benchmarks/soak.py window`.
"""

import random

import pytest

from livepitch.gui.window import Window

from .conftest import FakeSource
from .leftovers import nothing_left
from .monkey import Monkey
from .monkey_world import StreamFaults, own_world, strange_files


@pytest.mark.parametrize("seed", [1, 2])
def test_a_monkey_at_the_window(qtbot, studio, tmp_path, monkeypatch, seed):
    own_world(tmp_path, monkeypatch)
    files, chance = strange_files(tmp_path / "files"), random.Random(seed)
    with nothing_left(monkeypatch, tmp_path / "temporary"):
        window = Window(FakeSource(), make_stream=studio.make, memory=tmp_path / "CONFIG" / "window.json")
        faults = StreamFaults(window, studio, chance, monkeypatch)
        monkey = Monkey(window, chance, files, tmp_path, faults.all())
        window.show()
        window.start()
        try:
            monkey.play(160)
        finally:
            print(*monkey.done[-15:], sep="\n")  # shown if it fails
            monkey.close()
            for stream in studio.streams:
                stream.may_start.set()
            window.close()
        assert not any(stream.running for stream in studio.streams)
        window.deleteLater()
