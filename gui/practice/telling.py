"""What is said while one practises: the prompt under the picture, and the strip below it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...practice.rehearsal.state import State
from ...practice.target.target import Manner, TargetNote
from ..parts import Parts
from ..viewmodel.practice_hits import Hits
from ..viewmodel.practice_lyrics import Lyrics
from ..viewmodel.practice_words import spelt
from .prompt import Prompt
from .strip import Strip

if TYPE_CHECKING:
    from ...practice.rehearsal.rehearsal import Rehearsal


class Telling:
    """Words, at most ten times a second."""

    def __init__(self, parts: Parts) -> None:
        self._stage = parts.stage
        self.prompt, self.strip = Prompt(parts.stage.view), Strip()
        parts.stage.add_below(self.prompt)
        parts.stage.add_below(self.strip)
        self._lyrics: Lyrics | None = None

    def show(self, rehearsal: Rehearsal) -> None:
        """Another step, or the same from its beginning."""
        self._lyrics = Lyrics(rehearsal.target)
        song = len(self._lyrics.lines) > 1
        self.prompt.make_room(song)
        self.strip.name.say(self.title(rehearsal))
        self.strip.show_points("")
        self.strip.show_how(round(100 * rehearsal.arrangement.tempo), rehearsal.arrangement.transposition)
        self.prompt.show()
        self.strip.show()
        self.tell(rehearsal, math.nan, None, 0.0)

    def title(self, rehearsal: Rehearsal) -> str:
        """What is practised, and which step of it: "Five-note scale, D major · 3 of 14"."""
        step, many = rehearsal.step, len(rehearsal.steps)
        bit = " · a part of it" if rehearsal.arrangement.loop is not None else ""
        part = f" · {step.target.part}" if step.target.part else ""
        return f"{step.title}{part}" + (f" · {rehearsal.index + 1} of {many}" if many > 1 else "") + bit

    def hide(self) -> None:
        """Something else has the stage."""
        self.prompt.hide()
        self.strip.hide()

    def say(self, text: str) -> None:
        """Say a sentence."""
        self.prompt.say(text)

    def tell(self, rehearsal: Rehearsal, position: float, hits: Hits | None, progress: float) -> None:
        """Say what is to be known at a second of the target; progress: of the judging, 0..1."""
        state = rehearsal.state
        if state is State.READY:
            self.prompt.say(f"{rehearsal.step.spoken}  Space begins.")
        elif state is State.JUDGING:
            share = f" {100 * progress:.0f} %" if progress > 0 else ""
            self.prompt.say(f"Listening again to what you sang …{share}")
        elif state is State.RESULT and rehearsal.outcome is not None:
            self.prompt.say(next(iter(rehearsal.outcome.score.advice), ""))
        elif self._lyrics is not None and self._lyrics.lines and not self._listens(rehearsal):
            self._tell_words(self._lyrics, position)
        else:
            self.prompt.say(self._what_now(rehearsal))
        if state in (State.COUNT_IN, State.SINGING) and hits is not None and not math.isnan(hits.share):
            self.strip.show_points(f"{100 * hits.share:.0f} % in tune")

    def _tell_words(self, lyrics: Lyrics, position: float) -> None:
        place = lyrics.line(position)
        line = lyrics.lines[place]
        coming = lyrics.lines[place + 1] if place + 1 < len(lyrics.lines) else None
        self.prompt.show_words(
            line.syllables, line.current(position), "" if coming is None else "".join(coming.syllables).strip()
        )

    def _listens(self, rehearsal: Rehearsal) -> bool:
        """Whether the note of the moment, or else the next one, is only to be listened to."""
        note = rehearsal.note or rehearsal.coming
        return note is not None and note.manner is Manner.LISTEN

    def _what_now(self, rehearsal: Rehearsal) -> str:
        note, coming = rehearsal.note, rehearsal.coming
        if note is not None and note.manner is Manner.LISTEN:
            return "Listen"
        if rehearsal.state is State.COUNT_IN and coming is not None:
            return "Listen" if coming.manner is Manner.LISTEN else f"Get ready{self._first(rehearsal, coming)}"
        if note is not None:
            return "Sing"
        return "Sing next" if coming is not None and coming.scored else "Listen" if coming is not None else "Done"

    def _first(self, rehearsal: Rehearsal, note: TargetNote) -> str:
        if rehearsal.step.hidden or math.isnan(note.midi):
            return ""
        return f": begin on {spelt(self._stage.music, rehearsal.step.key).name(round(note.midi))}"
