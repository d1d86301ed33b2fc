"""Scores, as music21 and livepitch's own reader understand them."""

import xml.etree.ElementTree as ElementTree

import music21
import numpy as np
import pytest

from livepitch.export.options import Options
from livepitch.practice.scales import Key
from livepitch.practice.target.scores import read_score
from tests.export.singing import GAP, NOTHING, held, song, sung, written

EIGHTH = 0.25  # s at 120 to the minute


def score_of(path):
    return music21.converter.parse(path, forceSource=True)


def melody(*notes):
    """Sung at 120 to the minute: (eighths, MIDI number or None), with a consonant after each note."""
    parts = [held(GAP, 0.0)]
    for eighths, midi in notes:
        seconds = eighths * EIGHTH
        parts += [held(GAP, seconds)] if midi is None else [held(midi, seconds - 0.05), held(GAP, 0.05)]
    return sung(*parts)


TUNE = melody((2, 60), (1, 62), (3, 64), (2, None), (4, 65), (6, 67), (2, 66), (8, 60))


def test_a_tune_is_read_as_it_was_meant(tmp_path):
    score = score_of(written(TUNE, "musicxml", tmp_path))
    notes = [
        (note.offset, note.quarterLength, note.nameWithOctave)
        for note in score.stripTies().flatten().notes
    ]  # fmt: skip
    assert notes == [
        (0, 1, "C4"), (1, 0.5, "D4"), (1.5, 1.5, "E4"), (4, 2, "F4"), (6, 3, "G4"), (9, 1, "F#4"), (10, 4, "C4"),
    ]  # fmt: skip
    bars = score.parts[0].getElementsByClass("Measure")
    assert [sum(each.quarterLength for each in bar.notesAndRests) for bar in bars] == [4] * len(bars)
    assert [bar.number for bar in bars] == list(range(1, len(bars) + 1))


def test_it_has_tempo_meter_key_and_clef(tmp_path):
    score = score_of(written(TUNE, "musicxml", tmp_path, Options(tempo=96)))
    first = score.parts[0].getElementsByClass("Measure")[0]
    assert first.timeSignature.ratioString == "4/4"
    assert (first.keySignature.sharps, first.keySignature.mode) == (0, "major")
    assert isinstance(first.clef, music21.clef.TrebleClef)
    assert [mark.number for mark in score.recurse().getElementsByClass("MetronomeMark")] == [96]
    assert score.parts[0].partName == "Voice"


@pytest.mark.parametrize(("lower", "clef"), [(0, "TrebleClef"), (10, "Treble8vbClef"), (24, "BassClef")])
def test_the_clef_is_that_of_the_voice(tmp_path, lower, clef):
    path = written(melody(*((2, midi - lower) for midi in (60, 64, 67, 72))), "musicxml", tmp_path)
    assert type(score_of(path).recurse().getElementsByClass("Clef")[0]).__name__ == clef


@pytest.mark.parametrize(
    ("scale", "names"),
    [
        ((63, 65, 67, 68, 70, 72, 74, 75, 70, 67, 63), "E- F G A- B- C D E- B- G E-"),
        ((64, 66, 68, 69, 71, 73, 75, 76, 71, 68, 64), "E F# G# A B C# D# E B G# E"),
    ],
)
def test_notes_are_spelt_in_the_key_they_fit_best(tmp_path, scale, names):
    score = score_of(written(melody(*((2, midi) for midi in scale)), "musicxml", tmp_path))
    assert " ".join(note.name for note in score.stripTies().flatten().notes) == names


def test_accidentals_are_written_where_a_reader_needs_them(tmp_path):
    tune = melody(*((2, midi) for midi in (60, 64, 67, 66, 66, 65, 72, 60, 67, 64, 60, 60)))
    path = written(tune, "musicxml", tmp_path)
    bars = ElementTree.parse(path).findall("part/measure")
    shown = [[note.findtext("accidental") for note in bar.findall("note")] for bar in bars]
    assert shown[0] == [None, None, None, "sharp"]
    assert shown[1] == ["sharp", "natural", None, None]


def test_long_scores_are_one_part_whose_signs_stand_once(tmp_path):
    bars = 150  # more than twice as many as music21 is given at once
    tune = [(4, 60), (2, 64), (2, 67)] * bars
    tune[63 * 3 + 2 : 64 * 3 + 1] = [(6, 67)]  # from bar 64 into bar 65
    path = written(melody(*tune), "musicxml", tmp_path)
    tree = ElementTree.parse(path)
    measures = tree.findall("part/measure")
    assert [measure.get("number") for measure in measures] == [str(k + 1) for k in range(bars)]
    assert [len(tree.findall(f".//{tag}")) for tag in ("part", "key", "clef", "time", "metronome")] == [1] * 5
    notes = score_of(path).stripTies().flatten().notes
    assert len(notes) == 3 * bars - 1
    assert [note.quarterLength for note in notes if note.offset == 63 * 4 + 3] == [3]


def test_livepitch_practises_what_it_exported(tmp_path):
    path = written(TUNE, "musicxml", tmp_path, Options(tempo=120))
    (part,) = read_score(path, path.read_bytes()).parts
    assert [note.midi for note in part.notes] == [60, 62, 64, 65, 67, 66, 60]
    assert [note.start for note in part.notes] == pytest.approx([0, 0.5, 0.75, 2, 3, 4.5, 5])
    assert part.key == Key(0, "major")


@pytest.mark.parametrize("tempo", [20.0, 61.7, 120.0, 400.0])
def test_notes_stay_near_their_seconds_whatever_the_tempo(tmp_path, tempo):
    heard = song()
    score = score_of(written(heard, "musicxml", tmp_path, Options(tempo=tempo)))
    notes = score.stripTies().flatten().notes
    assert [note.pitch.midi for note in notes] == [69, 72, 60, 74, 54]
    starts = np.array([float(note.offset) for note in notes]) * 60 / tempo
    assert (
        np.abs(starts - [note.start for note in heard.notes]).max() < 0.16
    )  # a step; rounding and the shift, each half


@pytest.mark.parametrize("title", ['Ça & <là> "é" </part>', "歌 🎵", "two\nlines", "a\x00b", "\udcff", "]]>"])
def test_the_title_is_read_again(tmp_path, title):
    path = written(song(title), "musicxml", tmp_path)
    expected = title.replace("\n", " ").replace("\x00", "\\x00").replace("\udcff", "\\udcff")
    assert ElementTree.parse(path).findtext("work/work-title") == expected
    assert score_of(path).metadata.title == expected


@pytest.mark.parametrize("which", NOTHING)
def test_no_note_is_a_bar_of_rest(tmp_path, which):
    score = score_of(written(NOTHING[which], "musicxml", tmp_path))
    assert [rest.quarterLength for rest in score.flatten().notesAndRests] == [4]


def test_range_and_concert_pitch_are_minded(tmp_path):
    score = score_of(written(song(), "musicxml", tmp_path, Options(a4=415.0, lowest=61, highest=73)))
    assert [note.pitch.midi for note in score.stripTies().flatten().notes] == [70, 73, 61]
