"""What a running stream says of itself, on the banner and in the status line."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QUrl
from PyQt6.QtGui import QDesktopServices

from ...realtime.worker import LOST, SLOW
from ..look.wording import mute_hint, sentence
from ..menus.choices import Choice
from ..parts import Parts
from ..viewmodel.loudness import Loudness
from ..viewmodel.messages import Rank
from .choosing import Choosing
from .transport import Stream

CLIPPED = (
    "The microphone is too loud, and the sound is cut off: turn it down in your system's settings, or step back. "
    "The gain here comes after it and cannot help."
)
MICROPHONE_SETTINGS = "x-apple.systempreferences:com.apple.preference.security?Privacy_Microphone"
LIGHT = "stream"  # the model that needs least
LOADING = "loading"  # which the card in the middle says already
KEYS = ("stream", "clipped", "mute")


class Telling:
    """Called a few times a second; `settings` opens the sound panel, `choosing` knows the model."""

    def __init__(self, parts: Parts, settings: Callable[[], object], choosing: Choosing) -> None:
        self._parts, self._settings, self._choosing = parts, settings, choosing
        self.lost = False
        """Whether the stream waits for its input."""

    def tell(self, stream: Stream, loudness: Loudness, device: str) -> None:
        """Say how it is now; `device`: what the input is called."""
        message = stream.message
        self.lost = message is not None and message.startswith(LOST)
        self._parts.status.show_stream(stream, f"{device} (lost, waiting)" if self.lost else device)
        recording = stream.recording
        self._tell_message(message, recording is not None and recording.running)
        self._tell_loudness(loudness)

    def rest(self) -> None:
        """Nothing runs now."""
        self.lost = False
        for key in KEYS:
            self._parts.stage.banner.withdraw(key)

    def _tell_message(self, message: str | None, recorded: bool) -> None:
        banner = self._parts.stage.banner
        if not message or (self._parts.stage.welcome.isVisible() and message.startswith(LOADING)):
            banner.withdraw("stream")
        elif self.lost:
            banner.post("stream", sentence(message), Rank.LOST, button="Other input…", act=self._settings)
        elif message.startswith(SLOW):
            self._tell_slow(message, recorded)
        else:
            banner.post("stream", sentence(message), Rank.SKIPPED)

    def _tell_slow(self, message: str, recorded: bool) -> None:
        """Sound is left out, with what helps: a lighter model, though not in the middle of a recording."""
        banner = self._parts.stage.banner
        if self._choosing.chosen.name == LIGHT or recorded:
            banner.post("stream", f"{sentence(message)}. Close other programs.", Rank.SKIPPED)
        else:
            lighter = Choice(LIGHT, LIGHT, "")
            act = partial(self._choosing.choose_model, lighter)
            banner.post("stream", sentence(message), Rank.SKIPPED, button=f"Use {LIGHT}", act=act)

    def _tell_loudness(self, loudness: Loudness) -> None:
        banner = self._parts.stage.banner
        if loudness.clipped and not self.lost:
            banner.post("clipped", CLIPPED, Rank.CLIPPED)
        else:
            banner.withdraw("clipped")
        if loudness.mute and not self.lost:
            self._tell_mute(platform.system())
        else:
            banner.withdraw("mute")

    def _tell_mute(self, system: str) -> None:
        mac = system == "Darwin"
        button, act = ("Open settings", open_microphone_settings) if mac else ("Other input…", self._settings)
        self._parts.stage.banner.post("mute", mute_hint(system), Rank.HINT, button=button, act=act)


def open_microphone_settings() -> None:
    """Open the page of macOS where programs are allowed to hear the microphone."""
    QDesktopServices.openUrl(QUrl(MICROPHONE_SETTINGS))
