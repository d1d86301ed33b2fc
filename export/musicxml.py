"""Notes as a score of one voice, in MusicXML, written by music21."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from fractions import Fraction
from importlib.metadata import version
from itertools import islice
from typing import Any, BinaryIO

from ..model.errors import printable
from ..practice.scales import LETTERS, Key, signature_key
from .options import Options
from .rhythm import Value, in_bars, on_grid, steps_per_quarter
from .sung import Sung
from .written import WrittenNote, written_notes

TOGETHER = 64  # bars that are music21's objects at the same time, some 15 kB a note
TREBLE, TENOR = 57.0, 50.0  # mean MIDI number from which a voice has the treble clef; the treble clef an octave lower
HEAD = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE score-partwise PUBLIC '
    b'"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
)


def write(sung: Sung, file: BinaryIO, options: Options) -> None:
    """The notes at `options.tempo` in bars of 4/4, with the key that they fit best, in the clef of their range.

    music21 is given a few bars at a time, and the bars that it writes are put into the one part of the first score.
    """
    notes = list(written_notes(sung, options))
    signature, clef, quarter = _signature(notes), _clef(notes), steps_per_quarter(options.tempo)
    key = signature_key(signature.sharps, signature.mode == "minor")
    bars = enumerate(in_bars(on_grid(notes, options.tempo), quarter), 1)
    end = b""
    while some := list(islice(bars, TOGETHER)):
        measures = [_measure(number, values, quarter, key) for number, values in some]
        tree = _tree(sung, measures, (signature, clef), options)
        part = tree.find("part")
        written = part.findall("measure")  # and not the comments between them
        part[:] = []
        if not end:
            start, end = _round_the_bars(tree)
            file.write(start)
        else:
            _forget_signs(written)
        file.write(b"".join(ElementTree.tostring(measure, encoding="utf-8") for measure in written))
    file.write(end)


def _round_the_bars(tree: Any) -> tuple[bytes, bytes]:
    """What stands before and after the bars of a score that has none."""
    part = tree.find("part")
    part.text = "\n"
    for named in (part, tree.find("part-list/score-part")):
        named.set("id", "P1")  # music21's own is another each time
    tree.remove(tree.find("movement-title"))  # the title again, which some programs would print twice
    identification = tree.find("identification")
    identification.remove(identification.find("creator"))  # who would be music21
    software = identification.find("encoding/software")
    software.text = f"livepitch {version('livepitch')}, {software.text}"
    before, mark, after = ElementTree.tostring(tree, encoding="utf-8").rpartition(b"</part>")
    return HEAD + before, mark + after + b"\n"


def _forget_signs(measures: Sequence[Any]) -> None:
    """Clef, key, time and tempo hold from the first bar of all."""
    for tag in ("attributes", "direction"):
        for sign in measures[0].findall(tag):
            measures[0].remove(sign)


def _music21() -> Any:
    """The library, which takes a second to import; most of it is not typed."""
    import music21

    return music21


def _signature(notes: Sequence[WrittenNote]) -> Any:
    """The key by Krumhansl and Schmuckler, from how long each pitch class sounds."""
    m21 = _music21()
    lasting = [0.0] * 12
    for note in notes:
        lasting[note.number % 12] += note.end - note.start
    if not notes:
        return m21.key.Key("C")
    heard = [m21.note.Note(60 + index, quarterLength=length) for index, length in enumerate(lasting) if length]
    return m21.stream.Stream(heard).analyze("Krumhansl")


def _clef(notes: Sequence[WrittenNote]) -> Any:
    """Treble, treble an octave lower, or bass, by the mean of the notes' seconds."""
    clef = _music21().clef
    seconds = sum(note.end - note.start for note in notes)
    mean = sum(note.number * (note.end - note.start) for note in notes) / seconds if notes else TREBLE
    return clef.TrebleClef() if mean >= TREBLE else clef.Treble8vbClef() if mean >= TENOR else clef.BassClef()


def _measure(number: int, values: Sequence[Value], quarter: int, key: Key) -> Any:
    m21 = _music21()
    measure = m21.stream.Measure(number=number)
    for value in values:
        length = Fraction(value.steps, quarter)
        if value.number is None:
            measure.append(m21.note.Rest(quarterLength=length))
            continue
        note = m21.note.Note(_pitch(value.number, key), quarterLength=length)
        if value.begun or value.lasts:
            note.tie = m21.tie.Tie("continue" if value.begun and value.lasts else "stop" if value.begun else "start")
        measure.append(note)
    return measure


def _pitch(number: int, key: Key) -> Any:
    """A MIDI number, spelt."""
    letter, accidental = key.spell(number)
    pitch = _music21().pitch.Pitch(step=LETTERS[letter], octave=(number - accidental) // 12 - 1)
    if accidental:  # where none is given, music21 says later whether a natural must be written
        pitch.accidental = accidental
    return pitch


def _tree(sung: Sung, measures: Sequence[Any], signs: Sequence[Any], options: Options) -> Any:
    """A score of some bars as MusicXML's tree; each has the signatures, by which music21 sets accidentals and beams."""
    m21 = _music21()
    tempo = m21.tempo.MetronomeMark(number=options.tempo)
    tempo.placement = "above"
    for sign in (tempo, m21.meter.TimeSignature("4/4"), *signs):
        measures[0].insert(0, sign)
    voice = m21.instrument.Vocalist()
    voice.instrumentId = "I1"
    part = m21.stream.Part([voice, *measures])
    part.partName = "Voice"
    part.makeAccidentals(inPlace=True)
    part.makeBeams(inPlace=True)
    score = m21.stream.Score([part])
    score.metadata = m21.metadata.Metadata(title=printable(sung.title))
    return m21.musicxml.m21ToXml.ScoreExporter(score, makeNotation=False).parse()
