"""Everything that can be done about practice, as actions of the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..menus.menus import Menus

if TYPE_CHECKING:
    from .room import PracticeRoom
    from .ways import Ways


class Actions:
    """The actions by name."""

    def __init__(self, menus: Menus, room: PracticeRoom, ways: Ways) -> None:
        self._menus = menus
        add, choosing = menus.action, room.choosing
        self.shelf = add("practice", "&Exercises and songs …", "F3", "What there is to practise", choosing.show_shelf)
        self.begin = add("practice", "&Begin", "F4", "Begin the step, or begin it again", room.begin)
        self.next = add("practice", "&Next step", "F5", "The step after this", lambda: ways.step(1))
        self.previous = add("practice", "Step be&fore", "F6", "The step before this", lambda: ways.step(-1))
        self.end = add("practice", "E&nd and judge", "Ctrl+H, E", "What was sung so far is judged", room.end)
        menus.separator("practice")
        self.open = add(
            "practice", "&Open a song …", "Ctrl+H, O", "MIDI, MusicXML, UltraStar, MEI or ABC", choosing.ask_song
        )
        self.type = add("practice", "&Type notes …", "Ctrl+H, T", "Write what you want to sing", choosing.ask_notes)
        tip = "The notes of a recorded voice, to sing along with"
        self.recording = add("practice", "From a &recording …", "Ctrl+H, R", tip, choosing.ask_recording)
        tip = "Sing down and up, to find it"
        self.range = add(
            "practice", "Find your ran&ge …", "Ctrl+H, G", "Sing down and up, to find it", room.singer.find
        )
        menus.separator("practice")
        self._add_ways(room, ways)
        self._add_result(room)
        menus.separator("practice")
        tip = "Guide, metronome, count-in, how strictly it is judged"
        self.settings = add("practice", "Practice &settings …", "Ctrl+H, S", tip, room.show_settings)
        self.leave = add("practice", "&Leave practice", "Ctrl+H, X", "Show the live picture again", room.leave)

    def _add_ways(self, room: PracticeRoom, ways: Ways) -> None:
        add, menu = self._menus.action, self._menus.submenu("practice", "&How it is sung")
        tip = "Play the notes while you sing, or not"
        self.guide = add(menu, "&Guide", "F7", tip, ways.switch_guide, checkable=True)
        tip = "Click the beats while you sing, or not"
        self.metronome = add(menu, "&Metronome", "F8", tip, ways.switch_metronome, checkable=True)
        self._menus.separator(menu)
        self.tempo = [
            add(menu, text, keys, tip, slot)
            for text, keys, tip, slot in (
                ("&Faster", "Ctrl+H, Right", "Five percent faster", lambda: ways.change_tempo(5)),
                ("&Slower", "Ctrl+H, Left", "Five percent slower", lambda: ways.change_tempo(-5)),
                ("&Higher", "Ctrl+H, Up", "A semitone higher", lambda: ways.change_key(1)),
                ("&Lower", "Ctrl+H, Down", "A semitone lower", lambda: ways.change_key(-1)),
                ("&As written", "Ctrl+H, Home", "In the tempo and the key that are written", ways.as_written),
                ("Fit to my &voice", "Ctrl+H, F", "Transpose it into your range", room.fit),
            )
        ]
        self._menus.separator(menu)
        tip = "Sing what is selected (drag with Shift) over and over, or all of it"
        self.loop = add(menu, "L&oop", "Ctrl+H, L", tip, ways.switch_loop, checkable=True)
        tip = "Singing it an octave lower or higher is right, too"
        self.octaves = add(menu, "In any o&ctave", "Ctrl+H, C", tip, ways.switch_octaves, checkable=True)

    def _add_result(self, room: PracticeRoom) -> None:
        add, menu = self._menus.action, self._menus.submenu("practice", "Resul&t")
        self.result = add(
            menu, "&Result", "Ctrl+H, Return", "Score, advice and every note", lambda: room.results.show()
        )
        self.note_next = add(
            menu, "&Next note", "Ctrl+H, N", "Look at the next note", lambda: room.results.look_further(1)
        )
        tip = "Look at the note before"
        self.note_before = add(menu, "Note &before", "Ctrl+H, Shift+N", tip, lambda: room.results.look_further(-1))
        tip = "This note and its neighbours over and over, slower"
        self.bit = add(menu, "Practise this b&it", "Ctrl+H, B", tip, room.practise_bit)
        self.listen = add(menu, "&Listen to the take", "Ctrl+H, P", "Open it among the recordings", room.listen)

    def check(self, guide: bool, metronome: bool, loop: bool, octaves: bool) -> None:
        """Mark what is on."""
        switches = (self.guide, guide), (self.metronome, metronome), (self.loop, loop), (self.octaves, octaves)
        for action, on in switches:
            action.setChecked(on)

    def offer(self, on: bool, resting: bool, under_way: bool, judged: bool, earlier: bool, later: bool) -> None:
        """Enable what can be done: whether practice has the stage, rests, is sung, has a result, has other steps."""
        for action in (self.guide, self.metronome, self.loop, self.octaves, self.leave):
            action.setEnabled(on)
        for action in self.tempo:
            action.setEnabled(on and resting)
        self.next.setEnabled(on and resting and later)
        self.previous.setEnabled(on and resting and earlier)
        self.end.setEnabled(on and under_way)
        for action in (self.result, self.note_next, self.note_before, self.bit, self.listen):
            action.setEnabled(on and judged and resting)
        text = "&Begin again" if under_way or judged else "&Begin"
        if text.replace("&", "") != self.begin.text().replace("&", ""):
            self.begin.setText(text)
