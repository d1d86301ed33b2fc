"""A file of targets: the parts that can be sung, and what goes wrong in reading one."""

from __future__ import annotations

from dataclasses import dataclass

from ...model.errors import LivepitchError
from .target import Target


class TargetError(LivepitchError):
    """A song or score that cannot be sung from: the text says which file, what is wrong and what to do."""


@dataclass(frozen=True)
class TargetFile:
    """The parts of one file, in its order; there is at least one, and each has a note."""

    name: str
    """The song's title, or the file's name where it has none."""
    parts: tuple[Target, ...]
    voice: int = 0
    """Index of the part that a singer most likely wants."""

    def part(self, name: str | None = None) -> Target:
        """One part by its name (in any case) or its number from 1; without either the likeliest voice.

        TargetError where there is none such; it lists those there are.
        """
        if name is None:
            return self.parts[self.voice]
        wanted = name.strip().casefold()
        named = [part for part in self.parts if part.part.casefold() == wanted]
        if named:
            return named[0]
        if wanted.isdecimal() and 1 <= int(wanted[:9]) <= len(self.parts):
            return self.parts[int(wanted[:9]) - 1]
        there = ", ".join(f"{number} {part.part}".strip() for number, part in enumerate(self.parts[:20], 1))
        more = ", …" if len(self.parts) > 20 else ""
        raise TargetError(f"{self.name} has no part {name!r}: choose one of {there}{more}")
