"""What the user does to record: one key begins it, the same key ends it, the stream goes on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ...realtime.recording.takes import Recording, new_take, next_part, recordings_folder, take_files
from ..look.wording import sentence
from ..parts import Parts
from ..sound.listening import Listening
from ..sound.transport import State, Stream
from ..viewmodel.messages import Rank
from .errands import Errands
from .record_button import RecordingLine, record_button, show_recording
from .recording_marks import RecordingMarks

LOOK_EVERY = 100  # ms
SAID = 20.0  # s that the end of a recording is spoken of
SCARCE = 600.0  # s of recording that the disk has room for, from which on it is told


class RecordingRoom(QObject):
    """Records what is listened to."""

    look = pyqtSignal(object)
    """The user wants to see this path, a take just recorded."""

    def __init__(self, parts: Parts, listening: Listening, errands: Errands) -> None:
        super().__init__()
        self._parts, self._listening, self._errands = parts, listening, errands
        self._wanted: Path | None = None  # to be begun as soon as a stream runs
        self._stream: Stream | None = None  # that is, or was, recorded
        self._take, self._renewed = Path(), False
        self.folder: Path | None = None
        """Where the last take was made, if it was not the usual folder."""
        self._marks = RecordingMarks(parts, listening, errands, self._complain)
        tip = "Record sound and pitch, or end the recording"
        self.action = parts.menus.action("takes", "&Record", "Ctrl+R", tip, self.toggle)
        self.button, self.line = record_button(self.action), RecordingLine()
        parts.bar.add_left(self.button)
        parts.stage.add_notice(self.line)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._watch)
        listening.started.connect(self._begin)
        listening.transport.changed.connect(self._follow)

    @property
    def on(self) -> bool:
        """Whether a recording is under way, or about to be."""
        return self._wanted is not None or self._stream is not None

    def toggle(self) -> None:
        """Record from now on, listening if need be; or end the recording."""
        if self._stream is not None:
            self._stream.end_recording()
        elif self._wanted is not None:
            self._give_up()
        else:
            folder, self._renewed = recordings_folder(), False
            self._errands.run(lambda: new_take(folder, datetime.now()), self._record, self._complain)

    def record_to(self, folder: Path) -> None:
        """Record into a new take there as soon as a stream runs, which somebody else starts."""
        self._errands.run(lambda: new_take(folder, datetime.now()), self._want, self._complain)

    def close(self) -> None:
        """Look no more; the end of the stream completes what is being recorded, the markers lie beside it already."""
        self._watch()
        self._clock.stop()

    def _record(self, take: Path) -> None:
        self._want(take)
        if self._listening.transport.state is State.STOPPED:
            self._listening.start()

    def _want(self, take: Path) -> None:
        if not self.on:
            self._wanted = take
            self._show(0.0, take.name)
            self._begin()

    def _begin(self) -> None:
        stream, take = self._listening.transport.stream, self._wanted
        if stream is not None and take is not None:
            self._wanted, self._stream, self._take = None, stream, take
            self.folder = take.parent if take.parent != recordings_folder() else None
            stream.record(take)
            self._marks.begin(stream)
            self._clock.start(LOOK_EVERY)

    def _follow(self) -> None:
        """Whatever kept the stream from running, it has told."""
        if self._listening.transport.state is State.STOPPED:
            self._give_up()

    def _give_up(self) -> None:
        self._wanted = None
        if self._stream is None:
            self._show_rest()

    def _watch(self) -> None:
        recording = None if self._stream is None else self._stream.recording
        if recording is None or recording.parts[0].path.name != self._take.name:  # not told of this one yet
            return
        self._show(recording.seconds, recording.path.name)
        for part in recording.parts:
            self._marks.look(part)
        self._warn(recording.left)
        if not recording.running:
            self._clock.stop()
            stream, self._stream = self._stream, None
            self._show_rest()
            if recording.error is not None and not recording.seconds:
                self._look_again(stream, recording)
            else:
                self._tell(recording)

    def _look_again(self, stream: Stream | None, recording: Recording) -> None:
        """Nothing was recorded: where another livepitch had the same name at the same moment, take the next."""
        take = recording.path

        def go_on(other: Path) -> None:
            if other == take or self._renewed or stream is not self._listening.transport.stream:
                self._tell(recording)
            else:
                self._renewed = True
                self._want(other)

        self._errands.run(lambda: next_part(take) if _there(take) else take, go_on, self._complain)

    def _warn(self, left: float) -> None:
        """Tell that the disk is nearly full, some minutes before it ends the recording."""
        banner = self._parts.stage.banner
        if left > SCARCE:
            banner.withdraw("disk")
            return
        minutes = int(left // 60)
        time = f"about {minutes} minutes" if minutes > 1 else "about a minute" if minutes else "less than a minute"
        text = f"The disk is nearly full: room for {time} of this recording, which then ends by itself."
        banner.post("disk", text, Rank.SKIPPED)

    def _tell(self, recording: Recording) -> None:
        """What became of it."""
        if recording.error is not None:
            self._complain(sentence(recording.error))
        parts = [part for part in recording.parts if part.seconds]
        if parts:
            lost = sum(part.lost for part in parts)
            silent = f", {lost:.1f} s of it silent: the disk was too slow" if lost else ""
            names = " and ".join(part.path.name for part in parts)
            self._say(f"Saved {names}{silent}", "Look at it", take_files(parts[-1].path)[0])

    def _say(self, text: str, button: str, path: Path) -> None:
        banner = self._parts.stage.banner
        banner.post("recorded", text, Rank.OFFER, seconds=SAID, button=button, act=lambda: self.look.emit(path))

    def _complain(self, why: str) -> None:
        self._parts.stage.banner.post("recording", why, Rank.SKIPPED, seconds=SAID)

    def _show(self, seconds: float, name: str) -> None:
        self.action.setText("Stop &recording")
        show_recording(self.button, True, seconds)
        self.line.say(seconds, name)

    def _show_rest(self) -> None:
        self.action.setText("&Record")
        show_recording(self.button, False)
        self.line.hide()


def _there(take: Path) -> bool:
    return any(file.exists() for file in take_files(take))
