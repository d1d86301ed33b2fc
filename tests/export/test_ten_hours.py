"""Ten hours of singing in every format, read again to the last frame. Minutes each, so they are run when asked for."""

import csv
import json
from xml.etree import ElementTree

import jams
import mir_eval
import numpy as np
import parselmouth
import pytest
from matplotlib.image import imread
from parselmouth.praat import call

from livepitch.export.sung import Sung
from tests.export.midi_player import Player, notes_of
from tests.export.singing import GAP, held, track_of, vibrato, written

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

HOURS = 3_600_000  # frames


@pytest.fixture(scope="module")
def sung():
    """Notes of 0.3 to 0.9 s, plain and with vibrato, a breath after every six."""
    chance = np.random.default_rng(0)
    parts, count = [], 0
    while count < HOURS:
        for _ in range(6):
            midi, seconds = chance.uniform(48, 76), chance.uniform(0.3, 0.9)
            parts.append(vibrato(midi, seconds) if chance.random() < 0.3 else held(midi, seconds))
        parts.append(held(GAP, 0.4))
        count += sum(map(len, parts[-7:]))
    midi = np.concatenate(parts)[:HOURS]
    found = Sung(track_of(midi), "ten hours", model="stream")
    assert len(found.notes) > 50_000
    return found


@pytest.fixture
def file(request, sung, tmp_path):
    """The path of the format that the test asks for."""
    return written(sung, request.param, tmp_path)


def in_format(name):
    return pytest.mark.parametrize("file", [name], indirect=True)


def check(track, rows):
    """Rows of time, f0 (None or empty where unvoiced), confidence, voiced; frames in order."""
    count = 0
    for count, (row, time, f0, confidence, voiced) in enumerate(  # noqa: B007
        zip(rows, track.time, track.f0, track.confidence, track.voiced, strict=True), 1
    ):
        assert abs(float(row[0]) - time) < 1e-6
        assert bool(int(row[3])) == voiced
        assert abs(float(row[1]) - f0) <= 0.000501 + 1e-6 * f0 if voiced else row[1] in ("", None)
        assert abs(float(row[2]) - confidence) <= 0.0000501
    assert count == HOURS


def spans(sung):
    return np.array([(note.start, note.end) for note in sung.notes])


@in_format("csv")
def test_csv(sung, file):
    with open(file, newline="") as text:
        rows = csv.reader(text)
        assert next(rows) == ["time", "f0", "confidence", "voiced"]
        check(sung.track, rows)


@in_format("json")
def test_json(sung, file):
    found = json.loads(file.read_bytes())
    check(sung.track, zip(*(found[name] for name in ("time", "f0", "confidence", "voiced")), strict=True))


@in_format("jsonl")
def test_json_lines(sung, file):
    with open(file) as lines:
        rows = map(json.loads, lines)
        check(sung.track, ([row[name] for name in ("time", "f0", "confidence", "voiced")] for row in rows))


@in_format("pitchtier")
def test_pitchtier(sung, file):
    tier, track = parselmouth.read(str(file)), sung.track
    times, pitches = track.time[track.voiced], track.f0[track.voiced]
    assert call(tier, "Get number of points") == len(times)
    # A point is asked for by its number, of which there are millions: every hundredth, and the last.
    for k in [*range(0, len(times), 100), len(times) - 1]:
        assert abs(call(tier, "Get time from index", k + 1) - times[k]) <= 5e-5
        assert abs(call(tier, "Get value at index", k + 1) - pitches[k]) <= 6e-4


@in_format("textgrid")
def test_textgrid(sung, file):
    grid, notes = parselmouth.read(str(file)), iter(sung.notes)
    before = 0.0
    for k in range(call(grid, "Get number of intervals", 1)):
        start, end = (call(grid, f"Get {side} time of interval", 1, k + 1) for side in ("start", "end"))
        assert start == before
        before = end
        if call(grid, "Get label of interval", 1, k + 1):
            note = next(notes)
            assert abs(start - note.start) < 1e-6
            assert abs(end - note.end) < 1e-6
    assert next(notes, None) is None


@in_format("labels")
def test_labels(sung, file):
    intervals, labels = mir_eval.io.load_labeled_intervals(str(file), delimiter="\t")
    assert np.abs(intervals - spans(sung)).max() < 1e-6
    cents = [int(label.split()[1]) for label in labels]
    assert np.abs(np.subtract(cents, [100 * (note.midi - round(note.midi)) for note in sung.notes])).max() < 0.51


