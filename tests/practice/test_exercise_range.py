"""Finding a singer's range, with planted voices."""

import math
from collections.abc import Iterable

import numpy as np
import pytest

from livepitch.model.convert import midi_to_hz
from livepitch.practice.exercise.exercises import VocalRange, find
from livepitch.practice.exercise.range_finder import Phase, RangeFinder
from livepitch.practice.voices import VOICES
from livepitch.realtime.frame import PitchFrame

HOP = 0.01
NAN = math.nan


class Singer:
    """Sings to a finder frame by frame."""

    def __init__(self, finder: RangeFinder) -> None:
        self.finder = finder
        self.time = 0.0

    def frame(self, midi: float, level: float = -20.0, confidence: float = 0.9) -> bool:
        hz = math.nan if math.isnan(midi) else float(midi_to_hz(midi))
        self.time += HOP
        return self.finder.hear(PitchFrame(self.time, hz, confidence, level))

    def sing(self, pitches: Iterable[float], level: float = -20.0) -> None:
        for midi in pitches:
            self.frame(midi, level)

    def hold(self, midi: float, seconds: float = 1.0, level: float = -20.0) -> None:
        self.sing([midi] * round(seconds / HOP), level)

    def rest(self, seconds: float = 0.3) -> None:
        self.sing([NAN] * round(seconds / HOP), -70.0)

    def follow(self, low: int, high: int) -> None:
        """Hold what is asked for, as far as the voice goes."""
        for _ in range(100):
            if self.finder.done:
                return
            asked = self.finder.asked
            if asked is not None and low <= asked <= high:
                self.hold(asked + 0.2)
                self.rest()
            else:
                self.rest(1.0)
        raise AssertionError(f"still {self.finder.phase} at {self.finder.asked}")


@pytest.fixture
def finder() -> RangeFinder:
    return RangeFinder()


@pytest.fixture
def singer(finder: RangeFinder) -> Singer:
    return Singer(finder)


