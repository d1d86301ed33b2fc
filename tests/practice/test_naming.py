import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.practice.instruments import INSTRUMENTS
from livepitch.practice.naming import STYLES, NoteNames, degree_name
from livepitch.practice.scales import SCALES, Key
from livepitch.practice.temperament import EQUAL, Temperament

C, F, G = Key(0, "major"), Key(5, "major"), Key(7, "major")


def octave_of(style: str, key: Key, low: int = 60) -> str:
    return " ".join(NoteNames(style, key).name(note, octave=False) for note in range(low, low + 12))


@pytest.mark.parametrize(
    ("style", "key", "names"),
    [
        ("english", G, "C C♯ D D♯ E F F♯ G G♯ A A♯ B"),
        ("english", F, "C D♭ D E♭ E F G♭ G A♭ A B♭ B"),
        ("german", G, "C Cis D Dis E F Fis G Gis A Ais H"),
        ("german", F, "C Des D Es E F Ges G As A B H"),
        ("solfege", G, "Do Do♯ Re Re♯ Mi Fa Fa♯ Sol Sol♯ La La♯ Si"),
        ("solfege", F, "Do Re♭ Re Mi♭ Mi Fa Sol♭ Sol La♭ La Si♭ Si"),
        ("movable", C, "Do Di Re Ri Mi Fa Fi Sol Si La Li Ti"),
        ("movable", F, "Sol Le La Te Ti Do Ra Re Me Mi Fa Se"),
        ("movable", Key(0, "natural-minor"), "Do Ra Re Me Mi Fa Se Sol Le La Te Ti"),
        ("movable", Key(9, "natural-minor"), "Me Mi Fa Fi Sol Le La Te Ti Do Di Re"),
        ("sargam", C, "S r R g G m M P d D n N"),
        ("sargam", Key(2, "major"), "n N S r R g G m M P d D"),
    ],
)
def test_an_octave_from_middle_c(style, key, names):
    assert octave_of(style, key) == names


def test_la_of_f_major_is_d():
    assert NoteNames("movable", F).name(62, octave=False) == "La"
    assert NoteNames("solfege", F).name(62, octave=False) == "Re"


def test_octaves():
    assert [NoteNames().name(note) for note in (0, 59, 60, 69, 127)] == ["C-1", "B3", "C4", "A4", "G9"]
    assert [NoteNames("german").name(note) for note in (59, 60)] == ["H3", "C4"]
    assert [NoteNames("german", F).name(note) for note in (58, 70)] == ["B3", "B4"]
    # Movable names turn over at the tonic.
    assert [NoteNames("movable", F).name(note) for note in (64, 65, 76, 77)] == ["Ti3", "Do4", "Ti4", "Do5"]
    assert [NoteNames("sargam", F).name(note) for note in (64, 65)] == ["N3", "S4"]


def test_the_octave_follows_the_letter():
    assert NoteNames(key=Key(6, "major")).name(59) == "C♭4"  # sounds as B3
    assert NoteNames(key=Key(1, "harmonic-minor")).name(60) == "B♯3"
    assert NoteNames("german", Key(6, "major")).name(59) == "Ces4"
    assert NoteNames("german", Key(1, "harmonic-minor")).name(60) == "His3"


@pytest.mark.parametrize(
    ("instrument", "sounding", "written"),
    [
        ("concert", "A4", "A4"),
        ("b-flat", "B♭3", "C4"),  # clarinet and trumpet sound a tone lower than written
        ("a-clarinet", "A3", "C4"),
        ("e-flat-clarinet", "E♭4", "C4"),
        ("alto-saxophone", "E♭3", "C4"),
        ("tenor-saxophone", "B♭2", "C4"),
        ("baritone-saxophone", "E♭2", "C4"),
        ("horn", "F3", "C4"),
        ("alto-flute", "G3", "C4"),
        ("piccolo", "C5", "C4"),
        ("guitar", "C3", "C4"),
        ("tenor-clef", "C3", "C4"),
    ],
)
def test_instruments_read_what_they_should(instrument, sounding, written):
    flats = NoteNames(key=Key(3, "major"))
    note = next(note for note in range(128) if flats.name(note) == sounding)
    names = NoteNames(key=Key(note % 12, "major"), transposition=INSTRUMENTS[instrument].transposition)
    assert names.name(note) == written


def test_the_written_key_decides_the_spelling():
    # Concert A♭ major is F major for an E♭ alto saxophone: sounding D♭ is written B♭, not A♯.
    assert NoteNames(key=Key(8, "major"), transposition=9).name(61) == "B♭4"
    assert NoteNames("movable", Key(8, "major"), transposition=9).name(68, octave=False) == "Do"


@given(
    st.sampled_from(sorted(STYLES)),
    st.builds(Key, st.integers(0, 11), st.sampled_from(sorted(SCALES))),
    st.sampled_from([instrument.transposition for instrument in INSTRUMENTS.values()]),
)
def test_no_two_notes_have_one_name(style, key, transposition):
    names = NoteNames(style, key, transposition)
    found = [names.name(note) for note in range(24, 108)]
    assert len(set(found)) == len(found)
    assert len({names.name(note, octave=False) for note in range(24, 108)}) == 12


def test_an_unknown_style_is_named():
    with pytest.raises(ValueError, match="not 'klingon'"):
        NoteNames("klingon")


def test_degrees_where_there_are_no_letters():
    slendro = Temperament("slendro", "Five equal", (0.0, 240.0, 480.0, 720.0, 960.0))
    assert [degree_name(note, slendro) for note in (59, 60, 62, 64, 65)] == ["5·3", "1·4", "3·4", "5·4", "1·5"]
    assert degree_name(62, slendro, octave=False) == "3"
    assert degree_name(71, EQUAL) == "12·4"
