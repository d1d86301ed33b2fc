"""The markers that are set while something is recorded: beside the take as soon as they are there."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...realtime.recording.takes import Recording, take_files
from ..parts import Parts
from ..sound.listening import Listening
from ..sound.transport import Stream
from ..viewmodel.take import markers_file
from ..viewmodel.take_export import write_labels
from .errands import Errands

Marks = list[dict[str, Any]]


class RecordingMarks:
    """Follows the markers as long as the stream that is recorded is on screen; later ones are of something else."""

    def __init__(self, parts: Parts, listening: Listening, errands: Errands, failed: Callable[[str], object]) -> None:
        self._parts, self._listening, self._errands, self._failed = parts, listening, errands, failed
        self._stream: Stream | None = None
        self._kept: Marks = []  # from before the picture was cleared
        self._now: Marks = []
        self._written: dict[Path, Marks] = {}
        parts.stage.view.marked.connect(self._follow)
        listening.clearing.connect(self._keep)

    def begin(self, stream: Stream) -> None:
        """Follow those of a stream that is recorded from now on."""
        self._stream, self._kept, self._written = stream, [], {}
        self._follow()

    def look(self, recording: Recording) -> None:
        """Have written what there is, if it is not yet."""
        stop = math.inf if recording.running else recording.start + recording.seconds
        within = [mark for mark in self._kept + self._now if recording.start <= mark["time"] <= stop]
        marks = [{**mark, "time": mark["time"] - recording.start} for mark in within]
        path = markers_file(take_files(recording.path)[0])
        if marks != self._written.get(path, []):
            self._written[path] = marks
            self._errands.run(lambda: write_labels(path, marks), failed=self._failed)

    def _follow(self) -> None:
        if self._on_screen:
            self._now = self._parts.stage.view.markers.to_list()

    def _keep(self) -> None:
        if self._on_screen:
            self._kept, self._now = self._kept + self._now, []

    @property
    def _on_screen(self) -> bool:
        listening = self._listening
        return self._parts.scenes.current is listening and listening.transport.stream is self._stream is not None
