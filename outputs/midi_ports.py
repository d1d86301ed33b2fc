"""The MIDI ports of this computer: CoreMIDI, ALSA or WinMM, or where Linux has none, JACK."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..model.errors import LivepitchError

if TYPE_CHECKING:
    from mido import Message

OURS = "livepitch"  # what the virtual port is called, and this program where ports are listed
ON_ITS_WAY = 0.1  # s until a connection holds and a message has left: JACK loses what is sent or closed before
LAST_ROUND = 0.05  # s in which JACK's thread has left a closed port: RtMidi 5 and 6 free what it reads from at once
GLANCE = 1.0  # s between looks at whether a port is still there
SEQUENCER = Path("/dev/snd/seq")  # of ALSA
SHARED = Path("/dev/shm")  # where a running JACK server leaves its traces


class MidiError(LivepitchError):
    """A port that cannot be used; the text says which, and what to do."""


def midi_ports() -> list[str]:
    """Names of the ports that MIDI can be sent to, as `MidiOutput` takes them; none where there is no MIDI here."""
    try:
        client = _client()
    except MidiError:
        return []
    try:
        return [str(name) for name in client.get_ports()]
    finally:
        client.delete()


class MidiPort:
    """A port that is open; made, used and closed by one thread."""

    def __init__(self, name: str | None) -> None:
        """Open the port whose name is `name`, or contains it; None makes a virtual one. MidiError if that fails."""
        self._client = _client()
        try:
            self._name = self._connect(name)
        except Exception:
            self._client.delete()
            raise
        time.sleep(ON_ITS_WAY)
        self._seen = time.monotonic()

    def send(self, messages: Iterable[Message]) -> None:
        """Send them, in order. MidiError: the port is gone."""
        now = time.monotonic()
        if now - self._seen >= GLANCE:
            self._look()
            self._seen = now
        for message in messages:
            self._client.send_message(message.bytes())

    def close(self) -> None:
        """Give it back, once what was sent last has left."""
        time.sleep(ON_ITS_WAY)
        with suppress(OSError):
            self._client.close_port()
        time.sleep(LAST_ROUND)
        self._client.delete()

    def _connect(self, wanted: str | None) -> str | None:
        """Its full name; None for a virtual one."""
        try:
            if wanted is None:
                self._client.open_virtual_port(OURS)
                return None
            names = self._client.get_ports()
            index = _index(wanted, names)
            self._client.open_port(index, OURS)
        except (OSError, NotImplementedError) as error:
            raise MidiError(f"{_titled(wanted)}: cannot be opened ({error}); {_instead(wanted)}") from None
        return str(names[index])

    def _look(self) -> None:
        # No system tells who sends to a port that is no longer there; their names do.
        if not _may_run(_system(self._client)) or self._name not in (None, *self._client.get_ports()):
            raise MidiError(f"{_titled(self._name)}: is gone; plug it in or start its program again")


def _index(wanted: str, names: list[str]) -> int:
    for test in (str.__eq__, lambda name, part: part.lower() in name.lower()):
        for index, name in enumerate(names):
            if test(name, wanted):
                return index
    there = f"there are {', '.join(names)}" if names else "there are none now"
    raise MidiError(f"MIDI port {wanted}: not found; {there}")


def _titled(wanted: str | None) -> str:
    return f"MIDI port {OURS if wanted is None else wanted}"


def _instead(wanted: str | None) -> str:
    if wanted is None and sys.platform == "win32":
        return "Windows has no virtual ports: name one, such as one of loopMIDI"
    return "see `livepitch devices` for the ports there are"


def _client() -> Any:
    """One that has no port yet, of the first system that works here."""
    try:
        import rtmidi
    except ImportError:
        raise MidiError("MIDI needs python-rtmidi, which is not installed: pip install python-rtmidi") from None
    for system in rtmidi.get_compiled_api():
        if _may_run(rtmidi.get_api_name(system)):
            with suppress(OSError):
                return rtmidi.MidiOut(system, name=OURS)
    raise MidiError("no MIDI here: the system's MIDI service does not run; on Linux, load snd-seq or start JACK")


def _system(client: Any) -> str:
    import rtmidi

    return str(rtmidi.get_api_name(client.get_current_api()))


def _may_run(system: str) -> bool:
    """Whether to try it: ALSA's and JACK's libraries complain on standard error where their server is not there."""
    if system == "alsa":
        return SEQUENCER.exists()
    if system == "jack" and sys.platform.startswith("linux"):
        return any(SHARED.glob(f"jack_{os.environ.get('JACK_DEFAULT_SERVER', 'default')}_{os.getuid()}_*"))
    return True
