import numpy as np

from livepitch.gui.viewmodel.history import PitchHistory
from livepitch.gui.viewmodel.intonation import BANDS, joined, styles
from livepitch.realtime.frame import PitchTrack

A4, A5 = 440.0, 880.0


def test_arrays_never_grow_and_the_newest_is_last(tone):
    history = PitchHistory(seconds=1.0)
    assert history.empty
    for start in range(5):
        history.extend(tone(A4, 1.0, start=float(start)))
    assert len(history.time) == len(history.f0) == len(history.confidence) == len(history.centre) == 100
    np.testing.assert_allclose(history.time, 4.0 + 0.01 * np.arange(100))
    assert not history.empty


def test_memory_is_bounded_and_nothing_kept_is_lost(tone):
    history = PitchHistory(seconds=50.0)
    for start in range(0, 600, 3):
        history.extend(tone(A4 + start, 3.0, start=float(start)))
        first = max(0, start + 3 - 50)
        np.testing.assert_allclose(history.time, np.arange(100 * first, 100 * (start + 3)) / 100)
        np.testing.assert_allclose(history.f0, A4 + 3 * (np.arange(100 * first, 100 * (start + 3)) // 300))
        assert all(len(column) <= 10_000 for column in history._columns.values())


def test_what_has_changed_is_told_once(tone, frame):
    history = PitchHistory()
    history.extend(tone(A4, 1.0))
    assert history.take_touched() == -np.inf
    assert history.take_touched() == np.inf
    history.extend([frame(1.0, A4)])
    assert history.take_touched() == 0.99  # the line to it begins there
    history.extend([frame(1.01, A4), frame(1.02, A4), frame(1.03, A4)])
    assert history.take_touched() == np.float64(0.91)  # the centres before them know of them
    history.extend([frame(0.5, A5)])
    assert 0.3 < history.take_touched() < 0.5


def test_a_recording_is_remembered_whole():
    n = 30_000
    track = PitchTrack(
        np.arange(n) / 100, np.full(n, A4, np.float32), np.ones(n, bool), np.ones(n, np.float32), np.full(n, A4)
    )
    history = PitchHistory.of(track)
    assert (len(history), history.oldest, history.newest) == (n, 0.0, 299.99)
    np.testing.assert_allclose(history.centre, A4)
    assert history.settled.all()


def test_more_frames_at_once_than_it_holds(tone):
    history = PitchHistory(seconds=0.5)
    history.extend(tone(A4, 3.0))
    assert history.newest == 2.99
    assert np.all(np.isfinite(history.time))
    np.testing.assert_allclose(history.centre, A4)


def test_a_settled_frame_replaces_the_instant_one(frame):
    history = PitchHistory()
    history.extend([frame(0.01 * i, A5, confidence=0.3, settled=False) for i in range(5)])
    history.extend([frame(0.02, A4, confidence=0.8)])
    np.testing.assert_allclose(history.f0[-5:], [A5, A5, A4, A5, A5])
    assert history.confidence[-3] == np.float32(0.8)
    assert history.newest == 0.04


def test_a_late_frame_of_forgotten_time_changes_nothing(tone, frame):
    history = PitchHistory(seconds=0.5)
    history.extend(tone(A4, 2.0))
    history.extend([frame(0.1, A5)])
    np.testing.assert_allclose(history.f0, A4)


def test_one_slip_does_not_move_the_recent_pitch(tone, frame):
    history = PitchHistory()
    history.extend([*tone(A4, 0.2), frame(0.2, A5), frame(0.21, A5)])
    assert history.recent_f0() == A4


def test_silence_has_no_recent_pitch(tone, frame):
    history = PitchHistory()
    history.extend([*tone(A4, 0.2), *(frame(0.2 + 0.01 * i) for i in range(15))])
    assert np.isnan(history.recent_f0())


def test_centre_of_vibrato_is_its_note(frame):
    time = 0.01 * np.arange(200)
    f0 = A4 * 2 ** (45 / 1200 * np.sin(2 * np.pi * 5.5 * time))
    for burst in (200, 3):  # the same whether frames come at once or in twos and threes
        history = PitchHistory()
        for start in range(0, 200, burst):
            history.extend([frame(t, f) for t, f in zip(time[start : start + burst], f0[start:], strict=False)])
        centres = 1200 * np.log2(history.centre[-180:-20] / A4)
        assert np.abs(centres).max() < 10
        assert np.abs(1200 * np.log2(history.f0[-200:] / A4)).max() > 40


def test_centre_keeps_a_clean_step(tone):
    history = PitchHistory()
    history.extend([*tone(A4, 0.5), *tone(A5, 0.5, start=0.5)])
    blurred = ~np.isclose(history.centre[-100:, None], (A4, A5)).any(axis=1)
    assert blurred.sum() <= 4
    assert not blurred[:46].any()
    assert not blurred[54:].any()


def test_lines_break_where_the_voice_does():
    time = np.array([0.0, 0.01, 0.02, 0.03, 0.20, 0.21, 0.22])
    midi = np.array([69.0, 69.1, np.nan, 69.0, 69.0, 69.1, 81.0])
    # joined, into silence, out of silence, lost audio, joined, an octave at once, and nothing after the last
    np.testing.assert_array_equal(joined(time, midi), [True, False, False, False, True, False, False])


def test_styles_tell_intonation_and_confidence_apart():
    cents = np.array([0.0, 10.0, 20.0, -50.0, 0.0])
    confidence = np.array([0.9, 0.9, 0.9, 0.9, 0.1])
    style = styles(cents, confidence, np.ones(5, bool))
    np.testing.assert_array_equal(style % BANDS, [0, 0, 1, 2, 0])
    assert style[4] // BANDS == 0 < style[0] // BANDS
