"""What practice says and remembers, without a screen."""

import math

import numpy as np
import pytest

from livepitch.gui.viewmodel.practice_choices import Choices
from livepitch.gui.viewmodel.practice_hits import Hits
from livepitch.gui.viewmodel.practice_lyrics import Lyrics
from livepitch.gui.viewmodel.practice_offers import OWN, RECENT, found, offers, with_recent
from livepitch.gui.viewmodel.practice_region import region, round_note, selected_notes
from livepitch.gui.viewmodel.practice_words import milliseconds, reason, row, verdict
from livepitch.gui.viewmodel.time_window import TimeWindow
from livepitch.practice.music import Music
from livepitch.practice.scoring.result import NoteScore, TakeScore
from livepitch.practice.target.target import Target, TargetNote
from livepitch.realtime.frame import PitchTrack


def target(*notes, lines=()):
    return Target("song", tuple(TargetNote(*note) for note in notes), lines=lines)


def words(*syllables, lines=(), rest=0.0):
    return target(
        *((n + rest * (n > 1), n + 1 + rest * (n > 1), 60.0, s) for n, s in enumerate(syllables)), lines=lines
    )


def test_lines_are_those_of_the_song():
    lyrics = Lyrics(words("Hel-", "lo ", "moon ", "sky ", lines=(0, 2)))
    assert ["".join(line.syllables).strip() for line in lyrics.lines] == ["Hello", "moon sky"]
    assert [lyrics.lines[0].current(t) for t in (-0.1, 0.0, 1.5)] == [-1, 0, 1]


def test_without_lines_a_rest_begins_another():
    lyrics = Lyrics(words("one ", "two ", "three ", rest=2.0))
    assert [line.syllables for line in lyrics.lines] == [("one ", "two "), ("three ",)]


def test_the_next_line_comes_when_it_is_near():
    lyrics = Lyrics(words("one ", "two ", "three ", rest=2.0))
    assert [lyrics.line(t) for t in (-2.0, 1.5, 2.4, 2.6, 4.0)] == [0, 0, 0, 1, 1]


def test_a_target_without_words_has_no_lines():
    assert Lyrics(target((0, 1, 60.0))).lines == ()


def track(f0):
    f0 = np.asarray(f0, np.float32)
    return PitchTrack(np.arange(len(f0)) / 100, f0, np.isfinite(f0), np.ones(len(f0), np.float32), f0)


@pytest.mark.parametrize(
    ("midi", "free", "share"),
    [(60.0, False, 1.0), (60.4, False, 1.0), (60.6, False, 0.0), (48.0, False, 0.0), (48.0, True, 1.0)],
)
def test_hits_are_what_lies_within_the_tolerance(midi, free, share):
    asked = target((0.0, 1.0, 60.0), (1.0, 2.0, 60.0))
    sung = track([440 * 2 ** ((midi - 69) / 12)] * 100)
    hits = Hits.of(asked, sung, 50.0, 440.0, free)
    assert hits.share == pytest.approx(share, abs=0.02)
    if share:
        ((start, stop),) = hits.stretches[0]
        assert (start, stop) == pytest.approx((0.0, 1.0), abs=0.02)
    assert 1 not in hits.stretches


def test_nothing_asked_is_no_share():
    assert math.isnan(Hits(target((1.0, 2.0, 60.0))).share)


def test_a_selection_means_the_notes_of_which_half_lies_in_it():
    asked = target((0, 1, 60.0), (1, 2, 62.0), (2, 3, 64.0))
    assert selected_notes(asked, 0.6, 2.6) == (1, 2)
    assert selected_notes(asked, 0.4, 1.4) == (0, 0)
    assert selected_notes(asked, 3.0, 9.0) is None
    assert round_note(asked, 0) == (0, 1)
    assert round_note(asked, 1) == (0, 2)


def test_a_region_is_told_in_seconds_as_written():
    faster = target((0, 1, 60.0), (1, 2, 62.0)).at_tempo(2.0)
    assert region(faster, 1, 1, 2.0, 0.0) == (1.0, 2.0)
    assert region(faster, 0, 1, 2.0, 5.0) == (5.0, 7.0)


def test_the_verdict_of_a_note_is_short():
    note = TargetNote(0, 1, 64.0, "love ")
    score = NoteScore(note, True, 0.8, 0.12, -30.0, within_25=0.5, spread_cents=6.0, held=0.9, sung_start=0.1)
    assert verdict(score) == "30 cents flat, 120 ms late"
    assert row(2, score, Music())[:4] == ["3 · E4  love", "−30", "+120 ms", "±6"]
    assert verdict(NoteScore(note)) == "not sung"
    assert verdict(NoteScore(note, True, 1.0, 0.0, 3.0, octaves=-1, sung_start=0.0, held=1.0)) == "an octave low"
    assert verdict(NoteScore(note, True, 1.0, 0.0, 3.0, sung_start=0.0, held=1.0)) == "well sung"
    assert milliseconds(-0.0004) == "0 ms"


def test_the_reason_stands_without_the_score_beside_it():
    score = TakeScore("x", 87.0, (), ("87 of 100: you hit 8 of 9 notes.",), ())
    assert reason(score) == "You hit 8 of 9 notes."


def test_what_was_practised_comes_first_and_files_that_are_gone_do_not(tmp_path):
    song = tmp_path / "song.mid"
    song.touch()
    listed = offers(["exercise:five-note-scale", f"file:{song}", "file:/gone.mid", "typed:C4", "nonsense"])
    assert [offer.title for offer in listed if offer.group == RECENT] == ["Five-note scale", "song", "C4"]
    assert [offer.group for offer in listed[-3:]] == [OWN] * 3
    assert [offer.title for offer in found(listed, "five-note scale one breath")] == ["Five-note scale"]
    assert with_recent(["a", "b"], "b") == ["b", "a"]


def test_choices_go_to_plain_values_and_back():
    mine = Choices(guide=False, guide_volume=70, count_in=3, strictness="beginner", octave_free=True)
    assert Choices.from_dict(mine.to_dict()) == mine
    assert Choices.from_dict({"guide_volume": True, "count_in": -4, "guide": "yes"}) == Choices()


def test_with_a_lead_now_stays_in_its_place_and_what_comes_lies_before_it():
    window = TimeWindow(10.0)
    window.lead = 0.6
    for now in (-2.0, 5.0, 60.0):
        window.advance(-10.0, 90.0, now)
        assert window.left == pytest.approx(now - 4.0)
    window.pan(-5.0)
    assert window.behind == 0.0
    window.advance(-10.0, 90.0, 62.0)
    assert window.left == pytest.approx(51.0)
    window.to_newest()
    assert window.left == pytest.approx(58.0)
    window.zoom(2.0)
    assert window.left == pytest.approx(62.0 - 8.0)
