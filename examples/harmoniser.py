"""Sing a line, get a MIDI file of it with a second voice above: thirds or fifths that stay in a key.

python examples/harmoniser.py song.wav duet.mid --key Am
python examples/harmoniser.py song.wav duet.mid --key C --up fifth --port Synth     and plays it
"""

import argparse
import sys

import mido

import livepitch as lp

TICKS = 960  # a second: 480 a quarter at 120 quarters a minute, what MIDI files have unless they say otherwise
TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MODES = {"": (0, 2, 4, 5, 7, 9, 11), "m": (0, 2, 3, 5, 7, 8, 10)}  # major, and minor as in "Am"
KEYS = {name + mode: (tonic, scale) for tonic, name in enumerate(TONICS) for mode, scale in MODES.items()}
STEPS = {"third": 2, "fifth": 4}


def above(note: int, tonic: int, scale: tuple[int, ...], steps: int) -> int:
    """The note so many steps of the scale higher; a note outside it goes as far as the next lower one inside."""
    interval = (note - tonic) % 12
    degree = max(index for index, step in enumerate(scale) if step <= interval)
    octaves, target = divmod(degree + steps, len(scale))
    return note + 12 * octaves + scale[target] - scale[degree]


def voice(notes: list[tuple[float, float, int]], channel: int) -> mido.MidiTrack:
    """A track of notes (start and end in seconds, MIDI number)."""
    events = [(end, "note_off", note) for _, end, note in notes]
    events += [(start, "note_on", note) for start, _, note in notes]
    track, now = mido.MidiTrack([mido.Message("program_change", program=52, channel=channel)]), 0  # a choir: "ah"
    for seconds, kind, note in sorted(events):  # at one instant "note_off" comes first
        track.append(mido.Message(kind, note=note, channel=channel, time=round(seconds * TICKS) - now))
        now = round(seconds * TICKS)
    return track


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("audio", help="a recording of one voice")
    parser.add_argument("midi", help="the file to write")
    parser.add_argument("--key", choices=KEYS, default="C", metavar="KEY", help=", ".join(KEYS))
    parser.add_argument("--up", choices=STEPS, default="third", help="where the second voice sings")
    parser.add_argument("--port", help="a MIDI port to play it on")
    chosen = parser.parse_args()
    try:
        track = lp.estimate(lp.read_audio(chosen.audio), lp.load_model("rmvpe-small"))
    except lp.LivepitchError as problem:
        sys.exit(str(problem))
    sung = [(note.start, note.end, round(note.midi)) for note in lp.sung_notes(track.time, track.f0, track.level)]
    second = [(start, end, above(note, *KEYS[chosen.key], STEPS[chosen.up])) for start, end, note in sung]
    song = mido.MidiFile(tracks=[voice(sung, channel=0), voice(second, channel=1)])
    song.save(chosen.midi)
    print(f"{chosen.midi}: {len(sung)} notes, each with its {chosen.up}")
    if chosen.port:
        with mido.open_output(chosen.port) as port:
            for message in song.play():
                port.send(message)