@in_format("notes")
def test_notes(sung, file):
    with open(file, newline="") as text:
        rows = [tuple(map(float, (row["start"], row["end"], row["hz"]))) for row in csv.DictReader(text)]
    assert np.abs(np.array(rows)[:, :2] - spans(sung)).max() <= 0.0000501
    assert np.abs(np.array(rows)[:, 2] - [440 * 2 ** ((each.midi - 69) / 12) for each in sung.notes]).max() <= 0.000501


@pytest.mark.parametrize("file", ["midi", "midi-notes"], indirect=True)
def test_midi_notes(sung, file):
    found = notes_of(file)
    assert np.abs(np.array(found)[:, :2] - spans(sung)).max() <= 0.00027  # half a tick
    assert [note[2] for note in found] == [round(note.midi) for note in sung.notes]


@in_format("midi")
def test_midi_bends(sung, file):
    track, player = sung.track, Player(file)
    played = player.at(track.time)
    number = np.full(len(track), np.nan)  # of the note that a frame lies in, half a tick and more from its ends
    for note in sung.notes:
        number[int(np.ceil(note.start * 100 + 0.03)) : int(np.ceil(note.end * 100 - 0.03))] = round(note.midi)
    midi = 69 + 12 * np.log2(np.where(track.voiced, track.f0, np.nan) / 440)
    reached = np.abs(midi - number) < 2  # by the bend
    assert reached.mean() > 0.8
    assert np.abs(100 * (played - midi))[reached].max() < 200 / 8192 / 2 + 0.01


@in_format("musicxml")
def test_musicxml(sung, file):
    """Of notes closer than the grid of 0.125 s some are left out; the others are there, in order, near their time.

    Read by MusicXML's own rules: music21, which wrote it, had not read it after a quarter of an hour.
    """
    now, ties, read = 0, 0, []
    for _, element in ElementTree.iterparse(file):
        if element.tag == "divisions":
            second = 2 * int(element.text)  # at 120 quarters to the minute
        elif element.tag == "note":
            if element.find("rest") is None and element.find("tie[@type='stop']") is None:
                read.append((now / second, pitch_of(element.find("pitch"))))
            ties += element.find("tie[@type='start']") is not None
            ties -= element.find("tie[@type='stop']") is not None
            now += int(element.findtext("duration"))
            element.clear()
    assert ties == 0
    assert now / second == pytest.approx(HOURS / 100, abs=3)
    assert len(read) > 0.98 * len(sung.notes)
    wanted = iter(sung.notes)
    for start, number in read:
        assert any(round(note.midi) == number and abs(note.start - start) < 0.3 for note in wanted), start


def pitch_of(element):
    """The MIDI number."""
    step = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[element.findtext("step")]
    return 12 * (int(element.findtext("octave")) + 1) + step + int(element.findtext("alter") or 0)


@in_format("jams")
def test_jams(sung, file):
    score = jams.load(str(file), validate=True, strict=True)
    (contour,) = score.search(namespace="pitch_contour")
    hz = np.where(sung.track.voiced, sung.track.f0, sung.track.candidate)
    for k, (each, time, f0) in enumerate(zip(contour.data, sung.track.time, hz, strict=True)):
        assert abs(each.time - time) < 1e-6, k
        assert abs(each.value["frequency"] - f0) <= 0.000501 + 1e-6 * f0, k
    (notes,) = score.search(namespace="note_midi")
    assert np.abs(np.array([each.time for each in notes.data]) - spans(sung)[:, 0]).max() <= 0.00011


@in_format("svl")
def test_svl(sung, file):
    track, points = sung.track, []
    for _, element in ElementTree.iterparse(file):
        if element.tag == "point":
            points.append((int(element.get("frame")), float(element.get("value"))))
        element.clear()
    frames, values = np.array(points).T
    assert np.abs(frames / 44_100 - track.time[track.voiced]).max() <= 0.5001 / 44_100
    assert np.abs(values - track.f0[track.voiced]).max() <= 6e-4


@in_format("png")
def test_png(sung, file):
    assert imread(file).shape[1] == 1400


@in_format("svg")
def test_svg(sung, file):
    assert ElementTree.parse(file).getroot().tag.endswith("}svg")
