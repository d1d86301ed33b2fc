"""`livepitch live --no-gui`: a line per frame for people, or none where the frames go elsewhere, and a summary."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from ..realtime.ending import ending_by
from ..realtime.recording.takes import take_files
from .terminal import CLOSED_PIPE, FAILED, quiet_pipe, say

if TYPE_CHECKING:
    from ..realtime.frame import PitchFrame
    from ..realtime.session import Session

LOOK = 25  # frames between looks at how the outputs do


def run_session(session: Session, seconds: float, a4: float, quiet: bool, unread: Callable[[], bool]) -> None:
    """Run it until the source ends, `seconds` of sound have passed or Ctrl-C; then say how it went.

    Where something settles them, most frames have a second line, marked as settled, some time after the first.
    a4: Hz, by which notes are named. quiet: print no frames. unread: whether the reader of standard output has gone,
    which ends it too.
    """
    with session:
        try:
            with quiet_pipe(), ending_by(_interrupt):
                _follow(session, seconds, None if quiet else a4, unread)
        except KeyboardInterrupt:
            pass  # the usual way to end it
        finally:
            session.stop()
            if session.stats.frames:
                say(_summary(session))
    _say_what_was_recorded(session)


def _follow(session: Session, seconds: float, a4: float | None, unread: Callable[[], bool]) -> None:
    troubles = _Troubles(session)
    for number, frame in enumerate(session):
        if frame.time >= seconds:
            break
        if number % LOOK == 0:
            troubles.say_new()
            if unread():
                raise typer.Exit(CLOSED_PIPE)
        if a4 is None:
            continue
        if number == 0:
            print("  time_s       hz note  cents  conf  latency_ms")
        print(_line(frame, a4) + (" settled" if session.settle and frame.settled else ""), flush=True)


class _Troubles:
    """Says what is wrong with the outputs, each trouble once, and when it is over."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._said: dict[str, str | None] = {}

    def say_new(self) -> None:
        for sending in self._session.sending:
            before = self._said.get(sending.name)
            if sending.error != before:
                say(sending.error or f"{sending.name}: works again")
            self._said[sending.name] = sending.error


def _interrupt() -> None:
    """Whatever asks it to end does what Ctrl-C does."""
    raise KeyboardInterrupt


def _line(frame: PitchFrame, a4: float) -> str:
    from ..practice.notes import nearest_note, note_name

    if frame.voiced:
        cents_off = nearest_note(frame.f0, a4)[1]
        pitch = f"{frame.f0:8.2f} {note_name(frame.f0, a4):>4} {cents_off:+6.1f}"
    else:
        pitch = f"{'-':>8} {'-':>4} {'-':>6}"
    return f"{frame.time:8.3f} {pitch} {frame.confidence:5.2f} {1e3 * frame.latency:11.1f}"


def _summary(session: Session) -> str:
    stats = session.stats
    delay = stats.stages.get("sound_to_frame")
    latency = f"latency p50 {delay.p50:.1f} ms, p99 {delay.p99:.1f} ms, " if delay else ""
    return (
        f"{stats.frames} frames from {session.source.name}, {latency}{stats.xruns} xruns, "
        f"{stats.dropped} samples dropped, {stats.skipped} skipped{_settled(session)}"
        f"{', tuned' if session.tuned else ''}{_sent(session)}"
    )


def _settled(session: Session) -> str:
    stats = session.stats
    if session.settle is None:
        return ""
    delay = stats.stages.get("sound_to_settled")
    later = f" after {delay.p50:.0f} ms" if delay else ""
    return f", {stats.settled} settled{later}, {stats.unsettled} not"


def _sent(session: Session) -> str:
    return "".join(
        f"; {each.name}: {each.sent} sent{f', {each.lost} lost' if each.lost else ''}" for each in session.sending
    )


def _say_what_was_recorded(session: Session) -> None:
    """Where it is, or why it is not."""
    recording = session.recording
    if recording is None:
        return
    if recording.error is not None:
        say(recording.error)
        raise typer.Exit(FAILED)
    sound, pitch = take_files(recording.path)
    silent = f", {recording.lost:.1f} s of it silent: the disk was too slow" if recording.lost else ""
    say(f"recorded {recording.seconds:.1f} s{silent}: {sound} and {pitch.name}")
