import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.practice.scales import ACCIDENTALS, LETTERS, NATURALS, SCALES, Key

keys = st.builds(Key, st.integers(0, 11), st.sampled_from(sorted(SCALES)))


def spelt(key: Key) -> str:
    notes = [key.spell(key.root + step) for step in SCALES[key.scale].steps]
    return " ".join(LETTERS[letter] + ACCIDENTALS[accidental] for letter, accidental in notes)


@pytest.mark.parametrize(
    ("key", "title", "notes"),
    [
        (Key(10, "major"), "B♭ major", "B♭ C D E♭ F G A"),
        (Key(2, "major"), "D major", "D E F♯ G A B C♯"),
        (Key(6, "major"), "G♭ major", "G♭ A♭ B♭ C♭ D♭ E♭ F"),
        (Key(1, "natural-minor"), "C♯ natural minor", "C♯ D♯ E F♯ G♯ A B"),
        (Key(2, "harmonic-minor"), "D harmonic minor", "D E F G A B♭ C♯"),
        (Key(9, "melodic-minor"), "A melodic minor", "A B C D E F♯ G♯"),
        (Key(8, "harmonic-minor"), "G♯ harmonic minor", "G♯ A♯ B C♯ D♯ E G"),  # not F double sharp
        (Key(2, "dorian"), "D Dorian", "D E F G A B C"),
        (Key(4, "phrygian"), "E Phrygian", "E F G A B C D"),
        (Key(11, "lydian"), "B Lydian", "B C♯ D♯ E♯ F♯ G♯ A♯"),
        (Key(7, "mixolydian"), "G Mixolydian", "G A B C D E F"),
        (Key(11, "locrian"), "B Locrian", "B C D E F G A"),
        (Key(3, "major-pentatonic"), "E♭ major pentatonic", "E♭ F G B♭ C"),
        (Key(9, "minor-pentatonic"), "A minor pentatonic", "A C D E G"),
        (Key(9, "blues"), "A blues", "A C D E♭ E G"),
        (Key(0, "whole-tone"), "C whole tone", "C D E F♯ A♭ B♭"),
        (Key(), "C chromatic", "C C♯ D D♯ E F F♯ G G♯ A A♯ B"),
    ],
)
def test_keys_are_spelt_as_they_are_written(key, title, notes):
    assert key.title == title
    assert spelt(key) == notes


def test_the_signatures_of_the_circle_of_fifths():
    assert [root for root in range(12) if Key(root, "major").flats] == [1, 3, 5, 6, 8, 10]
    assert [root for root in range(12) if Key(root, "natural-minor").flats] == [0, 2, 3, 5, 7, 10]
    assert not any(Key(root).flats for root in range(12))


def test_notes_outside_the_key_follow_its_signature():
    assert Key(5, "major").spell(61) == (LETTERS.index("D"), -1)
    assert Key(7, "major").spell(61) == (LETTERS.index("C"), 1)
    assert Key(2, "natural-minor").spell(61) == (LETTERS.index("C"), 1)  # the leading note of D minor


def test_membership_and_tonic_hold_in_every_octave():
    f_major = Key(5, "major")
    assert [note for note in range(60, 72) if f_major.contains(note)] == [60, 62, 64, 65, 67, 69, 70]
    assert [note for note in range(128) if f_major.tonic(note)] == list(range(5, 128, 12))
    assert f_major.contains(-2)
    assert f_major.pitch_classes == {0, 2, 4, 5, 7, 9, 10}


@given(keys, st.integers(0, 127))
def test_a_spelling_sounds_as_the_note(key, note):
    letter, accidental = key.spell(note)
    assert (NATURALS[letter] + accidental) % 12 == note % 12
    degree, alteration = key.degree(note)
    assert (key.root + NATURALS[degree] + alteration) % 12 == note % 12


@given(keys)
def test_scales_of_seven_notes_have_every_letter_once(key):
    letters = [key.degree(key.root + step)[0] for step in SCALES[key.scale].steps]
    assert len(letters) != 7 or letters == list(range(7))


@pytest.mark.parametrize(("root", "scale"), [(12, "major"), (-1, "major"), (0, "hyperlydian"), (0, ["major"])])
def test_unknown_keys_are_refused(root, scale):
    with pytest.raises(ValueError, match=r"must be .* not"):
        Key(root, scale)
