"""What a user reads of an error: one line that no terminal obeys."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.model.errors import JOINERS, LONGEST, CheckpointError, LivepitchError, printable

FAMILY = "\U0001f468\u200d\U0001f469 \u0915\u094d\u200c"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("take 1.wav: no such file", "take 1.wav: no such file"),
        ("Übung – ♯4 に \u05e9\u05d9\u05e8", "Übung – ♯4 に \u05e9\u05d9\u05e8"),
        ("a\x1b[31mred\x07.wav", r"a\x1b[31mred\x07.wav"),
        ("\x1b]0;title\x9c", r"\x1b]0;title\x9c"),
        ("song\u202egpj.wav", r"song\u202egpj.wav"),
        ("\udcff\ud800.wav", r"\udcff\ud800.wav"),
        ("one\ntwo\tthree\r\x85\u2028\xa0", "one two three    "),
        ("\U000e0041\ufeff", r"\U000e0041\ufeff"),
        (
            "family \U0001f468\u200d\U0001f469 \u0915\u094d\u200c",
            "family \U0001f468\u200d\U0001f469 \u0915\u094d\u200c",
        ),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text, shown):
    assert printable(text) == shown
    assert str(LivepitchError(text)) == shown


def test_of_a_long_name_both_ends_are_shown():
    text = printable(f"start{'x' * 10_000}: no such file")
    assert len(text) <= LONGEST
    assert text.startswith("startxxx")
    assert text.endswith("x: no such file")
    assert " … " in text


@given(st.text(st.characters(), max_size=50).map(lambda text: text * 30))
def test_any_text_is_one_printable_line_and_stays_as_it_is(text):
    line = printable(text)
    assert all(sign.isprintable() or sign in JOINERS for sign in line)
    assert len(line) <= LONGEST
    assert printable(line) == line
    assert pickle.loads(pickle.dumps(CheckpointError(text))).args == (line,)
