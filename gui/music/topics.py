"""What can be chosen about the music, topic by topic: the entries of menus and card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...practice.instruments import INSTRUMENTS
from ...practice.music import SCALA, Music
from ...practice.naming import STYLES
from ...practice.scales import CHROMATIC, SCALES, Key
from ...practice.temperament import TEMPERAMENTS
from ...practice.voices import VOICES

STANDARD = 440.0  # Hz
PITCHES = {  # Hz, and who plays by it
    415.0: "Baroque",
    430.0: "Classical",
    432.0: "Verdi",
    440.0: "Standard",
    441.0: "Between 440 and 442",
    442.0: "Many orchestras",
    443.0: "German and Austrian orchestras",
}
# Second keys of the chords. Of the tonics: the letter, with Shift the flat; of the others mostly the first letter.
TONIC_KEYS = ("C", "Shift+D", "D", "Shift+E", "E", "F", "Shift+G", "G", "Shift+A", "A", "Shift+B", "B")
SCALE_KEYS = {
    **{"chromatic": "C", "major": "M", "natural-minor": "N", "harmonic-minor": "H", "melodic-minor": "E"},
    **{"dorian": "D", "phrygian": "P", "lydian": "L", "mixolydian": "X", "locrian": "O"},
    **{"major-pentatonic": "Shift+M", "minor-pentatonic": "Shift+N", "blues": "B", "whole-tone": "W"},
    "diminished": "I",
}
TEMPERAMENT_KEYS = {"equal": "E", "just": "J", "pythagorean": "P", "meantone": "M", SCALA: "S"}
INSTRUMENT_KEYS = {
    **{"concert": "C", "b-flat": "B", "a-clarinet": "A", "e-flat-clarinet": "E", "alto-saxophone": "S"},
    **{"tenor-saxophone": "T", "baritone-saxophone": "R", "horn": "H", "alto-flute": "F", "piccolo": "P"},
    **{"guitar": "G", "tenor-clef": "V"},
}
NAME_KEYS = {"english": "E", "german": "G", "solfege": "S", "movable": "M", "sargam": "I"}
VOICE_KEYS = {
    **{"any": "A", "soprano": "S", "mezzo-soprano": "M", "alto": "L", "countertenor": "C", "tenor": "T"},
    **{"baritone": "R", "bass": "B", "child": "H"},
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to choose; `value` is what Music holds."""

    value: str
    label: str
    tip: str
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """One setting with its entries; `field` is that of `chosen` and `choose`."""

    field: str
    title: str
    menu: str
    """Its menu's title, with the key that opens it."""
    entries: tuple[Entry, ...]


def topics(music: Music) -> Iterator[Topic]:
    """All but the concert pitch; labels of tonics as the music spells them, that of Scala with the file's title."""
    yield Topic("root", "Key", "&Key", tuple(_tonics(music)))
    yield _topic("scale", "Scale", "&Scale", "Ctrl+J", SCALE_KEYS, {id_: s.title for id_, s in SCALES.items()})
    scala = f"Scala file: {music.tuning.temperament.title}" if music.temperament == SCALA else "Scala file …"
    tunings = {**{id_: t.title for id_, t in TEMPERAMENTS.items()}, SCALA: scala}
    yield _topic("temperament", "Temperament", "&Temperament", "Ctrl+Y", TEMPERAMENT_KEYS, tunings)
    instruments = {id_: i.title for id_, i in INSTRUMENTS.items()}
    yield _topic("instrument", "Instrument", "&Instrument", "Ctrl+I", INSTRUMENT_KEYS, instruments)
    yield _topic("names", "Note names", "&Note names", "Ctrl+N", NAME_KEYS, STYLES)
    yield _topic("voice", "Voice", "&Voice", "Ctrl+U", VOICE_KEYS, {id_: v.title for id_, v in VOICES.items()})


TIPS = {
    "scale": "Notes of the scale stand out, and are spelt by it",
    "temperament": "Where the notes lie; unequal ones are tuned to the key",
    "instrument": "Notes are named as written for it",
    "names": "What notes are called",
    "voice": "The range that the picture shows for it",
}


def _topic(field: str, title: str, menu: str, first: str, keys: dict[str, str], labels: dict[str, str]) -> Topic:
    def entry(value: str, label: str) -> Entry:
        return Entry(value, label[:1].upper() + label[1:], TIPS[field], f"{first}, {keys[value]}")

    return Topic(field, title, menu, tuple(entry(value, label) for value, label in labels.items()))


def _tonics(music: Music) -> Iterator[Entry]:
    for root, key in enumerate(TONIC_KEYS):
        name = music.tonic_name(Key(root, music.key.scale))
        yield Entry(
            str(root), name, "The tonic as it sounds: where the scale and the temperament begin", f"Ctrl+K, {key}"
        )


def chosen(music: Music, field: str) -> str:
    """The value of a topic's present entry."""
    if field == "root":
        return str(music.key.root)
    return music.key.scale if field == "scale" else str(getattr(music, field))


def choose(music: Music, field: str, value: str) -> Music:
    """The music with another entry of a topic; ScalaError where the Scala file cannot be read."""
    if field == "root":
        return replace(music, key=replace(music.key, root=int(value)))
    if field == "scale":
        return replace(music, key=replace(music.key, scale=value))
    return replace(music, **{field: value})  # type: ignore[arg-type]


def summaries(music: Music) -> list[str]:
    """The settings in a few words, from long to short: "B♭ major · meantone · A4 = 442 Hz", …, "A4 = 442 Hz"."""
    pitch, no_key = f"A4 = {music.a4:g} Hz", music.key.scale == CHROMATIC.scale
    key = "" if no_key else f"{music.tonic_name(music.key)} {SCALES[music.key.scale].title}"
    tuning = "" if music.temperament == "equal" else _short(music) + f" on {music.tonic_name(music.key)}" * no_key
    wordings = ([key, tuning, pitch], [key or tuning, pitch], [pitch])
    return [" · ".join(filter(None, words)) for words in wordings]


def _short(music: Music) -> str:
    """Of "Meantone (quarter comma)" it is "meantone"; of a Scala file its name."""
    temperament = music.tuning.temperament
    return temperament.name if music.temperament == SCALA else temperament.title.partition(" (")[0].lower()


def written_key(music: Music) -> str:
    """The key as the instrument reads it: "written C major"; nothing where that is the same."""
    if music.transposition % 12 == 0 or music.key.scale == CHROMATIC.scale:
        return ""
    key = Key((music.key.root + music.transposition) % 12, music.key.scale)
    return f"written {music.tonic_name(key)} {SCALES[key.scale].title}"
