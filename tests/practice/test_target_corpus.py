"""Real scores, from music21's corpus, against what music21 itself makes of their repeats, ties and seconds."""

import pickle
import socket
from pathlib import Path

import pytest

from livepitch.practice.target.reading import targets_of
from livepitch.practice.target.target_file import TargetError


@pytest.fixture(scope="module")
def corpus():
    from music21 import common

    return Path(common.getCorpusFilePath())


def read_here(path):
    """Without the process that `read_targets` starts for scores."""
    return targets_of(path, path.read_bytes())


def their_notes(path):
    """(start s, MIDI number of the highest) of the notes of each part, as music21 expands and times them."""
    from music21 import converter, harmony

    reader = converter.Converter()
    reader.parseFile(path, forceSource=True, storePickle=False)
    for part in reader.stream.expandRepeats().parts:
        part.toSoundingPitch(inPlace=True)
        seconds = {id(entry["element"]): entry["offsetSeconds"] for entry in part.flatten().secondsMap}
        found = {}
        for note in part.flatten().notes:
            top = max(getattr(note, "notes", (note,)), key=lambda one: one.pitch.ps, default=None)
            sung = not isinstance(note, harmony.Harmony) and not note.duration.isGrace
            if sung and (top.tie is None or top.tie.type == "start"):
                start = round(seconds[id(note)], 3)
                found[start] = max(found.get(start, 0), top.pitch.ps)
        yield sorted(found.items())


@pytest.mark.parametrize(
    "name",
    [
        "bach/bwv66.6.mxl",
        "bach/bwv297.mxl",  # a repeat
        "bach/bwv158.4.mxl",
    ],
)
def test_every_note_begins_where_music21_has_it(corpus, name):
    file = read_here(corpus / name)
    ours = [[(round(note.start, 3), note.midi) for note in part.notes] for part in file.parts]
    theirs = list(their_notes(corpus / name))
    assert len(ours) == len(theirs) >= 4
    for own, other in zip(ours, theirs, strict=True):
        assert [midi for _, midi in own] == [midi for _, midi in other]
        assert [start for start, _ in own] == pytest.approx([start for start, _ in other], abs=0.002)


def test_a_tune_plays_its_repeats(corpus):
    file = read_here(corpus / "ryansMammoth" / "LittleDiamondJig.abc")
    assert (file.name, len(file.part().notes)) == ("LITTLE DIAMOND -- JIG", 94)


def test_nothing_is_fetched_unpickled_or_written(corpus, tmp_path, monkeypatch):
    def forbidden(*_arguments, **_options):
        raise AssertionError("reading a score did what it must not")

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(socket.socket, "connect", forbidden)
    for name in ("load", "loads", "dump", "dumps", "Unpickler"):
        monkeypatch.setattr(pickle, name, forbidden)
    before = {path: path.stat().st_mtime_ns for path in (corpus / "schubert").iterdir()}
    target = read_here(corpus / "schubert" / "Lindenbaum.xml").part()
    assert (target.part, len(target.notes), target.notes[0].lyric) == ("Voice", 205, "Am ")
    for text in ("http://localhost/song.xml", "tinynotation: c4", "mei:x"):
        path = tmp_path / "song.abc"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(TargetError):
            read_here(path)
    assert {path: path.stat().st_mtime_ns for path in (corpus / "schubert").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["song.abc"]
