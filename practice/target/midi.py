"""Targets from MIDI and karaoke files (.mid, .midi, .kar)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..scales import CHROMATIC, Key, signature_key
from .assembly import Draft, assembled
from .midi_events import META, Event, MidiDamage, MidiFile, read_events
from .midi_lyrics import Syllable, fit, syllables, under
from .midi_time import TempoMap, beats, tempo_map
from .target import Beat, TargetNote, one_voice
from .target_file import TargetError, TargetFile
from .text import decoded

TRACK_NAME, SIGNATURE = 0x03, 0x59
DRUMS = 9  # channel 10, counted from 0


@dataclass(frozen=True)
class Voice:
    """What one channel of one track plays."""

    track: int
    channel: int
    notes: tuple[TargetNote, ...]
    """In order of time, perhaps several at once."""


def read_midi(path: Path, data: bytes) -> TargetFile:
    """One part for each channel of each track but the drums; tracks of a file of form 2 are songs of their own.

    TargetError for what is no MIDI file, is damaged or has no notes.
    """
    try:
        song = read_events(data)
        if song.form == 2:
            drafts = [draft for track in song.tracks for draft in _drafts(song, (track,))]
            return assembled(path, path.stem, drafts)
        return assembled(path, _title(song), _drafts(song, song.tracks))
    except MidiDamage as damage:
        raise TargetError(f"{path} is no MIDI file that can be read: {damage}; export it anew") from damage


def _drafts(song: MidiFile, tracks: Sequence[tuple[Event, ...]]) -> list[Draft]:
    """The parts of tracks that sound together."""
    everything = [event for track in tracks for event in track]
    tempi = tempo_map(song, everything)
    voices = [voice for number, track in enumerate(tracks) for voice in _voices(number, track, tempi)]
    if not voices:
        return []
    last = max(event.tick for event in everything if event.status != META)
    grid = beats(song, everything, tempi, last)
    lyrics = _placed([syllables(track, tempi) for track in tracks], voices)
    names = [_name(track) for track in tracks]
    key = _key(everything)
    return [replace(_draft(voice, _part_name(voice, voices, names), lyrics.get(index, ()), grid), key=key)
            for index, voice in enumerate(voices)]  # fmt: skip


def _draft(voice: Voice, name: str, words: Sequence[Syllable], grid: tuple[Beat, ...]) -> Draft:
    if not words:
        return Draft(name, voice.notes, grid)
    sung, lines = under(one_voice(voice.notes), words)  # syllables go under the notes that will be sung
    lyric = {note.start: note.lyric for note in sung}
    return Draft(name, [replace(note, lyric=lyric.get(note.start, "")) for note in voice.notes], grid, lines)


def _voices(number: int, track: Sequence[Event], tempi: TempoMap) -> list[Voice]:
    """The channels of a track; a note that is never ended sounds until it is struck again, or to the track's end."""
    notes: dict[int, list[TargetNote]] = defaultdict(list)
    sounding: dict[tuple[int, int], int] = {}

    def end(channel: int, pitch: int, tick: int) -> None:
        start = sounding.pop((channel, pitch), None)
        if start is not None and tempi.at(tick) > tempi.at(start):
            notes[channel].append(TargetNote(tempi.at(start), tempi.at(tick), pitch))

    for event in track:
        channel, action = event.status & 0x0F, event.status & 0xF0
        if action in (0x80, 0x90) and channel != DRUMS:
            end(channel, event.data[0], event.tick)
            if action == 0x90 and event.data[1] > 0:
                sounding[channel, event.data[0]] = event.tick
    for channel, pitch in list(sounding):
        end(channel, pitch, track[-1].tick)
    return [Voice(number, channel, tuple(sorted(found, key=lambda note: note.start)))
            for channel, found in sorted(notes.items()) if found]  # fmt: skip


def _placed(lyrics: Sequence[Sequence[Syllable]], voices: Sequence[Voice]) -> dict[int, Sequence[Syllable]]:
    """Which voice sings which track's lyrics: of its own track's voices, or of all, the one whose notes fit best."""
    placed: dict[int, Sequence[Syllable]] = {}
    for number, words in enumerate(lyrics):
        if not words:
            continue
        own = [index for index, voice in enumerate(voices) if voice.track == number]
        free = [index for index in own or range(len(voices)) if index not in placed]
        # As many syllables as notes: a voice of chords or of fast figures has a note near everything.
        fits = {index: fit(voices[index].notes, words) / max(len(voices[index].notes), len(words)) for index in free}
        if fits:
            placed[max(fits, key=lambda index: fits[index])] = words
    return placed


def _key(events: Sequence[Event]) -> Key:
    """That of the first signature that there can be."""
    for event in events:
        if event.status == META and event.kind == SIGNATURE and len(event.data) == 2 and event.data[1] < 2:
            sharps = int.from_bytes(event.data[:1], "big", signed=True)
            if abs(sharps) <= 7:
                return signature_key(sharps, bool(event.data[1]))
    return CHROMATIC


def _name(track: Sequence[Event]) -> str:
    named = (event.data for event in track if event.status == META and event.kind == TRACK_NAME)
    return next((name for data in named if (name := decoded(data).strip("\0 \r\n"))), "")


def _part_name(voice: Voice, voices: Sequence[Voice], names: Sequence[str]) -> str:
    """The track's name, with the channel where the track has several; numbers where it has no name."""
    alone = sum(other.track == voice.track for other in voices) == 1
    name = names[voice.track] or f"Track {voice.track + 1}"
    return name if alone else f"{name}, channel {voice.channel + 1}"


def _title(song: MidiFile) -> str:
    """The karaoke title ("@T"), or the name of a first track without notes (the form's place for the song's name)."""
    texts = [decoded(event.data) for track in song.tracks for event in track if event.kind == 0x01]
    titles = [text[2:] for text in texts if text.startswith("@T")]
    silent = all(event.status == META for event in song.tracks[0])
    return titles[0] if titles else _name(song.tracks[0]) if silent and len(song.tracks) > 1 else ""
