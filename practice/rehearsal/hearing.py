"""Hearing a take again."""

from __future__ import annotations

import math
from collections.abc import Callable

from ...realtime.player import Player
from .outcome import Outcome

LEAD = 0.3  # s before the target's begin that are heard


class Hearing:
    """Plays the recording of one take after another. `begin` and `end` may wait for a device; the rest never does."""

    def __init__(self, make_player: Callable[[int | str | None], Player] = Player) -> None:
        self._make_player = make_player
        self._player: Player | None = None
        self._zero = 0.0

    def begin(self, outcome: Outcome, output: int | str | None) -> None:
        """Play a take over an output device from shortly before the target begins. AudioFileError."""
        self.end()
        audio, sample_rate = outcome.sound()
        self._zero = outcome.zero
        player = self._make_player(output)
        player.open(audio, sample_rate)
        player.seek(outcome.zero - LEAD)
        player.play()
        self._player = player

    def end(self) -> None:
        """Fade out, give the device back."""
        player, self._player = self._player, None
        if player is not None:
            player.close()

    @property
    def position(self) -> float:
        """Second of the target that is heard; NaN where nothing is played."""
        player = self._player
        return math.nan if player is None else player.position - self._zero

    @property
    def over(self) -> bool:
        """Whether it has come to its end, or cannot be heard."""
        return self._player is None or not self._player.playing

    @property
    def error(self) -> Exception | None:
        """Why it cannot be heard."""
        return None if self._player is None else self._player.error
