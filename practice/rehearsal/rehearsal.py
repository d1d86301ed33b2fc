"""The course of a practice, without a screen: count-in, singing, judging, the result, the next step.

Who drives it (the command line, the window) calls, in this order and over again:

    rehearsal = Rehearsal(steps, Arrangement(...), judging=Judging(...))
    rehearsal.begin(stream)                     BLOCKS    READY -> COUNT_IN: the guide and the recording begin
    sung = rehearsal.observe(stream.frames())             what the frames were against the notes, many times a second
    rehearsal.tick()                                      COUNT_IN -> SINGING -> JUDGING, many times a second
    outcome = rehearsal.judge()                 BLOCKS    JUDGING -> RESULT: files complete, tracked, scored, kept
    rehearsal.next(), previous(), again(), go(index)      RESULT -> READY
    rehearsal.close()                           BLOCKS    in any state: nothing sounds, no device is held

Before its time: `end()` (what was sung so far is judged: -> JUDGING) and `drop()` (BLOCKS; nothing is judged, the
recording stays: -> READY). What BLOCKS belongs on one thread of the driver that may wait, one call at a time;
everything else returns at once and belongs on the thread that shows it. `arrange(...)` changes key, tempo, region and
guide in READY and RESULT; `change_sound(...)` guide, metronome and volumes while they sound.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ...model.errors import LivepitchError
from ...realtime.frame import PitchFrame
from ...realtime.recording.takes import new_take, recordings_folder
from ..exercise.step import Step
from ..scoring.judging import Judging
from ..sound.bleed_watch import BleedWatch
from ..sound.changes import Change
from ..sound.count_in import beat_seconds, count_in
from ..target.target import Target, TargetNote
from .accompanied import Playing, accompanied, guide_settings
from .arrangement import AS_WRITTEN, Arrangement
from .following import Sung, follow
from .judge import Judge
from .outcome import Outcome
from .recorded import Recorded, Stream, Taken
from .state import AT_REST, UNDER_WAY, State
from .timing import Timing

FOLDER = "practice"  # within the user's recordings
TAIL = 0.6  # s after the target's end that are recorded: a note may be held too long
USUAL = Judging()
Judges = Callable[[Taken, Judging, Callable[[float], None] | None], Outcome]
"""Gives the outcome of a take; told how far it is, 0..1."""


class Rehearsal:
    """Takes a singer through steps; see the head of this module for who calls what, when and on which thread.

    Any thread may look at what is no method.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        arrangement: Arrangement = AS_WRITTEN,
        *,
        judging: Judging = USUAL,
        name: str = "",
        folder: Path | None = None,
        keep: Callable[[Outcome], None] | None = None,
        judge: Judges | None = None,
        accompany: Callable[[Step, Arrangement, str], Playing] = accompanied,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing sounds or is recorded yet. ValueError without steps, or as `Arrangement.of`.

        name: what is practised, an exercise's id or a song's name. folder: where takes go, by default `practice` among
        the user's recordings. keep: called by `judge` with every outcome, to remember it. judge: what scores a take, by
        default with `rmvpe-small`. The others are for tests.
        """
        if not steps:
            raise ValueError("a practice needs a step")
        self.steps, self.index, self.name = steps, 0, name
        self.arrangement, self.judging = arrangement, judging
        self.step = arrangement.of(steps[0])
        """The step at hand as it is to be sung: in its key, tempo and region."""
        self.state = State.READY
        self.take: Path | None = None
        """The recording under way, or the last one."""
        self.outcome: Outcome | None = None
        """Of the last take of this step; None before any, while the next is sung, or if nothing could be judged."""
        self.outcomes: dict[int, Outcome] = {}
        """The last one by index of the step."""
        self.problem: str | None = None
        """Why the last take ended by itself, or has no outcome: one sentence."""
        self._folder, self._keep, self._clock = folder, keep, clock
        self._judge, self._accompany = judge or Judge(), accompany
        self._playing: Playing | None = None
        self._recorded: Recorded | None = None
        self._timing: Timing | None = None
        self._bleed: BleedWatch | None = None
        self._ended = math.inf  # second of the target
        self._changes: tuple[Change, ...] = ()  # of what was heard in the last take

    @property
    def target(self) -> Target:
        """What is to be sung."""
        return self.step.target

    @property
    def position(self) -> float:
        """Second of the target that is heard now; NaN where nothing runs."""
        playing = self._playing
        return math.nan if playing is None else playing.position_at(self._clock())

    @property
    def count(self) -> int:
        """Beats left of the count-in, the one that sounds included: 4, 3, 2, 1, and 0 when the singer is on."""
        position = self.position
        if not position < 0:
            return 0
        left = math.ceil(-position / beat_seconds(self.target) - 1e-6)
        return min(left, len(count_in(self.target, self.arrangement.count_in)))

    @property
    def note(self) -> TargetNote | None:
        """What is to be sung now."""
        return self.target.note_at(self.position)

    @property
    def coming(self) -> TargetNote | None:
        """The next note after now; the first one before it begins."""
        position = self.position
        after = -math.inf if math.isnan(position) else position
        return next((note for note in self.target.notes if note.start > after), None)

    @property
    def guide_heard(self) -> bool:
        """Whether the microphone hears the guide of this take, as far as that is known while it is sung."""
        return self._bleed is not None and self._bleed.heard

    def begin(self, stream: Stream) -> None:
        """Begin a take of a stream that runs: guide, recording, count-in. Blocks. RuntimeError unless READY.

        DeviceError: no output device, or one that refuses; then nothing is recorded.
        """
        self._expect(State.READY)
        self.outcome = self.problem = None
        playing = self._accompany(self.step, self.arrangement, stream.source.name)
        playing.start()
        self._timing, self._ended = Timing(playing.position_at, playing.offset), math.inf
        # A session in another process names its files as that would.
        folder = (self._folder or recordings_folder() / FOLDER).absolute()
        self.take = new_take(folder, datetime.now())
        self._recorded = Recorded(stream, self.take, playing.offset)
        settings = guide_settings(self.step, self.arrangement)
        self._bleed = None if self.arrangement.silent else BleedWatch(self.target, settings)
        self._playing = playing
        self.state = State.COUNT_IN

    def observe(self, frames: Iterable[PitchFrame]) -> list[Sung]:
        """What frames of the stream were against the notes, in their order; nothing while no take is under way."""
        timing = self._timing
        if timing is None or self._playing is None:
            return []
        sung = []
        for frame in frames:
            timing.note(frame)
            second = timing.second_of(frame.time)
            if self._bleed is not None:
                self._bleed.see(frame, second)
            sung.append(follow(frame, second, self.target, self.arrangement.tuning, self.judging.octave_free))
        return sung

    def tick(self) -> State:
        """Go on to the next state where it is time; the state it is then."""
        if self.state in UNDER_WAY:
            position = self.position
            if self.state is State.COUNT_IN and position >= 0:
                self.state = State.SINGING
            self.problem = self._trouble()
            if self.problem is not None or position >= self.target.duration + TAIL:
                self.end()
        return self.state

    def _trouble(self) -> str | None:
        """What makes it pointless to go on, if anything does."""
        assert self._playing is not None
        assert self._recorded is not None
        return str(self._playing.error) if self._playing.error is not None else self._recorded.trouble

    def end(self) -> None:
        """End the take now: the notes that are over will be judged. Nothing if none is under way."""
        if self.state in UNDER_WAY:
            assert self._recorded is not None
            self._ended = self.position
            self._recorded.end()
            self.state = State.JUDGING

    def drop(self) -> None:
        """End the take, if one is under way, and leave it unjudged; its files stay. Blocks for half a second."""
        self.end()
        if self.state is State.JUDGING:
            self._silence()
            self.state = State.READY

    def judge(self, progress: Callable[[float], None] | None = None) -> Outcome | None:
        """Have the take's files complete, track and score them. Blocks for seconds. RuntimeError unless JUDGING.

        None, and READY, if no note was over yet: `problem` says so, or what could not be remembered. progress: told
        0..1. RecordedError, AudioFileError: nothing was recorded, READY then. The take's files stay in any case.
        """
        self._expect(State.JUDGING)
        assert self._recorded is not None
        assert self._timing is not None
        self._silence()
        try:
            take = self._recorded.taken(self.name, self.step, self.arrangement, self._timing, self._ended)
            changed = replace(take, changes=self._changes) if take is not None else None
            outcome = self._judge(changed, self.judging, progress) if changed is not None else None
        except BaseException:
            self.state = State.READY
            raise
        if outcome is None:
            self.problem = self.problem or "the take ended before its first note was over"
            self.state = State.READY
            return None
        self.outcome = self.outcomes[self.index] = outcome
        self._remember(outcome)
        self.state = State.RESULT
        return outcome

    def _remember(self, outcome: Outcome) -> None:
        try:
            if self._keep is not None:
                self._keep(outcome)
        except LivepitchError as error:  # the result is there all the same
            self.problem = str(error)

    def go(self, index: int) -> None:
        """To a step, READY to be sung; beyond the ends the nearest. RuntimeError unless READY or RESULT."""
        self._expect(*AT_REST)
        self.index = min(max(index, 0), len(self.steps) - 1)
        self._renew()

    def again(self) -> None:
        """The same step once more, as `go`."""
        self.go(self.index)

    def next(self) -> None:
        """To the next step, as `go`."""
        self.go(self.index + 1)

    def previous(self) -> None:
        """To the step before, as `go`."""
        self.go(self.index - 1)

    def arrange(self, arrangement: Arrangement) -> None:
        """Change key, tempo, region, guide; READY then. RuntimeError unless READY or RESULT; ValueError as `of`."""
        self._expect(*AT_REST)
        step = arrangement.of(self.steps[self.index])
        self.arrangement = arrangement
        self._renew()
        self.step = step

    def change_sound(self, arrangement: Arrangement) -> None:
        """Sound with the guide, the metronome and the volumes of another arrangement from now on, in this take only."""
        playing, written = self._playing, self.steps[self.index].guide
        if playing is not None and self.state in UNDER_WAY:
            guide = written if arrangement.guide is None else arrangement.guide
            playing.change(replace(self.step, guide=guide), arrangement)

    def close(self) -> None:
        """End whatever is under way. May be called any number of times."""
        self.drop()

    def _renew(self) -> None:
        self.step = self.arrangement.of(self.steps[self.index])
        self.outcome = self.problem = None
        self.state = State.READY

    def _silence(self) -> None:
        playing, self._playing = self._playing, None
        if playing is not None:
            playing.stop()
            self._changes = playing.changes
            if playing.torn and self.problem is None:
                times = "once" if playing.torn == 1 else f"{playing.torn} times"
                self.problem = f"the sound stopped {times}, so timing is not exact: close other programs"

    def _expect(self, *states: State) -> None:
        if self.state not in states:
            wanted = " or ".join(state.value for state in states)
            raise RuntimeError(f"the practice is {self.state.value}, not {wanted}")