@pytest.mark.parametrize("voice", [name for name in VOICES if name not in ("any", "child")])
def test_a_planted_voice_is_found_with_its_type(voice: str) -> None:
    finder = RangeFinder()
    singer = Singer(finder)
    planted = VocalRange.of_voice(voice)
    singer.hold((planted.low + planted.high) // 2)
    singer.follow(planted.low, planted.high)
    assert finder.range == planted
    assert finder.voice == voice
    assert finder.sentence == f"Your range is {planted.title}; the nearest voice type is {voice}."


def test_it_says_what_to_do_next(finder: RangeFinder, singer: Singer) -> None:
    assert finder.sentence == "Sing a comfortable note on ah and hold it."
    assert finder.range is None
    singer.hold(55, 0.5)
    assert finder.phase is Phase.COMFORTABLE
    assert finder.held == pytest.approx(0.7, abs=0.02)
    assert finder.heard == 55
    singer.hold(55, 0.3)
    assert finder.phase is Phase.DOWN
    assert finder.sentence == "Now hold F♯3, a semitone lower. Stop where it is no longer easy."
    singer.rest()
    singer.hold(54)
    assert finder.asked == 53
    finder.enough()
    assert finder.sentence == "F♯3 is your lowest note. Now go up: hold G♯3."
    singer.rest()
    singer.hold(56)
    assert finder.sentence == "Now hold A3, a semitone higher. Stop where it is no longer easy."
    finder.enough()
    assert finder.done
    assert finder.range == VocalRange(54, 56)


def test_the_frame_that_changes_something_is_answered_with_true(finder: RangeFinder, singer: Singer) -> None:
    answers = [singer.frame(57) for _ in range(150)]
    assert answers.count(True) == 1
    assert answers.index(True) == pytest.approx(70, abs=2)


def test_what_is_not_held_does_not_count(finder: RangeFinder, singer: Singer) -> None:
    rng = np.random.default_rng(1)
    singer.sing(rng.uniform(40, 80, 300))  # noise
    singer.hold(60, 0.5)  # too short
    singer.rest()
    singer.sing(np.linspace(50, 70, 400))  # a glide of five semitones a second
    singer.rest()
    for _ in range(20):
        singer.hold(60, 0.3)
        singer.hold(62, 0.3)
    assert finder.phase is Phase.COMFORTABLE
    singer.hold(60, 1.0)
    assert finder.comfortable == 60


def test_slips_of_the_tracker_and_dropped_frames_count_for_nothing(finder: RangeFinder, singer: Singer) -> None:
    pitches = np.full(80, 60.0)
    pitches[[10, 30, 31, 60]] = [48.0, 72.0, 72.0, 48.0]
    pitches[45:48] = NAN
    singer.sing(pitches)
    assert (finder.comfortable, finder.range) == (60, VocalRange(60, 60))


def test_an_octave_that_the_tracker_keeps_to_is_no_lower_note(finder: RangeFinder, singer: Singer) -> None:
    singer.hold(60)
    singer.rest()
    singer.hold(59 - 12, 2.0)
    assert finder.range == VocalRange(60, 60)
    assert finder.asked == 59


def test_vibrato_is_held_and_its_middle_is_the_note(finder: RangeFinder, singer: Singer) -> None:
    time = np.arange(120) * HOP
    singer.sing(57.0 + 0.9 * np.sin(2 * np.pi * 5.5 * time))
    assert finder.comfortable == 57


def test_a_hum_in_the_room_is_no_low_note(finder: RangeFinder, singer: Singer) -> None:
    singer.hold(44, level=-20.0)
    singer.rest()
    singer.hold(43, 3.0, level=-55.0)  # mains hum lies at G2 where it has 50 Hz
    assert finder.range == VocalRange(44, 44)
    singer.hold(43, 1.0, level=-35.0)
    assert finder.range == VocalRange(43, 44)


def test_a_singer_may_go_down_faster_than_asked(finder: RangeFinder, singer: Singer) -> None:
    singer.hold(60)
    singer.hold(57)
    assert finder.asked == 56
    assert finder.range == VocalRange(57, 60)


def test_a_frame_that_settles_an_earlier_one_is_left_out(finder: RangeFinder, singer: Singer) -> None:
    for _ in range(100):
        singer.frame(60)
        finder.hear(PitchFrame(singer.time - 0.2, float(midi_to_hz(72)), 0.9, -20.0))
    assert finder.comfortable == 60


def test_restart_takes_a_new_stream(finder: RangeFinder, singer: Singer) -> None:
    singer.hold(60)
    finder.restart()
    assert finder.range is None
    singer.time = 0.0
    singer.hold(50)
    assert finder.comfortable == 50


def siren(low: float, high: float, seconds: float = 6.0) -> np.ndarray:
    time = np.arange(0.0, seconds, HOP) / seconds
    return (low + high) / 2 - (high - low) / 2 * np.sin(2 * np.pi * time)


def test_a_siren_shows_the_range() -> None:
    finder = RangeFinder(siren=True)
    singer = Singer(finder)
    assert finder.sentence.startswith("Glide on oo")
    pitches = siren(48, 72)
    pitches[100] = 36.0  # one frame an octave below
    pitches[200:230] -= 12.0  # and a slip of 0.3 s
    singer.sing(pitches)
    assert finder.range == VocalRange(48, 72)
    assert finder.sentence == "C3–C5 so far. Glide again to go further, or be silent to end."
    singer.rest(1.0)
    singer.sing(siren(46, 70))
    assert not finder.done
    singer.rest(4.5)
    assert finder.done
    assert finder.range == VocalRange(46, 72)
    assert finder.voice == "tenor"


def test_a_siren_that_begins_with_a_slip() -> None:
    finder = RangeFinder(siren=True)
    singer = Singer(finder)
    singer.hold(72, 0.05)
    singer.sing(siren(50, 65))
    finder.enough()
    assert finder.done
    assert finder.range == VocalRange(50, 65)


def test_the_step_for_the_note_that_is_asked_for(finder: RangeFinder, singer: Singer) -> None:
    singer.hold(60)
    assert finder.asked == 59
    (step,) = find("vocal-range").steps(VocalRange(finder.asked, finder.asked))
    assert [note.midi for note in step.target.notes] == [59]
    assert step.spoken == "Hold the note if it is easy. Begin on B3."


def test_a_range_goes_up_and_knows_its_voice() -> None:
    with pytest.raises(ValueError, match="60 to 50"):
        VocalRange(60, 50)
    with pytest.raises(ValueError, match="voice must be one of"):
        VocalRange.of_voice("castrato")
    assert VocalRange(41, 63).voice == "bass"
    assert VocalRange(48, 72).title == "C3–C5"
    assert 48 in VocalRange(48, 72)
    assert 72.5 not in VocalRange(48, 72)
